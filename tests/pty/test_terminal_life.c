/* How the dashboard takes a terminal and gives it back: on every way out, on terminals of every
 * kind, at every size, idle and in a flood. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "pty/pty.h"

static char *
stub_path(void)
{
  const char *folder = g_getenv("MQTRUST_TEST_BUILDDIR");
  return g_build_filename(folder ? folder : ".", "tests", "pty", "stub_dashboard", NULL);
}

static Pty *
start_with(const char *argument, const PtyOptions *options)
{
  g_autofree char *path = stub_path();
  const char *const argv[] = {path, argument, NULL};
  return pty_start(argv, options);
}

static Pty *
start(const char *argument)
{
  Pty *pty = start_with(argument, NULL);
  pty_expect_text(pty, "prod-eu");
  pty_expect_text(pty, "q quit");
  return pty;
}

/* A shell with job control, the stub as its job. */
static Pty *
start_in_shell(const char *argument)
{
  const char *const argv[] = {"bash", "--norc", "--noprofile", "--noediting", "-i", NULL};
  const char *const environment[] = {"PS1=shell> ", "HISTFILE=", NULL};
  const PtyOptions options = {.environment = environment};
  g_autofree char *path = stub_path();
  Pty *pty = pty_start(argv, &options);
  pty_expect_text(pty, "shell>");
  pty_text(pty, path);
  pty_text(pty, " ");
  pty_text(pty, argument);
  pty_key(pty, "Enter");
  pty_expect_text(pty, "q quit");
  return pty;
}

static void
assert_taken(Pty *pty)
{
  g_assert_true(pty_wait_mode(pty, 1049, TRUE));
  g_assert_true(pty_wait_mode(pty, 2004, TRUE));
  g_assert_false(pty_mouse(pty));
}

static void
assert_given_back(Pty *pty)
{
  struct termios modes = pty_termios(pty);
  g_assert_false(pty_mode(pty, 1049));
  g_assert_false(pty_mode(pty, 2004));
  g_assert_true(pty_mode(pty, 25));
  g_assert_false(pty_mouse(pty));
  g_assert_true((modes.c_lflag & (ICANON | ECHO | ISIG | IEXTEN)) ==
                (ICANON | ECHO | ISIG | IEXTEN));
  g_assert_true(modes.c_iflag & ICRNL);
  g_assert_true(modes.c_iflag & IXON);
}

/* --- Ways out --------------------------------------------------------------------------------- */

static void
test_quit(void)
{
  g_autoptr(Pty) pty = start(NULL);
  assert_taken(pty);
  pty_key(pty, "q");
  pty_expect_exit_code(pty, 0);
  assert_given_back(pty);
  pty_expect_text(pty, "ended with 0");
}

static void
test_quit_asks_while_online(void)
{
  g_autoptr(Pty) pty = start("--online");
  pty_key(pty, "q");
  pty_expect_text(pty, "Disconnect and leave mqtrust?");
  pty_key(pty, "n");
  pty_expect_gone(pty, "leave mqtrust?");
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
  assert_given_back(pty);
}

static void
end_by(int number, int exit_code)
{
  g_autoptr(Pty) pty = start("--online");
  assert_taken(pty);
  pty_signal(pty, number);
  pty_expect_exit_code(pty, exit_code);
  assert_given_back(pty);
}

static void
test_signals(void)
{
  end_by(SIGTERM, 143);
  end_by(SIGHUP, 129);
  end_by(SIGINT, 130);
}

static void
test_interrupt_from_a_form(void)
{
  g_autoptr(Pty) pty = start("--online");
  pty_key(pty, "n");
  pty_expect_text(pty, "Where it goes.");
  pty_text(pty, "typed q");
  pty_expect_text(pty, "typed q");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130);
  assert_given_back(pty);
}

/* A program that hangs is left by ^C twice, and by SIGTERM within some seconds. */
static void
test_hanging(void)
{
  g_autoptr(Pty) pty = start("--online");
  pty_keys(pty, "u C-c C-c");
  pty_expect_exit_code(pty, 130);
  assert_given_back(pty);
  g_autoptr(Pty) other = start("--online");
  pty_key(other, "u");
  pty_signal(other, SIGTERM);
  pty_expect_exit_code(other, 143);
  assert_given_back(other);
}

