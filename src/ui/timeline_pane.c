/* Everything that happened to the selected connection, in order, with durations. */
#include "config.h"

#include <string.h>

#include "core/timeline.h"
#include "trust/catalogue.h"
#include "ui/connection_actions.h"
#include "ui/figures.h"
#include "ui/finding_actions.h"
#include "ui/names_view.h"
#include "ui/pane.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"

#define STEP_WIDTH 8           /* figure_step() */
#define FULL_STATUS_COLUMNS 88 /* of the pane */

typedef struct {
  Ui *ui;
  int columns;            /* of the last frame */
  Connection *connection; /* that the scroll belongs to; only compared */
  Scroll scroll;          /* numbers of entries */
} TimelinePane;

static gpointer
timeline_open(Ui *ui, gpointer argument)
{
  TimelinePane *pane = g_new0(TimelinePane, 1);
  pane->ui = ui;
  pane->scroll.follow = TRUE;
  return pane;
}

static Connection *
current(TimelinePane *pane)
{
  Connection *connection = ui_selected(pane->ui);
  if (connection != pane->connection) {
    pane->connection = connection;
    pane->scroll = (Scroll){.follow = TRUE};
  }
  return connection;
}

static char *
timeline_title(gpointer data)
{
  TimelinePane *pane = data;
  if (!current(pane))
    return g_strdup("Timeline");
  return g_strdup_printf("Timeline %s %s", glyph(GLYPH_DOT),
                         pane->scroll.follow ? "following" : "stopped");
}

static char *
timeline_status(gpointer data)
{
  TimelinePane *pane = data;
  Connection *connection = current(pane);
  if (!connection)
    return NULL;
  /* Beside the tabs of a small screen, which has no title. */
  if (pane->columns < FULL_STATUS_COLUMNS)
    return g_strdup(pane->scroll.follow ? "following" : "stopped");
  Timeline *timeline = connection_timeline(connection);
  guint64 count = timeline_next(timeline) - timeline_first(timeline);
  g_autofree char *kept = figure_count(count);
  return g_strdup_printf("%s %s", kept, count == 1 ? "entry" : "entries");
}

static Glyph
level_glyph(TimelineLevel level)
{
  static const Glyph glyphs[] = {GLYPH_DOT, GLYPH_OK, GLYPH_WARN, GLYPH_FAIL};
  return glyphs[level];
}

static Role
level_role(TimelineLevel level)
{
  static const Role roles[] = {ROLE_DIM, ROLE_GOOD, ROLE_WARNING, ROLE_ERROR};
  return roles[level];
}

/* time | +step | glyph | stage | text: below 60 columns without milliseconds and step. */
static void
draw_entry(const TimelineEntry *entry, Canvas *canvas, int line)
{
  int columns = canvas_columns(canvas);
  gboolean wide = columns >= 60;
  g_autofree char *time = figure_time(entry->time_ns, wide);
  int at = paint_text(canvas, line, 1, entry->step_us < 0 ? ROLE_STRONG : ROLE_DIM, time) + 1;
  if (wide) {
    if (entry->step_us >= 0) {
      g_autofree char *step = figure_step(entry->step_us);
      paint_text_right(canvas, line, at + STEP_WIDTH, ROLE_NUMBER, step);
    }
    at += STEP_WIDTH + 1;
  }
  paint_glyph(canvas, line, at, level_role(entry->level), level_glyph(entry->level));
  paint_text_in(canvas, line, at + 2, 5, ROLE_TOPIC, entry->stage);
  at += 2 + 5 + 1;
  Role role = entry->level >= TIMELINE_WARNING ? level_role(entry->level) : ROLE_NORMAL;
  paint_text_in(canvas, line, at, columns - at - 1, role, entry->text);
}

static void
draw_empty(Connection *connection, Canvas *canvas)
{
  const char *text = connection ? "Nothing has happened yet. c connects: every step appears here, "
                                  "with the time that it took."
                                : "No connection yet: n makes one.";
  g_auto(GStrv) lines = wrap_text(text, canvas_columns(canvas) - 2);
  for (int i = 0; lines[i]; i++)
    paint_text(canvas, i, 1, ROLE_DIM, lines[i]);
}

static void
timeline_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  TimelinePane *pane = data;
  Connection *connection = current(pane);
  Timeline *timeline = connection ? connection_timeline(connection) : NULL;
  pane->columns = canvas_columns(canvas);
  if (!timeline || timeline_next(timeline) == timeline_first(timeline)) {
    draw_empty(connection, canvas);
    return;
  }
  scroll_update(&pane->scroll, timeline_first(timeline), timeline_next(timeline),
                canvas_rows(canvas));
  for (int line = 0; line < canvas_rows(canvas); line++) {
    guint64 number = pane->scroll.top + (guint64)line;
    const TimelineEntry *entry = timeline_get(timeline, number);
    if (!entry)
      continue;
    draw_entry(entry, canvas, line);
    if (!focused || number != pane->scroll.selected)
      continue;
    paint_row_role(canvas, line, ROLE_SELECTED);
    paint_cursor(canvas, line, 0, FALSE);
  }
}

