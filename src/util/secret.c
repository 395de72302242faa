#include "config.h"

#include "util/secret.h"

#include <string.h>

void
secret_free(char *secret)
{
  if (secret == NULL)
    return;
  /* memset() before free() is a dead store to a compiler; this one is not. */
  explicit_bzero(secret, strlen(secret));
  g_free(secret);
}

void
secret_clear(char **place)
{
  secret_free(*place);
  *place = NULL;
}

void
secret_set(char **place, const char *value)
{
  /* Copied before the old one is wiped: `value` may be the old one. */
  char *copy = value != NULL && *value != '\0' ? g_strdup(value) : NULL;
  secret_clear(place);
  *place = copy;
}
