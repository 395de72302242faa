/* Passwords: strings that are overwritten before their memory is given back.
 * Never log one, never put one into a GError. */
#pragma once

#include <glib.h>

/* Overwrites a string in place, then frees it; NULL is allowed. */
void secret_free(char *secret);

/* secret_free(*place) and *place = NULL. */
void secret_clear(char **place);

/* secret_clear(place), then a copy of `value` (NULL or "" gives NULL). */
void secret_set(char **place, const char *value);

typedef char *SecretString;
static inline void secret_string_cleanup(SecretString *s) { secret_clear(s); }
#define secret_auto __attribute__((cleanup(secret_string_cleanup))) SecretString
