#include "config.h"
#include "net/transport.h"

struct Transport {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

static gpointer
run(gpointer data)
{
  Transport *transport = data;
  g_main_context_push_thread_default(transport->context);
  g_main_loop_run(transport->loop);
  g_main_context_pop_thread_default(transport->context);
  return NULL;
}

Transport *
transport_new(void)
{
  Transport *transport = g_new0(Transport, 1);
  transport->context = g_main_context_new();
  transport->loop = g_main_loop_new(transport->context, FALSE);
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
  g_main_context_invoke_full(transport->context, G_PRIORITY_DEFAULT, function, data, notify);
}
