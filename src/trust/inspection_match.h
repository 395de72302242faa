/* Which keys, certificates and requests belong together: those of one public key, in one file or in
 * several. Borrows the inspections and their texts. */
#pragma once

#include "trust/inspection.h"

typedef struct {
  guint file; /* index of the inspection */
  guint item; /* index in its items */
} InspectionPlace;

typedef struct InspectionMatches InspectionMatches;

/* `inspections` is of Inspection; NULL among them (a file that cannot be read) is passed over. */
InspectionMatches *inspection_matches_new(const GPtrArray *inspections);
void inspection_matches_free(InspectionMatches *matches);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InspectionMatches, inspection_matches_free)

/* Borrowed: of InspectionPlace, in order: all items with this key, the one that is asked about
 * among them; NULL: its key is not known. */
const GArray *inspection_matches_of(const InspectionMatches *matches, const InspectedItem *item);

/* Adds a `key-mismatch` to a file that holds a private key alone, when other files hold
 * certificates and none of them is for it. */
void inspection_matches_remark(const InspectionMatches *matches, const GPtrArray *inspections);
