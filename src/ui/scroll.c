#include "config.h"

#include "ui/scroll.h"

static guint64
count(const Scroll *scroll)
{
  return scroll->next - scroll->first;
}

static guint64
last_item(const Scroll *scroll)
{
  return scroll->next > scroll->first ? scroll->next - 1 : scroll->first;
}

/* The lowest `top` that leaves no row empty while there are items above. */
static guint64
last_top(const Scroll *scroll)
{
  guint64 rows = (guint64)MAX(scroll->rows, 1);
  return count(scroll) > rows ? scroll->next - rows : scroll->first;
}

/* Moves the window no further than it must to show the selected item. */
static void
show_selected(Scroll *scroll)
{
  guint64 rows = (guint64)MAX(scroll->rows, 1);
  if (scroll->selected < scroll->top)
    scroll->top = scroll->selected;
  else if (scroll->selected - scroll->top >= rows)
    scroll->top = scroll->selected - rows + 1;
  scroll->top = CLAMP(scroll->top, scroll->first, last_top(scroll));
}

void
scroll_update(Scroll *scroll, guint64 first, guint64 next, int rows)
{
  scroll->first = first;
  scroll->next = MAX(next, first);
  scroll->rows = MAX(rows, 0);
  if (scroll->follow)
    scroll->selected = last_item(scroll);
  scroll->selected = CLAMP(scroll->selected, first, last_item(scroll));
  scroll->top = CLAMP(scroll->top, first, last_top(scroll));
  show_selected(scroll);
}

void
scroll_move(Scroll *scroll, gint64 delta)
{
  guint64 distance = delta < 0 ? 0 - (guint64)delta : (guint64)delta;
  if (delta < 0) {
    scroll->follow = FALSE;
    scroll->selected -= MIN(distance, scroll->selected - scroll->first);
  } else {
    scroll->selected += MIN(distance, last_item(scroll) - scroll->selected);
  }
  show_selected(scroll);
}

/* The window goes along with the selection, so that a page turned is a page seen. */
void
scroll_page(Scroll *scroll, int half_pages)
{
  int step = MAX(ABS(half_pages) * scroll->rows / 2, 1);
  if (half_pages < 0)
    scroll->top -= MIN((guint64)step, scroll->top - scroll->first);
  else
    scroll->top += MIN((guint64)step, last_top(scroll) - MIN(scroll->top, last_top(scroll)));
  scroll_move(scroll, half_pages < 0 ? -step : step);
}

void
scroll_home(Scroll *scroll)
{
  scroll->follow = FALSE;
  scroll->selected = scroll->first;
  show_selected(scroll);
}

void
scroll_end(Scroll *scroll, gboolean may_follow)
{
  scroll->selected = last_item(scroll);
  scroll->follow = may_follow;
  show_selected(scroll);
}

guint64
scroll_below(const Scroll *scroll)
{
  guint64 bottom = scroll->top + (guint64)MAX(scroll->rows, 0);
  return scroll->next > bottom ? scroll->next - bottom : 0;
}
