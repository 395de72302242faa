/* Whatever comes in, what goes to the terminal is harmless; and width, cut and bound agree. The
 * first byte is the number of columns. */
#include "config.h"

#include "util/safe_text.h"

#include <locale.h>
#include <string.h>

#include "util/text_width.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* Written anew from the header's words, not with the module's own tables. */
static gboolean
is_dangerous(gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xd800 && c <= 0xf8ff) ||
         (c >= 0xe0000 && c <= 0x10ffff);
}

static void
check_harmless(const char *safe, gboolean lines)
{
  g_assert_true(g_utf8_validate(safe, -1, NULL));
  int marks = 0;
  for (const char *p = safe; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    g_assert_true(!is_dangerous(c) || (lines && c == '\n'));
    marks = c != '\n' && text_width_of_char(c) == 0 ? marks + 1 : 0;
    g_assert_cmpint(marks, <=, 4);
  }
}

static void
check_bound(const guint8 *data, gsize size, int columns, const char *safe)
{
  g_autoptr(GString) out = g_string_new(NULL);
  int used = safe_text_append(out, data, size, columns);
  g_assert_cmpint(used, <=, columns);
  g_assert_cmpint(used, ==, text_width(out->str));
  g_assert_true(g_str_has_prefix(safe, out->str));
}

static void
check_cuts(const char *safe, int columns)
{
  int used, missing;
  gsize fit = text_fit(safe, columns, &used);
  gsize skip = text_skip(safe, columns, &missing);
  g_assert_cmpint(used, <=, columns);
  g_assert_cmpuint(fit, <=, skip);
  g_assert_true(missing == 0 || missing == 1);
  g_assert_true(g_utf8_validate(safe + fit, -1, NULL));
  g_assert_true(g_utf8_validate(safe + skip, -1, NULL));
  if (safe[skip] != '\0')
    g_assert_cmpint(text_width(safe + skip) + columns + missing, ==, text_width(safe));
  g_autofree char *cut = text_ellipsize(safe, columns, FALSE);
  g_assert_cmpint(text_width(cut), <=, columns);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
  g_assert_nonnull(setlocale(LC_ALL, "C.UTF-8"));
  return 0;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  int columns = size > 0 ? data[0] : 0;
  if (size > 0)
    data++, size--;
  g_autofree char *safe = safe_text(data, size);
  g_autofree char *lines = safe_text_lines(data, size);
  g_autofree char *ascii = safe_text_to_ascii(lines);
  check_harmless(safe, FALSE);
  check_harmless(lines, TRUE);
  g_assert_true(g_str_is_ascii(ascii));
  check_harmless(ascii, TRUE);
  check_bound(data, size, columns, safe);
  check_cuts(safe, columns);
  return 0;
}
