#include "config.h"

#include "ui/editor_fields.h"

#include <string.h>

#include "ui/path_complete.h"
#include "ui/subscription_text.h"
#include "util/secret.h"

static const char *const schemes[] = {"mqtts: with TLS", "mqtt: not encrypted", NULL};
static const char *const trusts[] = {"the system's CAs", "a CA file", "a folder of CA files", NULL};
static const char *const versions[] = {"5", "3.1.1", NULL};
/* In the order of ProfileTlsVersion. */
static const char *const tls_versions[] = {
    "the best that both know", "only 1.0", "only 1.1", "only 1.2", "only 1.3", NULL};
static const char *const qualities[] = {"0", "1", "2", NULL};

/* clang-format off */
static const FieldSpec specs[] = {
    {EDIT_SECTION_GENERAL, FIELD_SECTION, "General", NULL, NULL, NULL},
    {EDIT_NAME, FIELD_TEXT, "Name", NULL, "what this connection is called here", NULL},
    {EDIT_SCHEME, FIELD_CHOICE, "Scheme", schemes, "Space or the arrows choose", NULL},
    {EDIT_HOST, FIELD_TEXT, "Host", NULL,
     "the broker's name or address; a pasted mqtts:// URL is taken apart", "such as mqtt.example.com"},
    {EDIT_PORT, FIELD_NUMBER, "Port", NULL, "empty: 8883 with TLS, 1883 without", "8883 with TLS, else 1883"},
    {EDIT_DNS_SERVERS, FIELD_TEXT, "DNS servers", NULL,
     "addresses with commas between, each may have a port: 192.0.2.53, [2001:db8::53]:5353",
     "the system's"},
    {EDIT_PROBES, FIELD_CHECK, "Second probes", NULL,
     "when it fails, connect once more in another way to find out why", NULL},
    {EDIT_SECTION_TLS, FIELD_SECTION, "TLS", NULL, NULL, NULL},
    {EDIT_TRUST, FIELD_CHOICE, "Trust", trusts, "whom this side believes without proof", NULL},
    {EDIT_CA, FIELD_PATH, "CA", NULL, "the root certificate that the broker's chain ends in", NULL},
    {EDIT_CERTIFICATE, FIELD_PATH, "Client certificate", NULL,
     "for two-way TLS: your certificate, then its intermediates", "none: one-way TLS"},
    {EDIT_KEY, FIELD_PATH, "Client key", NULL, "the private key of the client certificate",
     "in the certificate file"},
    {EDIT_KEY_PASSWORD, FIELD_SECRET, "Key password", NULL, "C-r shows it", NULL},
    {EDIT_SERVER_NAME, FIELD_TEXT, "Server name", NULL,
     "asked for (SNI) and looked for in the certificate, when it is not the host",
     "the host"},
    {EDIT_ALPN, FIELD_TEXT, "ALPN", NULL,
     "protocol names with commas between; AWS IoT on port 443 wants x-amzn-mqtt-ca", "none"},
    {EDIT_TLS_VERSION, FIELD_CHOICE, "TLS version", tls_versions, NULL, NULL},
    {EDIT_TLS_PRIORITY, FIELD_TEXT, "Priority string", NULL,
     "what GnuTLS may negotiate, in its own words: SECURE256:-VERS-TLS1.2", "NORMAL"},
    {EDIT_CRL, FIELD_PATH, "Revocation lists", NULL,
     "a file with the CRLs of the CAs, for the broker's certificates and for ours", "none"},
    {EDIT_BROKER_CA, FIELD_PATH, "Broker's CA file", NULL,
     "a copy of the CA file that the broker has for its clients: when it refuses our certificate, "
     "this tells why", "not known"},
    {EDIT_SECTION_MQTT, FIELD_SECTION, "MQTT", NULL, NULL, NULL},
    {EDIT_USER_NAME, FIELD_TEXT, "User", NULL, NULL, NULL},
    {EDIT_PASSWORD, FIELD_SECRET, "Password", NULL, "C-r shows it", NULL},
    {EDIT_CLIENT_ID, FIELD_TEXT, "Client id", NULL, "must be unlike all others of the broker",
     "made up at each start"},
    {EDIT_VERSION, FIELD_CHOICE, "Version", versions, NULL, NULL},
    {EDIT_KEEP_ALIVE, FIELD_NUMBER, "Keepalive", NULL, "seconds between pings, 0: none", "60"},
    {EDIT_CLEAN_START, FIELD_CHECK, "Clean start", NULL,
     "forget what the broker has kept for this client id", NULL},
    {EDIT_SUBSCRIPTIONS, FIELD_TEXT, "Subscriptions", NULL,
     "filters with commas between, each may have a QoS: plant/#, alarms/+ 1",
     "none"},
    {EDIT_SECTION_WILL, FIELD_SECTION, "Last will", NULL, NULL, NULL},
    {EDIT_WILL_TOPIC, FIELD_TEXT, "Topic", NULL,
     "the broker publishes there when this connection breaks", "none"},
    {EDIT_WILL_PAYLOAD, FIELD_TEXT, "Payload", NULL, NULL, NULL},
    {EDIT_WILL_QOS, FIELD_CHOICE, "QoS", qualities, NULL, NULL},
    {EDIT_WILL_RETAIN, FIELD_CHECK, "Retain", NULL, NULL, NULL},
};
/* clang-format on */

