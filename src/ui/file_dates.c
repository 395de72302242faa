#include "config.h"

#include "ui/file_dates.h"

#include "trust/certificate_file.h"
#include "ui/figures.h"

Role
file_dates_role(const char *path, gboolean authorities, gint64 now)
{
  gboolean regular = g_file_test(path, G_FILE_TEST_IS_REGULAR);
  g_autoptr(GPtrArray) certificates = regular ? certificate_file_read(path, NULL) : NULL;
  if (!certificates || certificates->len == 0 || (authorities && certificates->len > 1))
    return ROLE_GOOD;
  const Certificate *first = certificates->pdata[0];
  return figure_left_role(certificate_not_before(first), certificate_not_after(first), now);
}
