/* All of certbot's lineages: how long each lasts, when it is renewed, who serves it, what is wrong.
 * They are read in slices (core/lineage_reader.h), and what brokers serve is looked up for those
 * that are drawn. */
#include "config.h"

#include "core/lineage_brokers.h"
#include "ui/line_list.h"
#include "ui/lineage_lines.h"
#include "ui/lineage_row.h"
#include "ui/lineage_view.h"
#include "ui/scroll_keys.h"
#include "util/safe_text.h"

#define VIEW_COLUMNS 110

typedef struct {
  Ui *ui;
  LineageReader *reader; /* NULL: live/ cannot be read, see `error` */
  GError *error;
  Scroll scroll;  /* numbers are places in the list */
  LineList words; /* in the place of a list, when there is none */
} LineagesView;

/* --- reading ---------------------------------------------------------------------------------- */

static const GPtrArray *
entries_of(const LineagesView *view)
{
  return view->reader ? lineage_reader_entries(view->reader) : NULL;
}

static guint
count_of(const LineagesView *view)
{
  const GPtrArray *entries = entries_of(view);
  return entries ? entries->len : 0;
}

static void
on_read(gpointer data)
{
  LineagesView *view = data;
  ui_redraw(view->ui);
}

static void
read_again(LineagesView *view)
{
  lineage_reader_free(view->reader);
  g_clear_error(&view->error);
  view->reader = lineage_reader_start(ui_certbot_folder(view->ui), ui_now(view->ui), on_read, view,
                                      &view->error);
}

static gpointer
lineages_open(Ui *ui, gpointer argument)
{
  LineagesView *view = g_new0(LineagesView, 1);
  view->ui = ui;
  line_list_init(&view->words);
  read_again(view);
  return view;
}

static void
lineages_close(gpointer pane)
{
  LineagesView *view = pane;
  lineage_reader_free(view->reader);
  g_clear_error(&view->error);
  line_list_clear(&view->words);
  g_free(view);
}

/* --- words above it --------------------------------------------------------------------------- */

static char *
lineages_title(gpointer pane)
{
  const LineagesView *view = pane;
  const char *folder = ui_certbot_folder(view->ui);
  g_autofree char *safe = safe_text_string(folder ? folder : LINEAGE_CERTBOT_FOLDER);
  return g_strdup_printf("certbot %s %s", glyph(GLYPH_DOT), safe);
}

static char *
lineages_status(gpointer pane)
{
  const LineagesView *view = pane;
  guint count = count_of(view);
  if (count == 0)
    return NULL;
  if (lineage_reader_done(view->reader) < count)
    return g_strdup_printf("reading %u of %u", lineage_reader_done(view->reader), count);
  if (lineage_reader_all(view->reader) > count)
    return g_strdup_printf("the first %u of %u lineages", count, lineage_reader_all(view->reader));
  return g_strdup_printf("%u lineage%s", count, count == 1 ? "" : "s");
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void
compose_words(LineagesView *view, int columns)
{
  line_list_set(&view->words, view->reader
                                  ? lineage_lines_none(ui_certbot_folder(view->ui), columns)
                                  : lineage_lines_failed(view->error, columns));
}

static void
lineages_wanted(gpointer pane, int *rows, int *columns)
{
  LineagesView *view = pane;
  *columns = VIEW_COLUMNS;
  *rows = LINEAGE_ROW_LINES * (int)count_of(view);
  if (*rows > 0)
    return;
  compose_words(view, VIEW_COLUMNS - 2);
  *rows = (int)view->words.lines->len;
}

static void
draw_words(LineagesView *view, Canvas *canvas)
{
  compose_words(view, canvas_columns(canvas));
  line_list_draw(&view->words, canvas, FALSE, ui_now(view->ui));
}

static void
draw_entry(LineagesView *view, Canvas *canvas, int line, const LineageEntry *entry)
{
  if (entry->lineage)
    lineage_brokers_note(entry->lineage, workspace_connections(ui_workspace(view->ui)));
  g_autoptr(LineageRow) row = lineage_row_new(entry, ui_now(view->ui));
  lineage_row_draw(row, canvas, line, ui_now(view->ui));
}

static void
mark_selected(Canvas *canvas, int line)
{
  for (int i = 0; i < LINEAGE_ROW_LINES; i++)
    paint_row_role(canvas, line + i, ROLE_SELECTED);
  paint_cursor(canvas, line, 0, FALSE);
}

static void
lineages_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  LineagesView *view = pane;
  guint count = count_of(view);
  if (count == 0) {
    draw_words(view, canvas);
    return;
  }
  scroll_update(&view->scroll, 0, count, MAX(canvas_rows(canvas) / LINEAGE_ROW_LINES, 1));
  for (guint i = 0; i < count; i++) {
    int place;
    if (!scroll_row(&view->scroll, i, &place))
      continue;
    draw_entry(view, canvas, place * LINEAGE_ROW_LINES, entries_of(view)->pdata[i]);
    if (focused && i == view->scroll.selected)
      mark_selected(canvas, place * LINEAGE_ROW_LINES);
  }
}

/* --- acting ----------------------------------------------------------------------------------- */

static const LineageEntry *
selected_entry(const LineagesView *view)
{
  const GPtrArray *entries = entries_of(view);
  return view->scroll.selected < count_of(view) ? entries->pdata[view->scroll.selected] : NULL;
}

static const char *
lineages_disabled(gpointer pane, Action action)
{
  const LineageEntry *entry = selected_entry(pane);
  if (action == ACTION_OPEN && !entry)
    return "There is no lineage to open.";
  if (action == ACTION_BUNDLE && entry && entry->problem)
    return "This one cannot be read, so no broker can have it.";
  return NULL;
}

static PaneResult
lineages_act(gpointer pane, Action action)
{
  LineagesView *view = pane;
  const LineageEntry *entry = selected_entry(view);
  if (scroll_act(&view->scroll, action, FALSE))
    return PANE_HANDLED;
  switch (action) {
  case ACTION_OPEN:
    ui_open(view->ui, &lineage_view, entry->name);
    return PANE_HANDLED;
  case ACTION_READ_AGAIN:
    read_again(view);
    ui_redraw(view->ui);
    return PANE_HANDLED;
  case ACTION_BUNDLE:
    lineage_view_bundle(view->ui, entry ? entry->name : NULL);
    return PANE_HANDLED;
  default:
    return PANE_IGNORED;
  }
}

static const char *
lineages_hint(gpointer pane, Action action)
{
  const LineagesView *view = pane;
  const LineageEntry *entry = selected_entry(view);
  if (action == ACTION_OPEN && !entry)
    return "";
  if (action == ACTION_BUNDLE && entry && entry->problem)
    return "";
  if (action == ACTION_PAGE_DOWN || action == ACTION_PAGE_UP)
    return view->scroll.next <= (guint64)view->scroll.rows ? "" : NULL;
  return NULL;
}

const PaneClass lineages_view = {
    .name = "lineages",
    .context = CONTEXT_LINEAGES,
    .open = lineages_open,
    .close = lineages_close,
    .title = lineages_title,
    .status = lineages_status,
    .draw = lineages_draw,
    .act = lineages_act,
    .disabled = lineages_disabled,
    .wanted = lineages_wanted,
    .hint = lineages_hint,
};
