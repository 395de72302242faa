/* Name constraints (RFC 5280, 4.2.1.10): what names a CA's certificates may carry.
 *
 * GnuTLS's own are not used. Measured: it applies DNS constraints to common names that nobody
 * uses, lets a wildcard cover an excluded name, looks only at the leaf, knows no URIs, and takes
 * constraints that it cannot read. Private to trust/. Any thread. */
#pragma once

#include <glib.h>

#include "trust/general_name.h"

typedef struct {
  GeneralName base;
  gboolean permitted; /* else excluded */
  const char *fault;  /* static phrase, "starts with a full stop": against RFC 5280; NULL: sound */
  gboolean unusable;  /* for that fault, or for its kind, nothing can be compared with it */
  GBytes *key;        /* of a directory name: see name_compare.h */
} Subtree;

typedef struct NameConstraints NameConstraints;

/* `value` is the extension's; it must outlive what is returned (transfer full). NULL: it cannot be
 * read at all. */
NameConstraints *name_constraints_new(DerSpan value);
void name_constraints_free(NameConstraints *constraints);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameConstraints, name_constraints_free)

guint name_constraints_count(const NameConstraints *constraints);
const Subtree *name_constraints_get(const NameConstraints *constraints, guint index);
/* (transfer full): "192.0.2.0/24, 198.51.100.0/24", the permitted ones of a kind, a few of them. */
char *name_constraints_permitted_text(const NameConstraints *constraints, GeneralNameKind kind);

typedef enum {
  NAME_ALLOWED,
  NAME_EXCLUDED,      /* `*subtree` excludes it */
  NAME_NOT_PERMITTED, /* there are permitted ones of its kind, and it is in none */
  NAME_MALFORMED,     /* there are constraints of its kind, and it is no such name */
  NAME_UNDECIDED,     /* `*subtree` is of its kind and unusable */
  NAME_TOO_MANY,      /* `*budget` is used up */
} NameJudgement;

/* Holds one name against all of its kind. Each comparison takes one off `*budget`: names times
 * constraints is a product that a peer chooses. Excluded wins over permitted. A wildcard is
 * excluded when one of the names that it covers is. */
NameJudgement name_constraints_judge(const NameConstraints *constraints, const GeneralName *name,
                                     guint *budget, const Subtree **subtree);
