#include "config.h"

#include "ui/line_editor.h"

#include <string.h>

#include "util/safe_text.h"
#include "util/secret.h"
#include "util/text_width.h"

struct LineEditor {
  char *text; /* valid UTF-8 without controls */
  gsize length;
  gsize capacity;   /* bytes, the NUL not counted */
  gsize cursor;     /* a byte, at the border of a character */
  int first_column; /* scrolled out to the left */
};

LineEditor *
line_editor_new(void)
{
  LineEditor *editor = g_new0(LineEditor, 1);
  editor->capacity = 63;
  editor->text = g_malloc0(editor->capacity + 1);
  return editor;
}

void
line_editor_free(LineEditor *editor)
{
  if (!editor)
    return;
  secret_free(editor->text);
  g_free(editor);
}

const char *
line_editor_text(const LineEditor *editor)
{
  return editor->text;
}

/* realloc() would leave the old copy behind. */
static void
reserve(LineEditor *editor, gsize length)
{
  if (length <= editor->capacity)
    return;
  editor->capacity = MAX(length, 2 * editor->capacity);
  char *text = g_malloc0(editor->capacity + 1);
  memcpy(text, editor->text, editor->length);
  secret_free(editor->text);
  editor->text = text;
}

static gboolean
remove_range(LineEditor *editor, gsize start, gsize end)
{
  if (start >= end)
    return FALSE;
  memmove(editor->text + start, editor->text + end, editor->length - end);
  explicit_bzero(editor->text + editor->length - (end - start), end - start);
  editor->length -= end - start;
  editor->cursor = start;
  return TRUE;
}

void
line_editor_set_text(LineEditor *editor, const char *text)
{
  remove_range(editor, 0, editor->length);
  editor->first_column = 0;
  line_editor_insert(editor, text, strlen(text));
}

static gboolean
insert_bytes(LineEditor *editor, const char *bytes, gsize length)
{
  if (length == 0 || length > LINE_EDITOR_MAX_BYTES - editor->length)
    return FALSE;
  reserve(editor, editor->length + length);
  memmove(editor->text + editor->cursor + length, editor->text + editor->cursor,
          editor->length - editor->cursor);
  memcpy(editor->text + editor->cursor, bytes, length);
  editor->length += length;
  editor->cursor += length;
  return TRUE;
}

static gboolean
may_be_typed(gunichar c)
{
  return c != (gunichar)-1 && c != (gunichar)-2 && c != 0 && !g_unichar_iscntrl(c) && c != 0x2028 &&
         c != 0x2029;
}

gboolean
line_editor_insert(LineEditor *editor, const char *text, gsize length)
{
  const char *end = text + length;
  gboolean changed = FALSE;
  while (text < end) {
    gunichar c = g_utf8_get_char_validated(text, end - text);
    gsize bytes =
        c == (gunichar)-1 || c == (gunichar)-2 ? 1 : (gsize)(g_utf8_next_char(text) - text);
    if (may_be_typed(c))
      changed |= insert_bytes(editor, text, bytes);
    text += bytes;
  }
  return changed;
}

/* --- Moving by characters with their marks ---------------------------------------------------- */

/* Belongs to the character before it: marks, joiners, variation selectors. */
static gboolean
continues(gunichar c)
{
  return g_unichar_ismark(c) || g_unichar_iszerowidth(c);
}

static gsize
after_character(const LineEditor *editor, gsize at)
{
  const char *end = editor->text + editor->length, *p = editor->text + at;
  if (p < end)
    p = g_utf8_next_char(p);
  while (p < end && continues(g_utf8_get_char(p)))
    p = g_utf8_next_char(p);
  return (gsize)(p - editor->text);
}

static gsize
before_character(const LineEditor *editor, gsize at)
{
  const char *p = editor->text + at;
  do {
    if (p == editor->text)
      return 0;
    p = g_utf8_prev_char(p);
  } while (continues(g_utf8_get_char(p)));
  return (gsize)(p - editor->text);
}

/* Where the word before the cursor begins; a path's parts are words, so C-w climbs folders. */
static gsize
before_word(const LineEditor *editor)
{
  gsize at = editor->cursor;
  while (at > 0 && strchr(" /", editor->text[at - 1]))
    at--;
  while (at > 0 && !strchr(" /", editor->text[at - 1]))
    at--;
  return at;
}

