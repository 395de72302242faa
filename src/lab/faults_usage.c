/* What certificates may be used for: CA flags, key usage, constraints, policies. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

typedef enum { OF_ROOT, OF_INTERMEDIATE, OF_LEAF } Who;

/* --- The chain with one certificate that is not as it should be --------------------------------
 */

typedef struct {
  Forged *root, *intermediate, *leaf;
} Chain;

/* Each template in its place; NULL: the good one. */
static Chain
forge_chain(LabScene *scene, ForgeTemplate good_leaf, Who who, const ForgeTemplate *odd)
{
  ForgeTemplate root = lab_authority("Lab Site Root");
  ForgeTemplate intermediate = lab_authority("Lab Site Issuing CA");
  Chain chain;
  chain.root = lab_forge(scene, who == OF_ROOT ? odd : &root, NULL);
  chain.intermediate = lab_forge(scene, who == OF_INTERMEDIATE ? odd : &intermediate, chain.root);
  chain.leaf = lab_forge(scene, who == OF_LEAF ? odd : &good_leaf, chain.intermediate);
  return chain;
}

static const Forged *
member(const Chain *chain, Who who)
{
  return who == OF_ROOT ? chain->root : who == OF_INTERMEDIATE ? chain->intermediate : chain->leaf;
}

/* mosquitto shows it, one-way; its root is our CA file. */
static void
broker_shows(LabScene *scene, Who who, const ForgeTemplate *odd)
{
  Chain chain = forge_chain(scene, lab_server(LAB_HOST), who, odd);
  lab_broker_with(scene, chain.leaf, chain.intermediate);
  const char *ca_file = lab_write_chain(scene, "site-root.pem", chain.root, NULL);
  lab_set(&lab_profile(scene)->ca_path, ca_file);
  lab_expect_certificate(scene, member(&chain, who));
  if (who == OF_ROOT)
    lab_expect_file(scene, ca_file);
}

/* Our certificate, of which mosquitto knows the root. */
static void
we_show(LabScene *scene, Who who, const ForgeTemplate *odd)
{
  Chain chain = forge_chain(scene, lab_client("Client"), who, odd);
  const char *file = lab_broker_for(scene, chain.leaf, chain.intermediate, chain.root);
  lab_expect_certificate(scene, member(&chain, who));
  lab_expect_file(scene, file);
}

static ForgeTemplate
site_root(void)
{
  return lab_authority("Lab Site Root");
}

static ForgeTemplate
site_ca(void)
{
  return lab_authority("Lab Site Issuing CA");
}

/* --- CAs ---------------------------------------------------------------------------------------
 */

static ForgeTemplate
without_ca_flag(ForgeTemplate template, int authority)
{
  template.authority = authority;
  return template;
}

