/* Findings as JSON, the same for every command: an object each with code, severity, side, source,
 * index, file, subject, sha256, evidence, alternatives, message and remedy. Every member is always
 * there; what a finding does not have is null (source, index, file, subject, sha256) or an empty
 * array (evidence, alternatives). Texts are safe text. */
#pragma once

#include "trust/finding.h"
#include "util/json_writer.h"

/* Adds one object as the writer's next value. */
void finding_json_add(JsonWriter *writer, const Finding *finding);

/* Adds an array of them (of Finding) as the writer's next value, in the list's order. */
void finding_json_add_list(JsonWriter *writer, const GPtrArray *findings);

/* Adds a member of the object that is being built; NULL gives null. */
void finding_json_add_text(JsonWriter *writer, const char *name, const char *value);