/* --- Keys ------------------------------------------------------------------------------------- */

static gboolean
backspace(LineEditor *editor)
{
  return remove_range(editor, before_character(editor, editor->cursor), editor->cursor);
}

static gboolean
delete_forward(LineEditor *editor)
{
  return remove_range(editor, editor->cursor, after_character(editor, editor->cursor));
}

static gboolean
move_to(LineEditor *editor, gsize at)
{
  editor->cursor = at;
  return FALSE;
}

static gboolean
control_key(LineEditor *editor, char letter, gboolean *handled)
{
  switch (letter) {
  case 'a':
    return move_to(editor, 0);
  case 'e':
    return move_to(editor, editor->length);
  case 'b':
    return move_to(editor, before_character(editor, editor->cursor));
  case 'f':
    return move_to(editor, after_character(editor, editor->cursor));
  case 'h':
    return backspace(editor);
  case 'd':
    return delete_forward(editor);
  case 'k':
    return remove_range(editor, editor->cursor, editor->length);
  case 'u':
    return remove_range(editor, 0, editor->cursor);
  case 'w':
    return remove_range(editor, before_word(editor), editor->cursor);
  default:
    *handled = FALSE;
    return FALSE;
  }
}

gboolean
line_editor_key(LineEditor *editor, const Key *key, gboolean *handled)
{
  *handled = TRUE;
  switch (key->alt ? KEY_NONE : key->code) {
  case KEY_TEXT:
    return line_editor_insert(editor, key->text, strlen(key->text));
  case KEY_LEFT_:
    return move_to(editor, before_character(editor, editor->cursor));
  case KEY_RIGHT_:
    return move_to(editor, after_character(editor, editor->cursor));
  case KEY_HOME_:
    return move_to(editor, 0);
  case KEY_END_:
    return move_to(editor, editor->length);
  case KEY_BACKSPACE_:
    return backspace(editor);
  case KEY_DELETE:
    return delete_forward(editor);
  case KEY_CONTROL:
    return control_key(editor, key->text[0], handled);
  default:
    *handled = FALSE;
    return FALSE;
  }
}

/* --- What is seen ----------------------------------------------------------------------------- */

static char *
stars(const LineEditor *editor, gsize end)
{
  GString *out = g_string_new(NULL);
  for (gsize at = 0; at < end; at = after_character(editor, at))
    g_string_append_c(out, '*');
  return g_string_free(out, FALSE);
}

/* The text up to byte `end` as it stands on the screen: foreign characters may be pasted here too,
 * so it is made safe, and the columns counted are those of the safe form. */
static char *
shown(const LineEditor *editor, gsize end, gboolean masked)
{
  return masked ? stars(editor, end) : safe_text(editor->text, end);
}

/* The cursor itself takes a column, also behind the last character. */
static void
scroll_to_cursor(LineEditor *editor, int cursor, int total, int columns)
{
  if (cursor < editor->first_column)
    editor->first_column = cursor;
  else if (cursor >= editor->first_column + columns)
    editor->first_column = cursor - columns + 1;
  editor->first_column = CLAMP(editor->first_column, 0, MAX(total + 1 - columns, 0));
}

char *
line_editor_view(LineEditor *editor, int columns, gboolean masked, gboolean focused,
                 int *cursor_column)
{
  SecretString before = shown(editor, editor->cursor, masked);
  SecretString all = shown(editor, editor->length, masked);
  int cursor = text_width(before), missing = 0;
  columns = MAX(columns, 1);
  scroll_to_cursor(editor, cursor, text_width(all), columns);
  int first = focused ? editor->first_column : 0;
  gsize skip = first > 0 ? text_skip(all, first, &missing) : 0;
  gsize fit = text_fit(all + skip, columns - missing, NULL);
  if (cursor_column)
    *cursor_column = CLAMP(cursor - first, 0, columns - 1);
  char *view = g_strdup_printf("%*s%.*s", missing, "", (int)fit, all + skip);
  secret_free(before);
  secret_free(all);
  return view;
}
