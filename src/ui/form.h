/* A form: labelled fields in sections, a line editor in the focused one, a sentence beside each
 * that cannot be right. Pure but for form_draw(). Text is edited by characters with their marks;
 * pasted control characters are dropped. */
#pragma once

#include "ui/action.h"
#include "ui/paint.h"

typedef enum {
  FIELD_TEXT, FIELD_NUMBER, FIELD_SECRET, FIELD_PATH, FIELD_CHOICE, FIELD_CHECK, FIELD_SECTION,
  FIELD_NOTE, /* a line of text, not focusable */
} FieldKind;

typedef struct {
  int id;                     /* the owner's, > 0 */
  FieldKind kind;
  const char *label;          /* static */
  const char *const *choices; /* FIELD_CHOICE: NULL-terminated */
  const char *help;           /* static, shown on the form's last line while focused; or NULL */
  const char *placeholder;    /* shown dim when empty; or NULL */
} FieldSpec;

typedef struct Form Form;

/* `specs` is static; `count` of them. */
Form *form_new(const FieldSpec *specs, int count);
void form_free(Form *form); /* wipes the values of FIELD_SECRET */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Form, form_free)

void form_set_text(Form *form, int id, const char *text);
const char *form_text(const Form *form, int id);  /* UTF-8 as typed, never NULL */
void form_set_choice(Form *form, int id, int choice);
int form_choice(const Form *form, int id);
void form_set_check(Form *form, int id, gboolean on);
gboolean form_checked(const Form *form, int id);
void form_set_visible(Form *form, int id, gboolean visible);
gboolean form_is_visible(const Form *form, int id);
/* The sentence under or beside a field; NULL removes it. Made safe here. */
void form_set_message(Form *form, int id, Role role, const char *text);
int form_focused(const Form *form);               /* id */
void form_focus(Form *form, int id);

/* Each returns TRUE when the value of a field changed; `*id` (may be NULL) says which. */
gboolean form_act(Form *form, Action action, gboolean *handled, int *id);
gboolean form_key(Form *form, const Key *key, gboolean *handled, int *id);
gboolean form_paste(Form *form, const char *text, gsize length, int *id);

/* The hint bar's word for an action while this field has the focus (see PaneClass.hint). */
const char *form_hint(const Form *form, Action action);

/* Rows that the whole form takes at this width. */
int form_rows(const Form *form, int columns);
void form_draw(Form *form, Canvas *canvas, gboolean focused);
