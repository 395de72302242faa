#include "config.h"

#include "lab/lab_names.h"

#define TTL 60 /* seconds */

struct LabNames {
  GMainContext *context;
  GMainLoop *loop;
  DnsServer *server;
  GThread *thread; /* NULL: does not run yet */
};

LabNames *
lab_names_new(void)
{
  LabNames *names = g_new0(LabNames, 1);
  names->context = g_main_context_new();
  names->loop = g_main_loop_new(names->context, FALSE);
  names->server = dns_server_new(names->context);
  return names;
}

void
lab_names_add(LabNames *names, const char *name, const char *type, const char *value)
{
  dns_server_add(names->server, name, type, TTL, value);
}

DnsServer *
lab_names_server(LabNames *names)
{
  return names->server;
}

void
lab_names_fail(LabNames *names, const char *name, int rcode)
{
  if (rcode >= 0) {
    dns_server_fail(names->server, name, rcode);
    return;
  }
  dns_server_ignore(names->server, name, "A");
  dns_server_ignore(names->server, name, "AAAA");
}

const char *
lab_names_address(const LabNames *names)
{
  return dns_server_address(names->server);
}

static gpointer
run(gpointer data)
{
  LabNames *names = data;
  g_main_context_push_thread_default(names->context);
  g_main_loop_run(names->loop);
  g_main_context_pop_thread_default(names->context);
  return NULL;
}

void
lab_names_run(LabNames *names)
{
  /* Made by the main thread, as in net/transport.c: else push_thread_default() makes it, behind a
   * lock that ThreadSanitizer does not see. */
  g_main_context_default();
  names->thread = g_thread_new("names", run, names);
}

/* In the loop's own thread: a loop that does not run yet would not hear of it. */
static gboolean
quit(gpointer loop)
{
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

static void
stop(LabNames *names)
{
  g_autoptr(GSource) source = g_idle_source_new();
  g_source_set_callback(source, quit, names->loop, NULL);
  g_source_attach(source, names->context);
  g_thread_join(names->thread);
}

void
lab_names_free(LabNames *names)
{
  if (names == NULL)
    return;
  if (names->thread != NULL)
    stop(names);
  dns_server_free(names->server);
  g_main_loop_unref(names->loop);
  g_main_context_unref(names->context);
  g_free(names);
}
