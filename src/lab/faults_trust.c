/* Trust anchors: the wrong CA file, cross-signed and self-signed certificates. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
other_root(LabScene *scene)
{
  ForgeTemplate template = lab_authority("Other Root");
  template.organization = "Somebody Else";
  const Forged *other = lab_forge(scene, &template, NULL);
  lab_mosquitto(scene, &(LabMosquitto){0});
  lab_set(&lab_profile(scene)->ca_path, lab_write_chain(scene, "other-root.pem", other, NULL));
}

static const LabFault faults[] = {
    {.code = "anchor-wrong",
     .made_by = "mosquitto; our CA file is the one of another CA",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_TRUST,
     .source = FINDING_SOURCE_TRUST,
     .index = -1,
     .build = other_root},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_trust = {faults, missing};
