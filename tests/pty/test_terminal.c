/* What the dashboard does to a terminal, and that it gives it back on every way out. */
#include "config.h"

#include "pty/program.h"

#include <signal.h>
#include <string.h>

/* --- The way in and the ways out ----------------------------------------------------------------- */

/* Waits for a key after "ready", so that what was set before can be read. */
static Pty *
open_with_settings(const char *stty, struct termios *before)
{
  g_autofree char *command =
      g_strdup_printf("stty %s; echo ready; read -r _; MQTRUST; echo \"ended with $?\"", stty);
  Pty *pty = program_start_in_shell(command, NULL);
  pty_expect_text(pty, "ready");
  *before = pty_termios(pty);
  pty_key(pty, "Enter");
  pty_expect_text(pty, PROGRAM_HINT);
  return pty;
}

static void
test_takes_the_screen(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  g_assert_true(pty_alternate(pty));
  g_assert_true(pty_mode(pty, 2004));
  g_assert_false(pty_mouse(pty)); /* so that a terminal's own selection works */
  struct termios modes = pty_termios(pty);
  g_assert_false(modes.c_lflag & (ECHO | ICANON));
}

static void
test_quit(gconstpointer key)
{
  struct termios before;
  g_autoptr(Pty) pty = open_with_settings("erase '^H' intr '^T' -ixon", &before);
  g_assert_false(pty_shows(pty, "ready"));
  pty_key(pty, key);
  pty_expect_text(pty, "ended with 0");
  g_assert_true(pty_shows(pty, "ready"));
  program_assert_restored(pty);
  struct termios after = pty_termios(pty);
  program_assert_same_modes(&before, &after);
}

static void
test_signal(gconstpointer number)
{
  struct termios before;
  g_autoptr(Pty) fresh = pty_start((const char *const[]){"cat", NULL}, NULL);
  before = pty_termios(fresh);
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_signal(pty, GPOINTER_TO_INT(number));
  pty_expect_exit_code(pty, 128 + GPOINTER_TO_INT(number));
  program_assert_restored(pty);
  struct termios after = pty_termios(pty);
  program_assert_same_modes(&before, &after);
}

static void
test_interrupt_key(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 128 + SIGINT);
  program_assert_restored(pty);
}

/* In a form, too, whose fields swallow letters. */
static void
test_interrupt_key_in_form(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_key(pty, "n");
  pty_expect_text(pty, "Host");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 128 + SIGINT);
  program_assert_restored(pty);
}

static void
test_line_breaks(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_hang_up(pty);
  pty_expect_exit_code(pty, 128 + SIGHUP);
}

/* --- Suspend ------------------------------------------------------------------------------------- */

static gboolean
shell_in_front(Pty *pty, gpointer data)
{
  return pty_foreground(pty) == pty_pid(pty) && !pty_alternate(pty);
}

static void
test_suspend(void)
{
  g_autofree char *program = g_strconcat("PROGRAM=", program_path(), NULL);
  const char *const environment[] = {"PS1=shell> ", "ENV", program, NULL};
  const PtyOptions options = {.environment = environment};
  g_autoptr(Pty) pty = pty_start((const char *const[]){"sh", "-i", NULL}, &options);
  pty_expect_text(pty, "shell>");
  /* Not by its path: the shell shows what is typed, and a folder's name may hold what is waited for. */
  pty_text(pty, "\"$PROGRAM\"\n");
  pty_expect_text(pty, PROGRAM_HINT);
  for (int i = 0; i < 3; i++) {
    pty_key(pty, "C-z");
    g_assert_true(pty_wait(pty, shell_in_front, NULL, "the shell is back"));
    program_assert_restored(pty);
    g_assert_true(pty_termios(pty).c_lflag & ICANON);
    pty_resize(pty, 20 + i, 70 + i); /* while it cannot see it */
    pty_text(pty, "fg\n");
    g_assert_true(pty_wait_mode(pty, 1049, TRUE));
    pty_expect_text(pty, PROGRAM_HINT);
    g_assert_true(pty_wait_mode(pty, 2004, TRUE));
  }
  pty_key(pty, "q");
  g_assert_true(pty_wait(pty, shell_in_front, NULL, "the program has ended"));
  pty_text(pty, "echo \"code $?\"; exit\n");
  pty_expect_text(pty, "code 0");
  pty_expect_exit_code(pty, 0);
}

/* --- Sizes --------------------------------------------------------------------------------------- */

static void
expect_alive_at_80x24(Pty *pty)
{
  pty_resize(pty, 24, 80);
  pty_key(pty, "?");
  pty_expect_text(pty, "a line up");
  pty_key(pty, "q");
  pty_expect_gone(pty, "a line up");
  pty_expect_text(pty, PROGRAM_HINT);
}

static void
test_resize_storm(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  for (int rows = 1; rows <= 60; rows += 3)
    for (int columns = 1; columns <= 200; columns += 9)
      pty_resize(pty, rows, columns);
  expect_alive_at_80x24(pty);
  for (int i = 0; i < 200; i++)
    pty_resize(pty, g_test_rand_int_range(1, 61), g_test_rand_int_range(1, 201));
  expect_alive_at_80x24(pty);
  pty_key(pty, "q");
  pty_expect_exit_code(pty, 0);
}