/* The sanitizers' own handlers make another end of it, which is as good; the screen is high enough
 * for their reports. */
static void
crash_by(const char *key, int number)
{
  const PtyOptions options = {.rows = 150, .columns = 160};
  g_autoptr(Pty) pty = start_with(NULL, &options);
  pty_expect_text(pty, "q quit");
  pty_key(pty, "c");
  pty_expect_text(pty, "printed");
  pty_key(pty, key);
  int status = pty_wait_exit_code(pty);
#if defined(__SANITIZE_ADDRESS__)
  g_assert_cmpint(status, !=, 0);
#else
  g_assert_cmpint(status, ==, 128 + number);
#endif
  assert_given_back(pty);
  pty_expect_text(pty, "stray on stderr ?[31m");
}

static void
test_crash(void)
{
  crash_by("x", SIGSEGV);
  crash_by("D", SIGABRT);
  const int numbers[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT};
  for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
    end_by(numbers[i], 128 + numbers[i]);
}

static void
test_hang_up(void)
{
  g_autoptr(Pty) pty = start("--flood");
  pty_hang_up(pty);
  int code = pty_wait_exit_code(pty);
  g_assert_cmpint(code, ==, 129);
}

/* --- Stray output ----------------------------------------------------------------------------- */

static void
test_nothing_prints_meanwhile(void)
{
  g_autoptr(Pty) pty = start(NULL);
  pty_key(pty, "c");
  pty_expect_text(pty, "printed");
  g_assert_false(pty_shows(pty, "stray"));
  pty_key(pty, "q");
  pty_expect_exit_code(pty, 0);
  pty_expect_text(pty, "stray on stdout");
  pty_expect_text(pty, "stray on stderr \\e[31m");
  pty_expect_text(pty, "ended with 0");
}

/* --- Stop and go on --------------------------------------------------------------------------- */

static gboolean
modes_are_a_shells(Pty *pty, gpointer unused)
{
  struct termios modes = pty_termios(pty);
  return !pty_mode(pty, 1049) && (modes.c_lflag & ICANON) && (modes.c_lflag & ECHO);
}

static void
test_suspend(void)
{
  g_autoptr(Pty) pty = start_in_shell("--online");
  assert_taken(pty);
  for (int i = 0; i < 3; i++) {
    pty_key(pty, "C-z");
    pty_expect_text(pty, "Stopped");
    g_assert_true(pty_wait(pty, modes_are_a_shells, NULL,
                           "the modes are the shell's")); /* the text may be the last round's */
    assert_given_back(pty);
    pty_text(pty, "fg\r");
    pty_expect_text(pty, "q quit");
    assert_taken(pty);
    pty_expect_gone(pty, "Stopped");
  }
  pty_key(pty, "e");
  pty_expect_text(pty, "edit was pressed");
  pty_key(pty, "Q");
  pty_expect_text(pty, "ended with 0");
  assert_given_back(pty);
}

static void
test_resized_while_stopped(void)
{
  g_autoptr(Pty) pty = start_in_shell("--online");
  pty_key(pty, "C-z");
  pty_expect_text(pty, "Stopped");
  pty_resize(pty, 40, 120);
  pty_text(pty, "fg\r");
  pty_expect_text(pty, "4 Timeline");
  pty_expect_text(pty, "D duplicate");
  pty_key(pty, "Q");
  pty_expect_text(pty, "ended with 0");
}

/* Stopped by another's hand, and let go on: modes and picture are asserted again. */
static void
test_stopped_from_outside(void)
{
  g_autoptr(Pty) pty = start_in_shell("--online");
  kill(pty_foreground(pty), SIGSTOP);
  pty_expect_text(pty, "Stopped");
  pty_text(pty, "fg\r");
  pty_expect_gone(pty, "Stopped");
  pty_expect_text(pty, "q quit");
  pty_key(pty, "Q");
  pty_expect_text(pty, "ended with 0");
  assert_given_back(pty);
}

/* --- Size ------------------------------------------------------------------------------------- */

