/* How fast messages are taken in over two-way TLS, and how the screen fares meanwhile.
 *
 * In turn, against the same stand-in for a broker: the mqtrust dashboard and `mosquitto_sub -v`,
 * each on a pseudo-terminal that is read; `mosquitto_sub -v` to /dev/null; and a bare loop that
 * only decrypts and copies, the limit of all of them. mosquitto_sub's terminal is read by the same
 * loop, but its 20 MB/s are only counted: to understand them would slow it down. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "flood_broker.h"
#include "flood_tls.h"

#define RING_MIB 64.0 /* what mqtrust keeps by default */
#define MESSAGES_KEY "3" /* the pane that the flood runs through */
#define HELP_KEY "?"
#define CLOSE_KEY "q"
#define HELP_TEXT "a line up" /* said by the help alone */
#define WINDOW_MS 1000 /* without keys: what data alone makes it write */
#define ROUNDS_MAX 25
#define PRESSES_MAX 1000

/* Messages that each contender gets: enough for a second or more, no more for the slow ones. */
typedef struct {
  gsize payload;
  guint64 terminal, null, fast;
  double bar_null;
} Load;

static const Load loads[] = {
    {.payload = 30, .terminal = 1000000, .null = 4000000, .fast = 40000000, .bar_null = 2.5},
    {.payload = 300, .terminal = 600000, .null = 2000000, .fast = 10000000, .bar_null = 1.6},
};

typedef struct {
  double mqtrust[ROUNDS_MAX], terminal[ROUNDS_MAX], null[ROUNDS_MAX], bare[ROUNDS_MAX];
  double bytes[ROUNDS_MAX];   /* to the terminal, a second */
  double memory[ROUNDS_MAX];  /* MiB beyond the ring */
  double presses[PRESSES_MAX];/* ms until a key was answered */
  gsize press_count;
} Results;

static int rounds = 3;
static double scale = 1;
static gboolean peers_only;

static double
rate(const FloodBroker *broker)
{
  return (double)flood_broker_count(broker) / flood_broker_seconds(broker);
}

static guint64
scaled(guint64 count)
{
  return (guint64)((double)count * scale) + 1;
}

/* --- The contenders ------------------------------------------------------------------------------ */

static gboolean
has_started(Pty *pty, gpointer broker)
{
  return flood_broker_started(broker);
}

static gboolean
has_finished(Pty *pty, gpointer broker)
{
  return flood_broker_finished(broker);
}

static void
must(gboolean happened)
{
  if (!happened)
    g_error("the measurement cannot go on");
}

static double
run_peer(const Bench *bench, const Certificates *certificates, const Load *load, gboolean to_null)
{
  g_autoptr(FloodBroker) broker = flood_broker_start(certificates, load->payload,
                                                     scaled(to_null ? load->null : load->terminal));
  g_autofree char *command = g_strdup_printf(
      "exec mosquitto_sub -v -h 127.0.0.1 -p %u --cafile '%s' --cert '%s' --key '%s' -t '#' -q 1 "
      "-V 5 %s",
      flood_broker_port(broker), certificates->root, certificates->client.fullchain,
      certificates->client.key, to_null ? ">/dev/null" : "");
  const char *const argv[] = {"sh", "-c", command, NULL};
  Pty *pty = bench_start(bench, argv, TRUE);
  must(pty_wait(pty, has_finished, broker, "mosquitto_sub has acknowledged the last message"));
  pty_free(pty); /* SIGTERM does not always end mosquitto_sub, SIGKILL does */
  return rate(broker);
}

static gboolean
shows_or_finished(Pty *pty, gpointer broker)
{
  return pty_shows(pty, HELP_TEXT) || flood_broker_finished(broker);
}

static gboolean
shows_not_or_finished(Pty *pty, gpointer broker)
{
  return !pty_shows(pty, HELP_TEXT) || flood_broker_finished(broker);
}

