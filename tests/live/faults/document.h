/* docs/faults.md, as text: no network, no files. */
#pragma once

#include "live/faults/answer.h"
#include "live/faults/foreign.h"

/* What one situation has to say in each column; cells are Markdown, NULL: not measured. */
typedef struct {
  const char *situation;
  char *cells[FOREIGN_COUNT + 1]; /* the last: mqtrust's */
} DocumentRow;
#define DOCUMENT_OWN FOREIGN_COUNT

typedef struct {
  char *versions;     /* of the programs that were measured, one sentence */
  GPtrArray *rows;    /* of DocumentRow */
  GString *faults;    /* rows of the second table */
  guint shown, codes; /* in it; in the catalogue */
} Document;

Document *document_new(void);
void document_free(Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

/* Borrowed: the new row. */
DocumentRow *document_add_row(Document *document, const char *situation);
/* `found` NULL: its scene did not start here. */
void document_add_fault(Document *document, const LabFault *fault, const char *found);
/* (transfer full): the whole file. */
char *document_text(const Document *document);

/* (transfer full): a cell of what a program printed (NULL: it could not be asked), and of what
 * mqtrust answered. */
char *document_foreign_cell(const char *lines);
char *document_answer_cell(const Answer *answer);

/* (transfer full): the cells of `situation` in the text of a file, NULL-terminated, and its
 * sentence on versions; NULL: not there. */
char **document_find_row(const char *text, const char *situation);
char *document_find_versions(const char *text);
/* (transfer full): what the fault of this name was found as. */
char *document_find_found(const char *text, const char *name);
