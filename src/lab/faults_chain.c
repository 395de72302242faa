/* Faults of what is in a chain and in which order: the broker's, and our own. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

/* --- The broker's ---------------------------------------------------------------------------- */

/* mosquitto that sends this file; `key` is whose it is. Our side is in order. */
static void
broker_sends(LabScene *scene, const char *chain_file, const Forged *key)
{
  const LabPki *pki = lab_pki(scene);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){.chain_file = chain_file,
                                       .key_file = lab_write_key(scene, "privkey.pem", key, NULL),
                                       .client_ca_file = lab_write_chain(scene, "client-ca.pem",
                                                                         pki->client_ca, NULL)});
}

static Forged *
authority_of(LabScene *scene, const char *name, const Forged *issuer)
{
  ForgeTemplate template = lab_authority(name);
  return lab_forge(scene, &template, issuer);
}

static Forged *
server_of(LabScene *scene, const Forged *issuer)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  return lab_forge(scene, &template, issuer);
}

static void
build_leaf_only(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  broker_sends(scene, lab_write_chain(scene, "cert.pem", pki->server, NULL), pki->server);
  lab_expect_certificate(scene, pki->server);
}

static void
publish_issuer(gnutls_x509_crt_t crt)
{
  static const char address[] = "http://ca.lab.test/issuing.crt";
  gnutls_datum_t data = {(unsigned char *)address, sizeof address - 1};
  if (gnutls_x509_crt_set_authority_info_access(crt, GNUTLS_IA_CAISSUERS_URI, &data) < 0)
    g_error("no authorityInfoAccess could be set");
}

/* Nothing but the address in the leaf says that its issuer is an intermediate. */
static void
build_leaf_only_published(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate authority = lab_authority("Issuing CA 7"), template = lab_server(LAB_HOST);
  authority.organization = "Another Organization";
  template.tweak = publish_issuer;
  Forged *issuer = lab_forge(scene, &authority, pki->root);
  Forged *server = lab_forge(scene, &template, issuer);
  broker_sends(scene, lab_write_chain(scene, "cert.pem", server, NULL), server);
  lab_expect_certificate(scene, server);
}

static void
build_gap(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  Forged *upper = authority_of(scene, "Lab Policy CA", pki->root);
  Forged *lower = authority_of(scene, "Lab Site CA", upper);
  Forged *server = server_of(scene, lower);
  broker_sends(scene, lab_write_chain(scene, "chain.pem", server, upper, NULL), server);
  lab_expect_certificate(scene, server);
}

static void
build_order(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  Forged *upper = authority_of(scene, "Lab Policy CA", pki->root);
  Forged *lower = authority_of(scene, "Lab Site CA", upper);
  Forged *server = server_of(scene, lower);
  broker_sends(scene, lab_write_chain(scene, "chain.pem", server, upper, lower, NULL), server);
  lab_expect_certificate(scene, upper);
}

static void
build_unrelated(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  Forged *other_root = authority_of(scene, "Other Root", NULL);
  Forged *stranger = authority_of(scene, "Other Issuing CA", other_root);
  broker_sends(scene,
               lab_write_chain(scene, "chain.pem", pki->server, pki->intermediate, stranger, NULL),
               pki->server);
  lab_expect_certificate(scene, stranger);
}

static void
build_root_sent(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  broker_sends(scene,
               lab_write_chain(scene, "chain.pem", pki->server, pki->intermediate, pki->root, NULL),
               pki->server);
  lab_expect_certificate(scene, pki->root);
}

static void
build_other_issuer(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  Forged *other = authority_of(scene, "Lab Issuing CA", pki->root);
  broker_sends(scene, lab_write_chain(scene, "chain.pem", pki->server, other, NULL), pki->server);
  lab_expect_certificate(scene, other);
}

/* The CA has renewed its intermediate with another key; the current one lies beside our CA file, as
 * the CA publishes them together. */
static void
build_stale_issuer(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate template = lab_authority("Lab Issuing CA");
  template.not_before = lab_days_from_now(-700);
  template.not_after = lab_days_from_now(400);
  Forged *old = lab_forge(scene, &template, pki->root);
  lab_write_chain(scene, "lab-issuing-ca.pem", pki->intermediate, NULL);
  broker_sends(scene, lab_write_chain(scene, "chain.pem", pki->server, old, NULL), pki->server);
  lab_expect_certificate(scene, old);
}

/* (transfer none): PEM of it with one bit of the signature changed. */
static const char *
damaged_pem(LabScene *scene, const Forged *forged, char **sha256)
{
  g_autoptr(Certificate) damaged = forge_damaged(forged->certificate);
  *sha256 = g_strdup(certificate_sha256(damaged));
  return lab_keep(scene, certificate_to_pem(damaged));
}

