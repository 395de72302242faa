/* The harness by itself, on small programs: a tool that tests others must not be wrong. */
#include "config.h"

#include "pty/pty.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static Pty *
start_shell(const char *script, const PtyOptions *options)
{
  const char *const argv[] = {"sh", "-c", script, NULL};
  return pty_start(argv, options);
}

static Pty *
start_cat(const PtyOptions *options)
{
  const char *const argv[] = {"cat", NULL};
  return pty_start(argv, options);
}

static void
test_output_and_exit(void)
{
  g_autoptr(Pty) pty = start_shell("printf 'one\\ntwo'; exit 7", NULL);
  pty_expect_exit_code(pty, 7);
  g_autofree char *first = pty_row(pty, 0);
  g_autofree char *second = pty_row(pty, 1);
  g_assert_cmpstr(first, ==, "one");
  g_assert_cmpstr(second, ==, "two");
  g_assert_cmpuint(pty_bytes(pty), ==, strlen("one\r\ntwo"));
  g_assert_false(pty_running(pty));
}

static void
test_text_and_lines(void)
{
  g_autoptr(Pty) pty = start_cat(NULL);
  pty_text(pty, "hello");
  pty_expect_text(pty, "hello");
  pty_keys(pty, "Backspace Backspace Enter");
  pty_expect_gone(pty, "hello");
  pty_key(pty, "C-d");
  pty_expect_exit_code(pty, 0);
}

static void
test_size_and_resize(void)
{
  const PtyOptions options = {.rows = 10, .columns = 40};
  g_autoptr(Pty) pty =
      start_shell("trap 'stty size' WINCH; stty size; while :; do read -r _; done", &options);
  pty_expect_text(pty, "10 40");
  pty_resize(pty, 33, 111);
  pty_expect_text(pty, "33 111");
  g_assert_cmpint(pty_rows(pty), ==, 33);
  g_assert_cmpint(pty_columns(pty), ==, 111);
}

static void
test_every_size(void)
{
  g_autoptr(Pty) pty = start_cat(NULL);
  for (int rows = 1; rows <= 60; rows += 7) {
    for (int columns = 1; columns <= 200; columns += 13) {
      pty_resize(pty, rows, columns);
      pty_text(pty, "\xe4\xbd\xa0x");
    }
  }
  pty_resize(pty, 24, 80);
  pty_text(pty, "\rstill here");
  pty_expect_text(pty, "still here");
}

static void
test_environment(void)
{
  const char *const environment[] = {"PTY_GIVEN=a b", "HOME", NULL};
  const PtyOptions options = {.environment = environment};
  g_autoptr(Pty) pty = start_shell("echo \"$TERM|$PTY_GIVEN|${HOME-none}|${LINES-none}|\"", &options);
  pty_expect_text(pty, "xterm-256color|a b|none|none|");
  pty_expect_exit_code(pty, 0);
}

static void
test_attributes(void)
{
  g_autoptr(Pty) pty = start_shell("printf 'a\\033[1;7;38;5;200mb\\033[0;31;44mc\\033[m'", NULL);
  pty_expect_exit_code(pty, 0);
  PtyCell plain = pty_cell(pty, 0, 0), loud = pty_cell(pty, 0, 1), red = pty_cell(pty, 0, 2);
  g_assert_cmpstr(plain.text, ==, "a");
  g_assert_false(plain.bold || plain.reverse);
  g_assert_cmpint(plain.foreground, ==, PTY_DEFAULT_COLOR);
  g_assert_cmpint(plain.background, ==, PTY_DEFAULT_COLOR);
  g_assert_true(loud.bold && loud.reverse);
  g_assert_cmpint(loud.foreground, ==, 200);
  g_assert_cmpint(red.foreground, ==, 1);
  g_assert_cmpint(red.background, ==, 4);
}

static void
test_wide_text(void)
{
  int row, column;
  g_autoptr(Pty) pty = start_shell("printf '\\344\\275\\240\\345\\245\\275 end'", NULL);
  pty_expect_exit_code(pty, 0);
  g_assert_true(pty_find(pty, "end", &row, &column));
  g_assert_cmpint(row, ==, 0);
  g_assert_cmpint(column, ==, 5);
  PtyCell right_half = pty_cell(pty, 0, 1);
  g_assert_cmpstr(right_half.text, ==, "");
}

