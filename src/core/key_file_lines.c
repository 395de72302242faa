#include "config.h"

#include "core/key_file_lines.h"

#include <string.h>

#include "util/secret.h"

typedef struct {
  const char *start, *end; /* without blanks around */
  guint number;            /* from 1 */
  const char *next, *stop;
} Line;

static Line
before_first_line(const char *text, gsize length)
{
  return (Line){.next = text, .stop = text + length};
}

static gboolean
next_line(Line *line)
{
  const char *start = line->next;
  if (start >= line->stop)
    return FALSE;
  const char *end = memchr(start, '\n', (gsize)(line->stop - start));
  if (end == NULL)
    end = line->stop;
  line->next = end < line->stop ? end + 1 : end;
  line->number++;
  while (start < end && g_ascii_isspace(*start))
    start++;
  while (end > start && g_ascii_isspace(end[-1]))
    end--;
  line->start = start;
  line->end = end;
  return TRUE;
}

static gboolean
is_blank_or_comment(const Line *line)
{
  return line->start == line->end || *line->start == '#';
}

static gboolean
is_group(const Line *line)
{
  return line->start < line->end && *line->start == '[';
}

static gboolean
is_text(const char *start, const char *end, const char *text)
{
  gsize length = strlen(text);
  return end >= start && (gsize)(end - start) == length && memcmp(start, text, length) == 0;
}

static gboolean
sets_key(const Line *line, const char *key)
{
  const char *end = memchr(line->start, '=', (gsize)(line->end - line->start));
  if (end == NULL || is_blank_or_comment(line))
    return FALSE;
  while (end > line->start && g_ascii_isspace(end[-1]))
    end--;
  return is_text(line->start, end, key);
}

guint
key_file_line_of(const char *text, gsize length, const char *group, const char *key)
{
  guint found = 0;
  gboolean inside = FALSE;
  Line line = before_first_line(text, length);
  while (next_line(&line)) {
    if (is_group(&line))
      inside = is_text(line.start + 1, line.end - 1, group);
    else if (inside && sets_key(&line, key))
      found = line.number;
  }
  return found;
}

/* GKeyFile is asked about each line alone: so nobody has to agree with it on what is right. */
static gboolean
parses(const Line *line)
{
  secret_auto text = g_strdup_printf("[x]\n%.*s\n", (int)(line->end - line->start), line->start);
  g_autoptr(GKeyFile) keys = g_key_file_new();
  return g_key_file_load_from_data(keys, text, strlen(text), G_KEY_FILE_NONE, NULL);
}

guint
key_file_bad_line(const char *text, gsize length)
{
  gboolean in_group = FALSE;
  Line line = before_first_line(text, length);
  while (next_line(&line)) {
    if (is_blank_or_comment(&line))
      continue;
    in_group = in_group || is_group(&line);
    if (!in_group || !parses(&line))
      return line.number;
  }
  return 0;
}
