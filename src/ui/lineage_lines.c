#include "config.h"

#include "ui/lineage_lines.h"

#include <string.h>

#include "trust/lineage_text.h"
#include "trust/trust_error.h"
#include "ui/finding_text.h"
#include "util/safe_text.h"

#define NAME_COLUMNS 13    /* "fullchain.pem" */
#define SETTING_COLUMNS 15 /* "preferred chain" */

static GPtrArray *
lines_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)certificate_line_free);
}

static void
add_point(CertificateLines *list, gboolean doubtful, const char *text)
{
  certificate_lines_text(list, ROLE_NORMAL, doubtful ? GLYPH_WARN : GLYPH_DOT,
                         doubtful ? ROLE_WARNING : ROLE_DIM, FALSE, text);
}

static void
add_step(CertificateLines *list, const char *text)
{
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_ARROW_RIGHT, ROLE_ACCENT, FALSE, text);
}

/* --- what it is, and what is wrong ------------------------------------------------------------ */

/* The worst finding of this file, or about this certificate; NULL: none but notes. */
static const Finding *
finding_about(const Lineage *lineage, const char *file, const char *sha256)
{
  for (guint i = 0; i < lineage->findings->len; i++) {
    const Finding *finding = lineage->findings->pdata[i]; /* worst first */
    if (finding->severity > FINDING_WARNING)
      break;
    if (finding->source != FINDING_SOURCE_PEER &&
        ((file && g_strcmp0(finding->file, file) == 0) ||
         (sha256 && g_strcmp0(finding->sha256, sha256) == 0)))
      return finding;
  }
  return NULL;
}

static void
add_head(CertificateLines *list, const Lineage *lineage)
{
  const Finding *worst = lineage->findings->len > 0 ? lineage->findings->pdata[0] : NULL;
  gboolean bad = worst && worst->severity <= FINDING_WARNING;
  g_autofree char *version = lineage_text_version(lineage);
  g_autofree char *title = g_strdup_printf("%s: %s", lineage->name, version);
  certificate_lines_text(list, ROLE_STRONG, bad ? finding_glyph(worst->severity) : GLYPH_OK,
                         bad ? finding_role(worst->severity) : ROLE_GOOD, FALSE, title);
  g_autofree char *names = lineage_text_names(lineage);
  if (!names)
    return;
  g_autofree char *text = g_strconcat("for ", names, NULL);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_COUNT, ROLE_NORMAL, TRUE, text);
}

/* Errors and warnings stand above what they are about, notes below it. */
static void
add_findings(CertificateLines *list, const Lineage *lineage, gboolean notes)
{
  gboolean headed = FALSE;
  for (guint i = 0; i < lineage->findings->len; i++) {
    const Finding *finding = lineage->findings->pdata[i];
    if ((finding->severity == FINDING_INFO) != notes)
      continue;
    if (notes && !headed)
      certificate_lines_heading(list, "Notes");
    headed = TRUE;
    certificate_lines_finding(list, finding);
  }
}

/* --- its files -------------------------------------------------------------------------------- */

static char *
file_detail(const Lineage *lineage, LineageFileKind kind)
{
  const LineageFile *file = &lineage->files[kind];
  g_autofree char *path = safe_text_string(file->path);
  g_autofree char *target = file->target ? safe_text_string(file->target) : NULL;
  g_autofree char *text = lineage_text_file(lineage, kind);
  return g_strdup_printf("%s\n%s%s\n%s.", path, target ? "is a link to " : "is no link",
                         target ? target : "", text);
}

static void
add_file(CertificateLines *list, const Lineage *lineage, LineageFileKind kind)
{
  const LineageFile *file = &lineage->files[kind];
  g_autofree char *path = safe_text_string(file->path);
  const Finding *finding = finding_about(lineage, path, NULL);
  g_autofree char *place = lineage_text_place(file);
  const char *key = kind == LINEAGE_KEY ? lineage->key_label : NULL;
  g_autofree char *line = g_strdup_printf(
      "%-*s %s %s %s%s%s", NAME_COLUMNS, lineage_file_name(kind), place, glyph(GLYPH_DOT),
      key ? key : "", key ? ": " : "", lineage_file_purpose(kind));
  gboolean bad = finding && finding->severity == FINDING_ERROR;
  certificate_lines_text(list, ROLE_NORMAL,
                         !file->there || bad ? GLYPH_FAIL
                         : finding           ? GLYPH_WARN
                                             : GLYPH_OK,
                         !file->there || bad ? ROLE_ERROR
                         : finding           ? ROLE_WARNING
                                             : ROLE_GOOD,
                         FALSE, line);
  certificate_lines_detail(list, lineage_file_name(kind), file_detail(lineage, kind));
}

static void
add_files(CertificateLines *list, const Lineage *lineage)
{
  g_autofree char *folder = safe_text_string(lineage->folder);
  g_autofree char *heading = g_strdup_printf("Files in %s", folder);
  certificate_lines_heading(list, heading);
  for (int kind = 0; kind < LINEAGE_FILES; kind++)
    add_file(list, lineage, (LineageFileKind)kind);
}

/* --- the chain -------------------------------------------------------------------------------- */

