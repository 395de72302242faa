/* docs/faults.md says what mqtrust says: each situation's scene is started and checked anew, and
 * the answer compared with the file's. With MQTRUST_TEST_UPDATE_FAULTS=1 (make update-faults) the
 * file is written, and mosquitto_sub and Node.js are run against the same scenes; else their
 * columns are taken as they are. */
#include "config.h"

#include <string.h>

#include "live/faults/document.h"
#include "live/faults/fault_case.h"
#include "live/faults/situations.h"
#include "trust/catalogue.h"

static gboolean update;
static char *path;
static char *committed; /* "" when there is no file yet */
static Document *document;

static gboolean
is_skipped(LabScene *scene, const GError *error)
{
  if (scene != NULL)
    return FALSE;
  if (!g_error_matches(error, LAB_ERROR, LAB_ERROR_PROGRAM))
    g_error("%s", error->message);
  g_test_skip(error->message);
  return TRUE;
}

/* --- Foreign columns -------------------------------------------------------------------------- */

static char *
measure_versions(void)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  for (int program = 0; program < FOREIGN_COUNT; program++) {
    char *version = foreign_version((Foreign)program);
    if (version != NULL)
      g_ptr_array_add(names, version);
  }
  g_ptr_array_add(names, NULL);
  g_autofree char *list = g_strjoinv(" and ", (char **)names->pdata);
  return g_strdup_printf("Measured with %s.", names->len > 1 ? list : "none of them");
}

/* (transfer full): the cell that was there when the program still says that, too: else what is
 * chance would be a difference at every update. */
static char *
choose_cell(const GPtrArray *answers, guint16 port, const char *old)
{
  g_autofree char *first = NULL;
  for (guint i = 0; i < answers->len; i++) {
    g_autofree char *plain = answer_normalise_ports(answers->pdata[i], port);
    g_autofree char *cell = document_foreign_cell(plain);
    if (g_strcmp0(cell, old) == 0)
      return g_steal_pointer(&cell);
    if (first == NULL)
      first = g_steal_pointer(&cell);
  }
  return first != NULL ? g_steal_pointer(&first) : document_foreign_cell(NULL);
}

/* Each program meets a scene of its own: what one did to a broker is nothing to the next. */
static char *
measure_foreign(Foreign program, const LabFault *fault, LabTls tls, const char *old)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *version = foreign_version(program);
  if (version == NULL)
    return g_strdup(old);
  g_autoptr(LabScene) scene = lab_scene_start(fault, tls, &error);
  g_assert_no_error(error);
  const Profile *profile = lab_scene_profile(scene);
  g_autoptr(GPtrArray) answers = foreign_run(program, profile, lab_scene_folder(scene));
  return choose_cell(answers, profile_port(profile), old);
}

static void
fill_foreign(DocumentRow *row, const LabFault *fault, LabTls tls)
{
  g_auto(GStrv) cells = document_find_row(committed, row->situation);
  for (int program = 0; program < FOREIGN_COUNT; program++) {
    const char *old = cells != NULL ? cells[program] : NULL;
    row->cells[program] =
        update ? measure_foreign((Foreign)program, fault, tls, old) : g_strdup(old);
  }
}

/* The runner itself: else its columns could be anything at the next update. */
static void
test_foreign(gconstpointer data)
{
  Foreign program = (Foreign)GPOINTER_TO_INT(data);
  g_autofree char *version = foreign_version(program);
  g_autoptr(GError) error = NULL;
  if (version == NULL) {
    g_test_skip("it is not on this machine");
    return;
  }
  g_autoptr(LabScene) scene =
      lab_scene_start(lab_fault_find("client-ca-unknown"), LAB_TLS_1_2, &error);
  if (is_skipped(scene, error))
    return;
  g_autoptr(GPtrArray) answers =
      foreign_run(program, lab_scene_profile(scene), lab_scene_folder(scene));
  g_assert_cmpuint(answers->len, >, 0);
  const char *lines = answers->pdata[0];
  g_test_message("%s", lines);
  g_assert_nonnull(strstr(lines, "alert unknown ca"));
  g_assert_null(strstr(lines, lab_scene_folder(scene)));
  g_assert_cmpint(strstr(lines, "(exit status ") != NULL, ==, program == FOREIGN_MOSQUITTO_SUB);
}

/* --- mqtrust's column ------------------------------------------------------------------------- */

static void
keep_old(DocumentRow *row)
{
  g_auto(GStrv) old = document_find_row(committed, row->situation);
  for (int column = 0; old != NULL && column <= DOCUMENT_OWN; column++)
    row->cells[column] = g_strdup(old[column]);
}