/* Of an earlier attempt only the code is left, and what the entry says. */
static Finding *
finding_of_entry(const TimelineEntry *entry)
{
  Finding *finding = finding_new(entry->code);
  finding_set_message(finding, "%s", entry->text);
  finding_set_remedy(finding, "%s", catalogue_find(entry->code)->remedy);
  return finding;
}

/* (transfer full): what an entry tells of; NULL: of no finding. */
static Finding *
entry_finding(Connection *connection, const TimelineEntry *entry)
{
  const Finding *found = NULL;
  GPtrArray *findings = connection_info(connection)->findings;
  if (!entry || !entry->code || !catalogue_find(entry->code))
    return NULL;
  for (guint i = 0; findings && i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    gboolean same = g_strcmp0(finding->message, entry->text) == 0;
    if (strcmp(finding->code, entry->code) == 0 && (same || !found))
      found = finding;
  }
  return found ? finding_copy(found) : finding_of_entry(entry);
}

static const TimelineEntry *
selected_entry(const TimelinePane *pane, Connection *connection)
{
  return timeline_get(connection_timeline(connection), pane->scroll.selected);
}

/* (transfer full): of the selected entry, else the worst one; NULL: none at all. */
static Finding *
finding_meant(const TimelinePane *pane, Connection *connection)
{
  Finding *finding = entry_finding(connection, selected_entry(pane, connection));
  const Finding *worst = finding ? NULL : finding_worst(connection);
  return worst ? finding_copy(worst) : finding;
}

static void
open_finding(TimelinePane *pane, Connection *connection, const Finding *finding,
             const TimelineEntry *entry)
{
  g_autofree char *time = figure_date_time(entry->time_ns);
  g_autofree char *more = g_strdup_printf("%-12s %s\n", "time", time);
  FindingViewArgument argument = {connection, finding, more};
  ui_open(pane->ui, &finding_view, &argument);
}

static void
open_selected(TimelinePane *pane, Connection *connection)
{
  const TimelineEntry *entry = selected_entry(pane, connection);
  if (!entry)
    return;
  g_autoptr(Finding) finding = entry_finding(connection, entry);
  if (finding) {
    open_finding(pane, connection, finding, entry);
    return;
  }
  ChainChange *change = connection_chain_change(connection, entry->chain_change);
  if (change) {
    ui_open(pane->ui, &chain_change_view, change);
    return;
  }
  if (strcmp(entry->stage, "dns") == 0) {
    ui_open(pane->ui, &names_view, connection);
    return;
  }
  g_autofree char *time = figure_date_time(entry->time_ns);
  g_autofree char *step = entry->step_us < 0 ? NULL : figure_duration(entry->step_us);
  g_autofree char *text =
      g_strdup_printf("%s\n\ntime   %s\nstep   %s\nstage  %s\n", entry->text, time,
                      step ? step : "the first of this attempt", entry->stage);
  TextViewArgument argument = {"Timeline entry", text};
  ui_open(pane->ui, &text_view, &argument);
}

static PaneResult
timeline_act(gpointer data, Action action)
{
  TimelinePane *pane = data;
  Connection *connection = current(pane);
  if (scroll_act(&pane->scroll, action, TRUE))
    return PANE_HANDLED;
  if (connection && action == ACTION_OPEN) {
    open_selected(pane, connection);
    return PANE_HANDLED;
  }
  if (action == ACTION_FOLLOW) {
    if (pane->scroll.follow)
      pane->scroll.follow = FALSE;
    else
      scroll_end(&pane->scroll, TRUE);
    return PANE_HANDLED;
  }
  g_autoptr(Finding) finding =
      connection && is_finding_action(action) ? finding_meant(pane, connection) : NULL;
  if (connection && finding_action(pane->ui, connection, finding, action))
    return PANE_HANDLED;
  return connection_action(pane->ui, action) ? PANE_HANDLED : PANE_IGNORED;
}

static const char *
timeline_disabled(gpointer data, Action action)
{
  TimelinePane *pane = data;
  Connection *connection = is_finding_action(action) ? current(pane) : NULL;
  if (!connection)
    return connection_action_disabled(pane->ui, action);
  g_autoptr(Finding) finding = finding_meant(pane, connection);
  return finding_action_disabled(pane->ui, connection, finding, action);
}

/* The worst finding's line says why; there is no room in it for what to do. */
static FaultTold
timeline_tells_fault(gpointer data)
{
  TimelinePane *pane = data;
  const Finding *worst = pane->connection ? finding_worst(pane->connection) : NULL;
  for (int row = 0; worst && row < pane->scroll.rows; row++) {
    const TimelineEntry *entry =
        timeline_get(connection_timeline(pane->connection), pane->scroll.top + (guint64)row);
    if (entry && g_strcmp0(entry->code, worst->code) == 0)
      return FAULT_WHY_TOLD;
  }
  return FAULT_UNTOLD;
}

const PaneClass timeline_pane = {
    .name = "timeline",
    .context = CONTEXT_TIMELINE,
    .open = timeline_open,
    .close = g_free,
    .title = timeline_title,
    .status = timeline_status,
    .draw = timeline_draw,
    .act = timeline_act,
    .disabled = timeline_disabled,
    .tells_fault = timeline_tells_fault,
};
