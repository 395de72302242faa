/* What scenes are built with: see lab.h. All files lie in the scene's folder, all peers on 127.0.0.1
 * unless said otherwise; both go with the scene. A builder that cannot go on (no such program, a
 * broker that does not come up) marks the scene as failed and the functions below do nothing from
 * then on, so that builders have no error paths. */
#pragma once

#include "lab/forge.h"
#include "lab/lab.h"
#include "lab/peer.h"
#include "lab/tls_peer.h"

/* The profile to fill in: mqtts://localhost, MQTT 5, TLS version of the scene, trust: file, no
 * client certificate, no port yet. */
Profile *lab_profile(LabScene *scene);
LabTls lab_tls(const LabScene *scene);
/* "1.2" or "1.3" in the words of mosquitto ("tlsv1.2"), of openssl s_server ("-tls1_2") and of
 * GnuTLS ("NORMAL:-VERS-ALL:+VERS-TLS1.2"). */
const char *lab_tls_mosquitto(const LabScene *scene);
const char *lab_tls_openssl(const LabScene *scene);
const char *lab_tls_gnutls(const LabScene *scene);

/* --- Certificates and files -------------------------------------------------------------------- */

/* Borrowed, made on first use: a good PKI as most people have it.
 *   server root ← server intermediate ← server (localhost, mqtt.lab.test, 127.0.0.1)
 *   client CA ← client (CN=Client, clientAuth) */
typedef struct {
  Forged *root, *intermediate, *server;
  Forged *client_ca, *client;
} LabPki;
const LabPki *lab_pki(LabScene *scene);

/* A certificate of the scene's own, owned by it: signed by `issuer`, by itself when NULL. Dates of
 * 0 stand for: from yesterday, for 90 days (a leaf) or ten years (a CA), by this machine's clock. */
Forged *lab_forge(LabScene *scene, const ForgeTemplate *template, const Forged *issuer);
/* The same with the key of another. */
Forged *lab_forge_with_key(LabScene *scene, const ForgeTemplate *template, const Forged *issuer,
                           const Forged *key);

/* Borrowed from the scene: the path of the new file "NAME" in its folder. */
const char *lab_write(LabScene *scene, const char *name, const void *bytes, gssize length);
/* PEM of the certificates, in this order; NULL-terminated. */
const char *lab_write_chain(LabScene *scene, const char *name, const Forged *first, ...)
    G_GNUC_NULL_TERMINATED;
/* PKCS#8 PEM, mode 0600; encrypted when `password` is not NULL. */
const char *lab_write_key(LabScene *scene, const char *name, const Forged *forged,
                          const char *password);
/* (transfer full) */
char *lab_pem(const Forged *forged);
char *lab_key_pem(const Forged *forged);

/* The three files of the good client into the profile (CA file of the good root, certificate, key). */
void lab_use_good_trust(LabScene *scene);
void lab_use_good_client(LabScene *scene);
/* Another certificate with its chain file and key. */
void lab_use_client(LabScene *scene, const char *chain_file, const char *key_file);

/* --- Peers ------------------------------------------------------------------------------------- */

typedef struct {
  const char *chain_file, *key_file; /* NULL: the good server's */
  const char *client_ca_file;        /* NULL: one-way TLS */
  gboolean plain;                    /* no TLS at all */
  const char *extra;                 /* more lines of configuration, or NULL */
} LabMosquitto;
/* Starts mosquitto and puts its port into the profile (when that has none yet). Returns the port. */
guint16 lab_mosquitto(LabScene *scene, const LabMosquitto *options);
/* `openssl s_server` with these further arguments (NULL-terminated); certificate and key as above,
 * version of the scene unless `any_version`. It speaks no MQTT. */
guint16 lab_openssl(LabScene *scene, const char *chain_file, const char *key_file,
                    gboolean any_version, const char *const *arguments);
/* `gnutls-serv`, the same. */
guint16 lab_gnutls(LabScene *scene, const char *chain_file, const char *key_file,
                   const char *const *arguments);
/* A scripted peer: `script` serves every connection, on threads of the peer, several at once. */
guint16 lab_peer(LabScene *scene, PeerScript script, gpointer data);
/* A scripted TLS peer: shakes hands, then `script`; NULL: answers CONNECT with CONNACK, SUBSCRIBE
 * with SUBACK, PINGREQ, and waits for the end. `options` is copied (its texts are borrowed). */
typedef void (*LabTlsScript)(LabScene *scene, TlsPeer *peer, gpointer data);
guint16 lab_tls_peer(LabScene *scene, const TlsPeerOptions *options, LabTlsScript script,
                     gpointer data);
/* The good server's options for it, asking for a client certificate when `two_way`. */
TlsPeerOptions lab_tls_options(LabScene *scene, gboolean two_way);

/* A name server, put into the profile: `name` has this record ("A", "AAAA", "CNAME"). */
void lab_dns(LabScene *scene, const char *name, const char *type, const char *value);
/* It answers `name` with this RCODE (RFC 1035, 4.1.1), or never (-1). */
void lab_dns_fail(LabScene *scene, const char *name, int rcode);

/* --- What is expected -------------------------------------------------------------------------- */

void lab_expect_certificate(LabScene *scene, const Forged *forged);
void lab_expect_file(LabScene *scene, const char *path);
/* Marks the scene as failed; the first sentence counts. */
void lab_fail(LabScene *scene, LabError code, const char *format, ...) G_GNUC_PRINTF(3, 4);
