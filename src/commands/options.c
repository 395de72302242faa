/* The command line: first each option by itself (option_values.c), then all of them together. */
#include "config.h"

#include "commands/options.h"

#include <string.h>
#include <unistd.h>

#include "commands/option_table.h"
#include "commands/option_values.h"
#include "core/message_log.h"
#include "core/profile_check.h"
#include "util/safe_text.h"
#include "util/secret.h"

void
option_given_clear(Given *given)
{
  profile_free(given->profile);
  profile_free(given->from_url);
  g_free(given->profile_name);
  g_free(given->certbot_folder);
  g_free(given->id_prefix);
}

static gboolean
refuse(GError **error, const char *sentence)
{
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, sentence);
  return FALSE;
}

/* --- The URL, and what stands without an option ----------------------------------------------- */

/* Takes ":password" out of "scheme://user:password@host", in place: ps shows what argv holds. */
static void
strip_password(char *url)
{
  char *start = strstr(url, "://");
  if (start == NULL)
    return;
  start += strlen("://");
  gsize length = strcspn(start, "/");
  char *at = memrchr(start, '@', length);
  char *colon = at != NULL ? memchr(start, ':', (gsize)(at - start)) : NULL;
  if (colon == NULL)
    return;
  gsize tail = strlen(at);
  gsize secret = (gsize)(at - colon);
  memmove(colon, at, tail);
  explicit_bzero(colon + tail, secret);
}

gboolean
option_take_url(Given *given, const OptionSpec *spec, char *url, GError **error)
{
  if (given->from_url != NULL)
    return refuse(error, "two URLs are given: mqtrust begins with one connection");
  given->from_url = profile_new();
  gboolean good = profile_set_url(given->from_url, url, error);
  strip_password(url);
  return good;
}

static gboolean
take_word(Given *given, char *word, GError **error)
{
  if (profile_is_url(word)) {
    given->seen[OPTION_URL] = TRUE;
    return option_take_url(given, option_by_id(OPTION_URL), word, error);
  }
  if (given->profile_name != NULL)
    return refuse(error, "two saved connections are named: mqtrust begins with one");
  if (!profile_check_name(word, error))
    return FALSE;
  given->profile_name = g_strdup(word);
  return TRUE;
}

/* --- One after the other ---------------------------------------------------------------------- */

typedef struct {
  int count;
  char **words;
  int next;
} Words;

static gboolean
refuse_unknown(GError **error, const char *dashes, const char *name)
{
  g_autofree char *safe = safe_text_string(name);
  const OptionSpec *near = option_near(name);
  if (near != NULL)
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                "unknown option %s%s, did you mean --%s? See mqtrust --help", dashes, safe,
                near->name);
  else
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                "unknown option %s%s; see mqtrust --help", dashes, safe);
  return FALSE;
}

/* `value` is what stands in the same word, or NULL. */
static gboolean
take_option(Given *given, const OptionSpec *spec, char *value, Words *words, GError **error)
{
  given->seen[spec->id] = TRUE;
  if (spec->take == NULL)
    return value == NULL || option_refuse(error, spec, "takes no value");
  if (value == NULL && words->next < words->count)
    value = words->words[words->next++];
  if (value == NULL)
    return option_refuse(error, spec, "needs a value: --%s %s", spec->name, spec->argument);
  return spec->take(given, spec, value, error);
}

/* --name, --name VALUE or --name=VALUE; `text` is behind the dashes. */
static gboolean
take_long(Given *given, char *text, Words *words, GError **error)
{
  char *equals = strchr(text, '=');
  g_autofree char *name = equals != NULL ? g_strndup(text, (gsize)(equals - text)) : g_strdup(text);
  const OptionSpec *spec = option_by_name(name);
  if (spec == NULL)
    return refuse_unknown(error, "--", name);
  return take_option(given, spec, equals != NULL ? equals + 1 : NULL, words, error);
}

/* -n, -n VALUE or -nVALUE. */
static gboolean
take_short(Given *given, char *text, Words *words, GError **error)
{
  const OptionSpec *spec = option_by_letter(*text);
  char letter[] = {*text, '\0'};
  if (text[1] != '\0' && option_by_name(text) != NULL) {
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                "unknown option -%s: write --%s, with two dashes", text, text);
    return FALSE;
  }
  if (spec == NULL)
    return refuse_unknown(error, "-", letter);
  return take_option(given, spec, text[1] != '\0' ? text + 1 : NULL, words, error);
}

