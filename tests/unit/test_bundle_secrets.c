/* No copy of a key or a password is left behind in memory that is given back: while a broker's
 * files are made and written, each block is looked at just before it is freed. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/bundle_order.h"
#include "unit/bundle_stage.h"
#include "unit/free_watch.h"

#define PORT 8883
#define KEY_PASSWORD "sesame open, said Ali Baba"
#define STORE_PASSWORD "correct horse battery staple"

/* A line in the middle of a key's file. */
static void
watch_for_key(const BundleStage *stage, const char *name)
{
  char line[41] = "";
  g_autofree char *pem = bundle_stage_read(stage, name);
  g_assert_cmpint(sscanf(pem, "%*[^\n] %*s %40s", line), ==, 1);
  explicit_bzero(pem, strlen(pem)); /* it is not watched for itself */
  free_watch_for(line);
}

static void
make(const BundleStage *stage, BundleBroker broker, const char *key, const char *name)
{
  g_autofree char *folder = g_build_filename(stage->folder, name, NULL);
  const BundleOrder order = {.broker = broker,
                             .certificate = stage->cert,
                             .chain = stage->chain,
                             .key = key,
                             .password = KEY_PASSWORD,
                             .client_ca = stage->ca,
                             .port = PORT,
                             .folder = folder,
                             .path = "/etc/broker",
                             .store_password = STORE_PASSWORD,
                             .user = -1,
                             .group = -1,
                             .now = stage->now};
  g_autoptr(GError) error = NULL;
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_assert_nonnull(bundle->files);
  g_assert_true(bundle_order_write(&order, bundle, FALSE, &error));
  g_assert_no_error(error);
}

/* Makes them with this key, and watches for what is in `name` and for both passwords. */
static void
watch_making(const BundleStage *stage, BundleBroker broker, const char *key, const char *name)
{
  watch_for_key(stage, name);
  free_watch_for(STORE_PASSWORD);
  free_watch_for(KEY_PASSWORD);
  make(stage, broker, key, "watched");
  g_assert_cmpuint(free_watch_end(), ==, 0);
}

static void
test_broker(gconstpointer data)
{
  BundleBroker broker = (BundleBroker)GPOINTER_TO_INT(data);
  BundleStage stage;
  if (!free_watch_is_possible())
    return;
  bundle_stage_init(&stage, 1800000000, PKI_KEY_RSA_2048);
  watch_making(&stage, broker, stage.key, "server.key");
  bundle_stage_clear(&stage);
}

/* A key that is opened is written anew: what it is then is known from the first time. */
static void
test_encrypted_key(void)
{
  BundleStage stage;
  if (!free_watch_is_possible())
    return;
  bundle_stage_init(&stage, 1800000000, PKI_KEY_RSA_2048);
  g_autofree char *key = bundle_stage_write_key(&stage, "closed.key", stage.server, KEY_PASSWORD);
  make(&stage, BUNDLE_EMQX, key, "first");
  watch_making(&stage, BUNDLE_EMQX, key, "first/key.pem");
  bundle_stage_clear(&stage);
}

/* That it looks at all. */
static void
test_looks(void)
{
  if (!free_watch_is_possible())
    return;
  free_watch_for(STORE_PASSWORD);
  g_free(g_strdup(STORE_PASSWORD));
  g_assert_cmpuint(free_watch_end(), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bundle-secrets/looks", test_looks);
  g_test_add_func("/bundle-secrets/encrypted-key", test_encrypted_key);
  for (int broker = 0; broker < BUNDLE_BROKERS; broker++) {
    g_autofree char *path =
        g_strdup_printf("/bundle-secrets/%s", bundle_broker_word((BundleBroker)broker));
    g_test_add_data_func(path, GINT_TO_POINTER(broker), test_broker);
  }
  return g_test_run();
}
