#include "config.h"

#include "ui/certificate_file_save.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "util/safe_text.h"

#define NAMES_MAX 99 /* tried before giving up */
#define STEM_MAX 60

char *
certificate_file_stem(const char *label)
{
  GString *out = g_string_new(NULL);
  for (const char *p = label; *p && out->len < STEM_MAX; p++) {
    if (g_ascii_isalnum(*p) || *p == '_' || (*p == '.' && out->len > 0))
      g_string_append_c(out, *p);
    else if (out->len > 0 && out->str[out->len - 1] != '-')
      g_string_append_c(out, '-');
  }
  while (out->len > 0 && (out->str[out->len - 1] == '-' || out->str[out->len - 1] == '.'))
    g_string_truncate(out, out->len - 1);
  if (out->len == 0)
    g_string_assign(out, "certificate");
  return g_string_free(out, FALSE);
}

static char *
candidate(const char *folder, const char *stem, int number)
{
  g_autofree char *name =
      number == 1 ? g_strdup_printf("%s.pem", stem) : g_strdup_printf("%s-%d.pem", stem, number);
  return folder ? g_build_filename(folder, name, NULL) : g_steal_pointer(&name);
}

static gboolean
write_all(int fd, const char *text)
{
  gsize left = strlen(text);
  while (left > 0) {
    gssize written = write(fd, text, left);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return FALSE;
    text += written;
    left -= (gsize)written;
  }
  return TRUE;
}

static void
set_error(GError **error, const char *path, int number)
{
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(number),
              "%s cannot be written: %s.", safe, g_strerror(number));
}

char *
certificate_file_save(Certificate *certificate, const char *folder, GError **error)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  g_autofree char *stem = certificate_file_stem(certificate_subject_label(certificate));
  for (int number = 1; number <= NAMES_MAX; number++) {
    g_autofree char *path = candidate(folder, stem, number);
    int fd = g_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
      continue;
    if (fd < 0) {
      set_error(error, path, errno);
      return NULL;
    }
    gboolean good = write_all(fd, pem);
    int reason = errno;
    if (close(fd) != 0 && good) {
      good = FALSE;
      reason = errno;
    }
    if (good)
      return safe_text_string(path);
    g_unlink(path);
    set_error(error, path, reason);
    return NULL;
  }
  set_error(error, stem, EEXIST);
  return NULL;
}
