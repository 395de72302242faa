#include "config.h"

#include "live/journey/stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/journey/document.h"
#include "pty/program.h"
#include "util/private_folder.h"

#define DEADLINE_MS 30000 /* bounds a failure */
#define SLICE_MS 10
#define TABLE_MAX 32

typedef struct {
  pid_t pid; /* 0: does not run */
  char *log_path;
} Daemon;

typedef struct {
  int holder; /* bound, so that nobody else gets it before its daemon does; -1: released */
  guint16 number;
} Port;

struct Stage {
  char *folder;
  char **commands, **next;
  Substitution table[TABLE_MAX];
  GPtrArray *values; /* of the table */
  Port dns, dns_management, acme, acme_management, mqtt;
  Daemon name_server, authority, broker;
  char *output;
};

/* --- What must be there ----------------------------------------------------------------------- */

static const struct {
  const char *program, *package;
} needed[] = {
    {"certbot", "certbot"},     {"pebble", "pebble"},
    {"curl", "curl"},           {"pebble-challtestsrv", "pebble"},
    {"mosquitto", "mosquitto"}, {"mosquitto_sub", "mosquitto-clients"},
    {"openssl", "openssl"},
};

/* Debian keeps mosquitto in /usr/sbin, which an ordinary user's PATH does not name. */
static void
widen_path(const char *first)
{
  g_autofree char *path =
      g_strconcat(first, first[0] != '\0' ? ":" : "", g_getenv("PATH"), ":/usr/sbin", NULL);
  g_setenv("PATH", path, TRUE);
}

gboolean
stage_available_or_skip(void)
{
  widen_path("");
  for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
    g_autofree char *found = g_find_program_in_path(needed[i].program);
    if (found == NULL) {
      g_autofree char *why = g_strdup_printf("no %s on this machine (Debian: %s)",
                                             needed[i].program, needed[i].package);
      g_test_skip(why);
      return FALSE;
    }
  }
  return TRUE;
}

/* --- Daemons ---------------------------------------------------------------------------------- */

static void
port_hold(Port *port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  port->holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(port->holder, (struct sockaddr *)&address, sizeof address) != 0 ||
      getsockname(port->holder, (struct sockaddr *)&address, &length) != 0)
    g_error("no free port: %s", g_strerror(errno));
  port->number = ntohs(address.sin_port);
}

static void
port_release(Port *port)
{
  if (port->holder >= 0)
    close(port->holder);
  port->holder = -1;
}

static gboolean
accepts(guint16 port)
{
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean accepted = connect(file, (struct sockaddr *)&address, sizeof address) == 0;
  close(file);
  return accepted;
}

