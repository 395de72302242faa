#include "config.h"

#include "commands/option_table.h"

#include <string.h>

#include "commands/option_values.h"

#define NEAR 2 /* letters that may be wrong, missing or too many in a name that is still meant */
#define NAME_MAX_LENGTH 31

#define INTO(member) .offset = offsetof(Profile, member)

static const OptionSpec connection_options[] = {
    {OPTION_URL, 'L', "url", "URL", option_take_url,
     .help = "mqtt(s)://[user[:password]@]host[:port][/topic]"},
    {OPTION_HOST, 'h', "host", "HOST", option_take_text, INTO(host),
     .help = "broker's name or address (default: localhost)"},
    {OPTION_PORT, 'p', "port", "PORT", option_take_number, INTO(port), .least = 1, .most = 65535,
     .help = "default: 8883 with TLS, 1883 without"},
    {OPTION_NAME, 0, "name", "NAME", option_take_text, INTO(name),
     .help = "what to call this connection (default: HOST:PORT)"},
    {OPTION_DNS_SERVER, 0, "dns-server", "ADDRESS[:PORT]", option_take_dns_server,
     .help = "ask this DNS server; may be given several times (default: the system's)"},
    {OPTION_NO_PROBES, 0, "no-probes",
     .help = "make no second connection to find out why one failed"},
};

static const OptionSpec tls_options[] = {
    {OPTION_CAFILE, 0, "cafile", "FILE", option_take_text, INTO(ca_path),
     .help = "trust the CA certificates in FILE"},
    {OPTION_CAPATH, 0, "capath", "FOLDER", option_take_text, INTO(ca_path),
     .help = "trust the CA certificates in the files of FOLDER"},
    {OPTION_OS_CERTS, 0, "tls-use-os-certs",
     .help = "trust the system's CA certificates (default)"},
    {OPTION_CERT, 0, "cert", "FILE", option_take_text, INTO(certificate_path),
     .help = "our certificate and its issuers, for two-way TLS"},
    {OPTION_KEY, 0, "key", "FILE", option_take_text, INTO(key_path),
     .help = "its private key (default: in the file of --cert)"},
    {OPTION_KEY_PASSWORD_FILE, 0, "key-password-file", "FILE", option_take_secret_file,
     INTO(key_password), .help = "the key's password is the first line of FILE"},
    {OPTION_SERVER_NAME, 0, "server-name", "NAME", option_take_text, INTO(server_name),
     .help = "name to ask for and to find in the broker's certificate (default: HOST)"},
    {OPTION_ALPN, 0, "tls-alpn", "NAMES", option_take_text, INTO(alpn),
     .help = "ALPN protocol names, with commas between"},
    {OPTION_TLS_VERSION, 0, "tls-version", "VERSION", option_take_tls_version,
     .help = "only this one: tlsv1.3, tlsv1.2, tlsv1.1 or tlsv1.0 (default: the best that both "
             "know)"},
    {OPTION_TLS_PRIORITY, 0, "tls-priority", "STRING", option_take_text, INTO(tls_priority),
     .help = "GnuTLS priority string (default: NORMAL)"},
    {OPTION_CRL, 0, "crl", "FILE", option_take_text, INTO(crl_path),
     .help = "revocation lists, for the broker's certificates and ours"},
    {OPTION_BROKER_CA, 0, "broker-ca", "FILE", option_take_text, INTO(broker_ca_path),
     .help = "copy of the CA file that the broker has for its clients: tells why it refuses us"},
    {OPTION_INSECURE, 0, "insecure",
     .help = "do not look for HOST in the broker's certificate: for tests only"},
};

static const OptionSpec mqtt_options[] = {
    {OPTION_USERNAME, 'u', "username", "NAME", option_take_text, INTO(user_name),
     .help = "user name"},
    {OPTION_PW, 'P', "pw", "PASSWORD", option_take_secret, INTO(password),
     .help = "password; --pw-file keeps it out of the shell's history"},
    {OPTION_PW_FILE, 0, "pw-file", "FILE", option_take_secret_file, INTO(password),
     .help = "the password is the first line of FILE"},
    {OPTION_ID, 'i', "id", "ID", option_take_text_or_empty, INTO(client_id),
     .help = "client id (default: mqtrust- and 8 letters; empty: the broker makes one up)"},
    {OPTION_ID_PREFIX, 'I', "id-prefix", "PREFIX", option_take_id_prefix,
     .help = "client id is PREFIX and the process id"},
    {OPTION_VERSION_OF_MQTT, 'V', "protocol-version", "V", option_take_mqtt_version,
     .help = "5 (mqttv5, default) or 311 (mqttv311)"},
    {OPTION_KEEPALIVE, 'k', "keepalive", "SECONDS", option_take_number, INTO(keep_alive),
     .most = 65535, .help = "default: 60; 0: never ping"},
    {OPTION_NO_CLEAN_SESSION, 'c', "disable-clean-session",
     .help = "go on with the session of --id, if the broker kept it"},
    {OPTION_TOPIC, 't', "topic", "FILTER", option_take_topic,
     .help = "subscribe to FILTER; may be given several times"},
    {OPTION_QOS, 'q', "qos", "QOS", option_take_qos, .help = "of every --topic: 0 (default), 1, 2"},
};

