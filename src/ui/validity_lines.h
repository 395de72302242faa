/* The lives of all certificates of a connection beside each other, as plain data: no curses, no
 * clock. Every text is safe text. */
#pragma once

#include "core/connection.h"

typedef struct {
  char *group; /* a heading before it, or NULL */
  Certificate *certificate;
  gboolean ends_path; /* the path in use ends when this one does */
} ValidityLine;

typedef struct {
  GPtrArray *lines;  /* of ValidityLine; empty when there is no certificate */
  gint64 now;        /* seconds since 1970, as all here */
  gint64 path_end;   /* 0: there is no path */
  gint64 start, end; /* of the piece of time that is shown: now and path_end are in it */
} Validity;

/* (transfer full): the path in use first, then what other paths have, what else was sent, and our
 * own; each certificate once. */
Validity *validity_new(const ConnectionInfo *info, gint64 now);
void validity_free(Validity *validity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Validity, validity_free)

/* The column of a point in time among `columns`, cut at both ends. */
int validity_column(const Validity *validity, gint64 time, int columns);
