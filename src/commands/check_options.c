/* The words of `mqtrust check`: sorted into its own options, those of a connection, which are
 * parsed once, and targets, each of which becomes a profile with these options in it. */
#include "config.h"

#include "commands/check_options.h"

#include <string.h>
#include <unistd.h>

#include "commands/option_table.h"
#include "commands/option_values.h"
#include "core/check.h"
#include "core/message_log.h"
#include "core/profile_check.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define WARN_DAYS_MAX 36500
#define TIMEOUT_MAX 3600
#define JOBS_MAX 512

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  g_autofree char *safe = safe_text_string(text);
  va_end(arguments);
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, safe);
  return FALSE;
}

/* --- Its own options -------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  gboolean (*take)(CheckOptions *options, char *value, GError **error); /* NULL: takes no value */
  gsize flag; /* offset of the gboolean that it sets */
} OwnOption;

static gboolean
take_format(CheckOptions *options, char *value, GError **error)
{
  static const char *const names[] = {[CHECK_TEXT] = "text",
                                      [CHECK_JSON] = "json",
                                      [CHECK_NAGIOS] = "nagios",
                                      [CHECK_PROMETHEUS] = "prometheus"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    if (strcmp(value, names[i]) != 0)
      continue;
    options->format = (CheckFormat)i;
    return TRUE;
  }
  return refuse(error, "--format \"%s\" is unknown; write text, json, nagios or prometheus", value);
}

static gboolean
take_number(const char *name, const char *value, guint least, guint most, guint *number,
            GError **error)
{
  guint64 parsed = 0;
  if (!g_ascii_string_to_unsigned(value, 10, least, most, &parsed, NULL))
    return refuse(error, "--%s takes a number from %u to %u, not \"%s\"", name, least, most, value);
  *number = (guint)parsed;
  return TRUE;
}

static gboolean
take_warn_days(CheckOptions *options, char *value, GError **error)
{
  guint days = 0;
  if (!take_number("warn-days", value, 0, WARN_DAYS_MAX, &days, error))
    return FALSE;
  options->warn_days = (int)days;
  return TRUE;
}

static gboolean
take_timeout(CheckOptions *options, char *value, GError **error)
{
  guint seconds = 0;
  if (!take_number("timeout", value, 1, TIMEOUT_MAX, &seconds, error))
    return FALSE;
  options->timeout_ms = seconds * 1000;
  return TRUE;
}

static gboolean
take_jobs(CheckOptions *options, char *value, GError **error)
{
  return take_number("jobs", value, 1, JOBS_MAX, &options->jobs, error);
}

static gboolean
take_save(CheckOptions *options, char *value, GError **error)
{
  if (*value == '\0')
    return refuse(error, "--save-chain is empty: write --save-chain FOLDER");
  g_free(options->save_folder);
  options->save_folder = g_strdup(value);
  return TRUE;
}

#define FLAG(member) NULL, offsetof(CheckOptions, member)

static const OwnOption own_options[] = {
    {"format", take_format, 0},   {"json", NULL, 0},      {"warn-days", take_warn_days, 0},
    {"timeout", take_timeout, 0}, {"jobs", take_jobs, 0}, {"save-chain", take_save, 0},
    {"names", FLAG(names)},       {"force", FLAG(force)}, {"ascii", FLAG(ascii)},
    {"no-color", FLAG(no_color)}, {"help", FLAG(help)},   {"version", FLAG(version)},
};

static const OwnOption *
own_by_name(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(own_options); i++) {
    if (strcmp(own_options[i].name, name) == 0)
      return &own_options[i];
  }
  return NULL;
}

/* --- Sorting the words ------------------------------------------------------------------------ */

typedef struct {
  int count, next;
  char **words;
  GPtrArray *connection; /* of char *, borrowed: options of a connection and their values */
  GPtrArray *targets;    /* of char *, borrowed: URLs and names */
} Sorter;

