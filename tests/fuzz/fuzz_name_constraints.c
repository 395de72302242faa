/* Constraints and names that nobody vouches for: the first two bytes say how long the extension's
 * value is, the rest is a list of names.
 *
 * Whatever they are: what can be read is judged within the budget, a name that a permitted subtree
 * covers is also touched by the same one excluded, and a Name equals itself. */
#include "config.h"

#include "trust/name_compare.h"
#include "trust/name_constraints.h"
#include "trust/name_match.h"

#define BUDGET 4096

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_subtree(const GeneralName *name, const Subtree *subtree)
{
  if (subtree->unusable || subtree->base.kind != name->kind || !name_match_is_sound(name))
    return;
  if (name_match_within(name, &subtree->base))
    g_assert_true(name_match_touches(name, &subtree->base));
}

static void
check_texts(const GeneralName *name)
{
  g_autofree char *text = general_name_text(name);
  g_autofree char *subtree = general_name_subtree_text(name);
  g_assert_true(g_utf8_validate(text, -1, NULL));
  g_assert_true(g_utf8_validate(subtree, -1, NULL));
}

static void
check_directory(DerSpan name)
{
  NameWalk walk;
  NameAttribute attribute;
  g_autoptr(GBytes) key = name_compare_key(name);
  if (key)
    g_assert_true(name_compare_key_within(key, key));
  if (!name_walk(&walk, name))
    return;
  while (name_walk_next(&walk, &attribute)) {
    g_free(name_attribute_text(&attribute));
    g_free(der_oid_text(attribute.oid));
  }
}

static void
check_names(const NameConstraints *constraints, DerSpan names)
{
  GeneralName name;
  guint budget = BUDGET;
  while (general_name_next(&names, &name)) {
    guint before = budget;
    const Subtree *subtree;
    NameJudgement judgement = name_constraints_judge(constraints, &name, &budget, &subtree);
    g_assert_cmpuint(budget, <=, before);
    g_assert_true(judgement != NAME_EXCLUDED || (subtree && !subtree->permitted));
    g_assert_true(judgement != NAME_UNDECIDED || (subtree && subtree->unusable));
    for (guint i = 0; i < MIN(name_constraints_count(constraints), 64); i++)
      check_subtree(&name, name_constraints_get(constraints, i));
    check_texts(&name);
    check_directory(name.bytes);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  if (size < 2)
    return 0;
  gsize length = MIN((gsize)data[0] << 8 | data[1], size - 2);
  DerSpan value = {data + 2, length}, names = {data + 2 + length, size - 2 - length};
  g_autoptr(NameConstraints) constraints = name_constraints_new(value);
  if (!constraints)
    return 0;
  for (guint i = 0; i < name_constraints_count(constraints); i++)
    check_texts(&name_constraints_get(constraints, i)->base);
  check_names(constraints, names);
  return 0;
}
