#include "config.h"

#include "commands/password_source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "commands/file_input.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define PASSWORD_MAX 4096
#define OUTPUT_MAX (1024 * 1024) /* bytes of a command that are read */
#define KEY_INTERRUPT 3          /* C-c */

void
password_source_clear(PasswordSource *source)
{
  g_clear_pointer(&source->file, g_free);
  g_clear_pointer(&source->command, g_free);
}

gboolean
password_source_is_set(const PasswordSource *source)
{
  return source->file || source->command || source->prompt;
}

static char *
fail(GError **error, const char *sentence)
{
  g_set_error_literal(error, G_IO_CHANNEL_ERROR, G_IO_CHANNEL_ERROR_FAILED, sentence);
  return NULL;
}

/* --- the terminal ----------------------------------------------------------------------------- */

static int
open_terminal(void)
{
  return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

gboolean
password_prompt_possible(void)
{
  int terminal = open_terminal();
  if (terminal < 0)
    return FALSE;
  close(terminal);
  return TRUE;
}

/* What a signal that ends the program leaves behind is a terminal that shows what is typed. */
static struct termios before;
static int shown_terminal = -1;

static void
restore_and_die(int number)
{
  tcsetattr(shown_terminal, TCSANOW, &before);
  signal(number, SIG_DFL);
  raise(number);
}

static void
watch_signals(void (*handler)(int))
{
  static const int numbers[] = {SIGTERM, SIGHUP};
  for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
    signal(numbers[i], handler);
}

/* Keys make no signals, so that C-c is read: it ends a line, too. */
static gboolean
hide_typing(int terminal)
{
  struct termios hidden;
  if (tcgetattr(terminal, &before) != 0)
    return FALSE;
  shown_terminal = terminal;
  hidden = before;
  hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
  hidden.c_lflag |= ICANON | ECHONL;
  hidden.c_cc[VEOL] = KEY_INTERRUPT;
  watch_signals(restore_and_die);
  return tcsetattr(terminal, TCSAFLUSH, &hidden) == 0;
}

static void
show_typing(int terminal)
{
  tcsetattr(terminal, TCSAFLUSH, &before);
  watch_signals(SIG_DFL);
}

/* (transfer full): a line without its end; NULL: given up (C-c, C-d). */
static char *
read_line(int terminal)
{
  char line[PASSWORD_MAX + 2];
  gsize length = 0;
  ssize_t got = 1;
  while (length < sizeof line - 1 && (length == 0 || line[length - 1] != '\n') && got != 0) {
    got = read(terminal, line + length, sizeof line - 1 - length);
    if (got < 0 && errno != EINTR)
      got = 0;
    length += got > 0 ? (gsize)got : 0;
    if (memchr(line, KEY_INTERRUPT, length))
      break;
  }
  gboolean whole = length > 0 && line[length - 1] == '\n';
  char *text = whole ? g_strndup(line, length - 1) : NULL;
  explicit_bzero(line, sizeof line);
  return text;
}

static char *
ask(int terminal, const char *question, const char *rest)
{
  g_autofree char *text = g_strconcat(question, rest, ": ", NULL);
  gboolean hidden = hide_typing(terminal);
  char *answer = NULL;
  if (hidden && write(terminal, text, strlen(text)) >= 0)
    answer = read_line(terminal);
  if (hidden)
    show_typing(terminal);
  return answer;
}

static char *
ask_on(int terminal, const char *question, gboolean twice, GError **error)
{
  secret_auto first = ask(terminal, question, "");
  if (!first)
    return fail(error, "no password was given");
  if (!*first)
    return fail(error, "the password is empty");
  secret_auto second = twice ? ask(terminal, question, ", again") : NULL;
  if (twice && !second)
    return fail(error, "no password was given");
  if (twice && strcmp(first, second) != 0)
    return fail(error, "the two passwords are not the same");
  return g_steal_pointer(&first);
}

char *
password_prompt(const char *question, gboolean twice, GError **error)
{
  int terminal = open_terminal();
  if (terminal < 0)
    return fail(error, "there is no terminal to ask for a password on; give it by a file or a "
                       "command");
  char *password = ask_on(terminal, question, twice, error);
  close(terminal);
  return password;
}

/* --- a command -------------------------------------------------------------------------------- */

/* Its first line, without the end; the rest is read and forgotten, so that the command is not
 * broken off. FALSE: it prints more than any password is. */
static gboolean
read_output(int pipe, char *line, gsize *length)
{
  char piece[4096];
  gsize total = 0;
  ssize_t got;
  gboolean ended = FALSE;
  *length = 0;
  while (total <= OUTPUT_MAX && *length <= PASSWORD_MAX) {
    got = read(pipe, piece, sizeof piece);
    if (got == 0 || (got < 0 && errno != EINTR))
      break;
    total += got > 0 ? (gsize)got : 0;
    for (ssize_t i = 0; i < got && !ended && *length <= PASSWORD_MAX; i++) {
      ended = piece[i] == '\n';
      if (!ended)
        line[(*length)++] = piece[i];
    }
  }
  explicit_bzero(piece, sizeof piece);
  return total <= OUTPUT_MAX && *length <= PASSWORD_MAX;
}

/* What it printed as a password; NULL: that is none. */
static char *
password_of(const char *line, gsize length)
{
  if (length > 0 && line[length - 1] == '\r')
    length--;
  return length > 0 && !memchr(line, '\0', length) ? g_strndup(line, length) : NULL;
}

static gboolean
start_command(const char *command, GPid *child, int *pipe, GError **error)
{
  char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)command, NULL};
  g_autoptr(GError) cause = NULL;
  if (g_spawn_async_with_pipes(NULL, argv, NULL,
                               G_SPAWN_CHILD_INHERITS_STDIN | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                               child, NULL, pipe, NULL, &cause))
    return TRUE;
  g_set_error(error, cause->domain, cause->code, "the password command cannot be run: %s",
              cause->message);
  return FALSE;
}

static int
end_command(GPid child, int pipe, gboolean bounded)
{
  int status = 0;
  close(pipe);
  if (!bounded)
    kill(child, SIGTERM);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    continue;
  return status;
}

static char *
run_command(const char *command, const char *question, GError **error)
{
  char line[PASSWORD_MAX + 1];
  gsize length;
  GPid child;
  int pipe;
  if (!start_command(command, &child, &pipe, error))
    return NULL;
  gboolean bounded = read_output(pipe, line, &length);
  int status = end_command(child, pipe, bounded);
  gboolean good = bounded && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  char *password = good ? password_of(line, length) : NULL;
  explicit_bzero(line, sizeof line);
  if (password)
    return password;
  /* Not the command itself: it may be `echo` and the password. */
  g_autofree char *sentence =
      g_strdup_printf("the password command %s (%s)",
                      !bounded ? "printed more than any password is"
                      : good   ? length > 0 ? "printed no password, but a zero byte or a blank "
                                              "line"
                                            : "printed nothing"
                               : "failed",
                      question);
  return fail(error, sentence);
}

/* --- any of them ------------------------------------------------------------------------------ */

char *
password_source_read(const PasswordSource *source, const char *question, gboolean twice,
                     GError **error)
{
  if (source->prompt)
    return password_prompt(question, twice, error);
  if (source->file)
    return file_input_some_password(source->file, error);
  return run_command(source->command, question, error);
}
