#include "config.h"

#include "ui/workshop_order.h"

#include <string.h>

#include "ui/path_complete.h"
#include "util/secret.h"

WorkshopOrder *
workshop_order_new(void)
{
  WorkshopOrder *order = g_new0(WorkshopOrder, 1);
  order->texts = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
  return order;
}

void
workshop_order_free(WorkshopOrder *order)
{
  if (!order)
    return;
  g_ptr_array_unref(order->texts);
  g_strfreev(order->names);
  g_free(order);
}

const char *
workshop_order_keep(WorkshopOrder *order, const char *text)
{
  if (!text || !*text)
    return NULL;
  char *copy = g_strdup(text);
  g_ptr_array_add(order->texts, copy);
  return copy;
}

/* "." and a name without a folder stay short: they are shown. */
const char *
workshop_order_keep_path(WorkshopOrder *order, const char *path)
{
  if (!g_str_has_prefix(path, "~"))
    return workshop_order_keep(order, path);
  g_autofree char *expanded = path_expand(path);
  return workshop_order_keep(order, expanded);
}

char *
workshop_order_file(const WorkshopOrder *order, const char *ending)
{
  g_autofree char *name = g_strconcat(order->files.name, ending, NULL);
  return strcmp(order->files.folder, ".") == 0 ? g_steal_pointer(&name)
                                               : g_build_filename(order->files.folder, name, NULL);
}
