/* Is our certificate asked for, sent and accepted? */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

/* --- Brokers that look at it ------------------------------------------------------------------ */

/* Unlike mosquitto, `openssl s_server` names the CAs whose certificates it takes. It refuses all
 * others in the words of OpenSSL, which mosquitto uses, too. */
static void
broker_that_names(LabScene *scene, const char *ca_file)
{
  const char *const arguments[] = {"-CAfile", ca_file, "-Verify", "3", "-verify_return_error",
                                   NULL};
  lab_use_good_trust(scene);
  lab_openssl(scene, NULL, NULL, FALSE, arguments);
}

static const char *
good_client_ca(LabScene *scene)
{
  return lab_write_chain(scene, "client-ca.pem", lab_pki(scene)->client_ca, NULL);
}

static void
use_client(LabScene *scene, const Forged *client, const Forged *issuer)
{
  const char *file = lab_write_chain(scene, "our.pem", client, issuer, NULL);
  lab_use_client(scene, file, lab_write_key(scene, "our.key", client, NULL));
  lab_expect_certificate(scene, client);
  lab_expect_file(scene, file);
}

/* --- None, or one that it does not know ------------------------------------------------------- */

static void
no_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  lab_use_client(scene, NULL, NULL);
}

static void
no_certificate_named(LabScene *scene)
{
  broker_that_names(scene, good_client_ca(scene));
}

static void
use_client_of_other_ca(LabScene *scene)
{
  ForgeTemplate authority = lab_authority("Other Client CA");
  ForgeTemplate template = lab_client("Client of another CA");
  authority.organization = "Another Lab";
  const Forged *other = lab_forge(scene, &authority, NULL);
  use_client(scene, lab_forge(scene, &template, other), other);
}

static void
other_client_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_client_of_other_ca(scene);
}

/* That it came late is about no certificate. */
static void
other_client_ca_late(LabScene *scene)
{
  other_client_ca(scene);
  lab_expect_nothing(scene);
}

static void
other_client_ca_copied(LabScene *scene)
{
  other_client_ca(scene);
  lab_set(&lab_profile(scene)->broker_ca_path, good_client_ca(scene));
}

static void
other_client_ca_named(LabScene *scene)
{
  broker_that_names(scene, good_client_ca(scene));
  use_client_of_other_ca(scene);
}

/* Names one CA and takes every certificate. */
static void
taken_though_not_named(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.require = FALSE;
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
  use_client_of_other_ca(scene);
}

/* --- Only half of the CA's chain -------------------------------------------------------------- */

typedef struct {
  Forged *root, *intermediate, *client;
} ClientChain;

static ClientChain
client_chain(LabScene *scene)
{
  ForgeTemplate root = lab_authority("Client Root"), intermediate = lab_authority("Client Issuing");
  ForgeTemplate client = lab_client("Client below two CAs");
  ClientChain chain;
  chain.root = lab_forge(scene, &root, NULL);
  chain.intermediate = lab_forge(scene, &intermediate, chain.root);
  chain.client = lab_forge(scene, &client, chain.intermediate);
  return chain;
}

/* OpenSSL, and so mosquitto, wants every chain to end in a certificate signed by itself. */
static void
intermediate_at_broker(LabScene *scene)
{
  ClientChain chain = client_chain(scene);
  const char *broker_ca = lab_write_chain(scene, "broker-ca.pem", chain.intermediate, NULL);
  lab_use_good_trust(scene);
  use_client(scene, chain.client, chain.intermediate);
  lab_set(&lab_profile(scene)->broker_ca_path, broker_ca);
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = broker_ca});
}

static void
intermediate_named(LabScene *scene)
{
  ClientChain chain = client_chain(scene);
  broker_that_names(scene, lab_write_chain(scene, "broker-ca.pem", chain.intermediate, NULL));
  use_client(scene, chain.client, chain.intermediate);
}

/* --- A bare no -------------------------------------------------------------------------------- */

static void
refuse_with(LabScene *scene, int alert)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.refuse = alert;
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
  lab_expect_certificate(scene, lab_pki(scene)->client);
  lab_expect_file(scene, lab_profile(scene)->certificate_path);
}

static void
bad_certificate(LabScene *scene)
{
  refuse_with(scene, GNUTLS_A_BAD_CERTIFICATE);
}

static void
certificate_unknown(LabScene *scene)
{
  refuse_with(scene, GNUTLS_A_CERTIFICATE_UNKNOWN);
}

static void
access_denied(LabScene *scene)
{
  refuse_with(scene, GNUTLS_A_ACCESS_DENIED);
}

/* --- Cut off ---------------------------------------------------------------------------------- */

static void
reset_after_connect(LabScene *scene, TlsPeer *peer, gpointer data)
{
  guint8 version;
  mqtt_script_read_connect(peer, &version);
  peer_reset_on_close(gnutls_transport_get_int(peer->session));
}

