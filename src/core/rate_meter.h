/* Messages a second, from a counter that only grows: a mean over about two seconds, so that the
 * number on the screen is calm, and truly 0 soon after the last message. Pure. */
#pragma once

#include <glib.h>

#define RATE_METER_WINDOW_US 2000000

typedef struct {
  struct { gint64 time_us; guint64 count; } samples[8]; /* oldest first */
  guint used;
  double rate;
} RateMeter;

void rate_meter_reset(RateMeter *meter);
/* Call about once a second with the counter's value; TRUE when the rate differs from before. */
gboolean rate_meter_sample(RateMeter *meter, gint64 now_us, guint64 count);
/* The counter has moved since the last sample. */
gboolean rate_meter_differs(const RateMeter *meter, guint64 count);
