/* Screens without a terminal: panes and whole frames are drawn by curses into nowhere, read back
 * cell by cell, and compared with golden files.
 *
 *   view_test_init(&argc, &argv);
 *   view_open(24, 80, 0);
 *   my_draw(view_canvas());
 *   view_assert_golden("my-pane");          tests/view/golden/my-pane-80x24.txt
 *   view_close();
 *
 * or all the usual sizes and looks at once: view_golden("my-pane", my_draw, data). With
 * MQTRUST_TEST_UPDATE_GOLDEN=1 (make update-golden) the files are written, not compared. */
#pragma once

#include <glib.h>

#include "ui/paint.h"

typedef enum {
  VIEW_ASCII = 1 << 0, /* glyphs and text in ASCII */
  VIEW_MONO = 1 << 1,  /* attributes only */
  VIEW_8_COLORS = 1 << 2,
  VIEW_ROLES = 1 << 3, /* view_assert_golden() also compares how every cell looks */
} ViewFlags;

/* setlocale() and g_test_init(). */
void view_test_init(int *argc, char ***argv);

void view_open(int rows, int columns, guint flags);
void view_close(void);
/* Another size, the screen empty. */
void view_resize(int rows, int columns);
/* The whole screen, empty, for a new picture. */
Canvas *view_canvas(void);
/* A part of it, not emptied. Good until the next call. */
Canvas *view_part(Rect area);
/* Where paint_cursor() put the cursor since view_canvas(); FALSE: nowhere. */
gboolean view_cursor(int *row, int *column, gboolean *visible);

/* (transfer full): what stands on the screen, a line a row, blanks at the ends cut. */
char *view_text(void);
/* (transfer full): one row of it. */
char *view_row(int row);
/* (transfer full): a letter a cell for its looks: '.' plain, else the first role that looks like
 * this, 'A' + role (ROLE_DIM is B, ROLE_STRONG C, ...); '?' no role at all. */
char *view_roles(void);
/* The role of a cell; ROLE_NORMAL when it is plain. */
Role view_role_at(int row, int column);

/* Compares the screen with golden/NAME-COLUMNSxROWS[-ascii][-mono|-8][-roles].txt. */
void view_assert_golden(const char *name);

typedef void (*ViewDraw)(Canvas *canvas, gpointer data);
/* UTF-8 at 40x10, 80x24, 120x40 and 200x60; at 80x24 also ASCII, and the looks in colour and
 * mono. */
void view_golden(const char *name, ViewDraw draw, gpointer data);
