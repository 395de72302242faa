/* The name that is connected to, and the names that the certificate has. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
other_name(LabScene *scene)
{
  ForgeTemplate template = lab_server("broker.lab.test");
  template.names = "DNS:broker.lab.test";
  const Forged *server = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  lab_broker_with(scene, server, lab_pki(scene)->intermediate);
  lab_expect_certificate(scene, server);
}

static const LabFault faults[] = {
    {.code = "name-mismatch",
     .made_by = "mosquitto; its certificate is for broker.lab.test",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_SERVER,
     .source = FINDING_SOURCE_PEER,
     .index = 0,
     .build = other_name},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_names = {faults, missing};
