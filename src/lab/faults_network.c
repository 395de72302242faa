/* Names, addresses and what lies between. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

/* --- Names ------------------------------------------------------------------------------------ */

static void
name_server_says(LabScene *scene, int rcode)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
  lab_dns_fail(scene, LAB_HOST, rcode);
}

static void
unknown_name(LabScene *scene)
{
  name_server_says(scene, 3);
}

static void
server_failure(LabScene *scene)
{
  name_server_says(scene, 2);
}

static void
silent_name_server(LabScene *scene)
{
  name_server_says(scene, -1);
  lab_profile(scene)->connect_timeout = 1;
}

/* One port of two addresses: a stranger at the first, our broker at the second. */
static void
wrong_host(LabScene *scene)
{
  ForgeTemplate template = lab_server("www.other.test");
  template.names = "DNS:www.other.test,DNS:other.test";
  Forged *other = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  guint16 port = lab_two_ports(scene);
  lab_use_good_trust(scene);
  lab_mosquitto(
      scene,
      &(LabMosquitto){
          .chain_file =
              lab_write_chain(scene, "other.pem", other, lab_pki(scene)->intermediate, NULL),
          .key_file = lab_write_key(scene, "other.key", other, NULL),
          .port = port,
          .last_port = (guint16)(port + 1),
          .extra = lab_keep(
              scene, g_strconcat(lab_listener(scene, "127.0.0.2", port, lab_pki(scene)->server,
                                              lab_pki(scene)->intermediate),
                                 lab_listener(scene, "127.0.0.1", (guint16)(port + 1),
                                              lab_pki(scene)->server, lab_pki(scene)->intermediate),
                                 NULL))});
  lab_dns(scene, LAB_HOST, "A", "127.0.0.1");
  lab_dns(scene, LAB_HOST, "A", "127.0.0.2");
  lab_expect_certificate(scene, other);
}

/* --- Addresses -------------------------------------------------------------------------------- */

static void
dead_ipv6(LabScene *scene)
{
  lab_good_broker(scene);
  lab_dns(scene, LAB_HOST, "AAAA", "::1");
  lab_dns(scene, LAB_HOST, "A", "127.0.0.1");
}

static void
nobody_listens(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
}

static void
full_queue(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_full_port(scene);
  lab_profile(scene)->connect_timeout = 1;
}

/* There is no way to a broadcast address with TCP (RFC 1122, 4.2.3.10); nothing leaves this
 * machine. */
static void
broadcast_address(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_no_peer(scene);
  lab_dns(scene, LAB_HOST, "A", "127.255.255.255");
}

/* --- Closed, and closed later ----------------------------------------------------------------- */

static void
close_at_once(int fd, gpointer data)
{
}

static void
closing_at_once(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_peer(scene, close_at_once, NULL);
}

static void
no_place_left(LabScene *scene)
{
  guint16 port = lab_mosquitto(scene, &(LabMosquitto){.plain = TRUE, .extra = "max_connections 1"});
  lab_profile(scene)->scheme = SCHEME_MQTT;
  lab_occupy(scene, port);
}

static const LabFault faults[] = {
    FAULT("dns-unknown", NULL, "a name server that answers: no such name", ERROR, NETWORK, NONE, -1,
          LAB_NO_TLS, unknown_name),
    FAULT("dns-failure", NULL, "a name server that answers: server failure", ERROR, NETWORK, NONE,
          -1, LAB_NO_TLS, server_failure),
    FAULT("dns-failure", "silent", "a name server that does not answer", ERROR, NETWORK, NONE, -1,
          LAB_NO_TLS, silent_name_server),
    FAULT("tcp-ipv6-dead", NULL, "mosquitto on IPv4; the name has an IPv6 address, too", WARNING,
          NETWORK, NONE, -1, LAB_NO_TLS, dead_ipv6),
    FAULT("tcp-refused", NULL, "a port on which nobody listens", ERROR, NETWORK, NONE, -1,
          LAB_NO_TLS, nobody_listens),
    FAULT("tcp-filtered", NULL, "a port that answers nothing: its queue is full", ERROR, NETWORK,
          NONE, -1, LAB_NO_TLS, full_queue),
    FAULT("tcp-unreachable", NULL, "a name that leads to a broadcast address (127.255.255.255)",
          ERROR, NETWORK, NONE, -1, LAB_NO_TLS, broadcast_address),
    FAULT("tcp-closed-at-once", NULL, "a peer that closes every connection at once", ERROR, NETWORK,
          NONE, -1, LAB_NO_TLS, closing_at_once),
    FAULT("tcp-closed-at-once", "plain",
          "mosquitto that has as many connections as it takes; the connection is mqtt://", ERROR,
          NETWORK, NONE, -1, LAB_NO_TLS, no_place_left),
    FAULT("dns-wrong-host", NULL,
          "mosquitto; the name's first address is another site's, its second the broker's", ERROR,
          NETWORK, PEER, 0, 0, wrong_host),
    {0},
};

static const LabMissing missing[] = {
    {"tcp-idle-drop",
     "Is named when a connection has ended three times in a row after 3 s or more of quiet, which "
     "takes longer than a scene may; the tests of the diagnosis show it."},
    {0},
};

const LabFamily lab_family_network = {faults, missing};
