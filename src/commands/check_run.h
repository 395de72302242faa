/* Checks many targets, a bounded number of them at once. */
#pragma once

#include "commands/check_options.h"
#include "commands/check_report.h"

typedef struct CheckRun CheckRun;

/* Runs the main loop until all of them are over. NULL: there was no memory for one. */
CheckRun *check_run(const CheckOptions *options, GError **error);
/* Of CheckReport, in the order of the targets; borrowed. */
const GPtrArray *check_run_reports(const CheckRun *run);
/* Waits until the last goodbye is said. */
void check_run_free(CheckRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckRun, check_run_free)
