#include "config.h"

#include "core/profile_check.h"

#include <string.h>

#include "core/profile.h"
#include "util/safe_text.h"

#define HOST_MAX 253        /* bytes of a DNS name in text form (RFC 1035, 2.3.4) */
#define MQTT_TEXT_MAX 65535 /* bytes of a string or of binary data (MQTT 5, 1.5.4 and 1.5.6) */
#define PRIORITY_MAX 4096   /* bytes; the longest sensible priority string has a few hundred */
#define DNS_SERVERS_MAX 16  /* more are never asked */
#define ALPN_NAME_MAX 255   /* bytes of a protocol name (RFC 7301, 3.1) */

/* --- Saying no -------------------------------------------------------------------------------- */

static gboolean
refuse(GError **error, ProfileField field, const char *sentence)
{
  g_set_error_literal(error, PROFILE_ERROR, (int)field, sentence);
  return FALSE;
}

/* WHAT "VALUE" REMEDY: for values that are no secrets. */
static gboolean
refuse_value(GError **error, ProfileField field, const char *what, const char *value,
             const char *remedy)
{
  g_autofree char *safe = safe_text_string(value);
  g_set_error(error, PROFILE_ERROR, (int)field, "%s \"%s\" %s", what, safe, remedy);
  return FALSE;
}

static gboolean
refuse_length(GError **error, ProfileField field, const char *what, gsize length, gsize most)
{
  g_set_error(error, PROFILE_ERROR, (int)field,
              "%s has %" G_GSIZE_FORMAT " bytes; at most %" G_GSIZE_FORMAT " are allowed", what,
              length, most);
  return FALSE;
}

static gboolean
is_empty(const char *text)
{
  return text == NULL || *text == '\0';
}

/* Nothing in it that a terminal would not show as it is. */
static gboolean
is_visible(const char *text)
{
  g_autofree char *safe = safe_text_string(text);
  return strcmp(safe, text) == 0;
}

/* --- Name ------------------------------------------------------------------------------------- */

gboolean
profile_check_name(const char *name, GError **error)
{
  const ProfileField field = PROFILE_FIELD_NAME;
  if (is_empty(name))
    return refuse(error, field, "the connection needs a name");
  if (strlen(name) > PROFILE_NAME_MAX)
    return refuse_length(error, field, "the name", strlen(name), PROFILE_NAME_MAX);
  if (strchr(name, '/') != NULL)
    return refuse_value(error, field, "the name", name,
                        "holds a '/': it is also the name of a file, leave the '/' out");
  if (*name == '.')
    return refuse_value(error, field, "the name", name,
                        "begins with a '.': it would be a hidden file, begin with something else");
  if (*name == ' ' || name[strlen(name) - 1] == ' ')
    return refuse_value(error, field, "the name", name,
                        "begins or ends with a space: leave the space out");
  if (!is_visible(name))
    return refuse_value(error, field, "the name", name,
                        "holds a character that cannot be seen: leave it out");
  return TRUE;
}

static gboolean
check_name(const Profile *profile, GError **error)
{
  return profile_check_name(profile->name, error);
}

/* --- Host and server name --------------------------------------------------------------------- */

static gboolean
check_host_characters(const char *what, const char *host, ProfileField field, GError **error)
{
  if (strstr(host, "://") != NULL)
    return refuse_value(error, field, what, host,
                        "holds a scheme: write mqtts://... in the URL, only the name here");
  if (strpbrk(host, " \t") != NULL)
    return refuse_value(error, field, what, host,
                        "holds a space: write only the name or the address");
  if (strchr(host, '/') != NULL)
    return refuse_value(error, field, what, host,
                        "holds a '/': write only the name or the address");
  if (strchr(host, '@') != NULL)
    return refuse_value(error, field, what, host,
                        "holds an '@': the user name has a field of its own");
  if (strpbrk(host, "[]") != NULL)
    return refuse_value(error, field, what, host,
                        "holds a bracket: write an IPv6 address without brackets here");
  if (!is_visible(host))
    return refuse_value(error, field, what, host,
                        "holds a character that cannot be seen: leave it out");
  return TRUE;
}

