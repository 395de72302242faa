#include "config.h"

#include "core/rate_meter.h"

#include <string.h>

void
rate_meter_reset(RateMeter *meter)
{
  memset(meter, 0, sizeof *meter);
}

/* Keeps the youngest sample that is at least a window old as the base of the mean. */
static void
drop_old(RateMeter *meter, gint64 now_us)
{
  guint drop = 0;
  while (drop + 1 < meter->used &&
         (now_us - meter->samples[drop + 1].time_us >= RATE_METER_WINDOW_US ||
          meter->used - drop == G_N_ELEMENTS(meter->samples)))
    drop++;
  memmove(meter->samples, meter->samples + drop, (meter->used - drop) * sizeof *meter->samples);
  meter->used -= drop;
}

gboolean
rate_meter_sample(RateMeter *meter, gint64 now_us, guint64 count)
{
  double before = meter->rate;
  drop_old(meter, now_us);
  meter->samples[meter->used].time_us = now_us;
  meter->samples[meter->used].count = count;
  meter->used++;
  gint64 span = now_us - meter->samples[0].time_us;
  meter->rate = span > 0 ? (double)(count - meter->samples[0].count) * 1e6 / (double)span : 0;
  return meter->rate != before;
}

gboolean
rate_meter_differs(const RateMeter *meter, guint64 count)
{
  return meter->used == 0 ? count != 0 : meter->samples[meter->used - 1].count != count;
}
