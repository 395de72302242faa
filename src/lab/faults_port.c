/* Ports that speak something else. */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

static void
without_tls(LabScene *scene)
{
  lab_profile(scene)->scheme = SCHEME_MQTT;
}

/* --- TLS on, TLS off -------------------------------------------------------------------------- */

static void
plain_broker(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.plain = TRUE});
}

static void
tls_broker(LabScene *scene)
{
  without_tls(scene);
  lab_mosquitto(scene, &(LabMosquitto){.any_version = TRUE});
}

/* GnuTLS answers what is no TLS with an alert. */
static void
tls_server(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  options.priority = NULL;
  without_tls(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
}

/* --- Web servers ------------------------------------------------------------------------------ */

static const char bad_request[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                  "Connection: close\r\n\r\n";

static void
answer_http(int fd, gpointer data)
{
  char bytes[4096];
  if (recv(fd, bytes, sizeof bytes, 0) > 0)
    send(fd, bad_request, strlen(bad_request), MSG_NOSIGNAL);
}

static void
web_server(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_peer(scene, answer_http, NULL);
}

static void
web_server_without_tls(LabScene *scene)
{
  without_tls(scene);
  lab_peer(scene, answer_http, NULL);
}

/* A WebSocket listener (RFC 6455, 4.2.2) as mosquitto's: no other word gets an answer. mosquitto
 * itself would listen on every address of this machine. */
static void
answer_upgrade(LabScene *scene, TlsPeer *peer, gpointer data)
{
  static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                               "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
  guint8 byte;
  if (tls_peer_read(peer, &byte, 1) && byte == 'G')
    tls_peer_write(peer, answer, strlen(answer));
}

static void
websocket(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, answer_upgrade, NULL);
}

/* Whatever it is asked. */
static void
answer_bad_request(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 byte;
  if (tls_peer_read(peer, &byte, 1))
    tls_peer_write(peer, bad_request, strlen(bad_request));
}

static void
websocket_of_server(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, answer_bad_request, NULL);
}

/* --- Others ----------------------------------------------------------------------------------- */

static void
greet(int fd, gpointer data)
{
  const char *greeting = data;
  send(fd, greeting, strlen(greeting), MSG_NOSIGNAL);
  peer_wait_for_end(fd);
}

static void
greeting(LabScene *scene, const char *text)
{
  lab_use_good_trust(scene);
  lab_peer(scene, greet, (gpointer)text);
}

static void
ssh(LabScene *scene)
{
  greeting(scene, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
}

static void
ssh_without_tls(LabScene *scene)
{
  ssh(scene);
  without_tls(scene);
}

/* AMQP 0-9-1, 4.2.2: a server's answer to what is no AMQP is its own protocol header. */
static void
answer_amqp(LabScene *scene, TlsPeer *peer, gpointer data)
{
  static const guint8 header[] = {'A', 'M', 'Q', 'P', 0, 0, 9, 1};
  guint8 byte;
  if (tls_peer_read(peer, &byte, 1))
    tls_peer_write(peer, header, sizeof header);
}

static void
amqp_inside_tls(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, answer_amqp, NULL);
}

static void
smtp(LabScene *scene)
{
  greeting(scene, "220 mail.lab.test ESMTP Postfix\r\n");
}

static void
imap(LabScene *scene)
{
  greeting(scene, "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
}

/* --- Proxies ---------------------------------------------------------------------------------- */

/* What Traefik shows for names of which it has no certificate. */
static void
proxy_certificate(LabScene *scene)
{
  ForgeTemplate template = lab_server("TRAEFIK DEFAULT CERT");
  template.names = "DNS:0a1b2c3d.traefik.default";
  Forged *server = lab_forge(scene, &template, NULL);
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  options.chain_pem = lab_pem(scene, server);
  options.key_pem = lab_key_pem(scene, server);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
  lab_expect_certificate(scene, server);
}

static void
answer_bad_gateway(LabScene *scene, TlsPeer *peer, gpointer data)
{
  static const char answer[] = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n";
  guint8 byte;
  if (tls_peer_read(peer, &byte, 1))
    tls_peer_write(peer, answer, strlen(answer));
}

static void
bad_gateway(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, answer_bad_gateway, NULL);
  lab_expect_certificate(scene, lab_pki(scene)->server);
}

