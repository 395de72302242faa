/* picture ROWS COLUMNS WAIT KEYS PROGRAM [ARGUMENT...]: runs a program on a pseudo-terminal, waits
 * until WAIT is on the screen, presses KEYS (names as in tests/pty/pty.h, "text=" waits for text in
 * between), and writes the screen as SVG to standard output. `make picture` uses it for those in
 * the README. */
#include "config.h"

#include "pty/pty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_WIDTH 8.43
#define CELL_HEIGHT 17
#define FOREGROUND "#d8dee4"
#define BACKGROUND "#14181d"

/* The eight colours of a terminal and their bright halves, as calm as most themes have them. */
static const char *const palette[16] = {
    "#3b4048", "#e06c75", "#8fc379", "#e0b060", "#6ea8e8", "#c58ae0", "#5fbfc9", "#c8ccd4",
    "#7a8390", "#f07c86", "#a5d890", "#f0c878", "#86bcf8", "#d8a0f0", "#78d4de", "#f4f6f8",
};

static char *
cube_color(int index)
{
  static const int steps[] = {0, 95, 135, 175, 215, 255};
  if (index >= 232) {
    int grey = 8 + (index - 232) * 10;
    return g_strdup_printf("#%02x%02x%02x", grey, grey, grey);
  }
  index -= 16;
  return g_strdup_printf("#%02x%02x%02x", steps[index / 36], steps[index / 6 % 6],
                         steps[index % 6]);
}

static char *
color_text(int color, const char *standard)
{
  if (color == PTY_DEFAULT_COLOR)
    return g_strdup(standard);
  if (color >= 0x1000000)
    return g_strdup_printf("#%06x", color & 0xffffff);
  return color < 16 ? g_strdup(palette[color]) : cube_color(color);
}

static void
print_cell(const PtyCell *cell, int row, int column)
{
  g_autofree char *front = color_text(cell->foreground, FOREGROUND);
  g_autofree char *back = color_text(cell->background, BACKGROUND);
  const char *ink = cell->reverse ? back : front, *paper = cell->reverse ? front : back;
  double x = column * CELL_WIDTH;
  if (strcmp(paper, BACKGROUND) != 0)
    printf("<rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" fill=\"%s\"/>\n", x,
           row * CELL_HEIGHT, CELL_WIDTH + 0.3, CELL_HEIGHT, paper);
  if (cell->text[0] == '\0' || strcmp(cell->text, " ") == 0)
    return;
  g_autofree char *text = g_markup_escape_text(cell->text, -1);
  printf("<text x=\"%.2f\" y=\"%d\" fill=\"%s\"%s%s>%s</text>\n", x, row * CELL_HEIGHT + 13, ink,
         cell->bold ? " font-weight=\"bold\"" : "",
         cell->underline ? " text-decoration=\"underline\"" : "", text);
}

static void
print_screen(Pty *pty)
{
  int rows = pty_rows(pty), columns = pty_columns(pty);
  printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" "
         "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" "
         "xml:space=\"preserve\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n",
         columns * CELL_WIDTH, rows * CELL_HEIGHT, BACKGROUND);
  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < columns; column++) {
      PtyCell cell = pty_cell(pty, row, column);
      print_cell(&cell, row, column);
    }
  }
  puts("</svg>");
}

static gboolean
press_keys(Pty *pty, const char *keys)
{
  g_auto(GStrv) names = g_strsplit(keys, " ", -1);
  for (char **name = names; *name != NULL; name++) {
    if (g_str_has_prefix(*name, "text=")) {
      if (!pty_wait_text(pty, *name + strlen("text=")))
        return FALSE;
    } else if (**name != '\0') {
      pty_key(pty, *name);
    }
  }
  return TRUE;
}

int
main(int argc, char **argv)
{
  if (argc < 6) {
    fprintf(stderr, "usage: picture ROWS COLUMNS WAIT KEYS PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  PtyOptions options = {.rows = atoi(argv[1]), .columns = atoi(argv[2])};
  g_autoptr(Pty) pty = pty_start((const char *const *)argv + 5, &options);
  if (!pty_wait_text(pty, argv[3]) || !press_keys(pty, argv[4]))
    return 1;
  print_screen(pty);
  pty_key(pty, "Q");
  return pty_wait_exit_code(pty) == 0 ? 0 : 1;
}
