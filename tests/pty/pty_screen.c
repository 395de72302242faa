/* What the bytes of a program show: libvterm's screen, and the private modes. */
#include "config.h"

#include "pty/pty.h"
#include "pty/pty_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* --- Bytes in ----------------------------------------------------------------------------------- */

/* What the terminal says by itself (answers to queries) and the keys that it encodes. libvterm is
 * at work meanwhile and must not be fed, so it is sent afterwards. */
static void
collect_output(const char *bytes, size_t length, void *user)
{
  Pty *pty = user;
  g_byte_array_append(pty->output, (const guint8 *)bytes, (guint)length);
}

static void
send_output(Pty *pty)
{
  g_autoptr(GByteArray) output = pty->output;
  pty->output = g_byte_array_new();
  pty_bytes_send(pty, output->data, output->len);
}

/* A wide character on a screen of one column makes libvterm (0.1.4) write beyond its row, so it
 * never gets to know of such a screen. */
static int
safe_columns(const Pty *pty)
{
  return MAX(pty->columns, 2);
}

void
pty_screen_open(Pty *pty)
{
  pty->output = g_byte_array_new();
  pty->parameters = g_string_new(NULL);
  pty->modes = g_hash_table_new(NULL, NULL);
  g_hash_table_add(pty->modes, GINT_TO_POINTER(25)); /* a terminal starts with its cursor shown */
  g_hash_table_add(pty->modes, GINT_TO_POINTER(7));
  if (pty->blind)
    return;
  pty->vterm = vterm_new(pty->rows, safe_columns(pty));
  vterm_set_utf8(pty->vterm, 1);
  vterm_output_set_callback(pty->vterm, collect_output, pty);
  pty->screen = vterm_obtain_screen(pty->vterm);
  vterm_screen_enable_altscreen(pty->screen, 1);
  vterm_screen_reset(pty->screen, 1);
}

void
pty_screen_close(Pty *pty)
{
  if (pty->vterm != NULL)
    vterm_free(pty->vterm);
  g_byte_array_unref(pty->output);
  g_string_free(pty->parameters, TRUE);
  g_hash_table_unref(pty->modes);
}

void
pty_screen_resize(Pty *pty)
{
  if (pty->vterm != NULL)
    vterm_set_size(pty->vterm, pty->rows, safe_columns(pty));
}

static void
set_modes(Pty *pty, gboolean on)
{
  g_auto(GStrv) numbers = g_strsplit(pty->parameters->str, ";", -1);
  for (char **number = numbers; *number != NULL; number++) {
    gpointer mode = GINT_TO_POINTER(atoi(*number));
    if (on)
      g_hash_table_add(pty->modes, mode);
    else
      g_hash_table_remove(pty->modes, mode);
  }
}

/* CSI ? Pm h and CSI ? Pm l (DECSET, DECRST), wherever reads happen to cut them. */
static void
scan_mode(Pty *pty, char byte)
{
  if (byte == '\033') {
    pty->scan = SCAN_ESCAPE;
  } else if (pty->scan == SCAN_ESCAPE) {
    pty->scan = byte == '[' ? SCAN_CSI : SCAN_TEXT;
  } else if (pty->scan == SCAN_CSI) {
    pty->scan = byte == '?' ? SCAN_PRIVATE : SCAN_TEXT;
    g_string_truncate(pty->parameters, 0);
  } else if (pty->scan == SCAN_PRIVATE) {
    if (g_ascii_isdigit(byte) || byte == ';') {
      g_string_append_c(pty->parameters, byte);
      return;
    }
    if (byte == 'h' || byte == 'l')
      set_modes(pty, byte == 'h');
    pty->scan = SCAN_TEXT;
  }
}

void
pty_screen_feed(Pty *pty, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    scan_mode(pty, bytes[i]);
  vterm_input_write(pty->vterm, bytes, length);
  vterm_screen_flush_damage(pty->screen);
  if (pty->mute)
    g_byte_array_set_size(pty->output, 0);
  else
    send_output(pty);
}

