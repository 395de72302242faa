#include "config.h"

#include "ui/lineage_row.h"

#include "trust/lineage_text.h"
#include "ui/figures.h"
#include "ui/finding_text.h"
#include "util/safe_text.h"

#define FAIR_COLUMNS 60 /* from here on the first line has the renewal and the bar */
#define BAR_WIDTH 8
#define LEFT_WIDTH 7     /* "expired", "not yet", "9999 d" */
#define RENEWAL_WIDTH 18 /* "renewal unfinished" */
#define GAP 2
#define INDENT 3

/* --- what it says ----------------------------------------------------------------------------- */

/* Of several brokers those that ask for most attention: one is named, the others are counted. */
static void
set_served(LineageRow *row, const Lineage *lineage)
{
  LineageServed most = lineage_served(lineage);
  const LineageBroker *first = NULL;
  guint more = 0;
  for (guint i = 0; i < lineage->brokers->len; i++) {
    const LineageBroker *broker = lineage->brokers->pdata[i];
    if (broker->served != most)
      continue;
    if (first)
      more++;
    else
      first = broker;
  }
  if (!first)
    return;
  const char *what = most == LINEAGE_SERVED       ? "it"
                     : most == LINEAGE_SERVED_OLD ? "the old one"
                                                  : "another one";
  g_autofree char *others = more > 0 ? g_strdup_printf(" and %u more", more) : g_strdup("");
  row->served = g_strdup_printf("%s%s serve%s %s", first->place, others, more > 0 ? "" : "s", what);
  row->served_glyph = most == LINEAGE_SERVED ? GLYPH_OK : GLYPH_WARN;
  row->served_role = most == LINEAGE_SERVED ? ROLE_GOOD : ROLE_WARNING;
}

/* What a broker serves is said beside them. */
static void
set_findings(LineageRow *row, const Lineage *lineage)
{
  const Finding *worst = NULL;
  guint count = 0;
  for (guint i = 0; i < lineage->findings->len; i++) {
    const Finding *finding = lineage->findings->pdata[i]; /* worst first */
    if (finding->source == FINDING_SOURCE_PEER)
      continue;
    if (!worst)
      worst = finding;
    count++;
  }
  if (!worst)
    return;
  const char *label = finding_label(worst->code);
  row->findings = count == 1 ? g_strdup(label) : g_strdup_printf("%s, %u more", label, count - 1);
  row->findings_role = finding_role(worst->severity);
}

/* After both lines: the worst that stands in them. */
static void
set_glyph(LineageRow *row, const Lineage *lineage)
{
  const Finding *worst = lineage->findings->len > 0 ? lineage->findings->pdata[0] : NULL;
  gboolean bad = worst && worst->severity <= FINDING_WARNING;
  gboolean doubtful = row->served_role == ROLE_WARNING || row->renewal_role == ROLE_WARNING;
  row->glyph = bad        ? finding_glyph(worst->severity)
               : doubtful ? finding_glyph(FINDING_WARNING)
                          : GLYPH_OK;
  row->glyph_role = bad        ? finding_role(worst->severity)
                    : doubtful ? finding_role(FINDING_WARNING)
                               : ROLE_GOOD;
}

static void
set_renewal(LineageRow *row, const Lineage *lineage, gint64 now)
{
  LineageRenewal renewal = lineage_renewal(lineage, now);
  row->renewal = lineage_text_renewal(lineage, now);
  row->renewal_role = lineage_renewal_is_doubtful(renewal) ? ROLE_WARNING : ROLE_NORMAL;
}

static void
set_lineage(LineageRow *row, const Lineage *lineage, gint64 now)
{
  const Certificate *leaf = lineage_leaf(lineage);
  set_findings(row, lineage);
  set_served(row, lineage);
  set_renewal(row, lineage, now);
  set_glyph(row, lineage);
  row->key = g_strdup(lineage->key_label);
  if (!leaf)
    return;
  row->names = lineage_text_other_names(lineage);
  row->from = certificate_not_before(leaf);
  row->until = certificate_not_after(leaf);
}

LineageRow *
lineage_row_new(const LineageEntry *entry, gint64 now)
{
  LineageRow *row = g_new0(LineageRow, 1);
  row->name = safe_text_string(entry->name);
  if (entry->lineage) {
    set_lineage(row, entry->lineage, now);
    return row;
  }
  row->problem = g_strdup(entry->problem ? finding_reason(entry->problem) : "not read yet");
  row->problem_role = entry->problem ? ROLE_ERROR : ROLE_DIM;
  row->glyph = entry->problem ? GLYPH_FAIL : GLYPH_BUSY;
  row->glyph_role = row->problem_role;
  return row;
}

