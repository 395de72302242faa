/* What scenes are built with: see lab.h. All files lie in the scene's folder, all peers on
 * 127.0.0.1 unless said otherwise; both go with the scene. A builder that cannot go on (no such
 * program, a broker that does not come up) marks the scene as failed and the functions below do
 * nothing from then on, so that builders have no error paths. */
#pragma once

#include "lab/forge.h"
#include "lab/lab.h"
#include "lab/mqtt_script.h"
#include "lab/peer.h"
#include "lab/tls_peer.h"

#define LAB_HOST "mqtt.lab.test"

/* The profile to fill in: mqtts://mqtt.lab.test, which the scene's name server knows as 127.0.0.1
 * (and "localhost" is what the machine says), MQTT 5, TLS version of the scene, trust: file (none
 * named yet), no client certificate, no port yet. */
Profile *lab_profile(LabScene *scene);
/* The same for its texts: takes the place of what was there. `text` is copied. */
void lab_set(char **field, const char *text);
LabTls lab_tls(const LabScene *scene);
/* "1.2" or "1.3" in the words of mosquitto ("tlsv1.2"), of openssl s_server ("-tls1_2") and of
 * GnuTLS ("NORMAL:-VERS-ALL:+VERS-TLS1.2"). */
const char *lab_tls_mosquitto(const LabScene *scene);
const char *lab_tls_openssl(const LabScene *scene);
const char *lab_tls_gnutls(const LabScene *scene);

/* --- Certificates and files ------------------------------------------------------------------- */

/* Borrowed, made on first use: a good PKI as most people have it.
 *   server root ← server intermediate ← server (mqtt.lab.test, localhost, 127.0.0.1)
 *   client CA ← client (CN=Client, clientAuth) */
typedef struct {
  Forged *root, *intermediate, *server;
  Forged *client_ca, *client;
} LabPki;
const LabPki *lab_pki(LabScene *scene);

/* Templates as they should be, to be changed in one point: a CA; a server for LAB_SERVER_NAMES; a
 * client. Dates are 0. */
#define LAB_SERVER_NAMES "DNS:" LAB_HOST ",DNS:localhost,IP:127.0.0.1"
ForgeTemplate lab_authority(const char *name);
ForgeTemplate lab_server(const char *name);
ForgeTemplate lab_client(const char *name);
/* This machine's clock and days from then: for dates of templates. */
gint64 lab_days_from_now(int days);

/* A certificate of the scene's own, owned by it: signed by `issuer`, by itself when NULL. Dates of
 * 0 stand for: from yesterday, for 90 days (a leaf) or ten years (a CA), by this machine's clock.
 */
Forged *lab_forge(LabScene *scene, const ForgeTemplate *template, const Forged *issuer);
/* The same with the key of another. */
Forged *lab_forge_with_key(LabScene *scene, const ForgeTemplate *template, const Forged *issuer,
                           const Forged *key);

/* Borrowed from the scene, as all paths here: the path of the new file "NAME" in its folder. */
const char *lab_write(LabScene *scene, const char *name, const void *bytes, gssize length);
/* PEM of the certificates, in this order; NULL-terminated. */
const char *lab_write_chain(LabScene *scene, const char *name, const Forged *first,
                            ...) G_GNUC_NULL_TERMINATED;
/* PKCS#8 PEM, mode 0600; encrypted when `password` is not NULL. */
const char *lab_write_key(LabScene *scene, const char *name, const Forged *forged,
                          const char *password);
