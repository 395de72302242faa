/* Keys as they come from the terminal, in our own words. Main thread, after newterm(). */
#pragma once

#include "ui/key.h"

#define INPUT_PASTE_MAX (256u * 1024) /* what is longer is cut */

void input_start(void);
void input_stop(void);

/* FALSE: nothing more for now. Call until then: curses may have read ahead of poll(). */
gboolean input_read(Key *key);

/* Of the last KEY_PASTE: raw bytes, good until the next input_read(). */
const char *input_paste(gsize *length);