/* Keys are pressed until the flood is over; an answer that comes after it does not count. */
static void
press_keys(Pty *pty, FloodBroker *broker, Results *results)
{
  gboolean open = FALSE;
  while (!flood_broker_finished(broker)) {
    double pressed = bench_now();
    pty_key(pty, open ? CLOSE_KEY : HELP_KEY);
    must(pty_wait(pty, open ? shows_not_or_finished : shows_or_finished, broker,
                  "a key is answered"));
    if (!flood_broker_finished(broker) && results->press_count < PRESSES_MAX)
      results->presses[results->press_count++] = (bench_now() - pressed) * 1000;
    open = !open;
    pty_observe(pty, 37); /* out of step with the program's own frames */
  }
}

/* Bytes a second that the flood alone makes it write. */
static double
watch_writing(Pty *pty)
{
  guint64 before = pty_bytes(pty);
  double started = bench_now();
  pty_observe(pty, WINDOW_MS);
  return (double)(pty_bytes(pty) - before) / (bench_now() - started);
}

static double
run_mqtrust(const Bench *bench, const Certificates *certificates, const Load *load,
            Results *results, int round)
{
  g_autoptr(FloodBroker) broker =
      flood_broker_start(certificates, load->payload, scaled(load->fast));
  g_autofree char *port = g_strdup_printf("%u", flood_broker_port(broker));
  const char *const argv[] = {
      bench->program, "-h",     "127.0.0.1",
      "-p",           port,     "--cafile",
      certificates->root,       "--cert",
      certificates->client.fullchain,
      "--key",        certificates->client.key,
      "-t",           "#",      "-V",
      "5",            NULL};
  Pty *pty = bench_start(bench, argv, FALSE);
  must(pty_wait(pty, has_started, broker, "the subscription was granted"));
  pty_key(pty, MESSAGES_KEY);
  results->bytes[round] = watch_writing(pty);
  if (flood_broker_finished(broker))
    g_error("the flood is over before it was watched; a larger --scale is needed");
  press_keys(pty, broker, results);
  must(pty_wait(pty, has_finished, broker, "mqtrust has acknowledged the last message"));
  results->memory[round] =
      (double)process_memory_kib(pty_pid(pty), "VmHWM") / 1024 - RING_MIB;
  bench_stop(pty);
  return rate(broker);
}

static int
dial(guint16 port)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    g_error("connect: %s", g_strerror(errno));
  return fd;
}

/* Decrypts and copies into a ring, and knows by counting when the last message comes. */
static void G_GNUC_NORETURN
run_bare_loop(const Certificates *certificates, guint16 port, guint64 bytes)
{
  static const guint8 connect_packet[] = {0x10, 14, 0,   4,   'M', 'Q', 'T', 'T',
                                          5,    2,  0,   60,  0,   0,   1,   'b'};
  static const guint8 subscribe_packet[] = {0x82, 7, 0, 1, 0, 0, 1, '#', 1};
  static const guint8 puback_packet[] = {0x40, 2, 0, 7};
  static guint8 record[16384];
  gsize ring_size = (gsize)(RING_MIB * 1024 * 1024), at = 0;
  guint8 *ring = g_malloc(ring_size);
  FloodStream stream;
  FloodPacket packet;
  flood_stream_connect(&stream, dial(port), certificates);
  flood_send(&stream, connect_packet, sizeof connect_packet);
  flood_receive_packet(&stream, &packet);
  flood_send(&stream, subscribe_packet, sizeof subscribe_packet);
  flood_receive_packet(&stream, &packet);
  for (gsize length; bytes > 0; bytes -= length) {
    length = flood_receive(&stream, record, MIN(bytes, sizeof record));
    if (length == 0)
      _exit(1);
    if (at + length > ring_size)
      at = 0;
    memcpy(ring + at, record, length);
    at += length;
  }
  flood_receive_packet(&stream, &packet);
  flood_send(&stream, puback_packet, sizeof puback_packet);
  flood_stream_close(&stream);
  _exit(0);
}

static double
run_bare(const Certificates *certificates, const Load *load)
{
  g_autoptr(FloodBroker) broker =
      flood_broker_start(certificates, load->payload, scaled(load->fast));
  guint64 bytes = flood_bytes(load->payload, flood_broker_count(broker));
  int status;
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(1);
    run_bare_loop(certificates, flood_broker_port(broker), bytes);
  }
  if (waitpid(pid, &status, 0) != pid || status != 0)
    g_error("the bare loop has failed");
  flood_broker_wait(broker);
  return rate(broker);
}

