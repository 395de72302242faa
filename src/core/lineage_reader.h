/* All lineages of a certbot folder, read in slices between other work of the main loop: there may
 * be LINEAGE_COUNT_MAX of them, four files each. Main thread. */
#pragma once

#include "trust/lineage.h"

typedef struct {
  char *name;       /* of the folder in live/, raw */
  gboolean read;    /* FALSE: its turn has not come yet */
  Lineage *lineage; /* NULL: it cannot be read, see `problem` */
  Finding *problem;
} LineageEntry;

typedef struct LineageReader LineageReader;

/* `changed` is called from the main loop when more have been read, some ten times a second, and at
 * the end. The first slice is read at once, and few lineages need no second one. `certbot` NULL:
 * LINEAGE_CERTBOT_FOLDER; `now` in seconds since 1970. NULL and a TRUST_ERROR: live/ cannot be
 * read. */
LineageReader *lineage_reader_start(const char *certbot, gint64 now, void (*changed)(gpointer data),
                                    gpointer data, GError **error);
/* At any time; what has not been read is not read any more. */
void lineage_reader_free(LineageReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineageReader, lineage_reader_free)

/* Borrowed, of LineageEntry, sorted by name: all of them from the beginning on. */
const GPtrArray *lineage_reader_entries(const LineageReader *reader);
/* How many of them have been read. */
guint lineage_reader_done(const LineageReader *reader);
/* How many lineages there are: more than entries, when there are too many of them. */
guint lineage_reader_all(const LineageReader *reader);
