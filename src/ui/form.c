#include "config.h"

#include "ui/form.h"

#include <string.h>

#include "ui/form_private.h"
#include "util/safe_text.h"

gboolean
field_is_text(const Field *field)
{
  FieldKind kind = field->spec->kind;
  return kind == FIELD_TEXT || kind == FIELD_NUMBER || kind == FIELD_SECRET || kind == FIELD_PATH;
}

gboolean
field_is_focusable(const Field *field)
{
  return !field->hidden && field->spec->kind != FIELD_SECTION && field->spec->kind != FIELD_NOTE;
}

int
form_choice_count(const Field *field)
{
  return field->spec->choices ? (int)g_strv_length((char **)field->spec->choices) : 0;
}

/* The next field from `from` in steps of `step` that can have the focus, around the ends; `from`
 * itself when there is no other. */
static int
next_focusable(const Form *form, int from, int step)
{
  for (int n = 1; n <= form->count; n++) {
    int index = (from + n * step + n * form->count) % form->count;
    if (field_is_focusable(&form->fields[index]))
      return index;
  }
  return -1;
}

Form *
form_new(const FieldSpec *specs, int count)
{
  Form *form = g_new0(Form, 1);
  form->count = count;
  form->fields = g_new0(Field, count);
  for (int i = 0; i < count; i++)
    form->fields[i] = (Field){.spec = &specs[i], .editor = line_editor_new()};
  form->focused = next_focusable(form, count - 1, 1);
  return form;
}

void
form_free(Form *form)
{
  if (!form)
    return;
  for (int i = 0; i < form->count; i++) {
    line_editor_free(form->fields[i].editor);
    g_free(form->fields[i].message);
  }
  g_free(form->fields);
  g_free(form);
}

static Field *
find(const Form *form, int id)
{
  for (int i = 0; i < form->count; i++) {
    if (form->fields[i].spec->id == id)
      return &form->fields[i];
  }
  g_error("a form has no field %d", id);
}

/* --- Values ----------------------------------------------------------------------------------- */

void
form_set_text(Form *form, int id, const char *text)
{
  line_editor_set_text(find(form, id)->editor, text ? text : "");
}

const char *
form_text(const Form *form, int id)
{
  return line_editor_text(find(form, id)->editor);
}

void
form_set_choice(Form *form, int id, int choice)
{
  Field *field = find(form, id);
  field->value = CLAMP(choice, 0, MAX(form_choice_count(field) - 1, 0));
}

int
form_choice(const Form *form, int id)
{
  return find(form, id)->value;
}

void
form_set_check(Form *form, int id, gboolean on)
{
  find(form, id)->value = on ? 1 : 0;
}

gboolean
form_checked(const Form *form, int id)
{
  return find(form, id)->value != 0;
}

void
form_set_visible(Form *form, int id, gboolean visible)
{
  find(form, id)->hidden = !visible;
  if (form->focused < 0 || !field_is_focusable(&form->fields[form->focused]))
    form->focused = next_focusable(form, MAX(form->focused, 0), 1);
}

gboolean
form_is_visible(const Form *form, int id)
{
  return !find(form, id)->hidden;
}

void
form_set_message(Form *form, int id, Role role, const char *text)
{
  Field *field = find(form, id);
  g_free(field->message);
  field->message = text ? safe_text_string(text) : NULL;
  field->role = role;
}

int
form_focused(const Form *form)
{
  return form->focused >= 0 ? form->fields[form->focused].spec->id : 0;
}

void
form_focus(Form *form, int id)
{
  Field *field = find(form, id);
  if (field_is_focusable(field))
    form->focused = (int)(field - form->fields);
}

/* --- Actions ---------------------------------------------------------------------------------- */

static gboolean
step_value(Field *field, int step)
{
  int before = field->value;
  if (field->spec->kind == FIELD_CHECK)
    field->value = !field->value;
  else if (field->spec->kind == FIELD_CHOICE && form_choice_count(field) > 0)
    field->value = (field->value + step + form_choice_count(field)) % form_choice_count(field);
  return field->value != before;
}

static void
focus_step(Form *form, int step)
{
  int index = next_focusable(form, form->focused, step);
  form->focused = index >= 0 ? index : form->focused;
}

/* To the first field of the section after this one, or of this one, or of the one before. */
static void
focus_section(Form *form, int step)
{
  int index = form->focused;
  if (step < 0 && index > 0 && form->fields[index - 1].spec->kind == FIELD_SECTION)
    index--;
  do
    index += step;
  while (index > 0 && index < form->count &&
         (form->fields[index].spec->kind != FIELD_SECTION || form->fields[index].hidden));
  if (index >= form->count)
    form->focused = next_focusable(form, 0, -1);
  else
    form->focused = next_focusable(form, MAX(index, 0) - 1 + form->count, 1);
}

