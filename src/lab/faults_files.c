/* Faults of files on this side, found before the first packet: a good broker, a good PKI, and one
 * file of the profile that is not what it should be. Where it can be read all the same, the
 * connection comes up. */
#include "config.h"

#include "lab/lab_families.h"
#include "lab/scene.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/forge_crl.h"

/* --- Putting a file into its field -------------------------------------------------------------- */

static void
use_ca(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->ca_path, path);
  lab_expect_file(scene, path);
}

static void
use_certificate(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->certificate_path, path);
  lab_expect_file(scene, path);
}

static void
use_key(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->key_path, path);
  lab_expect_file(scene, path);
}

static void
use_crl(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->crl_path, path);
  lab_expect_file(scene, path);
}

static const char *
path_of(LabScene *scene, const char *name)
{
  return lab_keep(scene, g_build_filename(lab_scene_folder(scene), name, NULL));
}

static const char *
write_text(LabScene *scene, const char *name, const char *text)
{
  return lab_write(scene, name, text, -1);
}

/* --- file-missing, file-unreadable, file-empty --------------------------------------------------- */

static void
build_missing_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, path_of(scene, "no-ca.pem"));
}

static void
build_missing_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  use_certificate(scene, path_of(scene, "no-client.pem"));
}

static void
build_missing_key(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, path_of(scene, "no-client.key"));
}

static void
build_missing_crl(LabScene *scene)
{
  lab_good_broker(scene);
  use_crl(scene, path_of(scene, "no-list.crl"));
}

static void
build_unreadable(LabScene *scene)
{
  if (geteuid() == 0)
    lab_fail(scene, LAB_ERROR_PROGRAM, "Nothing is unreadable to root; run it as another user.");
  lab_good_broker(scene);
  const char *path = lab_profile(scene)->key_path;
  if (!lab_failed(scene) && g_chmod(path, 0) != 0)
    lab_fail(scene, LAB_ERROR_START, "The mode of %s cannot be changed.", path);
  lab_expect_file(scene, path);
}

/* What root cannot read either. */
static void
build_unreadable_loop(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = path_of(scene, "cert.pem");
  if (!lab_failed(scene) && symlink("cert.pem", path) != 0)
    lab_fail(scene, LAB_ERROR_START, "The link %s cannot be made.", path);
  use_certificate(scene, path);
}

static void
build_empty_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, lab_write(scene, "ca.pem", "", 0));
}

static void
build_empty_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  use_certificate(scene, lab_write(scene, "empty.pem", "", 0));
}

static void
build_empty_key(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, lab_write(scene, "empty.key", "", 0));
}

static void
build_empty_crl(LabScene *scene)
{
  lab_good_broker(scene);
  use_crl(scene, lab_write(scene, "empty.crl", "", 0));
}

/* --- file-wrong-kind ----------------------------------------------------------------------------- */

static void
build_key_as_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  use_certificate(scene, lab_write_key(scene, "key.pem", lab_pki(scene)->client, NULL));
}

static void
build_certificate_as_key(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, lab_write_chain(scene, "cert.pem", lab_pki(scene)->client, NULL));
}

static void
build_swapped(LabScene *scene)
{
  lab_good_broker(scene);
  Profile *profile = lab_profile(scene);
  char *certificate = profile->certificate_path;
  profile->certificate_path = profile->key_path;
  profile->key_path = certificate;
  lab_expect_file(scene, profile->certificate_path);
}

/* (transfer full) */
static char *
request_pem(const Forged *forged, const char *name)
{
  gnutls_x509_crq_t request;
  gnutls_datum_t pem = {NULL, 0};
  if (gnutls_x509_crq_init(&request) < 0 ||
      gnutls_x509_crq_set_dn_by_oid(request, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                    (unsigned)strlen(name)) < 0 ||
      gnutls_x509_crq_set_key(request, forged->key) < 0 ||
      gnutls_x509_crq_sign2(request, forged->key, GNUTLS_DIG_SHA256, 0) < 0 ||
      gnutls_x509_crq_export2(request, GNUTLS_X509_FMT_PEM, &pem) < 0)
    g_error("no certificate request could be made");
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  gnutls_x509_crq_deinit(request);
  return text;
}

