#include "config.h"

#include "trust/stale_copy.h"

#include <glib/gstdio.h>
#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/date_text.h"
#include "util/safe_text.h"

#define DAY (24 * 3600)

typedef struct {
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

/* Keys, sockets and large files are not opened at all. */
static gboolean
may_hold_certificate(const char *path)
{
  static const char *const endings[] = {".pem", ".crt", ".cer", ".cert"};
  GStatBuf status;
  for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
    if (g_str_has_suffix(path, endings[i]))
      return g_stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
             status.st_size <= STALE_COPY_BYTES;
  }
  return FALSE;
}

static void
consider(Newer *newer, const char *path, const Certificate *leaf)
{
  g_autoptr(GPtrArray) list = may_hold_certificate(path) ? certificate_file_read(path, NULL) : NULL;
  Certificate *found = list ? list->pdata[0] : NULL;
  gint64 best = certificate_not_before(newer->leaf ? newer->leaf : leaf);
  if (!found || certificate_not_before(found) <= best || !is_of_same_names(found, leaf))
    return;
  newer_clear(newer);
  newer->path = g_strdup(path);
  newer->leaf = certificate_ref(found);
}

static void
search(Newer *newer, const char *folder, const Certificate *leaf)
{
  g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
  const char *name;
  for (guint i = 0; directory && i < STALE_COPY_FILES && (name = g_dir_read_name(directory)); i++) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    consider(newer, path, leaf);
  }
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
  Newer newer = {NULL, NULL};
  if (certificate_is_ca(leaf) || certificate_not_after(leaf) > now + STALE_COPY_DAYS * DAY ||
      !g_file_test(path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  search(&newer, folder, leaf);
  Finding *finding = newer.path ? finding_for(path, leaf, source, &newer) : NULL;
  newer_clear(&newer);
  return finding;
}
