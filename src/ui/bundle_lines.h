/* What a broker was given, as lines: what was found, the certificates, the files, what to do next.
 * Pure. */
#pragma once

#include "core/bundle_order.h"
#include "ui/certificate_line.h"

typedef struct {
  const BundleOrder *order;
  const Bundle *bundle;
  gboolean written;
  const GPtrArray *left_over; /* of const char *: see bundle_order_left_over() */
} BundleMade;

/* (transfer full): of CertificateLine; texts are wrapped to `columns`. */
GPtrArray *bundle_lines_new(const BundleMade *made, int columns);
