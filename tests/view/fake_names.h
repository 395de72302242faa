/* Answers of DNS without DNS, for tests of screens: core/name_look.h over plain fields. */
#pragma once

#include "core/name_look.h"

typedef struct {
  NameLook *look;    /* under way or answered; NULL: none is there */
  char *host;        /* that was asked for last */
  gboolean has_leaf; /* a certificate was given */
} FakeNames;

extern FakeNames fake_names;

/* The answer comes. */
void fake_names_answer(const char *text);
