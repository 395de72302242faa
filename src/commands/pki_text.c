/* The result for a person: what it is, the chain as a picture, what was written, the next step. */
#include "config.h"

#include <string.h>

#include "commands/day_text.h"
#include "commands/finding_text.h"
#include "commands/pki_report.h"
#include "commands/text_block.h"
#include "trust/inspection.h"
#include "util/shell_word.h"

#define NAME_COLUMNS 25
#define PLACE_COLUMNS 15
#define FILE_COLUMNS 20
#define TREE_DEPTH_MAX 6

const PkiFile *
pki_report_file(const PkiReport *report, PkiFileKind kind)
{
  for (guint i = 0; i < report->files->len; i++) {
    const PkiFile *file = report->files->pdata[i];
    if (file->kind == kind)
      return file;
  }
  return NULL;
}

char *
pki_report_key(const PkiReport *report)
{
  const PkiResult *result = report->result;
  if (result->certificate)
    return g_strdup(certificate_key_label(result->certificate));
  gsize length;
  const void *bytes = g_bytes_get_data(result->request, &length);
  g_autoptr(Inspection) inspection = inspection_parse(bytes, length, "request", NULL, NULL);
  g_assert(inspection);
  const InspectedItem *item = inspection->items->pdata[0];
  return g_strdup(item->key_label);
}

/* --- what it is ------------------------------------------------------------------------------- */

static char *
kind_text(const PkiResult *result)
{
  if (result->request)
    return g_strdup("certificate request");
  if (result->role == PKI_ROOT)
    return g_strdup("CA, signed by itself");
  return g_strdup_printf("%s%s", pki_role_name(result->role),
                         result->role == PKI_INTERMEDIATE ? "" : " certificate");
}

static void
append_head(GString *out, const PkiReport *report)
{
  const PkiResult *result = report->result;
  g_autofree char *kind = kind_text(result), *key = pki_report_key(report);
  g_autofree char *names = g_strjoinv(", ", result->names);
  g_autofree char *title =
      g_strdup_printf("%s: %s, %s", *result->subject ? result->subject : "(no subject)", kind, key);
  text_block_append(out, "", title);
  if (*names)
    text_block_append(out, "  names  ", names);
  if (result->certificate)
    text_block_append(out, "  serial ", certificate_serial(result->certificate));
}

/* --- the chain -------------------------------------------------------------------------------- */

static void
append_link(GString *out, const PkiReport *report, const Certificate *certificate,
            const char *place, guint depth)
{
  gint64 start = certificate_not_before(certificate), end = certificate_not_after(certificate);
  int indent = depth > 0 ? 2 * ((int)MIN(depth, TREE_DEPTH_MAX) - 1) : 0;
  g_autofree char *name = g_strdup_printf("%*s%s%s", indent, "", depth > 0 ? "└ " : "",
                                          certificate_subject_label(certificate));
  g_autofree char *from = day_text_date(start, "%Y-%m-%d"), *until = day_text_date(end, "%Y-%m-%d");
  g_autofree char *days = day_text_left(start, end, report->now);
  g_string_append(out, "  ✓ ");
  text_block_cell(out, name, NAME_COLUMNS);
  g_string_append_c(out, ' ');
  text_block_cell(out, place, PLACE_COLUMNS);
  g_string_append_printf(out, " %s → %s %7s\n", from, until, days);
}

static void
append_chain(GString *out, const PkiReport *report)
{
  const PkiResult *result = report->result;
  if (!result->certificate)
    return;
  g_autofree char *base = result->ca_file ? g_path_get_basename(result->ca_file) : NULL;
  g_string_append_c(out, '\n');
  append_link(out, report, result->certificate, "new", 0);
  for (guint i = 0; i < result->issuers->len; i++)
    append_link(out, report, result->issuers->pdata[i], base, i + 1);
}

/* --- files ------------------------------------------------------------------------------------ */

static char *
file_text(const PkiFile *file)
{
  const char *lock = file->encrypted       ? "encrypted with its password"
                     : file->was_encrypted ? "not encrypted (the one before was)"
                                           : "not encrypted";
  switch (file->kind) {
  case PKI_FILE_CERTIFICATE:
    return file->issuers == 0 ? g_strdup("the certificate")
                              : g_strdup_printf("the certificate, and %u CA%s behind it",
                                                file->issuers, file->issuers == 1 ? "" : "s");
  case PKI_FILE_KEY:
    return g_strdup_printf("its private key, %s, mode %04o", lock, (unsigned)file->mode);
  case PKI_FILE_REQUEST:
    return g_strdup("the request");
  default:
    return g_strdup_printf("certificate and key (PKCS#12), %s, mode %04o", lock,
                           (unsigned)file->mode);
  }
}

