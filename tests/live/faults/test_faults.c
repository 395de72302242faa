/* The fault lab: each fault, made with its peer, gets its name, and no other error beside it. One
 * alone: -p /faults/client-ca-unknown/tls-1.3 */
#include "config.h"

#include <string.h>

#include "lab/lab.h"
#include "live/faults/fault_case.h"
#include "live/faults/fault_table.h"
#include "trust/catalogue.h"

static FaultTable *table;
/* GLib frees a test's data after its first run, and runs it twice when two -p are about it. */
static GPtrArray *cases;

static void
test_fault(gconstpointer data)
{
  const FaultCase *a_case = data;
  g_autoptr(FaultResult) result = fault_case_run(a_case);
  if (result->end == FAULT_CASE_NO_PROGRAM) {
    g_test_skip(result->why);
    return;
  }
  g_autofree char *wrong = result->end == FAULT_CASE_RAN ? fault_result_judge(result, a_case->fault)
                                                         : g_strdup(result->why);
  fault_table_add(table, a_case, result, wrong == NULL);
  g_autofree char *all = wrong != NULL || g_test_verbose() ? fault_result_tell(result) : NULL;
  if (all != NULL)
    g_test_message("%s\n%s", wrong != NULL ? wrong : "as it should be", all);
  if (wrong != NULL)
    g_test_fail();
}

static void
add_case(const LabFault *fault, LabTls tls)
{
  FaultCase *a_case = g_new0(FaultCase, 1);
  g_ptr_array_add(cases, a_case);
  a_case->fault = fault;
  a_case->tls = tls;
  g_autofree char *name = fault_case_name(a_case);
  g_autofree char *path = g_strconcat("/faults/", name, NULL);
  g_test_add_data_func(path, a_case, test_fault);
}

static void
add_cases(void)
{
  gsize count;
  const LabFault *const *faults = lab_faults(&count);
  for (gsize i = 0; i < count; i++) {
    for (LabTls tls = LAB_TLS_1_2; tls <= LAB_TLS_1_3; tls++) {
      if (lab_fault_has_tls(faults[i], tls))
        add_case(faults[i], tls);
    }
  }
}

/* --- The tables themselves -------------------------------------------------------------------- */

static gboolean
is_shown(const char *code)
{
  gsize count;
  const LabFault *const *faults = lab_faults(&count);
  for (gsize i = 0; i < count; i++) {
    if (strcmp(faults[i]->code, code) == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_missing(const char *code)
{
  for (const LabMissing *missing = lab_missing(); missing->code != NULL; missing++) {
    if (strcmp(missing->code, code) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
test_every_code_is_accounted_for(void)
{
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  g_autoptr(GString) open = g_string_new(NULL);
  for (gsize i = 0; i < count; i++) {
    const char *code = entries[i].code;
    if (is_shown(code) && is_missing(code))
      g_test_message("%s is shown, and said to be missing", code);
    g_assert_false(is_shown(code) && is_missing(code));
    if (!is_shown(code) && !is_missing(code))
      g_string_append_printf(open, " %s", code);
  }
  if (open->len == 0)
    return;
  g_test_message("neither shown nor said to be missing:%s", open->str);
  g_test_incomplete("codes without a scene and without a reason");
}

static void
test_every_fault_has_its_own_name(void)
{
  gsize count;
  const LabFault *const *faults = lab_faults(&count);
  g_assert_cmpuint(count, >, 0);
  for (gsize i = 0; i < count; i++) {
    g_autofree char *name = lab_fault_name(faults[i]);
    g_assert_nonnull(catalogue_find(faults[i]->code));
    g_assert_true(lab_fault_find(name) == faults[i]);
    g_assert_true(faults[i]->error == NULL || faults[i]->severity != FINDING_ERROR);
    g_assert_true(faults[i]->act == NULL || (faults[i]->flags & LAB_AFTER_ONLINE));
    g_assert_true(!(faults[i]->flags & LAB_REPEATED) || (faults[i]->flags & LAB_AFTER_ONLINE));
    g_assert_null(strpbrk(faults[i]->made_by, "\t\n"));
  }
}

static void
test_names_like_one(void)
{
  g_auto(GStrv) like = lab_fault_like("leaf-expird", 2), none = lab_fault_like("xyzzy", 2);
  g_auto(GStrv) parts = lab_fault_like("mqtt-", 2);
  g_assert_cmpstr(like[0], ==, "leaf-expired");
  g_assert_cmpuint(g_strv_length(none), ==, 0);
  g_assert_cmpuint(g_strv_length(parts), ==, 2);
  g_assert_true(g_str_has_prefix(parts[0], "mqtt-") && g_str_has_prefix(parts[1], "mqtt-"));
  g_assert_null(lab_fault_find("leaf-expird"));
  g_assert_null(lab_fault_find(""));
}

static void
write_table(void)
{
  const char *path = g_getenv("MQTRUST_FAULT_TABLE");
  g_autoptr(GError) error = NULL;
  if (path != NULL && !fault_table_write(table, path, &error))
    g_error("%s", error->message);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_set_nonfatal_assertions(); /* one fault without its name must not hide the next */
  table = fault_table_new();
  cases = g_ptr_array_new_with_free_func(g_free);
  g_test_add_func("/lab/every-code-is-accounted-for", test_every_code_is_accounted_for);
  g_test_add_func("/lab/every-fault-has-its-own-name", test_every_fault_has_its_own_name);
  g_test_add_func("/lab/names-like-one", test_names_like_one);
  add_cases();
  int code = g_test_run();
  fault_table_print(table);
  write_table();
  fault_table_free(table);
  g_ptr_array_unref(cases);
  return code;
}
