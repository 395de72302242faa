#include "config.h"

#include "trust/renewal_config.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "trust/file_content.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

#define DAY G_GINT64_CONSTANT(86400)
#define NUMBER_MAX 1000000 /* of a span: certificates do not live longer, whatever the unit */
#define DEFAULT_BEFORE (30 * DAY)
#define SHORT_LIFE (10 * DAY)

typedef enum { SECTION_NONE, SECTION_PARAMETERS, SECTION_OTHER } Section;

/* --- a span of time --------------------------------------------------------------------------- */

static gint64
unit_seconds(const char *unit)
{
  static const struct {
    const char *name;
    gint64 seconds;
  } units[] = {{"second", 1},     {"minute", 60},      {"hour", 3600},     {"day", DAY},
               {"week", 7 * DAY}, {"month", 30 * DAY}, {"year", 365 * DAY}};
  for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
    gsize length = strlen(units[i].name);
    if (g_ascii_strncasecmp(unit, units[i].name, length) == 0 &&
        (unit[length] == '\0' || g_ascii_strcasecmp(unit + length, "s") == 0))
      return units[i].seconds;
  }
  return -1;
}

/* "30 days"; -1: it is written in another way. */
static gint64
parse_span(const char *text)
{
  char *unit = NULL;
  guint64 number = g_ascii_strtoull(text, &unit, 10);
  if (!g_ascii_isdigit(*text) || number > NUMBER_MAX)
    return -1;
  unit += strspn(unit, " ");
  gint64 seconds = unit_seconds(unit);
  return seconds < 0 ? -1 : (gint64)number * seconds;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* (transfer full): without blanks, a comment behind it, and quotes around it. */
static char *
value_of(const char *text, gsize length)
{
  g_autofree char *value = g_strndup(text, length);
  g_strstrip(value);
  gsize size = strlen(value);
  gboolean quoted =
      size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0];
  if (quoted)
    return g_strndup(value + 1, size - 2);
  char *comment = strstr(value, " #");
  if (comment)
    *comment = '\0';
  return g_strdup(g_strchomp(value));
}

/* The last one counts, as for certbot. */
static void
set_safe(char **place, const char *value)
{
  g_free(*place);
  *place = *value ? safe_text_string(value) : NULL;
}

static void
take_top(RenewalConfig *config, const char *key, const char *value)
{
  if (g_str_equal(key, "version")) {
    set_safe(&config->version, value);
  } else if (g_str_equal(key, "archive_dir")) {
    g_free(config->archive_dir);
    config->archive_dir = *value ? g_strdup(value) : NULL;
  } else if (g_str_equal(key, "renew_before_expiry")) {
    set_safe(&config->before_text, value);
    config->before = parse_span(value);
  } else if (g_str_equal(key, "autorenew")) {
    config->autorenew = g_ascii_strcasecmp(value, "false") != 0 && !g_str_equal(value, "0") &&
                        g_ascii_strcasecmp(value, "no") != 0 &&
                        g_ascii_strcasecmp(value, "off") != 0;
  }
}

static void
take_parameter(RenewalConfig *config, const char *key, const char *value)
{
  if (g_str_equal(key, "authenticator"))
    set_safe(&config->authenticator, value);
  else if (g_str_equal(key, "server"))
    set_safe(&config->server, value);
  else if (g_str_equal(key, "renew_hook"))
    set_safe(&config->deploy_hook, value);
  else if (g_str_equal(key, "preferred_chain"))
    set_safe(&config->preferred_chain, value);
  else if (g_str_equal(key, "autorenew"))
    take_top(config, key, value);
}

static Section
section_of(const char *line, gsize length)
{
  g_autofree char *text = g_strndup(line, length);
  g_strstrip(text);
  return g_str_equal(text, "[renewalparams]") ? SECTION_PARAMETERS : SECTION_OTHER;
}

static void
take_line(RenewalConfig *config, Section section, const char *line, gsize length)
{
  const char *equals = memchr(line, '=', length);
  if (!equals || section == SECTION_OTHER)
    return;
  g_autofree char *key = g_strndup(line, (gsize)(equals - line));
  g_autofree char *value = value_of(equals + 1, length - (gsize)(equals + 1 - line));
  g_strstrip(key);
  if (section == SECTION_NONE)
    take_top(config, key, value);
  else
    take_parameter(config, key, value);
}

RenewalConfig *
renewal_config_parse(const void *bytes, gsize length)
{
  RenewalConfig *config = g_new0(RenewalConfig, 1);
  Section section = SECTION_NONE;
  const char *at = bytes, *end = at + MIN(length, RENEWAL_CONFIG_MAX);
  config->before = -1;
  config->autorenew = TRUE;
  for (guint line = 0; at < end && line < RENEWAL_CONFIG_LINES_MAX; line++) {
    const char *stop = memchr(at, '\n', (gsize)(end - at));
    gsize size = (gsize)((stop ? stop : end) - at);
    gsize blanks = 0;
    while (blanks < size && (at[blanks] == ' ' || at[blanks] == '\t'))
      blanks++;
    if (blanks < size && at[blanks] == '[')
      section = section_of(at, size);
    else if (blanks < size && at[blanks] != '#')
      take_line(config, section, at, size);
    at = stop ? stop + 1 : end;
  }
  return config;
}

RenewalConfig *
renewal_config_read(const char *path, GError **error)
{
  gsize length = 0;
  guint8 *bytes = file_bytes_read(path, FILE_SLOT_ANY, &length, error);
  if (!bytes)
    return NULL;
  RenewalConfig *config = renewal_config_parse(bytes, length);
  gnutls_memset(bytes, 0, length); /* some plugins keep credentials in it */
  g_free(bytes);
  return config;
}

void
renewal_config_free(RenewalConfig *config)
{
  if (!config)
    return;
  g_free(config->version);
  g_free(config->archive_dir);
  g_free(config->authenticator);
  g_free(config->server);
  g_free(config->deploy_hook);
  g_free(config->preferred_chain);
  g_free(config->before_text);
  g_free(config);
}

/* --- when ------------------------------------------------------------------------------------- */

static gboolean
renews_by_share(const RenewalConfig *config)
{
  return config && config->version && g_ascii_strtoull(config->version, NULL, 10) >= 4;
}

gint64
renewal_config_due(const RenewalConfig *config, gint64 not_before, gint64 not_after,
                   const char **rule)
{
  gint64 life = MAX(not_after - not_before, 0);
  if (config && config->before >= 0) {
    *rule = "renew_before_expiry before its end";
    return not_after - config->before;
  }
  if (!renews_by_share(config)) {
    *rule = "30 days before its end";
    return not_after - DEFAULT_BEFORE;
  }
  *rule = life <= SHORT_LIFE ? "when half of its life is left" : "when a third of its life is left";
  return not_after - life / (life <= SHORT_LIFE ? 2 : 3);
}
