/* A finding for a person, on 80 columns. */
#pragma once

#include "trust/finding.h"

/* Appends mark, code and `place` (safe text, what it is about; NULL: nothing), then message, remedy
 * and evidence, indented. */
void finding_text_append(GString *out, const Finding *finding, const char *place);

/* Appends all of it: mark, code, side, file, index and subject, then message, remedy, alternatives
 * and evidence. */
void finding_text_append_whole(GString *out, const Finding *finding);
