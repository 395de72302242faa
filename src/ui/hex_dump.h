/* Bytes as hexadecimal lines: offset, bytes, and what of them is printable ASCII. Pure. */
#pragma once

#include <glib.h>

/* 16 bytes a line, 8 where that is too wide, 4 on the smallest screens. */
int hex_dump_per_line(int columns);
/* Lines that `length` bytes take. */
gsize hex_dump_lines(gsize length, int per_line);
/* (transfer full): line `line` of the dump:
 * "00000010  7b 22 76 22 3a 32 31 2e  33 7d                    {"v":21.3}" */
char *hex_dump_line(const guint8 *bytes, gsize length, gsize line, int per_line);
