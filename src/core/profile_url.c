/* mqtt(s)://[user[:password]@]host[:port][/topic/filter] into a profile.
 *
 * The form is RFC 3986's, with one liberty: all behind the first '/' is the topic filter, so that
 * '#' and '?' need no escape there (a URL of a broker has neither query nor fragment).
 *
 * A password with a '/' or an '@' that was not escaped puts its pieces anywhere into the URL. So
 * no error repeats any part of it but a known scheme. */
#include "config.h"

#include "core/profile.h"

#include <string.h>

#include "core/profile_check.h"
#include "util/secret.h"

typedef struct {
  ProfileScheme scheme;
  char *user_name; /* NULL: the URL says nothing of it; "": it says there is none */
  char *password;  /* secret; as user_name */
  char *host;
  guint16 port; /* 0: the scheme's */
  char *filter; /* NULL: none */
} UrlParts;

static void
url_parts_clear(UrlParts *parts)
{
  g_free(parts->user_name);
  secret_clear(&parts->password);
  g_free(parts->host);
  g_free(parts->filter);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UrlParts, url_parts_clear)

static gboolean
refuse(GError **error, ProfileField field, const char *sentence)
{
  g_set_error_literal(error, PROFILE_ERROR, (int)field, sentence);
  return FALSE;
}

/* (transfer full); NULL: a broken escape, a NUL, or no UTF-8. */
static char *
decode(const char *start, const char *end)
{
  secret_auto text = g_uri_unescape_segment(start, end, NULL);
  if (text == NULL || !g_utf8_validate(text, -1, NULL))
    return NULL;
  return g_steal_pointer(&text);
}

/* --- The parts, from left to right ------------------------------------------------------------ */

/* RFC 3986, 3.1. NULL: the text does not begin with one. */
static const char *
scheme_end(const char *url)
{
  const char *end = url;
  while (*end != '\0' && (g_ascii_isalnum(*end) || strchr("+-.", *end) != NULL))
    end++;
  return end > url && g_str_has_prefix(end, "://") ? end : NULL;
}

static gboolean
has_scheme(const char *url, const char *scheme)
{
  gsize length = strlen(scheme);
  return g_ascii_strncasecmp(url, scheme, length) == 0 && g_str_has_prefix(url + length, "://");
}

/* `*rest` receives what follows "://". */
static gboolean
read_scheme(const char *url, UrlParts *parts, const char **rest, GError **error)
{
  if (has_scheme(url, "ws") || has_scheme(url, "wss"))
    return refuse(error, PROFILE_FIELD_SCHEME,
                  "MQTT over WebSocket (ws://, wss://) is not supported yet, it comes later: use "
                  "mqtts:// or mqtt://");
  if (has_scheme(url, "mqtts"))
    parts->scheme = SCHEME_MQTTS;
  else if (has_scheme(url, "mqtt"))
    parts->scheme = SCHEME_MQTT;
  else
    return refuse(error, PROFILE_FIELD_SCHEME,
                  "the scheme of the URL is not known: it begins with mqtts:// or mqtt://");
  *rest = scheme_end(url) + strlen("://");
  return TRUE;
}

static gboolean
read_user(const char *start, const char *end, UrlParts *parts, GError **error)
{
  const char *colon = memchr(start, ':', (gsize)(end - start));
  const char *user_end = colon != NULL ? colon : end;
  parts->user_name = decode(start, user_end);
  if (parts->user_name == NULL)
    return refuse(error, PROFILE_FIELD_USER_NAME,
                  "the user name in the URL holds a '%' that is no escape, or an escape that is no "
                  "UTF-8: write '%' as %25");
  if (colon == NULL)
    return TRUE;
  parts->password = decode(colon + 1, end);
  if (parts->password == NULL)
    return refuse(error, PROFILE_FIELD_PASSWORD,
                  "the password in the URL holds a '%' that is no escape, or an escape that is no "
                  "UTF-8: write '%' as %25");
  return TRUE;
}

static gboolean
read_port(const char *start, const char *end, UrlParts *parts, GError **error)
{
  g_autofree char *digits = g_strndup(start, (gsize)(end - start));
  guint64 port = 0;
  /* RFC 3986, 3.2.3: an empty port is the scheme's. */
  if (*digits == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT16, &port, NULL))
    return refuse(error, PROFILE_FIELD_PORT,
                  "the port in the URL is not a number from 1 to 65535 (in a password, write '/' "
                  "as %2F, '@' as %40 and ':' as %3A)");
  parts->port = (guint16)port;
  return TRUE;
}

