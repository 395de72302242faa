#include "config.h"

#include "ui/certificate_paths.h"

#include "ui/figures.h"

#define PATHS_SHOWN 8 /* a peer can make 64 of them */

static const PathLink *
top_of(const VerdictPath *path)
{
  return g_ptr_array_index(path->links, path->links->len - 1);
}

/* "mqtt.example.com ← R3 ← ISRG Root X1 (signed by DST Root CA X3)" */
static char *
names_of(const VerdictPath *path)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < path->links->len; i++) {
    const PathLink *link = g_ptr_array_index(path->links, i);
    if (i > 0)
      g_string_append_printf(text, " %s ", glyph(GLYPH_ARROW_LEFT));
    g_string_append(text, link->name);
  }
  const Certificate *top = top_of(path)->certificate;
  if (top && !certificate_is_self_issued(top))
    g_string_append_printf(text, " (signed by %s)", certificate_issuer_label(top));
  return g_strdup(text->str);
}

static char *
judgement_of(const VerdictPath *path)
{
  if (!path->accepted)
    return g_strdup(path->reason);
  g_autofree char *end = figure_date(path->end);
  return g_strdup_printf("Good, too; it ends on %s.", end);
}

static char *
detail_of(const VerdictPath *path, const char *judgement)
{
  g_autoptr(GString) text = g_string_new(judgement);
  for (guint i = 0; i < path->links->len; i++) {
    const PathLink *link = g_ptr_array_index(path->links, i);
    if (!link->certificate)
      continue;
    g_autofree char *from = figure_date(certificate_not_before(link->certificate));
    g_autofree char *until = figure_date(certificate_not_after(link->certificate));
    g_string_append_printf(text, "\n\n%s\nissuer: %s\nvalid from %s to %s\nSHA-256: %s",
                           certificate_subject(link->certificate),
                           certificate_issuer(link->certificate), from, until,
                           certificate_sha256(link->certificate));
  }
  return g_strdup(text->str);
}

static void
add_path(CertificateLines *list, const VerdictPath *path)
{
  g_autofree char *names = names_of(path), *judgement = judgement_of(path);
  certificate_lines_text(list, ROLE_NORMAL, path->accepted ? GLYPH_OK : GLYPH_FAIL,
                         path->accepted ? ROLE_GOOD : ROLE_DIM, FALSE, names);
  certificate_lines_text(list, ROLE_DIM, GLYPH_COUNT, ROLE_NORMAL, TRUE, judgement);
  certificate_lines_detail(list, "Another path", detail_of(path, judgement));
}

void
certificate_paths_add(CertificateLines *list, const Verdict *verdict)
{
  if (verdict->paths->len < 2)
    return;
  certificate_lines_heading(list, "Other paths");
  guint shown = MIN(verdict->paths->len, PATHS_SHOWN + 1);
  for (guint i = 1; i < shown; i++)
    add_path(list, g_ptr_array_index(verdict->paths, i));
  if (verdict->paths->len == shown)
    return;
  g_autofree char *more = g_strdup_printf("and %u more", verdict->paths->len - shown);
  certificate_lines_text(list, ROLE_DIM, GLYPH_COUNT, ROLE_NORMAL, FALSE, more);
}
