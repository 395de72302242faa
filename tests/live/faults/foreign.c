#include "config.h"

#include "live/faults/foreign.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/scene.h"
#include "util/private_folder.h"

#define SECONDS "4" /* mosquitto_sub tries again for ever */
#define LINES 4     /* that are kept: OpenSSL's queue of errors may be long */
#define RUNS 10
#define TIMED_OUT 124 /* what timeout(1) ends with then */

static const char *const programs[FOREIGN_COUNT] = {"mosquitto_sub", "node"};

/* --- Processes -------------------------------------------------------------------------------- */

/* Without a terminal, none can ask for a key's password on the one of who runs the test. */
static void
leave_terminal(gpointer data)
{
  setsid();
}

/* (transfer full): standard output and error, in the order in which they were written. Wait
 * status in `*status`. */
static char *
run(const GPtrArray *arguments, char **environment, int *status)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  const char *const shell[] = {"sh", "-c", "exec timeout " SECONDS " \"$@\" 2>&1", "sh"};
  g_autoptr(GError) error = NULL;
  char *output = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(shell); i++)
    g_ptr_array_add(argv, (char *)shell[i]);
  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add(argv, g_ptr_array_index(arguments, i));
  g_ptr_array_add(argv, NULL);
  if (!g_spawn_sync(NULL, (char **)argv->pdata, environment, G_SPAWN_SEARCH_PATH, leave_terminal,
                    NULL, &output, NULL, status, &error))
    g_error("%s: %s", (const char *)arguments->pdata[0], error->message);
  return output;
}

char *
foreign_version(Foreign program)
{
  g_autofree char *path = g_find_program_in_path(programs[program]);
  if (path == NULL)
    return NULL;
  g_autoptr(GPtrArray) arguments = g_ptr_array_new();
  int status;
  g_ptr_array_add(arguments, path);
  if (program == FOREIGN_MOSQUITTO_SUB) {
    g_ptr_array_add(arguments, (char *)"--help");
  } else {
    g_ptr_array_add(arguments, (char *)"-p");
    g_ptr_array_add(arguments, (char *)"`Node.js version ${process.versions.node} "
                                       "(OpenSSL ${process.versions.openssl.split('+')[0]})`");
  }
  g_autofree char *output = run(arguments, NULL, &status);
  g_autoptr(GRegex) line =
      g_regex_new("^(\\S+) version ([0-9.]*[0-9])( \\(OpenSSL [0-9.]*[0-9a-z]\\))?",
                  G_REGEX_MULTILINE, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  if (!g_regex_match(line, output, 0, &match))
    g_error("%s has no version that can be read: %s", programs[program], output);
  return g_match_info_expand_references(match, "\\1 \\2\\3", NULL);
}

/* --- What they are told ----------------------------------------------------------------------- */

static void
add(GPtrArray *arguments, const char *first, const char *second)
{
  if (second == NULL)
    return;
  g_ptr_array_add(arguments, g_strdup(first));
  g_ptr_array_add(arguments, g_strdup(second));
}

static const char *
key_file(const Profile *profile)
{
  return profile->key_path != NULL ? profile->key_path : profile->certificate_path;
}

static const char *
mosquitto_tls_version(ProfileTlsVersion version)
{
  static const char *const names[] = {NULL, "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"};
  return names[version];
}

static void
add_mosquitto_tls(GPtrArray *arguments, const Profile *profile)
{
  if (profile->trust == TRUST_SYSTEM)
    g_ptr_array_add(arguments, g_strdup("--tls-use-os-certs"));
  else
    add(arguments, profile->trust == TRUST_FILE ? "--cafile" : "--capath", profile->ca_path);
  add(arguments, "--cert", profile->certificate_path);
  add(arguments, "--key", key_file(profile));
  add(arguments, "--tls-alpn", profile->alpn);
  add(arguments, "--tls-version", mosquitto_tls_version(profile->tls_version));
}

/* mosquitto_sub cannot be told the address of a name, and the lab's servers are localhost, too. */
static const char *
mosquitto_host(const Profile *profile)
{
  return strcmp(profile->host, LAB_HOST) == 0 ? "localhost" : profile->host;
}

/* (transfer full): with -d, for without it half of the reasons are not printed at all. */
static GPtrArray *
mosquitto_arguments(const Profile *profile)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *port = g_strdup_printf("%u", profile_port(profile));
  g_ptr_array_add(arguments, g_strdup(programs[FOREIGN_MOSQUITTO_SUB]));
  g_ptr_array_add(arguments, g_strdup("-d"));
  g_ptr_array_add(arguments, g_strdup("-E"));
  add(arguments, "-h", mosquitto_host(profile));
  add(arguments, "-p", port);
  add(arguments, "-V", profile->version == MQTT_5 ? "5" : "311");
  add(arguments, "-t", "fault/#");
  add(arguments, "-i", profile->client_id);
  add(arguments, "-u", profile->user_name);
  add(arguments, "-P", profile->password);
  if (profile->scheme == SCHEME_MQTTS)
    add_mosquitto_tls(arguments, profile);
  return arguments;
}