void
lineage_row_free(LineageRow *row)
{
  if (!row)
    return;
  g_free(row->name);
  g_free(row->problem);
  g_free(row->names);
  g_free(row->key);
  g_free(row->renewal);
  g_free(row->served);
  g_free(row->findings);
  g_free(row);
}

/* --- how it is drawn -------------------------------------------------------------------------- */

static void
draw_bar(const LineageRow *row, Canvas *canvas, int line, int column, gint64 now)
{
  Role role = figure_left_role(row->from, row->until, now);
  int used = figure_life_used(row->from, row->until, now, BAR_WIDTH);
  for (int i = 0; row->until != 0 && i < BAR_WIDTH; i++)
    paint_glyph(canvas, line, column + i, role, i < used ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY);
}

static void
draw_left(const LineageRow *row, Canvas *canvas, int line, int end, gint64 now)
{
  if (row->until == 0)
    return;
  Role role = figure_left_role(row->from, row->until, now);
  g_autofree char *left = figure_left(row->from, row->until, now);
  paint_text_right(canvas, line, end, role == ROLE_GOOD ? ROLE_NORMAL : role, left);
}

static int
draw_served(const LineageRow *row, Canvas *canvas, int line, int column, int columns)
{
  if (!row->served)
    return column;
  paint_glyph(canvas, line, column, row->served_role, row->served_glyph);
  return paint_text_in(canvas, line, column + 2, columns - 2,
                       row->served_role == ROLE_GOOD ? ROLE_NORMAL : row->served_role, row->served);
}

/* Pieces of the second line, with a dot between them, as far as there is room. */
typedef struct {
  Canvas *canvas;
  int line, at, end;
} Pieces;

static int
next_piece(const Pieces *pieces)
{
  if (pieces->at > INDENT && pieces->at + 3 < pieces->end)
    paint_glyph(pieces->canvas, pieces->line, pieces->at + 1, ROLE_DIM, GLYPH_DOT);
  return pieces->at > INDENT ? pieces->at + 3 : pieces->at;
}

static void
add_piece(Pieces *pieces, Role role, const char *text)
{
  if (!text || pieces->at + 4 >= pieces->end)
    return;
  int at = next_piece(pieces);
  pieces->at = paint_text_in(pieces->canvas, pieces->line, at, pieces->end - at, role, text);
}

static void
draw_second(const LineageRow *row, Canvas *canvas, int line, int end, gboolean renewal)
{
  Pieces pieces = {canvas, line, INDENT, end};
  if (row->problem) {
    add_piece(&pieces, row->problem_role, row->problem);
    return;
  }
  if (renewal)
    add_piece(&pieces, row->renewal_role, row->renewal);
  if (row->served && pieces.at + 6 < pieces.end) {
    int at = next_piece(&pieces);
    pieces.at = draw_served(row, canvas, line, at, pieces.end - at);
  }
  add_piece(&pieces, row->findings_role, row->findings);
  add_piece(&pieces, ROLE_DIM, row->key);
  add_piece(&pieces, ROLE_DIM, row->names);
}

/* Name, renewal, life. */
static void
draw_first(const LineageRow *row, Canvas *canvas, int line, int end, gboolean fair, gint64 now)
{
  int bar = end - LEFT_WIDTH - 1 - BAR_WIDTH, renewal = bar - GAP - RENEWAL_WIDTH;
  int name_end = row->problem ? end : fair ? renewal - GAP : end - LEFT_WIDTH - 1;
  paint_text_in(canvas, line, INDENT, name_end - INDENT, ROLE_STRONG, row->name);
  draw_left(row, canvas, line, end, now);
  if (!fair)
    return;
  draw_bar(row, canvas, line, bar, now);
  if (row->renewal)
    paint_text_in(canvas, line, renewal, RENEWAL_WIDTH, row->renewal_role, row->renewal);
}

void
lineage_row_draw(const LineageRow *row, Canvas *canvas, int line, gint64 now)
{
  int end = canvas_columns(canvas) - 1;
  gboolean fair = canvas_columns(canvas) >= FAIR_COLUMNS;
  paint_glyph(canvas, line, 1, row->glyph_role, row->glyph);
  draw_first(row, canvas, line, end, fair, now);
  draw_second(row, canvas, line + 1, end, !fair);
}
