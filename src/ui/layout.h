/* Where everything stands on a screen of this size. Pure arithmetic: no curses, no state. */
#pragma once

#include "ui/paint.h"

#define LAYOUT_MIN_ROWS 10
#define LAYOUT_MIN_COLUMNS 40
#define LAYOUT_TILES 4 /* connections, certificates, messages, timeline: the tab order */

typedef enum {
  LAYOUT_TOO_SMALL, /* one honest line */
  LAYOUT_SINGLE,    /* one tile and a line of tabs */
  LAYOUT_SPLIT,     /* connections | certificates above messages or timeline */
  LAYOUT_FULL,      /* connections | certificates above messages above timeline */
} LayoutKind;

typedef struct {
  LayoutKind kind;
  Rect header, hints;   /* a row each; the same row only when there is but one */
  Rect notice;          /* a row above the hints; no rows when TOO_SMALL */
  Rect tabs;            /* a row in SINGLE, else no rows */
  Rect body;            /* all between header and notice, the tabs included */
  Rect tiles[LAYOUT_TILES]; /* with their frames; no rows: not shown */
  gboolean framed;      /* tiles have a box around them */
} Layout;

typedef struct {
  int focused;     /* tile */
  int lower;       /* messages (2) or timeline (3): which is shown where there is room for one */
  gboolean zoomed; /* the focused tile alone, whatever the size */
  /* What the certificates want inside their frame. Beyond their share they get it up to two thirds
   * (SPLIT) or half (FULL) of the body; 0: the share. */
  int certificate_rows;
} LayoutRequest;

void layout_compute(Layout *layout, int rows, int columns, const LayoutRequest *request);

/* A view or dialog above the tiles, its frame included: what it wants, centred in the body, as far
 * as there is room; 0 wants everything. In SINGLE always the whole body. */
Rect layout_view(const Layout *layout, int wanted_rows, int wanted_columns);

/* What is left of a tile or view inside its frame; in SINGLE: below its title line. */
Rect layout_inside(const Layout *layout, Rect outside);
