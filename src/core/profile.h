/* A connection as the user describes it: what the editor edits, a file keeps, the command line
 * fills in. Plain data; nothing here opens a socket.
 *
 * Files: $XDG_CONFIG_HOME/mqtrust/connections/NAME.conf, a GLib key file, mode 0600, written
 * atomically; comments and unknown keys are kept. A file that cannot be parsed is reported with
 * its line and left alone. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

typedef enum { SCHEME_MQTTS, SCHEME_MQTT } ProfileScheme;
typedef enum { TRUST_SYSTEM, TRUST_FILE, TRUST_FOLDER } ProfileTrust;
/* Exactly this version, as mosquitto's --tls-version has it; ANY: the best that both sides know. */
typedef enum { TLS_ANY, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 } ProfileTlsVersion;

typedef struct {
  char *filter;
  int qos;
} ProfileSubscription;

typedef struct {
  char *name;              /* also the file's: visible UTF-8, no '/', no leading '.', <= 100 bytes */
  ProfileScheme scheme;
  char *host;
  guint16 port;            /* 0: the scheme's (8883, 1883) */
  /* TLS */
  ProfileTrust trust;
  char *ca_path;           /* file or folder; NULL with TRUST_SYSTEM */
  char *certificate_path;  /* NULL: one-way TLS */
  char *key_path;          /* NULL: in the certificate file */
  char *key_password;      /* secret */
  char *server_name;       /* SNI and verified name, when not the host; NULL */
  char *alpn;              /* comma separated, or NULL */
  gboolean insecure;       /* never saved */
  ProfileTlsVersion tls_version;
  char *tls_priority;      /* GnuTLS priority string; NULL: "NORMAL" */
  char *crl_path;          /* revocation lists for the broker's and for our own chain; NULL: none */
  char *broker_ca_path;    /* the CA file that the broker has for its clients, when we have a copy:
                            * tells causes apart when it refuses us; NULL: not known */
  guint16 connect_timeout; /* seconds for name, TCP and TLS together; 0: 30, and 10 for each
                            * address */
  gboolean no_probes;      /* no second connections to separate causes */
  char *dns_servers;       /* "192.0.2.53,[2001:db8::53]:5353"; NULL: the system's */
  /* MQTT */
  char *client_id;         /* NULL: made up as mqtrust-XXXXXXXX for each start */
  char *user_name;
  char *password;          /* secret */
  MqttVersion version;     /* MQTT_3_1_1 or MQTT_5 (default) */
  guint16 keep_alive;      /* seconds, default 60 */
  gboolean clean_start;    /* default TRUE */
  char *will_topic;
  char *will_payload;
  int will_qos;
  gboolean will_retain;
  GPtrArray *subscriptions;/* of ProfileSubscription */
} Profile;

Profile *profile_new(void);
Profile *profile_copy(const Profile *profile);
void profile_free(Profile *profile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Profile, profile_free)
gboolean profile_equal(const Profile *a, const Profile *b);
gboolean profile_same_subscriptions(const Profile *a, const Profile *b);

guint16 profile_port(const Profile *profile);      /* with the scheme's default */
/* (transfer full): "mqtts://host:8883", safe text, without user or password. */
char *profile_url(const Profile *profile);
void profile_add_subscription(Profile *profile, const char *filter, int qos);

/* What is being checked, so that an editor can put the sentence beside the field. */
typedef enum {
  PROFILE_FIELD_NAME, PROFILE_FIELD_HOST, PROFILE_FIELD_PORT, PROFILE_FIELD_CA,
  PROFILE_FIELD_CERTIFICATE, PROFILE_FIELD_KEY, PROFILE_FIELD_CLIENT_ID, PROFILE_FIELD_KEEP_ALIVE,
  PROFILE_FIELD_WILL, PROFILE_FIELD_SUBSCRIPTIONS, PROFILE_FIELD_SCHEME, PROFILE_FIELD_SERVER_NAME,
  PROFILE_FIELD_ALPN, PROFILE_FIELD_USER_NAME, PROFILE_FIELD_PASSWORD, PROFILE_FIELD_TRUST,
  PROFILE_FIELD_KEY_PASSWORD, PROFILE_FIELD_TLS_VERSION, PROFILE_FIELD_TLS_PRIORITY,
  PROFILE_FIELD_CRL, PROFILE_FIELD_BROKER_CA, PROFILE_FIELD_PROBES, PROFILE_FIELD_DNS_SERVERS,
  PROFILE_FIELD_VERSION, PROFILE_FIELD_COUNT,
} ProfileField;

#define PROFILE_ERROR (profile_error_quark())
GQuark profile_error_quark(void); /* codes: ProfileField; the message is a sentence */

/* Syntax and sense of the values; does not open files (trust/ does). */
gboolean profile_check(const Profile *profile, GError **error);

/* mqtt://, mqtts:// [user[:password]@]host[:port][/topic/filter], percent-decoded; the path
 * becomes a subscription with QoS 0. Changes only what the URL says (a URL without a port says: the
 * scheme's), and nothing when it is refused. No error repeats a part of the URL. */
gboolean profile_set_url(Profile *profile, const char *url, GError **error);
gboolean profile_is_url(const char *text);

/* (transfer full): $XDG_CONFIG_HOME/mqtrust/connections (or ~/.config/...). */
char *profile_folder(void);
Profile *profile_load(const char *path, GError **error);
/* Creates the folder (0700) when it is missing. Keeps comments and unknown keys of an older file
 * of that name. */
gboolean profile_save(const Profile *profile, const char *folder, GError **error);
gboolean profile_delete(const char *folder, const char *name, GError **error);
/* (transfer full): every profile of the folder, by name; for each file that cannot be read a
 * sentence goes to `*problems` (transfer full, of char *; may be NULL). A missing folder is empty. */
GPtrArray *profile_load_all(const char *folder, GPtrArray **problems);
