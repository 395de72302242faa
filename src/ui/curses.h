/* The one door to ncurses, with wide characters: nobody else includes <curses.h>. */
#pragma once

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif

/* ui/key.h has a key_name() and a KEY_ENTER of its own. */
#define key_name curses_key_name
#include <curses.h>
#undef key_name
enum { CURSES_KEY_ENTER = KEY_ENTER };
#undef KEY_ENTER
