/* Looks at each block of memory just before it is freed: does it still hold a secret? For one thread
 * at a time. What a library frees of its own is not looked at, GLib's but for. */
#pragma once

#include <glib.h>

/* FALSE, and the test is skipped: a sanitizer or another C library frees here. */
gboolean free_watch_is_possible(void);
/* From now on; several secrets may be watched for at once. */
void free_watch_for(const char *secret);
/* How many blocks had one in them when they were freed; forgets the secrets. */
guint free_watch_end(void);
