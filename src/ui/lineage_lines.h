/* One of certbot's lineages as lines: what is wrong, its files, the certificates as a chain with
 * their roles, the renewal, who serves it; and why there is none to show. No curses, no clock. */
#pragma once

#include "trust/lineage.h"
#include "ui/certificate_line.h"

/* All (transfer full): of CertificateLine; texts are wrapped to `columns`. Never empty. */
GPtrArray *lineage_lines_new(const Lineage *lineage, gint64 now, int columns);
/* live/ or a lineage cannot be read; `error` says why. */
GPtrArray *lineage_lines_failed(const GError *error, int columns);
/* There is no lineage in `certbot` (raw; NULL: certbot's own). */
GPtrArray *lineage_lines_none(const char *certbot, int columns);
