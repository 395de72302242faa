/* One of certbot's lineages. */
#pragma once

#include "ui/pane.h"

/* const char *: its name in live/ of ui_certbot_folder(), raw, copied. It is read when it is
 * opened, and again by ACTION_READ_AGAIN. */
extern const PaneClass lineage_view;

/* Opens the form for a broker's files with this lineage (its name, raw; NULL: none) filled in. */
void lineage_view_bundle(Ui *ui, const char *name);
