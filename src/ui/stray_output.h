/* Nothing prints while the screen is up: stdout and stderr go to memory meanwhile (what libraries
 * print, and GLib's log), and are shown on stderr after the end. Bounded: what passes
 * STRAY_OUTPUT_MAX is lost. */
#pragma once

#include <glib.h>

#define STRAY_OUTPUT_MAX (256 * 1024)

void stray_output_capture(void);
/* Gives stdout and stderr back and shows what came. Does nothing when nothing is captured. */
void stray_output_release(void);
/* The same out of a signal handler: async-signal-safe, controls replaced by '?'. */
void stray_output_dump(void);
