#include "config.h"

#include "commands/demo_traffic.h"

#include "commands/demo_pki.h"
#include "core/workspace.h"

#include <math.h>
#include <string.h>
#include <time.h>

const char *const demo_devices[] = {"dashboard", "press-1", "robot-2", "weather", NULL};

typedef struct {
  const char *name;
  MqttVersion version;
  guint period_ms;
  void (*publish)(DemoTraffic *traffic, Connection *connection, guint step);
  const char *status_topic; /* retained "online", and "offline" as last will; or NULL */
} Device;

typedef struct {
  DemoTraffic *traffic;
  const Device *device;
  Connection *connection;
  guint timer, step;
  gboolean announced;
} RunningDevice;

struct DemoTraffic {
  Workspace *workspace;
  GPtrArray *devices; /* of RunningDevice */
  guint32 seed;       /* of the small noise on the numbers */
};

/* --- What they say ----------------------------------------------------------------------------- */

/* Between -1 and 1; a sample need not be random, only alive (a linear congruence, 32 bits). */
static double
noise(DemoTraffic *traffic)
{
  traffic->seed = traffic->seed * 1664525u + 1013904223u;
  return (double)(traffic->seed >> 8) / (double)(1u << 23) - 1.0;
}

static void
say(Connection *connection, const char *topic, int qos, gboolean retain, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

static void
say(Connection *connection, const char *topic, int qos, gboolean retain, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *payload = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  connection_publish(connection, topic, payload, strlen(payload), qos, retain, NULL);
}

static void
publish_press(DemoTraffic *traffic, Connection *connection, guint step)
{
  double phase = step / 12.0;
  say(connection, "plant/line1/press/temperature", 0, FALSE, "{\"v\":%.1f,\"unit\":\"C\",\"n\":%u}",
      62 + 6 * sin(phase) + 0.3 * noise(traffic), step);
  say(connection, "plant/line1/press/pressure", 0, FALSE, "{\"v\":%.2f,\"unit\":\"bar\",\"n\":%u}",
      5.5 + 0.8 * cos(phase * 1.7) + 0.05 * noise(traffic), step);
  if (step % 12 == 11)
    say(connection, "plant/line1/press/event", 1, FALSE,
        "{\"event\":\"stroke\",\"count\":%u,\"ok\":true}", step / 12 + 1);
}

/* A waveform of 16-bit samples, little endian: no text in any reading. */
static void
publish_waveform(DemoTraffic *traffic, Connection *connection, guint step)
{
  guint8 samples[64];
  for (guint i = 0; i < sizeof samples / 2; i++) {
    double value = 12000 * sin((i + step) / 4.0) + 400 * noise(traffic);
    guint16 sample = (guint16)(gint16)value;
    samples[2 * i] = (guint8)(sample & 0xff);
    samples[2 * i + 1] = (guint8)(sample >> 8);
  }
  connection_publish(connection, "plant/line2/robot/waveform", samples, sizeof samples, 0, FALSE,
                     NULL);
}

static void
publish_robot(DemoTraffic *traffic, Connection *connection, guint step)
{
  say(connection, "plant/line2/robot/position", 0, FALSE,
      "{\"x\":%.1f,\"y\":%.1f,\"z\":%.1f,\"ok\":true}", 400 + 250 * sin(step / 7.0),
      180 * cos(step / 5.0), 90 + 10 * noise(traffic));
  if (step % 4 == 1)
    publish_waveform(traffic, connection, step);
  if (step % 10 == 4)
    say(connection, "plant/line2/robot/event", 1, FALSE,
        "{\"event\":\"cycle done\",\"cycle\":%u,\"seconds\":%.2f}", step / 10 + 1,
        6.8 + 0.4 * noise(traffic));
}

static void
publish_weather(DemoTraffic *traffic, Connection *connection, guint step)
{
  static const char *const properties[] = {"site", "roof", "sensor", "WX-200", NULL};
  g_autofree char *payload =
      g_strdup_printf("{\"temperature\":%.1f,\"humidity\":%.0f,\"wind\":%.1f}",
                      14 + 3 * sin(step / 30.0), 55 + 5 * noise(traffic), 4 + 2 * noise(traffic));
  MqttMessage message = {.topic = "site/weather",
                         .payload = payload,
                         .payload_length = strlen(payload),
                         .content_type = "application/json",
                         .user_properties = properties};
  connection_publish_message(connection, &message, NULL);
}

static const Device devices[] = {
    {"press-1", MQTT_3_1_1, 500, publish_press, "plant/line1/press/status"},
    {"robot-2", MQTT_3_1_1, 700, publish_robot, "plant/line2/robot/status"},
    {"weather", MQTT_5, 2000, publish_weather, NULL},
};

/* --- Running them ------------------------------------------------------------------------------ */

Profile *
demo_profile_new(const char *folder, guint16 port, const char *name)
{
  Profile *profile = profile_new();
  g_free(profile->name);
  profile->name = g_strdup(name);
  g_free(profile->host);
  profile->host = g_strdup("127.0.0.1");
  profile->port = port;
  profile->scheme = SCHEME_MQTTS;
  profile->trust = TRUST_FILE;
  profile->ca_path = g_build_filename(folder, DEMO_ROOT, NULL);
  profile->certificate_path = g_strdup_printf("%s/%s.pem", folder, name);
  profile->key_path = g_strdup_printf("%s/%s.key", folder, name);
  return profile;
}

static gboolean
device_step(gpointer data)
{
  RunningDevice *running = data;
  if (connection_session(running->connection)->state != SESSION_ONLINE) {
    running->announced = FALSE;
    return G_SOURCE_CONTINUE;
  }
  if (!running->announced && running->device->status_topic != NULL)
    say(running->connection, running->device->status_topic, 1, TRUE, "online");
  running->announced = TRUE;
  running->device->publish(running->traffic, running->connection, running->step++);
  return G_SOURCE_CONTINUE;
}

static void
running_device_free(gpointer data)
{
  RunningDevice *running = data;
  if (running->timer != 0)
    g_source_remove(running->timer);
  g_free(running);
}

static gboolean
start_device(DemoTraffic *traffic, const Device *device, const char *folder, guint16 port,
             GError **error)
{
  g_autoptr(Profile) profile = demo_profile_new(folder, port, device->name);
  profile->version = device->version;
  profile->client_id = g_strdup(device->name);
  if (device->status_topic != NULL) {
    profile->will_topic = g_strdup(device->status_topic);
    profile->will_payload = g_strdup("offline");
    profile->will_qos = 1;
    profile->will_retain = TRUE;
  }
  Connection *connection = workspace_add(traffic->workspace, profile, error);
  if (connection == NULL)
    return FALSE;
  RunningDevice *running = g_new0(RunningDevice, 1);
  running->traffic = traffic;
  running->device = device;
  running->connection = connection;
  g_ptr_array_add(traffic->devices, running);
  connection_connect(connection);
  running->timer = g_timeout_add(device->period_ms, device_step, running);
  return TRUE;
}

DemoTraffic *
demo_traffic_start(const char *folder, guint16 port, GError **error)
{
  g_autoptr(DemoTraffic) traffic = g_new0(DemoTraffic, 1);
  traffic->seed = (guint32)time(NULL);
  traffic->workspace = workspace_new(folder, MESSAGE_LOG_MIN_BYTES);
  traffic->devices = g_ptr_array_new_with_free_func(running_device_free);
  for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
    if (!start_device(traffic, &devices[i], folder, port, error))
      return NULL;
  }
  return g_steal_pointer(&traffic);
}

void
demo_traffic_stop(DemoTraffic *traffic)
{
  if (traffic == NULL)
    return;
  g_ptr_array_unref(traffic->devices);
  workspace_free(traffic->workspace);
  g_free(traffic);
}
