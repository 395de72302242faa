/* The text is walked in pieces: a run of printable ASCII, a character, or a byte that is no part
 * of one. Each piece is either kept or replaced by an escape, and is never cut in two. */
#include "config.h"

#include "util/safe_text.h"

#include <string.h>

#include "util/text_width.h"

#define TAB_COLUMNS 8
#define MARKS_MAX 4 /* CCHARW_MAX of curses, less the character itself */

typedef struct {
  GString *out;
  const guint8 *next, *end; /* of the input not yet read */
  int columns, max_columns; /* columns of the current line */
  int marks;                /* combining marks on the last character; MARKS_MAX: it takes none */
  gboolean lines;           /* as safe_text_lines() */
} Walk;

/* Invisible characters whose general category does not give them away: combining grapheme joiner,
 * Hangul and Khmer fillers, Mongolian and supplementary variation selectors (Unicode,
 * Default_Ignorable_Code_Point). U+FE00-FE0F stay: emoji in everyday text carry them. */
static gboolean
is_invisible(gunichar c)
{
  return c == 0x034f || c == 0x115f || c == 0x1160 || c == 0x17b4 || c == 0x17b5 ||
         (c >= 0x180b && c <= 0x180f) || c == 0x3164 || c == 0xffa0 ||
         (c >= 0xe0100 && c <= 0xe01ef);
}