/* --- Keys --------------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  VTermKey key;
  VTermModifier modifier;
} named_keys[] = {
    {"Enter", VTERM_KEY_ENTER, VTERM_MOD_NONE},
    {"Tab", VTERM_KEY_TAB, VTERM_MOD_NONE},
    {"BackTab", VTERM_KEY_TAB, VTERM_MOD_SHIFT},
    {"Esc", VTERM_KEY_ESCAPE, VTERM_MOD_NONE},
    {"Backspace", VTERM_KEY_BACKSPACE, VTERM_MOD_NONE},
    {"Delete", VTERM_KEY_DEL, VTERM_MOD_NONE},
    {"Insert", VTERM_KEY_INS, VTERM_MOD_NONE},
    {"Up", VTERM_KEY_UP, VTERM_MOD_NONE},
    {"Down", VTERM_KEY_DOWN, VTERM_MOD_NONE},
    {"Left", VTERM_KEY_LEFT, VTERM_MOD_NONE},
    {"Right", VTERM_KEY_RIGHT, VTERM_MOD_NONE},
    {"Home", VTERM_KEY_HOME, VTERM_MOD_NONE},
    {"End", VTERM_KEY_END, VTERM_MOD_NONE},
    {"PgUp", VTERM_KEY_PAGEUP, VTERM_MOD_NONE},
    {"PgDn", VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE},
};

static gboolean
send_named(Pty *pty, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(named_keys); i++) {
    if (strcmp(name, named_keys[i].name) == 0) {
      vterm_keyboard_key(pty->vterm, named_keys[i].key, named_keys[i].modifier);
      return TRUE;
    }
  }
  if (name[0] == 'F' && g_ascii_isdigit(name[1])) {
    vterm_keyboard_key(pty->vterm, (VTermKey)VTERM_KEY_FUNCTION(atoi(name + 1)), VTERM_MOD_NONE);
    return TRUE;
  }
  return FALSE;
}

/* How a terminal encodes a key depends on what the program has asked for (application cursor keys),
 * so what it wrote is read first. */
void
pty_key(Pty *pty, const char *name)
{
  char bytes[2] = {'\033', 0};
  g_assert_nonnull(pty->vterm);
  pty_drain(pty);
  if (g_str_has_prefix(name, "C-") && name[2] != '\0' && name[3] == '\0') {
    bytes[0] = (char)(name[2] & 0x1f);
    pty_bytes_send(pty, bytes, 1);
  } else if (g_str_has_prefix(name, "M-") && name[2] != '\0' && name[3] == '\0') {
    bytes[1] = name[2];
    pty_bytes_send(pty, bytes, 2);
  } else if (strcmp(name, "Space") == 0) {
    pty_text(pty, " ");
  } else if (send_named(pty, name)) {
    send_output(pty);
  } else {
    pty_text(pty, name);
  }
}

void
pty_keys(Pty *pty, const char *names)
{
  g_auto(GStrv) list = g_strsplit(names, " ", -1);
  for (char **name = list; *name != NULL; name++) {
    if (**name != '\0')
      pty_key(pty, *name);
  }
}

void
pty_text(Pty *pty, const char *text)
{
  pty_bytes_send(pty, text, strlen(text));
}

void
pty_paste(Pty *pty, const char *text)
{
  gboolean brackets = pty_mode(pty, 2004);
  if (brackets)
    pty_text(pty, "\033[200~");
  pty_text(pty, text);
  if (brackets)
    pty_text(pty, "\033[201~");
}

/* --- The screen --------------------------------------------------------------------------------- */

int
pty_rows(const Pty *pty)
{
  return pty->rows;
}

int
pty_columns(const Pty *pty)
{
  return pty->columns;
}

/* libvterm marks the cell right of a wide character so. */
#define RIGHT_HALF ((uint32_t)-1)

static void
append_cell(GString *out, const VTermScreenCell *cell)
{
  if (cell->chars[0] == RIGHT_HALF)
    return;
  if (cell->chars[0] == 0)
    g_string_append_c(out, ' ');
  for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++)
    g_string_append_unichar(out, cell->chars[i]);
}

/* The row's text; `starts` (may be NULL) receives where in it each column begins. */
static char *
row_text(Pty *pty, int row, gsize *starts)
{
  GString *text = g_string_new(NULL);
  for (int column = 0; column < pty->columns; column++) {
    VTermScreenCell cell;
    VTermPos position = {.row = row, .col = column};
    if (starts != NULL)
      starts[column] = text->len;
    if (vterm_screen_get_cell(pty->screen, position, &cell))
      append_cell(text, &cell);
  }
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate(text, text->len - 1);
  return g_string_free(text, FALSE);
}

