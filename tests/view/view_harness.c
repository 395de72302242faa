#include "config.h"

#include "view/view_harness.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "ui/canvas.h"
#include "ui/curses.h"
#include "ui/glyphs.h"
#include "ui/theme.h"

static SCREEN *screen;
static FILE *nowhere_in, *nowhere_out;
static guint flags_now;
static CanvasCursor cursor;
static Canvas whole, part_canvas;

void
view_test_init(int *argc, char ***argv)
{
  setlocale(LC_ALL, "");
  g_test_init(argc, argv, NULL);
}

void
view_open(int rows, int columns, guint flags)
{
  g_assert_null(screen);
  flags_now = flags;
  nowhere_in = fopen("/dev/null", "r");
  nowhere_out = fopen("/dev/null", "w");
  g_assert_true(nowhere_in && nowhere_out);
  use_env(FALSE);
  screen = newterm(flags & VIEW_8_COLORS ? "xterm" : "xterm-256color", nowhere_out, nowhere_in);
  g_assert_nonnull(screen);
  set_term(screen);
  glyphs_choose((flags & VIEW_ASCII) != 0);
  theme_start((flags & VIEW_MONO) != 0);
  view_resize(rows, columns);
}

void
view_close(void)
{
  endwin();
  delscreen(screen);
  screen = NULL;
  fclose(nowhere_in);
  fclose(nowhere_out);
}

void
view_resize(int rows, int columns)
{
  resize_term(rows, columns);
  g_assert_cmpint(getmaxy(stdscr), ==, rows);
  g_assert_cmpint(getmaxx(stdscr), ==, columns);
  erase();
}

Canvas *
view_canvas(void)
{
  erase();
  cursor = (CanvasCursor){0};
  canvas_init(&whole, (Rect){0, 0, getmaxy(stdscr), getmaxx(stdscr)}, &cursor);
  return &whole;
}

Canvas *
view_part(Rect area)
{
  canvas_init(&part_canvas, area, &cursor);
  return &part_canvas;
}

gboolean
view_cursor(int *row, int *column, gboolean *visible)
{
  *row = cursor.row;
  *column = cursor.column;
  *visible = cursor.visible;
  return cursor.wanted;
}

typedef struct {
  wchar_t text[CCHARW_MAX + 1];
  attr_t attributes;
  short pair;
} Cell;

static Cell
cell_at(int row, int column)
{
  Cell cell = {0};
  cchar_t complex;
  g_assert_cmpint(mvin_wch(row, column, &complex), !=, ERR);
  g_assert_cmpint(getcchar(&complex, cell.text, &cell.attributes, &cell.pair, NULL), !=, ERR);
  return cell;
}

char *
view_row(int row)
{
  GString *out = g_string_new(NULL);
  for (int column = 0; column < getmaxx(stdscr); column++) {
    Cell cell = cell_at(row, column);
    for (const wchar_t *c = cell.text; *c; c++)
      g_string_append_unichar(out, (gunichar)*c);
    if (wcwidth(cell.text[0]) == 2)
      column++;
  }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate(out, out->len - 1);
  return g_string_free(out, FALSE);
}

char *
view_text(void)
{
  GString *out = g_string_new(NULL);
  for (int row = 0; row < getmaxy(stdscr); row++) {
    g_autofree char *line = view_row(row);
    g_string_append_printf(out, "%s\n", line);
  }
  return g_string_free(out, FALSE);
}

static char
looks_letter(int row, int column)
{
  Cell cell = cell_at(row, column);
  int role = theme_role_of(cell.attributes, cell.pair);
  if (role == ROLE_NORMAL)
    return '.';
  return role < 0 ? '?' : (char)('A' + role);
}

Role
view_role_at(int row, int column)
{
  Cell cell = cell_at(row, column);
  return (Role)theme_role_of(cell.attributes, cell.pair);
}

char *
view_roles(void)
{
  GString *out = g_string_new(NULL);
  for (int row = 0; row < getmaxy(stdscr); row++) {
    for (int column = 0; column < getmaxx(stdscr); column++)
      g_string_append_c(out, looks_letter(row, column));
    g_string_append_c(out, '\n');
  }
  return g_string_free(out, FALSE);
}

static char *
golden_path(const char *name)
{
  g_autofree char *file = g_strdup_printf(
      "%s-%dx%d%s%s%s%s.txt", name, getmaxx(stdscr), getmaxy(stdscr),
      flags_now & VIEW_ASCII ? "-ascii" : "", flags_now & VIEW_MONO ? "-mono" : "",
      flags_now & VIEW_8_COLORS ? "-8" : "", flags_now & VIEW_ROLES ? "-roles" : "");
  const char *srcdir = g_getenv("MQTRUST_TEST_SRCDIR");
  return g_build_filename(srcdir ? srcdir : "..", "tests", "view", "golden", file, NULL);
}

static char *
picture(void)
{
  g_autofree char *text = view_text();
  if (!(flags_now & VIEW_ROLES))
    return g_steal_pointer(&text);
  g_autofree char *roles = view_roles();
  return g_strconcat(text, "--- looks ---\n", roles, NULL);
}

void
view_assert_golden(const char *name)
{
  g_autofree char *path = golden_path(name), *now = picture(), *golden = NULL;
  g_autoptr(GError) error = NULL;
  if (g_strcmp0(g_getenv("MQTRUST_TEST_UPDATE_GOLDEN"), "1") == 0) {
    g_assert_true(g_file_set_contents(path, now, -1, &error));
    return;
  }
  if (!g_file_get_contents(path, &golden, NULL, &error))
    g_test_message("%s (make update-golden writes it)", error->message);
  if (g_strcmp0(golden, now) == 0)
    return;
  g_test_message("differs from %s; on the screen now:", path);
  g_auto(GStrv) lines_now = g_strsplit(now, "\n", -1);
  for (char **line = lines_now; *line; line++)
    g_test_message("|%s", *line);
  g_test_fail();
}

static void
golden_at(const char *name, ViewDraw draw, gpointer data, int rows, int columns, guint flags)
{
  view_open(rows, columns, flags);
  draw(view_canvas(), data);
  view_assert_golden(name);
  view_close();
}

void
view_golden(const char *name, ViewDraw draw, gpointer data)
{
  golden_at(name, draw, data, 10, 40, 0);
  golden_at(name, draw, data, 24, 80, 0);
  golden_at(name, draw, data, 40, 120, 0);
  golden_at(name, draw, data, 60, 200, 0);
  golden_at(name, draw, data, 24, 80, VIEW_ASCII);
  golden_at(name, draw, data, 24, 80, VIEW_ROLES);
  golden_at(name, draw, data, 24, 80, VIEW_MONO | VIEW_ROLES);
}
