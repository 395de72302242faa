/* A finding in words and signs, as every pane shows it. */
#pragma once

#include "trust/finding_label.h"
#include "ui/paint.h"

Glyph finding_glyph(FindingSeverity severity);
Role finding_role(FindingSeverity severity);
/* (transfer full): "leaf-expired: error, server side, sent certificate 0". */
char *finding_headline(const Finding *finding);
/* (transfer full): its parts, a name and a value a line, safe; values begin at this column. */
#define FINDING_VALUE_COLUMN 13
char *finding_parts(const Finding *finding);