static char *
next_word(Sorter *sorter)
{
  return sorter->next < sorter->count ? sorter->words[sorter->next++] : NULL;
}

static gboolean
take_own(CheckOptions *options, const OwnOption *own, char *value, Sorter *sorter, GError **error)
{
  if (own->take == NULL && value != NULL)
    return refuse(error, "--%s takes no value", own->name);
  if (own->take == NULL && own->flag == 0)
    options->format = CHECK_JSON;
  else if (own->take == NULL)
    G_STRUCT_MEMBER(gboolean, options, own->flag) = TRUE;
  if (own->take == NULL)
    return TRUE;
  if (value == NULL)
    value = next_word(sorter);
  if (value == NULL)
    return refuse(error, "--%s needs a value; see mqtrust check --help", own->name);
  return own->take(options, value, error);
}

/* `word` as it stands; `value` is what stands in the same word, or NULL. */
static gboolean
take_of_connection(Sorter *sorter, const OptionSpec *spec, char *word, char *value, GError **error)
{
  char *argument = value;
  if (spec->take != NULL && argument == NULL)
    argument = next_word(sorter);
  if (spec->take != NULL && argument == NULL)
    return refuse(error, "--%s needs a value: --%s %s", spec->name, spec->name, spec->argument);
  if (spec->id == OPTION_URL) {
    g_ptr_array_add(sorter->targets, argument);
    return TRUE;
  }
  g_ptr_array_add(sorter->connection, word);
  if (argument != NULL && value == NULL)
    g_ptr_array_add(sorter->connection, argument);
  return TRUE;
}

static gboolean
take_long(CheckOptions *options, Sorter *sorter, char *word, GError **error)
{
  char *equals = strchr(word, '=');
  g_autofree char *name =
      equals != NULL ? g_strndup(word + 2, (gsize)(equals - word) - 2) : g_strdup(word + 2);
  char *value = equals != NULL ? equals + 1 : NULL;
  const OwnOption *own = own_by_name(name);
  if (own != NULL)
    return take_own(options, own, value, sorter, error);
  const OptionSpec *spec = option_by_name(name);
  if (spec != NULL && spec->id < OPTION_FIRST_OF_SCREEN)
    return take_of_connection(sorter, spec, word, value, error);
  const OptionSpec *near = spec == NULL ? option_near(name) : NULL;
  if (near != NULL)
    return refuse(error, "unknown option --%s, did you mean --%s? See mqtrust check --help", name,
                  near->name);
  return refuse(error, "unknown option --%s; see mqtrust check --help", name);
}

static gboolean
take_short(Sorter *sorter, char *word, GError **error)
{
  const OptionSpec *spec = option_by_letter(word[1]);
  if (spec == NULL || spec->id >= OPTION_FIRST_OF_SCREEN)
    return refuse(error, "unknown option -%c; see mqtrust check --help", word[1]);
  return take_of_connection(sorter, spec, word, word[2] != '\0' ? word + 2 : NULL, error);
}

static gboolean
sort_words(CheckOptions *options, Sorter *sorter, GError **error)
{
  gboolean only_targets = FALSE;
  for (char *word = next_word(sorter); word != NULL; word = next_word(sorter)) {
    gboolean good = TRUE;
    if (!only_targets && strcmp(word, "--") == 0)
      only_targets = TRUE;
    else if (!only_targets && g_str_has_prefix(word, "--"))
      good = take_long(options, sorter, word, error);
    else if (!only_targets && word[0] == '-' && word[1] != '\0')
      good = take_short(sorter, word, error);
    else
      g_ptr_array_add(sorter->targets, word);
    if (!good)
      return FALSE;
  }
  return TRUE;
}

/* --- Targets ---------------------------------------------------------------------------------- */

static void
target_free(gpointer data)
{
  CheckTarget *target = data;
  g_free(target->name);
  profile_free(target->profile);
  g_free(target);
}