Form *
editor_fields_new(void)
{
  return form_new(specs, G_N_ELEMENTS(specs));
}

/* --- Profile to form -------------------------------------------------------------------------- */

static void
set_number(Form *form, int id, guint number)
{
  g_autofree char *text = g_strdup_printf("%u", number);
  form_set_text(form, id, text);
}

static void
set_tls(Form *form, const Profile *profile)
{
  form_set_choice(form, EDIT_TRUST, (int)profile->trust);
  form_set_text(form, EDIT_CA, profile->ca_path);
  form_set_text(form, EDIT_CERTIFICATE, profile->certificate_path);
  form_set_text(form, EDIT_KEY, profile->key_path);
  form_set_text(form, EDIT_KEY_PASSWORD, profile->key_password);
  form_set_text(form, EDIT_SERVER_NAME, profile->server_name);
  form_set_text(form, EDIT_ALPN, profile->alpn);
  form_set_choice(form, EDIT_TLS_VERSION, (int)profile->tls_version);
  form_set_text(form, EDIT_TLS_PRIORITY, profile->tls_priority);
  form_set_text(form, EDIT_CRL, profile->crl_path);
  form_set_text(form, EDIT_BROKER_CA, profile->broker_ca_path);
}

static void
set_mqtt(Form *form, const Profile *profile)
{
  g_autofree char *subscriptions = subscription_text_format(profile);
  form_set_text(form, EDIT_USER_NAME, profile->user_name);
  form_set_text(form, EDIT_PASSWORD, profile->password);
  form_set_text(form, EDIT_CLIENT_ID, profile->client_id);
  form_set_choice(form, EDIT_VERSION, profile->version == MQTT_5 ? 0 : 1);
  set_number(form, EDIT_KEEP_ALIVE, profile->keep_alive);
  form_set_check(form, EDIT_CLEAN_START, profile->clean_start);
  form_set_text(form, EDIT_SUBSCRIPTIONS, subscriptions);
}

void
editor_fields_set(Form *form, const Profile *profile)
{
  form_set_text(form, EDIT_NAME, profile->name);
  form_set_choice(form, EDIT_SCHEME, profile->scheme == SCHEME_MQTT ? 1 : 0);
  form_set_text(form, EDIT_HOST, profile->host);
  form_set_text(form, EDIT_PORT, "");
  if (profile->port != 0)
    set_number(form, EDIT_PORT, profile->port);
  form_set_text(form, EDIT_DNS_SERVERS, profile->dns_servers);
  form_set_check(form, EDIT_PROBES, !profile->no_probes);
  set_tls(form, profile);
  set_mqtt(form, profile);
  form_set_text(form, EDIT_WILL_TOPIC, profile->will_topic);
  form_set_text(form, EDIT_WILL_PAYLOAD, profile->will_payload);
  form_set_choice(form, EDIT_WILL_QOS, profile->will_qos);
  form_set_check(form, EDIT_WILL_RETAIN, profile->will_retain);
  editor_fields_arrange(form);
}