static void
cut_off(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_tls_peer(scene, &options, reset_after_connect, NULL);
  lab_expect_certificate(scene, lab_pki(scene)->client);
  lab_expect_file(scene, lab_profile(scene)->certificate_path);
}

static void
cut_off_without(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.require = FALSE;
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, reset_after_connect, NULL);
}

/* --- No word at all --------------------------------------------------------------------------- */

static void
leave(LabScene *scene, TlsPeer *peer, gpointer data)
{
  gnutls_bye(peer->session, GNUTLS_SHUT_WR);
}

/* As nginx: the handshake ends well whatever certificate came, and then the connection is closed in
 * good order. */
static void
closed_without_alert(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.require = FALSE;
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, leave, NULL);
  use_client_of_other_ca(scene);
}

static void
denied_other_ca(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.refuse = GNUTLS_A_ACCESS_DENIED;
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
  use_client_of_other_ca(scene);
}

/* --- Never asked ------------------------------------------------------------------------------ */

static void
never_asked(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){0});
  lab_expect_certificate(scene, lab_pki(scene)->client);
  lab_expect_file(scene, lab_profile(scene)->certificate_path);
}

static const LabFault faults[] = {
    FAULT("client-cert-required", NULL, "mosquitto wants a certificate; the connection has none",
          ERROR, CLIENT, NONE, -1, 0, no_certificate),
    FAULT("client-cert-required", "names",
          "openssl s_server names the CA of certificates it wants; the connection has none", ERROR,
          CLIENT, NONE, -1, 0, no_certificate_named),
    FAULT_WITH("client-cert-withheld", NULL,
               "openssl s_server names one CA; our certificate is from another", WARNING, CLIENT,
               CLIENT, 0, 0, other_client_ca_named, "client-ca-unknown"),
    FAULT("client-cert-withheld", "taken",
          "a peer on GnuTLS; names one CA and takes our certificate from another", WARNING, CLIENT,
          CLIENT, 0, 0, taken_though_not_named),
    FAULT("client-ca-unknown", NULL, "mosquitto; our certificate is from another CA", ERROR, BROKER,
          CLIENT, 0, 0, other_client_ca),
    FAULT("client-ca-unknown", "names",
          "openssl s_server names its CA; our certificate is from another", ERROR, BROKER, CLIENT,
          0, 0, other_client_ca_named),
    FAULT("client-ca-unknown", "copy",
          "mosquitto; our certificate is from another CA, and we have a copy of its CA file", ERROR,
          BROKER, CLIENT, 0, 0, other_client_ca_copied),
    FAULT(
        "client-ca-unknown", "silent",
        "a peer on GnuTLS; names its CA, gets our certificate from another, and closes without an "
        "alert",
        ERROR, BROKER, CLIENT, 0, 0, closed_without_alert),
    FAULT("client-ca-unknown", "denied",
          "a peer on GnuTLS; names its CA, and answers our certificate from another with alert 49",
          ERROR, BROKER, CLIENT, 0, 0, denied_other_ca),
    FAULT("client-partial-chain-refused", NULL,
          "mosquitto; its CA file holds our intermediate alone, and we have a copy of that file",
          ERROR, BROKER, CLIENT, 0, 0, intermediate_at_broker),
    FAULT("client-partial-chain-refused", "names",
          "openssl s_server; its CA file holds our intermediate alone, which it names", ERROR,
          BROKER, CLIENT, 0, 0, intermediate_named),
    FAULT("client-refused", NULL, "a peer on GnuTLS; answers our certificate with alert 42", ERROR,
          BROKER, CLIENT, 0, 0, bad_certificate),
    FAULT("client-refused", "unknown",
          "a peer on GnuTLS; answers our certificate with alert 46 (certificate unknown)", ERROR,
          BROKER, CLIENT, 0, 0, certificate_unknown),
    FAULT("client-refused", "denied",
          "a peer on GnuTLS; answers our certificate with alert 49 (access denied)", ERROR, BROKER,
          CLIENT, 0, 0, access_denied),
    FAULT("client-cert-not-requested", NULL,
          "mosquitto with one-way TLS; the connection has a certificate", WARNING, BROKER, CLIENT,
          0, LAB_WITHOUT_PROBES, never_asked),
    FAULT_WITH("client-refused-late", NULL,
               "mosquitto; our certificate is from another CA, which TLS 1.3 tells afterwards",
               INFO, BROKER, NONE, -1, LAB_TLS_13_ONLY, other_client_ca_late, "client-ca-unknown"),
    FAULT("client-reset", NULL, "a peer on GnuTLS; resets the connection after our certificate",
          ERROR, BROKER, CLIENT, 0, 0, cut_off),
    FAULT("client-reset", "none",
          "a peer on GnuTLS; asks for a certificate, gets none, and resets the connection", ERROR,
          BROKER, NONE, -1, 0, cut_off_without),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_client = {faults, missing};
