/* No copy of a key or a password is left behind in memory that is given back: while a broker's
 * files are made and written, each block is looked at just before it is freed. */
#include "config.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <malloc.h>
#include <string.h>

#include "core/bundle_order.h"
#include "unit/bundle_stage.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_FREE FALSE /* the sanitizer has its own */
#elif defined(__GLIBC__)
#define OWN_FREE TRUE
#else
#define OWN_FREE FALSE
#endif

#define PORT 8883
#define KEY_PASSWORD "sesame open, said Ali Baba"
#define STORE_PASSWORD "correct horse battery staple"

/* What no freed block may hold; the lengths are 0 while nobody looks. */
static char needles[3][64];
static gsize lengths[G_N_ELEMENTS(needles)];
static guint left_behind;

#if OWN_FREE
extern void __libc_free(void *memory);

/* What GnuTLS frees of its own is not ours to wipe. */
static gboolean
is_ours(const void *caller)
{
  Dl_info info;
  return dladdr(caller, &info) == 0 || !strstr(info.dli_fname, ".so") ||
         strstr(info.dli_fname, "libglib");
}

static void
look_at(const void *memory, const void *caller)
{
  for (gsize i = 0; i < G_N_ELEMENTS(needles); i++)
    if (memory && lengths[i] > 0 &&
        memmem(memory, malloc_usable_size((void *)memory), needles[i], lengths[i]) &&
        is_ours(caller))
      left_behind++;
}

void
free(void *memory)
{
  look_at(memory, __builtin_return_address(0));
  __libc_free(memory);
}

/* Always to another place: what a growing text leaves behind is not a matter of luck. */
void *
realloc(void *memory, size_t size)
{
  void *moved = malloc(size);
  if (memory && moved)
    memcpy(moved, memory, MIN(malloc_usable_size(memory), size));
  look_at(memory, __builtin_return_address(0));
  __libc_free(memory);
  return moved;
}
#endif

static void
look_for(guint place, const char *secret)
{
  g_strlcpy(needles[place], secret, sizeof needles[place]);
  lengths[place] = strlen(needles[place]);
}

static void
stop_looking(void)
{
  memset(lengths, 0, sizeof lengths);
}

/* A line in the middle of a key's file. */
static void
look_for_key(const BundleStage *stage, const char *name)
{
  g_autofree char *pem = bundle_stage_read(stage, name);
  g_auto(GStrv) lines = g_strsplit(pem, "\n", -1);
  g_assert_cmpuint(strlen(lines[2]), ==, 64);
  lines[2][40] = '\0';
  look_for(0, lines[2]);
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

/* Makes them with this key, and looks for what is in `name` and for both passwords. */
static void
look_at_making(const BundleStage *stage, BundleBroker broker, const char *key, const char *name)
{
  look_for_key(stage, name);
  look_for(1, STORE_PASSWORD);
  look_for(2, KEY_PASSWORD);
  left_behind = 0;
  make(stage, broker, key, "looked-at");
  stop_looking();
  g_assert_cmpuint(left_behind, ==, 0);
}

static gboolean
can_look(void)
{
  if (!OWN_FREE)
    g_test_skip("a sanitizer frees here");
  return OWN_FREE;
}

static void
test_broker(gconstpointer data)
{
  BundleBroker broker = (BundleBroker)GPOINTER_TO_INT(data);
  BundleStage stage;
  if (!can_look())
    return;
  bundle_stage_init(&stage, 1800000000, PKI_KEY_RSA_2048);
  look_at_making(&stage, broker, stage.key, "server.key");
  bundle_stage_clear(&stage);
}

/* A key that is opened is written anew: what it is then is known from the first time. */
static void
test_encrypted_key(void)
{
  BundleStage stage;
  if (!can_look())
    return;
  bundle_stage_init(&stage, 1800000000, PKI_KEY_RSA_2048);
  g_autofree char *key = bundle_stage_write_key(&stage, "closed.key", stage.server, KEY_PASSWORD);
  make(&stage, BUNDLE_EMQX, key, "first");
  look_at_making(&stage, BUNDLE_EMQX, key, "first/key.pem");
  bundle_stage_clear(&stage);
}

/* That it looks at all. */
static void
test_looks(void)
{
  if (!can_look())
    return;
  look_for(1, STORE_PASSWORD);
  left_behind = 0;
  char *copy = g_strdup(STORE_PASSWORD);
  g_free(copy);
  stop_looking();
  g_assert_cmpuint(left_behind, ==, 1);
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
