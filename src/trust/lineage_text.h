/* A lineage in words, for reports and the screen. Pure; every result is safe text and (transfer
 * full). */
#pragma once

#include "trust/lineage.h"

/* "version 3, the newest one in archive/" */
char *lineage_text_version(const Lineage *lineage);
/* "version 3", "a copy", "is not there", "points to nothing" */
char *lineage_text_place(const LineageFile *file);
/* What a file is for, and whether it is there: "version 3: the certificate alone: ..."; of the key
 * with its type. */
char *lineage_text_file(const Lineage *lineage, LineageFileKind kind);
/* What its certificate is for: "mqtt.example.com, www.example.com"; NULL: there is none. */
char *lineage_text_names(const Lineage *lineage);
/* The same beside the lineage's name: "also www.example.com", or "for ..." where its own name is
 * not among them; NULL: nothing beyond it. */
char *lineage_text_other_names(const Lineage *lineage);
/* When certbot renews it, and by which rule; NULL: not to be told, or they are copies. */
char *lineage_text_due(const Lineage *lineage);
/* The same for a column: "renewed in 12 d", "renewal overdue"; NULL: not to be told. */
char *lineage_text_renewal(const Lineage *lineage, gint64 now);
/* What the last certificate is, and what a client's CA file needs: mostly it is no root (the known
 * trap). NULL: there is none. */
char *lineage_text_top(const Lineage *lineage);
/* "prod-eu serves this certificate" */
char *lineage_text_broker(const LineageBroker *broker);
