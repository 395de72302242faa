#include "config.h"

#include "trust/identity.h"

#include "trust/certificate_blocks.h"
#include "trust/gnutls_bridge.h"
#include "trust/key_label.h"
#include "trust/private_key.h"
#include "trust/trust_error.h"

struct Identity {
  gatomicrefcount references;
  char *certificate_path, *key_path; /* safe text */
  GPtrArray *certificates;
  gnutls_pcert_st *chain;
  guint chain_length;
  gnutls_privkey_t key;
};

/* --- certificate and key belong together ------------------------------------------------------ */

static int
find_certificate(GPtrArray *certificates, const char *key_id)
{
  for (guint i = 0; i < certificates->len; i++)
    if (g_str_equal(certificate_key_id(certificates->pdata[i]), key_id))
      return i;
  return -1;
}

static gboolean
check_pair(GPtrArray *certificates, const char *key_id, const char *certificate_label,
           const char *key_file_label, GError **error)
{
  int index = find_certificate(certificates, key_id);
  if (index == 0)
    return TRUE;
  Certificate *first = certificates->pdata[0];
  if (index > 0)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_LEAF_NOT_FIRST,
                "In %s the certificate for your key is number %d (\"%s\"), not the first "
                "(\"%s\"); put it first.",
                certificate_label, index + 1, certificate_subject_label(certificates->pdata[index]),
                certificate_subject_label(first));
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_MISMATCH,
                "The key in %s is not the one of \"%s\" in %s (key id %.16s, not %.16s); choose "
                "the key that this certificate was made with.",
                key_file_label, certificate_subject_label(first), certificate_label, key_id,
                certificate_key_id(first));
  return FALSE;
}

static char *
key_id_of(gnutls_x509_privkey_t key)
{
  gnutls_pubkey_t public = private_key_public(key);
  if (!public)
    return NULL;
  char *id = key_label_id(public);
  gnutls_pubkey_deinit(public);
  return id;
}

/* --- in GnuTLS's types ------------------------------------------------------------------------ */

static gboolean
import_chain(Identity *identity, GError **error)
{
  identity->chain = g_new0(gnutls_pcert_st, identity->certificates->len);
  for (guint i = 0; i < identity->certificates->len; i++) {
    gnutls_x509_crt_t crt = certificate_gnutls(identity->certificates->pdata[i]);
    int result = gnutls_pcert_import_x509(&identity->chain[i], crt, 0);
    if (result < 0) {
      g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY,
                  "Certificate %u in %s cannot be used: %s; issue it anew with a key type that is "
                  "supported.",
                  i + 1, identity->certificate_path, gnutls_strerror(result));
      return FALSE;
    }
    identity->chain_length++;
  }
  return TRUE;
}

/* Takes the key. */
static gboolean
import_key(Identity *identity, gnutls_x509_privkey_t key, GError **error)
{
  int result = gnutls_privkey_init(&identity->key);
  if (result >= 0)
    result = gnutls_privkey_import_x509(identity->key, key, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
  if (result >= 0)
    return TRUE;
  gnutls_x509_privkey_deinit(key);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY,
              "The key in %s cannot be used: %s; make a key of another type.", identity->key_path,
              gnutls_strerror(result));
  return FALSE;
}

/* --- loading ---------------------------------------------------------------------------------- */

static Identity *
identity_alloc(const FileContent *certificate_file, const FileContent *key_file,
               GPtrArray *certificates)
{
  Identity *identity = g_new0(Identity, 1);
  g_atomic_ref_count_init(&identity->references);
  identity->certificate_path = g_strdup(certificate_file->label);
  identity->key_path = g_strdup(key_file->label);
  identity->certificates = g_ptr_array_ref(certificates);
  return identity;
}

/* Takes the key. */
static Identity *
join(const FileContent *certificate_file, const FileContent *key_file, GPtrArray *certificates,
     gnutls_x509_privkey_t key, GError **error)
{
  g_autofree char *id = key_id_of(key);
  if (!check_pair(certificates, id ? id : "", certificate_file->label, key_file->label, error)) {
    gnutls_x509_privkey_deinit(key);
    return NULL;
  }
  g_autoptr(Identity) identity = identity_alloc(certificate_file, key_file, certificates);
  if (!import_key(identity, key, error) || !import_chain(identity, error))
    return NULL;
  return g_steal_pointer(&identity);
}

Identity *
identity_load(const char *certificate_path, const char *key_path, const char *password,
              GError **error)
{
  g_autoptr(FileContent) separate = NULL;
  g_autoptr(FileContent) file = file_content_read(certificate_path, FILE_SLOT_CERTIFICATE, error);
  if (!file)
    return NULL;
  g_autoptr(GPtrArray) certificates = certificate_blocks_parse(file, FILE_SLOT_CERTIFICATE, error);
  if (!certificates)
    return NULL;
  if (key_path) {
    separate = file_content_read(key_path, FILE_SLOT_KEY, error);
    if (!separate)
      return NULL;
  }
  const FileContent *key_file = separate ? separate : file;
  gnutls_x509_privkey_t key = private_key_open(key_file, password, error);
  return key ? join(file, key_file, certificates, key, error) : NULL;
}

Identity *
identity_ref(Identity *identity)
{
  g_atomic_ref_count_inc(&identity->references);
  return identity;
}

void
identity_unref(Identity *identity)
{
  if (!g_atomic_ref_count_dec(&identity->references))
    return;
  for (guint i = 0; i < identity->chain_length; i++)
    gnutls_pcert_deinit(&identity->chain[i]);
  g_free(identity->chain);
  if (identity->key)
    gnutls_privkey_deinit(identity->key);
  g_ptr_array_unref(identity->certificates);
  g_free(identity->certificate_path);
  g_free(identity->key_path);
  g_free(identity);
}

/* --- looking ---------------------------------------------------------------------------------- */

GPtrArray *
identity_certificates(const Identity *identity)
{
  return identity->certificates;
}

const char *
identity_certificate_path(const Identity *identity)
{
  return identity->certificate_path;
}

const char *
identity_key_path(const Identity *identity)
{
  return identity->key_path;
}

gnutls_pcert_st *
identity_gnutls_chain(const Identity *identity, unsigned *count)
{
  *count = identity->chain_length;
  return identity->chain;
}

gnutls_privkey_t
identity_gnutls_key(const Identity *identity)
{
  return identity->key;
}
