/* What a Canvas is, for those few who make one: paint.c, the frame and the tests. */
#pragma once

#include "ui/paint.h"

/* Where the terminal's cursor shall rest after the frame; the last one to ask wins. */
typedef struct {
  int row, column; /* of the screen */
  gboolean wanted, visible;
} CanvasCursor;

struct Canvas {
  Rect area;            /* of the screen; may reach beyond its edges */
  CanvasCursor *cursor; /* NULL: this canvas does not move it */
};

/* The area cut to what the screen has. */
void canvas_init(Canvas *canvas, Rect area, CanvasCursor *cursor);
/* A part of another canvas, in its coordinates, cut to it. */
void canvas_init_part(Canvas *canvas, const Canvas *whole, Rect part);
/* A box around the canvas's edge. */
void paint_box(Canvas *canvas, Role role);
