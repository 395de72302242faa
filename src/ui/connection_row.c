#include "config.h"

#include "ui/connection_row.h"

#include <string.h>

#include "trust/finding_label.h"
#include "ui/figures.h"
#include "util/safe_text.h"
#include "util/text_width.h"

/* From here on there is room for state, both rates and the address beside each other. */
#define WIDE_COLUMNS 60
#define RATE_WIDTH 6 /* "1.2k/s" */
#define DAYS_WIDTH 5 /* "3119d" */
#define NAME_LEAST 8

static const Finding *
first_error(const ConnectionInfo *info)
{
  for (guint i = 0; info->findings && i < info->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(info->findings, i);
    if (finding->severity == FINDING_ERROR)
      return finding;
  }
  return NULL;
}

static gboolean
has_warning(const ConnectionInfo *info)
{
  return info->findings && info->findings->len > 0 &&
         ((const Finding *)g_ptr_array_index(info->findings, 0))->severity <= FINDING_WARNING;
}

static void
set_online(ConnectionRow *row, const ConnectionRowInput *input)
{
  row->glyph = GLYPH_ON;
  row->glyph_role = has_warning(input->info) ? ROLE_WARNING : ROLE_GOOD;
  row->state = g_strdup("online");
  row->state_role = ROLE_GOOD;
  row->rate = figure_rate(input->rates.in);
  row->rate_out = figure_rate(input->rates.out);
}

/* Not online: waiting or stopped with a fault, under way, or at rest. */
static void
set_offline(ConnectionRow *row, const ConnectionRowInput *input)
{
  if (input->probing) {
    row->glyph = GLYPH_BUSY;
    row->glyph_role = ROLE_ACCENT;
    row->state = g_strdup("looking closer");
    row->state_role = ROLE_NORMAL;
    return;
  }
  const Session *session = input->session;
  gboolean resting = session->state == SESSION_IDLE || session->state == SESSION_WAITING;
  const Finding *error = resting ? first_error(input->info) : NULL;
  row->fault = error || (resting && input->info->last_error);
  if (row->fault) {
    row->glyph = session->state == SESSION_WAITING ? GLYPH_BUSY : GLYPH_FAIL;
    row->glyph_role = row->state_role = ROLE_ERROR;
    row->state =
        error ? g_strdup(finding_label(error->code)) : safe_text_string(input->info->last_error);
    return;
  }
  row->glyph = session->state == SESSION_IDLE ? GLYPH_OFF : GLYPH_BUSY;
  row->glyph_role = session->state == SESSION_IDLE ? ROLE_DIM : ROLE_ACCENT;
  row->state_role = session->state == SESSION_IDLE ? ROLE_DIM : ROLE_NORMAL;
  row->state = g_strdup(session->state == SESSION_IDLE ? "" : session_state_text(session));
}

ConnectionRow *
connection_row_new(const ConnectionRowInput *input)
{
  ConnectionRow *row = g_new0(ConnectionRow, 1);
  row->name = safe_text_string(input->profile->name);
  row->saved = input->saved;
  row->url = profile_url(input->profile);
  if (input->session->state == SESSION_ONLINE)
    set_online(row, input);
  else
    set_offline(row, input);
  gint64 end = input->info->certificate_end;
  if (end != 0) {
    row->left = figure_left(0, end, input->now);
    row->left_role = figure_left_role(0, end, input->now);
  }
  return row;
}

void
connection_row_free(ConnectionRow *row)
{
  if (!row)
    return;
  g_free(row->name);
  g_free(row->state);
  g_free(row->left);
  g_free(row->rate);
  g_free(row->rate_out);
  g_free(row->url);
  g_free(row);
}

int
connection_rows_name_width(GPtrArray *rows)
{
  int width = 8;
  for (guint i = 0; i < rows->len; i++) {
    const ConnectionRow *row = g_ptr_array_index(rows, i);
    width = MAX(width, text_width(row->name) + (row->saved ? 0 : 1));
  }
  return width;
}

