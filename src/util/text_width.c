#include "config.h"

#include "util/text_width.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

static gboolean
locale_is_utf8(void)
{
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int
text_width_of_char(gunichar c)
{
  if (c < 0x80)
    return c >= 0x20 && c != 0x7f;
  if (locale_is_utf8()) {
    int width = wcwidth((wchar_t)c);
    if (width >= 0)
      return width;
  }
  /* Another character set, or a character that is younger than the C library. */
  if (g_unichar_iszerowidth(c))
    return 0;
  return g_unichar_iswide(c) ? 2 : 1;
}

/* Width of the character at `p`; `*next` receives where the one after it begins. */
static int
width_at(const char *p, const char **next)
{
  if ((guchar)*p < 0x80) {
    *next = p + 1;
    return text_width_of_char((guchar)*p);
  }
  *next = g_utf8_next_char(p);
  return text_width_of_char(g_utf8_get_char(p));
}

int
text_width(const char *safe)
{
  int width = 0;
  while (*safe != '\0')
    width += width_at(safe, &safe);
  return width;
}

gsize
text_fit(const char *safe, int columns, int *used)
{
  const char *p = safe;
  int width = 0;
  while (*p != '\0') {
    const char *next;
    int w = width_at(p, &next);
    if (w > columns - width)
      break;
    width += w;
    p = next;
  }
  if (used != NULL)
    *used = width;
  return (gsize)(p - safe);
}

/* What follows a character and takes no column of its own. */
static const char *
past_combining_marks(const char *p)
{
  while (*p != '\0') {
    const char *next;
    if (width_at(p, &next) != 0)
      break;
    p = next;
  }
  return p;
}

gsize
text_skip(const char *safe, int columns, int *missing)
{
  const char *p = safe;
  int width = 0;
  while (*p != '\0' && width < columns)
    width += width_at(p, &p);
  if (p != safe)
    p = past_combining_marks(p);
  if (missing != NULL)
    *missing = width > columns && columns > 0 ? width - columns : 0;
  return (gsize)(p - safe);
}

char *
text_ellipsize(const char *safe, int columns, gboolean ascii)
{
  gsize whole = text_fit(safe, columns, NULL);
  if (safe[whole] == '\0')
    return g_strdup(safe);
  if (columns <= 0)
    return g_strdup("");
  GString *out = g_string_new_len(safe, (gssize)text_fit(safe, columns - 1, NULL));
  g_string_append(out, ascii ? "~" : "…");
  return g_string_free(out, FALSE);
}
