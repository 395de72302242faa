#include "config.h"

#include "ui/input.h"

#include <stdlib.h>
#include <string.h>

#include "ui/curses.h"
#include "ui/glyphs.h"

/* Numbers of our own for define_key(), above those that ncurses gives to extended keys. */
enum { PASTE_BEGIN = 3000, PASTE_END };

#define STALE_PASTE_US G_USEC_PER_SEC

static struct {
  WINDOW *pad;       /* wgetch() refreshes a window, but not a pad */
  char character[8]; /* bytes of a UTF-8 character that is not whole yet */
  gsize have, want;
  gboolean alt; /* of that character */
  gboolean pasting;
  gint64 last_paste_us;
  GString *paste;
} input;

/* --- Curses' key codes ------------------------------------------------------------------------ */

static const struct {
  int curses;
  KeyCode code;
} named_keys[] = {
    {KEY_UP, KEY_UP_},
    {KEY_DOWN, KEY_DOWN_},
    {KEY_LEFT, KEY_LEFT_},
    {KEY_RIGHT, KEY_RIGHT_},
    {KEY_SR, KEY_UP_},
    {KEY_SF, KEY_DOWN_},
    {KEY_SLEFT, KEY_LEFT_},
    {KEY_SRIGHT, KEY_RIGHT_},
    {KEY_HOME, KEY_HOME_},
    {KEY_END, KEY_END_},
    {KEY_FIND, KEY_HOME_},
    {KEY_SELECT, KEY_END_},
    {KEY_A1, KEY_HOME_},
    {KEY_C1, KEY_END_},
    {KEY_A3, KEY_PAGE_UP},
    {KEY_C3, KEY_PAGE_DOWN},
    {KEY_PPAGE, KEY_PAGE_UP},
    {KEY_NPAGE, KEY_PAGE_DOWN},
    {KEY_DC, KEY_DELETE},
    {KEY_IC, KEY_INSERT},
    {KEY_BACKSPACE, KEY_BACKSPACE_},
    {KEY_BTAB, KEY_BACKTAB},
    {CURSES_KEY_ENTER, KEY_ENTER},
};

/* Sequences that terminals send whatever their terminfo entry says. */
static const struct {
  const char *bytes;
  int curses;
} sequences[] = {
    {"\033[200~", PASTE_BEGIN}, {"\033[201~", PASTE_END}, {"\033[A", KEY_UP},
    {"\033OA", KEY_UP},         {"\033[B", KEY_DOWN},     {"\033OB", KEY_DOWN},
    {"\033[C", KEY_RIGHT},      {"\033OC", KEY_RIGHT},    {"\033[D", KEY_LEFT},
    {"\033OD", KEY_LEFT},       {"\033[H", KEY_HOME},     {"\033OH", KEY_HOME},
    {"\033[1~", KEY_HOME},      {"\033[7~", KEY_HOME},    {"\033[F", KEY_END},
    {"\033OF", KEY_END},        {"\033[4~", KEY_END},     {"\033[8~", KEY_END},
    {"\033[2~", KEY_IC},        {"\033[3~", KEY_DC},      {"\033[5~", KEY_PPAGE},
    {"\033[6~", KEY_NPAGE},     {"\033[Z", KEY_BTAB},     {"\033OM", CURSES_KEY_ENTER},
    {"\033OP", KEY_F(1)},       {"\033[11~", KEY_F(1)},   {"\033[[A", KEY_F(1)},
    {"\033OQ", KEY_F(2)},       {"\033[12~", KEY_F(2)},   {"\033[[B", KEY_F(2)},
};

/* Extended names of xterm's keys with modifiers, kLFT5 and the like. */
static const struct {
  const char *prefix;
  KeyCode code;
} modified_keys[] = {
    {"kUP", KEY_UP_},    {"kDN", KEY_DOWN_},  {"kLFT", KEY_LEFT_},     {"kRIT", KEY_RIGHT_},
    {"kHOM", KEY_HOME_}, {"kEND", KEY_END_},  {"kNXT", KEY_PAGE_DOWN}, {"kPRV", KEY_PAGE_UP},
    {"kDC", KEY_DELETE}, {"kIC", KEY_INSERT},
};

void
input_start(void)
{
  input.pad = newpad(1, 1);
  keypad(input.pad, TRUE);
  nodelay(input.pad, TRUE);
  if (!g_getenv("ESCDELAY"))
    set_escdelay(25);
  /* No mouse: what one sends is swallowed like any sequence that is not ours. */
  define_key(NULL, KEY_MOUSE);
  for (gsize i = 0; i < G_N_ELEMENTS(sequences); i++) {
    if (key_defined(sequences[i].bytes) == 0)
      define_key(sequences[i].bytes, sequences[i].curses);
  }
  input.paste = g_string_new(NULL);
  input.pasting = FALSE;
  input.have = input.want = 0;
}

void
input_stop(void)
{
  if (!input.pad)
    return;
  delwin(input.pad);
  input.pad = NULL;
  g_string_free(input.paste, TRUE);
  input.paste = NULL;
}

