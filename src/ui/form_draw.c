#include "config.h"

#include "ui/form.h"

#include <string.h>

#include "ui/form_private.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"
#include "util/text_width.h"

#define MESSAGE_ROWS 3 /* of a sentence under its field */
#define ADVICE_ROWS 6  /* of one that says what is to be done there */
#define VALUE_MAX 60

/* Columns of a form at a width. */
typedef struct {
  int columns;
  int label; /* where labels begin */
  int value; /* where values begin */
  int value_width;
  gboolean dense; /* no empty row above a section */
} Columns;

static Columns
columns_of(const Form *form, int columns)
{
  int label = 0, start = 1;
  for (int i = 0; i < form->count; i++) {
    if (form->fields[i].spec->kind == FIELD_SECTION)
      start = 2;
    if (field_is_focusable(&form->fields[i]))
      label = MAX(label, text_width(form->fields[i].spec->label));
  }
  label = MIN(label, columns * 2 / 5);
  int value = start + label + 2;
  return (Columns){columns, start, value, CLAMP(columns - value - 1, 1, VALUE_MAX), FALSE};
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* A sentence stands beside its field where all of it fits, else under it. */
static gboolean
fits_beside(const Field *field, const Columns *at)
{
  int start = at->value + at->value_width + 2;
  return start + 2 + text_width(field->message) < at->columns;
}

static int
rows_at_most(Role role)
{
  return role == ROLE_WARNING ? ADVICE_ROWS : MESSAGE_ROWS;
}

static int
wrapped_rows(const char *text, int columns, int rows)
{
  g_auto(GStrv) lines = wrap_text(text, columns);
  return MIN((int)g_strv_length(lines), rows);
}

static const char *
note_text(const Field *field)
{
  const char *text = line_editor_text(field->editor);
  return *text ? text : field->spec->label;
}

static int
note_width(const Columns *at)
{
  return MAX(at->columns - 2, 1);
}

static int
message_width(const Columns *at)
{
  return MAX(at->columns - at->value - 3, 1);
}

static int
note_rows(const Field *field, const Columns *at)
{
  g_autofree char *safe = safe_text_string(note_text(field));
  return wrapped_rows(safe, note_width(at), MESSAGE_ROWS);
}

static int
field_rows(const Field *field, const Columns *at, gboolean first)
{
  if (field->hidden)
    return 0;
  if (field->spec->kind == FIELD_SECTION)
    return first || at->dense ? 1 : 2;
  if (field->spec->kind == FIELD_NOTE)
    return note_rows(field, at);
  if (!field->message || fits_beside(field, at))
    return 1;
  return 1 + wrapped_rows(field->message, message_width(at), rows_at_most(field->role));
}

/* Rows of the fields before `end`. */
static int
rows_before(const Form *form, int end, const Columns *at)
{
  int rows = 0;
  for (int i = 0; i < end; i++)
    rows += field_rows(&form->fields[i], at, rows == 0);
  return rows;
}

int
form_rows(const Form *form, int columns)
{
  Columns at = columns_of(form, columns);
  return rows_before(form, form->count, &at) + 1;
}

/* Without the sentences beside the fields: those come and go. */
static int
bare_rows(const Form *form, const Columns *at)
{
  int rows = 0;
  for (int i = 0; i < form->count; i++) {
    const Field *field = &form->fields[i];
    gboolean one = field_is_focusable(field);
    rows += one ? 1 : field_rows(field, at, rows == 0);
  }
  return rows;
}

/* Where all fields are in sight without the empty rows, and would not be with them. */
static gboolean
wants_dense(const Form *form, const Columns *at, int rows)
{
  Columns dense = *at;
  dense.dense = TRUE;
  return bare_rows(form, at) > rows && bare_rows(form, &dense) <= rows;
}

/* The focused field whole, and its section's title when it is the first one in it. */
static void
scroll_to_focus(Form *form, const Columns *at, int rows)
{
  if (form->focused >= 0 && rows > 0) {
    int start = rows_before(form, form->focused, at);
    int end = start + field_rows(&form->fields[form->focused], at, FALSE);
    gboolean titled = form->focused > 0 && start > 0 && end - start < rows &&
                      form->fields[form->focused - 1].spec->kind == FIELD_SECTION;
    form->top = MAX(form->top, end - rows);
    form->top = MIN(form->top, titled ? start - 1 : start);
  }
  form->top = CLAMP(form->top, 0, MAX(rows_before(form, form->count, at) - rows, 0));
}

/* --- Cells ------------------------------------------------------------------------------------ */

static Glyph
message_glyph(Role role)
{
  if (role == ROLE_GOOD)
    return GLYPH_OK;
  if (role == ROLE_ERROR)
    return GLYPH_FAIL;
  return role == ROLE_WARNING ? GLYPH_WARN : GLYPH_DOT;
}

static void
draw_lines(Canvas *canvas, int row, int rows, int column, int columns, Role role, const char *text)
{
  g_auto(GStrv) lines = wrap_text(text, columns);
  int count = MIN((int)g_strv_length(lines), rows);
  for (int i = 0; i < count; i++) {
    /* What does not fit is begun, and so cut where the column ends. */
    gboolean cut = i == count - 1 && lines[i + 1];
    g_autofree char *line =
        cut ? g_strjoin(" ", g_strchomp(lines[i]), lines[i + 1], NULL) : g_strdup(lines[i]);
    paint_text_in(canvas, row + i, column, columns, role, line);
  }
}

static void
draw_message(const Field *field, Canvas *canvas, int row, const Columns *at)
{
  gboolean beside = fits_beside(field, at);
  int column = beside ? at->value + at->value_width + 2 : at->value;
  row += beside ? 0 : 1;
  column = paint_glyph(canvas, row, column, field->role, message_glyph(field->role)) + 1;
  if (beside)
    paint_text(canvas, row, column, field->role, field->message);
  else
    draw_lines(canvas, row, rows_at_most(field->role), column, message_width(at), field->role,
               field->message);
}

static void
draw_text_value(const Form *form, const Field *field, Canvas *canvas, int row, const Columns *at,
                gboolean focused)
{
  gboolean masked = field->spec->kind == FIELD_SECRET && !form->revealed;
  Role role = focused ? ROLE_FIELD_FOCUSED : ROLE_FIELD;
  int cursor;
  g_autofree char *view =
      line_editor_view(field->editor, at->value_width, masked, focused, &cursor);
  paint_blank(canvas, row, at->value, at->value_width, role);
  paint_text(canvas, row, at->value, role, view);
  if (*view == '\0' && field->spec->placeholder)
    paint_text_in(canvas, row, at->value, at->value_width, focused ? role : ROLE_DIM,
                  field->spec->placeholder);
  explicit_bzero(view, strlen(view));
  if (focused)
    paint_cursor(canvas, row, at->value + cursor, TRUE);
}

static void
draw_plain_value(const Field *field, Canvas *canvas, int row, const Columns *at, gboolean focused)
{
  Role role = focused ? ROLE_FIELD_FOCUSED : ROLE_NORMAL;
  if (field->spec->kind == FIELD_CHECK)
    paint_text(canvas, row, at->value, role, field->value ? "[x]" : "[ ]");
  else if (form_choice_count(field) > 0)
    paint_format(canvas, row, at->value, role, "< %s >", field->spec->choices[field->value]);
  if (focused)
    paint_cursor(canvas, row, at->value + (field->spec->kind == FIELD_CHECK ? 1 : 2), TRUE);
}

static void
draw_field(const Form *form, int index, Canvas *canvas, int row, const Columns *at,
           gboolean form_focused_now)
{
  const Field *field = &form->fields[index];
  gboolean focused = form_focused_now && index == form->focused;
  Role role = focused ? ROLE_STRONG : ROLE_NORMAL;
  paint_text_in(canvas, row, at->label, at->value - at->label - 1, role, field->spec->label);
  if (field_is_text(field))
    draw_text_value(form, field, canvas, row, at, focused);
  else
    draw_plain_value(field, canvas, row, at, focused);
  if (field->message)
    draw_message(field, canvas, row, at);
}

static void
draw_one(const Form *form, int index, Canvas *canvas, int row, int rows, const Columns *at,
         gboolean focused)
{
  const Field *field = &form->fields[index];
  if (field->spec->kind == FIELD_SECTION) {
    paint_text_in(canvas, row + rows - 1, 1, at->columns - 1, ROLE_TITLE_FOCUSED,
                  field->spec->label);
  } else if (field->spec->kind == FIELD_NOTE) {
    g_autofree char *safe = safe_text_string(note_text(field));
    draw_lines(canvas, row, MESSAGE_ROWS, 1, note_width(at), ROLE_DIM, safe);
  } else {
    draw_field(form, index, canvas, row, at, focused);
  }
}

/* --- The last lines: what the focused field is for -------------------------------------------- */

static const char *
help_text(const Form *form)
{
  return form->focused < 0 ? NULL : form->fields[form->focused].spec->help;
}

/* One line at least, so that nothing jumps in a form whose fields have short ones; more where the
 * help needs them and the fields are left the better part. */
static int
help_rows(const Form *form, int rows, int columns)
{
  const char *help = help_text(form);
  g_auto(GStrv) lines = help ? wrap_text(help, MAX(columns - 2, 1)) : NULL;
  int wanted = lines ? (int)g_strv_length(lines) : 1;
  return CLAMP(wanted, 1, MIN(MAX(rows / 3, 1), MESSAGE_ROWS));
}

static void
draw_help(const Form *form, Canvas *canvas, int row, int rows)
{
  int columns = canvas_columns(canvas);
  const char *help = help_text(form);
  for (int i = 0; i < rows; i++)
    paint_blank(canvas, row + i, 0, columns, ROLE_NORMAL);
  if (help)
    draw_lines(canvas, row, rows, 1, MAX(columns - 2, 1), ROLE_DIM, help);
}

void
form_draw(Form *form, Canvas *canvas, gboolean focused)
{
  Columns at = columns_of(form, canvas_columns(canvas));
  int help = help_rows(form, canvas_rows(canvas), canvas_columns(canvas));
  int rows = canvas_rows(canvas) - help, row = 0;
  at.dense = wants_dense(form, &at, rows);
  scroll_to_focus(form, &at, rows);
  for (int i = 0; i < form->count; i++) {
    int height = field_rows(&form->fields[i], &at, row == 0);
    int y = row - form->top;
    if (height > 0 && y < rows && y + height > 0)
      draw_one(form, i, canvas, y, height, &at, focused);
    row += height;
  }
  draw_help(form, canvas, rows, help);
}
