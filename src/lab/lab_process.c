#include "config.h"

#include "lab/lab_process.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab.h"
#include "util/safe_text.h"

#define START_SECONDS 20 /* bounds a failure */
#define SLICE_MS 2

struct LabProcess {
  GPid pid; /* 0: has ended */
  int input;
};

/* --- Where programs and ports are ------------------------------------------------------------- */

char *
lab_program_find(const char *name, const char *package, GError **error)
{
  static const char *const folders[] = {"/usr/sbin", "/usr/local/sbin", "/sbin"};
  char *path = g_find_program_in_path(name);
  for (gsize i = 0; path == NULL && i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *place = g_build_filename(folders[i], name, NULL);
    if (g_file_test(place, G_FILE_TEST_IS_EXECUTABLE))
      path = g_steal_pointer(&place);
  }
  if (path == NULL)
    g_set_error(error, LAB_ERROR, LAB_ERROR_PROGRAM,
                "this fault is shown with %s, which is not on this machine; install Debian's "
                "package %s",
                name, package);
  return path;
}

static struct sockaddr_in
loopback(guint16 port)
{
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

guint16
lab_free_port(void)
{
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean good = bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                  getsockname(fd, (struct sockaddr *)&address, &length) == 0;
  close(fd);
  return good ? ntohs(address.sin_port) : 0;
}

/* --- The process ------------------------------------------------------------------------------ */

typedef struct {
  pid_t parent;
  int log;
} Child;

/* Between fork and exec: nothing but system calls. */
static void
prepare_child(gpointer data)
{
  const Child *child = data;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != child->parent)
    _exit(127);
  dup2(child->log, STDOUT_FILENO);
  dup2(child->log, STDERR_FILENO);
}

static gboolean
spawn(LabProcess *process, const char *const *arguments, const char *const *environment,
      const char *log_path, GError **error)
{
  Child child = {.parent = getpid(),
                 .log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  g_autoptr(GError) cause = NULL;
  gboolean good = g_spawn_async_with_pipes(NULL, (char **)arguments, (char **)environment,
                                           G_SPAWN_DO_NOT_REAP_CHILD, prepare_child, &child,
                                           &process->pid, &process->input, NULL, NULL, &cause);
  if (child.log >= 0)
    close(child.log);
  if (good)
    fcntl(process->input, F_SETFD, FD_CLOEXEC);
  else
    g_set_error(error, LAB_ERROR, LAB_ERROR_START, "%s does not start: %s", arguments[0],
                cause->message);
  return good;
}

static gboolean
accepts(guint16 port)
{
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean accepted = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
  close(fd);
  return accepted;
}

static gboolean
has_ended(LabProcess *process)
{
  if (process->pid != 0 && waitpid(process->pid, NULL, WNOHANG) == process->pid)
    process->pid = 0;
  return process->pid == 0;
}

static gboolean
wait_until_accepting(LabProcess *process, guint16 port)
{
  gint64 deadline = g_get_monotonic_time() + START_SECONDS * G_USEC_PER_SEC;
  while (g_get_monotonic_time() < deadline && !has_ended(process)) {
    if (accepts(port))
      return TRUE;
    poll(NULL, 0, SLICE_MS);
  }
  return FALSE;
}

/* Its last line says best why it did not start. */
static char *
last_line(const char *log_path)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents(log_path, &text, NULL, NULL) || *g_strchomp(text) == '\0')
    return g_strdup("it left no word");
  const char *line = strrchr(text, '\n');
  return safe_text_string(line != NULL ? line + 1 : text);
}

LabProcess *
lab_process_start(const char *const *arguments, const char *const *environment,
                  const char *log_path, guint16 port, GError **error)
{
  LabProcess *process = g_new0(LabProcess, 1);
  process->input = -1;
  if (!spawn(process, arguments, environment, log_path, error)) {
    g_free(process);
    return NULL;
  }
  if (wait_until_accepting(process, port))
    return process;
  g_autofree char *line = last_line(log_path);
  g_set_error(error, LAB_ERROR, LAB_ERROR_START, "%s did not come up: %s", arguments[0], line);
  lab_process_stop(process);
  return NULL;
}

void
lab_process_stop(LabProcess *process)
{
  if (process == NULL)
    return;
  if (!has_ended(process)) {
    kill(process->pid, SIGKILL); /* nothing of it is to be kept */
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
      continue;
  }
  if (process->input >= 0)
    close(process->input);
  g_free(process);
}