void
editor_fields_arrange(Form *form)
{
  gboolean tls = form_choice(form, EDIT_SCHEME) == 0;
  for (int id = EDIT_SECTION_TLS; id < EDIT_SECTION_MQTT; id++)
    form_set_visible(form, id, tls);
  form_set_visible(form, EDIT_CA, tls && form_choice(form, EDIT_TRUST) != TRUST_SYSTEM);
  gboolean identity = form_text(form, EDIT_CERTIFICATE)[0] || form_text(form, EDIT_KEY)[0] ||
                      form_text(form, EDIT_KEY_PASSWORD)[0];
  form_set_visible(form, EDIT_KEY, tls && identity);
  form_set_visible(form, EDIT_KEY_PASSWORD, tls && identity);
  form_set_visible(form, EDIT_BROKER_CA, tls && (identity || form_text(form, EDIT_BROKER_CA)[0]));
  gboolean will = form_text(form, EDIT_WILL_TOPIC)[0] || form_text(form, EDIT_WILL_PAYLOAD)[0];
  for (int id = EDIT_WILL_PAYLOAD; id <= EDIT_WILL_RETAIN; id++)
    form_set_visible(form, id, will);
}

/* --- Form to profile -------------------------------------------------------------------------- */

/* NULL for an empty field. */
static void
take_text(const Form *form, int id, char **place)
{
  const char *text = form_text(form, id);
  g_free(*place);
  *place = text[0] ? g_strdup(text) : NULL;
}

static void
take_path(const Form *form, int id, char **place)
{
  g_free(*place);
  *place = path_expand(form_text(form, id));
}

/* FALSE: no number up to `most`. Empty is `otherwise`. */
static gboolean
read_number(const Form *form, int id, guint least, guint otherwise, guint16 *number)
{
  const char *text = form_text(form, id);
  guint64 value = otherwise;
  if (text[0] && !g_ascii_string_to_unsigned(text, 10, least, G_MAXUINT16, &value, NULL))
    return FALSE;
  *number = (guint16)value;
  return TRUE;
}

static void
take_tls(const Form *form, Profile *profile)
{
  profile->trust = (ProfileTrust)form_choice(form, EDIT_TRUST);
  take_path(form, EDIT_CA, &profile->ca_path);
  if (profile->trust == TRUST_SYSTEM)
    g_clear_pointer(&profile->ca_path, g_free);
  take_path(form, EDIT_CERTIFICATE, &profile->certificate_path);
  take_path(form, EDIT_KEY, &profile->key_path);
  secret_set(&profile->key_password, form_text(form, EDIT_KEY_PASSWORD));
  take_text(form, EDIT_SERVER_NAME, &profile->server_name);
  take_text(form, EDIT_ALPN, &profile->alpn);
  profile->tls_version = (ProfileTlsVersion)form_choice(form, EDIT_TLS_VERSION);
  take_text(form, EDIT_TLS_PRIORITY, &profile->tls_priority);
  take_path(form, EDIT_CRL, &profile->crl_path);
  take_path(form, EDIT_BROKER_CA, &profile->broker_ca_path);
}

/* Blanks after the commas are for the eye. */
static void
take_dns_servers(const Form *form, Profile *profile)
{
  g_auto(GStrv) words = g_strsplit_set(form_text(form, EDIT_DNS_SERVERS), " \t", -1);
  g_autofree char *servers = g_strjoinv("", words);
  g_free(profile->dns_servers);
  profile->dns_servers = servers[0] ? g_steal_pointer(&servers) : NULL;
}

