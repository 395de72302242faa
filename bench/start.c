/* How long a user waits: from exec to the first whole screen. */
#include "config.h"

#include <stdio.h>

#include "bench.h"

#define STARTS 20

static double
start_once(const Bench *bench)
{
  const char *const argv[] = {bench->program, NULL};
  double before = bench_now();
  Pty *pty = bench_start(bench, argv, FALSE);
  if (!pty_wait_text(pty, BENCH_HINT))
    g_error("no first screen");
  double milliseconds = (bench_now() - before) * 1000;
  bench_stop(pty);
  return milliseconds;
}

int
main(int argc, char **argv)
{
  g_autoptr(Bench) bench = bench_new(argv[0]);
  double times[STARTS];
  for (int i = 0; i < STARTS; i++)
    times[i] = start_once(bench);
  double slowest = bench_max(times, STARTS);
  double median = bench_median(times, STARTS);
  printf("start: from exec to the first whole screen, %d starts\n", STARTS);
  bench_line("median", median, "ms");
  bench_at_most(median, 50, "ms");
  bench_line("slowest", slowest, "ms");
  bench_no_bar();
  return bench_missed() > 0;
}