/* --- The report ---------------------------------------------------------------------------------- */

static void
report_peers(Results *results, const Load *load, double mqtrust)
{
  double terminal = bench_median(results->terminal, (gsize)rounds);
  double null = bench_median(results->null, (gsize)rounds);
  double bare = bench_median(results->bare, (gsize)rounds);
  bench_line("mosquitto_sub -v, on a terminal", terminal, "messages/s");
  bench_no_bar();
  bench_line("mosquitto_sub -v, to /dev/null", null, "messages/s");
  bench_no_bar();
  bench_line("bare loop, decrypts and copies", bare, "messages/s");
  bench_no_bar();
  if (mqtrust <= 0)
    return;
  bench_line("mqtrust by mosquitto_sub on a terminal", mqtrust / terminal, "times");
  bench_at_least(mqtrust / terminal, 10, "times");
  bench_line("mqtrust by mosquitto_sub to /dev/null", mqtrust / null, "times");
  bench_at_least(mqtrust / null, load->bar_null, "times");
  bench_line("mqtrust by the bare loop", mqtrust / bare, "times");
  bench_no_bar();
}

static void
report_screen(Results *results)
{
  double bytes = bench_median(results->bytes, (gsize)rounds) / 1000;
  double memory = bench_max(results->memory, (gsize)rounds);
  double slowest = bench_max(results->presses, results->press_count);
  g_autofree char *pressed =
      g_strdup_printf("key to screen, median of %" G_GSIZE_FORMAT, results->press_count);
  bench_line("written to the terminal, messages pane, 80x24", bytes, "kB/s");
  bench_at_most(bytes, 30, "kB/s");
  bench_line(pressed, bench_median(results->presses, results->press_count), "ms");
  bench_no_bar();
  bench_line("key to screen, slowest", slowest, "ms");
  bench_at_most(slowest, 100, "ms");
  bench_line("peak memory beyond the ring", memory, "MiB");
  bench_at_most(memory, 30, "MiB");
}

static void
run_load(const Bench *bench, const Certificates *certificates, const Load *load)
{
  g_autofree Results *results = g_new0(Results, 1);
  for (int i = 0; i < rounds; i++) {
    if (!peers_only)
      results->mqtrust[i] = run_mqtrust(bench, certificates, load, results, i);
    results->terminal[i] = run_peer(bench, certificates, load, FALSE);
    results->null[i] = run_peer(bench, certificates, load, TRUE);
    results->bare[i] = run_bare(certificates, load);
  }
  printf("flood: payloads of %" G_GSIZE_FORMAT " bytes, %d topics, two-way TLS, median of %d\n",
         load->payload, FLOOD_TOPICS, rounds);
  double mqtrust = bench_median(results->mqtrust, (gsize)rounds);
  if (!peers_only) {
    bench_line("mqtrust, the dashboard on a terminal", mqtrust, "messages/s");
    bench_no_bar();
  }
  report_peers(results, load, mqtrust);
  if (!peers_only)
    report_screen(results);
}

int
main(int argc, char **argv)
{
  const GOptionEntry entries[] = {
      {"rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds of each (default 3)", "N"},
      {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &scale, "Of the number of messages (default 1)", "X"},
      {"peers-only", 0, 0, G_OPTION_ARG_NONE, &peers_only, "Measure the others alone", NULL},
      G_OPTION_ENTRY_NULL};
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_autoptr(GError) error = NULL;
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    fprintf(stderr, "flood: %s\n", error->message);
    return 2;
  }
  rounds = CLAMP(rounds, 1, ROUNDS_MAX);
  signal(SIGPIPE, SIG_IGN);
  g_autoptr(Bench) bench = bench_new(argv[0]);
  g_autoptr(Certificates) certificates = certificates_new();
  for (gsize i = 0; i < G_N_ELEMENTS(loads); i++)
    run_load(bench, certificates, &loads[i]);
  return bench_missed() > 0;
}
