/* A scrolled list whose items take one or more lines, with headings between them that cannot be
 * selected. Arithmetic over ui/scroll.h, counted in lines; pure. `items[line]` is the number of
 * the item that a line belongs to, ITEM_NONE for a heading or a blank line. */
#pragma once

#include <glib.h>

#include "ui/action.h"
#include "ui/scroll.h"

#define ITEM_NONE (-1)

/* New lines or height: stays on the same item (by number), at its first line. */
void item_list_update(Scroll *scroll, const int *items, int count, int rows, int selected_item);
/* Moves to another item, `delta` away, and shows it whole where it fits, with its heading. */
void item_list_move(Scroll *scroll, const int *items, int count, int delta);
/* Number of the selected item, ITEM_NONE when there is none. */
int item_list_selected(const Scroll *scroll, const int *items, int count);
/* Moving actions; FALSE when it is none. */
gboolean item_list_act(Scroll *scroll, const int *items, int count, Action action);
