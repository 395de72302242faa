/* What certificates may be used for: CA flags, key usage, constraints, policies. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
client_as_server(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  template.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  const Forged *server = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  lab_broker_with(scene, server, lab_pki(scene)->intermediate);
  lab_expect_certificate(scene, server);
}

static const LabFault faults[] = {
    {.code = "server-usage-missing",
     .made_by = "mosquitto; its certificate is for clients alone",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_SERVER,
     .source = FINDING_SOURCE_PEER,
     .index = 0,
     .build = client_as_server},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_usage = {faults, missing};
