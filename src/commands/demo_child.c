#include "config.h"

#include "commands/demo_child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct DemoChildEnd {
  int life;   /* closed at the other end when it is over */
  int report; /* -1: has reported */
};

struct DemoChild {
  pid_t pid;
  int life; /* open as long as the child shall live */
};

/* --- In the process itself --------------------------------------------------------------------- */

static void
leave_terminal(void)
{
  setsid();
  int null = open("/dev/null", O_RDWR);
  for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
    dup2(null, fd);
  if (null > STDERR_FILENO)
    close(null);
}

static void
write_all(int fd, const char *text)
{
  gsize length = strlen(text);
  while (length > 0) {
    ssize_t written = write(fd, text, length);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return; /* nobody waits for it any more */
    text += written;
    length -= (gsize)written;
  }
}

static void
report(DemoChildEnd *end, const char *mark, const char *line)
{
  g_autofree char *whole = g_strdup_printf("%s%s\n", mark, line);
  write_all(end->report, whole);
  close(end->report);
  end->report = -1;
}

void
demo_child_fail(DemoChildEnd *end, const GError *error)
{
  report(end, "!", error->message);
}

static gboolean
quit(int fd, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

static gboolean
quit_by_signal(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_CONTINUE;
}

/* Until the other end of `life` is closed, by whatever way. */
void
demo_child_live(DemoChildEnd *end, const char *line)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  report(end, "", line);
  g_unix_fd_add(end->life, G_IO_IN | G_IO_HUP | G_IO_ERR, quit, loop);
  g_unix_signal_add(SIGTERM, quit_by_signal, loop);
  g_unix_signal_add(SIGINT, quit_by_signal, loop);
  g_unix_signal_add(SIGHUP, quit_by_signal, loop);
  g_main_loop_run(loop);
}

static G_GNUC_NORETURN void
child_main(DemoChildMain run, gconstpointer data, int life, int report_fd)
{
  DemoChildEnd end = {life, report_fd};
  leave_terminal();
  signal(SIGPIPE, SIG_IGN);
  run(&end, data);
  _exit(EXIT_SUCCESS);
}

/* --- In the process of who starts it ----------------------------------------------------------- */

static char *
read_report(int fd)
{
  GString *text = g_string_new(NULL);
  char buffer[512];
  ssize_t length;
  while ((length = read(fd, buffer, sizeof buffer)) > 0 || (length < 0 && errno == EINTR)) {
    if (length > 0)
      g_string_append_len(text, buffer, length);
  }
  g_strchomp(text->str);
  return g_string_free(text, FALSE);
}

static gboolean
make_pipes(int life[2], int result[2], GError **error)
{
  if (!g_unix_open_pipe(life, FD_CLOEXEC, error))
    return FALSE;
  if (g_unix_open_pipe(result, FD_CLOEXEC, error))
    return TRUE;
  close(life[0]);
  close(life[1]);
  return FALSE;
}

DemoChild *
demo_child_start(DemoChildMain run, gconstpointer data, char **line, GError **error)
{
  int life[2], result[2];
  if (!make_pipes(life, result, error))
    return NULL;
  pid_t pid = fork();
  if (pid == 0) {
    close(life[1]);
    close(result[0]);
    child_main(run, data, life[0], result[1]);
  }
  close(life[0]);
  close(result[1]);
  g_autoptr(DemoChild) child = g_new0(DemoChild, 1);
  child->pid = pid;
  child->life = life[1];
  g_autofree char *text = pid > 0 ? read_report(result[0]) : g_strdup("!cannot start a process");
  close(result[0]);
  if (*text != '\0' && *text != '!') {
    *line = g_steal_pointer(&text);
    return g_steal_pointer(&child);
  }
  g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s",
              *text == '!' ? text + 1 : "the demo's helper process ended without a word");
  return NULL;
}

void
demo_child_stop(DemoChild *child)
{
  if (child == NULL)
    return;
  close(child->life);
  while (child->pid > 0 && waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  g_free(child);
}
