/* What the lab has shown in this run: a table for people, and one for programs. */
#pragma once

#include "live/faults/fault_case.h"

/* In memory, in the order of the calls. */
typedef struct FaultTable FaultTable;

FaultTable *fault_table_new(void);
void fault_table_free(FaultTable *table);
/* `good`: the fault got its name. */
void fault_table_add(FaultTable *table, const FaultCase *a_case, const FaultResult *result,
                     gboolean good);
/* As comments of TAP: code, made by, found as; and how many codes were shown. Nothing when no case
 * was added. */
void fault_table_print(const FaultTable *table);
/* A file of tab-separated values with a header: code, variant, tls ("1.2", "1.3", "-"), made_by,
 * severity, side, found, message, remedy. */
gboolean fault_table_write(const FaultTable *table, const char *path, GError **error);
