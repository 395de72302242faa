/* A GLib key file:
 *
 *   [connection]     scheme, host, port, dns-servers, connect-timeout, probes
 *   [tls]            trust, ca, certificate, key, key-password, server-name, alpn, version,
 *                    priority, crl, broker-ca
 *   [mqtt]           version, client-id, user-name, password, keep-alive, clean-start
 *   [will]           topic, payload, qos, retain
 *   [subscriptions]  1 = 0 plant/#
 *
 * A subscription is a numbered key with the QoS, a space and the filter: a filter may hold '=',
 * ';' and '[' and begin with '#', of which a key could hold none.
 *
 * Saving is a difference: only keys whose value is another one than the file gives now are
 * touched. So comments, unknown keys and the user's way of writing stay, and what has its default
 * is not written at all.
 *
 * Best effort with secrets: GKeyFile frees its own copies without wiping them. */
#include "config.h"

#include "core/profile_text.h"

#include <string.h>

#include "core/key_file_lines.h"
#include "core/profile_check.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define SUBSCRIPTIONS "subscriptions"
#define SUFFIX ".conf"

/* --- The keys --------------------------------------------------------------------------------- */

typedef enum {
  KIND_TEXT,          /* an empty one is none */
  KIND_TEXT_OR_EMPTY, /* an empty one has a meaning of its own */
  KIND_SECRET,
  KIND_PATH,   /* "~/" and relative paths are resolved */
  KIND_NUMBER, /* guint16 */
  KIND_CHOICE, /* int */
} Kind;

typedef struct {
  const char *text;
  int value;
} Choice;

typedef struct {
  const char *group, *key;
  Kind kind;
  gsize offset;
  const char *allowed;   /* in words, for an error */
  guint16 least;         /* of KIND_NUMBER */
  const Choice *choices; /* of KIND_CHOICE, ended by NULL; the first text of a value is written */
} FileKey;

static const Choice schemes[] = {{"mqtts", SCHEME_MQTTS}, {"mqtt", SCHEME_MQTT}, {NULL, 0}};
static const Choice trusts[] = {
    {"system", TRUST_SYSTEM}, {"file", TRUST_FILE}, {"folder", TRUST_FOLDER}, {NULL, 0}};
static const Choice versions[] = {{"5", MQTT_5}, {"3.1.1", MQTT_3_1_1}, {NULL, 0}};
static const Choice tls_versions[] = {{"any", TLS_ANY}, {"1.3", TLS_1_3}, {"1.2", TLS_1_2},
                                      {"1.1", TLS_1_1}, {"1.0", TLS_1_0}, {NULL, 0}};
/* A profile says when there are to be none. */
static const Choice probes[] = {{"true", FALSE}, {"false", TRUE}, {NULL, 0}};
static const Choice flags[] = {{"true", TRUE}, {"false", FALSE}, {NULL, 0}};
static const Choice qos_values[] = {{"0", 0}, {"1", 1}, {"2", 2}, {NULL, 0}};

#define AS(of_kind, member) .kind = (of_kind), .offset = offsetof(Profile, member)
#define NUMBER_FROM(from, member, words)                                                           \
  AS(KIND_NUMBER, member), .least = (from), .allowed = (words)
#define ONE_OF(list, member, words) AS(KIND_CHOICE, member), .choices = (list), .allowed = (words)

