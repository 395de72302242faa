#include "config.h"

#include "live/mosquitto.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/private_folder.h"

#define START_TIMEOUT_MS 20000 /* a broken broker, not a slow one */

guint16
free_port(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint(fd, >=, 0);
  g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
  g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
  close(fd);
  return ntohs(address.sin_port);
}

/* A test that crashes leaves no broker behind. */
static void
die_with_parent(gpointer unused)
{
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Debian keeps it where a user's PATH does not look. */
static char *
find_program(const char *name)
{
  g_autofree char *in_sbin = g_build_filename("/usr/sbin", name, NULL);
  char *found = g_find_program_in_path(name);

  if (found == NULL && g_file_test(in_sbin, G_FILE_TEST_IS_EXECUTABLE))
    found = g_steal_pointer(&in_sbin);
  return found;
}

static char *
write_configuration(const Mosquitto *broker, const char *settings)
{
  g_autoptr(GString) text = g_string_new(settings);
  char *path = g_build_filename(broker->folder, "mosquitto.conf", NULL);

  g_string_append_printf(text,
                         "listener %u 127.0.0.1\nlog_dest stderr\nlog_type information\n"
                         "log_type warning\nlog_type error\n",
                         broker->port);
  if (getuid() == 0)
    g_string_append(text, "user root\n"); /* else it becomes somebody who cannot read the folder */
  g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
  return path;
}

/* It says "running" when its listeners are open. FALSE: it ended, or its port was taken. */
static gboolean
wait_until_running(int log)
{
  g_autoptr(GString) said = g_string_new(NULL);
  gint64 end = g_get_monotonic_time() + START_TIMEOUT_MS * 1000;
  struct pollfd wait = {.fd = log, .events = POLLIN};
  char buffer[512];

  while (strstr(said->str, " running\n") == NULL) {
    int left = (int)((end - g_get_monotonic_time()) / 1000);
    gssize length;

    if (left <= 0 || poll(&wait, 1, left) <= 0)
      break;
    length = read(log, buffer, sizeof buffer);
    if (length <= 0)
      break;
    g_string_append_len(said, buffer, length);
  }
  if (strstr(said->str, " running\n") != NULL)
    return TRUE;
  g_test_message("mosquitto: %s", said->str);
  return FALSE;
}

/* Its log is read no further: what it writes later is lost, which mosquitto does not mind. */
static gboolean
spawn(Mosquitto *broker, const char *program, const char *configuration)
{
  const char *argv[] = {program, "-c", configuration, NULL};
  g_autoptr(GError) error = NULL;
  gboolean running;
  int log;

  if (!g_spawn_async_with_pipes(broker->folder, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
                                die_with_parent, NULL, &broker->pid, NULL, NULL, &log, &error))
    g_error("%s", error->message);
  running = wait_until_running(log);
  close(log);
  if (!running)
    mosquitto_end(broker, SIGKILL);
  return running;
}

Mosquitto *
mosquitto_start(const char *settings, const char **why)
{
  g_autofree char *program = find_program("mosquitto");
  g_autoptr(Mosquitto) broker = NULL;

  if (program == NULL) {
    *why = "there is no mosquitto on this machine";
    return NULL;
  }
  broker = g_new0(Mosquitto, 1);
  broker->folder = private_folder_new("mqtrust-broker", NULL);
  g_assert_nonnull(broker->folder);
  for (int try = 0; try < 5; try++) { /* somebody else may take the port first */
    g_autofree char *configuration = NULL;

    broker->port = free_port();
    configuration = write_configuration(broker, settings);
    if (spawn(broker, program, configuration))
      return g_steal_pointer(&broker);
  }
  g_error("mosquitto does not start");
}

void
mosquitto_end(Mosquitto *broker, int signal)
{
  if (broker->pid == 0)
    return;
  kill(broker->pid, signal);
  while (waitpid(broker->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  g_spawn_close_pid(broker->pid);
  broker->pid = 0;
}

void
mosquitto_free(Mosquitto *broker)
{
  if (broker == NULL)
    return;
  mosquitto_end(broker, SIGKILL);
  private_folder_remove(broker->folder, NULL);
  g_free(broker->folder);
  g_free(broker);
}

gboolean
mosquitto_write_password(const char *path, const char *user, const char *password)
{
  g_autofree char *program = find_program("mosquitto_passwd");
  const char *argv[] = {program, "-b", "-c", path, user, password, NULL};
  g_autoptr(GError) error = NULL;

  if (program == NULL)
    return FALSE;
  if (!g_spawn_sync(NULL, (char **)argv, NULL,
                    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                    NULL, &error))
    g_error("%s", error->message);
  return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}
