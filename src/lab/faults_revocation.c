/* Revoked certificates, revocation lists, stapled answers. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static const LabFault faults[] = {
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_revocation = {faults, missing};
