#include "config.h"

#include "ui/line_list.h"

#include "ui/item_list.h"

void
line_list_init(LineList *list)
{
  *list = (LineList){.items = g_array_new(FALSE, FALSE, sizeof(int))};
}

void
line_list_clear(LineList *list)
{
  g_clear_pointer(&list->lines, g_ptr_array_unref);
  g_clear_pointer(&list->items, g_array_unref);
}

void
line_list_set(LineList *list, GPtrArray *lines)
{
  g_clear_pointer(&list->lines, g_ptr_array_unref);
  list->lines = lines;
  g_array_set_size(list->items, 0);
  for (guint i = 0; i < lines->len; i++)
    g_array_append_val(list->items, ((const CertificateLine *)lines->pdata[i])->item);
}

static void
take_selected(LineList *list)
{
  const int *items = (const int *)list->items->data;
  list->selected = MAX(item_list_selected(&list->scroll, items, (int)list->items->len), 0);
}

void
line_list_draw(LineList *list, Canvas *canvas, gboolean focused, gint64 now)
{
  int rows = canvas_rows(canvas), count = (int)list->items->len;
  item_list_update(&list->scroll, (const int *)list->items->data, count, rows, list->selected);
  take_selected(list);
  CertificateWidths widths = certificate_lines_widths(list->lines);
  CertificateColumns columns = certificate_columns(canvas_columns(canvas), &widths);
  for (int row = 0; row < rows && list->scroll.top + (guint64)row < list->lines->len; row++) {
    guint64 number = list->scroll.top + (guint64)row;
    const CertificateLine *line = list->lines->pdata[number];
    certificate_line_draw(line, canvas, row, &columns, now);
    if (!focused || line->item != list->selected)
      continue;
    paint_row_role(canvas, row, ROLE_SELECTED);
    if (number == list->scroll.selected)
      paint_cursor(canvas, row, 0, FALSE);
  }
}

gboolean
line_list_act(LineList *list, Action action)
{
  int count = (int)list->items->len;
  if (count == 0 || !item_list_act(&list->scroll, (const int *)list->items->data, count, action))
    return FALSE;
  take_selected(list);
  return TRUE;
}

const CertificateLine *
line_list_selected(const LineList *list)
{
  for (guint i = 0; list->lines && i < list->lines->len; i++) {
    const CertificateLine *line = list->lines->pdata[i];
    if (line->item == list->selected)
      return line;
  }
  return NULL;
}

gboolean
line_list_fits(const LineList *list)
{
  return list->scroll.next <= (guint64)list->scroll.rows;
}