static void
take_mqtt(const Form *form, Profile *profile)
{
  take_text(form, EDIT_USER_NAME, &profile->user_name);
  secret_set(&profile->password, form_text(form, EDIT_PASSWORD));
  /* An id that is empty on purpose (the broker chooses) stays so: the field cannot tell. */
  gboolean broker_chooses = profile->client_id && !profile->client_id[0];
  take_text(form, EDIT_CLIENT_ID, &profile->client_id);
  if (!profile->client_id && broker_chooses)
    profile->client_id = g_strdup("");
  profile->version = form_choice(form, EDIT_VERSION) == 0 ? MQTT_5 : MQTT_3_1_1;
  read_number(form, EDIT_KEEP_ALIVE, 0, 60, &profile->keep_alive);
  profile->clean_start = form_checked(form, EDIT_CLEAN_START);
  subscription_text_parse(profile, form_text(form, EDIT_SUBSCRIPTIONS));
}

Profile *
editor_fields_profile(const Form *form, const Profile *base)
{
  Profile *profile = profile_copy(base);
  take_text(form, EDIT_NAME, &profile->name);
  profile->scheme = form_choice(form, EDIT_SCHEME) == 0 ? SCHEME_MQTTS : SCHEME_MQTT;
  take_text(form, EDIT_HOST, &profile->host);
  read_number(form, EDIT_PORT, 1, 0, &profile->port);
  take_dns_servers(form, profile);
  profile->no_probes = !form_checked(form, EDIT_PROBES);
  take_tls(form, profile);
  take_mqtt(form, profile);
  take_text(form, EDIT_WILL_TOPIC, &profile->will_topic);
  take_text(form, EDIT_WILL_PAYLOAD, &profile->will_payload);
  profile->will_qos = form_choice(form, EDIT_WILL_QOS);
  profile->will_retain = form_checked(form, EDIT_WILL_RETAIN);
  return profile;
}

/* --- Checking --------------------------------------------------------------------------------- */

EditorField
editor_field_of(ProfileField field)
{
  static const EditorField fields[PROFILE_FIELD_COUNT] = {
      [PROFILE_FIELD_NAME] = EDIT_NAME,
      [PROFILE_FIELD_HOST] = EDIT_HOST,
      [PROFILE_FIELD_PORT] = EDIT_PORT,
      [PROFILE_FIELD_CA] = EDIT_CA,
      [PROFILE_FIELD_CERTIFICATE] = EDIT_CERTIFICATE,
      [PROFILE_FIELD_KEY] = EDIT_KEY,
      [PROFILE_FIELD_CLIENT_ID] = EDIT_CLIENT_ID,
      [PROFILE_FIELD_KEEP_ALIVE] = EDIT_KEEP_ALIVE,
      [PROFILE_FIELD_WILL] = EDIT_WILL_TOPIC,
      [PROFILE_FIELD_SUBSCRIPTIONS] = EDIT_SUBSCRIPTIONS,
      [PROFILE_FIELD_SCHEME] = EDIT_SCHEME,
      [PROFILE_FIELD_SERVER_NAME] = EDIT_SERVER_NAME,
      [PROFILE_FIELD_ALPN] = EDIT_ALPN,
      [PROFILE_FIELD_USER_NAME] = EDIT_USER_NAME,
      [PROFILE_FIELD_PASSWORD] = EDIT_PASSWORD,
      [PROFILE_FIELD_TRUST] = EDIT_TRUST,
      [PROFILE_FIELD_KEY_PASSWORD] = EDIT_KEY_PASSWORD,
      [PROFILE_FIELD_TLS_VERSION] = EDIT_TLS_VERSION,
      [PROFILE_FIELD_TLS_PRIORITY] = EDIT_TLS_PRIORITY,
      [PROFILE_FIELD_CRL] = EDIT_CRL,
      [PROFILE_FIELD_BROKER_CA] = EDIT_BROKER_CA,
      [PROFILE_FIELD_PROBES] = EDIT_PROBES,
      [PROFILE_FIELD_DNS_SERVERS] = EDIT_DNS_SERVERS,
      [PROFILE_FIELD_VERSION] = EDIT_VERSION,
  };
  return fields[field];
}

