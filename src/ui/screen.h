/* The terminal's life: taken, left, stopped, resized, given back on every way out. */
#pragma once

#include <glib.h>

#define SCREEN_ERROR (screen_error_quark())
GQuark screen_error_quark(void);
typedef enum { SCREEN_ERROR_NO_TERMINAL, SCREEN_ERROR_UNKNOWN_TERMINAL } ScreenError;

/* Looks first whether this terminal can be used: if not, FALSE and one sentence, nothing drawn.
 * From here on stdout and stderr are captured (ui/stray_output.h). */
gboolean screen_start(gboolean ascii, gboolean no_color, GError **error);
/* Gives the terminal back. Idempotent; also runs at exit(). */
void screen_stop(void);

/* ^Z: gives the terminal back, stops the process, takes the terminal again when it goes on. */
void screen_suspend(void);
/* After SIGCONT that was not ours: modes may be another's, the picture too. */
void screen_retake(void);
/* Asks the terminal for its size, and takes it. */
void screen_resize(void);
/* The next frame draws every cell, and says all modes again (^L). */
void screen_redraw_all(void);
/* Sends what has been drawn; the cursor rests at `row`, `column`. */
void screen_show(int row, int column, gboolean visible);
