/* What a finding is called where there is room for a few words only: in a list of connections. */
#pragma once

/* Columns that no label is wider than. */
#define FINDING_LABEL_MAX 22

/* "wrong CA file"; static. A code that has no words of its own is said as it is. */
const char *finding_label(const char *code);
