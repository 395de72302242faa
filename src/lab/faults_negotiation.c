/* What the handshake could not agree upon. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

/* `openssl s_server` with these further arguments, and our CA file: nothing else is wrong. */
static void
one_way_openssl(LabScene *scene, const char *const *arguments)
{
  lab_use_good_trust(scene);
  lab_openssl(scene, NULL, NULL, FALSE, arguments);
}

static void
one_way_mosquitto(LabScene *scene, const char *extra)
{
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.extra = extra});
}

/* --- Versions --------------------------------------------------------------------------------- */

static void
other_version(LabScene *scene)
{
  one_way_mosquitto(scene, NULL);
  lab_profile(scene)->tls_version = lab_tls(scene) == LAB_TLS_1_2 ? TLS_1_3 : TLS_1_2;
}

/* OpenSSL 3 says "internal error" (alert 80) to who goes no further than TLS 1.1. */
static void
too_old(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.any_version = TRUE});
  lab_profile(scene)->tls_version = TLS_1_1;
}

/* --- Suites, groups, signatures --------------------------------------------------------------- */

static void
no_cipher(LabScene *scene)
{
  one_way_mosquitto(scene, "ciphers ECDHE-ECDSA-AES256-GCM-SHA384\n"
                           "ciphers_tls1.3 TLS_AES_256_GCM_SHA384");
  lab_set(&lab_profile(scene)->tls_priority, "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305");
}

/* A good certificate for ECDHE, and a broker that knows the key exchange of RSA alone. */
static void
no_ecdhe(LabScene *scene)
{
  const char *const arguments[] = {"-cipher", "AES256-GCM-SHA384", NULL};
  ForgeTemplate template = lab_server(LAB_HOST);
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = 2048;
  const LabPki *pki = lab_pki(scene);
  const Forged *server = lab_forge(scene, &template, pki->intermediate);
  lab_use_good_trust(scene);
  lab_openssl(scene, lab_write_chain(scene, "rsa.pem", server, pki->intermediate, NULL),
              lab_write_key(scene, "rsa.key", server, NULL), FALSE, arguments);
}

static void
no_group(LabScene *scene)
{
  const char *const arguments[] = {"-groups", "P-384:P-256", NULL};
  one_way_openssl(scene, arguments);
  lab_set(&lab_profile(scene)->tls_priority, "NORMAL:-GROUP-ALL:+GROUP-X25519");
}

/* In TLS 1.3 the curve belongs to the signature scheme (RFC 8446, 4.2.3). */
static void
no_signature(LabScene *scene)
{
  one_way_mosquitto(scene, NULL);
  lab_set(&lab_profile(scene)->tls_priority, "NORMAL:-SIGN-ALL:+SIGN-ECDSA-SECP384R1-SHA384");
}

/* The good server has a P-256 key. */
static void
rsa_only(LabScene *scene)
{
  one_way_mosquitto(scene, NULL);
  lab_set(&lab_profile(scene)->tls_priority,
          "NORMAL:-SIGN-ALL:+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256");
  lab_expect_certificate(scene, lab_pki(scene)->server);
}

/* --- Extensions ------------------------------------------------------------------------------- */

static void
other_protocol(LabScene *scene)
{
  static const char *const protocols[] = {"x-amzn-mqtt-ca", NULL};
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  options.alpn = protocols;
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
  lab_set(&lab_profile(scene)->alpn, "mqtt");
}

static void
unknown_server_name(LabScene *scene)
{
  ForgeTemplate template = lab_server("other.lab.test");
  template.names = "DNS:other.lab.test,IP:127.0.0.1";
  const Forged *other = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  const char *key = lab_write_key(scene, "other.key", other, NULL);
  const char *chain =
      lab_write_chain(scene, "other.pem", other, lab_pki(scene)->intermediate, NULL);
  const char *const arguments[] = {
      "-servername", "other.lab.test", "-servername_fatal", "-cert2", chain, "-key2", key, NULL};
  lab_use_good_trust(scene);
  lab_openssl(scene, chain, key, FALSE, arguments);
}

static void
psk_only(LabScene *scene)
{
  const char *file = lab_write(scene, "psk.txt", "meter-7:0123456789abcdef0123456789abcdef\n", -1);
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.plain = TRUE,
                                       .extra = lab_keep(scene, g_strdup_printf("psk_hint lab\n"
                                                                                "psk_file %s",
                                                                                file))});
}

/* --- This machine ----------------------------------------------------------------------------- */

static void
unknown_word(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
  lab_set(&lab_profile(scene)->tls_priority, "SECURE256:-CIPHERS-OLD");
}

static void
nothing_left(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
  lab_set(&lab_profile(scene)->tls_priority, "NORMAL:-CIPHER-ALL");
}

/* --- No answer -------------------------------------------------------------------------------- */

static void
say_nothing(int fd, gpointer data)
{
  peer_wait_for_end(fd);
}

static void
silent(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_peer(scene, say_nothing, NULL);
  lab_profile(scene)->connect_timeout = 1;
}

static void
read_and_reset(int fd, gpointer data)
{
  char bytes[4096];
  recv(fd, bytes, sizeof bytes, 0);
  peer_reset_on_close(fd);
}

