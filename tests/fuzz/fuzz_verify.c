/* What `mqtrust verify` prints of certificates that anybody may have made: as text for a terminal
 * of 80 columns, and as JSON.
 *
 * The file holds certificates in any form; its first byte says how many of the last are trusted and
 * how many before those are given besides. Whatever they are: no line is wider than the terminal,
 * nothing in it moves a cursor, and the JSON is read by a reader that is not ours. */
#include "config.h"

#include <json-glib/json-glib.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "commands/text_block.h"
#include "commands/verify_report.h"
#include "trust/certificate_file.h"
#include "util/text_width.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

/* A file that is no file of the disk: as the program gets them. (transfer full): its path. */
static char *
write_file(int *file, GPtrArray *certificates, guint first, guint next)
{
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = first; i < next; i++) {
    g_autofree char *one = certificate_to_pem(certificates->pdata[i]);
    g_string_append(pem, one);
  }
  if (*file < 0)
    *file = memfd_create("certificates", 0);
  check(ftruncate(*file, 0) == 0 && pwrite(*file, pem->str, pem->len, 0) == (gssize)pem->len);
  return g_strdup_printf("/proc/self/fd/%d", *file);
}

static void
check_text(const VerifyReport *report)
{
  g_autofree char *text = verify_text(report);
  check(g_utf8_validate(text, -1, NULL));
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    check(text_width(*line) <= TEXT_BLOCK_COLUMNS);
    for (const char *at = *line; *at; at = g_utf8_next_char(at))
      check(!g_unichar_iscntrl(g_utf8_get_char(at)));
  }
}

static void
check_json(const VerifyReport *report, gboolean ascii)
{
  g_autofree char *text = verify_json(report, ascii);
  g_autoptr(JsonNode) node = json_from_string(text, NULL);
  check(node != NULL && JSON_NODE_HOLDS_OBJECT(node));
  check(!ascii || g_str_is_ascii(text));
  JsonObject *object = json_node_get_object(node);
  check(json_object_get_boolean_member(object, "accepted") == report->verdict->accepted);
  check(json_array_get_length(json_object_get_array_member(object, "path")) ==
        report->verdict->path->len);
  check(json_array_get_length(json_object_get_array_member(object, "findings")) ==
        report->verdict->findings->len);
}

static void
check_report(const VerifyOptions *options)
{
  g_autoptr(VerifyInput) input = verify_input_read(options);
  check(input->problems->len == 0);
  g_autoptr(Verdict) verdict = verify(&input->request);
  verify_input_place_findings(input, verdict->findings);
  g_autoptr(SecondOpinion) opinion = second_opinion(&input->request);
  VerifyReport report = {input, verdict, opinion};
  check_text(&report);
  check_json(&report, FALSE);
  check_json(&report, TRUE);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  static int files[] = {-1, -1, -1};
  g_autoptr(GPtrArray) all = certificate_file_parse(data, size, "fuzz", NULL);
  if (!all || all->len < 2)
    return 0;
  setlocale(LC_ALL, "C.UTF-8");
  guint trusted = 1 + data[0] % 16 % (all->len - 1), left = all->len - trusted;
  guint given = data[0] / 16 % left;
  g_autofree char *chain = write_file(&files[0], all, 0, left - given);
  g_autofree char *untrusted = write_file(&files[1], all, left - given, left);
  g_autofree char *anchors = write_file(&files[2], all, left, all->len);
  VerifyOptions options = {.file = chain,
                           .trust = (char *[]){anchors, NULL},
                           .untrusted = given > 0 ? (char *[]){untrusted, NULL} : NULL,
                           .name = (char *)"mqtt.example.com",
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .rules = data[size / 2] & 1 ? VERIFY_RULES_STRICT : VERIFY_RULES_DEFAULT,
                           .time = NOW};
  check_report(&options);
  return 0;
}
