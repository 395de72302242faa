/* What form.c (values, keys) and form_draw.c (rows, cells) share. */
#pragma once

#include "ui/form.h"
#include "ui/line_editor.h"

typedef struct {
  const FieldSpec *spec;
  LineEditor *editor; /* text kinds, and the text of a note */
  int value;          /* choice, or 0 and 1 of a check box */
  gboolean hidden;
  Role role;          /* of the message */
  char *message;      /* safe text, or NULL */
} Field;

struct Form {
  Field *fields;
  int count;
  int focused;        /* index, -1: no field can have it */
  int top;            /* first row shown */
  gboolean revealed;  /* passwords are readable */
};

gboolean field_is_text(const Field *field);
gboolean field_is_focusable(const Field *field);
int form_choice_count(const Field *field);
