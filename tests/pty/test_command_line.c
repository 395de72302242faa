/* What is said without a screen: help, version, and what cannot be. */
#include "config.h"

#include "pty/program.h"

#include <string.h>

static guint
lines_of(const char *text)
{
  guint count = 0;
  for (; *text != '\0'; text++)
    count += *text == '\n';
  return count;
}

static void
assert_plain(const char *text)
{
  g_assert_null(strchr(text, '\033'));
  g_assert_true(g_utf8_validate(text, -1, NULL));
}

static void
test_help(gconstpointer arguments)
{
  g_autofree char *out = NULL, *err = NULL;
  g_assert_cmpint(program_run(arguments, &out, &err), ==, 0);
  g_assert_cmpstr(err, ==, "");
  g_assert_nonnull(strstr(out, "--cafile"));
  g_assert_nonnull(strstr(out, "demo"));
  assert_plain(out);
}

static void
test_version(gconstpointer arguments)
{
  g_autofree char *out = NULL, *err = NULL;
  g_assert_cmpint(program_run(arguments, &out, &err), ==, 0);
  g_assert_cmpstr(out, ==, "mqtrust " PACKAGE_VERSION "\n");
  g_assert_cmpstr(err, ==, "");
}

typedef struct {
  const char *name, *arguments;
  const char *named; /* what the sentence must name */
} Wrong;

static const Wrong wrongs[] = {
    {"unknown-option", "--no-such-option", "--no-such-option"},
    {"impossible-port", "-h localhost -p 99999", "99999"},
    {"no-port", "-h localhost -p x", "x"},
    {"missing-value", "--cafile", "--cafile"},
    {"unknown-profile", "no-such-profile", "no-such-profile"},
    {"misspelt-command", "chekc", "no such command"},
    {"wrong-scheme", "ftp://localhost", "scheme"},
    {"wrong-version", "-h localhost -V 7", "7"},
    {"demo-with-connection", "demo -h localhost", "demo"},
    {"demo-unknown-fault", "demo --fault leaf-expird", "leaf-expired"},
    {"demo-strange-fault", "demo --fault=\033]0;x", "--list-faults"},
    {"demo-no-fault", "demo --fault", "--list-faults"},
    {"demo-version-alone", "demo --tls 1.2", "--fault"},
    {"demo-wrong-version", "demo --fault leaf-expired --tls 1.1", "1.3"},
};

/* One sentence on standard error, exit status 2, nothing on standard output. */
static void
test_wrong(gconstpointer data)
{
  const Wrong *wrong = data;
  g_autofree char *out = NULL, *err = NULL;
  g_assert_cmpint(program_run(wrong->arguments, &out, &err), ==, 2);
  g_assert_cmpstr(out, ==, "");
  g_assert_true(g_str_has_prefix(err, "mqtrust: "));
  g_assert_nonnull(strstr(err, wrong->named));
  g_assert_cmpuint(lines_of(err), ==, 1);
  assert_plain(err);
}

/* The same when there is a terminal: it is not touched. */
static void
test_wrong_on_terminal(void)
{
  g_autoptr(Pty) pty = program_start("--no-such-option", NULL);
  pty_expect_exit_code(pty, 2);
  const GByteArray *raw = pty_raw(pty);
  g_assert_null(memchr(raw->data, '\033', raw->len));
  g_assert_true(pty_shows(pty, "--no-such-option"));
}

static void
test_hostile_argument(void)
{
  g_autofree char *out = NULL, *err = NULL;
  g_assert_cmpint(program_run("--\033[2Jx\302\233y", &out, &err), ==, 2);
  assert_plain(err);
  g_assert_null(strstr(err, "\302\233"));
}

static void
test_no_terminal(void)
{
  g_autofree char *out = NULL, *err = NULL;
  g_assert_cmpint(program_run("", &out, &err), ==, 2);
  g_assert_cmpstr(out, ==, "");
  g_assert_nonnull(strstr(err, "terminal"));
  g_assert_cmpuint(lines_of(err), ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/command-line/help", "--help", test_help);
  g_test_add_data_func("/command-line/version", "--version", test_version);
  g_test_add_data_func("/command-line/version/check", "check --version", test_version);
  g_test_add_data_func("/command-line/version/demo", "demo --version", test_version);
  for (gsize i = 0; i < G_N_ELEMENTS(wrongs); i++) {
    g_autofree char *name = g_strdup_printf("/command-line/wrong/%s", wrongs[i].name);
    g_test_add_data_func(name, &wrongs[i], test_wrong);
  }
  g_test_add_func("/command-line/wrong-on-terminal", test_wrong_on_terminal);
  g_test_add_func("/command-line/hostile-argument", test_hostile_argument);
  g_test_add_func("/command-line/no-terminal", test_no_terminal);
  return g_test_run();
}
