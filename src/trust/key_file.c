#include "config.h"

#include "trust/key_file.h"

#include "trust/key_label.h"
#include "trust/private_key.h"
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

char *
key_file_id(const char *path, const char *password, GError **error)
{
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
