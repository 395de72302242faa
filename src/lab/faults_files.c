/* Files of this side: missing, empty, of another kind, in the wrong field. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

static void
ca_missing(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = lab_keep(scene, g_build_filename(lab_scene_folder(scene), "none.pem", NULL));
  lab_set(&lab_profile(scene)->ca_path, path);
  lab_expect_file(scene, path);
}

static void
ca_empty(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = lab_write(scene, "empty.pem", "", 0);
  lab_set(&lab_profile(scene)->ca_path, path);
  lab_expect_file(scene, path);
}

static const LabFault faults[] = {
    {.code = "file-missing",
     .made_by = "the CA file of the connection does not exist",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_LOCAL,
     .source = FINDING_SOURCE_TRUST,
     .index = -1,
     .flags = LAB_NO_TLS,
     .build = ca_missing},
    {.code = "file-empty",
     .made_by = "the CA file of the connection has no bytes",
     .severity = FINDING_ERROR,
     .side = FINDING_SIDE_LOCAL,
     .source = FINDING_SOURCE_TRUST,
     .index = -1,
     .flags = LAB_NO_TLS,
     .build = ca_empty},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_files = {faults, missing};