static void
build_request_as_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *pem = request_pem(lab_pki(scene)->client, "Client");
  use_certificate(scene, write_text(scene, "client.csr", pem));
}

static void
build_crl_as_ca(LabScene *scene)
{
  lab_good_broker(scene);
  ForgeCrl crl = {.issuer = lab_pki(scene)->root,
                  .this_update = lab_days_from_now(-1),
                  .next_update = lab_days_from_now(7)};
  g_autoptr(GBytes) der = forge_crl(&crl);
  g_autofree char *pem = forge_crl_pem(der);
  use_ca(scene, write_text(scene, "ca.crl", pem));
}

static void
build_certificate_as_crl(LabScene *scene)
{
  lab_good_broker(scene);
  use_crl(scene, lab_write_chain(scene, "list.pem", lab_pki(scene)->root, NULL));
}

static void
build_public_key_as_key(LabScene *scene)
{
  lab_good_broker(scene);
  gnutls_pubkey_t public = NULL;
  gnutls_x509_crt_t crt = NULL;
  gnutls_datum_t pem = {NULL, 0};
  const char *text = lab_pem(scene, lab_pki(scene)->client);
  gnutls_datum_t in = {(unsigned char *)text, (unsigned)strlen(text)};
  if (gnutls_x509_crt_init(&crt) < 0 || gnutls_x509_crt_import(crt, &in, GNUTLS_X509_FMT_PEM) < 0 ||
      gnutls_pubkey_init(&public) < 0 || gnutls_pubkey_import_x509(public, crt, 0) < 0 ||
      gnutls_pubkey_export2(public, GNUTLS_X509_FMT_PEM, &pem) < 0)
    g_error("no public key could be written");
  use_key(scene, lab_write(scene, "client.pub", pem.data, pem.size));
  gnutls_free(pem.data);
  gnutls_pubkey_deinit(public);
  gnutls_x509_crt_deinit(crt);
}

/* --- file-der, file-truncated -------------------------------------------------------------------- */

static const char *
write_der(LabScene *scene, const char *name, const Forged *forged)
{
  GBytes *der = certificate_der(forged->certificate);
  gsize length;
  const void *bytes = g_bytes_get_data(der, &length);
  return lab_write(scene, name, bytes, (gssize)length);
}

static void
build_der_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, write_der(scene, "ca.der", lab_pki(scene)->root));
}

static void
build_der_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  use_certificate(scene, write_der(scene, "client.der", lab_pki(scene)->client));
}

/* The text without its last `bytes`. */
static const char *
write_cut(LabScene *scene, const char *name, const char *text, gsize bytes)
{
  return lab_write(scene, name, text, (gssize)(strlen(text) - bytes));
}

#define END_LINE "-----END CERTIFICATE-----\n"

static void
build_truncated_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, write_cut(scene, "ca.pem", lab_pem(scene, lab_pki(scene)->root), 100));
}

static void
build_truncated_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  const LabPki *pki = lab_pki(scene);
  const char *both = lab_keep(
      scene, g_strconcat(lab_pem(scene, pki->client), lab_pem(scene, pki->client_ca), NULL));
  use_certificate(scene, write_cut(scene, "chain.pem", both, strlen(END_LINE)));
}

static void
build_truncated_key(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, write_cut(scene, "cut.key", lab_key_pem(scene, lab_pki(scene)->client), 40));
}

/* --- pem-damaged, pem-trusted-label -------------------------------------------------------------- */

/* (transfer full): every `from` of the text made a `to`. */
static char *
with_all(const char *text, const char *from, const char *to)
{
  g_auto(GStrv) parts = g_strsplit(text, from, -1);
  return g_strjoinv(to, parts);
}

/* As from a field of a web form or an environment variable. */
static void
build_one_line(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *line = with_all(lab_pem(scene, lab_pki(scene)->root), "\n", "");
  use_ca(scene, write_text(scene, "ca.pem", line));
}

