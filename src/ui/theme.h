/* Colours by role: one table a scheme, the terminal's own foreground and background kept. */
#pragma once

#include "ui/curses.h"
#include "ui/paint.h"

/* After newterm(): takes the richest scheme that the terminal has; attributes only when it has no
 * colours or `no_color`. */
void theme_start(gboolean no_color);
gboolean theme_is_mono(void);

attr_t theme_attributes(Role role);
short theme_pair(Role role);
/* A letter for a role's looks in test screens: a cell's attributes and pair back to the first role
 * that looks like this; -1: none. */
int theme_role_of(attr_t attributes, short pair);
