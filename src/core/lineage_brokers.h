/* Which brokers of the connections serve a lineage, and whether it is the present certificate. Main
 * thread. */
#pragma once

#include "trust/lineage.h"

/* `shown`, the certificate of the broker at `host` (NULL: not known), has to do with the lineage:
 * it shares a name with the lineage's own, or that one is for the host. Pure. */
gboolean lineage_brokers_fit(const Lineage *lineage, const Certificate *shown, const char *host);

/* Notes of each connection (of Connection) what its broker showed, if that fits, under the
 * connection's name; what was noted before is forgotten. A connection counts as long as its chain
 * is known, whether it is online or not. */
void lineage_brokers_note(Lineage *lineage, const GPtrArray *connections);
