#include "config.h"

#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/private_folder.h"

static int missed;

static int
compare(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double
bench_median(double *values, gsize count)
{
  if (count == 0)
    return 0;
  qsort(values, count, sizeof *values, compare);
  return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

double
bench_max(const double *values, gsize count)
{
  double most = 0;
  for (gsize i = 0; i < count; i++)
    most = MAX(most, values[i]);
  return most;
}

double
bench_now(void)
{
  return (double)g_get_monotonic_time() / 1e6;
}

/* --- The table ----------------------------------------------------------------------------------- */

/* 12345678 → "12,345,678"; small numbers keep two digits. */
static char *
number_text(double value)
{
  if (value < 1000)
    return g_strdup_printf(value == (double)(long)value ? "%.0f" : "%.2f", value);
  GString *text = g_string_new(NULL);
  g_string_printf(text, "%.0f", value);
  for (gssize at = (gssize)text->len - 3; at > 0; at -= 3)
    g_string_insert_c(text, at, ',');
  return g_string_free(text, FALSE);
}

void
bench_line(const char *what, double value, const char *unit)
{
  g_autofree char *number = number_text(value);
  printf("  %-46s %12s %-10s", what, number, unit);
}

static void
finish_line(const char *relation, double bar, const char *unit, gboolean reached)
{
  g_autofree char *number = number_text(bar);
  printf("  bar: %s %s %s  %s\n", relation, number, unit, reached ? "reached" : "MISSED");
  fflush(stdout);
  if (!reached)
    missed++;
}

void
bench_at_least(double value, double bar, const char *unit)
{
  finish_line("at least", bar, unit, value >= bar);
}

void
bench_at_most(double value, double bar, const char *unit)
{
  finish_line("at most", bar, unit, value <= bar);
}

void
bench_no_bar(void)
{
  printf("\n");
  fflush(stdout);
}

int
bench_missed(void)
{
  return missed;
}

/* --- What is measured ---------------------------------------------------------------------------- */

static char *
find_program(const char *argv0)
{
  const char *named = g_getenv("MQTRUST_BENCH_PROGRAM");
  if (named != NULL)
    return g_strdup(named);
  g_autofree char *folder = g_path_get_dirname(argv0);
  g_autofree char *beside = g_build_filename(folder, "..", "mqtrust", NULL);
  return g_canonicalize_filename(beside, NULL);
}

/* The user's own connections and settings have no part in a measurement. */
static char **
pinned_environment(const char *folder)
{
  char **environment = g_new0(char *, 8);
  environment[0] = g_strdup_printf("HOME=%s", folder);
  environment[1] = g_strdup_printf("XDG_CONFIG_HOME=%s/config", folder);
  environment[2] = g_strdup_printf("XDG_STATE_HOME=%s/state", folder);
  environment[3] = g_strdup("LC_ALL=C.UTF-8");
  environment[4] = g_strdup("NO_COLOR");
  environment[5] = g_strdup("ESCDELAY");
  return environment;
}

Bench *
bench_new(const char *argv0)
{
  Bench *bench = g_new0(Bench, 1);
  g_autoptr(GError) error = NULL;
  bench->program = find_program(argv0);
  bench->folder = private_folder_new("mqtrust-bench", &error);
  if (bench->folder == NULL)
    g_error("%s", error->message);
  bench->environment = pinned_environment(bench->folder);
  return bench;
}

void
bench_free(Bench *bench)
{
  if (bench == NULL)
    return;
  private_folder_remove(bench->folder, NULL);
  g_strfreev(bench->environment);
  g_free(bench->folder);
  g_free(bench->program);
  g_free(bench);
}

Pty *
bench_start(const Bench *bench, const char *const *argv, gboolean blind)
{
  const PtyOptions options = {.environment = (const char *const *)bench->environment,
                              .blind = blind};
  return pty_start(argv, &options);
}

void
bench_stop(Pty *pty)
{
  pty_signal(pty, SIGTERM);
  pty_wait_exit(pty);
  pty_free(pty);
}
