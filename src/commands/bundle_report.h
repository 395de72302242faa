/* What `mqtrust bundle` says. Pure. */
#pragma once

#include "core/bundle_order.h"

typedef struct {
  const Bundle *bundle;
  BundleBroker broker;
  const char *folder; /* as it was given */
  gboolean written;
  const GPtrArray *kept;      /* of BundleKept: not written */
  const GPtrArray *anew;      /* of const char *: settings of before that were replaced */
  const GPtrArray *left_over; /* of const char *: files of before that were not written now */
  const char *reload;         /* the command that was run, or NULL */
  const char *reload_fault;   /* why it failed, safe text, or NULL */
  gboolean renewal;           /* the broker is set up already: no next steps */
  gint64 now;
} BundleReport;

/* (transfer full), both ending in a newline. */
char *bundle_report_text(const BundleReport *report);
char *bundle_report_json(const BundleReport *report, gboolean ascii);
