#include "config.h"

#include "ui/subscription_text.h"

#include <string.h>

/* --- Writing ---------------------------------------------------------------------------------- */

/* " 1" at the end of a filter would be read as its QoS. */
static gboolean
ends_like_qos(const char *filter)
{
  gsize length = strlen(filter);
  return length >= 2 && filter[length - 2] == ' ' && g_ascii_isdigit(filter[length - 1]);
}

static void
append_filter(GString *out, const char *filter)
{
  gsize length = strlen(filter);
  for (gsize i = 0; i < length; i++) {
    gboolean at_the_edge = i == 0 || i == length - 1;
    if (filter[i] == ',' || filter[i] == '\\' || (filter[i] == ' ' && at_the_edge))
      g_string_append_c(out, '\\');
    g_string_append_c(out, filter[i]);
  }
}

char *
subscription_text_format(const Profile *profile)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < profile->subscriptions->len; i++) {
    const ProfileSubscription *subscription = g_ptr_array_index(profile->subscriptions, i);
    if (i > 0)
      g_string_append(out, ", ");
    append_filter(out, subscription->filter);
    if (subscription->qos != 0 || ends_like_qos(subscription->filter))
      g_string_append_printf(out, " %d", subscription->qos);
  }
  return g_string_free(out, FALSE);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* One entry as it stands, escapes and all; `*text` moves behind its comma. */
static char *
next_entry(const char **text)
{
  const char *start = *text, *p = start;
  while (*p && *p != ',')
    p += p[0] == '\\' && p[1] ? 2 : 1;
  *text = *p == ',' ? p + 1 : p;
  return g_strndup(start, (gsize)(p - start));
}

/* An odd number of backslashes stands before it. */
static gboolean
is_escaped(const char *entry, gsize index)
{
  gsize backslashes = 0;
  while (backslashes < index && entry[index - 1 - backslashes] == '\\')
    backslashes++;
  return backslashes % 2 == 1;
}

/* Blanks around an entry go, but not one that a backslash keeps. */
static void
strip(char *entry)
{
  g_strchug(entry);
  gsize length = strlen(entry);
  while (length > 0 && entry[length - 1] == ' ' && !is_escaped(entry, length - 1))
    entry[--length] = '\0';
}

/* Takes a QoS off the end: a digit that stands alone after a blank. */
static int
take_qos(char *entry)
{
  gsize length = strlen(entry);
  if (length < 3 || !g_ascii_isdigit(entry[length - 1]) || entry[length - 2] != ' ' ||
      is_escaped(entry, length - 2))
    return 0;
  int qos = entry[length - 1] - '0';
  entry[length - 2] = '\0';
  strip(entry);
  return qos;
}

static void
unescape(char *entry)
{
  char *to = entry;
  for (const char *from = entry; *from; from++) {
    if (*from == '\\' && from[1])
      from++;
    *to++ = *from;
  }
  *to = '\0';
}

void
subscription_text_parse(Profile *profile, const char *text)
{
  g_ptr_array_set_size(profile->subscriptions, 0);
  while (*text) {
    g_autofree char *entry = next_entry(&text);
    strip(entry);
    if (!entry[0])
      continue;
    int qos = take_qos(entry);
    unescape(entry);
    profile_add_subscription(profile, entry, qos);
  }
}
