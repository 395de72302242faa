/* A verdict's parts as JSON, the same for `verify` and `check`: members of the object that is being
 * built. Texts are safe text. */
#pragma once

#include "trust/second_opinion.h"
#include "trust/verify.h"
#include "util/json_writer.h"

/* "openssl": accepted, error, reason, depth, subject, and in which way it differs from `verdict`;
 * null when there is no opinion. Both may be NULL. */
void verdict_json_add_openssl(JsonWriter *writer, const SecondOpinion *opinion,
                              const Verdict *verdict);

/* Where the certificate of a link stands; (transfer full) or NULL: in no file. Not asked about
 * links that are missing. */
typedef char *(*VerdictJsonPlace)(gconstpointer data, const PathLink *link, int *index);

/* "path": of PathLink, each with source, index, file, subject, sha256 and good; index, file and
 * sha256 of what is missing are null. `links` may be NULL: empty. */
void verdict_json_add_path(JsonWriter *writer, const GPtrArray *links, VerdictJsonPlace place,
                           gconstpointer data);

/* "not_checked": of sentences; NULL: empty. */
void verdict_json_add_not_checked(JsonWriter *writer, const GPtrArray *sentences);
