#include "config.h"

#include "ui/chain_change_lines.h"

#include <string.h>

#include "ui/figures.h"
#include "ui/wrapped_text.h"

#define LABEL_COLUMNS 9
#define SIDE_MIN 24 /* below it the sides stand below each other */
#define SIDE_MAX 64 /* a SHA-256 in hexadecimal */

typedef struct {
  GPtrArray *lines;
  int columns;
  ChainChangePlaces places;
} Lines;

/* --- Lines ------------------------------------------------------------------------------------ */

static void
line_free(gpointer data)
{
  ChainChangeLine *line = data;
  g_free(line->text);
  g_free(line->label);
  g_free(line->before);
  g_free(line->now);
  g_free(line);
}

static ChainChangeLine *
add_line(Lines *list)
{
  ChainChangeLine *line = g_new0(ChainChangeLine, 1);
  g_ptr_array_add(list->lines, line);
  return line;
}

static void
add_text(Lines *list, Role role, const char *text)
{
  g_auto(GStrv) rows = wrap_text(text, list->columns - 2);
  for (char **row = rows; *row; row++) {
    ChainChangeLine *line = add_line(list);
    line->role = role;
    line->text = g_strdup(*row);
  }
}

static void
add_parts(Lines *list, const char *label, const char *before, const char *now, gboolean differs,
          gboolean arrow)
{
  ChainChangeLine *line = add_line(list);
  line->label = g_strdup(label);
  line->before = g_strdup(before);
  line->now = g_strdup(now);
  line->differs = differs;
  line->arrow = arrow;
}

/* Digits in hexadecimal, cut where they can be compared. (transfer full) */
static char *
digits(const Lines *list, const char *text)
{
  gsize part = list->places.width >= 64 ? 64 : list->places.width >= 32 ? 32 : 16;
  GString *out = g_string_new(text);
  if (out->len <= (gsize)list->places.width)
    return g_string_free(out, FALSE);
  for (gsize at = part; at < out->len; at += part + 1)
    g_string_insert_c(out, (gssize)at, '\n');
  return g_string_free(out, FALSE);
}

static const char *
row_of(char **rows, guint count, guint row)
{
  return row < count ? rows[row] : "";
}

static void
add_beside(Lines *list, const char *label, char **before, char **now, gboolean differs)
{
  guint old = g_strv_length(before), new = g_strv_length(now);
  for (guint i = 0; i < MAX(old, new); i++)
    add_parts(list, i == 0 ? label : "", row_of(before, old, i), row_of(now, new, i), differs,
              differs && i == 0);
}

/* What is the same on both sides needs no second line. */
static void
add_below(Lines *list, const char *label, char **before, char **now, gboolean differs)
{
  for (char **row = before; *row; row++)
    add_parts(list, row == before ? label : "", *row, "", differs, FALSE);
  for (char **row = now; differs && *row; row++)
    add_parts(list, "", "", *row, TRUE, row == now);
}

/* `differs`: also where the texts are alike, as two certificates of one name are. */
static void
add_row(Lines *list, const char *label, const char *before, const char *now, gboolean differs)
{
  g_auto(GStrv) old = wrap_text(before, list->places.width);
  g_auto(GStrv) new = wrap_text(now, list->places.width);
  if (list->places.now > 0)
    add_beside(list, label, old, new, differs);
  else
    add_below(list, label, old, new, differs);
}

static void
add_plain_row(Lines *list, const char *label, const char *before, const char *now)
{
  add_row(list, label, before, now, strcmp(before, now) != 0);
}

static void
add_digits_row(Lines *list, const char *label, const char *before, const char *now)
{
  g_autofree char *old = digits(list, before), *new = digits(list, now);
  add_plain_row(list, label, old, new);
}

/* --- The leaf --------------------------------------------------------------------------------- */

static void
add_names(Lines *list, const Certificate *before, const Certificate *now)
{
  g_autofree char *old = g_strjoinv("\n", (char **)certificate_names(before));
  g_autofree char *new = g_strjoinv("\n", (char **)certificate_names(now));
  add_plain_row(list, "names", *old ? old : "none", *new ? new : "none");
}

static void
add_date(Lines *list, const char *label, gint64 before, gint64 now)
{
  g_autoptr(GDateTime) old = g_date_time_new_from_unix_utc(before);
  g_autoptr(GDateTime) new = g_date_time_new_from_unix_utc(now);
  g_autofree char *from = old ? g_date_time_format(old, "%Y-%m-%d %H:%M:%S UTC") : g_strdup("?");
  g_autofree char *to = new ? g_date_time_format(new, "%Y-%m-%d %H:%M:%S UTC") : g_strdup("?");
  add_plain_row(list, label, from, to);
}

