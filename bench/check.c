/* Many brokers at once: `mqtrust check` on 200 endpoints, beside a bare GnuTLS loop and beside
 * openssl s_client, both one after the other, with the same credentials and the same endpoints.
 *
 * The endpoints are 200 listeners of one mosquitto, two-way TLS, ECDSA P-256. What is measured of
 * ours is the program as a whole, from its start to its end: names, TCP, TLS, both verdicts, MQTT,
 * the report; without the second connection that asks whether two-way TLS is enforced, so that a
 * handshake stands against a handshake. The bare loop does TCP and the handshake with verification, in this process, and
 * loads its files once; s_client is a process an endpoint. */
#include "config.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "live/broker.h"
#include "live/certificates.h"

#define ENDPOINTS 200
#define ROUNDS 15
#define OPENSSL_ROUNDS 1
#define RATIO_BAR 0.8
#define SINGLE_ROUNDS 50
#define SINGLE_BAR_MS 50

typedef struct {
  const Bench *bench;
  Certificates *certificates;
  Broker *broker;
  guint16 ports[ENDPOINTS];
} Stage;

/* --- The endpoints ---------------------------------------------------------------------------- */

/* Below the ports that the kernel hands out by itself: one of those could be taken as the near end
 * of a connection before mosquitto listens on it. */
#define FIRST_PORT 20000

static guint16
next_free_port(guint16 port)
{
  for (;; port++) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    gboolean free = bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    if (free)
      return port;
  }
}

static char *
more_listeners(Stage *stage)
{
  GString *out = g_string_new(NULL);
  for (guint i = 1; i < ENDPOINTS; i++) {
    guint16 port = next_free_port(i > 1 ? stage->ports[i - 1] + 1 : FIRST_PORT);
    stage->ports[i] = port;
    g_string_append_printf(out,
                           "listener %u 127.0.0.1\ncertfile %s\nkeyfile %s\ncafile %s\n"
                           "require_certificate true\n",
                           port, stage->certificates->server.fullchain,
                           stage->certificates->server.key, stage->certificates->client_ca);
  }
  return g_string_free(out, FALSE);
}

/* mosquitto opens its listeners one after the other; the broker's own wait is for the first. */
static void
wait_for_last(const Stage *stage)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(stage->ports[ENDPOINTS - 1]),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  double end = bench_now() + 30;
  for (gboolean there = FALSE; !there;) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    there = connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    if (!there && bench_now() > end)
      g_error("mosquitto has not opened all its listeners");
    if (!there)
      g_usleep(10000);
  }
}

static void
stage_open(Stage *stage, const Bench *bench)
{
  stage->bench = bench;
  stage->certificates = certificates_new();
  g_autofree char *extra = more_listeners(stage);
  const BrokerOptions options = {.certificate_file = stage->certificates->server.fullchain,
                                 .key_file = stage->certificates->server.key,
                                 .client_ca_file = stage->certificates->client_ca,
                                 .extra = extra};
  stage->broker = broker_start(&options);
  stage->ports[0] = broker_port(stage->broker);
  wait_for_last(stage);
}

static void
stage_close(Stage *stage)
{
  broker_free(stage->broker);
  certificates_free(stage->certificates);
}

/* --- Ours ------------------------------------------------------------------------------------- */

static double
run_program(const char *const *argv, const Bench *bench)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *out = NULL;
  int status;
  double before = bench_now();
  gboolean ran = g_spawn_sync(NULL, (char **)argv, bench != NULL ? bench->environment : NULL,
                              G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out,
                              NULL, &status, &error);
  double seconds = bench_now() - before;
  if (!ran || status != 0)
    g_error("%s failed (%d): %s", argv[0], status, error != NULL ? error->message : "its fault");
  return seconds;
}

/* The first `count` of the endpoints. */
static double
run_ours(const Stage *stage, guint count)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
  const Certificates *certificates = stage->certificates;
  const char *const options[] = {stage->bench->program,
                                 "check",
                                 "--json",
                                 "--no-probes",
                                 "--cafile",
                                 certificates->root,
                                 "--cert",
                                 certificates->client.fullchain,
                                 "--key",
                                 certificates->client.key};
  for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
    g_ptr_array_add(argv, g_strdup(options[i]));
  for (guint i = 0; i < count; i++)
    g_ptr_array_add(argv, g_strdup_printf("mqtts://127.0.0.1:%u", stage->ports[i]));
  g_ptr_array_add(argv, NULL);
  return run_program((const char *const *)argv->pdata, stage->bench);
}

/* --- Bare ------------------------------------------------------------------------------------- */

static int
dial(guint16 port)
{
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    g_error("cannot connect to port %u", port);
  return fd;
}

