#include "config.h"

#include "live/broker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/private_folder.h"

#define DEADLINE_MS 30000 /* bounds a failure */
#define SLICE_MS 10

struct Broker {
  BrokerOptions options;
  char *program;
  char *folder;
  char *config_path, *log_path;
  guint16 port;
  pid_t pid; /* 0: does not run */
};

/* --- Where it is --------------------------------------------------------------------------------- */

/* Debian keeps mosquitto in /usr/sbin, which an ordinary user's PATH does not name. */
static char *
find_mosquitto(void)
{
  char *program = g_find_program_in_path("mosquitto");
  if (program == NULL && g_file_test("/usr/sbin/mosquitto", G_FILE_TEST_IS_EXECUTABLE))
    program = g_strdup("/usr/sbin/mosquitto");
  return program;
}

gboolean
broker_available_or_skip(void)
{
  g_autofree char *program = find_mosquitto();
  if (program != NULL)
    return TRUE;
  g_test_skip("no mosquitto on this machine (Debian: mosquitto)");
  return FALSE;
}

static struct sockaddr_in
loopback(guint16 port)
{
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

guint16
free_port(void)
{
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) != 0)
    g_error("no free port: %s", g_strerror(errno));
  close(fd);
  return ntohs(address.sin_port);
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

/* --- Configuration ------------------------------------------------------------------------------- */

static void
write_passwords(const Broker *broker, GString *config)
{
  g_autofree char *path = g_build_filename(broker->folder, "passwords", NULL);
  g_autofree char *line =
      g_strdup_printf("%s:%s\n", broker->options.user_name, broker->options.password);
  g_autoptr(GError) error = NULL;
  const char *const argv[] = {"mosquitto_passwd", "-U", path, NULL};
  int status;
  if (!private_folder_write(broker->folder, "passwords", line, -1, 0600, &error) ||
      !g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status,
                    &error) ||
      !g_spawn_check_wait_status(status, &error))
    g_error("mosquitto_passwd: %s", error->message);
  g_string_append_printf(config, "allow_anonymous false\npassword_file %s\n", path);
}

static void
write_tls(const BrokerOptions *options, GString *config)
{
  g_string_append_printf(config, "certfile %s\nkeyfile %s\n", options->certificate_file,
                         options->key_file);
  if (options->client_ca_file != NULL)
    g_string_append_printf(config, "cafile %s\nrequire_certificate true\n",
                           options->client_ca_file);
  if (options->tls_version != NULL)
    g_string_append_printf(config, "tls_version %s\n", options->tls_version);
}

/* mosquitto's tls_version is the lowest that it takes; the highest is OpenSSL's to say. */
static void
write_openssl_config(const Broker *broker)
{
  const char *version = broker->options.tls_version;
  const char *highest = version == NULL || g_str_equal(version, "tlsv1.3") ? "TLSv1.3" : "TLSv1.2";
  g_autofree char *text = g_strdup_printf("openssl_conf = init\n"
                                          "[init]\nssl_conf = ssl\n"
                                          "[ssl]\nsystem_default = limits\n"
                                          "[limits]\nMaxProtocol = %s\n",
                                          highest);
  g_autoptr(GError) error = NULL;
  if (!private_folder_write(broker->folder, "openssl.cnf", text, -1, 0600, &error))
    g_error("%s", error->message);
}

static void
write_config(Broker *broker)
{
  const BrokerOptions *options = &broker->options;
  g_autoptr(GString) config = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  /* As root, mosquitto would become a user who cannot read the folder. */
  if (geteuid() == 0)
    g_string_append(config, "user root\n");
  g_string_append(config, "persistence false\nlog_dest stderr\nlog_type all\n"
                          "log_timestamp false\n");
  g_string_append_printf(config, "listener %u 127.0.0.1\n", broker->port);
  if (options->certificate_file != NULL)
    write_tls(options, config);
  if (options->user_name != NULL)
    write_passwords(broker, config);
  else if (!options->no_users)
    g_string_append(config, "allow_anonymous true\n");
  if (options->extra != NULL)
    g_string_append_printf(config, "%s\n", options->extra);
  if (!private_folder_write(broker->folder, "mosquitto.conf", config->str, -1, 0600, &error))
    g_error("%s", error->message);
  write_openssl_config(broker);
}

/* --- The process --------------------------------------------------------------------------------- */

