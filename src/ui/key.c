#include "config.h"

#include "ui/key.h"

#include <string.h>

static const struct {
  const char *name;
  KeyCode code;
} names[] = {
    {"Enter", KEY_ENTER},
    {"Tab", KEY_TAB},
    {"S-Tab", KEY_BACKTAB},
    {"Esc", KEY_ESCAPE},
    {"Backspace", KEY_BACKSPACE_},
    {"Del", KEY_DELETE},
    {"Ins", KEY_INSERT},
    {"Up", KEY_UP_},
    {"Down", KEY_DOWN_},
    {"Left", KEY_LEFT_},
    {"Right", KEY_RIGHT_},
    {"Home", KEY_HOME_},
    {"End", KEY_END_},
    {"PgUp", KEY_PAGE_UP},
    {"PgDn", KEY_PAGE_DOWN},
    {"Paste", KEY_PASTE},
};

static gboolean
parse_named(const char *name, Key *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    if (strcmp(name, names[i].name) == 0) {
      key->code = names[i].code;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
parse_function(const char *name, Key *key)
{
  guint64 number = 0;
  if (name[0] != 'F' || !g_ascii_isdigit(name[1]) ||
      !g_ascii_string_to_unsigned(name + 1, 10, 1, 12, &number, NULL))
    return FALSE;
  key->code = KEY_FUNCTION;
  key->number = (int)number;
  return TRUE;
}

/* C-a to C-z and the five others that a terminal can send. */
static gboolean
parse_control(const char *name, Key *key)
{
  if (strncmp(name, "C-", 2) != 0 || strlen(name) != 3)
    return FALSE;
  if (!g_ascii_islower(name[2]) && !strchr("@[\\]^_", name[2]))
    return FALSE;
  key->code = KEY_CONTROL;
  key->text[0] = name[2];
  return TRUE;
}

static gboolean
parse_text(const char *name, Key *key)
{
  if (strcmp(name, "Space") == 0)
    name = " ";
  if (!g_utf8_validate(name, -1, NULL) || g_utf8_strlen(name, -1) != 1 ||
      g_unichar_iscntrl(g_utf8_get_char(name)))
    return FALSE;
  key->code = KEY_TEXT;
  g_strlcpy(key->text, name, sizeof key->text);
  return TRUE;
}

gboolean
key_parse(const char *name, Key *key)
{
  *key = (Key){.code = KEY_NONE};
  if (strncmp(name, "M-", 2) == 0) {
    key->alt = TRUE;
    name += 2;
  }
  return parse_named(name, key) || parse_function(name, key) || parse_control(name, key) ||
         parse_text(name, key);
}

static char *
plain_name(const Key *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    if (key->code == names[i].code)
      return g_strdup(names[i].name);
  }
  if (key->code == KEY_FUNCTION)
    return g_strdup_printf("F%d", key->number);
  if (key->code == KEY_CONTROL)
    return g_strdup_printf("C-%s", key->text);
  if (key->code == KEY_TEXT)
    return g_strdup(strcmp(key->text, " ") == 0 ? "Space" : key->text);
  return g_strdup("");
}

char *
key_name(const Key *key)
{
  g_autofree char *plain = plain_name(key);
  return g_strconcat(key->alt ? "M-" : "", plain, NULL);
}

gboolean
key_equal(const Key *a, const Key *b)
{
  gboolean has_text = a->code == KEY_TEXT || a->code == KEY_CONTROL;
  return a->code == b->code && !a->alt == !b->alt &&
         (a->code != KEY_FUNCTION || a->number == b->number) &&
         (!has_text || strcmp(a->text, b->text) == 0);
}
