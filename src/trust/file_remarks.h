/* What is wrong with a file of ours as a file, though it can be read here: PEM that others refuse,
 * DER, a private key that everybody may read. Reads the file; any thread. */
#pragma once

#include "trust/certificate_file.h"
#include "trust/finding.h"

/* What a finding about this slot's file has as source. */
FindingSource file_remarks_source(FileSlot slot);

/* Adds `pem-damaged`, `file-der` (warnings: it works here) and `key-world-readable`. Nothing for a
 * file that cannot be read, or is good. */
void file_remarks_add(GPtrArray *findings, const char *path, FileSlot slot);

/* (transfer full), NULL: no. For a file that was refused: it holds what `slot` needs, in PEM that
 * is so damaged that it is not read here either: `pem-damaged` of severity error. */
Finding *file_remarks_damage(const char *path, FileSlot slot);
