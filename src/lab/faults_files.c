/* Faults of files on this side, found before the first packet: a good broker, a good PKI, and one
 * file of the profile that is not what it should be. Where it can be used all the same, the
 * connection comes up. In which forms files come is faults_forms.c. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "lab/forge_crl.h"

/* --- Putting a file into its field ----------------------------------------------------------- */

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

/* --- file-missing, file-unreadable, file-empty ----------------------------------------------- */

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

/* --- file-wrong-kind ------------------------------------------------------------------------- */

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

static void
build_request_as_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *pem = forged_request_pem(lab_pki(scene)->client, "Client");
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
  g_autofree char *pem = forged_public_pem(lab_pki(scene)->client);
  use_key(scene, write_text(scene, "client.pub", pem));
}

/* --- file-several-keys, ca-file-no-anchor ---------------------------------------------------- */

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

/* --- file-wrong-role, leaf-not-first --------------------------------------------------------- */

typedef struct {
  Forged *root, *intermediate, *client;
  const char *key_file;
} Set;

/* The client's certificate from an intermediate, all as certbot's files; the broker knows the root.
 */
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
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = lab_write_chain(scene, "client-root.pem",
                                                                         set.root, NULL)});
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

/* --- file-stale-copy ------------------------------------------------------------------------- */

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

/* --- certificate-duplicate ------------------------------------------------------------------- */

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
  const char *chain =
      lab_write_chain(scene, "twice.pem", pki->server, pki->intermediate, pki->intermediate, NULL);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){.chain_file = chain, .client_ca_file = client_ca});
  lab_expect_certificate(scene, pki->intermediate);
}

/* --- key-world-readable, pkcs11-object-missing ----------------------------------------------- */

static void
build_world_readable(LabScene *scene)
{
  lab_good_broker(scene);
  const char *path = lab_profile(scene)->key_path;
  if (!lab_failed(scene) && g_chmod(path, 0644) != 0)
    lab_fail(scene, LAB_ERROR_START, "The mode of %s cannot be changed.", path);
  lab_expect_file(scene, path);
}

static void
build_no_token(LabScene *scene)
{
  lab_good_broker(scene);
  lab_use_client(scene, "pkcs11:token=mqtrust-lab;object=client;type=cert",
                 "pkcs11:token=mqtrust-lab;object=client;type=private");
}

/* --- All of them ----------------------------------------------------------------------------- */

static const LabFault faults[] = {
    FAULT("file-missing", NULL, "the CA file is not there", ERROR, LOCAL, TRUST, -1, LAB_NO_TLS,
          build_missing_ca),
    FAULT("file-missing", "certificate", "our certificate file is not there", ERROR, LOCAL, CLIENT,
          -1, LAB_NO_TLS, build_missing_certificate),
    FAULT("file-missing", "key", "our key file is not there", ERROR, LOCAL, KEY, -1, LAB_NO_TLS,
          build_missing_key),
    FAULT("file-missing", "crl", "the revocation list is not there", ERROR, LOCAL, CRL, -1,
          LAB_NO_TLS, build_missing_crl),
    FAULT("file-unreadable", NULL, "our key file has mode 0000", ERROR, LOCAL, KEY, -1, LAB_NO_TLS,
          build_unreadable),
    FAULT("file-unreadable", "loop", "our certificate file is a link to itself", ERROR, LOCAL,
          CLIENT, -1, LAB_NO_TLS, build_unreadable_loop),
    FAULT("file-empty", NULL, "the CA file has no bytes", ERROR, LOCAL, TRUST, -1, LAB_NO_TLS,
          build_empty_ca),
    FAULT("file-empty", "certificate", "our certificate file has no bytes", ERROR, LOCAL, CLIENT,
          -1, LAB_NO_TLS, build_empty_certificate),
    FAULT("file-empty", "key", "our key file has no bytes", ERROR, LOCAL, KEY, -1, LAB_NO_TLS,
          build_empty_key),
    FAULT("file-empty", "crl", "the revocation list has no bytes", ERROR, LOCAL, CRL, -1,
          LAB_NO_TLS, build_empty_crl),
    FAULT("file-wrong-kind", NULL, "the certificate field names the key file", ERROR, LOCAL, CLIENT,
          -1, LAB_NO_TLS, build_key_as_certificate),
    FAULT("file-wrong-kind", "certificate-as-key", "the key field names the certificate file",
          ERROR, LOCAL, KEY, -1, LAB_NO_TLS, build_certificate_as_key),
    FAULT("file-wrong-kind", "swapped", "certificate and key field are swapped", ERROR, LOCAL,
          CLIENT, -1, LAB_NO_TLS, build_swapped),
    FAULT("file-wrong-kind", "request", "the certificate field names a certificate request", ERROR,
          LOCAL, CLIENT, -1, LAB_NO_TLS, build_request_as_certificate),
    FAULT("file-wrong-kind", "crl-as-ca", "the CA field names a revocation list", ERROR, LOCAL,
          TRUST, -1, LAB_NO_TLS, build_crl_as_ca),
    FAULT("file-wrong-kind", "certificate-as-crl", "the revocation list is a certificate", ERROR,
          LOCAL, CRL, -1, LAB_NO_TLS, build_certificate_as_crl),
    FAULT("file-wrong-kind", "public-key", "the key field names a public key", ERROR, LOCAL, KEY,
          -1, LAB_NO_TLS, build_public_key_as_key),
    FAULT("file-several-keys", NULL, "our key file holds two keys", ERROR, LOCAL, KEY, -1,
          LAB_NO_TLS, build_several_keys),
    FAULT("ca-file-no-anchor", NULL, "the CA file is a web page", ERROR, TRUST, TRUST, -1,
          LAB_NO_TLS, build_no_anchor),
    FAULT("file-wrong-role", NULL, "the certificate field names chain.pem", ERROR, LOCAL, CLIENT, 0,
          LAB_NO_TLS, build_chain_as_certificate),
    FAULT("file-wrong-role", "own-as-ca", "the CA field names our own certificate", ERROR, LOCAL,
          TRUST, 0, LAB_NO_TLS, build_own_as_ca),
    FAULT("leaf-not-first", NULL, "our certificate stands behind its issuer", ERROR, CLIENT, CLIENT,
          1, LAB_NO_TLS, build_leaf_not_first),
    FAULT("file-stale-copy", NULL, "mosquitto; beside our certificate lies a renewed one", WARNING,
          LOCAL, CLIENT, 0, 0, build_stale_copy),
    FAULT_WITH("file-stale-copy", "expired",
               "mosquitto; our certificate ended yesterday, and beside it lies a renewed one",
               WARNING, LOCAL, CLIENT, 0, 0, build_stale_copy_expired, "client-expired"),
    FAULT("certificate-duplicate", NULL, "mosquitto; its intermediate stands twice in its file",
          INFO, SERVER, PEER, 2, 0, build_duplicate_server),
    FAULT("certificate-duplicate", "ca-file", "mosquitto; the root stands twice in our CA file",
          INFO, TRUST, TRUST, 1, 0, build_duplicate_anchor),
    FAULT("certificate-duplicate", "client", "mosquitto; our certificate stands twice in its file",
          INFO, CLIENT, CLIENT, 1, 0, build_duplicate_client),
    FAULT("key-world-readable", NULL, "mosquitto; our key file has mode 0644", WARNING, CLIENT, KEY,
          -1, 0, build_world_readable),
    FAULT("pkcs11-object-missing", NULL, "our certificate and key are on a token that is not there",
          ERROR, CLIENT, CLIENT, -1, LAB_NO_TLS, build_no_token),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_files = {faults, missing};