static void
replace(char **place, const char *text)
{
  g_free(*place);
  *place = g_strdup(text);
}

/* Makes the values that a sentence was about good, so that the next check tells of others. */
static void
heal(Profile *profile, ProfileField field)
{
  switch (field) {
  case PROFILE_FIELD_NAME:
    replace(&profile->name, "name");
    break;
  case PROFILE_FIELD_HOST:
    replace(&profile->host, "host");
    break;
  case PROFILE_FIELD_CA:
    profile->trust = TRUST_SYSTEM;
    break;
  case PROFILE_FIELD_CERTIFICATE:
  case PROFILE_FIELD_KEY:
    replace(&profile->certificate_path, NULL);
    replace(&profile->key_path, NULL);
    secret_clear(&profile->key_password);
    break;
  case PROFILE_FIELD_CLIENT_ID:
    replace(&profile->client_id, NULL);
    break;
  case PROFILE_FIELD_USER_NAME:
  case PROFILE_FIELD_PASSWORD:
    replace(&profile->user_name, NULL);
    secret_clear(&profile->password);
    break;
  case PROFILE_FIELD_WILL:
    replace(&profile->will_topic, NULL);
    replace(&profile->will_payload, NULL);
    break;
  case PROFILE_FIELD_SUBSCRIPTIONS:
    g_ptr_array_set_size(profile->subscriptions, 0);
    break;
  case PROFILE_FIELD_SERVER_NAME:
    replace(&profile->server_name, NULL);
    break;
  case PROFILE_FIELD_ALPN:
    replace(&profile->alpn, NULL);
    break;
  case PROFILE_FIELD_TLS_PRIORITY:
    replace(&profile->tls_priority, NULL);
    break;
  case PROFILE_FIELD_DNS_SERVERS:
    replace(&profile->dns_servers, NULL);
    break;
  default:
    break;
  }
}

static void
check_numbers(const Form *form, EditorFaults *faults)
{
  guint16 number;
  if (!read_number(form, EDIT_PORT, 1, 0, &number))
    faults->sentence[EDIT_PORT] = g_strdup("a port is a number from 1 to 65535");
  if (!read_number(form, EDIT_KEEP_ALIVE, 0, 60, &number))
    faults->sentence[EDIT_KEEP_ALIVE] = g_strdup("the keepalive is at most 65535 seconds");
}

/* profile_check() stops at the first fault; each one found is healed in a copy to see the next. */
EditorFaults *
editor_fields_check(const Form *form, const Profile *base)
{
  EditorFaults *faults = g_new0(EditorFaults, 1);
  g_autoptr(Profile) profile = editor_fields_profile(form, base);
  check_numbers(form, faults);
  for (int i = 0; i < PROFILE_FIELD_COUNT; i++) {
    g_autoptr(GError) error = NULL;
    if (profile_check(profile, &error))
      break;
    ProfileField field =
        error->domain == PROFILE_ERROR ? (ProfileField)error->code : PROFILE_FIELD_NAME;
    int id = editor_field_of(field);
    if (faults->sentence[id])
      break;
    faults->sentence[id] = g_strdup(error->message);
    heal(profile, field);
  }
  return faults;
}

void
editor_faults_free(EditorFaults *faults)
{
  for (int id = 0; faults && id < EDIT_COUNT; id++)
    g_free(faults->sentence[id]);
  g_free(faults);
}

int
editor_faults_first(const EditorFaults *faults)
{
  for (int id = 0; id < EDIT_COUNT; id++) {
    if (faults->sentence[id])
      return id;
  }
  return 0;
}