static void
append_files(GString *out, const PkiReport *report)
{
  g_string_append(out, "\nWritten\n");
  for (guint i = 0; i < report->files->len; i++) {
    const PkiFile *file = report->files->pdata[i];
    g_autofree char *text = file_text(file);
    g_autofree char *lead = g_strdup_printf("  ✓ %-*s ", FILE_COLUMNS, file->path);
    if (g_utf8_strlen(lead, -1) <= FILE_COLUMNS + 5) {
      text_block_append(out, lead, text);
    } else {
      g_autofree char *line = g_strdup_printf("%s: %s", file->path, text);
      text_block_append(out, "  ✓ ", line);
    }
  }
}

/* --- what to do now --------------------------------------------------------------------------- */

static char *
next_of_renewal(const PkiReport *report, const char *path)
{
  const PkiResult *result = report->result;
  gboolean authority = result->role == PKI_ROOT || result->role == PKI_INTERMEDIATE;
  g_autofree char *end = day_text_date(certificate_not_after(result->old), "%Y-%m-%d");
  if (report->in_place)
    return g_strdup_printf("%s%s in the place of the old one, which was valid until %s: %s.", path,
                           result->key_is_new ? " and its new key stand" : " stands", end,
                           authority ? "put it wherever that one is trusted, too"
                                     : "have the program that uses it read it again");
  return g_strdup_printf("Put %s%s in the place of the old one, which ends on %s, %s.", path,
                         result->key_is_new ? " and its new key" : "", end,
                         authority ? "wherever that one is trusted"
                                   : "and have the program that uses it read it again");
}

static char *
next_of_authority(const PkiReport *report, const char *path)
{
  g_autofree char *word = shell_word(path);
  const PkiFile *key = pki_report_file(report, PKI_FILE_KEY);
  return g_strdup_printf(
      "Give %s to the broker as the CA of its clients (mosquitto: cafile, EMQX: cacertfile)%s%s%s, "
      "and make a client with: mqtrust pki client --ca %s%s CN=Client",
      path, key ? "; keep " : "", key ? key->path : "", key ? " to yourself" : "", word,
      key ? "" : " --ca-key KEY");
}

static char *
next_of_leaf(const PkiReport *report, const char *path)
{
  const PkiResult *result = report->result;
  const PkiFile *key = pki_report_file(report, PKI_FILE_KEY);
  g_autofree char *files = key ? g_strdup_printf("%s and %s", path, key->path) : g_strdup(path);
  g_autofree char *ca = pki_result_ca_words(result);
  if (result->action == PKI_SIGN)
    return g_strdup_printf("Send %s back to who asked for it.", path);
  if (result->role == PKI_CLIENT)
    return g_strdup_printf("Give %s to the broker as the CA of its clients (mosquitto: cafile, "
                           "EMQX: cacertfile), and %s to the client.",
                           ca, files);
  return g_strdup_printf("Give %s to the broker (mosquitto: certfile and keyfile), and the root of "
                         "%s%s to its clients as their CA file.",
                         files, result->ca_file,
                         result->ca_file_has_key ? ", without the key that stands there," : "");
}

static char *
next_of_request(const char *path)
{
  g_autofree char *word = shell_word(path);
  return g_strdup_printf("Send %s to the CA, or sign it here with: mqtrust pki sign --ca CA.pem "
                         "--as client %s",
                         path, word);
}

char *
pki_report_next(const PkiReport *report)
{
  const PkiResult *result = report->result;
  if (result->request)
    return next_of_request(pki_report_file(report, PKI_FILE_REQUEST)->path);
  const char *path = pki_report_file(report, PKI_FILE_CERTIFICATE)->path;
  if (result->action == PKI_RENEW)
    return next_of_renewal(report, path);
  if (result->action == PKI_MAKE && (result->role == PKI_ROOT || result->role == PKI_INTERMEDIATE))
    return next_of_authority(report, path);
  return next_of_leaf(report, path);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
append_remarks(GString *out, const PkiResult *result)
{
  if (result->notes->len > 0)
    g_string_append_c(out, '\n');
  for (guint i = 0; i < result->notes->len; i++)
    text_block_append(out, "  · ", result->notes->pdata[i]);
  if (!result->verdict || result->verdict->findings->len == 0)
    return;
  g_string_append(out, "\nFindings\n");
  for (guint i = 0; i < result->verdict->findings->len; i++)
    finding_text_append(out, result->verdict->findings->pdata[i], NULL);
}

/* A command has a line of its own, however long: it is copied into a shell. */
static void
append_next(GString *out, const char *next)
{
  const char *command = strstr(next, ": mqtrust ");
  g_autofree char *words = command ? g_strndup(next, command + 1 - next) : g_strdup(next);
  text_block_append(out, "  ", words);
  if (command)
    g_string_append_printf(out, "    %s\n", command + strlen(": "));
}

char *
pki_text(const PkiReport *report)
{
  GString *out = g_string_new(NULL);
  g_autofree char *next = pki_report_next(report);
  append_head(out, report);
  append_chain(out, report);
  append_remarks(out, report->result);
  append_files(out, report);
  g_string_append(out, "\nNext\n");
  append_next(out, next);
  return g_string_free(out, FALSE);
}
