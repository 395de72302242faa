/* Files that are written all or none, when everything goes wrong: each system call fails once, the
 * process is killed before each, signals come, links are planted, two write at once. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/fault_injector.h"
#include "util/file_set.h"
#include "util/private_folder.h"

static const char *const names[] = {"ca.pem", "cert.pem", "key.pem"};

typedef struct {
  char *folder;  /* of the test */
  char *out;     /* that is written to */
  gboolean flat; /* without the flags of renameat2() */
  const char *generation;
  gboolean replace;
  char *sentence; /* of the last error */
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  stage->folder = private_folder_new("mqtrust-set", &error);
  g_assert_no_error(error);
  stage->out = g_build_filename(stage->folder, "out", NULL);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->out);
  g_free(stage->sentence);
}

/* --- writing ---------------------------------------------------------------------------------- */

static char *
content_of(const char *name, const char *generation)
{
  return g_strdup_printf("%s %s\n", generation, name);
}

static FileSet *
set_of(const char *folder, const char *generation)
{
  FileSet *set = file_set_new(folder);
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *text = content_of(names[i], generation);
    file_set_add(set, names[i], text, g_str_equal(names[i], "key.pem") ? 0600 : 0644);
  }
  return set;
}

/* Whether it was written; what was said is kept. */
static gboolean
write_generation(Stage *stage, const char *generation, gboolean replace)
{
  g_autoptr(FileSet) set = set_of(stage->out, generation);
  g_autoptr(GError) error = NULL;
  gboolean good = file_set_write(set, replace, &error);
  g_assert_cmpint(good, ==, error == NULL);
  g_free(stage->sentence);
  stage->sentence = g_strdup(error ? error->message : NULL);
  return good;
}

static int
work(gpointer data)
{
  Stage *stage = data;
  if (stage->flat)
    fault_injector_without_flags();
  return write_generation(stage, stage->generation, stage->replace) ? 0 : 2;
}

/* --- looking ---------------------------------------------------------------------------------- */

static guint
count_entries(const char *folder)
{
  g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
  guint count = 0;
  while (open && g_dir_read_name(open))
    count++;
  return count;
}

/* Every file has this generation's content and its mode, and there is nothing beside them. */
static void
assert_all(const Stage *stage, const char *generation)
{
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(stage->out, names[i], NULL), *text = NULL;
    g_autofree char *expected = content_of(names[i], generation);
    struct stat status;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpint(lstat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 07777, ==, g_str_equal(names[i], "key.pem") ? 0600 : 0644);
  }
  g_assert_cmpuint(count_entries(stage->out), ==, G_N_ELEMENTS(names));
}

/* Every place has the whole of one or the other, or with `empty` nothing; what is hidden and may be
 * a key is for nobody else. */
static void
assert_whole(const Stage *stage, const char *one, const char *other, gboolean empty)
{
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(stage->out, names[i], NULL), *text = NULL;
    g_autofree char *a = content_of(names[i], one), *b = content_of(names[i], other);
    gboolean there = g_file_get_contents(path, &text, NULL, NULL);
    g_assert_true(there || empty);
    g_assert_true(!there || g_str_equal(text, a) || g_str_equal(text, b));
  }
  g_autoptr(GDir) open = g_dir_open(stage->out, 0, NULL);
  for (const char *name = open ? g_dir_read_name(open) : NULL; name; name = g_dir_read_name(open)) {
    g_autofree char *path = g_build_filename(stage->out, name, NULL);
    struct stat status;
    g_assert_cmpint(lstat(path, &status), ==, 0);
    g_assert_true(!strstr(name, "key") || (status.st_mode & 0077) == 0);
  }
}

static gboolean
is_denied(void)
{
  if (fault_injector_works())
    return FALSE;
  g_test_skip("this machine lets no process count another one's system calls");
  return TRUE;
}

/* --- each call fails -------------------------------------------------------------------------- */

