#include "config.h"

#include "ui/certificate_columns.h"

#define DATE_WIDTH 10
#define FROM_WIDTH (DATE_WIDTH + 3) /* "2026-11-21 → " */
#define BAR_WIDTH 5
#define LEFT_WIDTH 7 /* "expired", "not yet", "9999 d" */
#define SUBJECT_MIN 14
#define ISSUER_MIN 10
#define ORIGIN_MIN 12
#define NAME_FAIR 20 /* what a name gets before the less important columns get theirs */
#define NAME_GOOD 28
#define GAP 2

/* Gives a column `width` and its gap if there is room; returns what is left. */
static int
take(Column *column, int room, int width, int gap)
{
  if (width <= 0 || room < width + gap)
    return room;
  column->width = width;
  return room - width - gap;
}

static int
grow(Column *column, int room, int wanted)
{
  if (column->width == 0 || wanted <= column->width)
    return room;
  int more = MIN(room, wanted - column->width);
  column->width += more;
  return room - more;
}

static int
place(Column *column, int at, int gap)
{
  if (column->width == 0)
    return at;
  column->start = at;
  return at + column->width + gap;
}

static void
place_all(CertificateColumns *c)
{
  int at = place(&c->mark, 1, 1);
  at = place(&c->index, at, 1);
  at = place(&c->subject, at, GAP);
  at = place(&c->issuer, at, GAP);
  at = place(&c->from, at, 0);
  at = place(&c->until, at, GAP);
  at = place(&c->bar, at, GAP);
  at = place(&c->left, at, GAP);
  place(&c->origin, at, GAP);
}

CertificateColumns
certificate_columns(int columns, const CertificateWidths *wanted)
{
  CertificateColumns c = {.mark = {0, 1}, .index = {0, wanted->index}};
  int room = columns - 1 - 2 - wanted->index - 1 - 1; /* margins, mark, number */
  int subject = MIN(wanted->subject, SUBJECT_MIN);
  c.subject.width = CLAMP(room, 1, MAX(subject, 1));
  room -= c.subject.width;
  room = take(&c.left, room, LEFT_WIDTH, GAP);
  room = take(&c.until, room, DATE_WIDTH, GAP);
  room = grow(&c.subject, room, MIN(wanted->subject, NAME_FAIR));
  room = take(&c.issuer, room, MIN(wanted->issuer, ISSUER_MIN), GAP);
  room = take(&c.origin, room, MIN(wanted->origin, ORIGIN_MIN), GAP);
  room = grow(&c.issuer, room, MIN(wanted->issuer, NAME_FAIR));
  room = grow(&c.subject, room, MIN(wanted->subject, NAME_GOOD));
  room = grow(&c.origin, room, MIN(wanted->origin, NAME_FAIR));
  room = take(&c.bar, room, BAR_WIDTH, GAP);
  if (c.until.width > 0)
    room = take(&c.from, room, FROM_WIDTH, 0);
  room = grow(&c.subject, room, wanted->subject);
  room = grow(&c.issuer, room, wanted->issuer);
  grow(&c.origin, room, wanted->origin);
  place_all(&c);
  return c;
}
