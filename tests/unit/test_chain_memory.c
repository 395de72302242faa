/* core/chain_memory.h and the text of core/seen_chain.h: what comes back, and what must not. */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/chain_memory.h"
#include "unit/chain_stage.h"
#include "util/private_folder.h"

typedef struct {
  ChainStage chain;
  char *root, *folder; /* `folder` is not there yet */
  ChainMemory *memory;
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  chain_stage_setup(&stage->chain, NULL);
  stage->root = private_folder_new("mqtrust-chains", &error);
  g_assert_no_error(error);
  stage->folder = g_build_filename(stage->root, "state", "mqtrust", "chains", NULL);
  stage->memory = chain_memory_new(stage->folder);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  chain_memory_free(stage->memory);
  private_folder_remove(stage->root, NULL);
  g_free(stage->root);
  g_free(stage->folder);
  chain_stage_teardown(&stage->chain, NULL);
}

static void
store(Stage *stage, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SeenChain) chain = chain_stage_before(&stage->chain);
  g_assert_true(chain_memory_store(stage->memory, name, chain, &error));
  g_assert_no_error(error);
}

static gboolean
is_known(Stage *stage, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SeenChain) chain = chain_memory_load(stage->memory, name, &error);
  g_assert_no_error(error);
  return chain != NULL;
}

static char *
path_of(const Stage *stage, const char *file)
{
  return g_build_filename(stage->folder, file, NULL);
}

static mode_t
mode_of(const char *path)
{
  struct stat status;
  g_assert_cmpint(g_lstat(path, &status), ==, 0);
  return status.st_mode & 07777;
}

/* --- What comes back -------------------------------------------------------------------------- */

static void
test_nothing(Stage *stage, gconstpointer unused)
{
  g_assert_false(is_known(stage, "plant"));
  g_assert_cmpint(g_access(stage->folder, F_OK), !=, 0);
}

static void
test_round_trip(Stage *stage, gconstpointer unused)
{
  store(stage, "plant");
  g_autoptr(GError) error = NULL;
  g_autoptr(SeenChain) before = chain_stage_before(&stage->chain);
  g_autoptr(SeenChain) chain = chain_memory_load(stage->memory, "plant", &error);
  g_assert_no_error(error);
  g_assert_true(seen_chain_same(before, chain));
  g_assert_cmpstr(chain->target, ==, CHAIN_TARGET);
  g_assert_cmpint(chain->seen, ==, CHAIN_SEEN);
  g_assert_true(chain->rooted);
  g_assert_cmpuint(chain->path->len, ==, 3);
  g_assert_true(certificate_equal(chain->path->pdata[2], stage->chain.root->certificate));
  g_autofree char *path = path_of(stage, "plant.pem");
  g_assert_cmpuint(mode_of(path), ==, 0600);
  g_assert_cmpuint(mode_of(stage->folder), ==, 0700);
}

static void
test_replaced(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  store(stage, "plant");
  g_autoptr(SeenChain) other =
      chain_stage_seen(CHAIN_SEEN + 5, stage->chain.root, stage->chain.intermediate, NULL);
  g_assert_true(chain_memory_store(stage->memory, "plant", other, &error));
  g_autoptr(SeenChain) chain = chain_memory_load(stage->memory, "plant", &error);
  g_assert_true(seen_chain_same(other, chain));
  g_assert_cmpint(chain->seen, ==, CHAIN_SEEN + 5);
}

static void
test_forget_and_rename(Stage *stage, gconstpointer unused)
{
  store(stage, "plant");
  chain_memory_rename(stage->memory, "plant", "works");
  g_assert_false(is_known(stage, "plant"));
  g_assert_true(is_known(stage, "works"));
  chain_memory_forget(stage->memory, "works");
  g_assert_false(is_known(stage, "works"));
  /* What another connection left under the name is not this one's. */
  store(stage, "old");
  chain_memory_rename(stage->memory, "plant", "old");
  g_assert_false(is_known(stage, "old"));
}

/* A name that is a way out of the folder is none of a connection. */
static void
test_names(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SeenChain) chain = chain_stage_before(&stage->chain);
  g_assert_false(chain_memory_store(stage->memory, "../out", chain, &error));
  g_assert_nonnull(strstr(error->message, "the connection's name cannot be that of a file"));
  g_assert_false(is_known(stage, "../out"));
  chain_memory_forget(stage->memory, "../out");
  store(stage, "plant");
  chain_memory_rename(stage->memory, "plant", "../out");
  g_assert_true(is_known(stage, "plant"));
}