static void
test_modes(void)
{
  g_autoptr(Pty) pty = start_shell("printf 'before\\033[?1049h\\033[?25l\\033[?2004;1000hinside';"
                                   "read -r _;"
                                   "printf '\\033[?2004;1000l\\033[?25h\\033[?1049l'",
                                   NULL);
  pty_expect_text(pty, "inside");
  g_assert_true(pty_alternate(pty));
  g_assert_true(pty_mode(pty, 2004));
  g_assert_true(pty_mouse(pty));
  g_assert_false(pty_mode(pty, 25));
  g_assert_false(pty_shows(pty, "before"));
  pty_key(pty, "Enter");
  pty_expect_exit_code(pty, 0);
  g_assert_false(pty_alternate(pty) || pty_mode(pty, 2004) || pty_mouse(pty));
  g_assert_true(pty_mode(pty, 25));
  g_assert_true(pty_shows(pty, "before"));
}

/* What a program gets for a key, made visible by cat -v: plain and with application cursor keys. */
static void
test_keys(void)
{
  g_autoptr(Pty) pty = start_shell("stty raw -echo; printf 'ready\\r\\n'; exec cat -v", NULL);
  pty_expect_text(pty, "ready");
  pty_keys(pty, "Up BackTab F1 PgUp Esc C-c M-x Space z");
  pty_expect_text(pty, "^[[A^[[Z^[OP^[[5~^[^C^[x z");
}

static void
test_application_keys(void)
{
  g_autoptr(Pty) pty =
      start_shell("stty raw -echo; printf '\\033[?1hready\\r\\n'; exec cat -v", NULL);
  pty_expect_text(pty, "ready");
  pty_keys(pty, "Up End");
  pty_expect_text(pty, "^[OA^[OF");
}

static void
test_paste(void)
{
  g_autoptr(Pty) plain = start_shell("stty raw -echo; printf 'ready\\r\\n'; exec cat -v", NULL);
  pty_expect_text(plain, "ready");
  pty_paste(plain, "<a>");
  pty_expect_text(plain, "<a>");
  g_autoptr(Pty) bracketed =
      start_shell("stty raw -echo; printf '\\033[?2004hready\\r\\n'; exec cat -v", NULL);
  pty_expect_text(bracketed, "ready");
  pty_paste(bracketed, "<a>");
  pty_expect_text(bracketed, "^[[200~<a>^[[201~");
}

/* "Where is the cursor?" (CPR) is answered, or not, as was wished. */
static void
test_answers(void)
{
  const char *ask = "stty raw -echo; printf 'ab\\033[6n'; exec cat -v";
  g_autoptr(Pty) talks = start_shell(ask, NULL);
  pty_expect_text(talks, "^[[1;3R");
  const PtyOptions options = {.mute = TRUE};
  g_autoptr(Pty) mute = start_shell(ask, &options);
  pty_expect_text(mute, "ab");
  pty_key(mute, "x");
  pty_expect_text(mute, "abx");
}

static void
test_cursor(void)
{
  int row, column;
  g_autoptr(Pty) pty = start_shell("printf '\\033[5;9Hx'", NULL);
  pty_expect_exit_code(pty, 0);
  pty_cursor(pty, &row, &column);
  g_assert_cmpint(row, ==, 4);
  g_assert_cmpint(column, ==, 9);
}

static void
test_signals(void)
{
  g_autoptr(Pty) trapped = start_shell("trap 'exit 9' TERM; echo up; while :; do read -r _; done", NULL);
  pty_expect_text(trapped, "up");
  pty_signal(trapped, SIGTERM);
  pty_key(trapped, "Enter"); /* a shell runs its trap after the read */
  pty_expect_exit_code(trapped, 9);
  g_autoptr(Pty) killed = start_cat(NULL);
  pty_signal(killed, SIGKILL);
  pty_expect_exit_code(killed, 128 + SIGKILL);
}

static void
test_interrupt_key(void)
{
  g_autoptr(Pty) pty = start_shell("echo up; exec cat", NULL);
  pty_expect_text(pty, "up");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 128 + SIGINT);
}

static void
test_hang_up(void)
{
  g_autoptr(Pty) pty = start_shell("echo up; exec cat", NULL);
  pty_expect_text(pty, "up");
  pty_hang_up(pty);
  pty_expect_exit_code(pty, 128 + SIGHUP);
}

static gboolean
shell_in_front(Pty *pty, gpointer data)
{
  return pty_foreground(pty) == pty_pid(pty);
}

static gboolean
job_in_front(Pty *pty, gpointer data)
{
  return !shell_in_front(pty, data);
}

static void
test_job_control(void)
{
  const char *const environment[] = {"PS1=shell> ", "ENV", NULL};
  const PtyOptions options = {.environment = environment};
  const char *const argv[] = {"sh", "-i", NULL};
  g_autoptr(Pty) pty = pty_start(argv, &options);
  pty_expect_text(pty, "shell>");
  g_assert_cmpint(pty_foreground(pty), ==, pty_pid(pty));
  pty_text(pty, "cat\n");
  g_assert_true(pty_wait(pty, job_in_front, NULL, "the job is in the foreground"));
  pty_key(pty, "C-z");
  g_assert_true(pty_wait(pty, shell_in_front, NULL, "the shell is back"));
  pty_text(pty, "fg\n");
  g_assert_true(pty_wait(pty, job_in_front, NULL, "the job is in the foreground again"));
  pty_key(pty, "C-d");
  g_assert_true(pty_wait(pty, shell_in_front, NULL, "the job has ended"));
  pty_text(pty, "exit 4\n");
  pty_expect_exit_code(pty, 4);
}

