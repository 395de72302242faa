/* What a broker's certificates were at one time: as they were sent, and the path that was judged.
 * Immutable, counted by reference; main thread. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"
#include "trust/verify.h"

/* Certificates sent that are kept, and as many of the path: a peer may send more, and no more than
 * these are compared. */
#define SEEN_CHAIN_MAX 32

typedef struct {
  char *target;    /* whom it was seen at; one line of safe text */
  gint64 seen;     /* seconds since 1970 */
  gboolean rooted; /* the path ends in what was trusted then */
  GPtrArray *sent; /* of Certificate, wire order; at least one */
  GPtrArray *path; /* of Certificate, from the leaf up, as far as it could be built; at least one */
} SeenChain;

/* (transfer full). `certificates`: as sent, at least one; `verdict`: on them. They are copied by
 * reference. */
SeenChain *seen_chain_new(const char *target, gint64 seen, GPtrArray *certificates,
                          const Verdict *verdict);
SeenChain *seen_chain_ref(SeenChain *chain);
void seen_chain_unref(SeenChain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeenChain, seen_chain_unref)

/* Borrowed. */
Certificate *seen_chain_leaf(const SeenChain *chain);
/* The same certificates were sent in the same order. What the path made of them is not compared: it
 * depends on whom the user trusts. */
gboolean seen_chain_same(const SeenChain *a, const SeenChain *b);

#define SEEN_CHAIN_ERROR (seen_chain_error_quark())
GQuark seen_chain_error_quark(void);

#define SEEN_CHAIN_TEXT_MAX (1024 * 1024) /* bytes of a chain as text */

/* (transfer full): lines of "name: value", then the certificates as PEM, which any program can
 * read: those that were sent, then the path. NULL: they are larger than SEEN_CHAIN_TEXT_MAX. */
char *seen_chain_to_text(const SeenChain *chain);
/* The way back. `text` may come from anybody; the error says what is wrong with it. */
SeenChain *seen_chain_from_text(const char *text, gsize length, GError **error);
