/* Faults of private keys: those that show in the file before the first packet, and those that a
 * broker finds. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

static void
use_key(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->key_path, path);
  lab_expect_file(scene, path);
}

/* --- In the file ----------------------------------------------------------------------------- */

static void
build_mismatch(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, lab_write_key(scene, "other.key", lab_pki(scene)->client_ca, NULL));
}

static void
build_password_needed(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, lab_write_key(scene, "locked.key", lab_pki(scene)->client, "correct horse"));
}

static void
build_password_wrong(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, lab_write_key(scene, "locked.key", lab_pki(scene)->client, "correct horse"));
  lab_set(&lab_profile(scene)->key_password, "battery staple");
}

/* RFC 5958 and RFC 8018, A.4: PBES2 names its cipher by an OID, whose last byte is 42 for AES-256
 * in CBC mode and 46 for GCM, as it is written by programs that prefer it. */
static const char *
encrypted_with_gcm(LabScene *scene, const Forged *forged, const char *password)
{
  static const guint8 cbc[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 42};
  static const char label[] = "ENCRYPTED PRIVATE KEY";
  g_autofree char *pem = forged_key_pem(forged, password);
  gnutls_datum_t text = {(unsigned char *)pem, (unsigned)strlen(pem)}, der, out;
  if (gnutls_pem_base64_decode2(label, &text, &der) < 0)
    g_error("the encrypted key is not PEM");
  guint8 *oid = memmem(der.data, der.size, cbc, sizeof cbc);
  if (oid == NULL)
    g_error("the key is not encrypted with AES-256");
  oid[sizeof cbc - 1] = 46;
  if (gnutls_pem_base64_encode2(label, &der, &out) < 0)
    g_error("no memory for a key");
  const char *result = lab_keep(scene, g_strndup((const char *)out.data, out.size));
  gnutls_free(der.data);
  gnutls_free(out.data);
  return result;
}

static void
build_encryption_unsupported(LabScene *scene)
{
  lab_good_broker(scene);
  const char *pem = encrypted_with_gcm(scene, lab_pki(scene)->client, "correct horse");
  use_key(scene, lab_write(scene, "locked.key", pem, -1));
  lab_set(&lab_profile(scene)->key_password, "correct horse");
}

/* --- Weak ones ------------------------------------------------------------------------------- */

static ForgeTemplate
with_rsa(ForgeTemplate template, unsigned bits)
{
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = bits;
  template.key_usage |= GNUTLS_KEY_KEY_ENCIPHERMENT;
  return template;
}

/* OpenSSL would not load it at its usual security level. */
static void
broker_with_rsa(LabScene *scene, unsigned bits)
{
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate template = with_rsa(lab_server(LAB_HOST), bits);
  Forged *weak = lab_forge(scene, &template, pki->intermediate);
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.chain_pem =
      lab_keep(scene, g_strconcat(lab_pem(scene, weak), lab_pem(scene, pki->intermediate), NULL));
  options.key_pem = lab_key_pem(scene, weak);
  lab_tls_peer(scene, &options, NULL, NULL);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_expect_certificate(scene, weak);
}

static void
build_weak_server(LabScene *scene)
{
  broker_with_rsa(scene, 1024);
}

/* Below what GnuTLS takes for safe at all. */
static void
build_broken_server(LabScene *scene)
{
  broker_with_rsa(scene, 768);
}

static void
use_weak_client(LabScene *scene)
{
  ForgeTemplate template = with_rsa(lab_client("Client"), 1024);
  Forged *weak = lab_forge(scene, &template, lab_pki(scene)->client_ca);
  const char *file = lab_write_chain(scene, "weak.pem", weak, NULL);
  lab_use_client(scene, file, lab_write_key(scene, "weak.key", weak, NULL));
  lab_expect_certificate(scene, weak);
  lab_expect_file(scene, file);
}

/* The same broker that refuses below, set to take what others refuse. */
static void
build_weak_client(LabScene *scene)
{
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = lab_write_chain(
                                           scene, "client-ca.pem", lab_pki(scene)->client_ca, NULL),
                                       .extra = "ciphers DEFAULT@SECLEVEL=0"});
  use_weak_client(scene);
}

static void
build_weak_client_refused(LabScene *scene)
{
  lab_good_broker(scene);
  use_weak_client(scene);
}

/* --- At the broker --------------------------------------------------------------------------- */

/* Our key is ECDSA, as all of the good PKI. */
static void
build_type_refused(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  const char *client_ca = lab_write_chain(scene, "client-ca.pem", pki->client_ca, NULL);
  const char *const arguments[] = {
      "-CAfile", client_ca, "-Verify", "1", "-client_sigalgs", "RSA+SHA256:RSA-PSS+SHA256", NULL};
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_openssl(scene, NULL, NULL, FALSE, arguments);
  lab_expect_certificate(scene, pki->client);
}

static void
build_signature_refused(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.refuse = GNUTLS_A_DECRYPT_ERROR;
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
}

/* --- All of them ----------------------------------------------------------------------------- */

static const LabFault faults[] = {
    FAULT("key-mismatch", NULL, "our key file holds another key", ERROR, CLIENT, KEY, -1,
          LAB_NO_TLS, build_mismatch),
    FAULT("key-password-needed", NULL, "our key is encrypted, no password is set", ERROR, CLIENT,
          KEY, -1, LAB_NO_TLS, build_password_needed),
    FAULT("key-password-wrong", NULL, "our key is encrypted, another password is set", ERROR,
          CLIENT, KEY, -1, LAB_NO_TLS, build_password_wrong),
    FAULT("key-encryption-unsupported", NULL, "our key is encrypted with AES-256-GCM", ERROR,
          CLIENT, KEY, -1, LAB_NO_TLS, build_encryption_unsupported),
    FAULT("key-too-weak", NULL, "a peer on GnuTLS; its certificate has an RSA key of 1024 bits",
          WARNING, SERVER, PEER, 0, 0, build_weak_server),
    FAULT("key-too-weak", "broken", "a peer on GnuTLS; its certificate has an RSA key of 768 bits",
          ERROR, SERVER, PEER, 0, 0, build_broken_server),
    FAULT("key-too-weak", "client", "mosquitto without limits; our RSA key has 1024 bits", WARNING,
          CLIENT, CLIENT, 0, LAB_TLS_12_ONLY, build_weak_client),
    FAULT_WITH("key-too-weak", "client-refused", "mosquitto; our RSA key has 1024 bits", WARNING,
               CLIENT, CLIENT, 0, 0, build_weak_client_refused, "strength-refused"),
    FAULT("key-type-refused", NULL, "openssl s_server that takes RSA keys; ours is ECDSA", ERROR,
          CLIENT, CLIENT, 0, 0, build_type_refused),
    FAULT("key-signature-refused", NULL, "a peer on GnuTLS; refuses our signature with alert 51",
          ERROR, CLIENT, CLIENT, 0, 0, build_signature_refused),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_keys = {faults, missing};