static void
add_certificate(CertificateLines *list, const Lineage *lineage, guint index, gint64 now)
{
  Certificate *certificate = lineage->certificates->pdata[index];
  const Finding *finding = finding_about(lineage, NULL, certificate_sha256(certificate));
  gboolean bad = (finding && finding->severity == FINDING_ERROR) ||
                 now < certificate_not_before(certificate) ||
                 now > certificate_not_after(certificate);
  CertificateLine *line = certificate_lines_certificate(list, certificate, NULL);
  g_snprintf(line->index, sizeof line->index, "%u", index);
  line->depth = (int)index;
  line->role = index == 0 ? ROLE_STRONG : ROLE_NORMAL;
  line->glyph = bad ? GLYPH_FAIL : finding ? GLYPH_WARN : GLYPH_OK;
  line->glyph_role = bad ? ROLE_ERROR : finding ? ROLE_WARNING : ROLE_GOOD;
  line->origin = g_strdup(lineage_role_name(lineage_role(lineage, index)));
}

static void
add_chain(CertificateLines *list, const Lineage *lineage, gint64 now)
{
  g_autofree char *top = lineage_text_top(lineage);
  if (!top)
    return;
  certificate_lines_heading(list, "Certificates");
  for (guint i = 0; i < lineage->certificates->len; i++)
    add_certificate(list, lineage, i, now);
  add_point(list, FALSE, top);
}

/* --- renewal and brokers ---------------------------------------------------------------------- */

static void
add_setting(CertificateLines *list, const char *name, const char *value)
{
  if (!value)
    return;
  g_autofree char *line = g_strdup_printf("%-*s %s", SETTING_COLUMNS, name, value);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_COUNT, ROLE_NORMAL, TRUE, line);
}

static void
add_renewal(CertificateLines *list, const Lineage *lineage, gint64 now)
{
  const RenewalConfig *renewal = lineage->renewal;
  g_autofree char *due = lineage_text_due(lineage);
  certificate_lines_heading(list, "Renewal");
  add_point(list, lineage_renewal_is_doubtful(lineage_renewal(lineage, now)),
            due                     ? due
            : lineage->version == 0 ? "certbot does not renew copies: it looks for its own "
                                      "links in live/"
                                    : "when certbot renews it cannot be told: there is no "
                                      "certificate");
  if (!renewal)
    return;
  add_setting(list, "authenticator", renewal->authenticator);
  add_setting(list, "server", renewal->server);
  add_setting(list, "preferred chain", renewal->preferred_chain);
  add_setting(list, "deploy hook", renewal->deploy_hook);
}

/* Enter shows what the broker showed. */
static void
add_broker(CertificateLines *list, const LineageBroker *broker)
{
  gboolean same = broker->served == LINEAGE_SERVED;
  g_autofree char *text = lineage_text_broker(broker);
  guint first = list->lines->len;
  certificate_lines_text(list, ROLE_NORMAL, same ? GLYPH_OK : GLYPH_WARN,
                         same ? ROLE_GOOD : ROLE_WARNING, FALSE, text);
  CertificateLine *line = list->lines->pdata[first];
  line->certificate = certificate_ref(broker->shown);
}

static void
add_brokers(CertificateLines *list, const Lineage *lineage)
{
  certificate_lines_heading(list, "Served by");
  for (guint i = 0; i < lineage->brokers->len; i++)
    add_broker(list, lineage->brokers->pdata[i]);
  if (lineage->brokers->len == 0)
    add_point(list, FALSE,
              "no connection here has met a broker of these names yet; once one has, this says "
              "whether it serves this certificate or an older one");
}

GPtrArray *
lineage_lines_new(const Lineage *lineage, gint64 now, int columns)
{
  CertificateLines list = {.lines = lines_new(), .columns = columns};
  add_head(&list, lineage);
  add_findings(&list, lineage, FALSE);
  add_files(&list, lineage);
  add_chain(&list, lineage, now);
  add_renewal(&list, lineage, now);
  add_brokers(&list, lineage);
  add_findings(&list, lineage, TRUE);
  return list.lines;
}

/* --- nothing to show -------------------------------------------------------------------------- */

static void
add_elsewhere(CertificateLines *list)
{
  add_step(list, "Is certbot's folder another one? Start mqtrust with --certbot-dir DIR.");
}

static void
add_issuing(CertificateLines *list)
{
  add_step(list, "certbot certonly gets one; by a record in the DNS, for example: certbot certonly "
                 "--manual --preferred-challenges dns -d mqtt.example.com");
}

GPtrArray *
lineage_lines_failed(const GError *error, int columns)
{
  CertificateLines list = {.lines = lines_new(), .columns = columns};
  g_autoptr(Finding) finding = finding_from_error(error, FINDING_SOURCE_CHAIN, NULL);
  certificate_lines_text(&list, ROLE_NORMAL, GLYPH_FAIL, ROLE_ERROR, FALSE,
                         finding_reason(finding));
  if (g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_UNREADABLE)) {
    if (finding->remedy && finding->remedy[0])
      add_step(&list, finding->remedy);
    add_step(&list, "As root: sudo mqtrust. With a copy that you may read: mqtrust --certbot-dir "
                    "DIR.");
    return list.lines;
  }
  add_issuing(&list);
  add_elsewhere(&list);
  return list.lines;
}

GPtrArray *
lineage_lines_none(const char *certbot, int columns)
{
  CertificateLines list = {.lines = lines_new(), .columns = columns};
  g_autofree char *live =
      g_build_filename(certbot ? certbot : LINEAGE_CERTBOT_FOLDER, "live", NULL);
  g_autofree char *safe = safe_text_string(live);
  g_autofree char *text = g_strdup_printf("There is no certificate in %s yet.", safe);
  certificate_lines_text(&list, ROLE_NORMAL, GLYPH_DOT, ROLE_DIM, FALSE, text);
  add_issuing(&list);
  add_elsewhere(&list);
  return list.lines;
}
