/* A finding in a few words, for a list of connections, and in a sentence. */
#pragma once

#include "trust/finding.h"

/* Columns that no label is wider than. */
#define FINDING_LABEL_MAX 22

/* "wrong CA file"; static. A code that has no words of its own is said as it is. */
const char *finding_label(const char *code);

/* Why: the finding's own sentence, else what the catalogue says in general. Borrowed; never empty. */
const char *finding_reason(const Finding *finding);
