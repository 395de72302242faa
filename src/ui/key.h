/* A key press in our own words, so that tables, tests and remapping speak names ("C-d", "PgUp"),
 * not curses numbers. */
#pragma once

#include <glib.h>

typedef enum {
  KEY_TEXT, /* `text` holds one character as UTF-8 */
  KEY_ENTER, KEY_TAB, KEY_BACKTAB, KEY_ESCAPE, KEY_BACKSPACE_, KEY_DELETE, KEY_INSERT,
  KEY_UP_, KEY_DOWN_, KEY_LEFT_, KEY_RIGHT_, KEY_HOME_, KEY_END_, KEY_PAGE_UP, KEY_PAGE_DOWN,
  KEY_FUNCTION, /* `number` 1 to 12 */
  KEY_CONTROL,  /* `text` holds the letter: C-d is "d" */
  KEY_PASTE,    /* the whole of a bracketed paste: input_paste() has it */
  KEY_NONE,
} KeyCode;

typedef struct {
  KeyCode code;
  int number;
  gboolean alt;
  char text[8];
} Key;

/* "a", "C-d", "Enter", "PgUp", "F1", "M-x", "Space". FALSE: no such name. */
gboolean key_parse(const char *name, Key *key);
/* (transfer full) */
char *key_name(const Key *key);
gboolean key_equal(const Key *a, const Key *b);