static guint
count_calls(Stage *stage)
{
  const Injection nothing = {0};
  InjectionResult result = fault_injector_run(&nothing, work, stage);
  g_assert_true(WIFEXITED(result.status));
  g_assert_cmpint(WEXITSTATUS(result.status), ==, 0);
  assert_all(stage, stage->generation);
  return result.calls;
}

/* Where it is no loss, a call may fail and the files be written all the same. */
static guint
fail_each(Stage *stage, guint calls, const char *before)
{
  guint failed = 0;
  for (guint call = 1; call <= calls; call++) {
    const Injection injection = {INJECT_ERROR, call, EIO};
    if (!before)
      private_folder_remove(stage->out, NULL);
    else
      g_assert_true(write_generation(stage, before, TRUE));
    InjectionResult result = fault_injector_run(&injection, work, stage);
    g_assert_true(WIFEXITED(result.status));
    if (WEXITSTATUS(result.status) == 0) {
      assert_all(stage, stage->generation);
      continue;
    }
    failed++;
    if (before)
      assert_all(stage, before);
    else
      g_assert_false(g_file_test(stage->out, G_FILE_TEST_EXISTS));
  }
  return failed;
}

static void
test_fail_new(Stage *stage, gconstpointer flat)
{
  if (is_denied())
    return;
  stage->generation = "new";
  stage->flat = flat != NULL;
  guint calls = count_calls(stage);
  g_assert_cmpuint(calls, >=, 1 + 3 * 5);
  g_assert_cmpuint(fail_each(stage, calls, NULL), >=, flat ? 1 + 3 * 5 - 1 : 1 + 3 * 5);
}

static void
test_fail_replace(Stage *stage, gconstpointer flat)
{
  if (is_denied())
    return;
  g_assert_true(write_generation(stage, "old", FALSE));
  stage->generation = "new";
  stage->replace = TRUE;
  stage->flat = flat != NULL;
  guint calls = count_calls(stage);
  g_assert_cmpuint(fail_each(stage, calls, "old"), >=, 3 * 5);
}

/* --- it is killed before each ----------------------------------------------------------------- */

static void
test_kill(Stage *stage, gconstpointer flat)
{
  if (is_denied())
    return;
  g_assert_true(write_generation(stage, "old", FALSE));
  stage->generation = "new";
  stage->replace = TRUE;
  stage->flat = flat != NULL;
  guint calls = count_calls(stage);
  for (guint call = 1; call <= calls; call++) {
    const Injection injection = {INJECT_SIGNAL, call, SIGKILL};
    g_assert_true(write_generation(stage, "old", TRUE));
    assert_all(stage, "old"); /* what the run before has left is gone */
    InjectionResult result = fault_injector_run(&injection, work, stage);
    g_assert_true(WIFSIGNALED(result.status));
    assert_whole(stage, "old", "new", FALSE);
  }
}

static void
test_kill_new(Stage *stage, gconstpointer unused)
{
  if (is_denied())
    return;
  stage->generation = "new";
  guint calls = count_calls(stage);
  for (guint call = 1; call <= calls; call++) {
    const Injection injection = {INJECT_SIGNAL, call, SIGKILL};
    private_folder_remove(stage->out, NULL);
    InjectionResult result = fault_injector_run(&injection, work, stage);
    g_assert_true(WIFSIGNALED(result.status));
    assert_whole(stage, "new", "new", TRUE);
    g_assert_true(write_generation(stage, "old", TRUE));
    assert_all(stage, "old");
  }
}

/* A signal to end waits until all is done, and is then heard. */
static void
test_end(Stage *stage, gconstpointer unused)
{
  static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
  if (is_denied())
    return;
  g_assert_true(write_generation(stage, "old", FALSE));
  stage->generation = "new";
  stage->replace = TRUE;
  guint calls = count_calls(stage);
  for (guint call = 1; call <= calls; call++) {
    const Injection injection = {INJECT_SIGNAL, call, numbers[call % G_N_ELEMENTS(numbers)]};
    g_assert_true(write_generation(stage, "old", TRUE));
    InjectionResult result = fault_injector_run(&injection, work, stage);
    g_assert_true(WIFSIGNALED(result.status));
    g_assert_cmpint(WTERMSIG(result.status), ==, injection.number);
    assert_all(stage, "new");
  }
}