static void
build_indented(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text = with_all(lab_pem(scene, lab_pki(scene)->client), "\n", "\n    ");
  g_autofree char *indented = g_strconcat("    ", text, NULL);
  use_certificate(scene, write_text(scene, "indented.pem", indented));
}

/* As from JSON. */
static void
build_literal_line_ends(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *line = with_all(lab_pem(scene, lab_pki(scene)->client), "\n", "\\n");
  use_certificate(scene, write_text(scene, "json.pem", line));
}

static void
build_trusted_label(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text =
      with_all(lab_pem(scene, lab_pki(scene)->root), " CERTIFICATE", " TRUSTED CERTIFICATE");
  use_ca(scene, write_text(scene, "ca.pem", text));
}

/* --- file-several-keys, ca-file-no-anchor -------------------------------------------------------- */

static void
build_several_keys(LabScene *scene)
{
  lab_good_broker(scene);
  const LabPki *pki = lab_pki(scene);
  g_autofree char *both =
      g_strconcat(lab_key_pem(scene, pki->client_ca), lab_key_pem(scene, pki->client), NULL);
  use_key(scene, write_text(scene, "keys.pem", both));
}

static void
build_no_anchor(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, write_text(scene, "ca.pem", "<html><body>404 Not Found</body></html>\n"));
}

/* --- file-wrong-role, leaf-not-first ------------------------------------------------------------- */

typedef struct {
  Forged *root, *intermediate, *client;
  const char *key_file;
} Set;

/* The client's certificate from an intermediate, all as certbot's files; the broker knows the root. */
static Set
good_set(LabScene *scene)
{
  Set set;
  ForgeTemplate root = lab_authority("Lab Client Root");
  ForgeTemplate intermediate = lab_authority("Lab Client Issuing CA");
  ForgeTemplate client = lab_client("Client");
  set.root = lab_forge(scene, &root, NULL);
  set.intermediate = lab_forge(scene, &intermediate, set.root);
  set.client = lab_forge(scene, &client, set.intermediate);
  set.key_file = lab_write_key(scene, "privkey.pem", set.client, NULL);
  lab_use_good_trust(scene);
  lab_mosquitto(scene, &(LabMosquitto){
                           .client_ca_file = lab_write_chain(scene, "client-root.pem", set.root, NULL)});
  return set;
}

static void
build_chain_as_certificate(LabScene *scene)
{
  Set set = good_set(scene);
  lab_write_chain(scene, "fullchain.pem", set.client, set.intermediate, NULL);
  const char *chain = lab_write_chain(scene, "chain.pem", set.intermediate, NULL);
  lab_use_client(scene, chain, set.key_file);
  lab_expect_file(scene, chain);
  lab_expect_certificate(scene, set.intermediate);
}

static void
build_own_as_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, lab_profile(scene)->certificate_path);
  lab_expect_certificate(scene, lab_pki(scene)->client);
}

static void
build_leaf_not_first(LabScene *scene)
{
  Set set = good_set(scene);
  const char *file = lab_write_chain(scene, "chain.pem", set.intermediate, set.client, NULL);
  lab_use_client(scene, file, set.key_file);
  lab_expect_file(scene, file);
  lab_expect_certificate(scene, set.client);
}

/* --- file-stale-copy ----------------------------------------------------------------------------- */

static void
use_old_copy(LabScene *scene, int begin, int end)
{
  lab_good_broker(scene);
  const LabPki *pki = lab_pki(scene);
  ForgeTemplate template = lab_client("Client");
  template.not_before = lab_days_from_now(begin);
  template.not_after = lab_days_from_now(end);
  Forged *old = lab_forge_with_key(scene, &template, pki->client_ca, pki->client);
  lab_write_chain(scene, "client-renewed.pem", pki->client, NULL);
  use_certificate(scene, lab_write_chain(scene, "client-old.pem", old, NULL));
  lab_expect_certificate(scene, old);
}

static void
build_stale_copy(LabScene *scene)
{
  use_old_copy(scene, -60, 29);
}

static void
build_stale_copy_expired(LabScene *scene)
{
  use_old_copy(scene, -91, -1);
}

/* --- certificate-duplicate ----------------------------------------------------------------------- */