/* Each size is drawn before the next comes. */
static void
test_every_size_is_drawn(void)
{
  static const struct {
    int rows, columns;
    const char *shown;
  } sizes[] = {{10, 40, PROGRAM_HINT}, {24, 80, PROGRAM_HINT},   {40, 120, PROGRAM_HINT},
               {60, 200, PROGRAM_HINT}, {9, 40, "too small"}, {10, 39, "too small"},
               {5, 60, "too small"},   {24, 80, PROGRAM_HINT}};
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
    pty_resize(pty, sizes[i].rows, sizes[i].columns);
    pty_expect_text(pty, sizes[i].shown);
  }
}

static void
test_starts_tiny(void)
{
  const PtyOptions options = {.rows = 1, .columns = 1};
  g_autoptr(Pty) pty = program_start(NULL, &options);
  g_assert_true(pty_wait_mode(pty, 2004, TRUE));
  pty_resize(pty, 24, 80);
  pty_expect_text(pty, PROGRAM_HINT);
}

/* Exported by some shells, and stale after the first resize. */
static void
test_ignores_lines_and_columns(void)
{
  const char *const environment[] = {"LINES=5", "COLUMNS=20", NULL};
  const PtyOptions options = {.environment = environment};
  g_autoptr(Pty) pty = program_open(NULL, &options);
  pty_resize(pty, 40, 120);
  pty_expect_text(pty, PROGRAM_HINT);
}

/* --- Kinds of terminals -------------------------------------------------------------------------- */

static void
test_terminal(gconstpointer setting)
{
  const char *const environment[] = {setting, NULL};
  const PtyOptions options = {.environment = environment};
  g_autoptr(Pty) pty = program_open(NULL, &options);
  pty_key(pty, "?");
  pty_expect_text(pty, "a line up");
  pty_keys(pty, "Down Down q");
  pty_expect_gone(pty, "a line up");
  pty_key(pty, "q");
  pty_expect_exit_code(pty, 0);
}

/* One sentence, exit status 2, and not one control byte. */
static void
test_unusable_terminal(gconstpointer setting)
{
  const char *const environment[] = {setting, NULL};
  const PtyOptions options = {.environment = environment, .columns = 200};
  g_autoptr(Pty) pty = program_start(NULL, &options);
  pty_expect_exit_code(pty, 2);
  const GByteArray *raw = pty_raw(pty);
  g_assert_null(memchr(raw->data, '\033', raw->len));
  g_assert_true(pty_shows(pty, "mqtrust: "));
  g_assert_true(pty_shows(pty, "TERM=xterm-256color mqtrust"));
}

/* Whether any SGR sequence (CSI ... m) sets a colour: 30 to 49 and 90 to 107. */
static gboolean
has_color(const GByteArray *raw)
{
  g_autofree char *text = g_strndup((const char *)raw->data, raw->len);
  for (const char *at = text; (at = strstr(at, "\033[")) != NULL;) {
    at += 2;
    gsize length = strspn(at, "0123456789;:");
    if (at[length] != 'm')
      continue;
    g_autofree char *list = g_strndup(at, length);
    g_auto(GStrv) numbers = g_strsplit_set(list, ";:", -1);
    for (char **number = numbers; *number != NULL; number++) {
      gint64 code = g_ascii_strtoll(*number, NULL, 10);
      /* 39 and 49 give the terminal's own colours back. */
      if ((code >= 30 && code <= 48 && code != 39) || (code >= 90 && code <= 107))
        return TRUE;
    }
  }
  return FALSE;
}

static void
look_at_everything(Pty *pty)
{
  pty_key(pty, "?");
  pty_expect_text(pty, "a line up");
  pty_key(pty, "q");
  pty_expect_gone(pty, "a line up");
  pty_key(pty, "n");
  pty_expect_text(pty, "Host");
  pty_keys(pty, "Tab Tab Esc");
  pty_expect_gone(pty, "Host");
  pty_keys(pty, "2 3 4 1 q");
  pty_expect_exit_code(pty, 0);
}

static void
test_colors(void)
{
  const char *const none[] = {"NO_COLOR=1", NULL}, *const empty[] = {"NO_COLOR=", NULL};
  const PtyOptions without = {.environment = none}, with = {.environment = empty};
  g_autoptr(Pty) colored = program_open(NULL, &with);
  look_at_everything(colored);
  g_assert_true(has_color(pty_raw(colored)));
  g_autoptr(Pty) plain = program_open(NULL, &without);
  look_at_everything(plain);
  g_assert_false(has_color(pty_raw(plain)));
  g_autoptr(Pty) wished = program_open("--no-color", &with);
  look_at_everything(wished);
  g_assert_false(has_color(pty_raw(wished)));
}

static gboolean
is_ascii(const GByteArray *raw)
{
  for (guint i = 0; i < raw->len; i++) {
    if (raw->data[i] >= 0x80)
      return FALSE;
  }
  return TRUE;
}

