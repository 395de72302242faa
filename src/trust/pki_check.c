#include "config.h"

#include "trust/pki_check.h"

#include <string.h>

#include "trust/pki_private.h"
#include "util/moment.h"

#define SHORT_NUMBER 9 /* digits: up to 2001 */

gboolean
pki_check_subject(const char *text, GError **error)
{
  g_autoptr(GBytes) name = pki_subject_parse(text, error);
  return name != NULL;
}

gboolean
pki_check_names(const char *const *names, GError **error)
{
  GError *cause = NULL;
  GBytes *encoded = pki_names_encode(names, &cause);
  g_clear_pointer(&encoded, g_bytes_unref);
  if (!cause)
    return TRUE;
  g_propagate_error(error, cause);
  return FALSE;
}

gboolean
pki_check_moment(const char *text, gint64 *seconds)
{
  gsize length = strlen(text);
  gboolean number = text[strspn(text, "0123456789")] == '\0';
  if (number && length <= SHORT_NUMBER && length != strlen("20270131"))
    return FALSE;
  return moment_parse(text, seconds) && *seconds > 0;
}