static void
build_damaged(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  g_autofree char *sha256 = NULL;
  g_autofree char *text = g_strconcat(damaged_pem(scene, pki->server, &sha256),
                                      lab_pem(scene, pki->intermediate), NULL);
  broker_sends(scene, lab_write(scene, "chain.pem", text, -1), pki->server);
}

static void
build_damaged_intermediate(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  g_autofree char *sha256 = NULL;
  g_autofree char *text = g_strconcat(lab_pem(scene, pki->server),
                                      damaged_pem(scene, pki->intermediate, &sha256), NULL);
  broker_sends(scene, lab_write(scene, "chain.pem", text, -1), pki->server);
}

static ForgeTemplate
as_authority(ForgeTemplate template)
{
  template.authority = 1;
  template.key_usage |= GNUTLS_KEY_KEY_CERT_SIGN;
  return template;
}

static void
build_leaf_is_ca(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate template = as_authority(lab_server(LAB_HOST));
  template.not_after = lab_days_from_now(90);
  Forged *server = lab_forge(scene, &template, pki->intermediate);
  broker_sends(scene, lab_write_chain(scene, "chain.pem", server, pki->intermediate, NULL), server);
  lab_expect_certificate(scene, server);
}

/* The same CA, whose name the server's certificate has in capital letters. */
static void
build_name_encoding(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate loud = lab_authority("LAB ISSUING CA");
  Forged *issuer = lab_forge_with_key(scene, &loud, pki->root, pki->intermediate);
  Forged *server = server_of(scene, issuer);
  broker_sends(scene, lab_write_chain(scene, "chain.pem", server, pki->intermediate, NULL), server);
  lab_expect_certificate(scene, server);
}

#define RENEWALS 40

/* A script has appended the full chain at every renewal. */
static void
build_many(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  const char *server = lab_pem(scene, pki->server), *issuer = lab_pem(scene, pki->intermediate);
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < RENEWALS; i++)
    g_string_append_printf(text, "%s%s", server, issuer);
  broker_sends(scene, lab_write(scene, "fullchain.pem", text->str, (gssize)text->len), pki->server);
}

#define LEVELS 20

static void
build_deep(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  const Forged *issuers[LEVELS], *above = pki->root;
  for (int i = 0; i < LEVELS; i++) {
    g_autofree char *name = g_strdup_printf("Lab Issuing CA of level %d", i + 1);
    ForgeTemplate template = lab_authority(name);
    issuers[i] = above = lab_forge_with_key(scene, &template, above, pki->intermediate);
  }
  Forged *server = server_of(scene, above);
  g_autoptr(GString) text = g_string_new(lab_pem(scene, server));
  for (int i = LEVELS - 1; i >= 0; i--)
    g_string_append(text, lab_pem(scene, issuers[i]));
  broker_sends(scene, lab_write(scene, "chain.pem", text->str, (gssize)text->len), server);
  lab_expect_certificate(scene, server);
}

/* --- Several servers behind one name --------------------------------------------------------- */

/* Without a server name, as to an address, openssl s_server shows its first certificate; to the
 * second one it has no chain. */
static void
build_by_name(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate template = lab_server("default.lab.test");
  template.names = "DNS:default.lab.test";
  Forged *other = lab_forge(scene, &template, pki->intermediate);
  Forged *named = server_of(scene, pki->root);
  const char *const arguments[] = {"-servername", "localhost",
                                   "-cert2",      lab_write_chain(scene, "named.pem", named, NULL),
                                   "-key2",       lab_write_key(scene, "named.key", named, NULL),
                                   NULL};
  lab_use_good_trust(scene);
  lab_set(&lab_profile(scene)->host, "127.0.0.1");
  lab_openssl(scene, lab_write_chain(scene, "default.pem", other, pki->intermediate, NULL),
              lab_write_key(scene, "default.key", other, NULL), FALSE, arguments);
  lab_expect_certificate(scene, other);
}

/* One name, two addresses; one of the nodes has the certificate without its intermediate. */
static void
build_nodes(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  const char *full = lab_write_chain(scene, "fullchain.pem", pki->server, pki->intermediate, NULL);
  const char *key = lab_write_key(scene, "privkey.pem", pki->server, NULL);
  LabMosquitto options = {
      .chain_file = lab_write_chain(scene, "cert.pem", pki->server, NULL),
      .key_file = key,
      .second = lab_keep(scene, g_strdup_printf("certfile %s\nkeyfile %s", full, key))};
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &options);
  lab_dns(scene, LAB_HOST, "A", "127.0.0.1");
  lab_dns(scene, LAB_HOST, "A", "127.0.0.2");
  lab_expect_certificate(scene, pki->server);
}

/* --- Ours ------------------------------------------------------------------------------------ */

