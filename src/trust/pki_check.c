#include "config.h"

#include "trust/pki_check.h"

#include "trust/pki_private.h"

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
