/* Sources on a context that is not the default one: the transport thread's descriptors and timers.
 * A watch belongs to one thread, the one that runs the context. */
#pragma once

#include <glib-unix.h>
#include <glib.h>

/* Each returns a source to be given to watch_clear(); the callback's return value counts as usual
 * (G_SOURCE_REMOVE ends it, watch_clear() is due all the same). */
GSource *watch_fd(GMainContext *context, int fd, GIOCondition condition, GUnixFDSourceFunc callback,
                  gpointer user_data);
GSource *watch_timer(GMainContext *context, guint milliseconds, GSourceFunc callback,
                     gpointer user_data);

/* Destroys and forgets; `*watch` may be NULL. Allowed in its own callback. */
void watch_clear(GSource **watch);
