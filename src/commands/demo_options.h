/* The command line of mqtrust demo: its own options, and those of the dashboard's screen. */
#pragma once

#include "commands/options.h"
#include "lab/lab.h"

typedef struct {
  Options screen;
  const LabFault *fault; /* NULL: the ordinary demo */
  LabTls tls;            /* with which version the fault is shown */
  gboolean list_faults;
} DemoOptions;

/* FALSE: one sentence (exit code 2), and nothing to clear. */
gboolean demo_options_parse(int argc, char **argv, DemoOptions *options, GError **error);
void demo_options_clear(DemoOptions *options);
