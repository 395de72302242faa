#include "config.h"

#include "commands/demo_fault.h"

#include "commands/demo_child.h"
#include "util/private_folder.h"

#include <string.h>

#define PROFILES "connections"

struct DemoFault {
  DemoChild *child;
  char *folder;   /* the scene's */
  char *profiles; /* below it */
  char *name;     /* of the profile */
};

/* --- In the process of the scene -------------------------------------------------------------- */

typedef struct {
  const LabFault *fault;
  LabTls tls;
} Wanted;

static void
run_scene(DemoChildEnd *end, gconstpointer data)
{
  const Wanted *wanted = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(LabScene) scene = lab_scene_start(wanted->fault, wanted->tls, &error);
  g_autofree char *profiles =
      scene != NULL ? g_build_filename(lab_scene_folder(scene), PROFILES, NULL) : NULL;
  if (scene == NULL || !profile_save(lab_scene_profile(scene), profiles, &error)) {
    demo_child_fail(end, error);
    return;
  }
  g_autofree char *line =
      g_strdup_printf("%s\t%s", lab_scene_folder(scene), lab_scene_profile(scene)->name);
  demo_child_live(end, line);
}

/* --- In the process of the dashboard ---------------------------------------------------------- */

static gboolean
take_line(DemoFault *demo, const char *line, GError **error)
{
  const char *tab = strchr(line, '\t');
  if (tab == NULL) {
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
                "the demo's helper process says what nobody understands");
    return FALSE;
  }
  demo->folder = g_strndup(line, (gsize)(tab - line));
  demo->profiles = g_build_filename(demo->folder, PROFILES, NULL);
  demo->name = g_strdup(tab + 1);
  return TRUE;
}

DemoFault *
demo_fault_start(const LabFault *fault, LabTls tls, GError **error)
{
  const Wanted wanted = {fault, tls};
  g_autofree char *line = NULL;
  g_autoptr(DemoFault) demo = g_new0(DemoFault, 1);
  demo->child = demo_child_start(run_scene, &wanted, &line, error);
  if (demo->child == NULL || !take_line(demo, line, error))
    return NULL;
  return g_steal_pointer(&demo);
}

void
demo_fault_stop(DemoFault *demo)
{
  if (demo == NULL)
    return;
  demo_child_stop(demo->child);
  if (demo->folder != NULL) /* should its process have been killed, its folder is still there */
    private_folder_remove(demo->folder, NULL);
  g_free(demo->folder);
  g_free(demo->profiles);
  g_free(demo->name);
  g_free(demo);
}

const char *
demo_fault_profiles(const DemoFault *demo)
{
  return demo->profiles;
}

const char *
demo_fault_profile_name(const DemoFault *demo)
{
  return demo->name;
}
