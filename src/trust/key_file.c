#include "config.h"

#include "trust/key_file.h"

#include "trust/certificate_file.h"
#include "trust/key_label.h"
#include "trust/private_key.h"
#include "trust/token.h"
#include "trust/trust_error.h"

static char *
id_of(gnutls_x509_privkey_t key)
{
  gnutls_pubkey_t public = private_key_public(key);
  char *id = public ? key_label_id(public) : NULL;
  if (public)
    gnutls_pubkey_deinit(public);
  return id;
}

static char *
id_on_token(const char *uri, const char *pin, GError **error)
{
  gnutls_privkey_t key = token_key(uri, pin, error);
  if (!key)
    return NULL;
  char *id = token_key_id(key);
  gnutls_privkey_deinit(key);
  return id ? id : g_strdup("");
}

char *
key_file_id(const char *path, const char *password, GError **error)
{
  if (token_is_uri(path))
    return id_on_token(path, password, error);
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_KEY, error);
  gnutls_x509_privkey_t key = content ? private_key_open(content, password, error) : NULL;
  if (!key)
    return NULL;
  char *id = id_of(key);
  gnutls_x509_privkey_deinit(key);
  if (!id)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY,
                "The key in %s has no public half that could be computed; make a key of another "
                "type.",
                content->label);
  return id;
}

GPtrArray *
key_file_certificates(const char *path, const char *password, GError **error)
{
  return token_is_uri(path) ? token_certificates(path, password, error)
                            : certificate_file_read(path, error);
}

gboolean
key_file_lacks_token(const char *path)
{
  return token_is_uri(path) && !token_is_present(path);
}

gboolean
key_file_holds_key(const char *path)
{
  if (token_is_uri(path))
    return FALSE;

  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_ANY, NULL);
  return content && (file_content_count(content, CONTENT_KEY) > 0 ||
                     file_content_count(content, CONTENT_ENCRYPTED_KEY) > 0);
}
