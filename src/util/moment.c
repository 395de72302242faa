#include "config.h"

#include "util/moment.h"

#include <string.h>

gboolean
moment_parse(const char *word, gint64 *seconds)
{
  gboolean digits = *word != '\0' && word[strspn(word, "0123456789")] == '\0';
  guint64 number = 0;
  if (digits && strlen(word) != strlen("20270131") &&
      g_ascii_string_to_unsigned(word, 10, 0, G_MAXINT64, &number, NULL)) {
    *seconds = (gint64)number;
    return TRUE;
  }
  g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
  g_autofree char *with_time = g_strconcat(word, "T000000", NULL);
  g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(with_time, utc);
  g_autoptr(GDateTime) moment = date ? NULL : g_date_time_new_from_iso8601(word, utc);
  if (!date && !moment)
    return FALSE;
  *seconds = g_date_time_to_unix(date ? date : moment);
  return TRUE;
}