/* By its whole name, not by the code alone. */
static const LabFault *
find_fault(const char *name)
{
  const LabFault *fault = lab_fault_find(name);
  g_autofree char *own = fault != NULL ? lab_fault_name(fault) : NULL;
  return g_strcmp0(own, name) == 0 ? fault : NULL;
}

/* The file tells it as it was told now. That the name is right is test_faults' to say. */
static void
test_situation(gconstpointer data)
{
  const Situation *situation = data;
  const LabFault *fault = find_fault(situation->fault);
  g_autoptr(GError) error = NULL;
  if (fault == NULL) {
    g_test_incomplete("the lab has no such scene");
    return;
  }
  DocumentRow *row = document_add_row(document, situation->text);
  g_autoptr(LabScene) scene = lab_scene_start(fault, situation->tls, &error);
  if (is_skipped(scene, error)) {
    keep_old(row);
    return;
  }
  g_autoptr(Answer) answer = answer_get(scene);
  row->cells[DOCUMENT_OWN] = document_answer_cell(answer);
  fill_foreign(row, fault, situation->tls);
  if (update)
    return;
  g_auto(GStrv) old = document_find_row(committed, situation->text);
  g_assert_cmpstr(row->cells[DOCUMENT_OWN], ==, old != NULL ? old[DOCUMENT_OWN] : NULL);
}

/* --- The table of the lab --------------------------------------------------------------------- */

/* (transfer full): what it was found as with this version; NULL when its scene does not start. */
static char *
measure_found_with(const LabFault *fault, LabTls tls)
{
  const FaultCase one = {fault, tls};
  g_autoptr(FaultResult) result = fault_case_run(&one);
  if (result->end != FAULT_CASE_RAN)
    return NULL;
  if (fault_result_find(result, fault->code) != NULL)
    return g_strdup(fault->code);
  return g_strdup(result->findings->len > 0 ? ((const Finding *)result->findings->pdata[0])->code
                                            : "nothing");
}

/* (transfer full): with every version that shows it. */
static char *
measure_found(const LabFault *fault)
{
  g_autofree char *old = NULL, *new = NULL;
  if (lab_fault_has_tls(fault, LAB_TLS_1_2))
    old = measure_found_with(fault, LAB_TLS_1_2);
  if (lab_fault_has_tls(fault, LAB_TLS_1_3))
    new = measure_found_with(fault, LAB_TLS_1_3);
  if (old == NULL || new == NULL || strcmp(old, new) == 0)
    return new != NULL ? g_steal_pointer(&new) : g_steal_pointer(&old);
  return g_strdup_printf("%s (TLS 1.2: %s)", new, old);
}

static guint
count_codes(const LabFault *const *faults, gsize count)
{
  g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);
  for (gsize i = 0; i < count; i++)
    g_hash_table_add(codes, (gpointer)faults[i]->code);
  return g_hash_table_size(codes);
}

/* That each is found as what it is, the lab's own tests see to; here it is measured for the file.
 */
static void
test_lab(void)
{
  gsize count, codes;
  const LabFault *const *faults = lab_faults(&count);
  catalogue_entries(&codes);
  document->shown = count_codes(faults, count);
  document->codes = (guint)codes;
  for (gsize i = 0; i < count; i++) {
    g_autofree char *name = lab_fault_name(faults[i]);
    g_autofree char *found =
        update ? measure_found(faults[i]) : document_find_found(committed, name);
    document_add_fault(document, faults[i], found);
  }
}

/* --- The file --------------------------------------------------------------------------------- */

/* The first line that differs, for the whole is long. */
static void
assert_same_text(const char *text, const char *expected)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1), wanted = g_strsplit(expected, "\n", -1);
  guint i = 0;
  while (lines[i] != NULL && wanted[i] != NULL && strcmp(lines[i], wanted[i]) == 0)
    i++;
  if (lines[i] == NULL && wanted[i] == NULL)
    return;
  g_test_message(
      "docs/faults.md, line %u:\n  has: %s\n  now: %s\nmake update-faults writes it anew; "
      "look at the difference before you commit",
      i + 1, wanted[i] != NULL ? wanted[i] : "(its end)",
      lines[i] != NULL ? lines[i] : "(its end)");
  g_test_fail();
}

static void
test_file(void)
{
  g_autoptr(GError) error = NULL;
  document->versions = update ? measure_versions() : document_find_versions(committed);
  g_autofree char *text = document_text(document);
  if (!update)
    assert_same_text(text, committed);
  else if (!g_file_set_contents(path, text, -1, &error))
    g_error("%s", error->message);
}

