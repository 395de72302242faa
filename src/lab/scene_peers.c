/* The peers of a scene, and its name server. */
#include "config.h"

#include "lab/scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/scene_private.h"

#define OCCUPY_TRIES 200
#define OCCUPY_SLICE_US 5000
#define START_TRIES 5 /* another program may take the port between our look and the start */

static void
use_port(LabScene *scene, guint16 port)
{
  if (scene->profile->port == 0)
    scene->profile->port = port;
}

guint16
lab_no_peer(LabScene *scene)
{
  guint16 port = lab_free_port();
  use_port(scene, port);
  return port;
}

/* --- Programs --------------------------------------------------------------------------------- */

static void
good_server_files(LabScene *scene, const char **chain_file, const char **key_file)
{
  const LabPki *pki = lab_pki(scene);
  if (*chain_file == NULL)
    *chain_file =
        lab_write_chain(scene, "server-fullchain.pem", pki->server, pki->intermediate, NULL);
  if (*key_file == NULL)
    *key_file = lab_write_key(scene, "server.key", pki->server, NULL);
}

/* mosquitto's tls_version is the lowest that it takes; the highest is OpenSSL's to say. */
static char **
openssl_environment(LabScene *scene, gboolean any_version)
{
  g_autofree char *text =
      g_strdup_printf("openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\n"
                      "system_default = limits\n[limits]\nMaxProtocol = %s\n",
                      !any_version && scene->tls == LAB_TLS_1_2 ? "TLSv1.2" : "TLSv1.3");
  const char *path = lab_write(scene, "openssl.cnf", text, -1);
  return g_environ_setenv(g_get_environ(), "OPENSSL_CONF", path, TRUE);
}

static void
start_program(LabScene *scene, const char *const *arguments, const char *const *environment,
              const char *log, guint16 port)
{
  g_autofree char *log_path = g_build_filename(scene->folder, log, NULL);
  g_autoptr(GError) error = NULL;
  LabProcess *process = lab_process_start(arguments, environment, log_path, port, &error);
  if (process != NULL)
    g_ptr_array_add(scene->processes, process);
  else
    lab_fail(scene, (LabError)error->code, "%s", error->message);
}

static char *
find_program(LabScene *scene, const char *name, const char *package)
{
  g_autoptr(GError) error = NULL;
  char *program = lab_program_find(name, package, &error);
  if (program == NULL)
    lab_fail(scene, LAB_ERROR_PROGRAM, "%s", error->message);
  return program;
}

/* As root, mosquitto would become a user who cannot read the folder. */
static const char *
write_mosquitto(LabScene *scene, const LabMosquitto *options, guint16 port)
{
  g_autoptr(GString) text = g_string_new(geteuid() == 0 ? "user root\n" : NULL);
  const char *chain_file = options->chain_file, *key_file = options->key_file;
  g_string_append_printf(text, "persistence false\nlog_dest stderr\nlistener %u 127.0.0.1\n", port);
  if (!options->plain) {
    good_server_files(scene, &chain_file, &key_file);
    g_string_append_printf(text, "certfile %s\nkeyfile %s\ntls_version %s\n", chain_file, key_file,
                           options->any_version ? "tlsv1.2" : lab_tls_mosquitto(scene));
  }
  if (options->client_ca_file != NULL)
    g_string_append_printf(text, "cafile %s\nrequire_certificate true\n", options->client_ca_file);
  if (options->extra == NULL || strstr(options->extra, "allow_anonymous") == NULL)
    g_string_append(text, "allow_anonymous true\n");
  if (options->extra != NULL)
    g_string_append_printf(text, "%s\n", options->extra);
  if (options->second != NULL)
    g_string_append_printf(text, "listener %u 127.0.0.2\n%s\n", port, options->second);
  g_autofree char *name = g_strdup_printf("mosquitto-%u.conf", port);
  return lab_write(scene, name, text->str, -1);
}

static void
try_mosquitto(LabScene *scene, const char *program, const LabMosquitto *options, guint16 port)
{
  g_auto(GStrv) environment = openssl_environment(scene, options->any_version);
  g_autofree char *log = g_strdup_printf("mosquitto-%u.log", port);
  const char *const arguments[] = {program, "-c", write_mosquitto(scene, options, port), NULL};
  if (!lab_failed(scene))
    start_program(scene, arguments, (const char *const *)environment, log,
                  options->last_port != 0 ? options->last_port : port);
}

guint16
lab_mosquitto(LabScene *scene, const LabMosquitto *options)
{
  g_autofree char *program =
      lab_failed(scene) ? NULL : find_program(scene, "mosquitto", "mosquitto");
  guint16 port = 0;
  for (int i = 0; program != NULL && i < START_TRIES; i++) {
    g_clear_error(&scene->error);
    port = options->port != 0 ? options->port : lab_free_port();
    try_mosquitto(scene, program, options, port);
    if (!lab_failed(scene))
      break;
  }
  use_port(scene, port);
  return port;
}