char *
pty_row(Pty *pty, int row)
{
  pty_drain(pty);
  return row_text(pty, row, NULL);
}

char *
pty_screen(Pty *pty)
{
  GString *all = g_string_new(NULL);
  pty_drain(pty);
  for (int row = 0; row < pty->rows; row++) {
    g_autofree char *text = row_text(pty, row, NULL);
    g_string_append(all, text);
    g_string_append_c(all, '\n');
  }
  return g_string_free(all, FALSE);
}

gboolean
pty_find(Pty *pty, const char *text, int *row, int *column)
{
  g_autofree gsize *starts = g_new(gsize, pty->columns);
  pty_drain(pty);
  for (int r = 0; r < pty->rows; r++) {
    g_autofree char *line = row_text(pty, r, starts);
    const char *found = strstr(line, text);
    if (found == NULL)
      continue;
    int c = 0;
    while (c + 1 < pty->columns && starts[c + 1] <= (gsize)(found - line))
      c++;
    if (row != NULL)
      *row = r;
    if (column != NULL)
      *column = c;
    return TRUE;
  }
  return FALSE;
}

gboolean
pty_shows(Pty *pty, const char *text)
{
  return pty_find(pty, text, NULL, NULL);
}

static int
color_number(VTermColor color)
{
  if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color))
    return PTY_DEFAULT_COLOR;
  if (VTERM_COLOR_IS_INDEXED(&color))
    return color.indexed.idx;
  return 0x1000000 | color.rgb.red << 16 | color.rgb.green << 8 | color.rgb.blue;
}

PtyCell
pty_cell(Pty *pty, int row, int column)
{
  PtyCell result = {.foreground = PTY_DEFAULT_COLOR, .background = PTY_DEFAULT_COLOR};
  VTermScreenCell cell;
  VTermPos position = {.row = row, .col = column};
  pty_drain(pty);
  if (!vterm_screen_get_cell(pty->screen, position, &cell))
    return result;
  g_autoptr(GString) text = g_string_new(NULL);
  append_cell(text, &cell);
  g_strlcpy(result.text, text->str, sizeof result.text);
  result.bold = cell.attrs.bold;
  result.underline = cell.attrs.underline != VTERM_UNDERLINE_OFF;
  result.reverse = cell.attrs.reverse;
  result.blink = cell.attrs.blink;
  result.italic = cell.attrs.italic;
  result.foreground = color_number(cell.fg);
  result.background = color_number(cell.bg);
  return result;
}

void
pty_cursor(Pty *pty, int *row, int *column)
{
  VTermPos position;
  pty_drain(pty);
  vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &position);
  *row = position.row;
  *column = position.col;
}

gboolean
pty_mode(Pty *pty, int mode)
{
  pty_drain(pty);
  return g_hash_table_contains(pty->modes, GINT_TO_POINTER(mode));
}

gboolean
pty_alternate(Pty *pty)
{
  return pty_mode(pty, 1049) || pty_mode(pty, 1047) || pty_mode(pty, 47);
}

gboolean
pty_mouse(Pty *pty)
{
  for (int mode = 1000; mode <= 1006; mode++) {
    if (pty_mode(pty, mode))
      return TRUE;
  }
  return pty_mode(pty, 1015);
}

/* --- For a failure ------------------------------------------------------------------------------ */

void
pty_dump(Pty *pty, const char *why)
{
  fprintf(stderr, "# %s\n", why);
  if (!pty_running(pty))
    fprintf(stderr, "# the program has ended: %s %d\n",
            WIFEXITED(pty->status) ? "exit status" : "signal",
            WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : WTERMSIG(pty->status));
  if (pty->vterm == NULL)
    return;
  fprintf(stderr, "# the screen, %d columns by %d rows, after %" G_GUINT64_FORMAT " bytes:\n",
          pty->columns, pty->rows, pty->bytes);
  g_autofree char *screen = pty_screen(pty);
  g_auto(GStrv) lines = g_strsplit(screen, "\n", -1);
  for (int row = 0; row < pty->rows && lines[row] != NULL; row++)
    fprintf(stderr, "# |%s\n", lines[row]);
  fflush(stderr);
}