static void
test_not_writable(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SeenChain) chain = chain_stage_before(&stage->chain);
  g_autofree char *file = g_build_filename(stage->root, "state", NULL);
  g_assert_true(g_file_set_contents(file, "a file, where a folder is needed", -1, NULL));
  g_assert_false(chain_memory_store(stage->memory, "plant", chain, &error));
  g_assert_true(g_str_has_prefix(error->message, stage->folder));
  g_assert_false(is_known(stage, "plant"));
}

/* --- What others put there -------------------------------------------------------------------- */

static void
assert_ignored(Stage *stage, const char *reason)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SeenChain) chain = chain_memory_load(stage->memory, "plant", &error);
  g_assert_null(chain);
  g_assert_nonnull(error);
  g_autofree char *path = path_of(stage, "plant.pem");
  g_assert_true(g_str_has_prefix(error->message, path));
  if (strstr(error->message, reason) == NULL)
    g_error("\"%s\" is not said: %s", reason, error->message);
}

static void
assert_text_ignored(Stage *stage, const char *text, gssize length, const char *reason)
{
  g_autofree char *path = path_of(stage, "plant.pem");
  g_assert_true(g_file_set_contents(path, text, length, NULL));
  assert_ignored(stage, reason);
}

/* (transfer full): the stored text with `from` replaced. */
static char *
changed(const char *text, const char *from, const char *to)
{
  g_assert_nonnull(strstr(text, from));
  g_autoptr(GString) out = g_string_new(text);
  g_string_replace(out, from, to, 1);
  return g_strdup(out->str);
}

