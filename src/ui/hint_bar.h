/* The bottom line: the keys that matter in a context, most important first. Help and the way out
 * are never dropped. */
#pragma once

#include "ui/action.h"
#include "ui/paint.h"

/* `closes`: q or Esc closes a view; else it leaves the program. */
void hint_bar_draw(Canvas *canvas, Context context, gboolean closes);
