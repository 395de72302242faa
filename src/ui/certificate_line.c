#include "config.h"

#include "ui/certificate_line.h"

#include <string.h>

#include "ui/figures.h"
#include "ui/finding_text.h"
#include "ui/item_list.h"
#include "ui/wrapped_text.h"
#include "util/text_width.h"

#define TREE_MAX 6 /* deeper links are not indented further */

void
certificate_line_free(CertificateLine *line)
{
  if (!line)
    return;
  g_free(line->text);
  if (line->certificate)
    certificate_unref(line->certificate);
  g_free(line->subject);
  g_free(line->issuer);
  g_free(line->origin);
  g_free(line->detail_title);
  g_free(line->detail);
  finding_free(line->finding);
  chain_change_unref(line->change);
  g_free(line);
}

/* --- Gathering -------------------------------------------------------------------------------- */

static CertificateLine *
add_line(CertificateLines *list, CertificateLineKind kind, int item)
{
  CertificateLine *line = g_new0(CertificateLine, 1);
  line->kind = kind;
  line->item = item;
  line->glyph = GLYPH_COUNT;
  g_ptr_array_add(list->lines, line);
  return line;
}

void
certificate_lines_heading(CertificateLines *list, const char *text)
{
  CertificateLine *line = add_line(list, LINE_HEADING, ITEM_NONE);
  line->role = ROLE_TITLE;
  line->indent = 1;
  line->text = g_strdup(text);
}

void
certificate_lines_text(CertificateLines *list, Role role, Glyph glyph, Role glyph_role,
                       gboolean same_item, const char *text)
{
  if (!same_item || list->items == 0)
    list->items++;
  int indent = glyph == GLYPH_COUNT && !same_item ? 1 : 3;
  g_auto(GStrv) rows = wrap_text(text, list->columns - indent - 1);
  for (int i = 0; rows[i]; i++) {
    CertificateLine *line = add_line(list, LINE_TEXT, list->items - 1);
    line->role = role;
    line->indent = indent;
    line->glyph = i == 0 ? glyph : GLYPH_COUNT;
    line->glyph_role = glyph_role;
    line->text = g_strdup(rows[i]);
  }
}

static CertificateLine *
first_of_last_item(CertificateLines *list)
{
  guint index = list->lines->len - 1;
  while (index > 0 && ((const CertificateLine *)g_ptr_array_index(list->lines, index - 1))->item ==
                          list->items - 1)
    index--;
  return g_ptr_array_index(list->lines, index);
}

void
certificate_lines_detail(CertificateLines *list, const char *title, char *text)
{
  CertificateLine *line = first_of_last_item(list);
  line->detail_title = g_strdup(title);
  line->detail = text;
}

void
certificate_lines_change(CertificateLines *list, ChainChange *change)
{
  for (guint i = list->lines->len; i-- > 0;) {
    CertificateLine *line = g_ptr_array_index(list->lines, i);
    if (line->item != list->items - 1)
      break;
    line->change = chain_change_ref(change);
  }
}

CertificateLine *
certificate_lines_certificate(CertificateLines *list, Certificate *certificate, const char *name)
{
  CertificateLine *line = add_line(list, LINE_CERTIFICATE, list->items++);
  if (!certificate) {
    line->subject = g_strdup(name);
    line->issuer = g_strdup("");
    return line;
  }
  line->certificate = certificate_ref(certificate);
  line->subject = g_strdup(certificate_subject_label(certificate));
  if (certificate_is_self_signed(certificate))
    line->issuer = g_strdup("self-signed");
  else
    line->issuer =
        g_strdup_printf("%s %s", glyph(GLYPH_ARROW_LEFT), certificate_issuer_label(certificate));
  return line;
}

/* --- Findings --------------------------------------------------------------------------------- */

void
certificate_lines_finding(CertificateLines *list, const Finding *finding)
{
  g_autofree char *headline = finding_headline(finding);
  Role role = finding_role(finding->severity);
  gboolean note = finding->severity == FINDING_INFO; /* for which there is mostly nothing to do */
  certificate_lines_text(list, role, finding_glyph(finding->severity), role, FALSE, headline);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_COUNT, ROLE_NORMAL, TRUE,
                         finding_reason(finding));
  if (finding->remedy && finding->remedy[0])
    certificate_lines_text(list, note ? ROLE_NORMAL : ROLE_STRONG, GLYPH_ARROW_RIGHT,
                           note ? ROLE_DIM : ROLE_ACCENT, TRUE, finding->remedy);
  CertificateLine *line = first_of_last_item(list);
  line->finding = finding_copy(finding);
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static int
tree_width(const CertificateLine *line)
{
  return line->depth == 0 ? 0 : 2 * MIN(line->depth, TREE_MAX);
}