static void
shake_hands(gnutls_certificate_credentials_t credentials, guint16 port)
{
  gnutls_session_t session;
  int fd = dial(port), code;
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_session_set_verify_cert(session, "127.0.0.1", 0);
  gnutls_transport_set_int(session, fd);
  do
    code = gnutls_handshake(session);
  while (code < 0 && gnutls_error_is_fatal(code) == 0);
  if (code != 0)
    g_error("handshake with port %u: %s", port, gnutls_strerror(code));
  gnutls_bye(session, GNUTLS_SHUT_WR);
  gnutls_deinit(session);
  close(fd);
}

static double
run_bare(const Stage *stage)
{
  const Certificates *certificates = stage->certificates;
  gnutls_certificate_credentials_t credentials;
  double before = bench_now();
  gnutls_certificate_allocate_credentials(&credentials);
  if (gnutls_certificate_set_x509_trust_file(credentials, certificates->root,
                                             GNUTLS_X509_FMT_PEM) <= 0 ||
      gnutls_certificate_set_x509_key_file(credentials, certificates->client.fullchain,
                                           certificates->client.key, GNUTLS_X509_FMT_PEM) < 0)
    g_error("cannot load the certificates");
  for (guint i = 0; i < ENDPOINTS; i++)
    shake_hands(credentials, stage->ports[i]);
  gnutls_certificate_free_credentials(credentials);
  return bench_now() - before;
}

/* --- s_client --------------------------------------------------------------------------------- */

static double
run_openssl(const Stage *stage)
{
  const Certificates *certificates = stage->certificates;
  double seconds = 0;
  for (guint i = 0; i < ENDPOINTS; i++) {
    g_autofree char *target = g_strdup_printf("127.0.0.1:%u", stage->ports[i]);
    const char *const argv[] = {"openssl",
                                "s_client",
                                "-connect",
                                target,
                                "-CAfile",
                                certificates->root,
                                "-cert",
                                certificates->client.fullchain,
                                "-key",
                                certificates->client.key,
                                "-verify_ip",
                                "127.0.0.1",
                                "-verify_return_error",
                                "-brief",
                                NULL};
    seconds += run_program(argv, NULL);
  }
  return seconds;
}

/* --- The table -------------------------------------------------------------------------------- */

static double
rate(double *seconds, gsize count)
{
  return ENDPOINTS / bench_median(seconds, count);
}

/* By turns, so that a machine that is busy for a while slows all of them. */
static void
measure(const Stage *stage)
{
  double ours[ROUNDS], bare[ROUNDS], ratios[ROUNDS], openssl[OPENSSL_ROUNDS];
  run_ours(stage, ENDPOINTS); /* warms up the broker */
  for (int i = 0; i < ROUNDS; i++) {
    bare[i] = run_bare(stage);
    ours[i] = run_ours(stage, ENDPOINTS);
    ratios[i] = bare[i] / ours[i];
  }
  for (int i = 0; i < OPENSSL_ROUNDS; i++)
    openssl[i] = run_openssl(stage);
  double our_rate = rate(ours, ROUNDS), bare_rate = rate(bare, ROUNDS);
  double openssl_rate = rate(openssl, OPENSSL_ROUNDS), ratio = bench_median(ratios, ROUNDS);
  bench_line("bare GnuTLS loop, one after the other", bare_rate, "/s");
  bench_no_bar();
  bench_line("openssl s_client, one after the other", openssl_rate, "/s");
  bench_no_bar();
  bench_line("mqtrust check --no-probes, the whole program", our_rate, "/s");
  bench_no_bar();
  bench_line("ours to s_client", our_rate / openssl_rate, "times");
  bench_no_bar();
  bench_line("ours to the bare loop, turn by turn", ratio, "times");
  bench_at_least(ratio, RATIO_BAR, "times");
}

/* From the program's start to its end. */
static void
measure_single(const Stage *stage)
{
  double ms[SINGLE_ROUNDS];
  for (int i = 0; i < SINGLE_ROUNDS; i++)
    ms[i] = run_ours(stage, 1) * 1000;
  bench_line("one endpoint, the whole program, median", bench_median(ms, SINGLE_ROUNDS), "ms");
  bench_at_most(bench_median(ms, SINGLE_ROUNDS), SINGLE_BAR_MS, "ms");
  bench_line("one endpoint, the slowest run", bench_max(ms, SINGLE_ROUNDS), "ms");
  bench_no_bar();
}

int
main(int argc, char **argv)
{
  g_autoptr(Bench) bench = bench_new(argv[0]);
  Stage stage = {0};
  stage_open(&stage, bench);
  printf("check: %d endpoints, two-way TLS, ECDSA P-256; handshakes a second\n", ENDPOINTS);
  measure(&stage);
  measure_single(&stage);
  stage_close(&stage);
  return bench_missed() > 0;
}
