/* Findings as JSON, the same for every command: an object each with code, severity, side, source,
 * index, file, subject, sha256, evidence, alternatives, message and remedy. Every member is always
 * there; what a finding does not have is null (source, index, file, subject, sha256) or an empty
 * array (evidence, alternatives). Texts are safe text. */
#pragma once

#include <json-glib/json-glib.h>

#include "trust/finding.h"

/* Adds one object as the builder's next value. */
void finding_json_add(JsonBuilder *builder, const Finding *finding);

/* Adds an array of them (of Finding) as the builder's next value, in the list's order. */
void finding_json_add_list(JsonBuilder *builder, const GPtrArray *findings);

/* Adds a member of the object that is being built; NULL gives null. */
void finding_json_add_text(JsonBuilder *builder, const char *name, const char *value);

/* (transfer full): the finished document, indented by two spaces, without a line end. Only ASCII
 * is kept as it stands when `ascii`; everything else is escaped as \uXXXX. */
char *finding_json_print(JsonBuilder *builder, gboolean ascii);
