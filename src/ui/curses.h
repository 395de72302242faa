/* The one door to ncurses, with wide characters: nobody else includes <curses.h>. */
#pragma once

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <term.h>

/* ui/key.h has a KEY_ENTER of its own; that of curses is CURSES_KEY_ENTER here. */
enum { CURSES_KEY_ENTER = KEY_ENTER };
#undef KEY_ENTER

/* term.h claims these plain words as macros for capabilities. */
#undef lines
#undef columns
#undef tab
#undef newline