static void G_GNUC_NORETURN
run_child(const Broker *broker, char **environment, int log, pid_t parent)
{
  const char *const argv[] = {broker->program, "-c", broker->config_path, NULL};
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(127);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execve(broker->program, (char *const *)argv, environment);
  _exit(127);
}

static void
start_process(Broker *broker)
{
  int log = open(broker->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  g_autofree char *openssl = g_build_filename(broker->folder, "openssl.cnf", NULL);
  g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "OPENSSL_CONF", openssl, TRUE);
  pid_t parent = getpid();
  g_assert_cmpint(log, >=, 0);
  broker->pid = fork();
  if (broker->pid == 0)
    run_child(broker, environment, log, parent);
  if (broker->pid < 0)
    g_error("fork: %s", g_strerror(errno));
  close(log);
}

static gboolean
has_ended(Broker *broker)
{
  if (broker->pid != 0 && waitpid(broker->pid, NULL, WNOHANG) == broker->pid)
    broker->pid = 0;
  return broker->pid == 0;
}

static gint64
deadline(void)
{
  return g_get_monotonic_time() + DEADLINE_MS * 1000;
}

/* FALSE: it ended by itself (another program took the port, for one). */
static gboolean
wait_until_accepting(Broker *broker)
{
  for (gint64 end = deadline(); g_get_monotonic_time() < end;) {
    if (has_ended(broker))
      return FALSE;
    if (accepts(broker->port))
      return TRUE;
    poll(NULL, 0, SLICE_MS);
  }
  return FALSE;
}

static void
fail_with_log(const Broker *broker, const char *what)
{
  g_autofree char *log = broker_log(broker);
  g_error("mosquitto: %s; its log:\n%s", what, log);
}

Broker *
broker_start(const BrokerOptions *options)
{
  Broker *broker = g_new0(Broker, 1);
  g_autoptr(GError) error = NULL;
  broker->options = *options;
  broker->program = find_mosquitto();
  broker->folder = private_folder_new("mqtrust-broker", &error);
  if (broker->program == NULL || broker->folder == NULL)
    g_error("no broker: %s", error != NULL ? error->message : "mosquitto is missing");
  broker->config_path = g_build_filename(broker->folder, "mosquitto.conf", NULL);
  broker->log_path = g_build_filename(broker->folder, "log", NULL);
  /* A port that was free a moment ago may be another program's by now. */
  for (int attempt = 0; attempt < 5; attempt++) {
    broker->port = free_port();
    write_config(broker);
    start_process(broker);
    if (wait_until_accepting(broker))
      return broker;
    broker_stop(broker);
  }
  fail_with_log(broker, "did not come up");
  return NULL;
}

static void
end_process(Broker *broker, int number)
{
  if (!has_ended(broker)) {
    kill(broker->pid, number);
    while (waitpid(broker->pid, NULL, 0) < 0 && errno == EINTR)
      continue;
  }
  broker->pid = 0;
}

void
broker_stop(Broker *broker)
{
  end_process(broker, SIGTERM);
}

void
broker_kill(Broker *broker)
{
  end_process(broker, SIGKILL);
}

void
broker_restart(Broker *broker)
{
  broker_stop(broker);
  start_process(broker);
  if (!wait_until_accepting(broker))
    fail_with_log(broker, "did not come up again");
}

void
broker_reload(Broker *broker)
{
  kill(broker->pid, SIGHUP);
  g_assert_true(broker_wait_log(broker, "Reloading config"));
}

void
broker_free(Broker *broker)
{
  if (broker == NULL)
    return;
  broker_stop(broker);
  private_folder_remove(broker->folder, NULL);
  g_free(broker->config_path);
  g_free(broker->log_path);
  g_free(broker->folder);
  g_free(broker->program);
  g_free(broker);
}

guint16
broker_port(const Broker *broker)
{
  return broker->port;
}

/* --- The log ------------------------------------------------------------------------------------- */

char *
broker_log(const Broker *broker)
{
  char *text = NULL;
  if (!g_file_get_contents(broker->log_path, &text, NULL, NULL))
    return g_strdup("");
  return text;
}

gboolean
broker_wait_log(Broker *broker, const char *text)
{
  for (gint64 end = deadline(); g_get_monotonic_time() < end;) {
    g_autofree char *log = broker_log(broker);
    if (strstr(log, text) != NULL)
      return TRUE;
    poll(NULL, 0, SLICE_MS);
  }
  g_autofree char *log = broker_log(broker);
  fprintf(stderr, "# \"%s\" did not appear in mosquitto's log:\n%s\n", text, log);
  return FALSE;
}
