#include "config.h"

#include "unit/trust_files.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "trust/trust_error.h"
#include "util/private_folder.h"
#include "util/secret.h"

static PkiPair *
make(PkiRole role, const char *name, const PkiPair *issuer)
{
  PkiTemplate template = {.role = role,
                          .key_type = PKI_KEY_ECDSA_P256,
                          .common_name = name,
                          .not_before = FILES_START,
                          .not_after = FILES_END,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

void
files_setup(Files *files, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  files->folder = private_folder_new("mqtrust-files", &error);
  g_assert_no_error(error);
  files->root = make(PKI_ROOT, "Test CA", NULL);
  files->client = make(PKI_CLIENT, "Client", files->root);
  files->root_pem = certificate_to_pem(pki_pair_certificate(files->root));
  files->client_pem = certificate_to_pem(pki_pair_certificate(files->client));
  files->client_key = pki_pair_key_pem(files->client, NULL, &error);
  g_assert_no_error(error);
}

void
files_teardown(Files *files, gconstpointer unused)
{
  private_folder_remove(files->folder, NULL);
  g_free(files->folder);
  pki_pair_free(files->root);
  pki_pair_free(files->client);
  g_free(files->root_pem);
  g_free(files->client_pem);
  secret_free(files->client_key);
}

char *
files_write(Files *files, const char *name, const void *bytes, gssize length)
{
  g_autoptr(GError) error = NULL;
  char *path = g_build_filename(files->folder, name, NULL);
  g_assert_true(g_file_set_contents(path, bytes, length, &error));
  g_assert_no_error(error);
  return path;
}

GBytes *
files_der(const char *pem)
{
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  g_assert_cmpint(gnutls_pem_base64_decode2(NULL, &text, &der), >=, 0);
  GBytes *bytes = g_bytes_new(der.data, der.size);
  gnutls_free(der.data);
  return bytes;
}

void
files_assert_error(GError **error, int code, const char *path, const char *part)
{
  g_assert_nonnull(*error);
  g_test_message("%s: %s", trust_error_code((*error)->code), (*error)->message);
  g_assert_error(*error, TRUST_ERROR, code);
  g_assert_nonnull(strstr((*error)->message, path));
  g_assert_nonnull(strstr((*error)->message, part));
  g_assert_nonnull(strstr((*error)->message, "; ")); /* and the remedy behind it */
  g_assert_true(g_str_has_suffix((*error)->message, "."));
  g_clear_error(error);
}
