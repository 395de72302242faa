#include "config.h"

#include "ui/workshop_order.h"

#include <string.h>

#include "ui/kept_texts.h"

WorkshopOrder *
workshop_order_new(void)
{
  WorkshopOrder *order = g_new0(WorkshopOrder, 1);
  order->texts = kept_texts_new();
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

char *
workshop_order_file(const WorkshopOrder *order, const char *ending)
{
  g_autofree char *name = g_strconcat(order->files.name, ending, NULL);
  return strcmp(order->files.folder, ".") == 0 ? g_steal_pointer(&name)
                                               : g_build_filename(order->files.folder, name, NULL);
}
