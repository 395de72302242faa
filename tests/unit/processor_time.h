/* A bound that holds on a busy machine: the processor time of the test's own thread. */
#pragma once

#include <glib.h>
#include <time.h>

/* Microseconds that this thread has used so far. */
static inline gint64
processor_time(void)
{
  struct timespec time;
  g_assert_cmpint(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), ==, 0);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}