const char *
lab_listener(LabScene *scene, const char *address, guint16 port, const Forged *server,
             const Forged *issuer)
{
  g_autofree char *chain = g_strdup_printf("listener-%s-%u.pem", address, port);
  g_autofree char *key = g_strdup_printf("listener-%s-%u.key", address, port);
  return lab_keep(
      scene, g_strdup_printf("listener %u %s\ncertfile %s\nkeyfile %s\ntls_version %s\n", port,
                             address, lab_write_chain(scene, chain, server, issuer, NULL),
                             lab_write_key(scene, key, server, NULL), lab_tls_mosquitto(scene)));
}

guint16
lab_good_broker(LabScene *scene)
{
  const char *client_ca = lab_write_chain(scene, "client-ca.pem", lab_pki(scene)->client_ca, NULL);
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  return lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = client_ca});
}

guint16
lab_broker_with(LabScene *scene, const Forged *server, const Forged *issuer)
{
  LabMosquitto options = {
      .chain_file = lab_write_chain(scene, "broker.pem", server, issuer, NULL),
      .key_file = lab_write_key(scene, "broker.key", server, NULL),
  };
  lab_use_good_trust(scene);
  return lab_mosquitto(scene, &options);
}

const char *
lab_broker_for(LabScene *scene, const Forged *client, const Forged *issuer, const Forged *root)
{
  const char *file = lab_write_chain(scene, "client.pem", client, issuer, NULL);
  lab_use_good_trust(scene);
  lab_use_client(scene, file, lab_write_key(scene, "client.key", client, NULL));
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file =
                                           lab_write_chain(scene, "client-ca.pem", root, NULL)});
  return file;
}

static void
try_openssl(LabScene *scene, GPtrArray *arguments, guint16 port)
{
  g_auto(GStrv) environment = openssl_environment(scene, TRUE);
  g_autofree char *log = g_strdup_printf("openssl-%u.log", port);
  arguments->pdata[3] = (gpointer)lab_keep(scene, g_strdup_printf("127.0.0.1:%u", port));
  if (!lab_failed(scene))
    start_program(scene, (const char *const *)arguments->pdata, (const char *const *)environment,
                  log, port);
}

/* s_server takes the first certificate from one file and the others, which it sends after it, from
 * another one. NULL: there are no others. */
static const char *
write_others(LabScene *scene, const char *chain_file)
{
  static const char begin[] = "-----BEGIN CERTIFICATE-----";
  g_autofree char *text = NULL;
  if (!g_file_get_contents(chain_file, &text, NULL, NULL))
    return NULL;
  const char *first = strstr(text, begin);
  const char *second = first != NULL ? strstr(first + strlen(begin), begin) : NULL;
  return second != NULL ? lab_write(scene, "openssl-others.pem", second, -1) : NULL;
}

/* (transfer container); the port at [3] is filled in by try_openssl(). */
static GPtrArray *
openssl_arguments(LabScene *scene, const char *program, const char *chain_file,
                  const char *key_file)
{
  const char *const words[] = {program, "s_server", "-accept", NULL,
                               "-cert", chain_file, "-key",    key_file};
  GPtrArray *arguments = g_ptr_array_new();
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
    g_ptr_array_add(arguments, (gpointer)words[i]);
  const char *others = write_others(scene, chain_file);
  if (others != NULL) {
    g_ptr_array_add(arguments, (gpointer) "-cert_chain");
    g_ptr_array_add(arguments, (gpointer)others);
  }
  return arguments;
}

guint16
lab_openssl(LabScene *scene, const char *chain_file, const char *key_file, gboolean any_version,
            const char *const *further)
{
  g_autofree char *program = lab_failed(scene) ? NULL : find_program(scene, "openssl", "openssl");
  guint16 port = 0;
  if (program == NULL)
    return 0;
  good_server_files(scene, &chain_file, &key_file);
  g_autoptr(GPtrArray) arguments = openssl_arguments(scene, program, chain_file, key_file);
  if (!any_version)
    g_ptr_array_add(arguments, (gpointer)lab_tls_openssl(scene));
  for (gsize i = 0; further != NULL && further[i] != NULL; i++)
    g_ptr_array_add(arguments, (gpointer)further[i]);
  g_ptr_array_add(arguments, NULL);
  for (int i = 0; i < START_TRIES; i++) {
    g_clear_error(&scene->error);
    port = lab_free_port();
    try_openssl(scene, arguments, port);
    if (!lab_failed(scene))
      break;
  }
  use_port(scene, port);
  return port;
}

/* --- Scripts ---------------------------------------------------------------------------------- */

guint16
lab_peer(LabScene *scene, PeerScript script, gpointer data)
{
  if (lab_failed(scene))
    return 0;
  Peer *peer = peer_start(script, data);
  g_ptr_array_add(scene->peers, peer);
  use_port(scene, peer_port(peer));
  return peer_port(peer);
}

typedef struct {
  LabScene *scene;
  TlsPeerOptions options;
  LabTlsScript script;
  gpointer data;
} TlsStage;

