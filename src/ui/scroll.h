/* Scrolling and selecting in a list, as pure arithmetic on numbers that never shift. */
#pragma once

#include <glib.h>

typedef struct {
  guint64 first, next; /* items that exist: first <= number < next */
  guint64 top;         /* number of the item in the first row */
  guint64 selected;
  int rows;            /* visible */
  gboolean follow;     /* stay at the last item as new ones come */
} Scroll;

/* New bounds or size: keeps `selected` and `top` on the same items where these still exist, never
 * leaves empty rows below while there are items above. In follow mode goes to the end. */
void scroll_update(Scroll *scroll, guint64 first, guint64 next, int rows);
/* Moves the selection by `delta` items (saturating), the window after it. Moving up ends follow
 * mode; reaching the last item by scroll_end() begins it where `may_follow`. */
void scroll_move(Scroll *scroll, gint64 delta);
void scroll_page(Scroll *scroll, int half_pages); /* -2 PgUp, -1 C-u, 1 C-d, 2 PgDn */
void scroll_home(Scroll *scroll);
void scroll_end(Scroll *scroll, gboolean may_follow);
/* How many items came below the window since follow ended: the "+123 new" badge. */
guint64 scroll_below(const Scroll *scroll);
