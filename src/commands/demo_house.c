#include "config.h"

#include "commands/demo_house.h"

#include "commands/demo_broker.h"
#include "commands/demo_pki.h"
#include "commands/demo_traffic.h"
#include "util/private_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct DemoHouse {
  pid_t pid;
  int life;     /* open as long as the demo shall run */
  guint16 port;
  char *folder;
};

/* --- In the process of the house --------------------------------------------------------------- */

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

/* One line: "PORT FOLDER", or "!" and the sentence on why there is no demo. */
static void
report(int fd, const DemoBroker *broker, const char *folder, const GError *error)
{
  g_autofree char *line = error != NULL
                              ? g_strdup_printf("!%s\n", error->message)
                              : g_strdup_printf("%u %s\n", demo_broker_port(broker), folder);
  write_all(fd, line);
  close(fd);
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
static void
live(int life)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  g_unix_fd_add(life, G_IO_IN | G_IO_HUP | G_IO_ERR, quit, loop);
  g_unix_signal_add(SIGTERM, quit_by_signal, loop);
  g_unix_signal_add(SIGINT, quit_by_signal, loop);
  g_unix_signal_add(SIGHUP, quit_by_signal, loop);
  g_main_loop_run(loop);
}

static void
run_house(int life, int report_fd)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DemoBroker) broker = NULL;
  g_autoptr(DemoTraffic) traffic = NULL;
  g_autofree char *folder = private_folder_new("mqtrust-demo", &error);
  if (folder != NULL &&
      demo_pki_write(folder, demo_devices, g_get_real_time() / G_USEC_PER_SEC, &error))
    broker = demo_broker_start(folder, &error);
  if (broker != NULL)
    traffic = demo_traffic_start(folder, demo_broker_port(broker), &error);
  report(report_fd, broker, folder, error);
  if (traffic != NULL)
    live(life);
  g_clear_pointer(&traffic, demo_traffic_stop);
  g_clear_pointer(&broker, demo_broker_stop);
  if (folder != NULL)
    private_folder_remove(folder, NULL);
}

static G_GNUC_NORETURN void
house_main(int life, int report_fd)
{
  leave_terminal();
  signal(SIGPIPE, SIG_IGN);
  run_house(life, report_fd);
  _exit(EXIT_SUCCESS);
}

/* --- In the process of the dashboard ----------------------------------------------------------- */

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
take_report(DemoHouse *house, const char *line, GError **error)
{
  char *end = NULL;
  gulong port = strtoul(line, &end, 10);
  if (port > 0 && port <= G_MAXUINT16 && *end == ' ') {
    house->port = (guint16)port;
    house->folder = g_strdup(end + 1);
    return TRUE;
  }
  g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s",
              *line == '!' ? line + 1 : "the demo's helper process ended without a word");
  return FALSE;
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

DemoHouse *
demo_house_start(GError **error)
{
  int life[2], result[2];
  if (!make_pipes(life, result, error))
    return NULL;
  pid_t pid = fork();
  if (pid == 0) {
    close(life[1]);
    close(result[0]);
    house_main(life[0], result[1]);
  }
  close(life[0]);
  close(result[1]);
  g_autoptr(DemoHouse) house = g_new0(DemoHouse, 1);
  house->pid = pid;
  house->life = life[1];
  g_autofree char *line = pid > 0 ? read_report(result[0]) : g_strdup("!cannot start a process");
  close(result[0]);
  return take_report(house, line, error) ? g_steal_pointer(&house) : NULL;
}

void
demo_house_stop(DemoHouse *house)
{
  if (house == NULL)
    return;
  close(house->life);
  while (house->pid > 0 && waitpid(house->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  if (house->folder != NULL) /* should its process have been killed, its folder is still there */
    private_folder_remove(house->folder, NULL);
  g_free(house->folder);
  g_free(house);
}

guint16
demo_house_port(const DemoHouse *house)
{
  return house->port;
}

const char *
demo_house_folder(const DemoHouse *house)
{
  return house->folder;
}
