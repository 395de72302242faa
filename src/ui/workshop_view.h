/* What the workshop has made, and one key to use it. */
#pragma once

#include "ui/pane.h"
#include "ui/workshop_order.h"

/* All three are taken over. */
typedef struct {
  WorkshopOrder *order;
  PkiResult *result;
  GPtrArray *files; /* of PkiFile */
} WorkshopViewArgument;

extern const PaneClass workshop_view;