static void
add_target(CheckOptions *options, const char *name, Profile *profile)
{
  CheckTarget *target = g_new0(CheckTarget, 1);
  target->name = safe_text_string(name);
  target->profile = profile;
  g_ptr_array_add(options->targets, target);
}

static void
given_copy(Given *copy, const Given *given)
{
  *copy = *given;
  copy->profile = profile_copy(given->profile);
  copy->id_prefix = g_strdup(given->id_prefix);
  copy->from_url = NULL;
  copy->profile_name = NULL;
}

/* `url` NULL: the options alone describe it. */
static gboolean
add_url(CheckOptions *options, const Given *given, char *url, GError **error)
{
  g_auto(Given) own = {0};
  given_copy(&own, given);
  if (url != NULL) {
    own.seen[OPTION_URL] = TRUE;
    if (!option_take_url(&own, option_by_id(OPTION_URL), url, error))
      return FALSE;
  }
  if (!option_finish_profile(&own, error))
    return FALSE;
  g_autofree char *shown = profile_url(own.profile);
  add_target(options, shown, g_steal_pointer(&own.profile));
  return TRUE;
}

static void
overlay_text(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

/* What an option said goes over what was saved. */
static void
overlay_member(Profile *profile, const Given *given, const OptionSpec *spec)
{
  if (spec->take == option_take_number)
    G_STRUCT_MEMBER(guint16, profile, spec->offset) =
        G_STRUCT_MEMBER(guint16, given->profile, spec->offset);
  else if (spec->take == option_take_text_or_empty)
    overlay_text(&G_STRUCT_MEMBER(char *, profile, spec->offset),
                 G_STRUCT_MEMBER(char *, given->profile, spec->offset));
  else if (spec->take == option_take_text || spec->take == option_take_secret ||
           spec->take == option_take_secret_file)
    secret_set(&G_STRUCT_MEMBER(char *, profile, spec->offset),
               G_STRUCT_MEMBER(char *, given->profile, spec->offset));
}

static void
overlay_trust(Profile *profile, const Given *given)
{
  const gboolean *seen = given->seen;
  if (seen[OPTION_CAFILE])
    profile->trust = TRUST_FILE;
  else if (seen[OPTION_CAPATH])
    profile->trust = TRUST_FOLDER;
  else if (seen[OPTION_OS_CERTS]) {
    profile->trust = TRUST_SYSTEM;
    g_clear_pointer(&profile->ca_path, g_free);
  }
  profile->insecure |= seen[OPTION_INSECURE];
  if (seen[OPTION_TLS_VERSION])
    profile->tls_version = given->profile->tls_version;
  /* The saved key belongs to the saved certificate. */
  if (seen[OPTION_CERT] && !seen[OPTION_KEY])
    g_clear_pointer(&profile->key_path, g_free);
}

static void
overlay_mqtt(Profile *profile, const Given *given)
{
  const Profile *said = given->profile;
  if (given->id_prefix != NULL) {
    g_free(profile->client_id);
    profile->client_id = g_strdup_printf("%s%d", given->id_prefix, (int)getpid());
  }
  if (given->seen[OPTION_VERSION_OF_MQTT])
    profile->version = said->version;
  if (given->seen[OPTION_NO_CLEAN_SESSION])
    profile->clean_start = FALSE;
  if (given->seen[OPTION_WILL_QOS])
    profile->will_qos = said->will_qos;
  profile->will_retain |= given->seen[OPTION_WILL_RETAIN];
  for (guint i = 0; i < said->subscriptions->len; i++) {
    const ProfileSubscription *subscription = said->subscriptions->pdata[i];
    profile_add_subscription(profile, subscription->filter, given->qos);
  }
}

static void
overlay(Profile *profile, const Given *given)
{
  for (gsize i = 0; i < option_group_count; i++) {
    for (gsize j = 0; j < option_groups[i].count; j++) {
      const OptionSpec *spec = &option_groups[i].options[j];
      if (spec->id < OPTION_FIRST_OF_SCREEN && given->seen[spec->id])
        overlay_member(profile, given, spec);
    }
  }
  if (given->seen[OPTION_DNS_SERVER])
    overlay_text(&profile->dns_servers, given->profile->dns_servers);
  profile->no_probes |= given->seen[OPTION_NO_PROBES];
  overlay_trust(profile, given);
  overlay_mqtt(profile, given);
}

static gboolean
add_saved(CheckOptions *options, const Given *given, const char *name, const char *folder,
          GError **error)
{
  if (!profile_check_name(name, error))
    return FALSE;
  g_autofree char *file = g_strconcat(name, ".conf", NULL);
  g_autofree char *path = g_build_filename(folder, file, NULL);
  if (!g_file_test(path, G_FILE_TEST_EXISTS))
    return refuse(error,
                  "there is no connection \"%s\" in %s; give a URL such as mqtts://%s:8883, or a "
                  "name that mqtrust shows",
                  name, folder, name);
  if (given->seen[OPTION_CAFILE] + given->seen[OPTION_CAPATH] + given->seen[OPTION_OS_CERTS] > 1)
    return refuse(error, "--cafile, --capath and --tls-use-os-certs exclude each other: give the "
                         "one that holds the broker's CA");
  g_autoptr(Profile) profile = profile_load(path, error);
  if (profile == NULL)
    return FALSE;
  overlay(profile, given);
  if (!profile_check(profile, error))
    return FALSE;
  add_target(options, name, g_steal_pointer(&profile));
  return TRUE;
}

static gboolean
add_targets(CheckOptions *options, const Given *given, const Sorter *sorter, const char *folder,
            GError **error)
{
  guint count = sorter->targets->len;
  if (count == 0 && sorter->connection->len == 0)
    return refuse(error, "say what to check: the name of a saved connection, or a URL such as "
                         "mqtts://mqtt.example.com; see mqtrust check --help");
  if (count > CHECK_TARGETS_MAX)
    return refuse(error, "more than %d targets are given; check them in several runs",
                  CHECK_TARGETS_MAX);
  if (count > 1 && given->seen[OPTION_HOST])
    return refuse(error, "--host is one broker and %u targets are given: leave it out", count);
  if (count == 0)
    return add_url(options, given, NULL, error);
  for (guint i = 0; i < count; i++) {
    char *word = sorter->targets->pdata[i];
    if (!(profile_is_url(word) ? add_url(options, given, word, error)
                               : add_saved(options, given, word, folder, error)))
      return FALSE;
  }
  return TRUE;
}

/* --- All together ----------------------------------------------------------------------------- */

gboolean
check_options_parse(int argc, char **argv, const char *folder, CheckOptions *options,
                    GError **error)
{
  g_autoptr(GPtrArray) connection = g_ptr_array_new(), targets = g_ptr_array_new();
  g_auto(Given) given = {.profile = profile_new(), .log_bytes = MESSAGE_LOG_DEFAULT_BYTES};
  Sorter sorter = {argc, 1, argv, connection, targets};
  *options = (CheckOptions){.warn_days = -1,
                            .timeout_ms = CHECK_TIMEOUT_MS,
                            .jobs = CHECK_JOBS,
                            .targets = g_ptr_array_new_with_free_func(target_free)};
  if (!sort_words(options, &sorter, error))
    return FALSE;
  if (options->help || options->version)
    return TRUE;
  if (options->force && options->save_folder == NULL)
    return refuse(error, "--force needs --save-chain: it lets files there be overwritten");
  if (options->names && options->format != CHECK_TEXT && options->format != CHECK_JSON)
    return refuse(error, "--names has no place in this format: take text or json");
  return option_take_words(&given, (int)connection->len, (char **)connection->pdata, error) &&
         add_targets(options, &given, &sorter, folder, error);
}

void
check_options_clear(CheckOptions *options)
{
  g_clear_pointer(&options->targets, g_ptr_array_unref);
  g_clear_pointer(&options->save_folder, g_free);
}
