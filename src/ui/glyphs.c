#include "config.h"

#include "ui/glyphs.h"

#include <langinfo.h>

#include "ui/paint.h"

static const struct {
  const char *utf8, *ascii;
} glyphs[GLYPH_COUNT] =
    {
        [GLYPH_OK] = {"✓", "+"},         [GLYPH_FAIL] = {"✗", "x"},
        [GLYPH_WARN] = {"!", "!"},       [GLYPH_ON] = {"●", "*"},
        [GLYPH_OFF] = {"○", "o"},        [GLYPH_BUSY] = {"◐", "~"},
        [GLYPH_ARROW_LEFT] = {"←", "<"}, [GLYPH_ARROW_RIGHT] = {"→", ">"},
        [GLYPH_IN] = {"↓", "<"},         [GLYPH_OUT] = {"↑", ">"},
        [GLYPH_BRANCH] = {"└", "`"},     [GLYPH_SELECT] = {"▸", ">"},
        [GLYPH_DOT] = {"·", "-"},        [GLYPH_ELLIPSIS] = {"…", "~"},
        [GLYPH_BAR_FULL] = {"█", "#"},   [GLYPH_BAR_EMPTY] = {"░", "."},
},
  lines_of_boxes[LINE_COUNT] = {
      [LINE_HORIZONTAL] = {"─", "-"}, [LINE_VERTICAL] = {"│", "|"},
      [LINE_UPPER_LEFT] = {"┌", "+"}, [LINE_UPPER_RIGHT] = {"┐", "+"},
      [LINE_LOWER_LEFT] = {"└", "+"}, [LINE_LOWER_RIGHT] = {"┘", "+"},
};

static gboolean ascii_only = TRUE;

void
glyphs_choose(gboolean ascii)
{
  ascii_only = ascii || g_ascii_strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

gboolean
glyphs_are_ascii(void)
{
  return ascii_only;
}

const char *
glyph(Glyph which)
{
  return ascii_only ? glyphs[which].ascii : glyphs[which].utf8;
}

const char *
line_glyph(LineGlyph which)
{
  return ascii_only ? lines_of_boxes[which].ascii : lines_of_boxes[which].utf8;
}
