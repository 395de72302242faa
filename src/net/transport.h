/* The transport thread: one GMainContext that runs every tunnel's sockets and timers. */
#pragma once

#include <glib.h>

typedef struct Transport Transport;

/* Starts the thread. */
Transport *transport_new(void);
/* Ends the thread; every tunnel must be gone. */
void transport_free(Transport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transport, transport_free)

GMainContext *transport_context(Transport *transport);

/* Runs `function` once on the transport thread soon (now, when called there), whatever it returns;
 * then `notify`, which may be NULL. */
void transport_invoke(Transport *transport, GSourceFunc function, gpointer data,
                      GDestroyNotify notify);