static void
test_ascii(void)
{
  const char *const c[] = {"LC_ALL=C", NULL};
  const PtyOptions options = {.environment = c, .rows = 40, .columns = 130};
  const PtyOptions wide = {.rows = 40, .columns = 130};
  g_autoptr(Pty) locale = program_open(NULL, &options);
  look_at_everything(locale);
  g_assert_true(is_ascii(pty_raw(locale)));
  g_autoptr(Pty) wished = program_open("--ascii", &wide);
  look_at_everything(wished);
  g_assert_true(is_ascii(pty_raw(wished)));
  g_autoptr(Pty) utf8 = program_open(NULL, &wide);
  look_at_everything(utf8);
  g_assert_false(is_ascii(pty_raw(utf8)));
}

/* --- Paste, rest --------------------------------------------------------------------------------- */

/* "q", "Q" and "n" would be commands. */
static void
test_paste_is_no_command(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_paste(pty, "qQn\nq\n");
  pty_key(pty, "?");
  pty_expect_text(pty, "a line up");
  pty_paste(pty, "q");
  pty_key(pty, "q");
  pty_expect_gone(pty, "a line up");
  g_assert_false(pty_shows(pty, "Host"));
  g_assert_true(pty_running(pty));
}

static void
test_paste_into_field(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_key(pty, "n");
  pty_expect_text(pty, "Host");
  pty_paste(pty, "pasted\033[2J-\nname");
  pty_expect_text(pty, "pasted");
  g_assert_true(pty_shows(pty, "Host"));
  g_assert_true(pty_running(pty));
}

static void
test_rests(void)
{
  g_autoptr(Pty) pty = program_open(NULL, NULL);
  pty_keys(pty, "? q");
  pty_expect_text(pty, PROGRAM_HINT);
  pty_observe(pty, 500);
  guint64 bytes = pty_bytes(pty);
  gint64 ticks = process_cpu_ticks(pty_pid(pty));
  pty_observe(pty, 2000);
  g_assert_cmpuint(pty_bytes(pty), ==, bytes);
  if (!PROGRAM_IS_INSTRUMENTED)
    g_assert_cmpint(process_cpu_ticks(pty_pid(pty)) - ticks, <=, 2);
}

static void
add_ways_out(void)
{
  g_test_add_data_func("/terminal/quit/q", "q", test_quit);
  g_test_add_data_func("/terminal/quit/Q", "Q", test_quit);
  g_test_add_data_func("/terminal/signal/term", GINT_TO_POINTER(SIGTERM), test_signal);
  g_test_add_data_func("/terminal/signal/hup", GINT_TO_POINTER(SIGHUP), test_signal);
  g_test_add_data_func("/terminal/signal/int", GINT_TO_POINTER(SIGINT), test_signal);
  g_test_add_data_func("/terminal/signal/segv", GINT_TO_POINTER(SIGSEGV), test_signal);
  g_test_add_data_func("/terminal/signal/abrt", GINT_TO_POINTER(SIGABRT), test_signal);
  g_test_add_func("/terminal/interrupt-key", test_interrupt_key);
  g_test_add_func("/terminal/interrupt-key-in-form", test_interrupt_key_in_form);
  g_test_add_func("/terminal/line-breaks", test_line_breaks);
  g_test_add_func("/terminal/suspend", test_suspend);
}

static void
add_terminals(void)
{
  static const char *const usable[] = {"TERM=xterm",  "TERM=screen",   "TERM=screen-256color",
                                       "TERM=linux",  "TERM=vt100",    "TERM=tmux-256color",
                                       "TERM=vt220",  "TERM=xterm-mono"};
  static const char *const unusable[] = {"TERM=no-such-terminal", "TERM=", "TERM", "TERM=dumb"};
  for (gsize i = 0; i < G_N_ELEMENTS(usable); i++) {
    g_autofree char *name = g_strdup_printf("/terminal/usable/%s", usable[i] + 5);
    g_test_add_data_func(name, usable[i], test_terminal);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(unusable); i++) {
    g_autofree char *name = g_strdup_printf("/terminal/unusable/%" G_GSIZE_FORMAT, i);
    g_test_add_data_func(name, unusable[i], test_unusable_terminal);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/terminal/takes-the-screen", test_takes_the_screen);
  add_ways_out();
  g_test_add_func("/terminal/resize-storm", test_resize_storm);
  g_test_add_func("/terminal/every-size-is-drawn", test_every_size_is_drawn);
  g_test_add_func("/terminal/starts-tiny", test_starts_tiny);
  g_test_add_func("/terminal/ignores-lines-and-columns", test_ignores_lines_and_columns);
  add_terminals();
  g_test_add_func("/terminal/colors", test_colors);
  g_test_add_func("/terminal/ascii", test_ascii);
  g_test_add_func("/terminal/paste-is-no-command", test_paste_is_no_command);
  g_test_add_func("/terminal/paste-into-field", test_paste_into_field);
  g_test_add_func("/terminal/rests", test_rests);
  return g_test_run();
}
