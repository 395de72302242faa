/* No copy of a key or a password is left behind in memory that is given back, while certificates
 * are made and written. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "trust/pki_files.h"
#include "unit/free_watch.h"
#include "util/private_folder.h"

#define NOW G_GINT64_CONSTANT(1795000000) /* 2026-11-18 */
#define CA_PASSWORD "correct horse battery staple"
#define PASSWORD "sesame open, said Ali Baba"

typedef struct {
  char *folder, *ca, *ca_key, *key;
} Stage;

/* Carries the order out and writes all files of NAME. */
static void
make(const Stage *stage, const PkiOrder *order, const char *name, gboolean pkcs12)
{
  const PkiFilesOrder files_order = {.folder = stage->folder,
                                     .name = name,
                                     .key_password = order->key_password,
                                     .pkcs12 = pkcs12,
                                     .pkcs12_password = PASSWORD};
  g_autoptr(GError) error = NULL;
  g_autoptr(PkiResult) result = pki_carry_out(order, &error);
  g_assert_no_error(error);
  g_autoptr(GPtrArray) files = pki_files_write(result, &files_order, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(files->len, >=, 1);
}

static PkiOrder
client_order(const Stage *stage)
{
  return (PkiOrder){.action = PKI_MAKE,
                    .has_role = TRUE,
                    .role = PKI_CLIENT,
                    .subject = "CN=Client",
                    .ca_path = stage->ca,
                    .ca_key_path = stage->ca_key,
                    .ca_password = CA_PASSWORD,
                    .path_length = -1,
                    .now = NOW};
}

/* A CA whose key is encrypted, and a client's key that is not. */
static void
setup(Stage *stage, gconstpointer unused)
{
  const PkiOrder ca = {.action = PKI_MAKE,
                       .has_role = TRUE,
                       .role = PKI_ROOT,
                       .subject = "CN=CA",
                       .key_password = CA_PASSWORD,
                       .path_length = -1,
                       .now = NOW};
  stage->folder = private_folder_new("mqtrust-pki-secrets", NULL);
  g_assert_nonnull(stage->folder);
  stage->ca = g_build_filename(stage->folder, "ca.pem", NULL);
  stage->ca_key = g_build_filename(stage->folder, "ca.key", NULL);
  stage->key = g_build_filename(stage->folder, "plain.key", NULL);
  make(stage, &ca, "ca", FALSE);
  const PkiOrder client = client_order(stage);
  make(stage, &client, "plain", FALSE);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  g_assert_true(private_folder_remove(stage->folder, NULL));
  g_free(stage->folder);
  g_free(stage->ca);
  g_free(stage->ca_key);
  g_free(stage->key);
}

/* A line in the middle of the client's key. */
static void
watch_for_key(const Stage *stage)
{
  char line[41] = "";
  g_autofree char *pem = NULL;
  g_assert_true(g_file_get_contents(stage->key, &pem, NULL, NULL));
  g_assert_cmpint(sscanf(pem, "%*[^\n] %*s %40s", line), ==, 1);
  explicit_bzero(pem, strlen(pem)); /* it is not watched for itself */
  free_watch_for(line);
}

static void
test_new_key(Stage *stage, gconstpointer unused)
{
  PkiOrder order = client_order(stage);
  order.key_password = PASSWORD;
  if (!free_watch_is_possible())
    return;
  free_watch_for(CA_PASSWORD);
  free_watch_for(PASSWORD);
  make(stage, &order, "new", TRUE);
  g_assert_cmpuint(free_watch_end(), ==, 0);
}

static void
test_existing_key(Stage *stage, gconstpointer unused)
{
  PkiOrder order = client_order(stage);
  order.key_path = stage->key;
  if (!free_watch_is_possible())
    return;
  watch_for_key(stage);
  free_watch_for(CA_PASSWORD);
  free_watch_for(PASSWORD);
  make(stage, &order, "existing", TRUE);
  g_assert_cmpuint(free_watch_end(), ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/pki-secrets/new-key", Stage, NULL, setup, test_new_key, teardown);
  g_test_add("/pki-secrets/existing-key", Stage, NULL, setup, test_existing_key, teardown);
  return g_test_run();
}
