/* The guarded door of a tunnel: a listener on 127.0.0.1 that lets exactly one connection in, and
 * only one that comes from this very process. On a shared host any local user could otherwise ride
 * an authenticated session. */
#pragma once

#include <glib.h>

typedef struct Loopback Loopback;

/* On the context's thread. */
typedef struct {
  /* A foreign process was at the door and has been sent away; `who` is safe text. The first
   * LOOPBACK_REPORTS_MAX are reported, the last of them says so. */
  void (*foreign)(const char *who, gpointer user_data);
  /* Ours: `fd` (transfer full), non-blocking. The listener is closed. May call loopback_free(). */
  void (*joined)(int fd, gpointer user_data);
  /* Nobody can be let in any more: no descriptor is left. `error` (TUNNEL_ERROR) is borrowed. May
   * call loopback_free(). */
  void (*failed)(const GError *error, gpointer user_data);
} LoopbackSink;

#define LOOPBACK_REPORTS_MAX 16

/* NULL and a TUNNEL_ERROR when there is no socket to be had. */
Loopback *loopback_new(GMainContext *context, const LoopbackSink *sink, gpointer user_data,
                       GError **error);
guint16 loopback_port(const Loopback *loopback);
/* NULL is allowed. */
void loopback_free(Loopback *loopback);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Loopback, loopback_free)