/* --- The other listener ----------------------------------------------------------------------- */

static void
one_way_beside_two_way(LabScene *scene)
{
  const char *ca = lab_write_chain(scene, "client-ca.pem", lab_pki(scene)->client_ca, NULL);
  guint16 port = lab_two_ports(scene), next = (guint16)(port + 1);
  const char *second =
      lab_listener(scene, "127.0.0.1", next, lab_pki(scene)->server, lab_pki(scene)->intermediate);
  const char *two_way =
      lab_keep(scene, g_strdup_printf("%scafile %s\nrequire_certificate true", second, ca));
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){.port = port, .last_port = next, .extra = two_way});
  lab_expect_certificate(scene, lab_pki(scene)->client);
}

static const LabFault faults[] = {
    FAULT("port-plain-mqtt", NULL, "mosquitto without TLS; the connection is mqtts://", ERROR,
          NETWORK, NONE, -1, LAB_NO_TLS, plain_broker),
    FAULT("port-needs-tls", NULL, "mosquitto with TLS; the connection is mqtt://", ERROR, NETWORK,
          NONE, -1, LAB_NO_TLS, tls_broker),
    FAULT("port-needs-tls", "alert",
          "a peer on GnuTLS, which answers with a TLS alert; the connection is mqtt://", ERROR,
          NETWORK, NONE, -1, LAB_NO_TLS, tls_server),
    FAULT("port-http", NULL, "a peer that answers HTTP 400; the connection is mqtts://", ERROR,
          NETWORK, NONE, -1, LAB_NO_TLS, web_server),
    FAULT("port-http", "plain", "a peer that answers HTTP 400; the connection is mqtt://", ERROR,
          NETWORK, NONE, -1, LAB_NO_TLS, web_server_without_tls),
    FAULT("port-websocket", NULL, "a peer on GnuTLS that speaks WebSocket over TLS", ERROR, NETWORK,
          NONE, -1, 0, websocket),
    FAULT("port-websocket", "answers", "a peer on GnuTLS that answers HTTP 400 inside TLS", ERROR,
          NETWORK, NONE, -1, 0, websocket_of_server),
    FAULT("port-other-service", NULL, "a peer that greets as an SSH server", ERROR, NETWORK, NONE,
          -1, LAB_NO_TLS, ssh),
    FAULT("port-other-service", "plain",
          "a peer that greets as an SSH server; the connection is mqtt://", ERROR, NETWORK, NONE,
          -1, LAB_NO_TLS, ssh_without_tls),
    FAULT("port-other-service", "amqp", "a peer on GnuTLS that speaks AMQP inside TLS", ERROR,
          NETWORK, NONE, -1, 0, amqp_inside_tls),
    FAULT("tls-terminated-by-proxy", NULL, "a peer on GnuTLS that shows Traefik's own certificate",
          ERROR, NETWORK, PEER, 0, 0, proxy_certificate),
    FAULT("tls-terminated-by-proxy", "gateway",
          "a peer on GnuTLS with a good certificate that answers HTTP 502", ERROR, NETWORK, PEER, 0,
          0, bad_gateway),
    FAULT("port-starttls", NULL, "a peer that greets as an SMTP server", ERROR, NETWORK, NONE, -1,
          LAB_NO_TLS, smtp),
    FAULT("port-starttls", "imap", "a peer that greets as an IMAP server", ERROR, NETWORK, NONE, -1,
          LAB_NO_TLS, imap),
    FAULT("port-one-way", NULL,
          "mosquitto with one-way TLS, and two-way TLS on the next port; the connection has a "
          "certificate",
          WARNING, NETWORK, CLIENT, 0, 0, one_way_beside_two_way),
    {0},
};

static const LabMissing missing[] = {
    {"port-no-websocket", "mqtrust does not speak WebSocket (ws://, wss://) yet."},
    {0},
};

const LabFamily lab_family_port = {faults, missing};
