/* How long from what a broker shows to the finding on the screen. The peers are scripts in this
 * process; each notes the time right before its last word. Second connections get no answer at all,
 * so that none of these findings can have waited for one. */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"
#include "lab/fault_row.h"
#include "lab/scene.h"

#define ROUNDS 7
#define BAR_MS 100
#define ROWS 40
#define COLUMNS 140
#define STREAM_MS 600 /* of messages before the end */

/* --- The last word ---------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t noted = PTHREAD_COND_INITIALIZER;
static gint64 spoke_us; /* under the lock; 0: not yet */
static int calls;       /* under the lock */

static void
begin_round(void)
{
  pthread_mutex_lock(&lock);
  spoke_us = 0;
  calls = 0;
  pthread_mutex_unlock(&lock);
}

static void
note_word_at(gint64 monotonic_us)
{
  pthread_mutex_lock(&lock);
  spoke_us = monotonic_us;
  pthread_cond_signal(&noted);
  pthread_mutex_unlock(&lock);
}

static void
note_word(void)
{
  note_word_at(g_get_monotonic_time());
}

/* Some scripts note it only when they have heard the answer. */
static gint64
wait_for_word(void)
{
  pthread_mutex_lock(&lock);
  while (spoke_us == 0)
    pthread_cond_wait(&noted, &lock);
  gint64 time = spoke_us;
  pthread_mutex_unlock(&lock);
  return time;
}

static gboolean
is_first_call(void)
{
  pthread_mutex_lock(&lock);
  gboolean first = calls++ == 0;
  pthread_mutex_unlock(&lock);
  return first;
}

/* --- Without TLS ------------------------------------------------------------------------------ */

/* What a script does with the first connection once something has come. */
typedef struct {
  const void *answer;
  gsize length;     /* 0: none */
  gboolean unasked; /* without waiting for a first byte */
  gboolean reset;   /* at the end; else a plain end, and what comes then is read */
} RawEnd;

static void
serve_raw(int fd, gpointer data)
{
  const RawEnd *end = data;
  char bytes[4096];
  if (!is_first_call()) {
    peer_wait_for_end(fd);
    return;
  }
  if (!end->unasked && recv(fd, bytes, sizeof bytes, 0) <= 0)
    return;
  note_word();
  if (end->length > 0)
    send(fd, end->answer, end->length, MSG_NOSIGNAL);
  if (end->reset) {
    peer_reset_on_close(fd);
    return;
  }
  shutdown(fd, SHUT_WR);
  peer_wait_for_end(fd);
}

static void
raw_scene(LabScene *scene, const RawEnd *end)
{
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_peer(scene, serve_raw, (gpointer)end);
}

static void
alert_at_hello(LabScene *scene)
{
  static const guint8 alert[] = {21, 3, 3, 0, 2, 2, 40}; /* fatal, handshake_failure */
  static const RawEnd end = {.answer = alert, .length = sizeof alert};
  raw_scene(scene, &end);
}

static void
reset_at_hello(LabScene *scene)
{
  static const RawEnd end = {.reset = TRUE};
  raw_scene(scene, &end);
}

static void
close_at_once(LabScene *scene)
{
  static const RawEnd end = {.unasked = TRUE};
  raw_scene(scene, &end);
}

