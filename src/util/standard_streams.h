/* Standard input, output and error of a program that was started without them. */
#pragma once

/* Before any file is opened. Where 0, 1 or 2 is closed, it is opened so that reading or writing
 * there fails as before: else the next file would get that number, and what is printed would go
 * into a key. */
void standard_streams_open(void);