static gboolean
may_pass(gunichar c)
{
  switch (g_unichar_type(c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT: /* all bidi controls, zero-width (non-)joiners, tags, U+FEFF, U+00AD */
  case G_UNICODE_UNASSIGNED:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
    return FALSE;
  default:
    return !is_invisible(c);
  }
}

static gboolean
is_printable_ascii(guint8 byte)
{
  return byte >= 0x20 && byte < 0x7f;
}

/* FALSE: there is no room for it any more. */
static gboolean
put(Walk *walk, const char *text, gsize length, int columns)
{
  if (columns > walk->max_columns - walk->columns)
    return FALSE;
  g_string_append_len(walk->out, text, (gssize)length);
  walk->columns += columns;
  return TRUE;
}

static gboolean
put_escape(Walk *walk, const char *escape)
{
  gsize length = strlen(escape);
  walk->marks = 0;
  return put(walk, escape, length, (int)length);
}

static gboolean
put_byte_escape(Walk *walk, guint8 byte)
{
  char escape[8];
  g_snprintf(escape, sizeof escape, "\\x%02x", byte);
  return put_escape(walk, escape);
}

static gboolean
put_char_escape(Walk *walk, gunichar c)
{
  char escape[16];
  g_snprintf(escape, sizeof escape, "\\u{%x}", c);
  return put_escape(walk, escape);
}

static gboolean
put_ascii_run(Walk *walk)
{
  const guint8 *from = walk->next;
  gsize room = (gsize)(walk->max_columns - walk->columns);
  const guint8 *end = (gsize)(walk->end - from) < room ? walk->end : from + room;
  const guint8 *p = from;
  while (p < end && is_printable_ascii(*p))
    p++;
  if (p == from)
    return FALSE;
  walk->next = p;
  walk->marks = 0;
  return put(walk, (const char *)from, (gsize)(p - from), (int)(p - from));
}

static gboolean
put_line_break(Walk *walk)
{
  g_string_append_c(walk->out, '\n');
  walk->columns = 0;
  walk->marks = MARKS_MAX;
  return TRUE;
}

static gboolean
put_tab(Walk *walk)
{
  int columns = TAB_COLUMNS - walk->columns % TAB_COLUMNS;
  walk->marks = 0;
  return put(walk, "        ", (gsize)columns, columns);
}

static gboolean
put_control(Walk *walk, guint8 byte)
{
  walk->next++;
  switch (byte) {
  case '\n':
    return walk->lines ? put_line_break(walk) : put_escape(walk, "\\n");
  case '\r':
    if (walk->lines && walk->next < walk->end && *walk->next == '\n') {
      walk->next++;
      return put_line_break(walk);
    }
    return put_escape(walk, "\\r");
  case '\t':
    return walk->lines ? put_tab(walk) : put_escape(walk, "\\t");
  case 0x1b:
    return put_escape(walk, "\\e");
  default:
    return put_byte_escape(walk, byte);
  }
}

/* A character that may pass; combining marks only where they have something to stand on. */
static gboolean
put_visible(Walk *walk, gunichar c, const char *bytes, gsize length)
{
  int width = text_width_of_char(c);
  if (width > 0 && !g_unichar_iszerowidth(c)) {
    walk->marks = 0;
    return put(walk, bytes, length, width);
  }
  if (walk->marks >= MARKS_MAX)
    return put_char_escape(walk, c);
  walk->marks++;
  return put(walk, bytes, length, width);
}

static gboolean
put_multibyte(Walk *walk)
{
  const char *bytes = (const char *)walk->next;
  /* Refuses what RFC 3629 forbids: overlong forms, surrogates, more than U+10FFFF. */
  gunichar c = g_utf8_get_char_validated(bytes, (gssize)(walk->end - walk->next));
  if (c == (gunichar)-1 || c == (gunichar)-2)
    return put_byte_escape(walk, *walk->next++);
  gsize length = (gsize)(g_utf8_next_char(bytes) - bytes);
  walk->next += length;
  return may_pass(c) ? put_visible(walk, c, bytes, length) : put_char_escape(walk, c);
}

static gboolean
put_piece(Walk *walk)
{
  guint8 byte = *walk->next;
  if (is_printable_ascii(byte))
    return put_ascii_run(walk);
  return byte < 0x80 ? put_control(walk, byte) : put_multibyte(walk);
}

static void
walk_all(Walk *walk)
{
  while (walk->next < walk->end && put_piece(walk)) {
  }
}

static char *
escape_all(const void *bytes, gsize length, gboolean lines)
{
  const guint8 *p = bytes;
  Walk walk = {
      .out = g_string_sized_new(length + 1),
      .next = p,
      .end = length > 0 ? p + length : p,
      .max_columns = G_MAXINT,
      .marks = MARKS_MAX,
      .lines = lines,
  };
  walk_all(&walk);
  return g_string_free(walk.out, FALSE);
}

char *
safe_text(const void *bytes, gsize length)
{
  return escape_all(bytes, length, FALSE);
}

char *
safe_text_string(const char *string)
{
  return string != NULL ? safe_text(string, strlen(string)) : g_strdup("");
}

char *
safe_text_lines(const void *bytes, gsize length)
{
  return escape_all(bytes, length, TRUE);
}

int
safe_text_append(GString *out, const void *bytes, gsize length, int max_columns)
{
  const guint8 *p = bytes;
  Walk walk = {
      .out = out,
      .next = p,
      .end = length > 0 ? p + length : p,
      .max_columns = MAX(max_columns, 0),
      .marks = MARKS_MAX,
  };
  walk_all(&walk);
  return walk.columns;
}

/* --- For terminals without UTF-8 -------------------------------------------------------------- */

typedef struct {
  gunichar c;
  const char *ascii;
} StandIn;

/* Typography and the signs that mqtrust itself writes. Letters are not simplified: a topic "e"
 * must not look like a topic "é". */
static const StandIn stand_ins[] = {
    {0x00a0, " "},  {0x00b7, "-"},  {0x2010, "-"},   {0x2011, "-"},  {0x2012, "-"},
    {0x2013, "-"},  {0x2014, "-"},  {0x2018, "'"},   {0x2019, "'"},  {0x201c, "\""},
    {0x201d, "\""}, {0x2022, "*"},  {0x2026, "..."}, {0x2190, "<-"}, {0x2191, ">"},
    {0x2192, "->"}, {0x2193, "<"},  {0x2264, "<="},  {0x2265, ">="}, {0x2514, "`"},
    {0x2713, "+"},  {0x2717, "x"},
};

static const char *
stand_in_for(gunichar c)
{
  for (gsize i = 0; i < G_N_ELEMENTS(stand_ins); i++) {
    if (stand_ins[i].c == c)
      return stand_ins[i].ascii;
  }
  return NULL;
}

char *
safe_text_to_ascii(const char *safe)
{
  GString *out = g_string_new(NULL);
  for (const char *p = safe; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    const char *plain = c < 0x80 ? NULL : stand_in_for(c);
    if (c < 0x80)
      g_string_append_c(out, (char)c);
    else if (plain != NULL)
      g_string_append(out, plain);
    else
      g_string_append_printf(out, "\\u{%x}", c);
  }
  return g_string_free(out, FALSE);
}
