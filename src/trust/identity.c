#include "config.h"

#include "trust/identity.h"

#include "trust/certificate_blocks.h"
#include "trust/gnutls_bridge.h"
#include "trust/key_label.h"
#include "trust/inspection.h"
#include "trust/private_key.h"
#include "trust/token.h"
#include "trust/trust_error.h"
#include "util/secret.h"

struct Identity {
  gatomicrefcount references;
  char *certificate_path, *key_path; /* safe text */
  GPtrArray *certificates;
  gnutls_pcert_st *chain;
  guint chain_length;
  gnutls_privkey_t key;
  char *pin; /* a secret; of a token's key, which may ask for it again; or NULL */
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
static gnutls_privkey_t
import_key(gnutls_x509_privkey_t key, const char *label, GError **error)
{
  gnutls_privkey_t abstract = NULL;
  int result = gnutls_privkey_init(&abstract);
  if (result >= 0)
    result = gnutls_privkey_import_x509(abstract, key, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
  if (result >= 0)
    return abstract;
  if (abstract)
    gnutls_privkey_deinit(abstract);
  gnutls_x509_privkey_deinit(key);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY,
              "The key in %s cannot be used: %s; make a key of another type.", label,
              gnutls_strerror(result));
  return NULL;
}

/* --- loading ---------------------------------------------------------------------------------- */

/* The key, and its id in `key_id` (transfer full; NULL: a token that does not tell). */
static gboolean
load_key_file(Identity *identity, const FileContent *content, const char *password, char **key_id,
              GError **error)
{
  gnutls_x509_privkey_t key = private_key_open(content, password, error);
  if (!key)
    return FALSE;
  *key_id = key_id_of(key);
  if (!*key_id)
    *key_id = g_strdup("");
  identity->key = import_key(key, identity->key_path, error);
  return identity->key != NULL;
}

static gboolean
load_token_key(Identity *identity, const char *uri, const char *password, char **key_id,
               GError **error)
{
  secret_set(&identity->pin, password);
  identity->key = token_key(uri, identity->pin, error);
  if (!identity->key)
    return FALSE;
  *key_id = token_key_id(identity->key);
  return TRUE;
}

/* `content` is the certificate file's: the key may be in it. */
static gboolean
load_key(Identity *identity, const char *path, const FileContent *content, const char *password,
         char **key_id, GError **error)
{
  if (token_is_uri(path))
    return load_token_key(identity, path, password, key_id, error);
  if (content)
    return load_key_file(identity, content, password, key_id, error);
  g_autoptr(FileContent) separate = file_content_read(path, FILE_SLOT_KEY, error);
  return separate && load_key_file(identity, separate, password, key_id, error);
}

static gboolean
load_certificates(Identity *identity, const char *path, const char *password, FileContent **content,
                  GError **error)
{
  if (token_is_uri(path)) {
    identity->certificates = token_certificates(path, password, error);
    return identity->certificates != NULL;
  }
  *content = file_content_read(path, FILE_SLOT_CERTIFICATE, error);
  if (*content)
    identity->certificates = certificate_blocks_parse(*content, FILE_SLOT_CERTIFICATE, error);
  return identity->certificates != NULL;
}

static Identity *
identity_alloc(const char *certificate_path, const char *key_path)
{
  Identity *identity = g_new0(Identity, 1);
  g_atomic_ref_count_init(&identity->references);
  identity->certificate_path = inspection_label(certificate_path);
  identity->key_path = inspection_label(key_path);
  return identity;
}

Identity *
identity_load(const char *certificate_path, const char *key_path, const char *password,
              GError **error)
{
  const char *key_place = key_path ? key_path : certificate_path;
  g_autoptr(FileContent) content = NULL;
  g_autofree char *key_id = NULL;
  g_autoptr(Identity) identity = identity_alloc(certificate_path, key_place);
  if (!load_certificates(identity, certificate_path, password, &content, error) ||
      !load_key(identity, key_place, key_path ? NULL : content, password, &key_id, error))
    return NULL;
  if (key_id && !check_pair(identity->certificates, key_id, identity->certificate_path,
                            identity->key_path, error))
    return NULL;
  return import_chain(identity, error) ? g_steal_pointer(&identity) : NULL;
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
  g_clear_pointer(&identity->certificates, g_ptr_array_unref);
  secret_free(identity->pin);
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
