/* Extensions that must be understood (RFC 5280, 4.2, 6.1.4 (o) and 6.1.5 (f)): on every certificate
 * of the path, the anchor's, too, as GnuTLS and OpenSSL do it. */
#include "config.h"

#include "trust/verify_checks.h"

#include "trust/certificate_extensions.h"

/* Processed here, or without any meaning for a path. Measured: GnuTLS 3.7 does not stumble over
 * these either when they are critical, save over both of the policies' (33 and 36). */
static const char *const understood[] = {
    "2.5.29.14", "2.5.29.15",         "2.5.29.17",          "2.5.29.18",
    "2.5.29.19", "2.5.29.30",         "2.5.29.31",          "2.5.29.32",
    "2.5.29.33", "2.5.29.35",         "2.5.29.36",          "2.5.29.37",
    "2.5.29.54", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.14", "1.3.6.1.5.5.7.1.24"};

static gboolean
is_understood(const Extension *extension)
{
  for (gsize i = 0; i < G_N_ELEMENTS(understood); i++)
    if (der_oid_is(extension->oid, understood[i]))
      return TRUE;
  return FALSE;
}

static void
report_extension(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 guint position, const char *oid)
{
  g_autofree char *place = report_place(request, path, position);
  Finding *finding =
      report_position(findings, request, path, position, "critical-extension-unknown");
  finding_set_message(finding,
                      "\"%s\" in %s has the critical extension %s, which is not known "
                      "here.",
                      certificate_subject_label(path_node(path, position)->certificate), place,
                      oid);
}

/* GnuTLS reads some of BER, too. */
static void
report_unreadable(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                  guint position)
{
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "certificate-malformed");
  finding_set_message(finding,
                      "The extensions of \"%s\" in %s are not DER and cannot be read to their end.",
                      certificate_subject_label(path_node(path, position)->certificate), place);
}

static void
check_extensions_of(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                    guint position)
{
  DerSpan rest = certificate_extensions(path_node(path, position)->certificate);
  Extension extension;
  if (!certificate_extensions_whole(path_node(path, position)->certificate))
    report_unreadable(findings, request, path, position);
  while (certificate_extension_next(&rest, &extension)) {
    if (!extension.critical || is_understood(&extension))
      continue;
    g_autofree char *oid = der_oid_text(extension.oid);
    report_extension(findings, request, path, position, oid ? oid : "(no readable OID)");
    return; /* the first one is enough to refuse the certificate */
  }
}

void
check_critical_extensions(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  for (guint i = 0; i < path->nodes->len; i++)
    check_extensions_of(findings, request, path, i);
}
