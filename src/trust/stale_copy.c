#include "config.h"

#include "trust/stale_copy.h"

#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/date_text.h"
#include "trust/folder_look.h"
#include "util/safe_text.h"

#define DAY (24 * 3600)

typedef struct {
  const Certificate *old;
  char *path; /* NULL: none yet */
  Certificate *leaf;
} Newer;

static void
newer_clear(Newer *newer)
{
  g_clear_pointer(&newer->path, g_free);
  g_clear_pointer(&newer->leaf, certificate_unref);
}

static gboolean
is_of_same_names(const Certificate *a, const Certificate *b)
{
  return g_bytes_equal(certificate_fields(a)->subject_dn, certificate_fields(b)->subject_dn) &&
         g_strv_equal(certificate_names(a), certificate_names(b));
}

static gboolean
consider(const char *path, gpointer user_data)
{
  Newer *newer = user_data;
  g_autoptr(GPtrArray) list = certificate_file_read(path, NULL);
  Certificate *found = list ? list->pdata[0] : NULL;
  gint64 best = certificate_not_before(newer->leaf ? newer->leaf : newer->old);
  if (!found || certificate_not_before(found) <= best || !is_of_same_names(found, newer->old))
    return TRUE;
  newer_clear(newer);
  newer->path = g_strdup(path);
  newer->leaf = certificate_ref(found);
  return TRUE;
}

static Finding *
finding_for(const char *path, const Certificate *leaf, FindingSource source, const Newer *newer)
{
  g_autofree char *safe = safe_text_string(path), *other = safe_text_string(newer->path);
  g_autofree char *issued = date_text(certificate_not_before(newer->leaf));
  g_autofree char *end = date_text(certificate_not_after(leaf));
  Finding *finding = finding_new("file-stale-copy");
  finding->source = source;
  finding->index = 0;
  finding->file = g_strdup(safe);
  finding->subject = g_strdup(certificate_subject(leaf));
  finding->sha256 = g_strdup(certificate_sha256(leaf));
  finding_set_message(finding,
                      "%s is an older copy, which ends on %s: %s holds the certificate of \"%s\" "
                      "that was issued on %s.",
                      safe, end, other, certificate_subject_label(leaf), issued);
  finding_set_remedy(finding, "Use %s, or copy it to where the old one is used.", other);
  return finding;
}

Finding *
stale_copy_find(const char *path, const Certificate *leaf, FindingSource source, gint64 now)
{
  g_autofree char *folder = g_path_get_dirname(path);
  Newer newer = {.old = leaf};
  if (certificate_is_ca(leaf) || certificate_not_after(leaf) > now + STALE_COPY_DAYS * DAY ||
      !g_file_test(path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  folder_look(folder, folder_certificate_endings, consider, &newer);
  Finding *finding = newer.path ? finding_for(path, leaf, source, &newer) : NULL;
  newer_clear(&newer);
  return finding;
}

static gboolean
is_about_end(const Finding *finding)
{
  static const char *const codes[] = {"leaf-expired", "client-expired", "expires-soon"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
    if (strcmp(finding->code, codes[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

void
stale_copy_advise(const Finding *stale, GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    Finding *finding = findings->pdata[i];
    if (is_about_end(finding) && g_strcmp0(finding->sha256, stale->sha256) == 0)
      finding_set_remedy(finding, "%s", stale->remedy);
  }
}
