#include "config.h"

#include "unit/local_stage.h"

#include <glib/gstdio.h>

#include "util/secret.h"

PkiPair *
issue(PkiRole role, PkiKeyType type, const char *name, const PkiPair *issuer, gint64 from,
      gint64 to)
{
  PkiTemplate template = {.role = role,
                          .key_type = type,
                          .common_name = name,
                          .not_before = from,
                          .not_after = to,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

PkiPair *
client_of(const char *name, const PkiPair *issuer)
{
  return issue(PKI_CLIENT, PKI_KEY_ECDSA_P256, name, issuer, FILES_START, FILES_END);
}

PkiPair *
authority(PkiRole role, const char *name, const PkiPair *issuer)
{
  return issue(role, PKI_KEY_ECDSA_P256, name, issuer, FILES_START, FILES_END);
}

static char *
pem_of(const PkiPair *pair)
{
  return certificate_to_pem(pki_pair_certificate(pair));
}

char *
write_key(Stage *stage, const char *name, const PkiPair *pair, const char *password)
{
  secret_auto pem = pki_pair_key_pem(pair, password, NULL);
  char *path = files_write(&stage->files, name, pem, -1);
  g_assert_cmpint(g_chmod(path, 0600), ==, 0);
  return path;
}

char *
write_pem(Stage *stage, const char *name, const PkiPair *pair)
{
  g_autofree char *pem = pem_of(pair);
  return files_write(&stage->files, name, pem, -1);
}

void
use(char **place, char *path)
{
  g_free(*place);
  *place = path;
}

/* Writes into one file. */
void
write_list(Stage *stage, const char *name, const PkiPair *const *pairs, guint count)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < count; i++) {
    g_autofree char *pem = pem_of(pairs[i]);
    g_string_append(text, pem);
  }
  g_free(files_write(&stage->files, name, text->str, -1));
}

void
local_stage_setup(Stage *stage, gconstpointer unused)
{
  files_setup(&stage->files, NULL);
  stage->root = files_write(&stage->files, "root.pem", stage->files.root_pem, -1);
  stage->certificate = files_write(&stage->files, "client.pem", stage->files.client_pem, -1);
  stage->key = files_write(&stage->files, "client.key", stage->files.client_key, -1);
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  stage->profile = profile_new();
  stage->profile->trust = TRUST_FILE;
  use(&stage->profile->ca_path, g_strdup(stage->root));
  use(&stage->profile->certificate_path, g_strdup(stage->certificate));
  use(&stage->profile->key_path, g_strdup(stage->key));
}

void
local_stage_teardown(Stage *stage, gconstpointer unused)
{
  profile_free(stage->profile);
  g_free(stage->root);
  g_free(stage->certificate);
  g_free(stage->key);
  files_teardown(&stage->files, NULL);
}

char *
replace(const char *text, const char *what, const char *with)
{
  g_auto(GStrv) parts = g_strsplit(text, what, -1);
  return g_strjoinv(with, parts);
}