static const FileKey file_keys[] = {
    {"connection", "scheme", ONE_OF(schemes, scheme, "mqtts or mqtt")},
    {"connection", "host", AS(KIND_TEXT, host)},
    {"connection", "port", NUMBER_FROM(1, port, "a number from 1 to 65535")},
    {"connection", "dns-servers", AS(KIND_TEXT, dns_servers)},
    {"connection", "connect-timeout",
     NUMBER_FROM(0, connect_timeout, "a number of seconds from 0 to 65535")},
    {"connection", "probes", ONE_OF(probes, no_probes, "true or false")},
    {"tls", "trust", ONE_OF(trusts, trust, "system, file or folder")},
    {"tls", "ca", AS(KIND_PATH, ca_path)},
    {"tls", "certificate", AS(KIND_PATH, certificate_path)},
    {"tls", "key", AS(KIND_PATH, key_path)},
    {"tls", "key-password", AS(KIND_SECRET, key_password)},
    {"tls", "server-name", AS(KIND_TEXT, server_name)},
    {"tls", "alpn", AS(KIND_TEXT, alpn)},
    {"tls", "version", ONE_OF(tls_versions, tls_version, "any, 1.3, 1.2, 1.1 or 1.0")},
    {"tls", "priority", AS(KIND_TEXT, tls_priority)},
    {"tls", "crl", AS(KIND_PATH, crl_path)},
    {"tls", "broker-ca", AS(KIND_PATH, broker_ca_path)},
    {"mqtt", "version", ONE_OF(versions, version, "5 or 3.1.1")},
    {"mqtt", "client-id", AS(KIND_TEXT_OR_EMPTY, client_id)},
    {"mqtt", "user-name", AS(KIND_TEXT, user_name)},
    {"mqtt", "password", AS(KIND_SECRET, password)},
    {"mqtt", "keep-alive", NUMBER_FROM(0, keep_alive, "a number of seconds from 0 to 65535")},
    {"mqtt", "clean-start", ONE_OF(flags, clean_start, "true or false")},
    {"will", "topic", AS(KIND_TEXT, will_topic)},
    {"will", "payload", AS(KIND_TEXT, will_payload)},
    {"will", "qos", ONE_OF(qos_values, will_qos, "0, 1 or 2")},
    {"will", "retain", ONE_OF(flags, will_retain, "true or false")},
};

#define TEXT(profile, key) G_STRUCT_MEMBER(char *, profile, (key)->offset)
#define NUMBER(profile, key) G_STRUCT_MEMBER(guint16, profile, (key)->offset)
#define CHOICE(profile, key) G_STRUCT_MEMBER(int, profile, (key)->offset)

/* What is being read, and where errors are told from. */
typedef struct {
  const char *path;
  const char *text;
  gsize length;
  GKeyFile *keys;
} Source;

/* --- Errors ----------------------------------------------------------------------------------- */

G_GNUC_PRINTF(4, 5)
static gboolean
refuse_line(const Source *source, guint line, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *path = safe_text_string(source->path);
  g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, "%s, line %u: %s", path, line,
              sentence);
  return FALSE;
}

static guint
line_of(const Source *source, const char *group, const char *key)
{
  return key_file_line_of(source->text, source->length, group, key);
}

static gboolean
refuse_value(const Source *source, const char *group, const char *key, const char *value,
             const char *allowed, GError **error)
{
  g_autofree char *safe_key = safe_text_string(key);
  g_autofree char *safe = safe_text_string(value);
  return refuse_line(source, line_of(source, group, key), error,
                     "%s in [%s] is \"%s\"; allowed is %s", safe_key, group, safe, allowed);
}

/* --- Syntax ----------------------------------------------------------------------------------- */

/* CR is half of a line end and nothing else: GKeyFile takes one away at each reading, so that a
 * value which ends in two would become another one whenever the file is saved. */
static gboolean
is_control(const Source *source, gsize at)
{
  char c = source->text[at];
  if (c == '\r')
    return at + 1 == source->length || source->text[at + 1] != '\n';
  return g_ascii_iscntrl(c) && c != '\n' && c != '\t';
}

static gboolean
check_characters(const Source *source, GError **error)
{
  guint line = 1;
  const char *end = NULL;
  g_utf8_validate(source->text, (gssize)source->length, &end);
  for (gsize at = 0; at < source->length; at++) {
    if (source->text + at == end)
      return refuse_line(source, line, error, "this is no UTF-8 text");
    if (is_control(source, at))
      return refuse_line(source, line, error, "there is a control character");
    line += source->text[at] == '\n' ? 1 : 0;
  }
  return TRUE;
}

static gboolean
parse(Source *source, GError **error)
{
  if (!check_characters(source, error))
    return FALSE;
  if (g_key_file_load_from_data(source->keys, source->text, source->length,
                                G_KEY_FILE_KEEP_COMMENTS, NULL))
    return TRUE;
  return refuse_line(source, key_file_bad_line(source->text, source->length), error,
                     "this is neither a [group], a comment (#) nor KEY = VALUE");
}

/* --- Loading ---------------------------------------------------------------------------------- */

/* A pkcs11: URI names an object on a token (RFC 7512): it is the same everywhere. */
static gboolean
is_relative_path(const char *value)
{
  return !g_path_is_absolute(value) && !g_str_has_prefix(value, "pkcs11:");
}

static char *
resolve_path(const Source *source, const char *value)
{
  if (g_str_has_prefix(value, "~/"))
    return g_build_filename(g_get_home_dir(), value + 2, NULL);
  if (!is_relative_path(value))
    return g_strdup(value);
  g_autofree char *folder = g_path_get_dirname(source->path);
  return g_build_filename(folder, value, NULL);
}

