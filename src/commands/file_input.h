/* Reading what a command was told to look into: a file, standard input, a pipe, a token's object;
 * and the password from a file of its own. */
#pragma once

#include "trust/inspection.h"

/* (transfer full): as inspection_read(); "-" is standard input, and a path that is a pipe (a
 * shell's <(...)) is read to its end. */
Inspection *file_input_inspect(const char *path, const char *password, GError **error);

/* (transfer full): the first line of the file, which may be empty; give it back with
 * secret_free(). NULL and a sentence on a fault. */
char *file_input_password(const char *path, GError **error);
/* The same where an empty password is a mistake: an error, too. */
char *file_input_some_password(const char *path, GError **error);