static void
web_server(LabScene *scene)
{
  static const char text[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
  static const RawEnd end = {.answer = text, .length = sizeof text - 1};
  raw_scene(scene, &end);
}

static void
mail_server(LabScene *scene)
{
  static const char text[] = "220 mail.lab.test ESMTP Postfix\r\n";
  static const RawEnd end = {.answer = text, .length = sizeof text - 1, .unasked = TRUE};
  raw_scene(scene, &end);
}

/* --- With TLS --------------------------------------------------------------------------------- */

/* Handshake, then `script`; where there is none the handshake itself is to fail. */
typedef struct {
  TlsPeerOptions options;
  void (*script)(TlsPeer *peer);
  gboolean by_certificate; /* which comes with the peer's first words, before it has said all */
} TlsEnd;

static void
serve_tls(int fd, gpointer data)
{
  const TlsEnd *end = data;
  TlsPeer peer;
  if (!is_first_call()) {
    peer_wait_for_end(fd);
    return;
  }
  tls_peer_accept(&peer, fd, &end->options);
  if (peer.code == 0 && end->script != NULL)
    end->script(&peer);
  else
    note_word_at(end->by_certificate ? peer.answered_us : peer.spoke_us);
  tls_peer_clear(&peer, FALSE);
}

static TlsEnd *
tls_scene(LabScene *scene, void (*script)(TlsPeer *peer))
{
  static TlsEnd end; /* one scene at a time */
  end = (TlsEnd){lab_tls_options(scene, TRUE), script, FALSE};
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_peer(scene, serve_tls, &end);
  return &end;
}

/* TLS 1.2: within the handshake. */
static void
refuse_in_handshake(LabScene *scene)
{
  TlsEnd *end = tls_scene(scene, NULL);
  end->options.refuse = GNUTLS_A_UNKNOWN_CA;
  end->options.name_no_ca = TRUE;
}

static void
send_late_alert(TlsPeer *peer)
{
  tls_peer_alert(peer, GNUTLS_A_UNKNOWN_CA);
  note_word_at(peer->spoke_us);
}

/* TLS 1.3: after the client's handshake is over. */
static void
refuse_late(LabScene *scene)
{
  TlsEnd *end = tls_scene(scene, send_late_alert);
  end->options.require = FALSE;
  end->options.name_no_ca = TRUE;
}

/* The broker's last word is the certificate that is refused. */
static void
wrong_certificate(LabScene *scene)
{
  TlsEnd *end = tls_scene(scene, NULL);
  end->by_certificate = TRUE;
  ForgeTemplate root = lab_authority("Another Root"), server = lab_server(LAB_HOST);
  const Forged *other = lab_forge(scene, &root, NULL);
  const Forged *leaf = lab_forge(scene, &server, other);
  end->options.chain_pem =
      lab_keep(scene, g_strconcat(lab_pem(scene, leaf), lab_pem(scene, other), NULL));
  end->options.key_pem = lab_key_pem(scene, leaf);
}

static void
expired_certificate(LabScene *scene)
{
  TlsEnd *end = tls_scene(scene, NULL);
  end->by_certificate = TRUE;
  ForgeTemplate server = lab_server(LAB_HOST);
  server.not_before = lab_days_from_now(-30);
  server.not_after = lab_days_from_now(-2);
  const Forged *leaf = lab_forge(scene, &server, lab_pki(scene)->root);
  end->options.chain_pem = lab_pem(scene, leaf);
  end->options.key_pem = lab_key_pem(scene, leaf);
}

/* --- With MQTT -------------------------------------------------------------------------------- */

static void
answer_connect(TlsPeer *peer, guint8 reason)
{
  guint8 version;
  if (!mqtt_script_read_connect(peer, &version))
    return;
  mqtt_script_send_connack(peer, version, reason);
  note_word_at(peer->spoke_us);
}

static void
refuse_user(TlsPeer *peer)
{
  answer_connect(peer, 0x86);
}

static void
bad_credentials(LabScene *scene)
{
  tls_scene(scene, refuse_user);
  lab_set(&lab_profile(scene)->user_name, "plant-7");
  lab_set(&lab_profile(scene)->password, "wrong");
}

static void
close_after_connect(TlsPeer *peer)
{
  guint8 version;
  if (mqtt_script_read_connect(peer, &version))
    note_word(); /* the end follows at once */
}

static void
closed_after_connect(LabScene *scene)
{
  tls_scene(scene, close_after_connect);
}

/* A client that reads messages must not hear late of the end. */
static void
stream_until_taken_over(TlsPeer *peer)
{
  static const guint8 publish[] = {0x30, 11, 0, 3, 'a', '/', 'b', 0, 'h', 'e', 'l', 'l', 'o'};
  static const guint8 disconnect[] = {0xe0, 1, 0x8e};
  answer_connect(peer, 0);
  gint64 end_us = g_get_monotonic_time() + STREAM_MS * 1000;
  while (g_get_monotonic_time() < end_us) {
    for (int i = 0; i < 50; i++)
      tls_peer_write(peer, publish, sizeof publish);
    g_usleep(1000);
  }
  tls_peer_write(peer, disconnect, sizeof disconnect);
  note_word_at(peer->spoke_us);
}

static void
taken_over(LabScene *scene)
{
  tls_scene(scene, stream_until_taken_over);
}

/* --- Measuring -------------------------------------------------------------------------------- */

typedef struct {
  const char *what;
  const char *text; /* on the screen when the finding is */
  LabTls tls;
  void (*build)(LabScene *scene);
} Kind;

static const Kind kinds[] = {
    {"alert at ClientHello", "tls-no-cipher", LAB_TLS_1_3, alert_at_hello},
    {"reset at ClientHello", "tls-reset", LAB_TLS_1_3, reset_at_hello},
    {"end before any byte", "tls-reset", LAB_TLS_1_3, close_at_once},
    {"HTTP answer", "port-http", LAB_TLS_1_3, web_server},
    {"greeting of a mail server", "port-starttls", LAB_TLS_1_3, mail_server},
    {"certificate of another CA", "anchor-wrong", LAB_TLS_1_3, wrong_certificate},
    {"expired certificate, TLS 1.2", "leaf-expired", LAB_TLS_1_2, expired_certificate},
    {"client refused in the handshake (TLS 1.2)", "client-ca-unknown", LAB_TLS_1_2,
     refuse_in_handshake},
    {"client refused after the handshake (TLS 1.3)", "client-ca-unknown", LAB_TLS_1_3, refuse_late},
    {"CONNACK that refuses", "mqtt-bad-credentials", LAB_TLS_1_3, bad_credentials},
    {"end after CONNECT", "mqtt-closed-after-connect", LAB_TLS_1_3, closed_after_connect},
    {"DISCONNECT amid messages", "mqtt-session-taken-over", LAB_TLS_1_3, taken_over},
};

static Pty *
start_dashboard(const Bench *bench, const LabScene *scene)
{
  g_autofree char *folder =
      g_build_filename(bench->folder, "config", "mqtrust", "connections", NULL);
  g_autoptr(GError) error = NULL;
  if (!profile_save(lab_scene_profile(scene), folder, &error))
    g_error("%s", error->message);
  const PtyOptions options = {
      .rows = ROWS, .columns = COLUMNS, .environment = (const char *const *)bench->environment};
  const char *const argv[] = {bench->program, lab_scene_profile(scene)->name, NULL};
  return pty_start(argv, &options);
}

/* Milliseconds. */
static double
measure(const Bench *bench, const Kind *kind)
{
  const LabFault fault = {.code = "bench", .build = kind->build};
  g_autoptr(GError) error = NULL;
  g_autoptr(LabScene) scene = lab_scene_start(&fault, kind->tls, &error);
  if (scene == NULL)
    g_error("%s", error->message);
  begin_round();
  Pty *pty = start_dashboard(bench, scene);
  if (!pty_wait_text(pty, kind->text))
    g_error("no finding %s", kind->text);
  gint64 seen_us = g_get_monotonic_time();
  bench_stop(pty);
  return (double)(seen_us - wait_for_word()) / 1000;
}

static void
run(const Bench *bench, const Kind *kind)
{
  double times[ROUNDS];
  for (int i = 0; i < ROUNDS; i++)
    times[i] = measure(bench, kind);
  double slowest = bench_max(times, ROUNDS), median = bench_median(times, ROUNDS); /* sorts */
  g_autofree char *what = g_strdup_printf("%s: fastest", kind->what);
  bench_line(what, times[0], "ms");
  bench_no_bar();
  bench_line("    median", median, "ms");
  bench_no_bar();
  bench_line("    slowest", slowest, "ms");
  bench_at_most(slowest, BAR_MS, "ms");
}

int
main(int argc, char **argv)
{
  g_autoptr(Bench) bench = bench_new(argv[0]);
  printf("finding: from a peer's last word to the finding on the screen, %d rounds each\n", ROUNDS);
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
    run(bench, &kinds[i]);
  return bench_missed() > 0;
}