/* A star marks what is not saved; the wide form says it in words. */
static void
draw_name(const ConnectionRow *row, Canvas *canvas, int line, int column, int columns)
{
  int room = columns - (row->saved ? 0 : 1);
  int end = paint_text_in(canvas, line, column, room, ROLE_NORMAL, row->name);
  if (!row->saved)
    paint_text(canvas, line, end, ROLE_WARNING, "*");
}

/* "87 d", or without the blank where every column counts. */
static void
draw_left(const ConnectionRow *row, Canvas *canvas, int line, int end, gboolean close)
{
  if (!row->left)
    return;
  g_autofree char *left = g_strdup(row->left);
  char *blank = strchr(left, ' ');
  if (close && blank && g_ascii_isdigit(left[0]))
    memmove(blank, blank + 1, strlen(blank));
  paint_text_right(canvas, line, end, row->left_role == ROLE_GOOD ? ROLE_NORMAL : row->left_role,
                   left);
}

/* name | days | rate, or name | fault. The days close together: "87d". */
static void
draw_narrow(const ConnectionRow *row, Canvas *canvas, int line, int name_width)
{
  int columns = canvas_columns(canvas);
  int end = columns - 1;
  int kept = DAYS_WIDTH + 1 + RATE_WIDTH;
  /* What is wrong is worth more than the end of a long name. */
  int name = row->fault ? MAX(end - 3 - 1 - text_width(row->state), MIN(NAME_LEAST, end - 4 - kept))
                        : end - 3 - 1 - kept;
  name = CLAMP(name, 1, name_width);
  draw_name(row, canvas, line, 3, name);
  if (row->rate)
    paint_text_right(canvas, line, end, ROLE_NORMAL, row->rate);
  if (row->rate || !row->state[0]) {
    draw_left(row, canvas, line, end - RATE_WIDTH - 1, TRUE);
    return;
  }
  int room = end - 3 - name - 1;
  int start = end - MIN(room, text_width(row->state));
  paint_text_in(canvas, line, start, end - start, row->state_role, row->state);
}

/* name | state or fault | days | in | out | address. */
static void
draw_wide(const ConnectionRow *row, Canvas *canvas, int line, int name_width)
{
  int columns = canvas_columns(canvas);
  int name = MIN(name_width, columns / 4);
  int state_width = MIN(24, columns / 4);
  int at = 3 + name + 2;
  draw_name(row, canvas, line, 3, name);
  paint_text_in(canvas, line, at, state_width, row->state_role, row->state);
  at += state_width + 1;
  draw_left(row, canvas, line, at + 7, FALSE);
  at += 9;
  if (row->rate) {
    int end = paint_glyph(canvas, line, at, ROLE_DIM, GLYPH_IN);
    paint_text(canvas, line, end, ROLE_NORMAL, row->rate);
    end = paint_glyph(canvas, line, at + 8, ROLE_DIM, GLYPH_OUT);
    paint_text(canvas, line, end, ROLE_NORMAL, row->rate_out);
  }
  at += 17;
  int room = columns - at - 1;
  if (!row->saved && room > 30) {
    paint_text_right(canvas, line, columns - 1, ROLE_WARNING, "not saved");
    room -= 11;
  }
  if (room > 8)
    paint_text_in(canvas, line, at, room, ROLE_DIM, row->url);
}

void
connection_row_draw(const ConnectionRow *row, Canvas *canvas, int line, int name_width,
                    gboolean selected)
{
  if (selected)
    paint_glyph(canvas, line, 0, ROLE_ACCENT, GLYPH_SELECT);
  paint_glyph(canvas, line, 1, row->glyph_role, row->glyph);
  if (canvas_columns(canvas) >= WIDE_COLUMNS)
    draw_wide(row, canvas, line, name_width);
  else
    draw_narrow(row, canvas, line, name_width);
}
