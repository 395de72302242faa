/* A context of the test's own, run until something is true. */
#pragma once

#include <glib.h>

/* Ends the test when `*condition` is still FALSE after `seconds`. */
static inline void
loop_until(GMainContext *context, const gboolean *condition, guint seconds)
{
  gint64 end = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
  /* Only there to make poll() return for the look at the time. */
  GSource *heartbeat = g_timeout_source_new(100);
  g_source_set_callback(heartbeat, G_SOURCE_FUNC(g_get_monotonic_time), NULL, NULL);
  g_source_attach(heartbeat, context);
  while (!*condition) {
    g_assert_cmpint(g_get_monotonic_time(), <, end);
    g_main_context_iteration(context, TRUE);
  }
  g_source_destroy(heartbeat);
  g_source_unref(heartbeat);
}
