/* Repairs that write nothing, for tests of screens: trust/repair.h over plain fields. */
#pragma once

#include "trust/repair.h"

typedef struct {
  const char *code; /* of the finding that can be repaired; NULL: none */
  RepairSlot slot;
  const char *path;
  const char *error; /* why it cannot be written, or NULL */
  int proposals;     /* how often it was asked */
  char *written;     /* path, or NULL */
  char *ca_path;     /* as last asked with */
} FakeRepair;

extern FakeRepair fake_repair;

/* Nothing can be repaired, nothing was asked or written. */
void fake_repair_reset(void);
