#include "config.h"

#include "commands/option_values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/message_log.h"
#include "core/profile_check.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define SECRET_MAX 65535 /* bytes of a password (MQTT 5, 1.5.6) */

#define TEXT(given, spec) G_STRUCT_MEMBER(char *, (given)->profile, (spec)->offset)
#define NUMBER(given, spec) G_STRUCT_MEMBER(guint16, (given)->profile, (spec)->offset)

gboolean
option_refuse(GError **error, const OptionSpec *spec, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s %s", spec->name, sentence);
  return FALSE;
}

/* `allowed` in words: "0, 1 or 2". */
static gboolean
refuse_value(GError **error, const OptionSpec *spec, const char *allowed, const char *value)
{
  g_autofree char *safe = safe_text_string(value);
  return option_refuse(error, spec, "takes %s, not \"%s\"", allowed, safe);
}

static gboolean
refuse_empty(GError **error, const OptionSpec *spec)
{
  return option_refuse(error, spec, "is empty: write --%s %s", spec->name, spec->argument);
}

/* --- Text ------------------------------------------------------------------------------------- */

static void
set_text(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

gboolean
option_take_text_or_empty(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  set_text(&TEXT(given, spec), value);
  return TRUE;
}

gboolean
option_take_text(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  if (*value == '\0')
    return refuse_empty(error, spec);
  return option_take_text_or_empty(given, spec, value, error);
}

gboolean
option_take_id_prefix(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  if (*value == '\0')
    return refuse_empty(error, spec);
  set_text(&given->id_prefix, value);
  return TRUE;
}

/* --- Secrets ---------------------------------------------------------------------------------- */

gboolean
option_take_secret(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  secret_set(&TEXT(given, spec), value);
  explicit_bzero(value, strlen(value));
  return TRUE;
}

/* At most `size` bytes; -1 and errno. */
static gssize
read_start(const char *path, char *bytes, gsize size)
{
  gsize length = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    return -1;
  while (length < size) {
    ssize_t got = read(fd, bytes + length, size - length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      int number = errno;
      close(fd);
      errno = number;
      return -1;
    }
    if (got == 0)
      break;
    length += (gsize)got;
  }
  close(fd);
  return (gssize)length;
}

/* `bytes` has room for a NUL behind `length`. */
static gboolean
take_first_line(Given *given, const OptionSpec *spec, char *bytes, gsize length, const char *path,
                GError **error)
{
  char *end = memchr(bytes, '\n', length);
  if (end == NULL && length > SECRET_MAX)
    return option_refuse(error, spec, "%s: the first line is longer than 65535 bytes", path);
  if (end == NULL)
    end = bytes + length;
  if (end > bytes && end[-1] == '\r')
    end--;
  *end = '\0';
  if (*bytes == '\0')
    return option_refuse(error, spec, "%s: there is no password on the first line", path);
  if (strlen(bytes) != (gsize)(end - bytes))
    return option_refuse(error, spec, "%s: there is a NUL byte in the password", path);
  secret_set(&TEXT(given, spec), bytes);
  return TRUE;
}

gboolean
option_take_secret_file(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  if (*value == '\0')
    return refuse_empty(error, spec);
  g_autofree char *path = safe_text_string(value);
  const gsize size = SECRET_MAX + 1;
  g_autofree char *bytes = g_malloc(size + 1);
  gssize length = read_start(value, bytes, size);
  if (length < 0)
    return option_refuse(error, spec, "%s: cannot be read: %s", path, g_strerror(errno));
  gboolean good = take_first_line(given, spec, bytes, (gsize)length, path, error);
  explicit_bzero(bytes, size);
  return good;
}

/* --- Numbers ---------------------------------------------------------------------------------- */

gboolean
option_take_number(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  guint64 number = 0;
  g_autofree char *allowed = g_strdup_printf("a number from %u to %u", spec->least, spec->most);
  if (!g_ascii_string_to_unsigned(value, 10, spec->least, spec->most, &number, NULL))
    return refuse_value(error, spec, allowed, value);
  NUMBER(given, spec) = (guint16)number;
  return TRUE;
}

static gboolean
take_qos(int *qos, const OptionSpec *spec, const char *value, GError **error)
{
  guint64 number = 0;
  if (!g_ascii_string_to_unsigned(value, 10, 0, 2, &number, NULL))
    return refuse_value(error, spec, "0, 1 or 2", value);
  *qos = (int)number;
  return TRUE;
}

gboolean
option_take_qos(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  return take_qos(&given->qos, spec, value, error);
}

gboolean
option_take_will_qos(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  return take_qos(&given->profile->will_qos, spec, value, error);
}

/* --- MQTT ------------------------------------------------------------------------------------- */

gboolean
option_take_topic(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  g_autoptr(GError) reason = NULL;
  if (!profile_check_subscription(value, 0, &reason))
    return option_refuse(error, spec, "does not fit: %s", reason->message);
  profile_add_subscription(given->profile, value, 0);
  return TRUE;
}

gboolean
option_take_mqtt_version(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  static const struct {
    const char *text;
    MqttVersion version;
  } versions[] = {
      {"5", MQTT_5},         {"mqttv5", MQTT_5},    {"311", MQTT_3_1_1}, {"mqttv311", MQTT_3_1_1},
      {"3.1.1", MQTT_3_1_1}, {"mqttv31", MQTT_3_1}, {"31", MQTT_3_1},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
    if (strcmp(versions[i].text, value) != 0)
      continue;
    if (versions[i].version == MQTT_3_1)
      return option_refuse(error, spec, "%s is not supported: use 311 or 5", value);
    given->profile->version = versions[i].version;
    return TRUE;
  }
  return refuse_value(error, spec, "5 (mqttv5) or 311 (mqttv311)", value);
}

/* --- DNS and TLS ------------------------------------------------------------------------------ */

gboolean
option_take_dns_server(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  g_autoptr(GError) reason = NULL;
  char *before = given->profile->dns_servers;
  if (*value == '\0')
    return refuse_empty(error, spec);
  g_autofree char *all = before != NULL ? g_strconcat(before, ",", value, NULL) : g_strdup(value);
  if (!profile_check_dns_servers(all, &reason))
    return option_refuse(error, spec, "does not fit: %s", reason->message);
  g_free(before);
  given->profile->dns_servers = g_steal_pointer(&all);
  return TRUE;
}

gboolean
option_take_tls_version(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  static const struct {
    const char *text;
    ProfileTlsVersion version;
  } versions[] = {
      {"tlsv1.3", TLS_1_3}, {"tlsv1.2", TLS_1_2}, {"tlsv1.1", TLS_1_1},
      {"tlsv1.0", TLS_1_0}, {"tlsv1", TLS_1_0},   {"1.3", TLS_1_3},
      {"1.2", TLS_1_2},     {"1.1", TLS_1_1},     {"1.0", TLS_1_0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
    if (strcmp(versions[i].text, value) == 0) {
      given->profile->tls_version = versions[i].version;
      return TRUE;
    }
  }
  return refuse_value(error, spec, "tlsv1.3, tlsv1.2, tlsv1.1 or tlsv1.0", value);
}

/* --- The message log -------------------------------------------------------------------------- */

static guint64
memory_of_this_machine(void)
{
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
  return pages > 0 && size > 0 ? (guint64)pages * (guint64)size : G_MAXINT64;
}

/* Bytes, with K, M or G for powers of 1024. */
static gboolean
parse_size(const char *text, guint64 *bytes)
{
  static const char units[] = "KMG";
  g_autofree char *digits = g_ascii_strup(text, -1);
  gsize length = strlen(digits);
  const char *unit = length > 0 ? strchr(units, digits[length - 1]) : NULL;
  guint shift = unit != NULL ? 10 * (guint)(unit - units + 1) : 0;
  if (unit != NULL)
    digits[length - 1] = '\0';
  if (!g_ascii_string_to_unsigned(digits, 10, 0, G_MAXINT64 >> shift, bytes, NULL))
    return FALSE;
  *bytes <<= shift;
  return TRUE;
}

gboolean
option_take_certbot_folder(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  if (*value == '\0')
    return refuse_empty(error, spec);
  g_free(given->certbot_folder);
  given->certbot_folder = g_strdup(value);
  return TRUE;
}

gboolean
option_take_log_size(Given *given, const OptionSpec *spec, char *value, GError **error)
{
  guint64 bytes = 0, most = memory_of_this_machine();
  if (!parse_size(value, &bytes))
    return refuse_value(error, spec, "a size such as 64M (K, M or G)", value);
  if (bytes < MESSAGE_LOG_MIN_BYTES)
    return refuse_value(error, spec, "at least 64K", value);
  if (bytes > MIN(most, G_MAXSIZE)) {
    g_autofree char *have = g_format_size_full(most, G_FORMAT_SIZE_IEC_UNITS);
    g_autofree char *safe = safe_text_string(value);
    return option_refuse(error, spec, "%s is more than the memory of this machine, %s", safe, have);
  }
  given->log_bytes = (gsize)bytes;
  return TRUE;
}