/* --- limits and modes ------------------------------------------------------------------------- */

static int
write_limited(gpointer data)
{
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_FSIZE, &none);
  int status = work(data);
  return status == 2 && strstr(((Stage *)data)->sentence, "File too large") ? 2 : 1;
}

/* Without the limit's signal, which ends a program that does not know it. */
static void
test_limit(Stage *stage, gconstpointer unused)
{
  stage->generation = "new";
  stage->replace = TRUE;
  g_assert_true(write_generation(stage, "old", FALSE));
  pid_t child = fork();
  if (child == 0)
    _exit(write_limited(stage));
  int status;
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_true(WIFEXITED(status));
  g_assert_cmpint(WEXITSTATUS(status), ==, 2);
  assert_all(stage, "old");
}

static mode_t
made_folder_mode(Stage *stage, mode_t mask, int user)
{
  struct stat status;
  g_autoptr(FileSet) set = set_of(stage->out, "new");
  if (user >= 0)
    file_set_set_owner(set, user, (int)getegid());
  mode_t before = umask(mask);
  gboolean good = file_set_write(set, FALSE, NULL);
  umask(before);
  g_assert_true(good);
  assert_all(stage, "new");
  g_assert_cmpint(stat(stage->out, &status), ==, 0);
  private_folder_remove(stage->out, NULL);
  return status.st_mode & 0777;
}

static void
test_folder_mode(Stage *stage, gconstpointer unused)
{
  g_assert_cmpint(made_folder_mode(stage, 0000, -1), ==, 0755);
  g_assert_cmpint(made_folder_mode(stage, 0022, -1), ==, 0755);
  g_assert_cmpint(made_folder_mode(stage, 0077, -1), ==, 0700);
  g_assert_cmpint(made_folder_mode(stage, 0000, (int)geteuid()), ==, 0755);
  g_assert_cmpint(made_folder_mode(stage, 0077, (int)geteuid()), ==, 0755);
}