static void
serve_tls(int fd, gpointer data)
{
  TlsStage *stage = data;
  TlsPeer peer;
  tls_peer_accept(&peer, fd, &stage->options);
  if (peer.code == 0)
    stage->script(stage->scene, &peer, stage->data);
  tls_peer_clear(&peer, FALSE);
}

static void
serve_mqtt(LabScene *scene, TlsPeer *peer, gpointer data)
{
  mqtt_script_serve(peer, data);
}

static gpointer
keep_stage(LabScene *scene, gconstpointer plain, gsize size)
{
  gpointer stage = g_memdup2(plain, size);
  g_ptr_array_add(scene->stages, stage);
  return stage;
}

guint16
lab_tls_peer(LabScene *scene, const TlsPeerOptions *options, LabTlsScript script, gpointer data)
{
  TlsStage stage = {scene, *options, script, data};
  if (script == NULL)
    return lab_mqtt_peer(scene, options, &MQTT_SCRIPT_GOOD);
  return lab_peer(scene, serve_tls, keep_stage(scene, &stage, sizeof stage));
}

guint16
lab_mqtt_peer(LabScene *scene, const TlsPeerOptions *options, const MqttScript *script)
{
  return lab_tls_peer(scene, options, serve_mqtt, keep_stage(scene, script, sizeof *script));
}

TlsPeerOptions
lab_tls_options(LabScene *scene, gboolean two_way)
{
  const LabPki *pki = lab_pki(scene);
  const char *chain = lab_keep(
      scene, g_strconcat(lab_pem(scene, pki->server), lab_pem(scene, pki->intermediate), NULL));
  return (TlsPeerOptions){.chain_pem = chain,
                          .key_pem = lab_key_pem(scene, pki->server),
                          .client_ca_pem = two_way ? lab_pem(scene, pki->client_ca) : NULL,
                          .require = two_way,
                          .priority = lab_tls_gnutls(scene)};
}

/* --- Sockets ---------------------------------------------------------------------------------- */

static int
open_socket(LabScene *scene, int more)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | more, 0);
  if (fd >= 0)
    g_array_append_val(scene->sockets, fd);
  return fd;
}

static struct sockaddr_in
loopback_port(guint16 port)
{
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

/* CONNECT of MQTT 3.1.1 without a client id, and the broker's yes. */
static gboolean
is_accepted(int fd, guint16 port)
{
  static const guint8 hello[] = {0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0};
  struct sockaddr_in address = loopback_port(port);
  guint8 answer[4] = {0};
  return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
         send(fd, hello, sizeof hello, MSG_NOSIGNAL) == sizeof hello &&
         recv(fd, answer, sizeof answer, MSG_WAITALL) == sizeof answer && answer[3] == 0;
}

/* Whoever has been taken once sees that the broker is done with the connection that asked whether
 * it is there; from then on a no is meant. */
void
lab_occupy(LabScene *scene, guint16 port)
{
  gboolean any = FALSE;
  for (int i = 0; i < OCCUPY_TRIES && !lab_failed(scene); i++) {
    if (is_accepted(open_socket(scene, 0), port))
      any = TRUE;
    else if (any)
      return;
    else
      g_usleep(OCCUPY_SLICE_US);
  }
  lab_fail(scene, LAB_ERROR_START, "the broker on port %u always or never takes connections", port);
}

/* Two connections fill a queue of length 0 (listen(2)); the others wait for a place in vain. */
guint16
lab_full_port(LabScene *scene)
{
  struct sockaddr_in address = loopback_port(0);
  socklen_t length = sizeof address;
  int listener = open_socket(scene, 0);
  if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 0) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &length) != 0)
    lab_fail(scene, LAB_ERROR_START, "no port to listen on: %s", g_strerror(errno));
  for (int i = 0; i < 4 && !lab_failed(scene); i++)
    connect(open_socket(scene, SOCK_NONBLOCK), (struct sockaddr *)&address, sizeof address);
  use_port(scene, ntohs(address.sin_port));
  return ntohs(address.sin_port);
}

static gboolean
is_free(guint16 port)
{
  struct sockaddr_in address = loopback_port(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean good = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
  close(fd);
  return good;
}

guint16
lab_two_ports(LabScene *scene)
{
  for (int i = 0; i < 50; i++) {
    guint16 port = lab_free_port();
    if (port != 0 && port < G_MAXUINT16 && is_free((guint16)(port + 1)))
      return port;
  }
  lab_fail(scene, LAB_ERROR_START, "there are no two free ports side by side");
  return 0;
}

/* --- Names ------------------------------------------------------------------------------------ */

static void
note_host(LabScene *scene, const char *name)
{
  scene->host_named |= g_ascii_strcasecmp(name, LAB_HOST) == 0;
}

void
lab_dns(LabScene *scene, const char *name, const char *type, const char *value)
{
  note_host(scene, name);
  lab_names_add(scene->names, name, type, value);
}

void
lab_dns_fail(LabScene *scene, const char *name, int rcode)
{
  note_host(scene, name);
  lab_names_fail(scene->names, name, rcode);
}