static void
test_resize(void)
{
  g_autoptr(Pty) pty = start("--online");
  pty_resize(pty, 40, 120);
  pty_expect_text(pty, "x delete");
  pty_resize(pty, 9, 80);
  pty_expect_text(pty, "terminal too small (need 40x10, have 80x9)");
  pty_resize(pty, 10, 40);
  pty_expect_text(pty, "4 Time");
  pty_resize(pty, 60, 200);
  pty_expect_text(pty, "mqtts://prod-eu.example.com:8883");
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
}

static void
test_resize_storm(void)
{
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  g_autoptr(Pty) pty = start("--flood");
  for (int i = 0; i < 400; i++) {
    pty_resize(pty, g_rand_int_range(random, 1, 61), g_rand_int_range(random, 1, 201));
    if (i % 20 == 0)
      pty_key(pty, "Tab");
  }
  pty_resize(pty, 24, 80);
  pty_expect_text(pty, "q quit");
  pty_key(pty, "e");
  pty_expect_text(pty, "edit was pressed");
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
}

/* A program that was slow sees the size that it knew; what the terminal shows was cut meanwhile. */
static void
test_resize_and_back(void)
{
  g_autoptr(Pty) pty = start("--online");
  for (int i = 0; i < 50; i++) {
    pty_resize(pty, 5, 20);
    pty_resize(pty, 24, 80);
    pty_expect_text(pty, "q quit");
    pty_expect_text(pty, "MQTT 5");
  }
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
}

static gboolean
hints_are_on_the_last_row(Pty *pty, gpointer data)
{
  int row, column;
  return pty_find(pty, "q quit", &row, &column) && row == pty_rows(pty) - 1;
}

/* Exported LINES and COLUMNS are what a shell believed some time ago. */
static void
test_environment_does_not_size(void)
{
  const char *const environment[] = {"LINES=5", "COLUMNS=200", NULL};
  const PtyOptions options = {.environment = environment};
  g_autoptr(Pty) pty = start_with("--online", &options);
  pty_expect_text(pty, "q quit");
  pty_resize(pty, 30, 100);
  g_assert_true(pty_wait(pty, hints_are_on_the_last_row, NULL, "hints on the last row"));
}

/* --- Kinds of terminals ----------------------------------------------------------------------- */

static void
refused(const char *setting, const char *sentence)
{
  const char *const environment[] = {setting, NULL};
  const PtyOptions options = {.environment = environment, .columns = 160};
  g_autoptr(Pty) pty = start_with(NULL, &options);
  pty_expect_exit_code(pty, 2);
  pty_expect_text(pty, sentence);
  pty_expect_text(pty, "try: TERM=xterm-256color mqtrust");
  assert_given_back(pty);
  const GByteArray *raw = pty_raw(pty);
  g_assert_null(memchr(raw->data, '\033', raw->len));
}

static void
test_unknown_terminals(void)
{
  refused("TERM=xterm-foo", "this terminal (\"xterm-foo\") is not in this machine's terminal");
  refused("TERM=dumb", "this terminal (\"dumb\") cannot move its cursor");
  refused("TERM=", "TERM is not set");
  refused("TERM", "TERM is not set");
}

static void
test_no_terminal(void)
{
  const char *const redirections[] = {"</dev/null", "| cat"};
  const char *const sentences[] = {"standard input is not one", "standard output is not one"};
  for (gsize i = 0; i < G_N_ELEMENTS(redirections); i++) {
    g_autofree char *path = stub_path();
    g_autofree char *script = g_strdup_printf("'%s' %s", path, redirections[i]);
    const char *const argv[] = {"sh", "-c", script, NULL};
    g_autoptr(Pty) pty = pty_start(argv, NULL);
    pty_expect_text(pty, "the dashboard needs a terminal");
    pty_expect_text(pty, sentences[i]);
    g_assert_cmpint(pty_wait_exit_code(pty), >=, 0);
  }
}