/* One that was there keeps its mode. */
static void
test_folder_kept(Stage *stage, gconstpointer unused)
{
  struct stat status;
  g_assert_cmpint(g_mkdir(stage->out, 0700), ==, 0);
  g_autoptr(FileSet) set = set_of(stage->out, "new");
  file_set_set_owner(set, (int)geteuid(), (int)getegid());
  g_assert_true(file_set_write(set, FALSE, NULL));
  g_assert_cmpint(stat(stage->out, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 0777, ==, 0700);
}

/* --- others in the same folder ---------------------------------------------------------------- */

/* A hidden file is removed only when it is ours by name, and only what is hidden. */
static void
test_left_over(Stage *stage, gconstpointer unused)
{
  static const char *const mine[] = {".key.pem.backup", ".key.pem.swp", "key.pem.mqtrust-12345678",
                                     ".other.mqtrust-12345678"};
  g_assert_true(write_generation(stage, "old", FALSE));
  for (gsize i = 0; i < G_N_ELEMENTS(mine); i++)
    g_assert_true(private_folder_write(stage->out, mine[i], "mine", -1, 0600, NULL));
  g_assert_true(
      private_folder_write(stage->out, ".key.pem.mqtrust-12345678", "left", -1, 0600, NULL));
  g_assert_true(write_generation(stage, "new", TRUE));
  g_assert_cmpuint(count_entries(stage->out), ==, G_N_ELEMENTS(names) + G_N_ELEMENTS(mine));
  for (gsize i = 0; i < G_N_ELEMENTS(mine); i++) {
    g_autofree char *path = g_build_filename(stage->out, mine[i], NULL);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
  }
}

/* Many at once: what stands there in the end is one of them, not some of each. */
static void
test_at_once(Stage *stage, gconstpointer unused)
{
  static const char *const generations[] = {"one", "two", "three"};
  g_autofree char *path = g_build_filename(stage->out, "key.pem", NULL), *text = NULL;
  pid_t children[G_N_ELEMENTS(generations)];
  g_assert_true(write_generation(stage, "old", FALSE));
  for (gsize i = 0; i < G_N_ELEMENTS(generations); i++) {
    children[i] = fork();
    for (guint round = 0; children[i] == 0 && round < 2; round++)
      if (!write_generation(stage, generations[i], TRUE))
        _exit(1);
    if (children[i] == 0)
      _exit(0);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(generations); i++) {
    int status;
    g_assert_cmpint(waitpid(children[i], &status, 0), ==, children[i]);
    g_assert_cmpint(status, ==, 0);
  }
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  *strchr(text, ' ') = '\0';
  assert_all(stage, text);
}

/* Somebody else's lock delays, and does not stop us. */
static void
test_held(Stage *stage, gconstpointer unused)
{
  g_assert_true(write_generation(stage, "old", FALSE));
  int folder = open(stage->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint(flock(folder, LOCK_EX), ==, 0);
  g_assert_true(write_generation(stage, "new", TRUE));
  close(folder);
  assert_all(stage, "new");
}

/* What a link leads to is not touched, whether it is a symbolic or a hard one. */
static void
test_links(Stage *stage, gconstpointer unused)
{
  g_autofree char *victim = g_build_filename(stage->folder, "victim", NULL), *text = NULL;
  g_autofree char *key = g_build_filename(stage->out, "key.pem", NULL);
  g_autofree char *cert = g_build_filename(stage->out, "cert.pem", NULL);
  struct stat status;
  g_assert_true(private_folder_write(stage->folder, "victim", "mine", -1, 0640, NULL));
  g_assert_cmpint(g_mkdir(stage->out, 0755), ==, 0);
  g_assert_cmpint(symlink("../victim", key), ==, 0);
  g_assert_cmpint(link(victim, cert), ==, 0);
  g_assert_true(write_generation(stage, "new", TRUE));
  assert_all(stage, "new");
  g_assert_true(g_file_get_contents(victim, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, "mine");
  g_assert_cmpint(lstat(victim, &status), ==, 0);
  g_assert_cmpint(status.st_mode & 07777, ==, 0640);
}

/* --- what to do ------------------------------------------------------------------------------- */

static void
assert_remedy(int number, const char *remedy)
{
  g_autoptr(GError) error =
      g_error_new_literal(G_FILE_ERROR, (int)g_file_error_from_errno(number), "x");
  g_assert_cmpstr(file_set_remedy(error), ==, remedy);
}

static void
test_remedy(void)
{
  assert_remedy(ENOSPC, "make room on that disk");
  assert_remedy(EROFS, "choose a folder on a disk that can be written to");
  assert_remedy(EACCES, "run this as a user who may write there, or choose another folder");
  assert_remedy(EEXIST, NULL);
  assert_remedy(EIO, NULL);
}

#define ADD(name, data, function)                                                                  \
  g_test_add("/file-set/" name, Stage, data, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("fail-new", NULL, test_fail_new);
  ADD("fail-new-flat", "flat", test_fail_new);
  ADD("fail-replace", NULL, test_fail_replace);
  ADD("fail-replace-flat", "flat", test_fail_replace);
  ADD("kill", NULL, test_kill);
  ADD("kill-flat", "flat", test_kill);
  ADD("kill-new", NULL, test_kill_new);
  ADD("end", NULL, test_end);
  ADD("limit", NULL, test_limit);
  ADD("folder-mode", NULL, test_folder_mode);
  ADD("folder-kept", NULL, test_folder_kept);
  ADD("left-over", NULL, test_left_over);
  ADD("at-once", NULL, test_at_once);
  ADD("held", NULL, test_held);
  ADD("links", NULL, test_links);
  g_test_add_func("/file-set/remedy", test_remedy);
  return g_test_run();
}