static gboolean
check_host_text(const char *what, const char *host, ProfileField field, GError **error)
{
  if (strlen(host) > HOST_MAX)
    return refuse_length(error, field, what, strlen(host), HOST_MAX);
  if (!check_host_characters(what, host, field, error))
    return FALSE;
  if (strchr(host, ':') != NULL && !g_hostname_is_ip_address(host))
    return refuse_value(error, field, what, host,
                        "holds a ':' and is no IPv6 address: the port has a field of its own");
  return TRUE;
}

gboolean
profile_check_host(const char *host, GError **error)
{
  if (is_empty(host))
    return refuse(error, PROFILE_FIELD_HOST,
                  "there is no host: write the broker's name or address, "
                  "such as mqtt.example.com");
  return check_host_text("the host", host, PROFILE_FIELD_HOST, error);
}

static gboolean
check_host(const Profile *profile, GError **error)
{
  return profile_check_host(profile->host, error);
}

/* --- Name servers ----------------------------------------------------------------------------- */

static gboolean
is_port(const char *digits)
{
  return g_ascii_string_to_unsigned(digits, 10, 1, G_MAXUINT16, NULL, NULL);
}

/* A link-local address needs its interface: "fe80::53%eth0" (RFC 4007, 11). */
static gboolean
is_ipv6(const char *text)
{
  const char *zone = strchr(text, '%');
  g_autofree char *address = g_strndup(text, zone != NULL ? (gsize)(zone - text) : strlen(text));
  if (zone != NULL && (zone[1] == '\0' || strpbrk(zone + 1, "%[]:, ") != NULL || !is_visible(zone)))
    return FALSE;
  return strchr(address, ':') != NULL && g_hostname_is_ip_address(address);
}

/* ADDRESS, IPV4:PORT, [IPV6] or [IPV6]:PORT. */
static gboolean
is_dns_server(const char *text)
{
  if (*text == '[') {
    const char *end = strchr(text, ']');
    g_autofree char *address = end != NULL ? g_strndup(text + 1, (gsize)(end - text - 1)) : NULL;
    return address != NULL && is_ipv6(address) &&
           (end[1] == '\0' || (end[1] == ':' && is_port(end + 2)));
  }
  if (is_ipv6(text))
    return TRUE;
  const char *colon = strchr(text, ':');
  g_autofree char *address = g_strndup(text, colon != NULL ? (gsize)(colon - text) : strlen(text));
  return g_hostname_is_ip_address(address) && (colon == NULL || is_port(colon + 1));
}

gboolean
profile_check_dns_servers(const char *servers, GError **error)
{
  const ProfileField field = PROFILE_FIELD_DNS_SERVERS;
  if (is_empty(servers))
    return TRUE;
  g_auto(GStrv) each = g_strsplit(servers, ",", DNS_SERVERS_MAX + 1);
  if (g_strv_length(each) > DNS_SERVERS_MAX)
    return refuse(error, field, "there are more than 16 DNS servers: leave the last ones out");
  for (int i = 0; each[i] != NULL; i++) {
    if (!is_dns_server(each[i]))
      return refuse_value(error, field, "the DNS server", each[i],
                          "is no address: write addresses with single commas between, a port "
                          "behind a ':', as in 192.0.2.53,[2001:db8::53]:5353");
  }
  return TRUE;
}

