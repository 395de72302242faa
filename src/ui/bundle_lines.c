#include "config.h"

#include "ui/bundle_lines.h"

#include <string.h>

#include "ui/bundle_steps.h"
#include "util/safe_text.h"

#define COLUMNS_WIDE 60 /* for a file's name, mode and purpose beside each other */

/* --- What it is ------------------------------------------------------------------------------- */

static guint
count_errors(const GPtrArray *findings)
{
  guint errors = 0;
  for (guint i = 0; i < findings->len; i++)
    errors += ((const Finding *)findings->pdata[i])->severity == FINDING_ERROR;
  return errors;
}

static void
add_head(CertificateLines *list, const BundleMade *made)
{
  const Bundle *bundle = made->bundle;
  guint errors = count_errors(bundle->findings);
  g_autofree char *folder = safe_text_string(made->order->folder);
  g_autofree char *name = bundle->certificates->len > 0
                              ? g_strdup(certificate_subject_label(bundle->certificates->pdata[0]))
                              : g_strdup("No certificate");
  g_autofree char *good = g_strdup_printf("%s: %u files written to the folder %s", name,
                                          bundle->files ? bundle->files->len : 0, folder);
  g_autofree char *bad =
      g_strdup_printf("Nothing was written: %u error%s to mend first. Esc goes back to the form.",
                      errors, errors == 1 ? "" : "s");
  certificate_lines_text(list, ROLE_STRONG, made->written ? GLYPH_OK : GLYPH_FAIL,
                         made->written ? ROLE_GOOD : ROLE_ERROR, FALSE, made->written ? good : bad);
}

static void
add_findings(CertificateLines *list, const BundleMade *made)
{
  const GPtrArray *findings = made->bundle->findings;
  if (findings->len > 0)
    certificate_lines_heading(list, "Findings");
  for (guint i = 0; i < findings->len; i++)
    certificate_lines_finding(list, findings->pdata[i]);
}

/* --- Certificates ----------------------------------------------------------------------------- */

/* The worst that was found about it, or NULL. */
static const Finding *
finding_about(const BundleMade *made, const Certificate *certificate)
{
  const GPtrArray *findings = made->bundle->findings;
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    if (finding->severity != FINDING_INFO &&
        g_strcmp0(finding->sha256, certificate_sha256(certificate)) == 0)
      return finding;
  }
  return NULL;
}

static void
add_link(CertificateLines *list, const BundleMade *made, Certificate *certificate, guint place,
         const char *what)
{
  CertificateLine *line = certificate_lines_certificate(list, certificate, NULL);
  const Finding *finding = finding_about(made, certificate);
  gboolean bad = finding && finding->severity == FINDING_ERROR;
  g_snprintf(line->index, sizeof line->index, "%u", place);
  line->depth = (int)place;
  line->glyph = bad ? GLYPH_FAIL : finding ? GLYPH_WARN : GLYPH_OK;
  line->glyph_role = bad ? ROLE_ERROR : finding ? ROLE_WARNING : ROLE_GOOD;
  line->origin = g_strdup(finding ? finding->code : what);
}

static void
add_certificates(CertificateLines *list, const BundleMade *made)
{
  const GPtrArray *chain = made->bundle->certificates, *client_ca = made->bundle->client_ca;
  if (chain->len > 0)
    certificate_lines_heading(list, "The broker's certificate and its chain");
  for (guint i = 0; i < chain->len; i++)
    add_link(list, made, chain->pdata[i], i, i == 0 ? "certificate" : "intermediate");
  if (made->written || client_ca)
    certificate_lines_heading(list, "Clients that are let in");
  for (guint i = 0; client_ca && i < client_ca->len; i++)
    add_link(list, made, client_ca->pdata[i], 0, "client CA");
  if (made->written && !client_ca)
    certificate_lines_text(list, ROLE_NORMAL, GLYPH_DOT, ROLE_DIM, FALSE,
                           "every client: without a client CA it is one-way TLS");
}

/* --- Files ------------------------------------------------------------------------------------ */

/* (transfer full): what Enter shows of it. Keys and stores are told of, not shown. */
static char *
content(const BundleMade *made, const BundleFile *file)
{
  gsize length;
  const char *bytes = g_bytes_get_data(file->bytes, &length);
  if (!file->secret && !g_str_has_suffix(file->name, ".p12"))
    return g_strndup(bytes, length);
  g_autofree char *path = g_build_filename(made->order->folder, file->name, NULL);
  g_autofree char *safe = safe_text_string(path);
  return g_strdup_printf("%s: %s.\n\n%" G_GSIZE_FORMAT " bytes, mode %04o. %s", safe, file->purpose,
                         length, (unsigned)bundle_file_mode(file),
                         file->secret ? "It is not shown here: whoever sees it can pass for the "
                                        "broker. Give it to nobody but the broker."
                                      : "It is no text: only programs can read it.");
}

/* (transfer full): in columns where there is room for them. */
static char *
file_line(const CertificateLines *list, const BundleMade *made, const BundleFile *file)
{
  const char *field = bundle_steps_form_field(made->order->broker, file->name);
  guint mode = (guint)bundle_file_mode(file);
  gboolean wide = list->columns >= COLUMNS_WIDE;
  if (field && wide)
    return g_strdup_printf("%-23s %s %-13s  mode %04o", field, glyph(GLYPH_ARROW_RIGHT), file->name,
                           mode);
  if (field)
    return g_strdup_printf("%s %s %s", field, glyph(GLYPH_ARROW_RIGHT), file->name);
  return wide ? g_strdup_printf("%-14s  mode %04o  %s", file->name, mode, file->purpose)
              : g_strdup_printf("%s: %s", file->name, file->purpose);
}

static void
add_file(CertificateLines *list, const BundleMade *made, const BundleFile *file)
{
  g_autofree char *line = file_line(list, made, file);
  certificate_lines_text(list, ROLE_NORMAL, GLYPH_OK, ROLE_GOOD, FALSE, line);
  certificate_lines_detail(list, file->name, content(made, file));
}

static void
add_files(CertificateLines *list, const BundleMade *made)
{
  if (!made->written)
    return;
  certificate_lines_heading(list, "Files");
  for (guint i = 0; i < made->bundle->files->len; i++)
    add_file(list, made, made->bundle->files->pdata[i]);
  for (guint i = 0; i < made->left_over->len; i++) {
    g_autofree char *line = g_strdup_printf("%s of before stands there still, and does not belong "
                                            "to these files: remove it",
                                            (const char *)made->left_over->pdata[i]);
    certificate_lines_text(list, ROLE_WARNING, GLYPH_WARN, ROLE_WARNING, FALSE, line);
  }
}

GPtrArray *
bundle_lines_new(const BundleMade *made, int columns)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_line_free);
  CertificateLines list = {.lines = lines, .columns = columns};
  add_head(&list, made);
  add_findings(&list, made);
  add_certificates(&list, made);
  add_files(&list, made);
  if (made->written)
    bundle_steps_add(&list, made);
  return lines;
}
