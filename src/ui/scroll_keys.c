#include "config.h"

#include "ui/scroll_keys.h"

gboolean
scroll_act(Scroll *scroll, Action action, gboolean may_follow)
{
  switch (action) {
  case ACTION_UP:
    scroll_move(scroll, -1);
    return TRUE;
  case ACTION_DOWN:
    scroll_move(scroll, 1);
    return TRUE;
  case ACTION_PAGE_UP:
    scroll_page(scroll, -2);
    return TRUE;
  case ACTION_PAGE_DOWN:
    scroll_page(scroll, 2);
    return TRUE;
  case ACTION_HALF_PAGE_UP:
    scroll_page(scroll, -1);
    return TRUE;
  case ACTION_HALF_PAGE_DOWN:
    scroll_page(scroll, 1);
    return TRUE;
  case ACTION_FIRST:
    scroll_home(scroll);
    return TRUE;
  case ACTION_LAST:
    scroll_end(scroll, may_follow);
    return TRUE;
  default:
    return FALSE;
  }
}

/* Lines to move the window by; 0: no moving action. */
static gint64
text_step(const Scroll *scroll, Action action)
{
  switch (action) {
  case ACTION_UP:
    return -1;
  case ACTION_DOWN:
    return 1;
  case ACTION_PAGE_UP:
    return -MAX(scroll->rows - 1, 1);
  case ACTION_PAGE_DOWN:
    return MAX(scroll->rows - 1, 1);
  case ACTION_HALF_PAGE_UP:
    return -MAX(scroll->rows / 2, 1);
  case ACTION_HALF_PAGE_DOWN:
    return MAX(scroll->rows / 2, 1);
  case ACTION_FIRST:
    return G_MININT32;
  case ACTION_LAST:
    return G_MAXINT32;
  default:
    return 0;
  }
}

gboolean
scroll_act_text(Scroll *scroll, Action action)
{
  gint64 step = text_step(scroll, action);
  if (step == 0)
    return FALSE;
  gint64 last = (gint64)scroll->next - scroll->rows;
  gint64 top =
      CLAMP((gint64)scroll->top + step, (gint64)scroll->first, MAX(last, (gint64)scroll->first));
  scroll->top = scroll->selected = (guint64)top;
  return TRUE;
}

gboolean
scroll_is_idle(const Scroll *scroll, Action action)
{
  return text_step(scroll, action) != 0 && scroll->next - scroll->first <= (guint64)scroll->rows;
}

gboolean
scroll_row(const Scroll *scroll, guint64 number, int *row)
{
  if (number < scroll->top || number >= scroll->top + (guint64)MAX(scroll->rows, 0))
    return FALSE;
  *row = (int)(number - scroll->top);
  return TRUE;
}