static void
build_not_ca(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(site_ca(), 0);
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_silent_ca(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(site_ca(), -1);
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_root_not_ca(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(site_root(), 0);
  broker_shows(scene, OF_ROOT, &odd);
}

static void
build_our_ca_is_none(LabScene *scene)
{
  ForgeTemplate odd = without_ca_flag(site_ca(), 0);
  we_show(scene, OF_INTERMEDIATE, &odd);
}

/* root ← a CA that allows none below it ← one more ← the leaf */
static void
forge_deep(LabScene *scene, ForgeTemplate template, Forged **upper, Forged **lower, Forged **leaf)
{
  ForgeTemplate policy = lab_authority("Lab Policy CA"), site = site_ca();
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
  ForgeTemplate odd = site_root();
  odd.path_length = 0;
  broker_shows(scene, OF_ROOT, &odd);
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
  ForgeTemplate odd = for_lists_alone(site_ca());
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_no_certsign_root(LabScene *scene)
{
  ForgeTemplate odd = for_lists_alone(site_root());
  broker_shows(scene, OF_ROOT, &odd);
}

static void
build_no_certsign_client(LabScene *scene)
{
  ForgeTemplate odd = for_lists_alone(site_ca());
  we_show(scene, OF_INTERMEDIATE, &odd);
}

/* --- Purposes ----------------------------------------------------------------------------------
 */

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
  broker_shows(scene, OF_LEAF, &odd);
}

static void
build_client_usage(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(lab_client("Client"), GNUTLS_KP_TLS_WWW_SERVER);
  we_show(scene, OF_LEAF, &odd);
}

static void
build_narrow(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(site_ca(), GNUTLS_KP_TLS_WWW_CLIENT);
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_narrow_root(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(site_root(), GNUTLS_KP_EMAIL_PROTECTION);
  broker_shows(scene, OF_ROOT, &odd);
}

static void
build_narrow_client(LabScene *scene)
{
  ForgeTemplate odd = for_purpose(site_ca(), GNUTLS_KP_TLS_WWW_SERVER);
  we_show(scene, OF_INTERMEDIATE, &odd);
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
  broker_shows(scene, OF_LEAF, &odd);
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
  we_show(scene, OF_LEAF, &odd);
}

/* --- Extensions --------------------------------------------------------------------------------
 */

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
  ForgeTemplate ca = tweaked(site_ca(), permit_another_domain);
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
  ForgeTemplate ca = tweaked(site_ca(), permit_another_mail_domain);
  ForgeTemplate leaf = lab_client("Client");
  leaf.names = "email:client@lab.test";
  const Forged *issuer = lab_forge(scene, &ca, pki->client_ca);
  const Forged *client = lab_forge(scene, &leaf, issuer);
  lab_expect_file(scene, lab_broker_for(scene, client, issuer, pki->client_ca));
  lab_expect_certificate(scene, client);
}

/* An OID of the arc for examples (RFC 7229's neighbour: 2.999, X.660), NULL as its content. */
static void
add_unknown_extension(gnutls_x509_crt_t crt)
{
  static const guint8 nothing[] = {0x05, 0x00};
  must(gnutls_x509_crt_set_extension_by_oid(crt, "2.999.7", nothing, sizeof nothing, 1));
}

static void
build_unknown_extension(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_server(LAB_HOST), add_unknown_extension);
  broker_shows(scene, OF_LEAF, &odd);
}

static void
build_unknown_extension_ca(LabScene *scene)
{
  ForgeTemplate odd = tweaked(site_ca(), add_unknown_extension);
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_unknown_extension_client(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_client("Client"), add_unknown_extension);
  we_show(scene, OF_LEAF, &odd);
}

/* RFC 5280, 4.2.1.11: requireExplicitPolicy from here on. */
static void
demand_policies(gnutls_x509_crt_t crt)
{
  static const guint8 constraints[] = {0x30, 0x03, 0x80, 0x01, 0x00};
  must(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.36", constraints, sizeof constraints, 1));
}

static void
build_policies(LabScene *scene)
{
  ForgeTemplate odd = tweaked(site_ca(), demand_policies);
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_policies_client(LabScene *scene)
{
  ForgeTemplate odd = tweaked(site_ca(), demand_policies);
  we_show(scene, OF_INTERMEDIATE, &odd);
}

/* RFC 5280, 4.2.1.4: policy 2.999.1, which a private CA made up. */
static void
name_policy(gnutls_x509_crt_t crt)
{
  char oid[] = "2.999.1";
  struct gnutls_x509_policy_st policy = {.oid = oid};
  must(gnutls_x509_crt_set_policy(crt, &policy, 0));
}

static void
build_policies_unasked(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_server(LAB_HOST), name_policy);
  broker_shows(scene, OF_LEAF, &odd);
}

/* --- Version 1 ---------------------------------------------------------------------------------
 */

static ForgeTemplate
as_version_1(ForgeTemplate template)
{
  template.version = 1;
  return template;
}

static void
build_v1_ca(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(site_ca());
  broker_shows(scene, OF_INTERMEDIATE, &odd);
}

static void
build_v1_root(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(site_root());
  broker_shows(scene, OF_ROOT, &odd);
}

static void
build_v1_server(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(lab_server(LAB_HOST));
  broker_shows(scene, OF_LEAF, &odd);
}

/* What `openssl x509 -req` makes without an extension file. */
static void
build_v1_client(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(lab_client("Client"));
  we_show(scene, OF_LEAF, &odd);
}

static void
build_v1_client_ca(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(site_ca());
  we_show(scene, OF_INTERMEDIATE, &odd);
}

/* --- Malformed ---------------------------------------------------------------------------------
 */

/* RFC 5280, 4.1.2.2: at most 20 octets, positive. */
static void
make_serial_negative(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_serial(crt, "\x80\x01\x02\x03", 4));
}

static void
build_negative_serial(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_server(LAB_HOST), make_serial_negative);
  broker_shows(scene, OF_LEAF, &odd);
}

