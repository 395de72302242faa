#include "config.h"
#include "live/prober.h"

#include <pthread.h>
#include <time.h>

#include "net/tunnel_error.h"

#define PATIENCE_S 20

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  ProbeResult *result;
  guint calls;
} Prober;

static void
on_done(ProbeResult *result, gpointer data)
{
  Prober *prober = data;
  pthread_mutex_lock(&prober->lock);
  prober->result = result;
  prober->calls++;
  pthread_cond_signal(&prober->changed);
  pthread_mutex_unlock(&prober->lock);
}

static void
wait_for_result(Prober *prober)
{
  struct timespec limit;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += PATIENCE_S;
  pthread_mutex_lock(&prober->lock);
  while (prober->calls == 0)
    g_assert_cmpint(pthread_cond_timedwait(&prober->changed, &prober->lock, &limit), ==, 0);
  pthread_mutex_unlock(&prober->lock);
}

ProbeResult *
prober_run_alone(const ProbeRequest *request)
{
  Prober prober = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
  g_autoptr(Transport) transport = transport_new();
  Probe *probe = probe_start(transport, request, on_done, &prober);
  wait_for_result(&prober);
  probe_stop(probe);
  g_assert_cmpuint(prober.calls, ==, 1);
  if (prober.result->error != NULL) {
    g_test_message("%s", prober.result->error->message);
    g_assert_true(g_utf8_validate(prober.result->error->message, -1, NULL));
  }
  g_assert_cmpint(prober.result->kind, ==, request->kind);
  /* A request that cannot even begin is over within the same microsecond. */
  g_assert_cmpint(prober.result->duration_us, >=, prober.result->connected ? 1 : 0);
  return prober.result;
}

ProbeResult *
prober_run(ProbeRequest *request, PeerScript script, gpointer data)
{
  g_autoptr(Peer) peer = peer_start(script, data);
  if (request->port == 0)
    request->port = peer_port(peer);
  return prober_run_alone(request);
}

int
prober_code(const ProbeResult *result)
{
  g_assert_true(result->error == NULL || result->error->domain == TUNNEL_ERROR);
  return result->error == NULL ? -1 : result->error->code;
}
