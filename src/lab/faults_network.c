/* Names, addresses and what lies between. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
unknown_name(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
  lab_dns_fail(scene, LAB_HOST, 3);
}

static void
nobody_listens(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
}

static const LabFault faults[] = {
    {.code = "dns-unknown",
     .made_by = "a name server that answers: no such name",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_NETWORK,
     .source = FINDING_SOURCE_NONE,
     .index = -1,
     .flags = LAB_NO_TLS,
     .build = unknown_name},
    {.code = "tcp-refused",
     .made_by = "a port on which nobody listens",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_NETWORK,
     .source = FINDING_SOURCE_NONE,
     .index = -1,
     .flags = LAB_NO_TLS,
     .build = nobody_listens},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_network = {faults, missing};