/* Borrowed from the scene: PEM of one certificate; of its key, without a password. */
const char *lab_pem(LabScene *scene, const Forged *forged);
const char *lab_key_pem(LabScene *scene, const Forged *forged);
/* Borrowed from the scene: any text that must live as long as it does. */
const char *lab_keep(LabScene *scene, char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The same of bytes. */
GBytes *lab_keep_bytes(LabScene *scene, GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

/* The three files of the good client into the profile (CA file of the good root, certificate, key).
 */
void lab_use_good_trust(LabScene *scene);
void lab_use_good_client(LabScene *scene);
/* Another certificate with its chain file and key. */
void lab_use_client(LabScene *scene, const char *chain_file, const char *key_file);

/* --- Peers ------------------------------------------------------------------------------------ */

typedef struct {
  const char *chain_file, *key_file; /* NULL: the good server's */
  const char *client_ca_file;        /* NULL: one-way TLS */
  gboolean any_version;              /* also the other TLS version */
  gboolean plain;                    /* no TLS at all */
  const char *extra;                 /* more lines of configuration, or NULL */
  const char *second;                /* lines for a second listener, at the same port of 127.0.0.2;
                                      * NULL: there is none */
  guint16 port;                      /* 0: a free one */
  guint16 last_port;                 /* of the last listener in `extra`; 0: there is none */
} LabMosquitto;
/* Starts mosquitto and puts its port into the profile (when that has none yet). Returns the port.
 * Anonymous clients are welcome unless `extra` says "allow_anonymous". */
guint16 lab_mosquitto(LabScene *scene, const LabMosquitto *options);
/* Borrowed from the scene: lines for `extra`, one more listener with TLS and this certificate. */
const char *lab_listener(LabScene *scene, const char *address, guint16 port, const Forged *server,
                         const Forged *issuer);
/* The first of two ports, one after the other, that nobody uses now. */
guint16 lab_two_ports(LabScene *scene);
/* mosquitto as most people have it: two-way TLS with lab_pki(), our good client in the profile and
 * the good CA file: nothing is wrong yet. */
guint16 lab_good_broker(LabScene *scene);
/* mosquitto with this server certificate, followed by `issuer` (NULL: sent alone), and the good CA
 * file in the profile: one-way TLS. */
guint16 lab_broker_with(LabScene *scene, const Forged *server, const Forged *issuer);
/* mosquitto with the good server's certificate that knows `root` as its clients' CA; in the profile
 * the good CA file and our certificate `client`, followed by `issuer` (NULL: alone). Returns the
 * path of our certificate file. */
const char *lab_broker_for(LabScene *scene, const Forged *client, const Forged *issuer,
                           const Forged *root);
/* `openssl s_server` with these further arguments (NULL-terminated); certificate and key as above,
 * version of the scene unless `any_version`. It speaks no MQTT. */
guint16 lab_openssl(LabScene *scene, const char *chain_file, const char *key_file,
                    gboolean any_version, const char *const *further);
/* A scripted peer: `script` serves every connection, on threads of the peer, several at once. */
guint16 lab_peer(LabScene *scene, PeerScript script, gpointer data);
/* A scripted TLS peer (gnutls-serv cannot be bound to loopback alone): shakes hands, then `script`,
 * NULL: MQTT_SCRIPT_GOOD. `options` is copied (its texts are borrowed). Scripts run on the peer's
 * threads, several at once: they read the scene and change nothing of it. */
typedef void (*LabTlsScript)(LabScene *scene, TlsPeer *peer, gpointer data);
guint16 lab_tls_peer(LabScene *scene, const TlsPeerOptions *options, LabTlsScript script,
                     gpointer data);
/* The good server's options for it, in the version of the scene; asking for a client certificate of
 * the good client CA when `two_way`. */
TlsPeerOptions lab_tls_options(LabScene *scene, gboolean two_way);
/* A TLS peer whose MQTT goes by `script`, copied. */
guint16 lab_mqtt_peer(LabScene *scene, const TlsPeerOptions *options, const MqttScript *script);
/* A port on which nobody listens, into the profile. */
guint16 lab_no_peer(LabScene *scene);
/* A port that takes no connection and refuses none, into the profile: its queue is full
 * (listen(2)), and the kernel drops what comes as a firewall does. */
guint16 lab_full_port(LabScene *scene);
/* MQTT connections without TLS to this port, as long as the scene, until it takes no more. */
void lab_occupy(LabScene *scene, guint16 port);

/* The scene's name server, which is in the profile: `name` has this record ("A", "AAAA", "CNAME").
 * It knows LAB_HOST unless a builder said anything of that name. */
void lab_dns(LabScene *scene, const char *name, const char *type, const char *value);
/* It answers `name` with this RCODE (RFC 1035, 4.1.1), or never (-1). */
void lab_dns_fail(LabScene *scene, const char *name, int rcode);

/* --- What is expected ------------------------------------------------------------------------- */

void lab_expect_certificate(LabScene *scene, const Forged *forged);
void lab_expect_file(LabScene *scene, const char *path);
/* Takes both back. */
void lab_expect_nothing(LabScene *scene);
gboolean lab_failed(const LabScene *scene);
/* Marks the scene as failed; the first sentence counts. */
void lab_fail(LabScene *scene, LabError code, const char *format, ...) G_GNUC_PRINTF(3, 4);
