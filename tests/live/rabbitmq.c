#include "config.h"

#include "live/rabbitmq.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/broker.h"
#include "util/private_folder.h"

#define DEADLINE_MS 120000 /* bounds a failure: a start takes 4 s of a free processor */
#define SLICE_MS 20
#define LOG_TIMEOUT_MS 5000
#define ATTEMPTS 3

/* Debian's /usr/sbin/rabbitmq-server runs as the user rabbitmq alone, in that user's folder; the
 * script behind it runs as anybody, where its environment says. */
#define SERVER_SCRIPT "/usr/lib/rabbitmq/bin/rabbitmq-server"

struct RabbitMq {
  RabbitMqOptions options;
  char *folder;
  char *log_path;
  guint16 port, epmd_port, distribution_port;
  pid_t epmd, node; /* 0: does not run */
  int attempt;
};

gboolean
rabbitmq_available_or_skip(void)
{
  g_autofree char *epmd = g_find_program_in_path("epmd");
  if (epmd != NULL && g_file_test(SERVER_SCRIPT, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;
  g_test_skip("no RabbitMQ on this machine (Debian: rabbitmq-server)");
  return FALSE;
}

/* --- Configuration ---------------------------------------------------------------------------- */

static void
write_file(const RabbitMq *rabbitmq, const char *name, const char *text)
{
  g_autoptr(GError) error = NULL;
  if (!private_folder_write(rabbitmq->folder, name, text, -1, 0600, &error))
    g_error("%s", error->message);
}

/* A user without a password cannot log in but by a certificate. */
static void
write_definitions(const RabbitMq *rabbitmq)
{
  g_autofree char *text =
      g_strdup_printf("{\"vhosts\": [{\"name\": \"/\"}],\n"
                      " \"users\": [{\"name\": \"%s\", \"password_hash\": \"\", \"tags\": \"\"}],\n"
                      " \"permissions\": [{\"user\": \"%s\", \"vhost\": \"/\",\n"
                      "   \"configure\": \".*\", \"write\": \".*\", \"read\": \".*\"}]}\n",
                      rabbitmq->options.user, rabbitmq->options.user);
  write_file(rabbitmq, "definitions.json", text);
}

/* (transfer full): the listener, its TLS and its users. */
static char *
tls_lines(const RabbitMq *rabbitmq)
{
  const RabbitMqOptions *options = &rabbitmq->options;
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  if (options->tls_config == NULL)
    return g_strdup_printf("mqtt.listeners.ssl.1 = 127.0.0.1:%u\n"
                           "ssl_options.certfile = %s\n"
                           "ssl_options.keyfile = %s\n"
                           "ssl_options.cacertfile = %s\n"
                           "ssl_options.verify = verify_peer\n"
                           "ssl_options.fail_if_no_peer_cert = true\n"
                           "ssl_options.versions.1 = tlsv1.3\n"
                           "ssl_options.versions.2 = tlsv1.2\n"
                           "mqtt.allow_anonymous = false\n"
                           "mqtt.ssl_cert_login = true\n"
                           "ssl_cert_login_from = common_name\n",
                           rabbitmq->port, options->certificate_file, options->key_file,
                           options->client_ca_file);
  if (!g_file_get_contents(options->tls_config, &text, NULL, &error))
    g_error("%s", error->message);
  return text;
}

static void
write_config(const RabbitMq *rabbitmq)
{
  g_autofree char *tls = tls_lines(rabbitmq);
  g_autofree char *text = g_strdup_printf("listeners.tcp = none\n"
                                          "mqtt.listeners.tcp = none\n"
                                          "%s"
                                          "load_definitions = %s/definitions.json\n"
                                          "log.console = true\n"
                                          "log.file = false\n",
                                          tls, rabbitmq->folder);
  write_file(rabbitmq, "rabbitmq.conf", text);
  write_file(rabbitmq, "plugins", "[rabbitmq_mqtt,rabbitmq_auth_mechanism_ssl].\n");
  write_definitions(rabbitmq);
}

static void
set_number(char ***environment, const char *name, guint value)
{
  g_autofree char *text = g_strdup_printf("%u", value);
  *environment = g_environ_setenv(*environment, name, text, TRUE);
}

static void
set_path(const RabbitMq *rabbitmq, char ***environment, const char *name, const char *file)
{
  g_autofree char *path = g_build_filename(rabbitmq->folder, file, NULL);
  *environment = g_environ_setenv(*environment, name, path, TRUE);
}

static void
set_text(char ***environment, const char *name, const char *value)
{
  *environment = g_environ_setenv(*environment, name, value, TRUE);
}

/* (transfer full) */
static char **
make_environment(const RabbitMq *rabbitmq)
{
  char **environment = g_get_environ();
  g_autofree char *name = g_strdup_printf("mqtrust-%u@localhost", rabbitmq->port);
  set_text(&environment, "RABBITMQ_NODENAME", name);
  set_number(&environment, "ERL_EPMD_PORT", rabbitmq->epmd_port);
  set_text(&environment, "ERL_EPMD_ADDRESS", "127.0.0.1");
  set_number(&environment, "RABBITMQ_DIST_PORT", rabbitmq->distribution_port);
  set_text(&environment, "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
           "-kernel inet_dist_use_interface {127,0,0,1}");
  set_path(rabbitmq, &environment, "HOME", ""); /* where Erlang keeps its cookie */
  set_path(rabbitmq, &environment, "RABBITMQ_CONFIG_FILE", "rabbitmq.conf");
  set_path(rabbitmq, &environment, "RABBITMQ_ADVANCED_CONFIG_FILE", "none.config");
  set_path(rabbitmq, &environment, "RABBITMQ_CONF_ENV_FILE", "none.conf");
  set_path(rabbitmq, &environment, "RABBITMQ_ENABLED_PLUGINS_FILE", "plugins");
  set_path(rabbitmq, &environment, "RABBITMQ_MNESIA_BASE", "data");
  set_path(rabbitmq, &environment, "RABBITMQ_LOG_BASE", "log");
  set_text(&environment, "RABBITMQ_LOGS", "-");
  /* Makes the script become the node, instead of waiting for it. */
  set_text(&environment, "RUNNING_UNDER_SYSTEMD", "true");
  return environment;
}

/* --- Processes -------------------------------------------------------------------------------- */

static void G_GNUC_NORETURN
run_child(const char *const *argv, char **environment, int output, pid_t parent)
{
  int input = open("/dev/null", O_RDONLY);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(127);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvpe(argv[0], (char *const *)argv, environment);
  _exit(127);
}

static pid_t
spawn(const RabbitMq *rabbitmq, const char *const *argv)
{
  g_auto(GStrv) environment = make_environment(rabbitmq);
  int output = open(rabbitmq->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_t parent = getpid();
  g_assert_cmpint(output, >=, 0);
  pid_t pid = fork();
  if (pid == 0)
    run_child(argv, environment, output, parent);
  if (pid < 0)
    g_error("fork: %s", g_strerror(errno));
  close(output);
  return pid;
}

static gboolean
has_ended(pid_t *pid)
{
  if (*pid != 0 && waitpid(*pid, NULL, WNOHANG) == *pid)
    *pid = 0;
  return *pid == 0;
}

/* Nothing of it is to be kept, so there is no need to wait for a polite end. The node's helpers
 * (erl_child_setup, inet_gethost) end when their pipes do. */
static void
end_process(pid_t *pid)
{
  if (!has_ended(pid)) {
    kill(*pid, SIGKILL);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
      continue;
  }
  *pid = 0;
}

static gboolean
accepts(guint16 port)
{
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean accepted = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
  close(fd);
  return accepted;
}

static gint64
deadline(void)
{
  return g_get_monotonic_time() + DEADLINE_MS * 1000;
}

/* In the foreground, so that it is ours: a node that finds none starts one that outlives it. */
static void
start_epmd(RabbitMq *rabbitmq)
{
  g_autofree char *port = g_strdup_printf("%u", rabbitmq->epmd_port);
  const char *const argv[] = {"epmd", "-port", port, "-address", "127.0.0.1", NULL};
  rabbitmq->epmd = spawn(rabbitmq, argv);
  for (gint64 end = deadline(); g_get_monotonic_time() < end && !accepts(rabbitmq->epmd_port);) {
    if (has_ended(&rabbitmq->epmd))
      return;
    poll(NULL, 0, SLICE_MS);
  }
}

/* When its epmd does not run there is no node either, and the next attempt follows. */
static void
begin(RabbitMq *rabbitmq)
{
  rabbitmq->port = rabbitmq->options.tls_config != NULL ? rabbitmq->options.port : free_port();
  rabbitmq->epmd_port = free_port();
  rabbitmq->distribution_port = free_port();
  rabbitmq->attempt++;
  write_config(rabbitmq);
  start_epmd(rabbitmq);
  const char *const argv[] = {SERVER_SCRIPT, NULL};
  if (rabbitmq->epmd != 0)
    rabbitmq->node = spawn(rabbitmq, argv);
}

static void
end(RabbitMq *rabbitmq)
{
  end_process(&rabbitmq->node);
  end_process(&rabbitmq->epmd);
}

/* --- Life ------------------------------------------------------------------------------------- */

RabbitMq *
rabbitmq_start(const RabbitMqOptions *options)
{
  RabbitMq *rabbitmq = g_new0(RabbitMq, 1);
  g_autoptr(GError) error = NULL;
  rabbitmq->options = *options;
  rabbitmq->folder = private_folder_new("mqtrust-rabbitmq", &error);
  if (rabbitmq->folder == NULL)
    g_error("%s", error->message);
  rabbitmq->log_path = g_build_filename(rabbitmq->folder, "output", NULL);
  begin(rabbitmq);
  return rabbitmq;
}

static gboolean
is_up(const RabbitMq *rabbitmq)
{
  g_autofree char *log = rabbitmq_log(rabbitmq);
  return strstr(log, "Server startup complete") != NULL;
}

/* FALSE: it ended by itself (another program took a port, for one). */
static gboolean
comes_up(RabbitMq *rabbitmq)
{
  for (gint64 end = deadline(); g_get_monotonic_time() < end;) {
    if (has_ended(&rabbitmq->node) || has_ended(&rabbitmq->epmd))
      return FALSE;
    if (is_up(rabbitmq))
      return TRUE;
    poll(NULL, 0, SLICE_MS);
  }
  return FALSE;
}

void
rabbitmq_wait(RabbitMq *rabbitmq)
{
  while (!comes_up(rabbitmq)) {
    end(rabbitmq);
    if (rabbitmq->attempt == ATTEMPTS) {
      g_autofree char *log = rabbitmq_log(rabbitmq);
      g_error("RabbitMQ did not come up; its log:\n%s", log);
    }
    begin(rabbitmq);
  }
}

void
rabbitmq_free(RabbitMq *rabbitmq)
{
  if (rabbitmq == NULL)
    return;
  end(rabbitmq);
  private_folder_remove(rabbitmq->folder, NULL);
  g_free(rabbitmq->log_path);
  g_free(rabbitmq->folder);
  g_free(rabbitmq);
}

guint16
rabbitmq_port(const RabbitMq *rabbitmq)
{
  return rabbitmq->port;
}

char *
rabbitmq_log(const RabbitMq *rabbitmq)
{
  char *text = NULL;
  if (!g_file_get_contents(rabbitmq->log_path, &text, NULL, NULL))
    return g_strdup("");
  return text;
}

gboolean
rabbitmq_wait_log(const RabbitMq *rabbitmq, const char *text)
{
  gint64 end = g_get_monotonic_time() + LOG_TIMEOUT_MS * G_TIME_SPAN_MILLISECOND;
  do {
    g_autofree char *log = rabbitmq_log(rabbitmq);
    if (strstr(log, text) != NULL)
      return TRUE;
    poll(NULL, 0, SLICE_MS);
  } while (g_get_monotonic_time() < end);
  return FALSE;
}