static void G_GNUC_NORETURN
run_child(const Daemon *self, const char *const *argv, pid_t parent)
{
  int log = open(self->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(127);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execvp(argv[0], (char *const *)argv);
  _exit(127);
}

/* Ended when this program ends, by whatever way. Returns when it listens on `port`. */
static void
daemon_start(Daemon *self, const char *folder, const char *name, const char *const *argv,
             guint16 port)
{
  pid_t parent = getpid();
  g_autofree char *file = g_strconcat(name, ".log", NULL);
  self->log_path = g_build_filename(folder, file, NULL);
  self->pid = fork();
  if (self->pid == 0)
    run_child(self, argv, parent);
  g_assert_cmpint(self->pid, >, 0);
  gint64 end = g_get_monotonic_time() + DEADLINE_MS * 1000;
  while (!accepts(port)) {
    if (waitpid(self->pid, NULL, WNOHANG) != 0 || g_get_monotonic_time() > end) {
      g_autofree char *log = NULL;
      g_file_get_contents(self->log_path, &log, NULL, NULL);
      g_error("%s did not come up; its log:\n%s", name, log != NULL ? log : "(none)");
    }
    poll(NULL, 0, SLICE_MS);
  }
}

static void
daemon_stop(Daemon *self)
{
  if (self->pid > 0) {
    kill(self->pid, SIGTERM);
    while (waitpid(self->pid, NULL, 0) < 0 && errno == EINTR)
      continue;
  }
  g_free(self->log_path);
}

/* --- The table -------------------------------------------------------------------------------- */

static void
replace(Stage *stage, const char *text, char *value)
{
  gsize used = 0;
  while (stage->table[used].text != NULL && !g_str_equal(stage->table[used].text, text))
    used++;
  g_assert_cmpuint(used, <, TABLE_MAX - 1);
  g_ptr_array_add(stage->values, value);
  stage->table[used] = (Substitution){text, value};
}

/* Everything in which the page, as a reader has it, differs from what runs here. */
static void
make_table(Stage *stage)
{
  /* Folders and ports of this test. */
  replace(stage, "/etc/letsencrypt", stage_path(stage, "letsencrypt"));
  replace(stage, "/etc/mosquitto", stage_path(stage, "mosquitto"));
  replace(stage, "--lineage",
          g_strdup_printf("--certbot-dir %s/letsencrypt --lineage", stage->folder));
  replace(stage, "--port 8883", g_strdup_printf("--port %u --bind 127.0.0.1", stage->mqtt.number));
  replace(stage, "8883", g_strdup_printf("%u", stage->mqtt.number));
  /* The authority's roots, where Debian has Let's Encrypt's. */
  replace(stage, "/etc/ssl/certs/ISRG_Root_X1.pem", stage_path(stage, "public-roots.pem"));
  /* Our name server, where a reader's system knows one. */
  replace(stage, "mqtrust names",
          g_strdup_printf("mqtrust names --dns-server 127.0.0.1:%u", stage->dns.number));
  replace(stage, "mqtrust check",
          g_strdup_printf("mqtrust check --dns-server 127.0.0.1:%u", stage->dns.number));
  replace(stage, "mqtrust --name",
          g_strdup_printf("mqtrust --dns-server 127.0.0.1:%u --name", stage->dns.number));
  /* These cannot be told a name server. --insecure leaves out the name alone, not the chain;
   * s_client looks for the name nevertheless, by -verify_hostname. */
  replace(stage, "-h mqtt.example.com -p", g_strdup("-h 127.0.0.1 --insecure -p"));
  replace(stage, "-connect mqtt.example.com:", g_strdup("-connect 127.0.0.1:"));
  replace(stage,
          "--served-by mqtts://mqtt.example.com:", g_strdup("--served-by mqtts://127.0.0.1:"));
  /* The broker is a child of the test, which is root or anybody. */
  replace(stage, " --owner mosquitto", g_strdup(""));
}

/* --- The folder ------------------------------------------------------------------------------- */

char *
stage_path(const Stage *stage, const char *name)
{
  return g_build_filename(stage->folder, name, NULL);
}

static void
write_file(const Stage *stage, const char *name, int mode, const char *text)
{
  g_autofree char *path = stage_path(stage, name);
  g_autofree char *folder = g_path_get_dirname(path), *base = g_path_get_basename(path);
  g_autoptr(GError) error = NULL;
  g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
  private_folder_write(folder, base, text, -1, mode, &error);
  g_assert_no_error(error);
}

/* What a DNS provider's client would do, with the commands that this name server understands. */
static void
write_hooks(const Stage *stage)
{
  g_autofree char *add = g_strdup_printf(
      "#!/bin/sh\ncurl -sS -f -d \"{\\\"host\\\":\\\"_acme-challenge.$CERTBOT_DOMAIN.\\\","
      "\\\"value\\\":\\\"$CERTBOT_VALIDATION\\\"}\" http://127.0.0.1:%u/set-txt\n",
      stage->dns_management.number);
  g_autofree char *remove = g_strdup_printf(
      "#!/bin/sh\ncurl -sS -f -d \"{\\\"host\\\":\\\"_acme-challenge.$CERTBOT_DOMAIN.\\\"}\" "
      "http://127.0.0.1:%u/clear-txt\n",
      stage->dns_management.number);
  write_file(stage, "letsencrypt/dns-add", 0700, add);
  write_file(stage, "letsencrypt/dns-remove", 0700, remove);
}

/* certbot reads this beside its command line: which authority, which folders, and no questions. */
static void
write_certbot_config(const Stage *stage)
{
  g_autofree char *text =
      g_strdup_printf("server = https://127.0.0.1:%u/dir\n"
                      "config-dir = %s/letsencrypt\n"
                      "work-dir = %s/certbot-work\n"
                      "logs-dir = %s/certbot-logs\n"
                      "non-interactive = true\n"
                      "agree-tos = true\n"
                      "register-unsafely-without-email = true\n"
                      "no-random-sleep-on-renew = true\n",
                      stage->acme.number, stage->folder, stage->folder, stage->folder);
  write_file(stage, "config/letsencrypt/cli.ini", 0600, text);
}

/* As Debian's, plus: as root it would become a user who cannot read the folder. Nothing here may
 * speak of a listener: mosquitto would open its own one beside the bundle's, on port 1883, which is
 * another broker's on many a machine. */
static void
write_broker_config(const Stage *stage)
{
  g_autofree char *text = g_strdup_printf("%spersistence false\nlog_dest stderr\nlog_type all\n"
                                          "include_dir %s/mosquitto/conf.d\n",
                                          geteuid() == 0 ? "user root\n" : "", stage->folder);
  g_autofree char *folder = stage_path(stage, "mosquitto/conf.d");
  write_file(stage, "mosquitto/mosquitto.conf", 0600, text);
  g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
}

static void
set_environment(const Stage *stage)
{
  g_autofree char *bin = stage_path(stage, "bin"), *config = stage_path(stage, "config");
  g_autofree char *acme_ca = stage_path(stage, "acme-ca.pem"), *link = NULL;
  g_autofree char *program = g_canonicalize_filename(program_path(), NULL);
  g_assert_cmpint(g_mkdir(bin, 0700), ==, 0);
  link = g_build_filename(bin, "mqtrust", NULL);
  g_assert_cmpint(symlink(program, link), ==, 0);
  widen_path(bin);
  g_setenv("XDG_CONFIG_HOME", config, TRUE);
  g_setenv("REQUESTS_CA_BUNDLE", acme_ca, TRUE);
}

/* --- Its inhabitants -------------------------------------------------------------------------- */

static void
start_name_server(Stage *stage)
{
  g_autofree char *dns = g_strdup_printf("127.0.0.1:%u", stage->dns.number);
  g_autofree char *management = g_strdup_printf("127.0.0.1:%u", stage->dns_management.number);
  const char *const argv[] = {"pebble-challtestsrv",
                              "-defaultIPv4",
                              "127.0.0.1",
                              "-defaultIPv6",
                              "",
                              "-dns01",
                              dns,
                              "-http01",
                              "",
                              "-https01",
                              "",
                              "-tlsalpn01",
                              "",
                              "-management",
                              management,
                              NULL};
  port_release(&stage->dns);
  port_release(&stage->dns_management);
  daemon_start(&stage->name_server, stage->folder, "name-server", argv,
               stage->dns_management.number);
  g_autofree char *alias = g_strdup_printf(
      "curl -sS -f -d '{\"host\":\"mqtt.example.com\",\"target\":\"broker-7.cloud.example\"}' "
      "http://127.0.0.1:%u/set-cname",
      stage->dns_management.number);
  stage_shell(stage, alias);
}

static void
start_authority(Stage *stage)
{
  g_autofree char *dns = g_strdup_printf("127.0.0.1:%u", stage->dns.number);
  g_autofree char *config_path = stage_path(stage, "pebble.json");
  const char *const argv[] = {"pebble", "-config", config_path, "-dnsserver", dns, NULL};
  g_autofree char *config = g_strdup_printf(
      "{\"pebble\":{\"listenAddress\":\"127.0.0.1:%u\",\"managementListenAddress\":"
      "\"127.0.0.1:%u\",\"certificate\":\"%s/acme.pem\",\"privateKey\":\"%s/acme.key\","
      "\"httpPort\":1,\"tlsPort\":1,\"ocspResponderURL\":\"\","
      "\"externalAccountBindingRequired\":false}}",
      stage->acme.number, stage->acme_management.number, stage->folder, stage->folder);
  stage_shell(stage, "mqtrust pki ca --name acme-ca 'CN=ACME server CA'");
  stage_shell(stage, "mqtrust pki server --ca acme-ca.pem --name acme CN=127.0.0.1");
  write_file(stage, "pebble.json", 0600, config);
  g_setenv("PEBBLE_VA_NOSLEEP", "1", TRUE);
  /* It can be strange at random, to try ACME clients. */
  g_setenv("PEBBLE_WFE_NONCEREJECT", "0", TRUE);
  g_setenv("PEBBLE_AUTHZREUSE", "0", TRUE);
  g_setenv("PEBBLE_CHAIN_LENGTH", "2", TRUE);
  g_setenv("PEBBLE_ALTERNATE_ROOTS", "1", TRUE);
  port_release(&stage->acme);
  port_release(&stage->acme_management);
  daemon_start(&stage->authority, stage->folder, "authority", argv, stage->acme.number);
  g_autofree char *fetch = g_strdup_printf(
      "curl -sS -f --cacert acme-ca.pem -o first-root.pem https://127.0.0.1:%u/roots/0 "
      "-o other-root.pem https://127.0.0.1:%u/roots/1 && "
      "cat first-root.pem other-root.pem >public-roots.pem",
      stage->acme_management.number, stage->acme_management.number);
  stage_shell(stage, fetch);
}

Stage *
stage_new(const char *page)
{
  Stage *stage = g_new0(Stage, 1);
  g_autoptr(GError) error = NULL;
  /* Where run-test cleans up, also after a test that was broken off. */
  if (g_getenv("XDG_RUNTIME_DIR") != NULL)
    g_setenv("TMPDIR", g_getenv("XDG_RUNTIME_DIR"), TRUE);
  stage->folder = private_folder_new("mqtrust-journey", &error);
  g_assert_no_error(error);
  stage->next = stage->commands = document_commands(page);
  stage->values = g_ptr_array_new_with_free_func(g_free);
  Port *const ports[] = {&stage->dns, &stage->dns_management, &stage->acme, &stage->acme_management,
                         &stage->mqtt};
  for (gsize i = 0; i < G_N_ELEMENTS(ports); i++)
    port_hold(ports[i]);
  make_table(stage);
  set_environment(stage);
  write_hooks(stage);
  write_certbot_config(stage);
  write_broker_config(stage);
  start_name_server(stage);
  start_authority(stage);
  return stage;
}

void
stage_free(Stage *stage)
{
  if (stage == NULL)
    return;
  daemon_stop(&stage->broker);
  port_release(&stage->mqtt);
  daemon_stop(&stage->authority);
  daemon_stop(&stage->name_server);
  private_folder_remove(stage->folder, NULL);
  g_ptr_array_unref(stage->values);
  g_strfreev(stage->commands);
  g_free(stage->folder);
  g_free(stage->output);
  g_free(stage);
}

/* --- The page --------------------------------------------------------------------------------- */

static int
shell(Stage *stage, const char *command)
{
  g_autofree char *script = g_strconcat("exec 2>&1; ", command, NULL);
  const char *const argv[] = {"timeout", "60", "sh", "-c", script, NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->output, g_free);
  g_spawn_sync(stage->folder, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &stage->output,
               NULL, &status, &error);
  g_assert_no_error(error);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* (transfer full): how it is, and what it has logged. */
static char *
broker_story(const Stage *stage)
{
  g_autofree char *log = NULL;
  int status = 0;
  if (stage->broker.pid == 0)
    return g_strdup("the broker was not started yet");
  gboolean ended = waitpid(stage->broker.pid, &status, WNOHANG) != 0;
  g_file_get_contents(stage->broker.log_path, &log, NULL, NULL);
  return g_strdup_printf("the broker %s (status 0x%x); its log:\n%s", ended ? "has ended" : "runs",
                         (unsigned)status, log != NULL ? log : "(none)");
}

static void
expect_status(const Stage *stage, const char *command, int found, int status)
{
  if (status == STAGE_FAILS ? found != 0 : found == status)
    return;
  g_autofree char *story = broker_story(stage);
  g_error("ended with %d instead of %d: %s\n%s\n%s", found, status, command, stage->output, story);
}

const char *
stage_shell(Stage *stage, const char *command)
{
  g_autofree char *line = document_substitute(command, stage->table);
  expect_status(stage, line, shell(stage, line), 0);
  return stage->output;
}

/* (transfer full) */
static char *
take_next(Stage *stage, const char *words)
{
  if (*stage->next == NULL)
    g_error("the page has no command with \"%s\" any more", words);
  if (strstr(*stage->next, words) == NULL)
    g_error("the page's next command is not one with \"%s\": %s", words, *stage->next);
  return document_substitute(*stage->next++, stage->table);
}

const char *
stage_run(Stage *stage, const char *words, int status)
{
  g_autofree char *line = take_next(stage, words);
  gint64 start = g_get_monotonic_time();
  int found = shell(stage, line);
  expect_status(stage, line, found, status);
  g_test_message("%.1f s: %s", (double)(g_get_monotonic_time() - start) / 1e6, line);
  return stage->output;
}

Pty *
stage_open(Stage *stage, const char *words)
{
  g_autofree char *line = take_next(stage, words);
  g_autofree char *script = g_strdup_printf("cd '%s' && exec %s", stage->folder, line);
  const char *const argv[] = {"sh", "-c", script, NULL};
  const PtyOptions options = {.rows = 40, .columns = 120};
  return pty_start(argv, &options);
}

void
stage_start_broker(Stage *stage, const char *command)
{
  g_autofree char *config = stage_path(stage, "mosquitto/mosquitto.conf");
  const char *const argv[] = {"mosquitto", "-c", config, NULL};
  g_free(take_next(stage, command));
  port_release(&stage->mqtt);
  daemon_start(&stage->broker, stage->folder, "broker", argv, stage->mqtt.number);
  replace(stage, "systemctl reload mosquitto", g_strdup_printf("kill -HUP %d", stage->broker.pid));
}

void
stage_assert_read(Stage *stage)
{
  if (*stage->next != NULL)
    g_error("a command of the page was not run: %s", *stage->next);
}

static guint
count(const char *log, const char *text)
{
  guint times = 0;
  for (const char *found = strstr(log, text); found != NULL; found = strstr(found + 1, text))
    times++;
  return times;
}

guint
stage_broker_log_count(const Stage *stage, const char *text)
{
  g_autofree char *log = NULL;
  g_assert_true(g_file_get_contents(stage->broker.log_path, &log, NULL, NULL));
  return count(log, text);
}

void
stage_wait_broker_log(Stage *stage, const char *text, guint times)
{
  gint64 end = g_get_monotonic_time() + DEADLINE_MS * 1000;
  for (;;) {
    if (stage_broker_log_count(stage, text) >= times)
      return;
    if (g_get_monotonic_time() > end) {
      g_autofree char *log = NULL;
      g_file_get_contents(stage->broker.log_path, &log, NULL, NULL);
      g_error("\"%s\" did not appear in the broker's log:\n%s", text, log);
    }
    poll(NULL, 0, SLICE_MS);
  }
}