static gboolean
take_words(Given *given, Words *words, GError **error)
{
  gboolean only_words = FALSE;
  while (words->next < words->count) {
    char *word = words->words[words->next++];
    gboolean good;
    if (!only_words && strcmp(word, "--") == 0)
      good = only_words = TRUE;
    else if (!only_words && g_str_has_prefix(word, "--"))
      good = take_long(given, word + 2, words, error);
    else if (!only_words && *word == '-' && word[1] != '\0')
      good = take_short(given, word + 1, words, error);
    else
      good = take_word(given, word, error);
    if (!good)
      return FALSE;
    if (given->seen[OPTION_HELP] || given->seen[OPTION_VERSION])
      return TRUE;
  }
  return TRUE;
}

/* --- All together ----------------------------------------------------------------------------- */

static const OptionSpec *
first_seen(const Given *given, const OptionId *ids, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    if (given->seen[ids[i]])
      return option_by_id(ids[i]);
  }
  return NULL;
}

static gboolean
describes_connection(const Given *given)
{
  for (int id = 0; id < OPTION_FIRST_OF_SCREEN; id++) {
    if (given->seen[id])
      return TRUE;
  }
  return FALSE;
}

/* An option of its own says more than the URL, wherever it stands. */
static void
take_from_url(Given *given)
{
  Profile *profile = given->profile, *url = given->from_url;
  if (url == NULL)
    return;
  profile->scheme = url->scheme;
  if (!given->seen[OPTION_PORT])
    profile->port = url->port;
  if (!given->seen[OPTION_HOST])
    profile->host = g_steal_pointer(&url->host);
  if (!given->seen[OPTION_USERNAME])
    profile->user_name = g_steal_pointer(&url->user_name);
  if (!given->seen[OPTION_PW] && !given->seen[OPTION_PW_FILE])
    profile->password = g_steal_pointer(&url->password);
  for (guint i = 0; i < url->subscriptions->len; i++) {
    const ProfileSubscription *subscription = url->subscriptions->pdata[i];
    profile_add_subscription(profile, subscription->filter, subscription->qos);
  }
}

/* Without a URL, TLS is on as soon as an option names a certificate, or the port is that of MQTT
 * over TLS: as with mosquitto_sub. */
static gboolean
decide_scheme(Given *given, GError **error)
{
  static const OptionId need[] = {OPTION_CAFILE, OPTION_CAPATH, OPTION_OS_CERTS, OPTION_CERT};
  static const OptionId detail[] = {OPTION_KEY,  OPTION_KEY_PASSWORD_FILE, OPTION_SERVER_NAME,
                                    OPTION_ALPN, OPTION_TLS_VERSION,       OPTION_TLS_PRIORITY,
                                    OPTION_CRL,  OPTION_BROKER_CA,         OPTION_INSECURE};
  const OptionSpec *cause = first_seen(given, need, G_N_ELEMENTS(need));
  const OptionSpec *waste = first_seen(given, detail, G_N_ELEMENTS(detail));
  Profile *profile = given->profile;
  if (given->from_url == NULL)
    profile->scheme = cause != NULL || profile->port == 8883 ? SCHEME_MQTTS : SCHEME_MQTT;
  if (profile->scheme == SCHEME_MQTTS)
    return TRUE;
  if (cause != NULL)
    return option_refuse(error, cause, "needs TLS, and the URL says mqtt://: write mqtts://");
  if (waste != NULL)
    return option_refuse(error, waste,
                         "needs TLS: write mqtts://, give port 8883, or one of --cafile, --capath, "
                         "--tls-use-os-certs and --cert");
  return TRUE;
}

static gboolean
decide_trust(Given *given, GError **error)
{
  gboolean file = given->seen[OPTION_CAFILE], folder = given->seen[OPTION_CAPATH];
  if (file + folder + given->seen[OPTION_OS_CERTS] > 1)
    return refuse(error, "--cafile, --capath and --tls-use-os-certs exclude each other: give the "
                         "one that holds the broker's CA");
  given->profile->trust = file ? TRUST_FILE : folder ? TRUST_FOLDER : TRUST_SYSTEM;
  given->profile->insecure = given->seen[OPTION_INSECURE];
  return TRUE;
}

