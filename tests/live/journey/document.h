/* The commands of a page in docs/: every logical line of its ```sh blocks, in order, with this
 * machine's ports, folders and name server put in place of what a reader has. */
#pragma once

#include <glib.h>

typedef struct {
  const char *text;  /* as the page has it; "" is never one */
  const char *value; /* what stands there in the test */
} Substitution;

/* (transfer full): strings, NULL-terminated; a line that ends in a backslash goes on in the next.
 * Aborts when the page cannot be read or a block is not closed. */
char **document_commands(const char *path);

/* (transfer full): every place replaced by the first entry of the table that fits there; what was
 * put in is not looked at again. The table ends with an entry whose text is NULL. */
char *document_substitute(const char *command, const Substitution *table);
