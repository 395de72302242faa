/* The strings are exchanged as they stand, and nothing is parsed that is not looked for: what else
 * a person has written there, comments and order among it, comes through unchanged. */
#include "config.h"

#include "core/bundle_renewed.h"

#include <string.h>

/* Where a string begins and ends, without its quotation marks. */
typedef struct {
  const char *start, *end;
} Place;

static const char *
skip_blanks(const char *at)
{
  return at + strspn(at, " \t\r\n");
}

/* The one string member of this name; FALSE: there is none, or more than one. */
static gboolean
find(const char *text, const char *member, Place *place)
{
  g_autofree char *name = g_strdup_printf("\"%s\"", member);
  const char *found = strstr(text, name);
  if (!found || strstr(found + 1, name))
    return FALSE;
  const char *at = skip_blanks(found + strlen(name));
  at = *at == ':' ? skip_blanks(at + 1) : "";
  if (*at != '"')
    return FALSE;
  place->start = ++at;
  while (*at && *at != '"')
    at += at[0] == '\\' && at[1] ? 2 : 1;
  place->end = at;
  return *at == '"';
}

/* Takes `text`. */
static SecretString
exchange(SecretString text, const Place *old, const Place *new)
{
  gsize before = (gsize)(old->start - text), length = (gsize)(new->end - new->start);
  gsize after = strlen(old->end);
  char *out = g_malloc(before + length + after + 1);
  memcpy(out, text, before);
  memcpy(out + before, new->start, length);
  memcpy(out + before + length, old->end, after + 1);
  secret_free(text);
  return out;
}

SecretString
bundle_renewed(const char *old, const char *fresh)
{
  static const struct {
    const char *name;
    gboolean needed; /* else only where both have it: one-way TLS stays one-way, two-way two-way */
  } members[] = {{"certfile", TRUE}, {"keyfile", TRUE}, {"cacertfile", FALSE}};
  SecretString text = g_strdup(old);
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    Place there, new;
    gboolean both = find(text, members[i].name, &there) && find(fresh, members[i].name, &new);
    if (both) {
      text = exchange(text, &there, &new);
    } else if (members[i].needed) {
      secret_free(text);
      return NULL;
    }
  }
  return text;
}