static void
build_duplicate_anchor(LabScene *scene)
{
  lab_good_broker(scene);
  const LabPki *pki = lab_pki(scene);
  use_ca(scene, lab_write_chain(scene, "ca.pem", pki->root, pki->root, NULL));
  lab_expect_certificate(scene, pki->root);
}

static void
build_duplicate_client(LabScene *scene)
{
  lab_good_broker(scene);
  const LabPki *pki = lab_pki(scene);
  use_certificate(scene, lab_write_chain(scene, "twice.pem", pki->client, pki->client, NULL));
  lab_expect_certificate(scene, pki->client);
}

static void
build_duplicate_server(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  const char *client_ca = lab_write_chain(scene, "client-ca.pem", pki->client_ca, NULL);
  const char *chain = lab_write_chain(scene, "twice.pem", pki->server, pki->intermediate,
                                      pki->intermediate, NULL);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){.chain_file = chain, .client_ca_file = client_ca});
  lab_expect_certificate(scene, pki->intermediate);
}

/* --- key-world-readable, pkcs11-object-missing --------------------------------------------------- */

static void
build_world_readable(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = lab_profile(scene)->key_path;
  if (!lab_failed(scene) && g_chmod(path, 0644) != 0)
    lab_fail(scene, LAB_ERROR_START, "The mode of %s cannot be changed.", path);
  lab_expect_file(scene, path);
}

/* --- All of them --------------------------------------------------------------------------------- */

#define LOCAL FINDING_SIDE_LOCAL
#define ERROR FINDING_ERROR