static gboolean
check_dns_servers(const Profile *profile, GError **error)
{
  return profile_check_dns_servers(profile->dns_servers, error);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static gboolean
check_ca(const Profile *profile, GError **error)
{
  if (profile->trust == TRUST_FILE && is_empty(profile->ca_path))
    return refuse(error, PROFILE_FIELD_CA,
                  "the broker's CA is to come from a file, and none is named: name it, such as "
                  "root.pem, or trust the system's certificates");
  if (profile->trust == TRUST_FOLDER && is_empty(profile->ca_path))
    return refuse(error, PROFILE_FIELD_CA,
                  "the broker's CA is to come from a folder, and none is named: name it, such as "
                  "/etc/ssl/certs, or trust the system's certificates");
  return TRUE;
}

static gboolean
check_key(const Profile *profile, GError **error)
{
  if (!is_empty(profile->certificate_path))
    return TRUE;
  if (!is_empty(profile->key_path))
    return refuse(error, PROFILE_FIELD_CERTIFICATE,
                  "there is a key without a certificate: name the certificate that belongs to it, "
                  "or leave the key out");
  if (!is_empty(profile->key_password))
    return refuse(error, PROFILE_FIELD_KEY,
                  "there is a key password without a certificate and key: name them, or leave the "
                  "password out");
  return TRUE;
}

static gboolean
check_server_name(const Profile *profile, GError **error)
{
  if (is_empty(profile->server_name))
    return TRUE;
  return check_host_text("the server name", profile->server_name, PROFILE_FIELD_SERVER_NAME, error);
}

static gboolean
check_alpn_name(const char *name, GError **error)
{
  if (*name == '\0')
    return refuse(error, PROFILE_FIELD_ALPN,
                  "the ALPN list holds an empty name: write names with single commas between, "
                  "such as mqtt");
  if (strlen(name) > ALPN_NAME_MAX)
    return refuse_length(error, PROFILE_FIELD_ALPN, "an ALPN name", strlen(name), ALPN_NAME_MAX);
  if (!is_visible(name) || strchr(name, ' ') != NULL)
    return refuse_value(error, PROFILE_FIELD_ALPN, "the ALPN name", name,
                        "holds a space or a character that cannot be seen: leave it out");
  return TRUE;
}

static gboolean
check_alpn(const Profile *profile, GError **error)
{
  if (is_empty(profile->alpn))
    return TRUE;
  g_auto(GStrv) names = g_strsplit(profile->alpn, ",", -1);
  for (int i = 0; names[i] != NULL; i++) {
    if (!check_alpn_name(names[i], error))
      return FALSE;
  }
  return TRUE;
}

/* Only what the words of a priority string are made of; whether GnuTLS knows them it says itself.
 */
static gboolean
check_priority(const Profile *profile, GError **error)
{
  static const char signs[] = ":+-!%_.@,";
  const char *priority = profile->tls_priority;
  if (is_empty(priority))
    return TRUE;
  if (strlen(priority) > PRIORITY_MAX)
    return refuse_length(error, PROFILE_FIELD_TLS_PRIORITY, "the TLS priority string",
                         strlen(priority), PRIORITY_MAX);
  for (const char *c = priority; *c != '\0'; c++) {
    if (!g_ascii_isalnum(*c) && strchr(signs, *c) == NULL)
      return refuse_value(error, PROFILE_FIELD_TLS_PRIORITY, "the TLS priority string", priority,
                          "holds what none can hold: write words with colons between, as in "
                          "SECURE256:-VERS-TLS1.2");
  }
  return TRUE;
}

static gboolean
check_tls_version(const Profile *profile, GError **error)
{
  if (profile->tls_version >= TLS_ANY && profile->tls_version <= TLS_1_3)
    return TRUE;
  return refuse(error, PROFILE_FIELD_TLS_VERSION, "the TLS version is not one of 1.0 to 1.3");
}

static gboolean
check_tls(const Profile *profile, GError **error)
{
  if (profile->scheme != SCHEME_MQTTS)
    return TRUE;
  return check_ca(profile, error) && check_key(profile, error) &&
         check_server_name(profile, error) && check_alpn(profile, error) &&
         check_tls_version(profile, error) && check_priority(profile, error);
}

/* --- MQTT ------------------------------------------------------------------------------------- */

/* A UTF-8 Encoded String. Control characters may be in one, but a receiver may close the
 * connection for them (MQTT 5, 1.5.4), and nobody types them on purpose. */
static gboolean
check_mqtt_text(const char *what, const char *text, ProfileField field, GError **error)
{
  if (is_empty(text))
    return TRUE;
  if (strlen(text) > MQTT_TEXT_MAX)
    return refuse_length(error, field, what, strlen(text), MQTT_TEXT_MAX);
  if (!is_visible(text))
    return refuse_value(error, field, what, text,
                        "holds a character that cannot be seen: leave it out");
  return TRUE;
}

static gboolean
check_client_id(const Profile *profile, GError **error)
{
  if (profile->client_id != NULL && *profile->client_id == '\0' && !profile->clean_start)
    return refuse(error, PROFILE_FIELD_CLIENT_ID,
                  "an empty client id needs a clean start, for a session without a name cannot be "
                  "found again (MQTT 3.1.1, 3.1.3-7): give a client id, or start clean");
  return check_mqtt_text("the client id", profile->client_id, PROFILE_FIELD_CLIENT_ID, error);
}

/* Says nothing of the password but its length. */
static gboolean
check_password(const Profile *profile, GError **error)
{
  const char *password = profile->password;
  if (is_empty(password))
    return TRUE;
  if (profile->version != MQTT_5 && is_empty(profile->user_name))
    return refuse(error, PROFILE_FIELD_USER_NAME,
                  "MQTT 3.1.1 allows no password without a user name (3.1.2-22): give a user name, "
                  "or use MQTT 5");
  if (strlen(password) > MQTT_TEXT_MAX)
    return refuse_length(error, PROFILE_FIELD_PASSWORD, "the password", strlen(password),
                         MQTT_TEXT_MAX);
  return TRUE;
}

static gboolean
check_user(const Profile *profile, GError **error)
{
  return check_mqtt_text("the user name", profile->user_name, PROFILE_FIELD_USER_NAME, error) &&
         check_password(profile, error);
}

static gboolean
is_qos(int qos)
{
  return qos >= 0 && qos <= 2;
}

static gboolean
check_will(const Profile *profile, GError **error)
{
  const ProfileField field = PROFILE_FIELD_WILL;
  const char *topic = profile->will_topic, *payload = profile->will_payload;
  if (is_empty(topic)) {
    if (is_empty(payload))
      return TRUE;
    return refuse(error, field,
                  "the last will has a payload but no topic: give the topic, or leave the payload "
                  "out");
  }
  if (!mqtt_topic_is_valid(topic, strlen(topic)))
    return refuse_value(error, field, "the last will's topic", topic,
                        "is none that can be published to: it is UTF-8, without '+' and '#'");
  if (!is_qos(profile->will_qos))
    return refuse(error, field, "the last will's QoS is not 0, 1 or 2");
  if (payload != NULL && strlen(payload) > MQTT_TEXT_MAX)
    return refuse_length(error, field, "the last will's payload", strlen(payload), MQTT_TEXT_MAX);
  return TRUE;
}

gboolean
profile_check_subscription(const char *filter, int qos, GError **error)
{
  const ProfileField field = PROFILE_FIELD_SUBSCRIPTIONS;
  if (is_empty(filter))
    return refuse(error, field,
                  "a topic filter is empty: write one such as plant/#, or leave it out");
  if (strlen(filter) > MQTT_TEXT_MAX)
    return refuse_length(error, field, "a topic filter", strlen(filter), MQTT_TEXT_MAX);
  if (!mqtt_filter_is_valid(filter, strlen(filter)))
    return refuse_value(error, field, "the topic filter", filter,
                        "is not allowed: '+' takes the place of a whole level, '#' that of the "
                        "last, as in a/+/b and a/#");
  if (!is_qos(qos))
    return refuse_value(error, field, "the topic filter", filter,
                        "is to have a QoS that is not 0, 1 or 2");
  return TRUE;
}

static gboolean
check_subscriptions(const Profile *profile, GError **error)
{
  for (guint i = 0; i < profile->subscriptions->len; i++) {
    const ProfileSubscription *subscription = profile->subscriptions->pdata[i];
    if (!profile_check_subscription(subscription->filter, subscription->qos, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
profile_check(const Profile *profile, GError **error)
{
  return check_name(profile, error) && check_host(profile, error) &&
         check_dns_servers(profile, error) && check_tls(profile, error) &&
         check_client_id(profile, error) && check_user(profile, error) &&
         check_will(profile, error) && check_subscriptions(profile, error);
}