/* --- Cells ------------------------------------------------------------------------------------ */

static void
test_normal_form(void)
{
  static const char *const cases[][2] = {
      {"/tmp/lab-1/ca.pem ended 2026-11-22", "ca.pem ended DATE"},
      {"valid from 2026-11-22 15:04:05 UTC", "valid from DATE"},
      {"nothing listens on 127.0.0.1:4711", "nothing listens on 127.0.0.1:PORT"},
      {"14711 and 47110 are no ports of it", "14711 and 47110 are no ports of it"},
      {"its key is 0a1b2c3d01234567", "its key is FINGERPRINT"},
      {"its key is 0A:1B:2C:3D:4E", "its key is FINGERPRINT"},
      {"the client mqtrust-Ab3dEf9h", "the client mqtrust-ID"},
      {"12345678 bytes, a decade, 2048 bits", "12345678 bytes, a decade, 2048 bits"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *plain = answer_normalise(cases[i][0], "/tmp/lab-1", 4711);
    g_assert_cmpstr(plain, ==, cases[i][1]);
  }
}

static void
test_cells(void)
{
  g_autofree char *printed = document_foreign_cell("Error: a|b\n(exit status 7)");
  g_assert_cmpstr(printed, ==, "`Error: a\\|b`<br>*(exit status 7)*");
  g_autofree char *nothing = document_foreign_cell(NULL);
  g_assert_cmpstr(nothing, ==, "–");
  g_autoptr(Answer) answer = g_new0(Answer, 1);
  answer->outcome = CHECK_FAILED;
  answer->code = g_strdup("leaf-expired");
  answer->side = FINDING_SIDE_SERVER;
  answer->message = g_strdup("\"*.a_b\" ended <DATE>.");
  answer->remedy = g_strdup("Renew it | now.");
  g_autofree char *own = document_answer_cell(answer);
  g_assert_cmpstr(own, ==,
                  "**leaf-expired** (server)<br>\"\\*.a\\_b\" ended \\<DATE\\>."
                  "<br>→ Renew it \\| now.");
}

/* A cell with an escaped '|' is one cell; a row is found by its whole first cell. */
static void
test_reading(void)
{
  static const char text[] = "# x\n\nMeasured with a 1 and b 2.\n\n| s | m | n | q |\n"
                             "| a case | `x\\|y` | – | **c** |\n"
                             "| name/variant | mosquitto | name | trust |\n";
  g_auto(GStrv) cells = document_find_row(text, "a case");
  g_assert_nonnull(cells);
  g_assert_cmpstr(cells[0], ==, "`x\\|y`");
  g_assert_cmpstr(cells[1], ==, "–");
  g_assert_cmpstr(cells[2], ==, "**c**");
  g_assert_null(document_find_row(text, "a"));
  g_assert_null(document_find_row(text, "case"));
  g_autofree char *versions = document_find_versions(text);
  g_assert_cmpstr(versions, ==, "Measured with a 1 and b 2.");
  g_autofree char *found = document_find_found(text, "name/variant");
  g_assert_cmpstr(found, ==, "name");
}

/* --- Main ------------------------------------------------------------------------------------- */

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_set_nonfatal_assertions(); /* one row that differs must not hide the next */
  update = g_getenv("MQTRUST_TEST_UPDATE_FAULTS") != NULL;
  path = g_build_filename(g_getenv("MQTRUST_TEST_SRCDIR"), "docs", "faults.md", NULL);
  if (!g_file_get_contents(path, &committed, NULL, NULL))
    committed = g_strdup("");
  document = document_new();
  g_test_add_func("/faults/document/normal-form", test_normal_form);
  g_test_add_func("/faults/document/cells", test_cells);
  g_test_add_func("/faults/document/reading", test_reading);
  g_test_add_data_func("/faults/document/mosquitto_sub", GINT_TO_POINTER(FOREIGN_MOSQUITTO_SUB),
                       test_foreign);
  g_test_add_data_func("/faults/document/node", GINT_TO_POINTER(FOREIGN_MQTTX), test_foreign);
  gsize count;
  const Situation *all = situations(&count);
  for (gsize i = 0; i < count; i++) {
    g_autofree char *name = g_strdup_printf("/faults/document/%s", all[i].text);
    g_test_add_data_func(name, &all[i], test_situation);
  }
  g_test_add_func("/faults/document/lab", test_lab);
  g_test_add_func("/faults/document/file", test_file);
  int status = g_test_run();
  document_free(document);
  g_free(committed);
  g_free(path);
  return status;
}