static const LabFault faults[] = {
    {"file-missing", NULL, "the CA file is not there", ERROR, LOCAL, FINDING_SOURCE_TRUST, -1,
     LAB_NO_TLS, build_missing_ca},
    {"file-missing", "certificate", "our certificate file is not there", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_missing_certificate},
    {"file-missing", "key", "our key file is not there", ERROR, LOCAL, FINDING_SOURCE_KEY, -1,
     LAB_NO_TLS, build_missing_key},
    {"file-missing", "crl", "the revocation list is not there", ERROR, LOCAL, FINDING_SOURCE_CRL,
     -1, LAB_NO_TLS, build_missing_crl},
    {"file-unreadable", NULL, "our key file has mode 0000", ERROR, LOCAL, FINDING_SOURCE_KEY, -1,
     LAB_NO_TLS, build_unreadable},
    {"file-unreadable", "loop", "our certificate file is a link to itself", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_unreadable_loop},
    {"file-empty", NULL, "the CA file has no bytes", ERROR, LOCAL, FINDING_SOURCE_TRUST, -1,
     LAB_NO_TLS, build_empty_ca},
    {"file-empty", "certificate", "our certificate file has no bytes", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_empty_certificate},
    {"file-empty", "key", "our key file has no bytes", ERROR, LOCAL, FINDING_SOURCE_KEY, -1,
     LAB_NO_TLS, build_empty_key},
    {"file-empty", "crl", "the revocation list has no bytes", ERROR, LOCAL, FINDING_SOURCE_CRL, -1,
     LAB_NO_TLS, build_empty_crl},
    {"file-wrong-kind", NULL, "the certificate field names the key file", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_key_as_certificate},
    {"file-wrong-kind", "certificate-as-key", "the key field names the certificate file", ERROR,
     LOCAL, FINDING_SOURCE_KEY, -1, LAB_NO_TLS, build_certificate_as_key},
    {"file-wrong-kind", "swapped", "certificate and key field are swapped", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_swapped},
    {"file-wrong-kind", "request", "the certificate field names a certificate request", ERROR,
     LOCAL, FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_request_as_certificate},
    {"file-wrong-kind", "crl-as-ca", "the CA field names a revocation list", ERROR, LOCAL,
     FINDING_SOURCE_TRUST, -1, LAB_NO_TLS, build_crl_as_ca},
    {"file-wrong-kind", "certificate-as-crl", "the revocation list is a certificate", ERROR, LOCAL,
     FINDING_SOURCE_CRL, -1, LAB_NO_TLS, build_certificate_as_crl},
    {"file-wrong-kind", "public-key", "the key field names a public key", ERROR, LOCAL,
     FINDING_SOURCE_KEY, -1, LAB_NO_TLS, build_public_key_as_key},
    {"file-der", NULL, "mosquitto; the CA file is DER", FINDING_WARNING, LOCAL,
     FINDING_SOURCE_TRUST, -1, 0, build_der_ca},
    {"file-der", "certificate", "mosquitto; our certificate file is DER", FINDING_WARNING, LOCAL,
     FINDING_SOURCE_CLIENT, -1, 0, build_der_certificate},
    {"file-truncated", NULL, "the CA file ends within its certificate", ERROR, LOCAL,
     FINDING_SOURCE_TRUST, -1, LAB_NO_TLS, build_truncated_ca},
    {"file-truncated", "certificate", "our second certificate has no END line", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_truncated_certificate},
    {"file-truncated", "key", "our key file ends within the key", ERROR, LOCAL, FINDING_SOURCE_KEY,
     -1, LAB_NO_TLS, build_truncated_key},
    {"pem-damaged", NULL, "mosquitto; the CA file is PEM in one line", FINDING_WARNING, LOCAL,
     FINDING_SOURCE_TRUST, -1, 0, build_one_line},
    {"pem-damaged", "indented", "mosquitto; our certificate file is indented PEM", FINDING_WARNING,
     LOCAL, FINDING_SOURCE_CLIENT, -1, 0, build_indented},
    {"pem-damaged", "literal", "our certificate file has \\n for its line ends", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, -1, LAB_NO_TLS, build_literal_line_ends},
    {"pem-trusted-label", NULL, "the CA file is labelled TRUSTED CERTIFICATE", ERROR, LOCAL,
     FINDING_SOURCE_TRUST, -1, LAB_NO_TLS, build_trusted_label},
    {"file-several-keys", NULL, "our key file holds two keys", ERROR, LOCAL, FINDING_SOURCE_KEY, -1,
     LAB_NO_TLS, build_several_keys},
    {"ca-file-no-anchor", NULL, "the CA file is a web page", ERROR, FINDING_SIDE_TRUST,
     FINDING_SOURCE_TRUST, -1, LAB_NO_TLS, build_no_anchor},
    {"file-wrong-role", NULL, "the certificate field names chain.pem", ERROR, LOCAL,
     FINDING_SOURCE_CLIENT, 0, LAB_NO_TLS, build_chain_as_certificate},
    {"file-wrong-role", "own-as-ca", "the CA field names our own certificate", ERROR, LOCAL,
     FINDING_SOURCE_TRUST, 0, LAB_NO_TLS, build_own_as_ca},
    {"leaf-not-first", NULL, "our certificate stands behind its issuer", ERROR,
     FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT, 1, LAB_NO_TLS, build_leaf_not_first},
    {"file-stale-copy", NULL, "mosquitto; beside our certificate lies a renewed one",
     FINDING_WARNING, LOCAL, FINDING_SOURCE_CLIENT, 0, 0, build_stale_copy},
    {"file-stale-copy", "expired",
     "mosquitto; our certificate ended yesterday, and beside it lies a renewed one",
     FINDING_WARNING, LOCAL, FINDING_SOURCE_CLIENT, 0, 0, build_stale_copy_expired,
     "client-expired"},
    {"certificate-duplicate", NULL, "mosquitto; its intermediate stands twice in its file",
     FINDING_INFO, FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 2, 0, build_duplicate_server},
    {"certificate-duplicate", "ca-file", "mosquitto; the root stands twice in our CA file",
     FINDING_INFO, FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 1, 0, build_duplicate_anchor},
    {"certificate-duplicate", "client", "mosquitto; our certificate stands twice in its file",
     FINDING_INFO, FINDING_SIDE_CLIENT, FINDING_SOURCE_CLIENT, 1, 0, build_duplicate_client},
    {"key-world-readable", NULL, "mosquitto; our key file has mode 0644", FINDING_WARNING,
     FINDING_SIDE_CLIENT, FINDING_SOURCE_KEY, -1, 0, build_world_readable},
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_files = {faults, missing};