/* (transfer full); NULL: a '\' that begins no escape. GLib tells of it in the error alone, and
 * gives back a string all the same. */
static char *
unescape(const Source *source, const char *group, const char *key)
{
  g_autoptr(GError) error = NULL;
  secret_auto value = g_key_file_get_string(source->keys, group, key, &error);
  return error == NULL ? g_steal_pointer(&value) : NULL;
}

static gboolean
load_text(const Source *source, const FileKey *key, Profile *profile, GError **error)
{
  secret_auto value = unescape(source, key->group, key->key);
  if (value == NULL)
    return refuse_line(source, line_of(source, key->group, key->key), error,
                       "%s in [%s] holds a '\\' that begins no escape; write a backslash as \\\\",
                       key->key, key->group);
  if (*value == '\0' && key->kind != KIND_TEXT_OR_EMPTY)
    return TRUE;
  TEXT(profile, key) =
      key->kind == KIND_PATH ? resolve_path(source, value) : g_steal_pointer(&value);
  return TRUE;
}

static gboolean
load_number(const FileKey *key, const char *value, Profile *profile)
{
  guint64 number = 0;
  if (!g_ascii_string_to_unsigned(value, 10, key->least, G_MAXUINT16, &number, NULL))
    return FALSE;
  NUMBER(profile, key) = (guint16)number;
  return TRUE;
}

