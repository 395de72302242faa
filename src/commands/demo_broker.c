#include "config.h"

#include "commands/demo_broker.h"

#include "commands/demo_pki.h"
#include "util/private_folder.h"
#include "util/safe_text.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_NAME "broker.log"
#define START_TRIES 5      /* another program may take the port between our look and the start */
#define START_SECONDS 10

struct DemoBroker {
  GPid pid;
  guint16 port;
};

/* Debian keeps it in sbin, which is not on an ordinary user's PATH. */
static char *
find_mosquitto(GError **error)
{
  static const char *const places[] = {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto",
                                       "/sbin/mosquitto"};
  char *path = g_find_program_in_path("mosquitto");
  for (gsize i = 0; path == NULL && i < G_N_ELEMENTS(places); i++) {
    if (access(places[i], X_OK) == 0)
      path = g_strdup(places[i]);
  }
  if (path == NULL)
    g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT,
                "the demo needs a broker: install the package mosquitto "
                "(apt-get install mosquitto) and start it again");
  return path;
}

static gboolean
set_errno(GError **error, const char *what)
{
  g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", what,
              g_strerror(errno));
  return FALSE;
}

static struct sockaddr_in
loopback(guint16 port)
{
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static gboolean
find_port(guint16 *port, GError **error)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  gboolean good = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                  getsockname(fd, (struct sockaddr *)&address, &length) == 0;
  if (!good)
    set_errno(error, "no free port on 127.0.0.1");
  if (fd >= 0)
    close(fd);
  *port = ntohs(address.sin_port);
  return good;
}

/* As root, mosquitto becomes the user mosquitto before it reads the key, which lies in a folder
 * that only root can enter: then, and only then, it is told to stay root. */
static char *
write_configuration(const char *folder, guint16 port, GError **error)
{
  g_autofree char *text = g_strdup_printf("per_listener_settings false\n"
                                          "%s"
                                          "listener %u 127.0.0.1\n"
                                          "certfile %s/" DEMO_FULLCHAIN "\n"
                                          "keyfile %s/" DEMO_PRIVKEY "\n"
                                          "cafile %s/" DEMO_CLIENT_CA "\n"
                                          "require_certificate true\n"
                                          "use_identity_as_username true\n"
                                          "allow_anonymous false\n"
                                          "persistence false\n"
                                          "log_dest file %s/" LOG_NAME "\n",
                                          geteuid() == 0 ? "user root\n" : "", port, folder, folder,
                                          folder, folder);
  if (!private_folder_write(folder, "mosquitto.conf", text, (gssize)strlen(text), 0600, error))
    return NULL;
  return g_build_filename(folder, "mosquitto.conf", NULL);
}

/* Between fork and exec: the broker dies when its parent does. */
static void
follow_parent(gpointer parent)
{
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != GPOINTER_TO_INT(parent))
    _exit(1);
}

static gboolean
spawn(const char *program, const char *configuration, GPid *pid, GError **error)
{
  const char *const arguments[] = {program, "-c", configuration, NULL};
  return g_spawn_async(NULL, (char **)arguments, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                           G_SPAWN_STDERR_TO_DEV_NULL,
                       follow_parent, GINT_TO_POINTER(getpid()), pid, error);
}

static gboolean
listens(guint16 port)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = loopback(port);
  gboolean good = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
  if (fd >= 0)
    close(fd);
  return good;
}

/* The last line of the broker's log says best why it did not start. */
static char *
last_log_line(const char *folder)
{
  g_autofree char *path = g_build_filename(folder, LOG_NAME, NULL);
  g_autofree char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return g_strdup("it left no log");
  g_strchomp(text);
  const char *line = strrchr(text, '\n');
  return safe_text_string(line != NULL ? line + 1 : text);
}

typedef enum { STARTED, ENDED, SILENT } StartResult;

static StartResult
wait_until_listening(GPid pid, guint16 port)
{
  gint64 deadline = g_get_monotonic_time() + START_SECONDS * G_USEC_PER_SEC;
  while (g_get_monotonic_time() < deadline) {
    if (waitpid(pid, NULL, WNOHANG) == pid)
      return ENDED;
    if (listens(port))
      return STARTED;
    poll(NULL, 0, 5);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  return SILENT;
}

static StartResult
try_start(DemoBroker *broker, const char *program, const char *folder, GError **error)
{
  if (!find_port(&broker->port, error))
    return SILENT;
  g_autofree char *configuration = write_configuration(folder, broker->port, error);
  if (configuration == NULL || !spawn(program, configuration, &broker->pid, error))
    return SILENT;
  return wait_until_listening(broker->pid, broker->port);
}

DemoBroker *
demo_broker_start(const char *folder, GError **error)
{
  g_autofree char *program = find_mosquitto(error);
  if (program == NULL)
    return NULL;
  g_autofree DemoBroker *broker = g_new0(DemoBroker, 1);
  StartResult result = ENDED;
  g_autoptr(GError) cause = NULL;
  for (int i = 0; i < START_TRIES && result == ENDED; i++)
    result = try_start(broker, program, folder, &cause);
  if (result == STARTED)
    return g_steal_pointer(&broker);
  if (cause != NULL) {
    g_propagate_error(error, g_steal_pointer(&cause));
    return NULL;
  }
  g_autofree char *line = last_log_line(folder);
  g_set_error(error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED, "%s did not start: %s", program, line);
  return NULL;
}

void
demo_broker_stop(DemoBroker *broker)
{
  if (broker == NULL)
    return;
  kill(broker->pid, SIGTERM);
  waitpid(broker->pid, NULL, 0);
  g_spawn_close_pid(broker->pid);
  g_free(broker);
}

guint16
demo_broker_port(const DemoBroker *broker)
{
  return broker->port;
}
