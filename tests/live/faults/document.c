#include "config.h"

#include "live/faults/document.h"

#include <string.h>

#include "trust/catalogue.h"

#define EMPTY "–"
#define VERSIONS "Measured with "

static const char head[] =
    "# What three programs say to the same fault\n"
    "\n"
    "Made by `make update-faults`: every row is a scene of the fault lab (`mqtrust demo\n"
    "--list-faults`) with real peers, and each program met it. A test holds mqtrust's column "
    "against\n"
    "the lab.\n"
    "\n";

static const char table_head[] =
    "* **mosquitto_sub** is run with `-d`; its lines about packets are left out. What it says of\n"
    "  one and the same fault may differ from run to run: this is one of the ways.\n"
    "* **MQTTX** is Node.js's `tls.connect()` with the files that MQTTX gives it.\n"
    "* **mqtrust** is its worst finding: code, side, why, and what to do.\n"
    "\n"
    "| situation | mosquitto_sub | MQTTX (Node.js) | mqtrust |\n"
    "| --- | --- | --- | --- |\n";

static const char faults_head[] = "\n"
                                  "# The fault lab\n"
                                  "\n"
                                  "| fault | made by | found as | side |\n"
                                  "| --- | --- | --- | --- |\n";

static const char missing_head[] = "\n"
                                   "Codes that the lab does not show:\n"
                                   "\n"
                                   "| code | why not |\n"
                                   "| --- | --- |\n";

/* --- Life ------------------------------------------------------------------------------------- */

static void
row_free(gpointer data)
{
  DocumentRow *row = data;
  for (int i = 0; i <= DOCUMENT_OWN; i++)
    g_free(row->cells[i]);
  g_free(row);
}

Document *
document_new(void)
{
  Document *document = g_new0(Document, 1);
  document->rows = g_ptr_array_new_with_free_func(row_free);
  document->faults = g_string_new(NULL);
  return document;
}

void
document_free(Document *document)
{
  if (document == NULL)
    return;
  g_free(document->versions);
  g_ptr_array_unref(document->rows);
  g_string_free(document->faults, TRUE);
  g_free(document);
}

DocumentRow *
document_add_row(Document *document, const char *situation)
{
  DocumentRow *row = g_new0(DocumentRow, 1);
  row->situation = situation;
  g_ptr_array_add(document->rows, row);
  return row;
}

/* --- Cells ------------------------------------------------------------------------------------ */

/* Text that Markdown is to leave as it is. */
static void
append_escaped(GString *cell, const char *text)
{
  for (; *text != '\0'; text++) {
    if (strchr("\\`*_<>|[]", *text) != NULL)
      g_string_append_c(cell, '\\');
    g_string_append_c(cell, *text == '\n' ? ' ' : *text);
  }
}

/* As it was printed. A cell ends at a '|' even in code. */
static void
append_code(GString *cell, const char *text)
{
  g_auto(GStrv) parts = g_strsplit(text, "|", -1);
  g_autofree char *safe = g_strjoinv("\\|", parts);
  g_string_append_printf(cell, strchr(text, '`') != NULL ? "`` %s ``" : "`%s`", safe);
}

char *
document_foreign_cell(const char *lines)
{
  if (lines == NULL)
    return g_strdup(EMPTY);
  GString *cell = g_string_new(NULL);
  g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
  for (char **line = each; *line != NULL; line++) {
    if (line != each)
      g_string_append(cell, "<br>");
    if (**line == '(')
      g_string_append_printf(cell, "*%s*", *line);
    else
      append_code(cell, *line);
  }
  return g_string_free(cell, FALSE);
}

char *
document_answer_cell(const Answer *answer)
{
  if (answer->code == NULL)
    return g_strdup(answer->outcome == CHECK_ONLINE ? "*(connects)*" : "*(nothing was found)*");
  GString *cell = g_string_new(NULL);
  g_string_append_printf(
      cell, "**%s** (%s%s%s)<br>", answer->code, finding_side_name(answer->side),
      answer->severity == FINDING_ERROR ? "" : ", ",
      answer->severity == FINDING_ERROR ? "" : finding_severity_name(answer->severity));
  append_escaped(cell, answer->message);
  if (answer->remedy != NULL) {
    g_string_append(cell, "<br>→ ");
    append_escaped(cell, answer->remedy);
  }
  return g_string_free(cell, FALSE);
}

/* --- Writing ---------------------------------------------------------------------------------- */

void
document_add_fault(Document *document, const LabFault *fault, const char *found)
{
  g_autofree char *name = lab_fault_name(fault);
  g_string_append_printf(document->faults, "| %s | ", name);
  append_escaped(document->faults, fault->made_by);
  g_string_append_printf(document->faults, " | %s | %s |\n", found != NULL ? found : EMPTY,
                         finding_side_name(fault->side));
}

static void
append_rows(const Document *document, GString *text)
{
  for (guint i = 0; i < document->rows->len; i++) {
    const DocumentRow *row = g_ptr_array_index(document->rows, i);
    g_string_append_printf(text, "| %s |", row->situation);
    for (int column = 0; column <= DOCUMENT_OWN; column++)
      g_string_append_printf(text, " %s |",
                             row->cells[column] != NULL ? row->cells[column] : EMPTY);
    g_string_append_c(text, '\n');
  }
}

static void
append_missing(GString *text)
{
  const LabMissing *missing = lab_missing();
  if (missing->code == NULL)
    return;
  g_string_append(text, missing_head);
  for (; missing->code != NULL; missing++) {
    g_string_append_printf(text, "| %s | ", missing->code);
    append_escaped(text, missing->reason);
    g_string_append(text, " |\n");
  }
}

char *
document_text(const Document *document)
{
  GString *text = g_string_new(head);
  g_string_append_printf(text, "%s\n\n%s", document->versions, table_head);
  append_rows(document, text);
  g_string_append(text, faults_head);
  g_string_append(text, document->faults->str);
  g_string_append_printf(text, "\n%u of the catalogue's %u codes are shown.\n", document->shown,
                         document->codes);
  append_missing(text);
  return g_string_free(text, FALSE);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* (transfer full): of the first line that begins with `start`, all after that; NULL: none does. */
static char *
find_line(const char *text, const char *start)
{
  g_autofree char *wanted = g_strconcat("\n", start, NULL);
  const char *found = strstr(text, wanted);
  if (found == NULL)
    return NULL;
  found += strlen(wanted);
  return g_strndup(found, strcspn(found, "\n"));
}

static char **
find_cells(const char *text, const char *first)
{
  g_autofree char *start = g_strdup_printf("| %s | ", first);
  g_autofree char *line = find_line(text, start);
  return line != NULL ? g_regex_split_simple("(?<!\\\\) \\| ?", line, 0, 0) : NULL;
}

char **
document_find_row(const char *text, const char *situation)
{
  char **cells = find_cells(text, situation);
  if (cells != NULL && g_strv_length(cells) < DOCUMENT_OWN + 1)
    g_clear_pointer(&cells, g_strfreev);
  return cells;
}

char *
document_find_found(const char *text, const char *name)
{
  g_auto(GStrv) cells = find_cells(text, name);
  return cells != NULL && g_strv_length(cells) >= 2 ? g_strdup(cells[1]) : NULL;
}

char *
document_find_versions(const char *text)
{
  g_autofree char *rest = find_line(text, VERSIONS);
  return rest != NULL ? g_strconcat(VERSIONS, rest, NULL) : NULL;
}
