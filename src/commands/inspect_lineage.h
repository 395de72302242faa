/* `mqtrust inspect --lineage` and `--lineages`. */
#pragma once

#include <glib.h>

typedef struct {
  const char *name;           /* NULL: all of them */
  const char *certbot_folder; /* NULL: certbot's own */
  const char *served_by;      /* host, host:port or URL of a broker that is to be asked; or NULL */
  const char *dns_servers;    /* that its name is looked up with, as Profile has them; or NULL */
  gint64 now;
  gboolean json;
} LineageQuery;

/* Prints; FALSE and a sentence: a lineage or a folder cannot be read, or the broker not reached. */
gboolean inspect_lineages(const LineageQuery *query, GError **error);
