/* Terminfo's capabilities. Their names are macros of everyday words ("columns", "cursor_visible"):
 * to be included after everything else, and only by who must. */
#pragma once

#include "ui/curses.h"

#include <term.h>
