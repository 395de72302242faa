/* What DNS has on the host of a connection, and whether the broker's certificate names it. */
#pragma once

#include "ui/pane.h"

extern const PaneClass names_view; /* Connection *, looked at once */