CertificateWidths
certificate_lines_widths(GPtrArray *lines)
{
  CertificateWidths widths = {.index = 1};
  for (guint i = 0; i < lines->len; i++) {
    const CertificateLine *line = g_ptr_array_index(lines, i);
    if (line->kind != LINE_CERTIFICATE)
      continue;
    widths.index = MAX(widths.index, (int)strlen(line->index));
    widths.subject = MAX(widths.subject, tree_width(line) + text_width(line->subject));
    widths.issuer = MAX(widths.issuer, text_width(line->issuer));
    widths.origin = MAX(widths.origin, line->origin ? text_width(line->origin) : 0);
  }
  return widths;
}

static void
draw_in(Canvas *canvas, int row, const Column *column, Role role, const char *text)
{
  if (column->width > 0)
    paint_text_in(canvas, row, column->start, column->width, role, text);
}

static void
draw_dates(const CertificateLine *line, Canvas *canvas, int row, const CertificateColumns *c)
{
  if (c->from.width > 0) {
    g_autofree char *from = figure_date(certificate_not_before(line->certificate));
    int end = paint_text(canvas, row, c->from.start, ROLE_NORMAL, from);
    paint_glyph(canvas, row, end + 1, ROLE_DIM, GLYPH_ARROW_RIGHT);
  }
  if (c->until.width > 0) {
    g_autofree char *until = figure_date(certificate_not_after(line->certificate));
    paint_text(canvas, row, c->until.start, ROLE_NORMAL, until);
  }
}

static void
draw_life(const CertificateLine *line, Canvas *canvas, int row, const CertificateColumns *c,
          gint64 now)
{
  gint64 from = certificate_not_before(line->certificate);
  gint64 until = certificate_not_after(line->certificate);
  Role role = figure_left_role(from, until, now);
  int used = figure_life_used(from, until, now, c->bar.width);
  for (int i = 0; i < c->bar.width; i++)
    paint_glyph(canvas, row, c->bar.start + i, role, i < used ? GLYPH_BAR_FULL : GLYPH_BAR_EMPTY);
  if (c->left.width == 0)
    return;
  g_autofree char *left = figure_left(from, until, now);
  paint_text_right(canvas, row, c->left.start + c->left.width,
                   role == ROLE_GOOD ? ROLE_NORMAL : role, left);
}

static void
draw_certificate(const CertificateLine *line, Canvas *canvas, int row, const CertificateColumns *c,
                 gint64 now)
{
  paint_glyph(canvas, row, c->mark.start, line->glyph_role, line->glyph);
  paint_text_in(canvas, row, c->index.start, c->index.width, ROLE_NUMBER, line->index);
  int tree = MIN(tree_width(line), MAX(c->subject.width - 4, 0));
  if (tree >= 2)
    paint_glyph(canvas, row, c->subject.start + tree - 2, ROLE_DIM, GLYPH_BRANCH);
  paint_text_in(canvas, row, c->subject.start + tree, c->subject.width - tree, line->role,
                line->subject);
  draw_in(canvas, row, &c->issuer, ROLE_DIM, line->issuer);
  gboolean marked = line->glyph_role == ROLE_ERROR || line->glyph_role == ROLE_WARNING;
  draw_in(canvas, row, &c->origin, marked ? line->glyph_role : ROLE_DIM,
          line->origin ? line->origin : "");
  if (!line->certificate)
    return;
  draw_dates(line, canvas, row, c);
  draw_life(line, canvas, row, c, now);
}

void
certificate_line_draw(const CertificateLine *line, Canvas *canvas, int row,
                      const CertificateColumns *columns, gint64 now)
{
  if (line->kind == LINE_CERTIFICATE) {
    draw_certificate(line, canvas, row, columns, now);
    return;
  }
  if (line->glyph != GLYPH_COUNT)
    paint_glyph(canvas, row, line->indent - 2, line->glyph_role, line->glyph);
  paint_text(canvas, row, line->indent, line->role, line->text);
}
