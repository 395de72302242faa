/* What a connected dashboard costs while nothing arrives: processor time and bytes written. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "bench.h"
#include "live/broker.h"
#include "live/certificates.h"

#define QUIET_MS 1000 /* without a byte: the first seconds after CONNACK are over */
#define WINDOW_MS 5000
#define SETTLE_TRIES 30

static gboolean
settled(Pty *pty)
{
  for (int i = 0; i < SETTLE_TRIES; i++) {
    guint64 before = pty_bytes(pty);
    pty_observe(pty, QUIET_MS);
    if (pty_bytes(pty) == before)
      return TRUE;
  }
  return FALSE;
}

static Pty *
start_connected(const Bench *bench, const Certificates *certificates, guint16 port_number)
{
  g_autofree char *port = g_strdup_printf("%u", port_number);
  const char *const argv[] = {bench->program,
                              "-h", "127.0.0.1",
                              "-p", port,
                              "--cafile", certificates->root,
                              "--cert", certificates->client.fullchain,
                              "--key", certificates->client.key,
                              "-t", "#",
                              NULL};
  Pty *pty = bench_start(bench, argv, FALSE);
  if (!pty_wait_text(pty, "online"))
    g_error("not connected");
  if (!settled(pty))
    g_error("the screen does not come to rest");
  return pty;
}

int
main(int argc, char **argv)
{
  g_autoptr(Bench) bench = bench_new(argv[0]);
  g_autoptr(Certificates) certificates = certificates_new();
  const BrokerOptions options = {.certificate_file = certificates->server.fullchain,
                                 .key_file = certificates->server.key,
                                 .client_ca_file = certificates->client_ca};
  g_autoptr(Broker) broker = broker_start(&options);
  Pty *pty = start_connected(bench, certificates, broker_port(broker));
  gint64 ticks = process_cpu_ticks(pty_pid(pty));
  guint64 bytes = pty_bytes(pty);
  pty_observe(pty, WINDOW_MS);
  double used = (double)(process_cpu_ticks(pty_pid(pty)) - ticks);
  double written = (double)(pty_bytes(pty) - bytes);
  bench_stop(pty);
  printf("idle: connected, 5 s in which nothing arrives (a tick is 1/%ld s)\n",
         sysconf(_SC_CLK_TCK));
  bench_line("processor time", used, "ticks");
  bench_at_most(used, 2, "ticks");
  bench_line("written to the terminal", written, "bytes");
  bench_at_most(written, 0, "bytes");
  return bench_missed() > 0;
}
