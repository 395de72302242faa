/* The help screen, made of the two tables: what the keys do here first, then everywhere. */
#include "config.h"

#include <string.h>

#include "ui/keymap.h"
#include "ui/pane.h"
#include "ui/scroll.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/text_width.h"

/* An entry: a heading (no keys), or keys and what they do. */
typedef struct {
  char *keys, *text;
} Entry;

typedef struct {
  Context context;
  GArray *entries;
  GPtrArray *rows; /* of Row: the entries cut to a width */
  int columns;     /* that width */
  Scroll scroll;
} HelpView;

typedef struct {
  char *left, *right;
  gboolean heading;
} Row;

static void
entry_clear(gpointer data)
{
  Entry *entry = data;
  g_free(entry->keys);
  g_free(entry->text);
}

static void
row_free(gpointer data)
{
  Row *row = data;
  g_free(row->left);
  g_free(row->right);
  g_free(row);
}

/* --- Entries out of the tables ---------------------------------------------------------------- */

static void
add_entry(HelpView *view, const char *keys, const char *text)
{
  Entry entry = {g_strdup(keys), g_strdup(text)};
  g_array_append_val(view->entries, entry);
}

static void
add_action(HelpView *view, Context context, Action action)
{
  g_autofree char *keys = keymap_keys(context, action);
  g_autofree char *text = keymap_help(context, action);
  add_entry(view, keys, text);
}

/* Of these a view has only what serves there. */
static gboolean
is_about_tiles(const char *group)
{
  static const char *const groups[] = {"Connections", "Certificates", "Messages", NULL};
  return g_strv_contains(groups, group);
}

/* Everything of a group that has no key of its own here, but one of the general ones. */
static void
add_general(HelpView *view, const char *group, gboolean with_heading)
{
  gboolean about_tiles = is_about_tiles(group);
  for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
    Action action = (Action)i;
    g_autofree char *keys = keymap_keys(view->context, action);
    if (!keys || strcmp(action_info(action)->group, group) != 0 ||
        (about_tiles && !keymap_serves(view->context, action)) ||
        (view->context != CONTEXT_GENERAL && keymap_has_own(view->context, action)))
      continue;
    if (with_heading)
      add_entry(view, NULL, group);
    with_heading = FALSE;
    add_action(view, view->context, action);
  }
}

static void
add_context(HelpView *view)
{
  guint before = view->entries->len;
  add_entry(view, NULL, context_title(view->context));
  for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
    if (keymap_has_own(view->context, (Action)action))
      add_action(view, view->context, (Action)action);
  }
  add_general(view, context_title(view->context), FALSE);
  if (view->entries->len == before + 1)
    g_array_set_size(view->entries, before);
}

static void
add_field_keys(HelpView *view)
{
  add_entry(view, NULL, "In a field");
  const char *keys, *help;
  for (guint i = 0; keymap_field_entry(i, &keys, &help); i++)
    add_entry(view, keys, help);
}

static gpointer
help_view_open(Ui *ui, gpointer argument)
{
  const char *const groups[] = {"Moving",   "Connections", "Certificates",
                                "Messages", "Forms",       "Everywhere"};
  HelpView *view = g_new0(HelpView, 1);
  view->context = (Context)GPOINTER_TO_INT(argument);
  view->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  g_array_set_clear_func(view->entries, entry_clear);
  view->rows = g_ptr_array_new_with_free_func(row_free);
  add_context(view);
  if (view->context == CONTEXT_FORM)
    add_field_keys(view);
  for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
    if (strcmp(groups[i], context_title(view->context)) != 0)
      add_general(view, groups[i], TRUE);
  }
  add_entry(view, NULL, "The mouse is the terminal's own: select and copy as you always do.");
  return view;
}

static void
help_view_close(gpointer pane)
{
  HelpView *view = pane;
  g_array_unref(view->entries);
  g_ptr_array_unref(view->rows);
  g_free(view);
}

/* --- Rows for a width ------------------------------------------------------------------------- */

static void
add_row(HelpView *view, const char *left, const char *right, gboolean heading)
{
  Row *row = g_new0(Row, 1);
  row->left = g_strdup(left);
  row->right = g_strdup(right);
  row->heading = heading;
  g_ptr_array_add(view->rows, row);
}

static int
key_columns(int columns)
{
  return columns < 60 ? 14 : 24;
}

static void
add_heading(HelpView *view, const char *text, int columns)
{
  if (view->rows->len > 0)
    add_row(view, "", "", FALSE);
  g_auto(GStrv) lines = wrap_text(text, columns - 1);
  for (char **line = lines; *line; line++)
    add_row(view, *line, "", TRUE);
}

/* Keys and text side by side, each wrapped in its own column. */
static void
add_pair(HelpView *view, const Entry *entry, int columns)
{
  int left_columns = key_columns(columns);
  g_auto(GStrv) left = wrap_text(entry->keys, left_columns - 2);
  g_auto(GStrv) right = wrap_text(entry->text, MAX(columns - left_columns - 2, 1));
  guint left_count = g_strv_length(left), right_count = g_strv_length(right);
  for (guint i = 0; i < MAX(left_count, right_count); i++)
    add_row(view, i < left_count ? left[i] : "", i < right_count ? right[i] : "", FALSE);
}

static void
cut_rows(HelpView *view, int columns)
{
  if (view->columns == columns)
    return;
  view->columns = columns;
  g_ptr_array_set_size(view->rows, 0);
  for (guint i = 0; i < view->entries->len; i++) {
    const Entry *entry = &g_array_index(view->entries, Entry, i);
    if (entry->keys)
      add_pair(view, entry, columns);
    else
      add_heading(view, entry->text, columns);
  }
}

static void
draw_row(const HelpView *view, Canvas *canvas, int row, const Row *from)
{
  if (from->heading) {
    paint_text(canvas, row, 1, ROLE_TITLE_FOCUSED, from->left);
    return;
  }
  paint_text(canvas, row, 2, ROLE_HINT_KEY, from->left);
  paint_text(canvas, row, key_columns(view->columns) + 1, ROLE_NORMAL, from->right);
}

static void
help_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  HelpView *view = pane;
  cut_rows(view, canvas_columns(canvas));
  scroll_update(&view->scroll, 0, view->rows->len, canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    guint64 index = view->scroll.top + (guint64)row;
    if (index < view->rows->len)
      draw_row(view, canvas, row, g_ptr_array_index(view->rows, (guint)index));
  }
  paint_cursor(canvas, 0, 0, FALSE);
}

static char *
help_view_title(gpointer pane)
{
  return g_strdup("Help");
}

static char *
help_view_status(gpointer pane)
{
  const HelpView *view = pane;
  guint64 end = MIN(view->scroll.top + (guint64)view->scroll.rows, view->scroll.next);
  if (view->scroll.next <= (guint64)view->scroll.rows)
    return NULL;
  return g_strdup_printf("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT,
                         view->scroll.top + 1, end, view->scroll.next);
}

static PaneResult
help_view_act(gpointer pane, Action action)
{
  return scroll_act_text(&((HelpView *)pane)->scroll, action) ? PANE_HANDLED : PANE_IGNORED;
}

const PaneClass help_view = {
    .name = "help",
    .context = CONTEXT_HELP,
    .open = help_view_open,
    .close = help_view_close,
    .title = help_view_title,
    .status = help_view_status,
    .draw = help_view_draw,
    .act = help_view_act,
};
