/* What the parts of a repair share. Private to trust/repair*.c. */
#pragma once

#include "trust/inspection.h"
#include "trust/repair.h"

typedef struct {
  const Finding *finding;
  const RepairContext *context;
  RepairSlot slot;
  const char *path; /* of the file that is to be mended */
} RepairJob;

/* What a part hands back: pieces of text that together are the copy. */
typedef struct {
  Inspection *inspection;  /* of the old file; owns the keys among the pieces */
  GPtrArray *certificates; /* of Certificate, in the order of the copy */
  GPtrArray *keys;         /* of const char *: PEM, secrets of the inspection */
  const char *suffix;      /* of the copy's name: "sorted"; static */
  char *summary;           /* NULL: there is nothing to mend */
} RepairDraft;

/* Each fills in the draft, or leaves `summary` NULL. */
void repair_chain(const RepairJob *job, RepairDraft *draft);
void repair_text(const RepairJob *job, RepairDraft *draft);
void repair_keys(const RepairJob *job, RepairDraft *draft);
void repair_duplicates(const RepairJob *job, RepairDraft *draft);
void repair_twin(const RepairJob *job, RepairDraft *draft);
void repair_root(const RepairJob *job, RepairDraft *draft);

/* Reads the old file into the draft: all its certificates and keys. FALSE when it cannot be read or
 * holds something damaged, which a copy would lose. */
gboolean repair_draft_read(const RepairJob *job, RepairDraft *draft);
/* The first certificate of `list` with this key id, or NULL. */
Certificate *repair_find_key(const GPtrArray *list, const char *key_id);
gboolean repair_list_has(const GPtrArray *list, const Certificate *certificate);
