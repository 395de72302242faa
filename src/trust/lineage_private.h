/* The parts of trust/lineage.h. */
#pragma once

#include "trust/lineage.h"

/* lineage_files.c: what the links mean, and which versions there are. */
gboolean lineage_files_look(Lineage *lineage, GError **error);
/* (transfer full): a finding about one of its files. */
Finding *lineage_finding(const Lineage *lineage, const char *code, LineageFileKind kind);
/* lineage_judge.c: what is wrong with what has been read. `key_id` NULL: no key was read. */
void lineage_judge(Lineage *lineage, const GPtrArray *cert, const GPtrArray *chain,
                   const GPtrArray *fullchain, const char *key_id, gint64 now);
/* lineage_served.c */
void lineage_broker_free(gpointer broker);
