#include "config.h"

#include "commands/check_save.h"

#include <string.h>

#include "util/file_set.h"

#define NAME_MAX_LENGTH 200

/* Letters, digits, dots, dashes and underscores; a name of dots alone or one that begins with a
 * dot would be special. */
char *
check_save_name(const char *host, guint16 port)
{
  g_autoptr(GString) name = g_string_new(NULL);
  for (const char *at = host; *at != '\0' && name->len < NAME_MAX_LENGTH; at++) {
    gboolean plain = g_ascii_isalnum(*at) || *at == '-' || (*at == '.' && name->len > 0);
    g_string_append_c(name, plain ? *at : '_');
  }
  g_string_append_printf(name, "-%u", port);
  return g_strdup(name->str);
}

static char *
pem_of(const GPtrArray *certificates)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < certificates->len; i++) {
    g_autofree char *pem = certificate_to_pem(certificates->pdata[i]);
    g_string_append(out, pem);
  }
  return g_string_free(out, FALSE);
}

/* What is there already and the same is left alone, so that a check can be repeated. */
static void
add_file(FileSet *set, const char *folder, const char *name, const char *suffix,
         const GPtrArray *certificates)
{
  g_autofree char *file = g_strconcat(name, suffix, NULL);
  g_autofree char *path = g_build_filename(folder, file, NULL);
  g_autofree char *pem = pem_of(certificates), *there = NULL;
  if (certificates->len == 0)
    return;
  if (g_file_test(path, G_FILE_TEST_IS_REGULAR) && g_file_get_contents(path, &there, NULL, NULL) &&
      strcmp(there, pem) == 0)
    return;
  file_set_add(set, file, pem, 0644);
}

gboolean
check_save(const CheckReport *report, const char *folder, gboolean force, GError **error)
{
  if (report->sent->len == 0)
    return TRUE;
  const Profile *profile = report->subject.profile;
  g_autofree char *name = check_save_name(profile->host, profile_port(profile));
  g_autoptr(FileSet) set = file_set_new(folder);
  g_autoptr(GError) cause = NULL;
  add_file(set, folder, name, ".chain.pem", report->sent);
  if (report->subject.info->verdict != NULL)
    add_file(set, folder, name, ".path.pem", report->path);
  if (file_set_write(set, force, &cause))
    return TRUE;
  gboolean exists = g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_set_error(error, cause->domain, cause->code, "--save-chain: %s%s", cause->message,
              exists ? "; the chain is another one now: give --force to replace it, or another "
                       "folder"
                     : "");
  return FALSE;
}
