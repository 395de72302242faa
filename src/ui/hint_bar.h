/* The bottom line: the keys that matter in a context, most important first. Help and the way out
 * are never dropped. */
#pragma once

#include "ui/action.h"
#include "ui/paint.h"

/* What an action is called now: NULL the word of its own, "" no hint at all. */
typedef const char *(*HintWord)(gpointer data, Action action);

/* `closes`: q or Esc closes a view; else it leaves the program. `word` may be NULL. */
void hint_bar_draw(Canvas *canvas, Context context, gboolean closes, HintWord word, gpointer data);
