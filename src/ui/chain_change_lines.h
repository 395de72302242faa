/* What has changed in a broker's certificates, both sides beside each other, as lines. Pure. */
#pragma once

#include "core/chain_change.h"
#include "ui/paint.h"

typedef struct {
  Role role;                  /* of `text`, which then stands alone */
  char *text;                 /* over the whole width; NULL: the parts below */
  char *label, *before, *now; /* safe text, each may be "" */
  gboolean head;              /* the line that names the two sides */
  gboolean differs;
  gboolean arrow; /* the first line of what differs */
} ChainChangeLine;

/* Where the parts stand. Too narrow for both sides, they stand below each other: `now` is 0. */
typedef struct {
  int before, arrow, now; /* columns of the screen; the label is at 1 */
  int width;              /* of a side */
} ChainChangePlaces;

ChainChangePlaces chain_change_places(int columns);
/* (transfer full): of ChainChangeLine, for a screen of so many columns. Never empty. */
GPtrArray *chain_change_lines(const ChainChange *change, int columns);
void chain_change_line_draw(const ChainChangeLine *line, Canvas *canvas, int row,
                            const ChainChangePlaces *places);