static void
read_and_close(int fd, gpointer data)
{
  char bytes[4096];
  recv(fd, bytes, sizeof bytes, 0);
}

static void
resetting(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_peer(scene, read_and_reset, NULL);
}

static void
closing(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_peer(scene, read_and_close, NULL);
}

/* --- Afraid of TLS 1.3 ------------------------------------------------------------------------ */

/* Extension 43, supported_versions, whose list holds 0x0304 (RFC 8446, 4.2.1). */
static gboolean
offers_tls_1_3(const guint8 *hello, gsize length)
{
  for (gsize i = 0; i + 5 < length; i++) {
    gsize list = hello[i + 4], end = i + 5 + list;
    if (hello[i] != 0 || hello[i + 1] != 43 || hello[i + 2] != 0 || hello[i + 3] != list + 1)
      continue;
    for (gsize at = i + 5; at + 1 < MIN(end, length); at += 2) {
      if (hello[at] == 3 && hello[at + 1] == 4)
        return TRUE;
    }
  }
  return FALSE;
}

static void
serve_old(int fd, gpointer data)
{
  guint8 hello[4096];
  ssize_t length = recv(fd, hello, sizeof hello, MSG_PEEK);
  if (length <= 0 || offers_tls_1_3(hello, (gsize)length)) {
    peer_reset_on_close(fd);
    return;
  }
  TlsPeer peer;
  MqttScript script = MQTT_SCRIPT_GOOD;
  tls_peer_accept(&peer, fd, data);
  if (peer.code == 0)
    mqtt_script_serve(&peer, &script);
  tls_peer_clear(&peer, FALSE);
}

static void
intolerant(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  options.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
  gpointer copy = g_memdup2(&options, sizeof options);
  lab_use_good_trust(scene);
  lab_peer(scene, serve_old, (gpointer)lab_keep(scene, copy));
  lab_profile(scene)->tls_version = TLS_ANY;
}

static const LabFault faults[] = {
    FAULT("tls-version-mismatch", NULL,
          "mosquitto with one TLS version; the connection allows another one alone", ERROR, BROKER,
          NONE, -1, 0, other_version),
    FAULT("tls-version-mismatch", "old",
          "mosquitto (TLS 1.2 and 1.3); the connection allows TLS 1.1 alone", ERROR, BROKER, NONE,
          -1, LAB_NO_TLS, too_old),
    FAULT("tls-no-cipher", NULL,
          "mosquitto with AES 256 alone; the connection allows ChaCha20 alone", ERROR, BROKER, NONE,
          -1, 0, no_cipher),
    FAULT("tls-no-cipher", "rsa",
          "openssl s_server without ECDHE; its RSA key may sign and not encipher", ERROR, BROKER,
          NONE, -1, LAB_TLS_12_ONLY, no_ecdhe),
    FAULT("tls-no-group", NULL,
          "openssl s_server with P-256 and P-384; the connection allows X25519 alone", ERROR,
          BROKER, NONE, -1, 0, no_group),
    FAULT("tls-no-group", "signature",
          "mosquitto with a P-256 key; the connection allows signatures of P-384 keys alone", ERROR,
          BROKER, NONE, -1, LAB_TLS_13_ONLY, no_signature),
    FAULT("tls-key-type-mismatch", NULL,
          "mosquitto with an ECDSA key; the connection allows RSA signatures alone", ERROR, LOCAL,
          PEER, 0, 0, rsa_only),
    FAULT("alpn-required", NULL,
          "a peer on GnuTLS that wants ALPN x-amzn-mqtt-ca; the connection says mqtt", ERROR, LOCAL,
          NONE, -1, 0, other_protocol),
    FAULT("sni-refused", NULL, "openssl s_server that serves other.lab.test alone", ERROR, LOCAL,
          NONE, -1, 0, unknown_server_name),
    FAULT("psk-only", NULL, "mosquitto with pre-shared keys instead of certificates", ERROR, LOCAL,
          NONE, -1, 0, psk_only),
    FAULT("local-policy-forbids", NULL, "a word that GnuTLS does not know in the priority string",
          ERROR, LOCAL, NONE, -1, LAB_NO_TLS, unknown_word),
    FAULT("local-policy-forbids", "nothing-left", "a priority string that leaves no cipher suite",
          ERROR, LOCAL, NONE, -1, LAB_NO_TLS, nothing_left),
    FAULT("tls-timeout", NULL, "a peer that takes the connection and says nothing", ERROR, NETWORK,
          NONE, -1, LAB_NO_TLS | LAB_WITHOUT_PROBES, silent),
    FAULT("tls-reset", NULL, "a peer that resets the connection at the first TLS message", ERROR,
          NETWORK, NONE, -1, LAB_NO_TLS, resetting),
    FAULT("tls-reset", "closed", "a peer that closes the connection at the first TLS message",
          ERROR, NETWORK, NONE, -1, LAB_NO_TLS, closing),
    FAULT("tls13-intolerant", NULL,
          "a peer on GnuTLS; resets every connection that offers TLS 1.3, and speaks TLS 1.2",
          ERROR, BROKER, NONE, -1, LAB_TLS_13_ONLY, intolerant),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_negotiation = {faults, missing};
