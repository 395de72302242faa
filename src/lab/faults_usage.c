/* What certificates may be used for: CA flags, key usage, constraints, policies. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/odd_chain.h"
#include "lab/scene.h"

#include <string.h>

/* --- CAs -------------------------------------------------------------------------------------- */

static ForgeTemplate
without_ca_flag(ForgeTemplate template, int authority)
{
  template.authority = authority;
  return template;
}

static void
build_not_ca(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(odd_authority(), 0);
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_silent_ca(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(odd_authority(), -1);
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_root_not_ca(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(odd_root(), 0);
  odd_broker(scene, OF_ROOT, &odd);
}

static void
build_our_ca_is_none(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(odd_authority(), 0);
  odd_client(scene, OF_INTERMEDIATE, &odd);
}

/* root ← a CA that allows none below it ← one more ← the leaf */
static void
forge_deep(LabScene *scene, ForgeTemplate template, Forged **upper, Forged **lower, Forged **leaf)
{
  ForgeTemplate policy = lab_authority("Lab Policy CA"), site = odd_authority();
  const LabPki *pki = lab_pki(scene);
  policy.path_length = 0;
  *upper = lab_forge(scene, &policy, pki->root);
  *lower = lab_forge(scene, &site, *upper);
  *leaf = lab_forge(scene, &template, *lower);
}

static void
build_too_deep(LabScene *scene)
{
  Forged *upper, *lower, *server;
  forge_deep(scene, lab_server(LAB_HOST), &upper, &lower, &server);
  lab_use_good_trust(scene);
  lab_mosquitto(scene,
                &(LabMosquitto){
                    .chain_file = lab_write_chain(scene, "broker.pem", server, lower, upper, NULL),
                    .key_file = lab_write_key(scene, "broker.key", server, NULL)});
  lab_expect_certificate(scene, upper);
}

static void
build_too_deep_root(LabScene *scene)
{
  ForgeTemplate odd = odd_root();
  odd.path_length = 0;
  odd_broker(scene, OF_ROOT, &odd);
}

static void
build_too_deep_client(LabScene *scene)
{
  Forged *upper, *lower, *client;
  forge_deep(scene, lab_client("Client"), &upper, &lower, &client);
  const char *file = lab_broker_for(scene, client, lower, lab_pki(scene)->root);
  lab_write_chain(scene, "client.pem", client, lower, upper, NULL);
  lab_expect_certificate(scene, upper);
  lab_expect_file(scene, file);
}

static ForgeTemplate
for_lists_alone(ForgeTemplate template)
{
  template.key_usage = GNUTLS_KEY_CRL_SIGN;
  return template;
}

static void
build_no_certsign(LabScene *scene)
{
  ForgeTemplate odd = for_lists_alone(odd_authority());
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_no_certsign_root(LabScene *scene)
{
  ForgeTemplate odd = for_lists_alone(odd_root());
  odd_broker(scene, OF_ROOT, &odd);
}

static void
build_no_certsign_client(LabScene *scene)
{
  ForgeTemplate odd = for_lists_alone(odd_authority());
  odd_client(scene, OF_INTERMEDIATE, &odd);
}

/* --- Purposes --------------------------------------------------------------------------------- */

static ForgeTemplate
for_purpose(ForgeTemplate template, const char *purpose)
{
  template.purpose = purpose;
  return template;
}

static void
build_server_usage(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(lab_server(LAB_HOST), GNUTLS_KP_TLS_WWW_CLIENT);
  odd_broker(scene, OF_LEAF, &odd);
}

static void
build_client_usage(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(lab_client("Client"), GNUTLS_KP_TLS_WWW_SERVER);
  odd_client(scene, OF_LEAF, &odd);
}

/* As EMQX without verify_peer_ext_key_usage: it does not look at the usage. */
static void
build_client_usage_accepted(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(lab_client("Client"), GNUTLS_KP_TLS_WWW_SERVER);
  const Forged *client = lab_forge(scene, &odd, lab_pki(scene)->client_ca);
  const char *file = lab_write_chain(scene, "client.pem", client, NULL);
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.require = FALSE;
  lab_use_good_trust(scene);
  lab_use_client(scene, file, lab_write_key(scene, "client.key", client, NULL));
  lab_tls_peer(scene, &options, NULL, NULL);
  lab_expect_certificate(scene, client);
  lab_expect_file(scene, file);
}

static void
build_narrow(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(odd_authority(), GNUTLS_KP_TLS_WWW_CLIENT);
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_narrow_root(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(odd_root(), GNUTLS_KP_EMAIL_PROTECTION);
  odd_broker(scene, OF_ROOT, &odd);
}

static void
build_narrow_client(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(odd_authority(), GNUTLS_KP_TLS_WWW_SERVER);
  odd_client(scene, OF_INTERMEDIATE, &odd);
}

/* OpenSSL lets a broker sign with such a key, if it is RSA. */
static ForgeTemplate
for_key_encipherment(ForgeTemplate template)
{
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = 2048;
  template.key_usage = GNUTLS_KEY_KEY_ENCIPHERMENT;
  return template;
}

static void
build_no_signature(LabScene *scene)
{
  ForgeTemplate odd = for_key_encipherment(lab_server(LAB_HOST));
  odd_broker(scene, OF_LEAF, &odd);
}

/* Without ECDHE nothing is signed, and it works. */
static void
build_no_signature_needed(LabScene *scene)
{
  build_no_signature(scene);
  lab_set(&lab_profile(scene)->tls_priority, "NORMAL:-KX-ALL:+RSA");
}

static void
build_no_signature_client(LabScene *scene)
{
  ForgeTemplate odd = for_key_encipherment(lab_client("Client"));
  odd_client(scene, OF_LEAF, &odd);
}

/* --- Extensions ------------------------------------------------------------------------------- */

static void
must(int result)
{
  if (result < 0)
    g_error("%s", gnutls_strerror(result));
}

/* RFC 5280, 4.2.1.10 */
static void
permit(gnutls_x509_crt_t crt, gnutls_x509_subject_alt_name_t type, const char *base)
{
  gnutls_x509_name_constraints_t constraints;
  gnutls_datum_t name = {(unsigned char *)base, (unsigned)strlen(base)};
  must(gnutls_x509_name_constraints_init(&constraints));
  must(gnutls_x509_name_constraints_add_permitted(constraints, type, &name));
  must(gnutls_x509_crt_set_name_constraints(crt, constraints, 1));
  gnutls_x509_name_constraints_deinit(constraints);
}

static void
permit_another_domain(gnutls_x509_crt_t crt)
{
  permit(crt, GNUTLS_SAN_DNSNAME, "plant.test");
}

static void
permit_another_mail_domain(gnutls_x509_crt_t crt)
{
  permit(crt, GNUTLS_SAN_RFC822NAME, "plant.test");
}

static ForgeTemplate
tweaked(ForgeTemplate template, void (*tweak)(gnutls_x509_crt_t crt))
{
  template.tweak = tweak;
  return template;
}

/* Who is named by a CA that may not. */
static void
build_constraints(LabScene *scene)
{
  ForgeTemplate ca = tweaked(odd_authority(), permit_another_domain);
  ForgeTemplate leaf = lab_server(LAB_HOST);
  leaf.names = "DNS:" LAB_HOST;
  const Forged *issuer = lab_forge(scene, &ca, lab_pki(scene)->root);
  const Forged *server = lab_forge(scene, &leaf, issuer);
  lab_broker_with(scene, server, issuer);
  lab_expect_certificate(scene, server);
}

static void
build_constraints_client(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate ca = tweaked(odd_authority(), permit_another_mail_domain);
  ForgeTemplate leaf = lab_client("Client");
  leaf.names = "email:client@lab.test";
  const Forged *issuer = lab_forge(scene, &ca, pki->client_ca);
  const Forged *client = lab_forge(scene, &leaf, issuer);
  lab_expect_file(scene, lab_broker_for(scene, client, issuer, pki->client_ca));
  lab_expect_certificate(scene, client);
}

/* --- All of them ------------------------------------------------------------------------------ */

static const LabFault faults[] = {
    FAULT("issuer-not-ca", NULL, "mosquitto; its intermediate says CA:FALSE", ERROR, SERVER, PEER,
          1, 0, build_not_ca),
    FAULT("issuer-not-ca", "silent", "mosquitto; its intermediate does not say that it is a CA",
          ERROR, SERVER, PEER, 1, 0, build_silent_ca),
    FAULT("issuer-not-ca", "root", "mosquitto; the root in our CA file says CA:FALSE", ERROR, TRUST,
          TRUST, 0, 0, build_root_not_ca),
    FAULT("issuer-not-ca", "client", "mosquitto; our intermediate says CA:FALSE", ERROR, CLIENT,
          CLIENT, 1, 0, build_our_ca_is_none),
    FAULT("pathlen-exceeded", NULL,
          "mosquitto; its upper intermediate allows no CA below it, and there is one", ERROR,
          SERVER, PEER, 2, 0, build_too_deep),
    FAULT("pathlen-exceeded", "root",
          "mosquitto; the root in our CA file allows no CA below it, and there is one", ERROR,
          TRUST, TRUST, 0, 0, build_too_deep_root),
    FAULT("pathlen-exceeded", "client",
          "mosquitto; our upper intermediate allows no CA below it, and there is one", ERROR,
          CLIENT, CLIENT, 2, 0, build_too_deep_client),
    FAULT("issuer-no-certsign", NULL, "mosquitto; its intermediate may sign revocation lists alone",
          ERROR, SERVER, PEER, 1, 0, build_no_certsign),
    FAULT("issuer-no-certsign", "root",
          "mosquitto; the root in our CA file may sign revocation lists alone", ERROR, TRUST, TRUST,
          0, 0, build_no_certsign_root),
    FAULT("issuer-no-certsign", "client",
          "mosquitto; our intermediate may sign revocation lists alone", ERROR, CLIENT, CLIENT, 1,
          0, build_no_certsign_client),
    FAULT("server-usage-missing", NULL, "mosquitto; its certificate is for clients alone", ERROR,
          SERVER, PEER, 0, 0, build_server_usage),
    FAULT("client-usage-missing", NULL, "mosquitto; our certificate is for servers alone", ERROR,
          CLIENT, CLIENT, 0, 0, build_client_usage),
    FAULT("client-usage-missing", "accepted",
          "a broker on GnuTLS that does not look at usages; our certificate is for servers alone",
          WARNING, CLIENT, CLIENT, 0, 0, build_client_usage_accepted),
    FAULT("intermediate-usage-narrow", NULL,
          "mosquitto; its intermediate may issue for clients alone", ERROR, SERVER, PEER, 1, 0,
          build_narrow),
    FAULT("intermediate-usage-narrow", "root",
          "mosquitto; the root in our CA file is for mail alone", WARNING, TRUST, TRUST, 0, 0,
          build_narrow_root),
    FAULT("intermediate-usage-narrow", "client",
          "mosquitto; our intermediate may issue for servers alone", ERROR, CLIENT, CLIENT, 1, 0,
          build_narrow_client),
    FAULT("key-usage-no-signature", NULL, "mosquitto; its RSA key is for keyEncipherment alone",
          ERROR, SERVER, PEER, 0, 0, build_no_signature),
    FAULT("key-usage-no-signature", "not-needed",
          "mosquitto; the same, and we allow no key exchange but RSA", WARNING, SERVER, PEER, 0,
          LAB_TLS_12_ONLY, build_no_signature_needed),
    FAULT("key-usage-no-signature", "client", "mosquitto; our RSA key is for keyEncipherment alone",
          ERROR, CLIENT, CLIENT, 0, 0, build_no_signature_client),
    FAULT("name-constraints-violated", NULL,
          "mosquitto; its intermediate may issue for plant.test alone", ERROR, SERVER, PEER, 0, 0,
          build_constraints),
    FAULT("name-constraints-violated", "client",
          "mosquitto; our intermediate may issue for mail addresses at plant.test alone", ERROR,
          CLIENT, CLIENT, 0, 0, build_constraints_client),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_usage = {faults, missing};