static void
test_terminals(void)
{
  const char *const terminals[] = {"TERM=screen", "TERM=tmux-256color",
                                   "TERM=linux",  "TERM=vt100",
                                   "TERM=xterm",  "TERM=rxvt-unicode-256color"};
  for (gsize i = 0; i < G_N_ELEMENTS(terminals); i++) {
    const char *const environment[] = {terminals[i], NULL};
    const PtyOptions options = {.environment = environment};
    g_autoptr(Pty) pty = start_with("--online", &options);
    pty_expect_text(pty, "prod-eu  online");
    pty_key(pty, "C-l");
    pty_key(pty, "Tab");
    pty_key(pty, "e");
    pty_expect_text(pty, "edit was pressed");
    pty_key(pty, "Q");
    pty_expect_exit_code(pty, 0);
    assert_given_back(pty);
  }
}

static gboolean
is_colored(Pty *pty)
{
  for (int row = 0; row < pty_rows(pty); row++) {
    for (int column = 0; column < pty_columns(pty); column++) {
      PtyCell cell = pty_cell(pty, row, column);
      if (cell.foreground != PTY_DEFAULT_COLOR || cell.background != PTY_DEFAULT_COLOR)
        return TRUE;
    }
  }
  return FALSE;
}

static gboolean
wrote_beyond_ascii(Pty *pty)
{
  const GByteArray *raw = pty_raw(pty);
  for (guint i = 0; i < raw->len; i++) {
    if (raw->data[i] >= 0x80)
      return TRUE;
  }
  return FALSE;
}

static void
test_locales(void)
{
  const char *const c_locale[] = {"LC_ALL=C", NULL};
  const PtyOptions options = {.environment = c_locale};
  g_autoptr(Pty) c = start_with("--online", &options);
  pty_expect_text(c, "TLS 1.3 two-way +");
  pty_resize(c, 40, 120);
  pty_expect_text(c, "+ Tile ---");
  g_assert_false(wrote_beyond_ascii(c));
  g_autoptr(Pty) ascii = start_with("--ascii", NULL);
  pty_expect_text(ascii, "q quit");
  g_assert_false(wrote_beyond_ascii(ascii));
  g_autoptr(Pty) utf8 = start_with("--online", NULL);
  pty_expect_text(utf8, "TLS 1.3 two-way ✓");
}

static void
test_no_color(void)
{
  const char *const environment[] = {"NO_COLOR=1", NULL};
  const PtyOptions options = {.environment = environment};
  g_autoptr(Pty) plain = start_with("--online", &options);
  pty_expect_text(plain, "q quit");
  g_assert_false(is_colored(plain));
  g_autoptr(Pty) colored = start_with("--online", NULL);
  pty_expect_text(colored, "q quit");
  g_assert_true(is_colored(colored));
  int row, column;
  g_assert_true(pty_find(colored, "online", &row, &column));
  PtyCell cell = pty_cell(colored, row, column);
  g_assert_cmpint(cell.foreground, !=, PTY_DEFAULT_COLOR);
  g_assert_cmpint(cell.background, ==, PTY_DEFAULT_COLOR);
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
test_keys_and_pastes(void)
{
  g_autoptr(Pty) pty = start(NULL);
  pty_paste(pty, "QQQ\nq");
  pty_expect_text(pty, "There is no field here to paste into");
  pty_key(pty, "n");
  pty_expect_text(pty, "Where it goes.");
  pty_paste(pty, "a/漢/b\nc");
  pty_expect_text(pty, "a/漢/bc");
  pty_key(pty, "C-u");
  pty_expect_gone(pty, "a/漢");
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "Where it goes.");
  pty_key(pty, "s");
  pty_expect_text(pty, "Line 0 of a long text.");
  pty_key(pty, "G");
  pty_expect_text(pty, "Line 499 of a long text.");
  pty_key(pty, "Home");
  pty_expect_text(pty, "Line 0 of a long text.");
  pty_keys(pty, "q ?");
  pty_expect_text(pty, "Help");
  pty_keys(pty, "Esc Q");
  pty_expect_exit_code(pty, 0);
}

/* A bare Escape is no Escape key of something longer, and does not take long. */
static void
test_escape_is_quick(void)
{
  g_autoptr(Pty) pty = start(NULL);
  pty_key(pty, "?");
  pty_expect_text(pty, "1-20 of");
  gint64 before = g_get_monotonic_time();
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "1-20 of");
  g_assert_cmpint(g_get_monotonic_time() - before, <, 500000);
}

