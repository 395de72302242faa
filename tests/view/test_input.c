/* Bytes of a terminal in, keys out. */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "ui/curses.h"
#include "ui/input.h"

static int terminal; /* where the test types */
static SCREEN *screen;
static FILE *in, *out;

/* A pseudo-terminal: a pipe has no eight bits for curses. */
static void
set_up(void)
{
  terminal = posix_openpt(O_RDWR | O_NOCTTY);
  g_assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
  in = fopen(ptsname(terminal), "r");
  out = fopen(ptsname(terminal), "w");
  screen = newterm("xterm-256color", out, in);
  g_assert_nonnull(screen);
  struct termios modes;
  g_assert_cmpint(tcgetattr(fileno(in), &modes), ==, 0);
  cfmakeraw(&modes);
  g_assert_cmpint(tcsetattr(fileno(in), TCSANOW, &modes), ==, 0);
  input_start();
}

static void
tear_down(void)
{
  input_stop();
  endwin();
  delscreen(screen);
  fclose(in);
  close(terminal);
  fclose(out);
}

static void
type(const char *bytes, gsize length)
{
  g_assert_cmpint(write(terminal, bytes, length), ==, (gssize)length);
}

static char *
keys(void)
{
  GString *names = g_string_new(NULL);
  Key key;
  while (input_read(&key)) {
    g_autofree char *name = key_name(&key);
    g_string_append_printf(names, "%s%s", names->len ? " " : "", name);
  }
  return g_string_free(names, FALSE);
}

static void
assert_keys(const char *bytes, const char *expected)
{
  type(bytes, strlen(bytes));
  g_autofree char *names = keys();
  g_assert_cmpstr(names, ==, expected);
}

static void
test_plain(void)
{
  set_up();
  assert_keys("aZ ?", "a Z Space ?");
  assert_keys("\r\n\t\x7f\b", "Enter Enter Tab Backspace Backspace");
  assert_keys("\x01\x04\x1a\x1d", "C-a C-d C-z C-]");
  assert_keys("é漢", "é 漢");
  tear_down();
}

static void
test_named(void)
{
  set_up();
  assert_keys("\033[A\033OA\033[B\033OC\033[D", "Up Up Down Right Left");
  assert_keys("\033[H\033OH\033[1~\033[F\033[4~", "Home Home Home End End");
  assert_keys("\033[5~\033[6~\033[3~\033[2~\033[Z", "PgUp PgDn Del Ins S-Tab");
  assert_keys("\033OP\033[11~\033OQ\033[24~", "F1 F1 F2 F12");
  tear_down();
}

static void
test_escape_and_alt(void)
{
  set_up();
  assert_keys("\033", "Esc");
  assert_keys("\033x", "M-x");
  assert_keys("\033é", "M-é");
  assert_keys("\033\x01", "M-C-a");
  assert_keys("\033[1;3C", "M-Right");
  assert_keys("\033[1;5C", "Right");
  tear_down();
}

/* What nobody knows is swallowed whole: its letters must not act. */
static void
test_unknown_sequences(void)
{
  set_up();
  assert_keys("\033[999zq", "q");
  assert_keys("\033[?1;2cq", "q");
  assert_keys("\033[<0;12;7Mq", "q");
  assert_keys("\033[M !!q", "q");
  assert_keys("\033Oza", "a");
  assert_keys("\xff\xfe\x80\x61", "a");
  assert_keys("\xc2\x9b", "");
  tear_down();
}

/* A character whose bytes come in two packets. */
static void
test_split_character(void)
{
  set_up();
  assert_keys("\xe6\xbc", "");
  assert_keys("\xa2z", "漢 z");
  assert_keys("\xe6", "");
  assert_keys("a", "a");
  tear_down();
}

static void
assert_paste(const char *expected)
{
  gsize length;
  const char *paste = input_paste(&length);
  g_assert_cmpuint(length, ==, strlen(expected));
  g_assert_cmpmem(paste, length, expected, length);
}

static void
test_paste(void)
{
  set_up();
  assert_keys("\033[200~one\rtwo q\033[A\x03漢\033[201~x", "Paste x");
  assert_paste("one\ntwo q\x03漢");
  assert_keys("\033[200~abc", "");
  assert_keys("def\033[201~", "Paste");
  assert_paste("abcdef");
  assert_keys("\033[200~\033[201~", "Paste");
  assert_paste("");
  tear_down();
}

/* Longer than the bound: cut, and the end still found. */
static void
test_long_paste(void)
{
  gsize length;
  Key key;
  gboolean seen = FALSE;
  g_autofree char *piece = g_strnfill(3000, 'p');
  set_up();
  assert_keys("\033[200~", "");
  for (int i = 0; i < 120; i++) {
    type(piece, strlen(piece));
    g_assert_false(input_read(&key));
  }
  type("\033[201~q", 7);
  seen = input_read(&key) && key.code == KEY_PASTE;
  g_assert_true(seen);
  input_paste(&length);
  g_assert_cmpuint(length, ==, INPUT_PASTE_MAX);
  assert_keys("", "q");
  tear_down();
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/input/plain", test_plain);
  g_test_add_func("/input/named", test_named);
  g_test_add_func("/input/escape", test_escape_and_alt);
  g_test_add_func("/input/unknown", test_unknown_sequences);
  g_test_add_func("/input/split", test_split_character);
  g_test_add_func("/input/paste", test_paste);
  g_test_add_func("/input/long-paste", test_long_paste);
  return g_test_run();
}
