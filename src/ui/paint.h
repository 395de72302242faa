/* Painting without curses in sight: a canvas is a clipped rectangle of the screen, coordinates
 * start at its upper left corner, nothing is ever drawn outside of it. Text must be safe text
 * (util/safe_text.h); paint measures columns, cuts at cell borders, and re-positions after every
 * run that is not ASCII, so that a terminal's other idea of a width never spreads. In a character
 * set that is not UTF-8 it falls back to ASCII by itself. */
#pragma once

#include <glib.h>

typedef struct { int row, column, rows, columns; } Rect;

/* Colours by role; the schemes are tables in theme.c, the monochrome one complete. Never by colour
 * alone: a word or a glyph stands beside it. */
typedef enum {
  ROLE_NORMAL, ROLE_DIM, ROLE_STRONG, ROLE_TITLE, ROLE_TITLE_FOCUSED, ROLE_BORDER,
  ROLE_BORDER_FOCUSED, ROLE_HEADER, ROLE_HINT_KEY, ROLE_HINT_TEXT, ROLE_GOOD, ROLE_WARNING,
  ROLE_ERROR, ROLE_ACCENT, ROLE_SELECTED, ROLE_SELECTED_UNFOCUSED, ROLE_FIELD, ROLE_FIELD_FOCUSED,
  ROLE_TOPIC, ROLE_NUMBER, ROLE_COUNT,
} Role;

/* A table in UTF-8 and ASCII, chosen once (glyphs.c). All are one column wide. */
typedef enum {
  GLYPH_OK,        /* ✓ + */
  GLYPH_FAIL,      /* ✗ x */
  GLYPH_WARN,      /* ! ! */
  GLYPH_ON,        /* ● * */
  GLYPH_OFF,       /* ○ o */
  GLYPH_BUSY,      /* ◐ ~ */
  GLYPH_ARROW_LEFT,/* ← < */
  GLYPH_ARROW_RIGHT, /* → > */
  GLYPH_IN,        /* ↓ < (message received) */
  GLYPH_OUT,       /* ↑ > (message sent) */
  GLYPH_BRANCH,    /* └ ` */
  GLYPH_SELECT,    /* ▸ > */
  GLYPH_DOT,       /* · - */
  GLYPH_ELLIPSIS,  /* … ~ */
  GLYPH_BAR_FULL,  /* █ # */
  GLYPH_BAR_EMPTY, /* ░ . */
  GLYPH_COUNT,
} Glyph;
const char *glyph(Glyph glyph);

typedef struct Canvas Canvas;
int canvas_rows(const Canvas *canvas);
int canvas_columns(const Canvas *canvas);

/* Each returns the column after the last one drawn. `row`/`column` may lie outside (clipped). */
int paint_text(Canvas *canvas, int row, int column, Role role, const char *safe);
/* At most `columns` wide, an ellipsis if cut. */
int paint_text_in(Canvas *canvas, int row, int column, int columns, Role role, const char *safe);
/* Right-aligned: ends before `end_column`; returns the column where it starts. */
int paint_text_right(Canvas *canvas, int row, int end_column, Role role, const char *safe);
int paint_glyph(Canvas *canvas, int row, int column, Role role, Glyph glyph);
int paint_format(Canvas *canvas, int row, int column, Role role, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
/* Turns what stands in these cells into `role` (for the selected row), or fills blanks. */
void paint_row_role(Canvas *canvas, int row, Role role);
void paint_blank(Canvas *canvas, int row, int column, int columns, Role role);
/* Where the terminal's cursor rests after this frame: on the selection or in the field. */
void paint_cursor(Canvas *canvas, int row, int column, gboolean visible);
