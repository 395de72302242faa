#include "config.h"

#include "ui/header.h"

#include "ui/figures.h"
#include "ui/glyphs.h"
#include "util/text_width.h"

#define DAY 86400
#define WARN_DAYS 30
#define RANK_TRIFLES 4 /* above it */
#define RANK_LAST 8

/* A piece of the line. The higher its rank, the sooner it goes when there is no room; 0 never does.
 */
typedef struct {
  char text[96];
  Role role;
  int gap; /* columns before it */
  int rank;
  gboolean shown;
} Piece;

typedef struct {
  Piece pieces[16];
  int count;
} Line;

static void G_GNUC_PRINTF(5, 6)
    add(Line *line, int rank, int gap, Role role, const char *format, ...)
{
  g_assert(line->count < (int)G_N_ELEMENTS(line->pieces));
  Piece *piece = &line->pieces[line->count++];
  va_list arguments;
  *piece = (Piece){.role = role, .gap = gap, .rank = rank, .shown = TRUE};
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  gsize fit = text_fit(text, (int)sizeof piece->text, NULL);
  while (fit >= sizeof piece->text)
    fit = (gsize)(g_utf8_find_prev_char(text, text + fit) - text);
  memcpy(piece->text, text, fit);
}

/* --- What the pieces say ---------------------------------------------------------------------- */

static void
add_tls(Line *line, const HeaderModel *model)
{
  if (model->tls) {
    add(line, 2, 1, ROLE_GOOD, "%s %s%s%s%s", glyph(GLYPH_DOT), model->tls,
        model->two_way ? " two-way" : "", model->insecure ? "" : " ",
        model->insecure ? "" : glyph(GLYPH_OK));
  } else if (model->plain) {
    add(line, 3, 1, ROLE_WARNING, "%s no TLS", glyph(GLYPH_DOT));
  }
  if (model->insecure)
    add(line, 0, 1, ROLE_ERROR, "%s NAME NOT CHECKED", glyph(GLYPH_DOT));
}

static void
add_rates(Line *line, const HeaderModel *model)
{
  g_autofree char *in = figure_rate(model->rate_in), *out = figure_rate(model->rate_out);
  if (model->online)
    add(line, 5, 2, ROLE_NORMAL, "%s%s %s%s", glyph(GLYPH_IN), in, glyph(GLYPH_OUT), out);
}

static void
add_rtt(Line *line, gint64 us)
{
  if (us < 0)
    return;
  if (us < 1000)
    add(line, 7, 2, ROLE_NORMAL, "rtt 0.%dms", (int)(us / 100));
  else if (us < 10 * G_USEC_PER_SEC)
    add(line, 7, 2, ROLE_NORMAL, "rtt %dms", (int)(us / 1000));
  else
    add(line, 7, 2, ROLE_WARNING, "rtt %ds", (int)MIN(us / G_USEC_PER_SEC, 9999));
}

/* Good news only beside a connection that is well: green next to a fault would say that the
 * certificates are not at fault. */
static void
add_certificate_end(Line *line, const HeaderModel *model)
{
  gint64 end = model->certificate_end, left = end - model->now;
  Role good = model->online ? ROLE_GOOD : ROLE_NORMAL;
  if (end == 0)
    return;
  if (left <= 0)
    add(line, 1, 2, ROLE_ERROR, "cert EXPIRED");
  else if (left < DAY)
    add(line, 1, 2, ROLE_ERROR, "cert %dh", (int)(left / 3600));
  else
    add(line, 4, 2, left < WARN_DAYS * DAY ? ROLE_WARNING : good, "cert %" G_GINT64_FORMAT "d",
        left / DAY);
}

gint64
header_next_change(gint64 certificate_end, gint64 now)
{
  gint64 left = certificate_end - now;
  if (certificate_end == 0 || left <= 0)
    return 0;
  return left % (left <= DAY ? 3600 : DAY) + 1;
}

/* --- What there is room for ------------------------------------------------------------------- */

static int
width_of(const Line *line)
{
  int width = 0;
  for (int i = 0; i < line->count; i++) {
    if (line->pieces[i].shown)
      width += line->pieces[i].gap + text_width(line->pieces[i].text);
  }
  return width;
}

/* Rank after rank, each piece that still fits beside those that matter more. A long name gives way
 * to what matters, but not to trifles. */
static void
choose(Line *line, int columns, int name)
{
  int short_name = MIN(name, MAX(8, columns / 4));
  for (int i = 0; i < line->count; i++)
    line->pieces[i].shown = line->pieces[i].rank == 0;
  for (int rank = 1; rank <= RANK_LAST; rank++) {
    int room = columns - 1 - (rank <= RANK_TRIFLES ? short_name : name);
    for (int i = 0; i < line->count; i++) {
      Piece *piece = &line->pieces[i];
      if (piece->rank == rank)
        piece->shown = width_of(line) + piece->gap + text_width(piece->text) <= room;
    }
  }
}

static void
draw_pieces(Canvas *canvas, const Line *line, int column)
{
  for (int i = 0; i < line->count; i++) {
    const Piece *piece = &line->pieces[i];
    if (piece->shown)
      column = paint_text(canvas, 0, column + piece->gap, piece->role, piece->text);
  }
}

static int
name_columns(const HeaderModel *model, const Line *line, int columns)
{
  int room = columns - 1 - width_of(line);
  return MIN(text_width(model->name), MAX(room, MIN(8, columns / 3)));
}

void
header_draw(Canvas *canvas, const HeaderModel *model)
{
  Line line = {.count = 0};
  int columns = canvas_columns(canvas);
  if (!model->name) {
    paint_text_in(canvas, 0, 1, columns - 1, ROLE_STRONG, "mqtrust  no connection yet");
    return;
  }
  add(&line, 0, 2, model->state_role, "%s", model->state);
  if (model->fault)
    add(&line, 1, 1, ROLE_ERROR, "%s %s", glyph(GLYPH_DOT), model->fault);
  add_tls(&line, model);
  if (model->events_dropped > 0)
    add(&line, 1, 2, ROLE_WARNING, "%" G_GUINT64_FORMAT " events lost", model->events_dropped);
  add(&line, 6, 2, ROLE_NORMAL, "%s", model->endpoint);
  add(&line, 8, 2, ROLE_NORMAL, "%s", model->protocol);
  add_rates(&line, model);
  if (model->online)
    add_rtt(&line, model->rtt_us);
  add_certificate_end(&line, model);
  choose(&line, columns, text_width(model->name));
  int name = name_columns(model, &line, columns);
  paint_text_in(canvas, 0, 1, name, ROLE_STRONG, model->name);
  draw_pieces(canvas, &line, 1 + name);
}