static void
test_termios(void)
{
  g_autoptr(Pty) pty = start_shell("stty -echo; echo off; read -r _; stty echo; echo on", NULL);
  pty_expect_text(pty, "off");
  struct termios without = pty_termios(pty);
  g_assert_false(without.c_lflag & ECHO);
  pty_key(pty, "Enter");
  pty_expect_exit_code(pty, 0);
  struct termios with = pty_termios(pty);
  g_assert_true(with.c_lflag & ECHO);
}

static gboolean
burned_ticks(Pty *pty, gpointer data)
{
  return process_cpu_ticks(pty_pid(pty)) >= GPOINTER_TO_INT(data);
}

static void
test_process(void)
{
  g_autoptr(Pty) busy = start_shell("while :; do :; done", NULL);
  g_assert_true(pty_wait(busy, burned_ticks, GINT_TO_POINTER(3), "three ticks were burned"));
  g_autoptr(Pty) idle = start_cat(NULL);
  pty_text(idle, "x");
  pty_expect_text(idle, "x");
  guint64 bytes = pty_bytes(idle);
  gint64 before = process_cpu_ticks(pty_pid(idle));
  pty_observe(idle, 300);
  g_assert_cmpint(process_cpu_ticks(pty_pid(idle)) - before, <=, 1);
  g_assert_cmpuint(pty_bytes(idle), ==, bytes);
  g_assert_cmpint(process_memory_kib(pty_pid(idle), "VmRSS"), >, 100);
  g_assert_cmpint(process_memory_kib(pty_pid(idle), "VmHWM"), >, 100);
  g_assert_cmpint(process_memory_kib(pty_pid(idle), "VmNone"), ==, -1);
}

/* More than a terminal holds at once: nothing blocks, nothing is lost, the newest is kept. */
static void
test_flood(void)
{
  const PtyOptions options = {.blind = TRUE};
  g_autoptr(Pty) blind = start_shell("yes 1234567 | head -n 2000000", &options);
  pty_expect_exit_code(blind, 0);
  g_assert_cmpuint(pty_bytes(blind), ==, 2000000 * 9);
  g_autoptr(Pty) seen = start_shell("yes 1234567 | head -n 50000; echo end", NULL);
  pty_expect_exit_code(seen, 0);
  g_assert_true(pty_shows(seen, "end"));
  g_assert_cmpuint(pty_raw(seen)->len, ==, 50000 * 9 + 5);
}

static void
test_failure_is_reported(void)
{
  if (g_test_subprocess()) {
    g_autoptr(Pty) pty = start_shell("echo something else; exit 3", NULL);
    g_assert_false(pty_wait_text(pty, "never shown"));
    return;
  }
  g_test_trap_subprocess(NULL, 0, 0);
  g_test_trap_assert_passed();
  g_test_trap_assert_stderr("*waited in vain until \"never shown\" is on the screen*");
  g_test_trap_assert_stderr("*the program has ended: exit status 3*|something else*");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/pty/output-and-exit", test_output_and_exit);
  g_test_add_func("/pty/text-and-lines", test_text_and_lines);
  g_test_add_func("/pty/size-and-resize", test_size_and_resize);
  g_test_add_func("/pty/every-size", test_every_size);
  g_test_add_func("/pty/environment", test_environment);
  g_test_add_func("/pty/attributes", test_attributes);
  g_test_add_func("/pty/wide-text", test_wide_text);
  g_test_add_func("/pty/modes", test_modes);
  g_test_add_func("/pty/keys", test_keys);
  g_test_add_func("/pty/application-keys", test_application_keys);
  g_test_add_func("/pty/paste", test_paste);
  g_test_add_func("/pty/answers", test_answers);
  g_test_add_func("/pty/cursor", test_cursor);
  g_test_add_func("/pty/signals", test_signals);
  g_test_add_func("/pty/interrupt-key", test_interrupt_key);
  g_test_add_func("/pty/hang-up", test_hang_up);
  g_test_add_func("/pty/job-control", test_job_control);
  g_test_add_func("/pty/termios", test_termios);
  g_test_add_func("/pty/process", test_process);
  g_test_add_func("/pty/flood", test_flood);
  g_test_add_func("/pty/failure-is-reported", test_failure_is_reported);
  return g_test_run();
}