static gboolean
modified_key(int code, Key *key)
{
  const char *name = keyname(code);
  for (gsize i = 0; name && i < G_N_ELEMENTS(modified_keys); i++) {
    gsize length = strlen(modified_keys[i].prefix);
    if (strncmp(name, modified_keys[i].prefix, length) == 0 &&
        (name[length] == '\0' || g_ascii_isdigit(name[length]))) {
      int modifiers = atoi(name + length) - 1;
      key->code = modified_keys[i].code;
      key->alt |= modifiers > 0 && (modifiers & 2) != 0;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
curses_key(int code, Key *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS(named_keys); i++) {
    if (code == named_keys[i].curses) {
      key->code = named_keys[i].code;
      return TRUE;
    }
  }
  if (code >= KEY_F(1) && code <= KEY_F(12)) {
    key->code = KEY_FUNCTION;
    key->number = code - KEY_F0;
    return TRUE;
  }
  return code > KEY_MAX && modified_key(code, key);
}

/* --- Bytes ------------------------------------------------------------------------------------ */

static gboolean
control_key(int byte, Key *key)
{
  if (byte == '\r' || byte == '\n')
    key->code = KEY_ENTER;
  else if (byte == '\t')
    key->code = KEY_TAB;
  else if (byte == 0x7f || byte == 0x08)
    key->code = KEY_BACKSPACE_;
  else {
    key->code = KEY_CONTROL;
    key->text[0] = (char)(byte >= 1 && byte <= 26 ? 'a' + byte - 1 : '@' + byte);
  }
  return TRUE;
}

static gboolean
text_key(const char *utf8, Key *key)
{
  gunichar c = g_utf8_get_char_validated(utf8, -1);
  if (c == (gunichar)-1 || c == (gunichar)-2 || g_unichar_iscntrl(c))
    return FALSE;
  key->code = KEY_TEXT;
  g_strlcpy(key->text, utf8, sizeof key->text);
  return TRUE;
}

static gsize
utf8_length(int first_byte)
{
  if (first_byte >= 0xf0 && first_byte < 0xf8)
    return 4;
  if (first_byte >= 0xe0 && first_byte < 0xf0)
    return 3;
  return first_byte >= 0xc2 && first_byte < 0xe0 ? 2 : 0;
}

/* The bytes of a character may come in two packets: they wait here for each other. */
static gboolean
utf8_key(int byte, Key *key)
{
  gboolean continuation = (byte & 0xc0) == 0x80;
  if (input.have == 0 || !continuation) {
    input.have = 0;
    input.want = utf8_length(byte);
    input.alt = key->alt;
    if (input.want == 0)
      return FALSE;
  }
  input.character[input.have++] = (char)byte;
  if (input.have < input.want)
    return FALSE;
  input.character[input.have] = '\0';
  input.have = 0;
  key->alt = input.alt;
  return text_key(input.character, key);
}

static gboolean
locale_key(int byte, Key *key)
{
  const char bytes[2] = {(char)byte, '\0'};
  g_autofree char *utf8 = g_locale_to_utf8(bytes, 1, NULL, NULL, NULL);
  return utf8 && text_key(utf8, key);
}

static gboolean
byte_key(int byte, Key *key)
{
  if (byte < 0x20 || byte == 0x7f)
    return control_key(byte, key);
  if (byte < 0x80) {
    key->code = KEY_TEXT;
    key->text[0] = (char)byte;
    return TRUE;
  }
  return g_get_charset(NULL) ? utf8_key(byte, key) : locale_key(byte, key);
}

/* --- Pastes ----------------------------------------------------------------------------------- */

static gboolean
end_paste(Key *key)
{
  input.pasting = FALSE;
  key->code = KEY_PASTE;
  return TRUE;
}

/* Sequences of keys within a paste are no keys, and no text either. */
static void
paste_code(int code)
{
  input.last_paste_us = g_get_monotonic_time();
  if (code < 0x100 && input.paste->len < INPUT_PASTE_MAX)
    g_string_append_c(input.paste, code == '\r' ? '\n' : (char)code);
}

/* The end of a paste that got lost on the way must not swallow keys for ever. */
static void
give_up_stale_paste(void)
{
  if (input.pasting && g_get_monotonic_time() - input.last_paste_us > STALE_PASTE_US)
    input.pasting = FALSE;
}

const char *
input_paste(gsize *length)
{
  *length = input.paste->len;
  return input.paste->str;
}

/* --- Escape ----------------------------------------------------------------------------------- */

/* A sequence that nobody here knows: its bytes are no keys. */
static void
swallow_sequence(int introducer)
{
  int byte = wgetch(input.pad);
  /* A mouse that another program left on (X10 encoding): three bytes follow. */
  for (int i = 0; i < 3 && introducer == '[' && byte == 'M'; i++)
    wgetch(input.pad);
  while (introducer == '[' && byte != ERR && (byte < 0x40 || byte > 0x7e))
    byte = wgetch(input.pad);
}

/* Escape alone, or Alt and a key: then `*code` is that key. FALSE: it was neither. */
static gboolean
after_escape(int *code, Key *key)
{
  *code = wgetch(input.pad);
  if (*code == ERR) {
    key->code = KEY_ESCAPE;
    return TRUE;
  }
  if (*code == '[' || *code == 'O') {
    swallow_sequence(*code);
    return FALSE;
  }
  key->alt = TRUE;
  return TRUE;
}

static gboolean
translate(int code, Key *key)
{
  *key = (Key){.code = KEY_NONE};
  if (input.pasting) {
    if (code == PASTE_END)
      return end_paste(key);
    paste_code(code);
    return FALSE;
  }
  if (code == 0x1b) {
    if (!after_escape(&code, key))
      return FALSE;
    if (key->code == KEY_ESCAPE)
      return TRUE;
  }
  if (code == PASTE_BEGIN) {
    g_string_truncate(input.paste, 0);
    input.pasting = TRUE;
    input.last_paste_us = g_get_monotonic_time();
    return FALSE;
  }
  return code < 0x100 ? byte_key(code, key) : curses_key(code, key);
}

gboolean
input_read(Key *key)
{
  int code;
  give_up_stale_paste();
  while ((code = wgetch(input.pad)) != ERR) {
    if (translate(code, key))
      return TRUE;
  }
  return FALSE;
}
