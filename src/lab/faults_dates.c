/* Dates of certificates, and clocks. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
expired_server(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  template.not_before = lab_days_from_now(-100);
  template.not_after = lab_days_from_now(-10);
  const Forged *server = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  lab_broker_with(scene, server, lab_pki(scene)->intermediate);
  lab_expect_certificate(scene, server);
}

static const LabFault faults[] = {
    {.code = "leaf-expired",
     .made_by = "mosquitto; its certificate ended ten days ago",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_SERVER,
     .source = FINDING_SOURCE_PEER,
     .index = 0,
     .build = expired_server},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_dates = {faults, missing};