static void
test_hostile_head(Stage *stage, gconstpointer unused)
{
  static const struct {
    const char *from, *to, *reason;
  } cases[] = {
      {"mqtrust chain: 1", "mqtrust chain: 2", "does not begin as such a file does"},
      {"target: ", "target:", "first lines are damaged"},
      {"seen: 1795269780", "seen: -1", "a number that cannot be"},
      {"seen: 1795269780", "seen: 99999999999999999999", "a number that cannot be"},
      {"seen: 1795269780", "seen: ", "a number that cannot be"},
      {"sent: 2", "sent: 0", "a number that cannot be"},
      {"sent: 2", "sent: 33", "a number that cannot be"},
      {"sent: 2", "sent: 4294967298", "a number that cannot be"},
      {"sent: 2", "sent: 5", "too few or too many certificates"},
      {"sent: 2\npath: 3", "sent: 1\npath: 4",
       "does not begin with the certificate that was sent first"},
      {"sent: 2\n", "sent: 2\nmore: 1\n", "first lines are damaged"},
      {"path: 3\n", "path: 3\nmore: 1\n", "first lines are damaged"},
      {"path: 3\n", "path: 2\n", "too few or too many certificates"},
      {"path: 3\n", "path: 0\n", "a number that cannot be"},
      {"path: 3\n", "path: 33\n", "a number that cannot be"},
  };
  store(stage, "plant");
  g_autofree char *path = path_of(stage, "plant.pem"), *good = NULL;
  g_assert_true(g_file_get_contents(path, &good, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = changed(good, cases[i].from, cases[i].to);
    assert_text_ignored(stage, text, -1, cases[i].reason);
  }
}

static void
test_hostile_content(Stage *stage, gconstpointer unused)
{
  static const char nul[] = "mqtrust chain: 1\0target: x\n";
  g_autofree char *path = path_of(stage, "plant.pem"), *good = NULL;
  store(stage, "plant");
  g_assert_true(g_file_get_contents(path, &good, NULL, NULL));
  assert_text_ignored(stage, "", 0, "does not begin");
  assert_text_ignored(stage, nul, sizeof nul - 1, "does not begin");
  assert_text_ignored(stage, "mqtrust chain: 1\n", -1, "first lines are damaged");
  assert_text_ignored(stage, "mqtrust chain: 1\ntarget: x\nseen: 1\nsent: 1\npath: 1\n", -1,
                      "damaged");
  /* Cut off at every 100th byte. */
  for (gsize i = 1; i < strlen(good) - 1; i += 100)
    assert_text_ignored(stage, good, (gssize)i, "");
  g_autofree char *base64 = changed(good, "MII", "!!!");
  assert_text_ignored(stage, base64, -1, "");
  g_autofree char *key = changed(good, "BEGIN CERTIFICATE", "BEGIN PRIVATE KEY");
  assert_text_ignored(stage, key, -1, "");
}

static void
test_too_large(Stage *stage, gconstpointer unused)
{
  g_autofree char *path = path_of(stage, "plant.pem"), *good = NULL;
  store(stage, "plant");
  g_assert_true(g_file_get_contents(path, &good, NULL, NULL));
  g_autofree char *rest = g_strnfill(SEEN_CHAIN_TEXT_MAX, '\n');
  g_autofree char *text = g_strconcat(good, rest, NULL);
  assert_text_ignored(stage, text, -1, "larger than 1 MiB");
}

/* More of a path than is ever written. */
static void
test_too_many(Stage *stage, gconstpointer unused)
{
  g_autofree char *pem = certificate_to_pem(stage->chain.leaf->certificate);
  g_autoptr(GString) text =
      g_string_new("mqtrust chain: 1\ntarget: x\nseen: 1\nsent: 1\npath: 32\n");
  for (int i = 0; i < SEEN_CHAIN_MAX + 2; i++)
    g_string_append(text, pem);
  store(stage, "plant");
  assert_text_ignored(stage, text->str, -1, "too few or too many certificates");
}

/* What is shown of it later is safe, whatever stood there. */
static void
test_target_is_safe(Stage *stage, gconstpointer unused)
{
  g_autofree char *path = path_of(stage, "plant.pem"), *good = NULL;
  g_autoptr(GError) error = NULL;
  store(stage, "plant");
  g_assert_true(g_file_get_contents(path, &good, NULL, NULL));
  g_autofree char *text = changed(good, "target: mqtts", "target: \033[2Jmqtts");
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
  g_autoptr(SeenChain) chain = chain_memory_load(stage->memory, "plant", &error);
  g_assert_no_error(error);
  g_assert_cmpstr(chain->target, ==, "\\e[2J" CHAIN_TARGET);
}

static void
test_no_file(Stage *stage, gconstpointer unused)
{
  g_autofree char *path = path_of(stage, "plant.pem"), *other = path_of(stage, "other.pem");
  store(stage, "other");
  g_assert_cmpint(symlink(other, path), ==, 0);
  assert_ignored(stage, "it is a link");
  g_assert_cmpint(g_unlink(path), ==, 0);
  g_assert_cmpint(mkfifo(path, 0600), ==, 0);
  assert_ignored(stage, "it is not a file");
  g_assert_cmpint(g_unlink(path), ==, 0);
  g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
  assert_ignored(stage, "it is not a file");
}

/* --- Where ------------------------------------------------------------------------------------ */

static void
test_folder(void)
{
  g_autofree char *state = g_strdup(g_getenv("XDG_STATE_HOME"));
  g_setenv("XDG_STATE_HOME", "/x/state", TRUE);
  g_autofree char *set = chain_memory_folder();
  g_assert_cmpstr(set, ==, "/x/state/mqtrust/chains");
  g_setenv("XDG_STATE_HOME", "relative", TRUE);
  g_autofree char *relative = chain_memory_folder();
  g_autofree char *home =
      g_build_filename(g_get_home_dir(), ".local", "state", "mqtrust", "chains", NULL);
  g_assert_cmpstr(relative, ==, home);
  if (state != NULL)
    g_setenv("XDG_STATE_HOME", state, TRUE);
}

#define MEMORY_TEST(name)                                                                          \
  g_test_add("/chain-memory/" #name, Stage, NULL, setup, test_##name, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  MEMORY_TEST(nothing);
  MEMORY_TEST(round_trip);
  MEMORY_TEST(replaced);
  MEMORY_TEST(forget_and_rename);
  MEMORY_TEST(names);
  MEMORY_TEST(not_writable);
  MEMORY_TEST(hostile_head);
  MEMORY_TEST(hostile_content);
  MEMORY_TEST(too_large);
  MEMORY_TEST(too_many);
  MEMORY_TEST(target_is_safe);
  MEMORY_TEST(no_file);
  g_test_add_func("/chain-memory/folder", test_folder);
  return g_test_run();
}
