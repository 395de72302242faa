/* What the broker sends, and what our file holds: gaps, order, strangers. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
leaf_only(LabScene *scene)
{
  lab_broker_with(scene, lab_pki(scene)->server, NULL);
  lab_expect_certificate(scene, lab_pki(scene)->server);
}

static const LabFault faults[] = {
    {.code = "chain-leaf-only",
     .made_by = "mosquitto; its certfile holds the server certificate alone",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_SERVER,
     .source = FINDING_SOURCE_PEER,
     .index = 0,
     .build = leaf_only},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_chain = {faults, missing};
