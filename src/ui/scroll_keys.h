/* The moving actions of a list or a text. */
#pragma once

#include "ui/action.h"
#include "ui/scroll.h"

/* FALSE when `action` is none of them. `may_follow`: the end of the list begins follow mode. */
gboolean scroll_act(Scroll *scroll, Action action, gboolean may_follow);
/* The same for a text that has no selected line: the window moves at once. */
gboolean scroll_act_text(Scroll *scroll, Action action);
/* TRUE: a moving action that does nothing, because the whole text is in the window. */
gboolean scroll_is_idle(const Scroll *scroll, Action action);
/* TRUE when item `number` is in the window; `*row` receives its row. */
gboolean scroll_row(const Scroll *scroll, guint64 number, int *row);