static void
add_leaf(Lines *list, const Certificate *before, const Certificate *now)
{
  add_plain_row(list, "subject", certificate_subject(before), certificate_subject(now));
  add_names(list, before, now);
  add_plain_row(list, "issuer", certificate_issuer(before), certificate_issuer(now));
  add_date(list, "begins", certificate_not_before(before), certificate_not_before(now));
  add_date(list, "ends", certificate_not_after(before), certificate_not_after(now));
  add_digits_row(list, "serial", certificate_serial(before), certificate_serial(now));
  add_digits_row(list, "SHA-256", certificate_sha256(before), certificate_sha256(now));
  add_plain_row(list, "key", certificate_key_label(before), certificate_key_label(now));
  add_digits_row(list, "key id", certificate_key_id(before), certificate_key_id(now));
}

/* --- The chain -------------------------------------------------------------------------------- */

static const Certificate *
certificate_at(GPtrArray *certificates, guint index)
{
  return index < certificates->len ? g_ptr_array_index(certificates, index) : NULL;
}

/* (transfer full): "R3, ends 2027-09-15" */
static char *
certificate_text(const Certificate *certificate)
{
  if (!certificate)
    return g_strdup("-");
  g_autofree char *end = figure_date(certificate_not_after(certificate));
  return g_strdup_printf("%s, ends %s", certificate_subject_label(certificate), end);
}

static void
add_certificates(Lines *list, const char *title, GPtrArray *before, GPtrArray *now)
{
  add_text(list, ROLE_TITLE, title);
  for (guint i = 0; i < MAX(before->len, now->len); i++) {
    const Certificate *old = certificate_at(before, i), *new = certificate_at(now, i);
    g_autofree char *from = certificate_text(old), *to = certificate_text(new);
    g_autofree char *number = g_strdup_printf("%u", i);
    add_row(list, number, from, to, !old || !new || !certificate_equal(old, new));
  }
}

/* --- The whole -------------------------------------------------------------------------------- */

ChainChangePlaces
chain_change_places(int columns)
{
  int before = 1 + LABEL_COLUMNS + 1;
  int side = MIN((columns - before - 4) / 2, SIDE_MAX);
  if (side < SIDE_MIN)
    return (ChainChangePlaces){
        .before = before + 2, .arrow = before, .width = MAX(columns - before - 3, 8)};
  return (ChainChangePlaces){
      .before = before, .arrow = before + side + 1, .now = before + side + 3, .width = side};
}

static void
add_head(Lines *list, const ChainChange *change)
{
  g_autofree char *before = chain_change_time(change->before->seen);
  g_autofree char *now = chain_change_time(change->now->seen);
  g_autofree char *old = g_strdup_printf("before, seen %s", before);
  g_autofree char *new = g_strdup_printf("now, seen %s", now);
  guint first = list->lines->len;
  add_row(list, "", old, new, TRUE);
  for (guint i = first; i < list->lines->len; i++) {
    ChainChangeLine *line = g_ptr_array_index(list->lines, i);
    line->head = TRUE;
    line->arrow = FALSE;
  }
}

GPtrArray *
chain_change_lines(const ChainChange *change, int columns)
{
  Lines list = {.lines = g_ptr_array_new_with_free_func(line_free),
                .columns = columns,
                .places = chain_change_places(columns)};
  g_autofree char *sentence = chain_change_sentence(change);
  add_text(&list, change->warning ? ROLE_WARNING : ROLE_STRONG, sentence);
  add_text(&list, ROLE_NORMAL, "");
  add_head(&list, change);
  add_leaf(&list, seen_chain_leaf(change->before), seen_chain_leaf(change->now));
  add_text(&list, ROLE_NORMAL, "");
  add_certificates(&list, "Path", change->before->path, change->now->path);
  add_text(&list, ROLE_NORMAL, "");
  add_certificates(&list, "As sent", change->before->sent, change->now->sent);
  return list.lines;
}

void
chain_change_line_draw(const ChainChangeLine *line, Canvas *canvas, int row,
                       const ChainChangePlaces *places)
{
  if (line->text) {
    paint_text(canvas, row, 1, line->role, line->text);
    return;
  }
  Role before = line->head ? ROLE_TITLE : line->differs ? ROLE_NORMAL : ROLE_DIM;
  Role now = line->head ? ROLE_TITLE : line->differs ? ROLE_ACCENT : ROLE_DIM;
  paint_text_in(canvas, row, 1, LABEL_COLUMNS, line->differs ? ROLE_NORMAL : ROLE_DIM, line->label);
  paint_text_in(canvas, row, places->before, places->width, before, line->before);
  if (line->arrow)
    paint_glyph(canvas, row, places->arrow, now, GLYPH_ARROW_RIGHT);
  paint_text_in(canvas, row, places->now > 0 ? places->now : places->before, places->width, now,
                line->now);
}