static void
add_pair(GPtrArray *arguments, const char *name, const char *value)
{
  if (value != NULL)
    g_ptr_array_add(arguments, g_strconcat(name, "=", value, NULL));
}

static const char *
node_tls_version(ProfileTlsVersion version)
{
  static const char *const names[] = {NULL, "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
  return names[version];
}

static GPtrArray *
mqttx_arguments(const Profile *profile)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *port = g_strdup_printf("%u", profile_port(profile));
  g_ptr_array_add(arguments, g_strdup(programs[FOREIGN_MQTTX]));
  g_ptr_array_add(arguments, g_build_filename(g_getenv("MQTRUST_TEST_SRCDIR"), "tests", "live",
                                              "faults", "mqttx.js", NULL));
  add_pair(arguments, "host", profile->host);
  add_pair(arguments, "address", strcmp(profile->host, LAB_HOST) == 0 ? "127.0.0.1" : NULL);
  add_pair(arguments, "port", port);
  add_pair(arguments, "scheme", profile->scheme == SCHEME_MQTTS ? "mqtts" : "mqtt");
  add_pair(arguments, "ca", profile->ca_path);
  add_pair(arguments, "cert", profile->certificate_path);
  add_pair(arguments, "key", key_file(profile));
  add_pair(arguments, "passphrase", profile->key_password);
  add_pair(arguments, "alpn", profile->alpn);
  add_pair(arguments, "version", node_tls_version(profile->tls_version));
  add_pair(arguments, "mqtt", profile->version == MQTT_5 ? "5" : "4");
  add_pair(arguments, "client", profile->client_id);
  add_pair(arguments, "user", profile->user_name);
  add_pair(arguments, "password", profile->password);
  return arguments;
}

/* (transfer full): mosquitto_sub's --tls-version is the lowest that it takes; the highest is
 * OpenSSL's to say. */
static char **
mosquitto_environment(const Profile *profile, const char *folder)
{
  char **environment = g_get_environ();
  const char *version = node_tls_version(profile->tls_version);
  if (version == NULL)
    return environment;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(folder, "foreign-openssl.cnf", NULL);
  g_autofree char *text = g_strdup_printf("openssl_conf = init\n"
                                          "[init]\nssl_conf = ssl\n"
                                          "[ssl]\nsystem_default = limits\n"
                                          "[limits]\nMaxProtocol = %s\n",
                                          version);
  if (!private_folder_write(folder, "foreign-openssl.cnf", text, -1, 0600, &error))
    g_error("%s", error->message);
  return g_environ_setenv(environment, "OPENSSL_CONF", path, TRUE);
}

static gboolean
can_be_told(Foreign program, const Profile *profile)
{
  gboolean other_names = profile->dns_servers != NULL && strcmp(profile->host, LAB_HOST) != 0;
  if (profile->tls_priority != NULL || profile->server_name != NULL || other_names)
    return FALSE;
  return program != FOREIGN_MQTTX || profile->trust != TRUST_FOLDER;
}