static const OptionSpec will_options[] = {
    {OPTION_WILL_TOPIC, 0, "will-topic", "TOPIC", option_take_text, INTO(will_topic),
     .help = "where the broker publishes our last will"},
    {OPTION_WILL_PAYLOAD, 0, "will-payload", "TEXT", option_take_text_or_empty, INTO(will_payload),
     .help = "what it publishes (default: nothing)"},
    {OPTION_WILL_QOS, 0, "will-qos", "QOS", option_take_will_qos, .help = "0 (default), 1, 2"},
    {OPTION_WILL_RETAIN, 0, "will-retain", .help = "the broker retains it"},
};

static const OptionSpec screen_options[] = {
    {OPTION_ASCII, 0, "ascii", .help = "draw with ASCII characters only"},
    {OPTION_NO_COLOR, 0, "no-color", .help = "no colours, as with NO_COLOR=1"},
    {OPTION_LOG_SIZE, 0, "log-size", "SIZE", option_take_log_size,
     .help = "memory for the messages of each connection (default: 64M; K, M, G)"},
    {OPTION_CERTBOT_DIR, 0, "certbot-dir", "DIR", option_take_certbot_folder,
     .help = "where certbot keeps its certificates (default: /etc/letsencrypt)"},
    {OPTION_HELP, 0, "help", .help = "print this and exit"},
    {OPTION_VERSION, 0, "version", .help = "print the version and exit"},
};

#define GROUP(title, list)                                                                         \
  {                                                                                                \
    title, list, G_N_ELEMENTS(list)                                                                \
  }

const OptionGroup option_groups[] = {
    GROUP("Connection", connection_options),
    GROUP("TLS", tls_options),
    GROUP("MQTT", mqtt_options),
    GROUP("Last will", will_options),
    GROUP("Screen and help", screen_options),
};
const gsize option_group_count = G_N_ELEMENTS(option_groups);

/* --- Looking up ------------------------------------------------------------------------------- */

/* Calls for each option in turn; `*group` and `*index` are 0 at first. NULL at the end. */
static const OptionSpec *
next_option(gsize *group, gsize *index)
{
  while (*group < option_group_count && *index == option_groups[*group].count) {
    (*group)++;
    *index = 0;
  }
  return *group < option_group_count ? &option_groups[*group].options[(*index)++] : NULL;
}

#define FOR_EACH_OPTION(spec)                                                                      \
  gsize group_ = 0, index_ = 0;                                                                    \
  for (const OptionSpec *spec = next_option(&group_, &index_); spec != NULL;                       \
       spec = next_option(&group_, &index_))

const OptionSpec *
option_by_name(const char *name)
{
  FOR_EACH_OPTION(spec)
  {
    if (strcmp(spec->name, name) == 0)
      return spec;
  }
  return NULL;
}

const OptionSpec *
option_by_letter(char letter)
{
  FOR_EACH_OPTION(spec)
  {
    if (spec->letter == letter && letter != '\0')
      return spec;
  }
  return NULL;
}

const OptionSpec *
option_by_id(OptionId id)
{
  FOR_EACH_OPTION(spec)
  {
    if (spec->id == id)
      return spec;
  }
  g_assert_not_reached();
}

/* Levenshtein's distance: letters to change, add or leave out. Both at most NAME_MAX_LENGTH. */
static guint
distance(const char *a, const char *b)
{
  guint row[NAME_MAX_LENGTH + 1];
  gsize length = strlen(b);
  for (gsize j = 0; j <= length; j++)
    row[j] = (guint)j;
  for (gsize i = 0; a[i] != '\0'; i++) {
    guint diagonal = row[0];
    row[0] = (guint)i + 1;
    for (gsize j = 0; j < length; j++) {
      guint changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = MIN(changed, MIN(diagonal, row[j]) + 1);
    }
  }
  return row[length];
}

const OptionSpec *
option_near(const char *name)
{
  const OptionSpec *nearest = NULL;
  guint least = NEAR + 1;
  if (strlen(name) > NAME_MAX_LENGTH)
    return NULL;
  FOR_EACH_OPTION(spec)
  {
    guint wrong = distance(name, spec->name);
    /* Of a short name too little would be left. */
    if (wrong < least && 2 * wrong <= strlen(spec->name)) {
      least = wrong;
      nearest = spec;
    }
  }
  return nearest;
}