/* (transfer none): PEM of it with `cut` bytes of the DER replaced by others. */
static const char *
broken_pem(LabScene *scene)
{
  static const char text[] = "-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n";
  return lab_keep(scene, g_strdup(text));
}

static void
build_broken_client(LabScene *scene)
{
  lab_good_broker(scene);
  const char *file = lab_write(scene, "client.pem", broken_pem(scene), -1);
  lab_set(&lab_profile(scene)->certificate_path, file);
  lab_expect_file(scene, file);
}

static void
build_broken_ca(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text =
      g_strconcat(lab_pem(scene, lab_pki(scene)->root), broken_pem(scene), NULL);
  const char *file = lab_write(scene, "cas.pem", text, -1);
  lab_set(&lab_profile(scene)->ca_path, file);
  lab_expect_file(scene, file);
}

/* --- All of them -------------------------------------------------------------------------------
 */

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
    FAULT("critical-extension-unknown", NULL,
          "mosquitto; its certificate has a critical extension 2.999.7", ERROR, SERVER, PEER, 0, 0,
          build_unknown_extension),
    FAULT("critical-extension-unknown", "intermediate",
          "mosquitto; its intermediate has a critical extension 2.999.7", ERROR, SERVER, PEER, 1, 0,
          build_unknown_extension_ca),
    FAULT("critical-extension-unknown", "client",
          "mosquitto; our certificate has a critical extension 2.999.7", ERROR, CLIENT, CLIENT, 0,
          0, build_unknown_extension_client),
    FAULT("policies-unsupported", NULL,
          "mosquitto; its intermediate demands policies, and no certificate has one", ERROR, SERVER,
          PEER, 1, 0, build_policies),
    FAULT("policies-unsupported", "client",
          "mosquitto; our intermediate demands policies, and no certificate has one", ERROR, CLIENT,
          CLIENT, 1, 0, build_policies_client),
    FAULT("policies-unsupported", "unasked", "mosquitto; its certificate names a private policy",
          INFO, SERVER, PEER, 0, 0, build_policies_unasked),
    FAULT("certificate-v1", NULL, "mosquitto; its intermediate is of X.509 version 1", ERROR,
          SERVER, PEER, 1, 0, build_v1_ca),
    FAULT("certificate-v1", "root", "mosquitto; the root in our CA file is of X.509 version 1",
          WARNING, TRUST, TRUST, 0, 0, build_v1_root),
    FAULT("certificate-v1", "server", "mosquitto; its certificate is of X.509 version 1", WARNING,
          SERVER, PEER, 0, 0, build_v1_server),
    FAULT("certificate-v1", "client", "mosquitto; our certificate is of X.509 version 1", WARNING,
          CLIENT, CLIENT, 0, 0, build_v1_client),
    FAULT("certificate-v1", "client-intermediate",
          "mosquitto; our intermediate is of X.509 version 1", ERROR, CLIENT, CLIENT, 1, 0,
          build_v1_client_ca),
    FAULT("certificate-malformed", NULL, "our certificate file holds no readable certificate",
          ERROR, CLIENT, CLIENT, -1, 0, build_broken_client),
    FAULT("certificate-malformed", "trust",
          "our CA file holds the root and a certificate that cannot be read", ERROR, TRUST, TRUST,
          -1, 0, build_broken_ca),
    FAULT("certificate-malformed", "serial",
          "mosquitto; its certificate has a negative serial number", WARNING, SERVER, PEER, 0, 0,
          build_negative_serial),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_usage = {faults, missing};
