#include "config.h"

#include "trust/name_constraints.h"

#include "trust/name_compare.h"
#include "trust/name_match.h"

#define PERMITTED_TAG (DER_CONTEXT | DER_CONSTRUCTED | 0)
#define EXCLUDED_TAG (DER_CONTEXT | DER_CONSTRUCTED | 1)
#define MINIMUM_TAG (DER_CONTEXT | 0)
#define SUBTREES_SHOWN 6

struct NameConstraints {
  GArray *subtrees; /* of Subtree */
};

/* --- reading ---------------------------------------------------------------------------------- */

/* RFC 5280: minimum must be zero, and maximum absent. */
static gboolean
has_distance(DerSpan rest)
{
  DerElement minimum;
  guint number;
  if (rest.length == 0)
    return FALSE;
  return !der_next_of(&rest, MINIMUM_TAG, &minimum) || rest.length > 0 ||
         !der_number(minimum.content, &number) || number != 0;
}

static gboolean
add_subtree(NameConstraints *constraints, DerSpan content, gboolean permitted)
{
  Subtree subtree = {.permitted = permitted};
  if (!general_name_next(&content, &subtree.base))
    return FALSE;
  subtree.fault = name_match_base_fault(&subtree.base, &subtree.unusable);
  if (has_distance(content)) {
    subtree.fault = "has a minimum or maximum";
    subtree.unusable = TRUE;
  }
  if (subtree.base.kind == GENERAL_NAME_DIRECTORY && !subtree.unusable)
    subtree.key = name_compare_key(subtree.base.bytes);
  g_array_append_val(constraints->subtrees, subtree);
  return TRUE;
}

static gboolean
add_subtrees(NameConstraints *constraints, DerSpan list, gboolean permitted)
{
  DerElement subtree;
  while (der_next_of(&list, DER_SEQUENCE, &subtree))
    if (!add_subtree(constraints, subtree.content, permitted))
      return FALSE;
  return list.length == 0;
}

static gboolean
read_constraints(NameConstraints *constraints, DerSpan value)
{
  DerSpan rest;
  DerElement list;
  if (!der_unwrap(value, DER_SEQUENCE, &rest))
    return FALSE;
  if (der_next_of(&rest, PERMITTED_TAG, &list) && !add_subtrees(constraints, list.content, TRUE))
    return FALSE;
  if (der_next_of(&rest, EXCLUDED_TAG, &list) && !add_subtrees(constraints, list.content, FALSE))
    return FALSE;
  return rest.length == 0;
}

static void
subtree_clear(gpointer subtree)
{
  g_clear_pointer(&((Subtree *)subtree)->key, g_bytes_unref);
}

NameConstraints *
name_constraints_new(DerSpan value)
{
  g_autoptr(NameConstraints) constraints = g_new0(NameConstraints, 1);
  constraints->subtrees = g_array_new(FALSE, FALSE, sizeof(Subtree));
  g_array_set_clear_func(constraints->subtrees, subtree_clear);
  return read_constraints(constraints, value) ? g_steal_pointer(&constraints) : NULL;
}

void
name_constraints_free(NameConstraints *constraints)
{
  if (!constraints)
    return;
  g_array_unref(constraints->subtrees);
  g_free(constraints);
}

guint
name_constraints_count(const NameConstraints *constraints)
{
  return constraints->subtrees->len;
}

const Subtree *
name_constraints_get(const NameConstraints *constraints, guint index)
{
  return &g_array_index(constraints->subtrees, Subtree, index);
}

char *
name_constraints_permitted_text(const NameConstraints *constraints, GeneralNameKind kind)
{
  GString *text = g_string_new(NULL);
  guint shown = 0;
  for (guint i = 0; i < name_constraints_count(constraints); i++) {
    const Subtree *subtree = name_constraints_get(constraints, i);
    if (!subtree->permitted || subtree->base.kind != kind)
      continue;
    if (shown++ >= SUBTREES_SHOWN)
      continue;
    g_autofree char *base = general_name_subtree_text(&subtree->base);
    g_string_append_printf(text, "%s%s", shown > 1 ? ", " : "", base);
  }
  if (shown > SUBTREES_SHOWN)
    g_string_append_printf(text, " and %u more", shown - SUBTREES_SHOWN);
  return g_string_free(text, FALSE);
}

/* --- judging ---------------------------------------------------------------------------------- */

/* A name on its way past the subtrees. */
typedef struct {
  const GeneralName *name;
  GBytes *key;         /* of a directory name */
  gboolean concerned;  /* there are subtrees of its kind */
  gboolean restricted; /* some of them are permitted ones */
  gboolean permitted;  /* it stands in one of these */
  const Subtree *undecided;
} Passage;

static gboolean
stands_within(const Passage *passage, const Subtree *subtree)
{
  return passage->key ? name_compare_key_within(passage->key, subtree->key)
                      : name_match_within(passage->name, &subtree->base);
}

static gboolean
touches(const Passage *passage, const Subtree *subtree)
{
  return passage->key ? name_compare_key_within(passage->key, subtree->key)
                      : name_match_touches(passage->name, &subtree->base);
}

/* FALSE: that is the end, `*judgement` says why. */
static gboolean
pass(Passage *passage, const Subtree *subtree, NameJudgement *judgement)
{
  if (!passage->concerned && !name_match_is_sound(passage->name)) {
    *judgement = NAME_MALFORMED;
    return FALSE;
  }
  if (!passage->concerned && passage->name->kind == GENERAL_NAME_DIRECTORY)
    passage->key = name_compare_key(passage->name->bytes);
  passage->concerned = TRUE;
  if (subtree->unusable) {
    passage->undecided = subtree;
  } else if (subtree->permitted) {
    passage->restricted = TRUE;
    passage->permitted = passage->permitted || stands_within(passage, subtree);
  } else if (touches(passage, subtree)) {
    *judgement = NAME_EXCLUDED;
    return FALSE;
  }
  return TRUE;
}

static NameJudgement
pass_all(Passage *passage, const NameConstraints *constraints, guint *budget,
         const Subtree **subtree)
{
  NameJudgement judgement;
  for (guint i = 0; i < name_constraints_count(constraints); i++) {
    if (*budget == 0)
      return NAME_TOO_MANY;
    *budget -= 1;
    *subtree = name_constraints_get(constraints, i);
    if ((*subtree)->base.kind == passage->name->kind && !pass(passage, *subtree, &judgement))
      return judgement;
  }
  *subtree = passage->undecided;
  if (passage->undecided)
    return NAME_UNDECIDED;
  return passage->restricted && !passage->permitted ? NAME_NOT_PERMITTED : NAME_ALLOWED;
}

NameJudgement
name_constraints_judge(const NameConstraints *constraints, const GeneralName *name, guint *budget,
                       const Subtree **subtree)
{
  Passage passage = {.name = name};
  *subtree = NULL;
  NameJudgement judgement = pass_all(&passage, constraints, budget, subtree);
  g_clear_pointer(&passage.key, g_bytes_unref);
  return judgement;
}