static gboolean
decide_client_id(Given *given, GError **error)
{
  if (given->seen[OPTION_ID] && given->seen[OPTION_ID_PREFIX])
    return refuse(error, "--id and --id-prefix exclude each other: give one of them");
  if (given->seen[OPTION_NO_CLEAN_SESSION] && !given->seen[OPTION_ID])
    return refuse(error, "--disable-clean-session needs --id: without the same client id the "
                         "session cannot be found again");
  if (given->id_prefix != NULL)
    given->profile->client_id = g_strdup_printf("%s%d", given->id_prefix, (int)getpid());
  given->profile->clean_start = !given->seen[OPTION_NO_CLEAN_SESSION];
  return TRUE;
}

static gboolean
decide_will(Given *given, GError **error)
{
  static const OptionId detail[] = {OPTION_WILL_PAYLOAD, OPTION_WILL_QOS, OPTION_WILL_RETAIN};
  const OptionSpec *waste = first_seen(given, detail, G_N_ELEMENTS(detail));
  if (waste != NULL && !given->seen[OPTION_WILL_TOPIC])
    return option_refuse(error, waste, "needs --will-topic");
  given->profile->will_retain = given->seen[OPTION_WILL_RETAIN];
  return TRUE;
}

static gboolean
decide_password(Given *given, GError **error)
{
  if (given->seen[OPTION_PW] && given->seen[OPTION_PW_FILE])
    return refuse(error, "--pw and --pw-file exclude each other: give one of them");
  return TRUE;
}

static void
decide_subscriptions(Given *given)
{
  for (guint i = 0; i < given->profile->subscriptions->len; i++) {
    ProfileSubscription *subscription = given->profile->subscriptions->pdata[i];
    subscription->qos = given->qos;
  }
}

/* HOST:PORT, as far as a name is long. */
static char *
make_name(const Profile *profile)
{
  gboolean ipv6 = strchr(profile->host, ':') != NULL;
  char *name = g_strdup_printf("%s%s%s:%u", ipv6 ? "[" : "", profile->host, ipv6 ? "]" : "",
                               profile_port(profile));
  const char *end = NULL;
  g_utf8_validate(name, MIN((gssize)strlen(name), PROFILE_NAME_MAX), &end);
  name[end - name] = '\0';
  return name;
}

gboolean
option_finish_profile(Given *given, GError **error)
{
  Profile *profile = given->profile;
  take_from_url(given);
  if (profile->host == NULL)
    profile->host = g_strdup("localhost");
  profile->no_probes = given->seen[OPTION_NO_PROBES];
  if (!decide_scheme(given, error) || !decide_trust(given, error) ||
      !decide_password(given, error) || !decide_client_id(given, error) ||
      !decide_will(given, error) || !profile_check_host(profile->host, error))
    return FALSE;
  decide_subscriptions(given);
  if (profile->name == NULL)
    profile->name = make_name(profile);
  return profile_check(profile, error);
}

static gboolean
finish(Given *given, Options *options, GError **error)
{
  options->ascii = given->seen[OPTION_ASCII];
  options->no_color = given->seen[OPTION_NO_COLOR];
  options->show_help = given->seen[OPTION_HELP];
  options->show_version = given->seen[OPTION_VERSION];
  options->log_bytes = given->log_bytes;
  if (options->show_help || options->show_version)
    return TRUE;
  gboolean described = describes_connection(given);
  if (described && given->profile_name != NULL)
    return refuse(error, "a saved connection is named and another one described: give its name "
                         "alone, and change it in the dashboard");
  if (described && !option_finish_profile(given, error))
    return FALSE;
  if (described)
    options->profile = g_steal_pointer(&given->profile);
  options->profile_name = g_steal_pointer(&given->profile_name);
  options->certbot_folder = g_steal_pointer(&given->certbot_folder);
  return TRUE;
}

gboolean
option_take_words(Given *given, int count, char **list, GError **error)
{
  Words words = {.count = count, .words = list, .next = 0};
  return take_words(given, &words, error);
}

gboolean
options_parse(int argc, char **argv, Options *options, GError **error)
{
  g_auto(Given) given = {.profile = profile_new(), .log_bytes = MESSAGE_LOG_DEFAULT_BYTES};
  *options = (Options){0};
  return option_take_words(&given, argc - 1, argv + 1, error) && finish(&given, options, error);
}

void
options_clear(Options *options)
{
  g_clear_pointer(&options->profile, profile_free);
  g_clear_pointer(&options->profile_name, g_free);
  g_clear_pointer(&options->certbot_folder, g_free);
}
