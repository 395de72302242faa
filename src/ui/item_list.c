#include "config.h"

#include "ui/item_list.h"

static int
first_line_of(const int *items, int count, int item)
{
  for (int line = 0; line < count; line++) {
    if (items[line] == item)
      return line;
  }
  return ITEM_NONE;
}

static int
lines_of(const int *items, int count, int first)
{
  int line = first;
  while (line < count && items[line] == items[first])
    line++;
  return line - first;
}

/* The window shows the heading above the item, and all of the item; its beginning wins. */
static void
show_whole(Scroll *scroll, const int *items, int count, int first)
{
  int top = first;
  while (top > 0 && items[top - 1] == ITEM_NONE)
    top--;
  gint64 end = first + lines_of(items, count, first);
  if (end > (gint64)scroll->top + scroll->rows)
    scroll->top = (guint64)(end - scroll->rows);
  if ((guint64)top < scroll->top && end - top <= scroll->rows)
    scroll->top = (guint64)top;
  if ((guint64)first < scroll->top)
    scroll->top = (guint64)first;
}

static void
select_line(Scroll *scroll, const int *items, int count, int line)
{
  scroll->selected = (guint64)line;
  show_whole(scroll, items, count, line);
}

void
item_list_update(Scroll *scroll, const int *items, int count, int rows, int selected_item)
{
  scroll_update(scroll, 0, (guint64)count, rows);
  if (count == 0)
    return;
  int last = ITEM_NONE;
  for (int line = 0; line < count; line++)
    last = MAX(last, items[line]);
  int first = first_line_of(items, count, CLAMP(selected_item, 0, MAX(last, 0)));
  if (first != ITEM_NONE)
    select_line(scroll, items, count, first);
}

void
item_list_move(Scroll *scroll, const int *items, int count, int delta)
{
  int line = (int)scroll->selected;
  int target = ITEM_NONE;
  int step = delta < 0 ? -1 : 1;
  for (int at = line; at >= 0 && at < count && delta != 0; at += step) {
    if (items[at] == ITEM_NONE || items[at] == items[line] ||
        (target != ITEM_NONE && items[at] == items[target]))
      continue;
    target = at;
    delta -= step;
  }
  if (target != ITEM_NONE)
    select_line(scroll, items, count, first_line_of(items, count, items[target]));
}

int
item_list_selected(const Scroll *scroll, const int *items, int count)
{
  return scroll->selected < (guint64)count ? items[scroll->selected] : ITEM_NONE;
}

/* Items begin on so many lines: a page in items is at least one, at most one a line. */
static int
page_in_items(const Scroll *scroll, const int *items, int count, int direction)
{
  int number = 0;
  int line = (int)scroll->selected;
  for (int passed = 0; passed < scroll->rows; passed++) {
    int next = line + direction;
    if (next < 0 || next >= count)
      break;
    if (items[next] != items[line] && items[next] != ITEM_NONE)
      number++;
    line = next;
  }
  return MAX(number, 1);
}

gboolean
item_list_act(Scroll *scroll, const int *items, int count, Action action)
{
  switch (action) {
  case ACTION_UP:
  case ACTION_DOWN:
    item_list_move(scroll, items, count, action == ACTION_UP ? -1 : 1);
    return TRUE;
  case ACTION_PAGE_UP:
  case ACTION_HALF_PAGE_UP:
    item_list_move(scroll, items, count, -page_in_items(scroll, items, count, -1));
    return TRUE;
  case ACTION_PAGE_DOWN:
  case ACTION_HALF_PAGE_DOWN:
    item_list_move(scroll, items, count, page_in_items(scroll, items, count, 1));
    return TRUE;
  case ACTION_FIRST:
  case ACTION_LAST:
    item_list_move(scroll, items, count, action == ACTION_FIRST ? -count : count);
    return TRUE;
  default:
    return FALSE;
  }
}
