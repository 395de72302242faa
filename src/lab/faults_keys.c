/* Private keys: of another certificate, encrypted, weak, of a type that is not taken. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
other_key(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = lab_write_key(scene, "server-copy.key", lab_pki(scene)->server, NULL);
  lab_set(&lab_profile(scene)->key_path, path);
}

static void
locked_key(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = lab_write_key(scene, "locked.key", lab_pki(scene)->client, "secret");
  lab_set(&lab_profile(scene)->key_path, path);
}

static const LabFault faults[] = {
    {.code = "key-mismatch",
     .made_by = "our key file is the one of another certificate",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_CLIENT,
     .source = FINDING_SOURCE_CLIENT,
     .index = -1,
     .flags = LAB_NO_TLS,
     .build = other_key},
    {.code = "key-password-needed",
     .made_by = "our key file is encrypted, and no password is given",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_CLIENT,
     .source = FINDING_SOURCE_CLIENT,
     .index = -1,
     .flags = LAB_NO_TLS,
     .build = locked_key},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_keys = {faults, missing};