typedef struct {
  Forged *root, *intermediate, *client;
} Ours;

/* Our certificate from an intermediate, and a mosquitto that knows the root above it. */
static Ours
ours_below_root(LabScene *scene)
{
  Ours ours;
  ForgeTemplate client = lab_client("Client");
  ours.root = authority_of(scene, "Lab Client Root", NULL);
  ours.intermediate = authority_of(scene, "Lab Client Issuing CA", ours.root);
  ours.client = lab_forge(scene, &client, ours.intermediate);
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = lab_write_chain(scene, "broker-cas.pem",
                                                                         ours.root, NULL)});
  return ours;
}

static void
we_send(LabScene *scene, const char *file, const Forged *key)
{
  lab_use_client(scene, file, lab_write_key(scene, "client.key", key, NULL));
  lab_expect_file(scene, file);
}

static void
build_ours_incomplete(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  lab_write_chain(scene, "client-issuing-ca.pem", ours.intermediate, NULL);
  we_send(scene, lab_write_chain(scene, "client.pem", ours.client, NULL), ours.client);
  lab_expect_certificate(scene, ours.client);
}

/* The missing one is at hand in the CA file alone. */
static void
build_ours_incomplete_trust(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  lab_set(&lab_profile(scene)->ca_path,
          lab_write_chain(scene, "all-cas.pem", lab_pki(scene)->root, ours.intermediate, NULL));
  we_send(scene, lab_write_chain(scene, "client.pem", ours.client, NULL), ours.client);
  lab_expect_certificate(scene, ours.client);
}

/* Of two intermediates the upper one is there, and the one that issued our certificate is not. */
static void
build_ours_gap(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  Forged *site = authority_of(scene, "Lab Client Site CA", ours.intermediate);
  ForgeTemplate template = lab_client("Client");
  Forged *client = lab_forge(scene, &template, site);
  lab_write_chain(scene, "client-site-ca.pem", site, NULL);
  we_send(scene, lab_write_chain(scene, "client.pem", client, ours.intermediate, NULL), client);
  lab_expect_certificate(scene, client);
}

static void
build_ours_order(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  Forged *site = authority_of(scene, "Lab Client Site CA", ours.intermediate);
  ForgeTemplate template = lab_client("Client");
  Forged *client = lab_forge(scene, &template, site);
  we_send(scene, lab_write_chain(scene, "client.pem", client, ours.intermediate, site, NULL),
          client);
  lab_expect_certificate(scene, ours.intermediate);
}

static void
build_ours_unrelated(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  const LabPki *pki = lab_pki(scene);
  we_send(
      scene,
      lab_write_chain(scene, "client.pem", ours.client, ours.intermediate, pki->intermediate, NULL),
      ours.client);
  lab_expect_certificate(scene, pki->intermediate);
}

static void
build_ours_root(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  we_send(scene,
          lab_write_chain(scene, "client.pem", ours.client, ours.intermediate, ours.root, NULL),
          ours.client);
  lab_expect_certificate(scene, ours.root);
}

static void
build_ours_other_issuer(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  Forged *other = authority_of(scene, "Lab Client Issuing CA", ours.root);
  we_send(scene, lab_write_chain(scene, "client.pem", ours.client, other, NULL), ours.client);
  lab_expect_certificate(scene, other);
}

static void
build_ours_stale_issuer(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  ForgeTemplate template = lab_authority("Lab Client Issuing CA");
  template.not_before = lab_days_from_now(-700);
  template.not_after = lab_days_from_now(400);
  Forged *old = lab_forge(scene, &template, ours.root);
  lab_write_chain(scene, "client-issuing-ca-2.pem", ours.intermediate, NULL);
  we_send(scene, lab_write_chain(scene, "client.pem", ours.client, old, NULL), ours.client);
  lab_expect_certificate(scene, old);
}

static void
build_ours_damaged(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  g_autofree char *sha256 = NULL;
  g_autofree char *text = g_strconcat(damaged_pem(scene, ours.client, &sha256),
                                      lab_pem(scene, ours.intermediate), NULL);
  we_send(scene, lab_write(scene, "client.pem", text, -1), ours.client);
}

static void
build_ours_is_ca(LabScene *scene)
{
  Ours ours = ours_below_root(scene);
  ForgeTemplate template = as_authority(lab_client("Client"));
  template.not_after = lab_days_from_now(90);
  Forged *client = lab_forge(scene, &template, ours.intermediate);
  we_send(scene, lab_write_chain(scene, "client.pem", client, ours.intermediate, NULL), client);
  lab_expect_certificate(scene, client);
}

/* --- All of them ----------------------------------------------------------------------------- */

