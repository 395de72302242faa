/* What `mqtrust split` writes and says. */
#pragma once

#include "trust/chain_split.h"
#include "trust/finding.h"
#include "util/file_set.h"

typedef enum { SPLIT_LEAF, SPLIT_CHAIN, SPLIT_ROOT, SPLIT_KEY, SPLIT_FILES } SplitFile;

typedef struct {
  const Inspection *inspection;
  const ChainSplit *split;
  const char *folder;              /* where the files go, as it was given */
  gboolean damaged;                /* a part of the file: nothing was written */
  gboolean left_over[SPLIT_FILES]; /* one of before stands there, and was not written now */
} SplitReport;

const char *split_file_name(SplitFile file);  /* "leaf.pem" */
/* (transfer full): its text, NULL when there is none; the key's is a secret. */
char *split_file_text(const SplitReport *report, SplitFile file);
gboolean split_file_exists(const SplitReport *report, SplitFile file);
/* (transfer container): indexes of the items that are in it. */
GArray *split_file_items(const SplitReport *report, SplitFile file);
/* (transfer full): why there is none, safe text. */
char *split_file_reason(const SplitReport *report, SplitFile file);

/* (transfer full), both ending in a newline. split_text.c, split_json.c */
char *split_text(const SplitReport *report);
char *split_json(const SplitReport *report, gboolean ascii);
