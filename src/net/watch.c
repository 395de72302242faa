#include "config.h"
#include "net/watch.h"

static GSource *
attach(GSource *source, GMainContext *context, GSourceFunc callback, gpointer user_data)
{
  g_source_set_callback(source, callback, user_data, NULL);
  g_source_attach(source, context);
  return source;
}

GSource *
watch_fd(GMainContext *context, int fd, GIOCondition condition, GUnixFDSourceFunc callback,
         gpointer user_data)
{
  return attach(g_unix_fd_source_new(fd, condition), context, G_SOURCE_FUNC(callback), user_data);
}

GSource *
watch_timer(GMainContext *context, guint milliseconds, GSourceFunc callback, gpointer user_data)
{
  return attach(g_timeout_source_new(milliseconds), context, callback, user_data);
}

void
watch_clear(GSource **watch)
{
  GSource *source = g_steal_pointer(watch);
  if (source == NULL)
    return;
  g_source_destroy(source);
  g_source_unref(source);
}
