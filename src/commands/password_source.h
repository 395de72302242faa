/* A password, from where the user said: a file, a command, or the terminal. */
#pragma once

#include <glib.h>

typedef struct {
  char *file;      /* its first line */
  char *command;   /* the first line that it prints, run by /bin/sh */
  gboolean prompt; /* asked on the terminal */
} PasswordSource;

/* Frees what is in it. */
void password_source_clear(PasswordSource *source);
gboolean password_source_is_set(const PasswordSource *source);

/* (transfer full): a secret, for secret_free(); not empty. `question` ("Password of the new key") is
 * what the terminal shows; with `twice` it has to be typed twice. NULL and a sentence on a fault. */
char *password_source_read(const PasswordSource *source, const char *question, gboolean twice,
                           GError **error);

/* There is a terminal to ask on. */
gboolean password_prompt_possible(void);
/* (transfer full): asks on the terminal without showing what is typed. */
char *password_prompt(const char *question, gboolean twice, GError **error);
