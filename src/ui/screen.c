#include "config.h"

#include "ui/screen.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/crash.h"
#include "ui/curses.h"
#include "ui/glyphs.h"
#include "ui/input.h"
#include "ui/signals.h"
#include "ui/stray_output.h"
#include "ui/theme.h"
#include "util/safe_text.h"

#include "ui/terminfo.h"

G_DEFINE_QUARK(mqtrust_screen_error, screen_error)

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

static SCREEN *screen;
static FILE *terminal;
static int terminal_fd = -1;
static gboolean brackets_paste;

/* --- May we? ---------------------------------------------------------------------------------- */

static gboolean
refuse(GError **error, ScreenError code, const char *format, const char *what)
{
  g_autofree char *safe = safe_text_string(what);
  g_autofree char *sentence = g_strdup_printf("%s%s", format, safe);
  g_set_error_literal(error, SCREEN_ERROR, (int)code, sentence);
  return FALSE;
}

static gboolean
is_terminal(GError **error)
{
  if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
    return TRUE;
  return refuse(error, SCREEN_ERROR_NO_TERMINAL, "the dashboard needs a terminal: ",
                isatty(STDIN_FILENO) ? "standard output is not one" : "standard input is not one");
}

static gboolean
terminal_name_is_known(const char *name, GError **error)
{
  int status = 0;
  gboolean found = setupterm(name, STDOUT_FILENO, &status) == OK;
  gboolean usable = found && cursor_address != NULL;
  if (found)
    del_curterm(cur_term);
  if (usable)
    return TRUE;
  g_autofree char *safe = safe_text_string(name);
  g_set_error(error, SCREEN_ERROR, SCREEN_ERROR_UNKNOWN_TERMINAL,
              found ? "this terminal (\"%s\") cannot move its cursor; try: "
                      "TERM=xterm-256color mqtrust"
                    : "this terminal (\"%s\") is not in this machine's terminal database; try: "
                      "TERM=xterm-256color mqtrust",
              safe);
  return FALSE;
}

static gboolean
is_usable(GError **error)
{
  const char *name = g_getenv("TERM");
  if (!is_terminal(error))
    return FALSE;
  if (!name || !*name)
    return refuse(error, SCREEN_ERROR_UNKNOWN_TERMINAL,
                  "TERM is not set, so the kind of this terminal is not known; try: "
                  "TERM=xterm-256color mqtrust",
                  "");
  return terminal_name_is_known(name, error);
}

/* --- The way back, prepared ------------------------------------------------------------------- */

static GString *collected;

static int
collect(int c)
{
  g_string_append_c(collected, (char)c);
  return c;
}

static void
collect_capability(const char *capability)
{
  if (capability)
    tputs(capability, 1, collect);
}

/* What undoes everything that we and ncurses switch on, in the order of endwin(). */
static char *
restore_string(void)
{
  collected = g_string_new(brackets_paste ? PASTE_OFF : "");
  collect_capability(exit_attribute_mode);
  collect_capability(orig_pair);
  collect_capability(keypad_local);
  collect_capability(cursor_normal);
  if (exit_ca_mode)
    collect_capability(exit_ca_mode);
  else
    g_string_append(collected, "\r\n");
  return g_string_free(g_steal_pointer(&collected), FALSE);
}

static void
send_to_terminal(const char *bytes)
{
  ssize_t ignored = write(terminal_fd, bytes, strlen(bytes));
  (void)ignored;
}

static void
set_paste_brackets(gboolean on)
{
  if (brackets_paste)
    send_to_terminal(on ? PASTE_ON : PASTE_OFF);
}

/* --- Start and stop --------------------------------------------------------------------------- */

/* ^C, ^Z and ^\ stay signals; ^S, ^Q, ^V and ^O become keys. */
static void
set_modes(void)
{
  struct termios modes;
  cbreak();
  noecho();
  nonl();
  if (tcgetattr(terminal_fd, &modes) == 0) {
    modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
    modes.c_lflag &= ~(tcflag_t)IEXTEN;
    modes.c_lflag |= NOFLSH; /* ^Z must not throw half a frame away */
    tcsetattr(terminal_fd, TCSADRAIN, &modes);
  }
  def_prog_mode();
}

static gboolean
open_curses(GError **error)
{
  terminal_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  terminal = terminal_fd >= 0 ? fdopen(terminal_fd, "w") : NULL;
  use_env(FALSE);
  use_tioctl(TRUE);
  screen = terminal ? newterm(NULL, terminal, stdin) : NULL;
  if (screen)
    return TRUE;
  return refuse(error, SCREEN_ERROR_UNKNOWN_TERMINAL,
                "this terminal cannot be used: ", g_getenv("TERM"));
}

gboolean
screen_start(gboolean ascii, gboolean no_color, GError **error)
{
  static gboolean at_exit;
  struct termios before;
  if (!is_usable(error))
    return FALSE;
  gboolean has_modes = tcgetattr(STDIN_FILENO, &before) == 0;
  if (!at_exit)
    atexit(screen_stop);
  at_exit = TRUE;
  if (!open_curses(error))
    return FALSE;
  /* Any terminal of the ANSI kind; those who do not know brackets pass the sequence over. */
  brackets_paste = g_str_has_prefix(cursor_address, "\033[");
  g_autofree char *restore = restore_string();
  stray_output_capture();
  crash_prepare(terminal_fd, restore, has_modes ? &before : NULL);
  set_modes();
  glyphs_choose(ascii);
  theme_start(no_color);
  input_start();
  screen_resize();
  set_paste_brackets(TRUE);
  return TRUE;
}

void
screen_stop(void)
{
  if (!screen)
    return;
  set_paste_brackets(FALSE);
  input_stop();
  curs_set(1);
  endwin();
  crash_forget();
  delscreen(screen);
  screen = NULL;
  fclose(terminal);
  terminal = NULL;
  terminal_fd = -1;
  stray_output_release();
}

/* --- While it lives --------------------------------------------------------------------------- */

void
screen_redraw_all(void)
{
  set_paste_brackets(TRUE);
  if (keypad_xmit)
    putp(keypad_xmit);
  clearok(curscr, TRUE);
}

void
screen_retake(void)
{
  /* After endwin() the next doupdate() takes the alternate screen and the modes anew. */
  if (!isendwin())
    endwin();
  reset_prog_mode();
  screen_resize();
  screen_redraw_all();
}

void
screen_suspend(void)
{
  set_paste_brackets(FALSE);
  curs_set(1);
  endwin();
  signals_stop_process();
  screen_retake();
}

void
screen_resize(void)
{
  struct winsize size = {0};
  if (ioctl(terminal_fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0 ||
      (size.ws_row == LINES && size.ws_col == COLS))
    return;
  /* Not resizeterm(): that one puts a KEY_RESIZE among the keys. */
  resize_term(size.ws_row, size.ws_col);
  clearok(curscr, TRUE);
}

void
screen_show(int row, int column, gboolean visible)
{
  move(row, column);
  curs_set(visible ? 1 : 0);
  wnoutrefresh(stdscr);
  doupdate();
}
