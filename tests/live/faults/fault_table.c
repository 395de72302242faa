#include "config.h"

#include "live/faults/fault_table.h"

#include <stdio.h>
#include <string.h>

#include "trust/catalogue.h"

typedef struct {
  FaultCase a_case;
  gboolean good;
  Finding *finding; /* what it was found as: its own code, else the worst; NULL: nothing */
} Row;

struct FaultTable {
  GPtrArray *rows; /* of Row */
};

static void
row_free(gpointer data)
{
  Row *row = data;
  if (row->finding != NULL)
    finding_free(row->finding);
  g_free(row);
}

FaultTable *
fault_table_new(void)
{
  FaultTable *table = g_new0(FaultTable, 1);
  table->rows = g_ptr_array_new_with_free_func(row_free);
  return table;
}

void
fault_table_free(FaultTable *table)
{
  g_ptr_array_unref(table->rows);
  g_free(table);
}

void
fault_table_add(FaultTable *table, const FaultCase *a_case, const FaultResult *result,
                gboolean good)
{
  Row *row = g_new0(Row, 1);
  const Finding *found = fault_result_find(result, a_case->fault->code);
  if (found == NULL && result->findings->len > 0)
    found = result->findings->pdata[0];
  row->a_case = *a_case;
  row->good = good;
  row->finding = found != NULL ? finding_copy(found) : NULL;
  g_ptr_array_add(table->rows, row);
}

/* --- For people ------------------------------------------------------------------------------- */

static const char *
found_as(const Row *row)
{
  return row->finding != NULL ? row->finding->code : "nothing";
}

/* A code is shown when each of its cases is. */
static guint
count_shown(const FaultTable *table)
{
  g_autoptr(GHashTable) shown = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < table->rows->len; i++) {
    const Row *row = table->rows->pdata[i];
    g_hash_table_add(shown, (gpointer)row->a_case.fault->code);
  }
  for (guint i = 0; i < table->rows->len; i++) {
    const Row *row = table->rows->pdata[i];
    if (!row->good)
      g_hash_table_remove(shown, row->a_case.fault->code);
  }
  return g_hash_table_size(shown);
}

void
fault_table_print(const FaultTable *table)
{
  gsize codes;
  catalogue_entries(&codes);
  if (table->rows->len == 0)
    return;
  for (guint i = 0; i < table->rows->len; i++) {
    const Row *row = table->rows->pdata[i];
    g_autofree char *name = fault_case_name(&row->a_case);
    printf("# %-44s | %-60s | %s%s\n", name, row->a_case.fault->made_by, found_as(row),
           row->good ? "" : ", which is not what it should be");
  }
  printf("# %u of %" G_GSIZE_FORMAT " codes shown\n", count_shown(table), codes);
}

/* --- For programs ----------------------------------------------------------------------------- */

static const char *
tls_of(const Row *row)
{
  if (row->a_case.fault->flags & LAB_NO_TLS)
    return "-";
  return row->a_case.tls == LAB_TLS_1_2 ? "1.2" : "1.3";
}

static void
append_row(GString *out, const Row *row)
{
  const LabFault *fault = row->a_case.fault;
  const Finding *finding = row->finding;
  g_string_append_printf(
      out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", fault->code,
      fault->variant != NULL ? fault->variant : "", tls_of(row), fault->made_by,
      finding != NULL ? finding_severity_name(finding->severity) : "",
      finding != NULL ? finding_side_name(finding->side) : "", finding != NULL ? finding->code : "",
      finding != NULL ? finding->message : "", finding != NULL ? finding->remedy : "");
}

gboolean
fault_table_write(const FaultTable *table, const char *path, GError **error)
{
  g_autoptr(GString) out =
      g_string_new("code\tvariant\ttls\tmade_by\tseverity\tside\tfound\tmessage\tremedy\n");
  for (guint i = 0; i < table->rows->len; i++)
    append_row(out, table->rows->pdata[i]);
  return g_file_set_contents(path, out->str, (gssize)out->len, error);
}