static gboolean
load_choice(const FileKey *key, const char *value, Profile *profile)
{
  for (const Choice *choice = key->choices; choice->text != NULL; choice++) {
    if (strcmp(choice->text, value) == 0) {
      CHOICE(profile, key) = choice->value;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
load_key(const Source *source, const FileKey *key, Profile *profile, GError **error)
{
  if (!g_key_file_has_key(source->keys, key->group, key->key, NULL))
    return TRUE;
  if (key->kind != KIND_NUMBER && key->kind != KIND_CHOICE)
    return load_text(source, key, profile, error);
  g_autofree char *value = g_key_file_get_value(source->keys, key->group, key->key, NULL);
  g_strchomp(value);
  if (key->kind == KIND_NUMBER ? load_number(key, value, profile)
                               : load_choice(key, value, profile))
    return TRUE;
  return refuse_value(source, key->group, key->key, value, key->allowed, error);
}

static gboolean
is_number(const char *key)
{
  return *key != '\0' && strspn(key, "0123456789") == strlen(key);
}

static gboolean
load_subscription(const Source *source, const char *key, Profile *profile, GError **error)
{
  g_autofree char *value = unescape(source, SUBSCRIPTIONS, key);
  if (!is_number(key) || value == NULL || strchr("012", *value) == NULL || *value == '\0' ||
      value[1] != ' ') {
    g_autofree char *raw = g_key_file_get_value(source->keys, SUBSCRIPTIONS, key, NULL);
    return refuse_value(source, SUBSCRIPTIONS, key, raw,
                        "NUMBER = QOS FILTER, such as 1 = 0 plant/#", error);
  }
  g_autoptr(GError) reason = NULL;
  int qos = *value - '0';
  if (!profile_check_subscription(value + 2, qos, &reason))
    return refuse_line(source, line_of(source, SUBSCRIPTIONS, key), error, "%s", reason->message);
  profile_add_subscription(profile, value + 2, qos);
  return TRUE;
}

static gboolean
load_subscriptions(const Source *source, Profile *profile, GError **error)
{
  g_auto(GStrv) keys = g_key_file_get_keys(source->keys, SUBSCRIPTIONS, NULL, NULL);
  for (int i = 0; keys != NULL && keys[i] != NULL; i++) {
    if (!load_subscription(source, keys[i], profile, error))
      return FALSE;
  }
  return TRUE;
}

static char *
name_of(const char *path)
{
  char *name = g_path_get_basename(path);
  if (g_str_has_suffix(name, SUFFIX))
    name[strlen(name) - strlen(SUFFIX)] = '\0';
  return name;
}

static Profile *
load(Source *source, GError **error)
{
  g_autoptr(Profile) profile = profile_new();
  profile->name = name_of(source->path);
  if (!parse(source, error))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(file_keys); i++) {
    if (!load_key(source, &file_keys[i], profile, error))
      return NULL;
  }
  return load_subscriptions(source, profile, error) ? g_steal_pointer(&profile) : NULL;
}

Profile *
profile_from_text(const char *path, const char *text, gsize length, GError **error)
{
  g_autoptr(GKeyFile) keys = g_key_file_new();
  Source source = {path, text, length, keys};
  return load(&source, error);
}

/* --- Saving ----------------------------------------------------------------------------------- */

static gboolean
is_kept_by_a_file(const char *text)
{
  if (!g_utf8_validate(text, -1, NULL))
    return FALSE;
  for (const char *c = text; *c != '\0'; c++) {
    if (g_ascii_iscntrl(*c) && strchr("\t\n\r", *c) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
store_text(GKeyFile *keys, const FileKey *key, const char *value, GError **error)
{
  if (!is_kept_by_a_file(value)) {
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                "%s of [%s] holds control characters, or bytes that are no UTF-8: a profile's file "
                "cannot keep it",
                key->key, key->group);
    return FALSE;
  }
  /* Relative to where we are now, which is another place at the next start. */
  g_autofree char *path = key->kind == KIND_PATH && is_relative_path(value)
                              ? g_canonicalize_filename(value, NULL)
                              : NULL;
  g_key_file_set_string(keys, key->group, key->key, path != NULL ? path : value);
  return TRUE;
}

static gboolean
store_changed_text(GKeyFile *keys, const FileKey *key, const char *value, const char *old,
                   GError **error)
{
  if (value != NULL && *value == '\0' && key->kind != KIND_TEXT_OR_EMPTY)
    value = NULL;
  if (g_strcmp0(value, old) == 0)
    return TRUE;
  if (value != NULL)
    return store_text(keys, key, value, error);
  g_key_file_remove_key(keys, key->group, key->key, NULL);
  return TRUE;
}

static void
store_number(GKeyFile *keys, const FileKey *key, guint16 value, guint16 old)
{
  if (value == old)
    return;
  if (value < key->least)
    g_key_file_remove_key(keys, key->group, key->key, NULL);
  else
    g_key_file_set_integer(keys, key->group, key->key, value);
}

static void
store_choice(GKeyFile *keys, const FileKey *key, int value, int old)
{
  const Choice *choice = key->choices;
  while (choice->text != NULL && choice->value != value)
    choice++;
  if (value != old && choice->text != NULL)
    g_key_file_set_string(keys, key->group, key->key, choice->text);
}

static gboolean
store_key(GKeyFile *keys, const FileKey *key, const Profile *profile, const Profile *old,
          GError **error)
{
  if (key->kind == KIND_NUMBER)
    store_number(keys, key, NUMBER(profile, key), NUMBER(old, key));
  else if (key->kind == KIND_CHOICE)
    store_choice(keys, key, CHOICE(profile, key), CHOICE(old, key));
  else
    return store_changed_text(keys, key, TEXT(profile, key), TEXT(old, key), error);
  return TRUE;
}

static void
store_subscriptions(GKeyFile *keys, const Profile *profile, const Profile *old)
{
  if (profile_same_subscriptions(profile, old))
    return;
  g_auto(GStrv) old_keys = g_key_file_get_keys(keys, SUBSCRIPTIONS, NULL, NULL);
  for (int i = 0; old_keys != NULL && old_keys[i] != NULL; i++)
    g_key_file_remove_key(keys, SUBSCRIPTIONS, old_keys[i], NULL);
  for (guint i = 0; i < profile->subscriptions->len; i++) {
    const ProfileSubscription *subscription = profile->subscriptions->pdata[i];
    g_autofree char *key = g_strdup_printf("%u", i + 1);
    g_autofree char *value = g_strdup_printf("%d %s", subscription->qos, subscription->filter);
    g_key_file_set_string(keys, SUBSCRIPTIONS, key, value);
  }
}

static gboolean
store(GKeyFile *keys, const Profile *profile, const Profile *old, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS(file_keys); i++) {
    if (!store_key(keys, &file_keys[i], profile, old, error))
      return FALSE;
  }
  store_subscriptions(keys, profile, old);
  return TRUE;
}

char *
profile_to_text(const Profile *profile, const char *path, const char *old, gsize old_length,
                gsize *length, GError **error)
{
  g_autoptr(GKeyFile) keys = g_key_file_new();
  Source source = {path, old != NULL ? old : "", old != NULL ? old_length : 0, keys};
  g_autoptr(Profile) before = load(&source, error);
  if (before == NULL || !store(keys, profile, before, error))
    return NULL;
  return g_key_file_to_data(keys, length, NULL);
}