/* Enter goes on to the next field; behind the last one it is the owner's: save, send. */
static gboolean
open_next(Form *form)
{
  int index = next_focusable(form, form->focused, 1);
  if (index <= form->focused)
    return FALSE;
  form->focused = index;
  return TRUE;
}

static gboolean
move(Form *form, Action action)
{
  switch (action) {
  case ACTION_NEXT_FIELD:
  case ACTION_DOWN:
    focus_step(form, 1);
    return TRUE;
  case ACTION_PREVIOUS_FIELD:
  case ACTION_UP:
    focus_step(form, -1);
    return TRUE;
  case ACTION_PAGE_DOWN:
    focus_section(form, 1);
    return TRUE;
  case ACTION_PAGE_UP:
    focus_section(form, -1);
    return TRUE;
  case ACTION_OPEN:
    return open_next(form);
  case ACTION_REVEAL:
    form->revealed = !form->revealed;
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
report(const Field *field, gboolean changed, int *id)
{
  if (id)
    *id = field->spec->id;
  return changed;
}

gboolean
form_act(Form *form, Action action, gboolean *handled, int *id)
{
  *handled = form->focused >= 0;
  if (form->focused < 0)
    return FALSE;
  Field *field = &form->fields[form->focused];
  if (action == ACTION_TOGGLE && !field_is_text(field))
    return report(field, step_value(field, 1), id);
  *handled = move(form, action);
  return FALSE;
}

static const char *
toggle_hint(const Field *field)
{
  if (field->spec->kind == FIELD_CHECK)
    return field->value ? "untick" : "tick";
  return field->spec->kind == FIELD_CHOICE ? "choose" : "";
}

static const char *
reveal_hint(const Form *form, const Field *field)
{
  if (field->spec->kind != FIELD_SECRET)
    return "";
  return form->revealed ? "hide" : "reveal";
}

const char *
form_hint(const Form *form, Action action)
{
  if (form->focused < 0)
    return NULL;
  const Field *field = &form->fields[form->focused];
  gboolean path = field->spec->kind == FIELD_PATH;
  switch (action) {
  case ACTION_NEXT_FIELD:
    return path ? "complete" : NULL;
  case ACTION_DOWN:
    return path ? "next field" : "";
  case ACTION_OPEN:
    return "";
  case ACTION_TOGGLE:
    return toggle_hint(field);
  case ACTION_REVEAL:
    return reveal_hint(form, field);
  case ACTION_TEST: /* the connection editor's alone */
    return "";
  default:
    return NULL;
  }
}

/* --- Keys and pastes -------------------------------------------------------------------------- */

static gboolean
value_key(Field *field, const Key *key, gboolean *handled)
{
  *handled = TRUE;
  if (key->code == KEY_TEXT && strcmp(key->text, " ") == 0)
    return step_value(field, 1);
  if (key->code == KEY_RIGHT_ && field->spec->kind == FIELD_CHOICE)
    return step_value(field, 1);
  if (key->code == KEY_LEFT_ && field->spec->kind == FIELD_CHOICE)
    return step_value(field, -1);
  /* Letters mean nothing here, and must mean nothing elsewhere. */
  *handled = key->code == KEY_TEXT;
  return FALSE;
}

gboolean
form_key(Form *form, const Key *key, gboolean *handled, int *id)
{
  *handled = FALSE;
  if (form->focused < 0)
    return FALSE;
  Field *field = &form->fields[form->focused];
  if (!field_is_text(field))
    return report(field, value_key(field, key, handled), id);
  if (field->spec->kind == FIELD_NUMBER && key->code == KEY_TEXT &&
      !g_ascii_isdigit(key->text[0])) {
    *handled = TRUE;
    return FALSE;
  }
  return report(field, line_editor_key(field->editor, key, handled), id);
}

static gboolean
paste_digits(Field *field, const char *text, gsize length)
{
  gboolean changed = FALSE;
  for (gsize i = 0; i < length; i++) {
    if (g_ascii_isdigit(text[i]))
      changed |= line_editor_insert(field->editor, text + i, 1);
  }
  return changed;
}

gboolean
form_paste(Form *form, const char *text, gsize length, int *id)
{
  if (form->focused < 0 || !field_is_text(&form->fields[form->focused]))
    return FALSE;
  Field *field = &form->fields[form->focused];
  if (field->spec->kind == FIELD_NUMBER)
    return report(field, paste_digits(field, text, length), id);
  return report(field, line_editor_insert(field->editor, text, length), id);
}
