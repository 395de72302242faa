/* What `mqtrust inspect` prints, as text or as JSON. Pure: no clock, no file. */
#pragma once

#include "trust/finding.h"
#include "trust/inspection_match.h"

typedef struct {
  const GPtrArray *inspections; /* of Inspection, in the order given; NULL: see `faults` */
  const GPtrArray *faults;      /* of Finding, as many: why a file cannot be read; else NULL */
  const InspectionMatches *matches;
  gint64 now;                   /* seconds since 1970 */
} InspectReport;

/* (transfer full): for a person, 80 columns; ends in a newline. inspect_text.c */
char *inspect_text(const InspectReport *report);
/* (transfer full): an array with one object a file (see mqtrust-inspect(1)); ends in a newline;
 * only ASCII when `ascii`. inspect_json.c */
char *inspect_json(const InspectReport *report, gboolean ascii);
