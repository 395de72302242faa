#include "config.h"

#include "ui/theme.h"

/* Numbers of the 8 colours; -1 is the terminal's own. No black and no white: nobody knows what the
 * background is. 16 and 256 colours are used where the 8 are hard to read. */
enum { OWN = -1, RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6 };

typedef struct {
  short colors8, colors16, colors256; /* foreground */
  attr_t attributes;                  /* with colours */
  attr_t mono;                        /* without: complete by itself */
} Look;

static const Look looks[ROLE_COUNT] = {
    [ROLE_NORMAL] = {OWN, OWN, OWN, A_NORMAL, A_NORMAL},
    [ROLE_DIM] = {OWN, OWN, OWN, A_DIM, A_DIM},
    [ROLE_STRONG] = {OWN, OWN, OWN, A_BOLD, A_BOLD},
    [ROLE_TITLE] = {OWN, OWN, OWN, A_NORMAL, A_NORMAL},
    [ROLE_TITLE_FOCUSED] = {CYAN, CYAN, 37, A_BOLD, A_BOLD | A_REVERSE},
    [ROLE_BORDER] = {OWN, OWN, OWN, A_DIM, A_DIM},
    [ROLE_BORDER_FOCUSED] = {CYAN, CYAN, 37, A_NORMAL, A_BOLD},
    [ROLE_HEADER] = {OWN, OWN, OWN, A_NORMAL, A_NORMAL},
    [ROLE_HINT_KEY] = {CYAN, CYAN, 37, A_BOLD, A_BOLD},
    [ROLE_HINT_TEXT] = {OWN, OWN, OWN, A_NORMAL, A_NORMAL},
    [ROLE_GOOD] = {GREEN, GREEN, 34, A_NORMAL, A_NORMAL},
    [ROLE_WARNING] = {YELLOW, YELLOW, 172, A_BOLD, A_BOLD},
    [ROLE_ERROR] = {RED, RED, 160, A_BOLD, A_BOLD | A_UNDERLINE},
    [ROLE_ACCENT] = {MAGENTA, MAGENTA, 133, A_BOLD, A_BOLD},
    [ROLE_SELECTED] = {OWN, OWN, OWN, A_REVERSE, A_REVERSE},
    [ROLE_SELECTED_UNFOCUSED] = {OWN, OWN, OWN, A_BOLD, A_BOLD},
    [ROLE_FIELD] = {OWN, OWN, OWN, A_UNDERLINE, A_UNDERLINE},
    [ROLE_FIELD_FOCUSED] = {OWN, OWN, OWN, A_REVERSE, A_REVERSE},
    [ROLE_TOPIC] = {BLUE, BLUE, 32, A_NORMAL, A_NORMAL},
    [ROLE_NUMBER] = {OWN, OWN, OWN, A_NORMAL, A_NORMAL},
};

static gboolean mono = TRUE;

static short
color_of(const Look *look)
{
  if (COLORS >= 256)
    return look->colors256;
  return COLORS >= 16 ? look->colors16 : look->colors8;
}

void
theme_start(gboolean no_color)
{
  mono = no_color || !has_colors() || start_color() == ERR || use_default_colors() == ERR ||
         COLOR_PAIRS <= ROLE_COUNT;
  for (int role = 0; role < ROLE_COUNT && !mono; role++)
    init_pair((short)(role + 1), color_of(&looks[role]), OWN);
}

gboolean
theme_is_mono(void)
{
  return mono;
}

attr_t
theme_attributes(Role role)
{
  return mono ? looks[role].mono : looks[role].attributes;
}

/* Pair 0 wherever the terminal's own colours are meant: it costs no bytes. */
short
theme_pair(Role role)
{
  return mono || color_of(&looks[role]) == OWN ? 0 : (short)(role + 1);
}

int
theme_role_of(attr_t attributes, short pair)
{
  const attr_t seen = A_BOLD | A_DIM | A_UNDERLINE | A_REVERSE;
  for (int role = 0; role < ROLE_COUNT; role++) {
    if (theme_attributes((Role)role) == (attributes & seen) && theme_pair((Role)role) == pair)
      return role;
  }
  return -1;
}
