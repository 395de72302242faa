/* Words of a command that a person copies into a shell. */
#pragma once

/* (transfer full): `text` as one word, as plain as it can be: bare, else in double quotes, which read
 * better inside a command that stands in single ones, else in single quotes. */
char *shell_word(const char *text);
