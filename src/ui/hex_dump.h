/* Bytes as hexadecimal lines: offset, bytes, and what of them is printable ASCII. Pure. */
#pragma once

#include <glib.h>

/* Bytes a line for a payload of `length` bytes: 16, 8 where that is too wide, 4 on the smallest
 * screens. */
int hex_dump_per_line(gsize length, int columns);
/* Lines that `length` bytes take. */
gsize hex_dump_lines(gsize length, int per_line);
/* (transfer full): line `line` of the dump, roomy with 16 bytes a line, else close together:
 * "00000010  7b 22 76 22 3a 32 31 2e  33 7d                    {"v":21.3}"
 * "0008 33 7d                   3}" */
char *hex_dump_line(const guint8 *bytes, gsize length, gsize line, int per_line);
