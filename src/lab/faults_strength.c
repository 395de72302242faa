/* Keys and signatures below what is held to be safe, and algorithms that are not known here. A
 * broker that is to show them has to be told so: OpenSSL's own level forbids them. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

/* --- The broker's ----------------------------------------------------------------------------- */

static ForgeTemplate
signed_with_sha1(ForgeTemplate template)
{
  template.digest = GNUTLS_DIG_SHA1;
  return template;
}

static ForgeTemplate
with_rsa(ForgeTemplate template, unsigned bits)
{
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = bits;
  return template;
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

/* mosquitto, one-way, that takes weak certificates of its own. */
static void
broker_sends(LabScene *scene, const char *chain_file, const Forged *key)
{
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.chain_file = chain_file,
                                       .key_file = lab_write_key(scene, "broker.key", key, NULL),
                                       .extra = "ciphers DEFAULT:@SECLEVEL=0"});
}

/* root ← `authority` ← `server` */
static void
broker_shows(LabScene *scene, ForgeTemplate authority, ForgeTemplate server, int index)
{
  Forged *issuer = lab_forge(scene, &authority, lab_pki(scene)->root);
  Forged *leaf = lab_forge(scene, &server, issuer);
  broker_sends(scene, lab_write_chain(scene, "broker.pem", leaf, issuer, NULL), leaf);
  lab_expect_certificate(scene, index == 0 ? leaf : issuer);
}

static void
build_sha1(LabScene *scene)
{
  broker_shows(scene, site_ca(), signed_with_sha1(lab_server(LAB_HOST)), 0);
}

static void
build_sha1_ca(LabScene *scene)
{
  broker_shows(scene, signed_with_sha1(site_ca()), lab_server(LAB_HOST), 1);
}

static void
build_weak_ca(LabScene *scene)
{
  broker_shows(scene, with_rsa(site_ca(), 1024), lab_server(LAB_HOST), 1);
}

static void
build_very_weak_ca(LabScene *scene)
{
  broker_shows(scene, with_rsa(site_ca(), 768), lab_server(LAB_HOST), 1);
}

static void
build_weak_root(LabScene *scene)
{
  ForgeTemplate template = with_rsa(site_root(), 1024), leaf = lab_server(LAB_HOST);
  Forged *root = lab_forge(scene, &template, NULL);
  Forged *server = lab_forge(scene, &leaf, root);
  broker_sends(scene, lab_write_chain(scene, "broker.pem", server, NULL), server);
  const char *ca_file = lab_write_chain(scene, "site-root.pem", root, NULL);
  lab_set(&lab_profile(scene)->ca_path, ca_file);
  lab_expect_certificate(scene, root);
  lab_expect_file(scene, ca_file);
}

/* --- Ours, refused by mosquitto's OpenSSL at the level that Debian sets ----------------------- */

/* client root ← `authority` ← `client` */
static void
we_show(LabScene *scene, ForgeTemplate authority, ForgeTemplate client, int index)
{
  ForgeTemplate root = lab_authority("Lab Client Root");
  Forged *top = lab_forge(scene, &root, NULL);
  Forged *issuer = lab_forge(scene, &authority, top);
  Forged *leaf = lab_forge(scene, &client, issuer);
  lab_expect_file(scene, lab_broker_for(scene, leaf, issuer, top));
  lab_expect_certificate(scene, index == 0 ? leaf : issuer);
}

static void
build_sha1_client(LabScene *scene)
{
  we_show(scene, site_ca(), signed_with_sha1(lab_client("Client")), 0);
}

static void
build_weak_client(LabScene *scene)
{
  we_show(scene, site_ca(), with_rsa(lab_client("Client"), 1024), 0);
}

static void
build_weak_client_ca(LabScene *scene)
{
  we_show(scene, with_rsa(site_ca(), 1024), lab_client("Client"), 1);
}

/* A mosquitto that was told to take all. */
static void
build_sha1_accepted(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate template = signed_with_sha1(lab_client("Client"));
  Forged *client = lab_forge(scene, &template, pki->client_ca);
  const char *file = lab_write_chain(scene, "client.pem", client, NULL);
  lab_use_good_trust(scene);
  lab_use_client(scene, file, lab_write_key(scene, "client.key", client, NULL));
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = lab_write_chain(scene, "client-ca.pem",
                                                                         pki->client_ca, NULL),
                                       .extra = "ciphers DEFAULT:@SECLEVEL=0"});
  lab_expect_certificate(scene, client);
  lab_expect_file(scene, file);
}

/* --- Not known here --------------------------------------------------------------------------- */

/* Of one length, so that one can take the place of the other. */
typedef guint8 Oid[8];
static const Oid ecdsa_sha256 = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02}; /* RFC 5758 */
static const Oid sm2_sm3 = {0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75};      /* GB/T 33560 */
static const Oid curve_p256 = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};   /* RFC 5480 */
static const Oid curve_sm2 = {0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d};

/* (transfer none): PEM of it, with the one for the other wherever it stands, `count` times: that of
 * a signature in what is signed and beside it, that of a curve in the key. */
static const char *
changed_pem(LabScene *scene, const Forged *forged, const Oid from, const Oid to, guint count)
{
  static const char label[] = "CERTIFICATE";
  const char *text = lab_pem(scene, forged);
  gnutls_datum_t pem = {(unsigned char *)text, (unsigned)strlen(text)}, der, out;
  guint found = 0;
  if (gnutls_pem_base64_decode2(label, &pem, &der) < 0)
    g_error("the certificate is not PEM");
  for (gsize i = 0; i + sizeof(Oid) <= der.size; i++)
    if (memcmp(der.data + i, from, sizeof(Oid)) == 0) {
      memcpy(der.data + i, to, sizeof(Oid));
      found++;
    }
  if (found != count || gnutls_pem_base64_encode2(label, &der, &out) < 0)
    g_error("the certificate names its algorithm %u times", found);
  gnutls_free(der.data);
  char *changed = g_strndup((const char *)out.data, out.size);
  gnutls_free(out.data);
  return lab_keep(scene, changed);
}

