#include "config.h"

#include "commands/demo_house.h"

#include "commands/demo_broker.h"
#include "commands/demo_child.h"
#include "commands/demo_pki.h"
#include "commands/demo_traffic.h"
#include "util/private_folder.h"

#include <stdlib.h>

struct DemoHouse {
  DemoChild *child;
  guint16 port;
  char *folder;
};

/* --- In the process of the house --------------------------------------------------------------- */

static void
live(DemoChildEnd *end, const DemoBroker *broker, const char *folder, const GError *error)
{
  if (error != NULL) {
    demo_child_fail(end, error);
    return;
  }
  g_autofree char *line = g_strdup_printf("%u %s", demo_broker_port(broker), folder);
  demo_child_live(end, line);
}

static void
run_house(DemoChildEnd *end, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DemoBroker) broker = NULL;
  g_autoptr(DemoTraffic) traffic = NULL;
  g_autofree char *folder = private_folder_new("mqtrust-demo", &error);
  if (folder != NULL &&
      demo_pki_write(folder, demo_devices, g_get_real_time() / G_USEC_PER_SEC, &error))
    broker = demo_broker_start(folder, &error);
  if (broker != NULL)
    traffic = demo_traffic_start(folder, demo_broker_port(broker), &error);
  live(end, broker, folder, error);
  g_clear_pointer(&traffic, demo_traffic_stop);
  g_clear_pointer(&broker, demo_broker_stop);
  if (folder != NULL)
    private_folder_remove(folder, NULL);
}

/* --- In the process of the dashboard ----------------------------------------------------------- */

static gboolean
take_report(DemoHouse *house, const char *line, GError **error)
{
  char *end = NULL;
  gulong port = strtoul(line, &end, 10);
  if (port > 0 && port <= G_MAXUINT16 && *end == ' ') {
    house->port = (guint16)port;
    house->folder = g_strdup(end + 1);
    return TRUE;
  }
  g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
              "the demo's helper process says what nobody understands");
  return FALSE;
}

DemoHouse *
demo_house_start(GError **error)
{
  g_autofree char *line = NULL;
  g_autoptr(DemoHouse) house = g_new0(DemoHouse, 1);
  house->child = demo_child_start(run_house, NULL, &line, error);
  if (house->child == NULL || !take_report(house, line, error))
    return NULL;
  return g_steal_pointer(&house);
}

void
demo_house_stop(DemoHouse *house)
{
  if (house == NULL)
    return;
  demo_child_stop(house->child);
  if (house->folder != NULL) /* should its process have been killed, its folder is still there */
    private_folder_remove(house->folder, NULL);
  g_free(house->folder);
  g_free(house);
}

guint16
demo_house_port(const DemoHouse *house)
{
  return house->port;
}

const char *
demo_house_folder(const DemoHouse *house)
{
  return house->folder;
}