static gboolean
set_host(const char *start, const char *end, UrlParts *parts, GError **error)
{
  parts->host = decode(start, end);
  if (parts->host != NULL && *parts->host == '\0')
    return refuse(error, PROFILE_FIELD_HOST,
                  "there is no host in the URL: write mqtts://HOST, such as "
                  "mqtts://mqtt.example.com");
  if (parts->host == NULL || !profile_check_host(parts->host, NULL))
    return refuse(error, PROFILE_FIELD_HOST,
                  "the host in the URL is neither a name nor an address (an IPv6 address stands in "
                  "brackets; in a password, write '/' as %2F, '@' as %40 and ':' as %3A)");
  return TRUE;
}

/* [address]:port, RFC 3986, 3.2.2; a zone as in RFC 6874 (%25eth0). */
static gboolean
read_ipv6(const char *start, const char *end, UrlParts *parts, GError **error)
{
  const char *bracket = memchr(start, ']', (gsize)(end - start));
  if (bracket == NULL)
    return refuse(error, PROFILE_FIELD_HOST, "the host in the URL begins with '[' and has no ']'");
  if (!set_host(start + 1, bracket, parts, error))
    return FALSE;
  if (strchr(parts->host, ':') == NULL)
    return refuse(error, PROFILE_FIELD_HOST,
                  "what stands in brackets in the URL is no IPv6 address: write a name or an IPv4 "
                  "address without them");
  if (bracket + 1 == end)
    return TRUE;
  if (bracket[1] != ':')
    return refuse(error, PROFILE_FIELD_PORT,
                  "behind the ']' in the URL comes ':' and the port, or nothing");
  return read_port(bracket + 2, end, parts, error);
}

static gboolean
read_host(const char *start, const char *end, UrlParts *parts, GError **error)
{
  if (start < end && *start == '[')
    return read_ipv6(start, end, parts, error);
  const char *colon = memchr(start, ':', (gsize)(end - start));
  if (colon != NULL && !read_port(colon + 1, end, parts, error))
    return FALSE;
  return set_host(start, colon != NULL ? colon : end, parts, error);
}

static gboolean
read_filter(const char *path, UrlParts *parts, GError **error)
{
  if (*path == '\0')
    return TRUE;
  parts->filter = decode(path, path + strlen(path));
  if (parts->filter == NULL)
    return refuse(error, PROFILE_FIELD_SUBSCRIPTIONS,
                  "the topic in the URL holds a '%' that is no escape, or an escape that is no "
                  "UTF-8: write '%' as %25");
  if (!profile_check_subscription(parts->filter, 0, NULL))
    return refuse(error, PROFILE_FIELD_SUBSCRIPTIONS,
                  "the topic in the URL is no topic filter: '+' takes the place of a whole level, "
                  "'#' that of the last, as in a/+/b and a/#");
  return TRUE;
}

static gboolean
read_url(const char *url, UrlParts *parts, GError **error)
{
  const char *start = NULL;
  if (!read_scheme(url, parts, &start, error))
    return FALSE;
  const char *slash = strchr(start, '/');
  const char *end = slash != NULL ? slash : start + strlen(start);
  /* The last '@': one in a password should have been escaped, but the host has none. */
  const char *at = memrchr(start, '@', (gsize)(end - start));
  if (at != NULL && !read_user(start, at, parts, error))
    return FALSE;
  if (!read_host(at != NULL ? at + 1 : start, end, parts, error))
    return FALSE;
  return slash == NULL || read_filter(slash + 1, parts, error);
}

/* --- Into the profile ------------------------------------------------------------------------- */

static gboolean
is_subscribed(const Profile *profile, const char *filter)
{
  for (guint i = 0; i < profile->subscriptions->len; i++) {
    const ProfileSubscription *subscription = profile->subscriptions->pdata[i];
    if (strcmp(subscription->filter, filter) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
take_user(Profile *profile, UrlParts *parts)
{
  if (parts->user_name == NULL)
    return;
  g_free(profile->user_name);
  profile->user_name = *parts->user_name != '\0' ? g_steal_pointer(&parts->user_name) : NULL;
  if (parts->password != NULL)
    secret_set(&profile->password, parts->password);
}

gboolean
profile_set_url(Profile *profile, const char *url, GError **error)
{
  g_auto(UrlParts) parts = {0};
  if (!read_url(url, &parts, error))
    return FALSE;
  profile->scheme = parts.scheme;
  profile->port = parts.port;
  g_free(profile->host);
  profile->host = g_steal_pointer(&parts.host);
  take_user(profile, &parts);
  if (parts.filter != NULL && !is_subscribed(profile, parts.filter))
    profile_add_subscription(profile, parts.filter, 0);
  return TRUE;
}

gboolean
profile_is_url(const char *text)
{
  return scheme_end(text) != NULL;
}