/* --- What they say ---------------------------------------------------------------------------- */

/* Which packets go is no word about the fault. */
static gboolean
is_trace(const char *line)
{
  return g_str_has_prefix(line, "Client ") || g_str_has_prefix(line, "Subscribed ") ||
         *line == '\0';
}

/* OpenSSL's lines begin with a thread's number and end in the paths of its own source. */
static char *
shorten(const char *line, const char *folder)
{
  g_autoptr(GRegex) thread = g_regex_new("\\b[0-9A-F]{8,16}:error:", 0, 0, NULL);
  g_autoptr(GRegex) path = g_regex_new("(\\.\\./|/)([-\\w.]+/)+", 0, 0, NULL);
  g_autofree char *inside = g_strconcat(folder, "/", NULL);
  g_auto(GStrv) parts = g_strsplit(line, inside, -1);
  g_autofree char *local = g_strjoinv("", parts);
  g_autofree char *named = g_regex_replace_literal(thread, local, -1, 0, "error:", 0, NULL);
  return g_strstrip(g_regex_replace_literal(path, named, -1, 0, "", 0, NULL));
}

static void
add_distinct(GPtrArray *texts, char *text)
{
  if (g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
    g_free(text);
  else
    g_ptr_array_add(texts, text);
}

static void
add_line(GPtrArray *lines, char *line)
{
  if (is_trace(line))
    g_free(line);
  else
    add_distinct(lines, line);
}

static gboolean
timed_out(int status)
{
  return WIFEXITED(status) && WEXITSTATUS(status) == TIMED_OUT;
}

/* (transfer full) */
static char *
describe_end(int status, gboolean said_something)
{
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (timed_out(status))
    return g_strdup(said_something ? "(tries again and again)"
                                   : "(no message; tries again and again)");
  return code == 0 ? g_strdup("(connects)") : g_strdup_printf("(exit status %d)", code);
}

static void
cut_long(GPtrArray *lines)
{
  if (lines->len <= LINES)
    return;
  guint more = lines->len - LINES;
  g_ptr_array_set_size(lines, LINES);
  g_ptr_array_add(lines, g_strdup_printf("(and %u lines more)", more));
}

/* (transfer full) */
static char *
run_once(Foreign program, const GPtrArray *arguments, char **environment, const char *folder,
         int *status)
{
  g_autofree char *output = run(arguments, environment, status);
  g_auto(GStrv) printed = g_strsplit(output, "\n", -1);
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
  for (char **line = printed; *line != NULL; line++)
    add_line(lines, shorten(*line, folder));
  cut_long(lines);
  if (program == FOREIGN_MOSQUITTO_SUB)
    g_ptr_array_add(lines, describe_end(*status, lines->len > 0));
  g_ptr_array_add(lines, NULL);
  return g_strjoinv("\n", (char **)lines->pdata);
}

static int
longest_first(gconstpointer a, gconstpointer b)
{
  const char *const *left = a, *const *right = b;
  gsize left_length = strlen(*left), right_length = strlen(*right);
  return left_length == right_length ? strcmp(*left, *right)
                                     : (left_length < right_length) - (left_length > right_length);
}

GPtrArray *
foreign_run(Foreign program, const Profile *profile, const char *folder)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func(g_free);
  if (!can_be_told(program, profile))
    return answers;
  gboolean mosquitto = program == FOREIGN_MOSQUITTO_SUB;
  g_autoptr(GPtrArray) arguments =
      mosquitto ? mosquitto_arguments(profile) : mqttx_arguments(profile);
  g_auto(GStrv) environment = mosquitto ? mosquitto_environment(profile, folder) : g_get_environ();
  int status = 0;
  for (int i = 0; i < RUNS && !timed_out(status); i++)
    add_distinct(answers, run_once(program, arguments, environment, folder, &status));
  g_ptr_array_sort(answers, longest_first);
  return answers;
}
