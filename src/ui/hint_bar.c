#include "config.h"

#include "ui/hint_bar.h"

#include "ui/keymap.h"
#include "util/text_width.h"

#define GAP 2

static int
hint_width(const char *key, const char *hint)
{
  return text_width(key) + 1 + text_width(hint);
}

static int
draw_hint(Canvas *canvas, int column, const char *key, const char *hint)
{
  column = paint_text(canvas, 0, column, ROLE_HINT_KEY, key);
  return paint_text(canvas, 0, column + 1, ROLE_HINT_TEXT, hint) + GAP;
}

/* Forms are left by Esc: there q is a letter. */
static void
way_out(Context context, gboolean closes, char **key, const char **hint)
{
  gboolean by_back =
      context == CONTEXT_FORM || context == CONTEXT_QUESTION || context == CONTEXT_REPAIR;
  *key = keymap_first_key(context, by_back ? ACTION_BACK : ACTION_QUIT);
  *hint = by_back ? "cancel" : closes ? "close" : action_info(ACTION_QUIT)->hint;
}

static const char *
word_for(Action action, HintWord word, gpointer data)
{
  const char *own = word ? word(data, action) : NULL;
  return own ? own : action_info(action)->hint;
}

void
hint_bar_draw(Canvas *canvas, Context context, gboolean closes, HintWord word, gpointer data)
{
  g_autofree char *out_key = NULL, *help_key = keymap_first_key(context, ACTION_HELP);
  const char *out_hint;
  way_out(context, closes, &out_key, &out_hint);
  int column = 1;
  int end = canvas_columns(canvas) - hint_width(out_key, out_hint);
  if (help_key)
    column = draw_hint(canvas, column, help_key, action_info(ACTION_HELP)->hint);
  for (const Action *action = keymap_hints(context); *action != ACTION_NONE; action++) {
    g_autofree char *key = keymap_first_key(context, *action);
    const char *hint = word_for(*action, word, data);
    if (!hint[0])
      continue;
    if (!key || column + hint_width(key, hint) + GAP > end)
      break;
    column = draw_hint(canvas, column, key, hint);
  }
  draw_hint(canvas, MIN(column, MAX(end, 0)), out_key, out_hint);
}
