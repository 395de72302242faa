/* What `mqtrust inspect` says of certbot's lineages, as text or as JSON. Pure. */
#pragma once

#include "trust/lineage.h"

typedef struct {
  const GPtrArray *lineages; /* of Lineage */
  gint64 now;                /* seconds since 1970 */
} LineageReport;

/* (transfer full), both ending in a newline; JSON is an array with one object a lineage. */
char *lineage_report_text(const LineageReport *report);
char *lineage_report_json(const LineageReport *report, gboolean ascii);
