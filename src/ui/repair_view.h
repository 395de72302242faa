/* Asks whether a repaired copy is to be written and used, and does it. */
#pragma once

#include "trust/repair.h"
#include "ui/pane.h"

typedef struct {
  Connection *connection;
  Repair *repair; /* taken over */
} RepairViewArgument;

extern const PaneClass repair_view;
