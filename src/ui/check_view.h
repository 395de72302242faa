/* A connection tried once as the editor has it, and what came of it. */
#pragma once

#include "ui/pane.h"

typedef struct {
  const Profile *profile; /* copied */
  /* The user wants to go to the field that mends a finding: the view closes. */
  void (*mend)(gpointer data, ProfileField field, const char *advice);
  gpointer data; /* good as long as the view lives */
} CheckViewArgument;

extern const PaneClass check_view;
