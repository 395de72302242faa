#include "config.h"
#include "net/transport.h"

#include "net/tunnel_error.h"
#include "trust/trust_error.h"
#include "util/event_queue.h"

struct Transport {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  EventQueue *calls; /* of Call */
};

typedef struct {
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
} Call;

static void
free_call(gpointer data)
{
  Call *call = data;
  if (call->notify != NULL)
    call->notify(call->data);
  g_free(call);
}

static void
make_call(gpointer event, gpointer user_data)
{
  Call *call = event;
  if (call == NULL)
    return;
  call->function(call->data);
  free_call(call);
}

static gpointer
run(gpointer data)
{
  Transport *transport = data;
  g_main_context_push_thread_default(transport->context);
  g_main_loop_run(transport->loop);
  g_main_context_pop_thread_default(transport->context);
  return NULL;
}

/* What GLib makes at its first use is made here, before there is a second thread: there may be
 * several transports, and ThreadSanitizer sees neither GLib's locks nor that two threads write the
 * same quark. The main context is among it: push_thread_default() compares with it. */
static void
touch_globals(void)
{
  g_main_context_default();
  g_error_free(g_error_new_literal(TUNNEL_ERROR, TUNNEL_ERROR_LOCAL, ""));
  g_error_free(g_error_new_literal(TRUST_ERROR, TRUST_ERROR_LIBRARY, ""));
}

Transport *
transport_new(void)
{
  Transport *transport = g_new0(Transport, 1);
  transport->context = g_main_context_new();
  transport->loop = g_main_loop_new(transport->context, FALSE);
  transport->calls = event_queue_new(0, transport->context, make_call, transport, free_call);
  touch_globals();
  transport->thread = g_thread_new("transport", run, transport);
  return transport;
}

static gboolean
quit(gpointer data)
{
  g_main_loop_quit(data);
  return G_SOURCE_REMOVE;
}

void
transport_free(Transport *transport)
{
  if (transport == NULL)
    return;
  /* Through the context, not directly: a loop that has not begun to run yet would forget it. */
  transport_invoke(transport, quit, transport->loop, NULL);
  g_thread_join(transport->thread);
  event_queue_free(transport->calls);
  g_main_loop_unref(transport->loop);
  g_main_context_unref(transport->context);
  g_free(transport);
}

GMainContext *
transport_context(Transport *transport)
{
  return transport->context;
}

void
transport_invoke(Transport *transport, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  Call *call = g_new(Call, 1);
  *call = (Call){function, data, notify};
  if (g_main_context_is_owner(transport->context))
    make_call(call, transport);
  else
    event_queue_post(transport->calls, call, FALSE);
}