static const LabFault faults[] = {
    FAULT("chain-leaf-only", NULL, "mosquitto; sends its certificate without the intermediate",
          ERROR, SERVER, PEER, 0, 0, build_leaf_only),
    FAULT("chain-leaf-only", "published",
          "mosquitto; sends its certificate alone, which says where its issuer's is published",
          ERROR, SERVER, PEER, 0, 0, build_leaf_only_published),
    FAULT("chain-gap", NULL, "mosquitto; sends its certificate and the upper of two intermediates",
          ERROR, SERVER, PEER, 0, 0, build_gap),
    FAULT("client-chain-incomplete", NULL,
          "mosquitto that knows our root; our file lacks the intermediate, which lies beside it",
          ERROR, CLIENT, CLIENT, 0, 0, build_ours_incomplete),
    FAULT("client-chain-incomplete", "in-ca-file",
          "mosquitto that knows our root; our file lacks the intermediate, which is in our CA file",
          ERROR, CLIENT, CLIENT, 0, 0, build_ours_incomplete_trust),
    FAULT("client-chain-incomplete", "gap",
          "mosquitto that knows our root; our file lacks the lower of two intermediates", ERROR,
          CLIENT, CLIENT, 0, 0, build_ours_gap),
    FAULT("chain-wrong-order", NULL, "mosquitto; sends its two intermediates in the wrong order",
          WARNING, SERVER, PEER, 1, 0, build_order),
    FAULT("chain-wrong-order", "client", "mosquitto; our two intermediates are in the wrong order",
          WARNING, CLIENT, CLIENT, 1, 0, build_ours_order),
    FAULT("chain-unrelated", NULL, "mosquitto; sends an intermediate of another CA besides",
          WARNING, SERVER, PEER, 2, 0, build_unrelated),
    FAULT("chain-unrelated", "client",
          "mosquitto; our file holds an intermediate of another CA besides", WARNING, CLIENT,
          CLIENT, 2, 0, build_ours_unrelated),
    FAULT("chain-includes-root", NULL, "mosquitto; sends its root, too", INFO, SERVER, PEER, 2, 0,
          build_root_sent),
    FAULT("chain-includes-root", "client", "mosquitto; our file holds its root, too", INFO, CLIENT,
          CLIENT, 2, 0, build_ours_root),
    FAULT("issuer-key-differs", NULL, "mosquitto; sends another CA with its issuer's name", ERROR,
          SERVER, PEER, 1, 0, build_other_issuer),
    FAULT("issuer-key-differs", "client",
          "mosquitto; our file holds another CA with our issuer's name", ERROR, CLIENT, CLIENT, 1,
          0, build_ours_other_issuer),
    FAULT("chain-stale-intermediate", NULL,
          "mosquitto; sends the old intermediate, and the current one lies beside our CA file",
          ERROR, SERVER, PEER, 1, 0, build_stale_issuer),
    FAULT("chain-stale-intermediate", "client",
          "mosquitto; our file holds the old intermediate, and the current one lies beside it",
          ERROR, CLIENT, CLIENT, 1, 0, build_ours_stale_issuer),
    FAULT("signature-invalid", NULL, "mosquitto; one bit of its certificate's signature is flipped",
          ERROR, SERVER, PEER, 0, 0, build_damaged),
    FAULT("signature-invalid", "intermediate",
          "mosquitto; one bit of its intermediate's signature is flipped", ERROR, SERVER, PEER, 1,
          0, build_damaged_intermediate),
    FAULT("signature-invalid", "client",
          "mosquitto; one bit of our certificate's signature is flipped", ERROR, CLIENT, CLIENT, 0,
          0, build_ours_damaged),
    FAULT("leaf-is-ca", NULL, "mosquitto; its certificate is one of a CA", WARNING, SERVER, PEER, 0,
          0, build_leaf_is_ca),
    FAULT("leaf-is-ca", "client", "mosquitto; our certificate is one of a CA", WARNING, CLIENT,
          CLIENT, 0, 0, build_ours_is_ca),
    FAULT("name-encoding-differs", NULL,
          "mosquitto; its certificate has the issuer's name in capital letters", WARNING, SERVER,
          PEER, 0, 0, build_name_encoding),
    FAULT("chain-too-long", NULL, "mosquitto; its chain has 20 intermediates one below the other",
          ERROR, SERVER, PEER, 0, 0, build_deep),
    FAULT("chain-too-long", "many", "mosquitto; its file holds the same chain 40 times", WARNING,
          SERVER, NONE, -1, 0, build_many),
    FAULT("chain-varies", NULL, "mosquitto at two addresses; the first sends no intermediate",
          ERROR, SERVER, PEER, 0, 0, build_nodes),
    FAULT("sni-dependent", NULL,
          "openssl s_server, dialled by its address; has the right certificate for a name alone",
          ERROR, SERVER, PEER, 0, 0, build_by_name),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_chain = {faults, missing};
