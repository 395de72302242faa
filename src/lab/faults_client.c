/* Is our certificate asked for, sent and accepted? */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
no_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  lab_use_client(scene, NULL, NULL);
}

/* mosquitto names no CA in its request. */
static void
other_client_ca(LabScene *scene)
{
  ForgeTemplate authority = lab_authority("Other Client CA");
  ForgeTemplate template = lab_client("Client of another CA");
  const Forged *other = lab_forge(scene, &authority, NULL);
  const Forged *client = lab_forge(scene, &template, other);
  lab_good_broker(scene);
  lab_use_client(scene, lab_write_chain(scene, "other-client.pem", client, other, NULL),
                 lab_write_key(scene, "other-client.key", client, NULL));
  lab_expect_certificate(scene, client);
}

static const LabFault faults[] = {
    {.code = "client-cert-required",
     .made_by = "mosquitto wants a certificate; the connection has none",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_CLIENT,
     .source = FINDING_SOURCE_NONE,
     .index = -1,
     .build = no_certificate},
    {.code = "client-ca-unknown",
     .made_by = "mosquitto; our certificate is from another CA",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_BROKER,
     .source = FINDING_SOURCE_CLIENT,
     .index = 0,
     .build = other_client_ca},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_client = {faults, missing};
