/* The fault catalogue: every code that a finding may have. The codes are public and stable; none
 * is ever renamed or given another meaning. */
#pragma once

#include "trust/finding.h"

typedef struct {
  const char *code;
  FindingSeverity severity; /* unless who finds it knows better */
  FindingSide side;
  const char *summary;      /* what is wrong, in general: whole sentences */
  const char *remedy;       /* for a finding that has no better one */
} CatalogueEntry;

/* Static; NULL: no such code. */
const CatalogueEntry *catalogue_find(const char *code);

/* The title of the group that begins with this code ("Dates"), NULL where none does. */
const char *catalogue_group(const char *code);

/* All of them, in the catalogue's order; `*count` of them. */
const CatalogueEntry *catalogue_entries(gsize *count);
