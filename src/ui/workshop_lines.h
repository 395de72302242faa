/* What the workshop has made, as lines: what it is, the chain, the files, what to do next. Pure. */
#pragma once

#include "ui/certificate_line.h"
#include "ui/workshop_order.h"

typedef struct {
  const WorkshopOrder *order;
  const PkiResult *result;
  const GPtrArray *files;     /* of PkiFile */
  const char *connection;     /* name of the one that could use it, safe text; NULL: none */
} WorkshopMade;

/* (transfer full): of CertificateLine; texts are wrapped to `columns`. */
GPtrArray *workshop_lines_new(const WorkshopMade *made, int columns);
