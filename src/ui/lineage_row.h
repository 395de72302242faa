/* A lineage in the list of them: what it says (composed from plain data, no curses, no clock) and
 * how it is drawn at a width, in two lines. */
#pragma once

#include "core/lineage_reader.h"
#include "ui/paint.h"

typedef struct {
  Glyph glyph; /* the worst of what its lines say, at a glance */
  Role glyph_role;
  char *name;    /* safe text, as all here */
  char *problem; /* why it cannot be read, or that its turn has not come; then that is all */
  Role problem_role;
  char *names;        /* "also www.example.com", or NULL: it is for its own name alone */
  char *key;          /* "ECDSA P-256", or NULL */
  gint64 from, until; /* of the leaf; both 0: there is none */
  char *renewal;      /* "renewed in 12 d", or NULL */
  Role renewal_role;
  char *served; /* "prod-eu serves it", or NULL: no broker of it is known */
  Glyph served_glyph;
  Role served_role;
  char *findings; /* "key mismatch, 2 more", or NULL */
  Role findings_role;
} LineageRow;

/* (transfer full) */
LineageRow *lineage_row_new(const LineageEntry *entry, gint64 now);
void lineage_row_free(LineageRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineageRow, lineage_row_free)

#define LINEAGE_ROW_LINES 2

void lineage_row_draw(const LineageRow *row, Canvas *canvas, int line, gint64 now);
