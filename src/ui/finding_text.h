/* A finding in words and signs, as every pane shows it. */
#pragma once

#include "trust/finding.h"
#include "ui/paint.h"

Glyph finding_glyph(FindingSeverity severity);
Role finding_role(FindingSeverity severity);
/* (transfer full): "leaf-expired: error, server side, sent certificate 0". */
char *finding_headline(const Finding *finding);
/* (transfer full): all its parts, a text of safe lines. */
char *finding_detail(const Finding *finding);