/* ^L says everything again. */
static void
test_redraw(void)
{
  g_autoptr(Pty) pty = start("--online");
  guint64 before = pty_bytes(pty);
  pty_key(pty, "C-l");
  pty_observe(pty, 300);
  g_assert_cmpuint(pty_bytes(pty) - before, >, 800);
  pty_expect_text(pty, "q quit");
}

/* --- Bytes and time --------------------------------------------------------------------------- */

static void
test_idle_is_silent(void)
{
  g_autoptr(Pty) pty = start("--online");
  pty_observe(pty, 500);
  guint64 bytes = pty_bytes(pty);
  gint64 ticks = process_cpu_ticks(pty_pid(pty));
  pty_observe(pty, 3000);
  g_assert_cmpuint(pty_bytes(pty), ==, bytes);
  g_assert_cmpint(process_cpu_ticks(pty_pid(pty)) - ticks, <=, 1);
}

static void
test_countdown_ticks(void)
{
  g_autoptr(Pty) pty = start("--waiting");
  pty_expect_text(pty, "next try in 28 s");
  guint64 bytes = pty_bytes(pty);
  pty_expect_text(pty, "next try in 26 s");
  g_assert_cmpuint(pty_bytes(pty) - bytes, <, 300);
}

static void
test_flood(void)
{
  g_autoptr(Pty) pty = start("--flood");
  pty_observe(pty, 500);
  guint64 bytes = pty_bytes(pty);
  pty_observe(pty, 4000);
  guint64 rate = (pty_bytes(pty) - bytes) / 4;
  g_test_message("%" G_GUINT64_FORMAT " bytes a second in a flood", rate);
  g_assert_cmpuint(rate, >, 1000);
  g_assert_cmpuint(rate, <, 30000);
  for (int i = 0; i < 10; i++) {
    gint64 before = g_get_monotonic_time();
    pty_key(pty, i % 2 ? "j" : "e");
    if (i % 2)
      pty_expect_gone(pty, "edit was pressed");
    else
      pty_expect_text(pty, "edit was pressed");
    gint64 took = g_get_monotonic_time() - before;
    g_test_message("a key took %" G_GINT64_FORMAT " us", took);
    g_assert_cmpint(took, <, 400000);
  }
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/terminal/quit", test_quit);
  g_test_add_func("/terminal/quit-asks", test_quit_asks_while_online);
  g_test_add_func("/terminal/signals", test_signals);
  g_test_add_func("/terminal/interrupt-from-form", test_interrupt_from_a_form);
  g_test_add_func("/terminal/crash", test_crash);
  g_test_add_func("/terminal/hang-up", test_hang_up);
  g_test_add_func("/terminal/hanging", test_hanging);
  g_test_add_func("/terminal/stray-output", test_nothing_prints_meanwhile);
  g_test_add_func("/terminal/suspend", test_suspend);
  g_test_add_func("/terminal/resized-while-stopped", test_resized_while_stopped);
  g_test_add_func("/terminal/stopped-from-outside", test_stopped_from_outside);
  g_test_add_func("/terminal/resize", test_resize);
  g_test_add_func("/terminal/resize-and-back", test_resize_and_back);
  g_test_add_func("/terminal/resize-storm", test_resize_storm);
  g_test_add_func("/terminal/environment", test_environment_does_not_size);
  g_test_add_func("/terminal/unknown", test_unknown_terminals);
  g_test_add_func("/terminal/none", test_no_terminal);
  g_test_add_func("/terminal/kinds", test_terminals);
  g_test_add_func("/terminal/locales", test_locales);
  g_test_add_func("/terminal/no-color", test_no_color);
  g_test_add_func("/terminal/keys", test_keys_and_pastes);
  g_test_add_func("/terminal/escape", test_escape_is_quick);
  g_test_add_func("/terminal/redraw", test_redraw);
  g_test_add_func("/terminal/idle", test_idle_is_silent);
  g_test_add_func("/terminal/countdown", test_countdown_ticks);
  g_test_add_func("/terminal/flood", test_flood);
  return g_test_run();
}