static const char *
sm2_pem(LabScene *scene, const Forged *forged)
{
  return changed_pem(scene, forged, ecdsa_sha256, sm2_sm3, 2);
}

static void
build_sm2(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  g_autofree char *text =
      g_strconcat(lab_pem(scene, pki->server), sm2_pem(scene, pki->intermediate), NULL);
  broker_sends(scene, lab_write(scene, "broker.pem", text, -1), pki->server);
}

static void
build_sm2_client(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate authority = site_ca(), template = lab_client("Client");
  Forged *issuer = lab_forge(scene, &authority, pki->client_ca);
  Forged *client = lab_forge(scene, &template, issuer);
  const char *file = lab_broker_for(scene, client, issuer, pki->client_ca);
  g_autofree char *text = g_strconcat(sm2_pem(scene, client), lab_pem(scene, issuer), NULL);
  lab_write(scene, "client.pem", text, -1);
  lab_expect_file(scene, file);
}

/* Nobody looks at a root's own signature, so that this is as good as a root with such a key. */
static void
build_sm2_root(LabScene *scene)
{
  ForgeTemplate template = site_root(), leaf = lab_server(LAB_HOST);
  Forged *root = lab_forge(scene, &template, NULL);
  Forged *server = lab_forge(scene, &leaf, root);
  broker_sends(scene, lab_write_chain(scene, "broker.pem", server, NULL), server);
  const char *ca_file =
      lab_write(scene, "site-root.pem", changed_pem(scene, root, curve_p256, curve_sm2, 1), -1);
  lab_set(&lab_profile(scene)->ca_path, ca_file);
  lab_expect_file(scene, ca_file);
}

/* mosquitto sends the root with it, for good measure. */
static void
build_sm2_sent(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  g_autofree char *text =
      g_strconcat(lab_pem(scene, pki->server),
                  changed_pem(scene, pki->intermediate, curve_p256, curve_sm2, 1), NULL);
  broker_sends(scene, lab_write(scene, "broker.pem", text, -1), pki->server);
}

/* --- All of them ------------------------------------------------------------------------------ */

static const LabFault faults[] = {
    FAULT("signature-weak", NULL, "mosquitto; its certificate is signed with SHA-1", ERROR, SERVER,
          PEER, 0, 0, build_sha1),
    FAULT("signature-weak", "intermediate", "mosquitto; its intermediate is signed with SHA-1",
          ERROR, SERVER, PEER, 1, 0, build_sha1_ca),
    FAULT_WITH("signature-weak", "client",
               "mosquitto; our certificate is signed with SHA-1, and its OpenSSL refuses that",
               WARNING, CLIENT, CLIENT, 0, 0, build_sha1_client, "strength-refused"),
    FAULT("signature-weak", "accepted",
          "mosquitto; our certificate is signed with SHA-1, and its OpenSSL may take that", WARNING,
          CLIENT, CLIENT, 0, 0, build_sha1_accepted),
    FAULT("issuer-key-weak", NULL, "mosquitto; its intermediate has an RSA key of 1024 bits",
          WARNING, SERVER, PEER, 1, 0, build_weak_ca),
    FAULT("issuer-key-weak", "very", "mosquitto; its intermediate has an RSA key of 768 bits",
          ERROR, SERVER, PEER, 1, 0, build_very_weak_ca),
    FAULT("issuer-key-weak", "root",
          "mosquitto; the root in our CA file has an RSA key of 1024 bits", WARNING, TRUST, TRUST,
          0, 0, build_weak_root),
    FAULT_WITH("issuer-key-weak", "client",
               "mosquitto; our intermediate has an RSA key of 1024 bits, and its OpenSSL refuses "
               "that",
               WARNING, CLIENT, CLIENT, 1, 0, build_weak_client_ca, "strength-refused"),
    FAULT("strength-refused", NULL,
          "mosquitto; our certificate has an RSA key of 1024 bits, and its OpenSSL refuses that",
          ERROR, CLIENT, CLIENT, 0, 0, build_weak_client),
    FAULT("strength-refused", "signature",
          "mosquitto; our certificate is signed with SHA-1, and its OpenSSL refuses that", ERROR,
          CLIENT, CLIENT, 0, 0, build_sha1_client),
    FAULT("strength-refused", "issuer",
          "mosquitto; our intermediate has an RSA key of 1024 bits, and its OpenSSL refuses that",
          ERROR, CLIENT, CLIENT, 1, 0, build_weak_client_ca),
    FAULT("algorithm-unsupported", NULL, "mosquitto; its intermediate is signed with SM2", ERROR,
          SERVER, PEER, 1, 0, build_sm2),
    FAULT("algorithm-unsupported", "client", "mosquitto; our certificate is signed with SM2", ERROR,
          CLIENT, CLIENT, 0, 0, build_sm2_client),
    FAULT("algorithm-unsupported", "key", "mosquitto; the root in our CA file has an SM2 key",
          ERROR, TRUST, TRUST, 0, 0, build_sm2_root),
    FAULT("algorithm-unsupported", "key-sent", "mosquitto; its intermediate has an SM2 key", ERROR,
          SERVER, PEER, 1, 0, build_sm2_sent),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_strength = {faults, missing};
