/* Certificate policies along a path (RFC 5280, 6.1.2 to 6.1.5), from the anchor down.
 *
 * Of the valid_policy_tree only the lowest row is kept, as RFC 9618 teaches: the policies that the
 * next certificate may have, and whether it may have any. The tree itself can be made to grow
 * without end; this cannot. What the user accepts is not asked (user-initial-policy-set is
 * anyPolicy, and nothing is inhibited or required at the start); so a path is refused where its
 * own certificates require a policy and none holds, and is otherwise told which ones hold.
 *
 *   walk_down: assert_policies (6.1.3 d-f) → map_policies (6.1.4 a-b) → count_down (6.1.4 h-j)
 *              ... → the leaf: wrap_up (6.1.5 a-b) */
#include "config.h"

#include "trust/verify_checks.h"

#include <string.h>

#include "trust/certificate_policies.h"

#define POLICIES_SHOWN 6

typedef struct {
  GHashTable *expected; /* set of OIDs */
  gboolean any;
  guint explicit_policy; /* RFC 5280, 6.1.2 (d) to (f) */
  guint policy_mapping;
  guint inhibit_any;
  guint required_by; /* whose policyConstraints explicit_policy comes from */
  gboolean failed;
  guint speaker;      /* lowest position with a policy of its own; G_MAXUINT: none */
  gboolean is_public; /* the leaf has one of the CA/Browser Forum's */
} Walk;

static gboolean
holds_none(const Walk *walk)
{
  return !walk->any && g_hash_table_size(walk->expected) == 0;
}

static GHashTable *
set_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
add_all(GHashTable *set, GHashTable *more)
{
  GHashTableIter iter;
  gpointer oid;
  g_hash_table_iter_init(&iter, more);
  while (g_hash_table_iter_next(&iter, &oid, NULL))
    g_hash_table_add(set, g_strdup(oid));
}

/* --- the steps -------------------------------------------------------------------------------- */

/* 6.1.3 (d) and (e). `any_allowed`: anyPolicy counts in this certificate. */
static void
assert_policies(Walk *walk, const CertificatePolicies *policies, gboolean any_allowed)
{
  g_autoptr(GHashTable) next = set_new();
  gboolean any = policies->any && any_allowed;
  GHashTableIter iter;
  gpointer oid;
  g_hash_table_iter_init(&iter, policies->policies);
  while (g_hash_table_iter_next(&iter, &oid, NULL))
    if (walk->any || g_hash_table_contains(walk->expected, oid))
      g_hash_table_add(next, g_strdup(oid));
  if (any)
    add_all(next, walk->expected);
  walk->any = walk->any && any;
  g_hash_table_unref(walk->expected);
  walk->expected = g_steal_pointer(&next);
}

/* 6.1.4 (b): a policy that is mapped is expected under its other names from here on. */
static void
map_policies(Walk *walk, const CertificatePolicies *policies)
{
  g_autoptr(GHashTable) mapped = set_new();
  for (guint i = 0; i < policies->mappings->len; i++) {
    const PolicyMapping *mapping = policies->mappings->pdata[i];
    if (walk->any || g_hash_table_contains(walk->expected, mapping->issuer))
      g_hash_table_add(mapped, g_strdup(mapping->subject));
  }
  for (guint i = 0; i < policies->mappings->len; i++)
    g_hash_table_remove(walk->expected, ((PolicyMapping *)policies->mappings->pdata[i])->issuer);
  if (walk->policy_mapping > 0)
    add_all(walk->expected, mapped);
}

static void
lower(guint *counter, int limit)
{
  if (limit >= 0 && (guint)limit < *counter)
    *counter = limit;
}

/* 6.1.4 (h) to (j). */
static void
count_down(Walk *walk, const CertificatePolicies *policies, gboolean self_issued, guint position)
{
  guint *counters[] = {&walk->explicit_policy, &walk->policy_mapping, &walk->inhibit_any};
  for (gsize i = 0; !self_issued && i < G_N_ELEMENTS(counters); i++)
    *counters[i] -= *counters[i] > 0;
  guint before = walk->explicit_policy;
  lower(&walk->explicit_policy, policies->require_explicit);
  lower(&walk->policy_mapping, policies->inhibit_mapping);
  lower(&walk->inhibit_any, policies->inhibit_any);
  if (walk->explicit_policy < before)
    walk->required_by = position;
}

/* 6.1.5 (a) and (b). */
static void
wrap_up(Walk *walk, const CertificatePolicies *policies)
{
  walk->explicit_policy -= walk->explicit_policy > 0;
  if (policies->require_explicit == 0 && walk->explicit_policy > 0) {
    walk->explicit_policy = 0;
    walk->required_by = 0;
  }
}

/* --- what is said ----------------------------------------------------------------------------- */

static void
report_fault(GPtrArray *findings, const VerifyRequest *request, const Path *path, guint position,
             const CertificatePolicies *policies)
{
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "certificate-malformed");
  finding_set_message(finding, "The %s of \"%s\" in %s cannot be read.", policies->fault,
                      certificate_subject_label(path_node(path, position)->certificate), place);
  if (!policies->fault_critical && request->rules == VERIFY_RULES_DEFAULT)
    finding->severity = FINDING_WARNING;
}

/* RFC 5280, 4.2.1.5 and 6.1.4 (a). */
static void
report_any_mapped(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                  guint position)
{
  g_autofree char *place = report_place(request, path, position);
  Finding *finding = report_position(findings, request, path, position, "policies-unsupported");
  finding_set_message(finding,
                      "\"%s\" in %s maps certificate policies from or to anyPolicy, which no "
                      "certificate may.",
                      certificate_subject_label(path_node(path, position)->certificate), place);
  finding_set_remedy(finding, "Have the certificate issued again without that policyMappings.");
}

static void
report_required(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                const Walk *walk, guint position)
{
  const Certificate *demanding = path_node(path, walk->required_by)->certificate;
  g_autofree char *place = report_place(request, path, walk->required_by);
  Finding *finding =
      report_position(findings, request, path, walk->required_by, "policies-unsupported");
  finding_set_message(finding,
                      "\"%s\" in %s demands that certificate policies are processed "
                      "(policyConstraints), and none holds from there down to \"%s\".",
                      certificate_subject_label(demanding), place,
                      certificate_subject_label(path_node(path, position)->certificate));
  finding_set_remedy(finding, "Ask the CA for a chain whose certificates have a policy in common, "
                              "or without policyConstraints.");
}

static int
compare_texts(gconstpointer a, gconstpointer b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *
list_policies(const Walk *walk)
{
  if (holds_none(walk))
    return g_strdup("none");
  if (walk->any)
    return g_strdup("any");
  GString *text = g_string_new(NULL);
  guint count;
  g_autofree char **oids = (char **)g_hash_table_get_keys_as_array(walk->expected, &count);
  qsort(oids, count, sizeof *oids, compare_texts);
  for (guint i = 0; i < count && i < POLICIES_SHOWN; i++)
    g_string_append_printf(text, "%s%s", i ? ", " : "", oids[i]);
  if (count > POLICIES_SHOWN)
    g_string_append_printf(text, " and %u more", count - POLICIES_SHOWN);
  return g_string_free(text, FALSE);
}

/* Policies bind only those who ask for them, and nobody can ask here. */
static void
report_unasked(GPtrArray *findings, const VerifyRequest *request, const Path *path,
               const Walk *walk)
{
  if (walk->speaker == G_MAXUINT || walk->is_public)
    return;
  g_autofree char *policies = list_policies(walk);
  g_autofree char *place = report_place(request, path, walk->speaker);
  Finding *finding =
      report_position(findings, request, path, walk->speaker, "policies-unsupported");
  finding->severity = FINDING_INFO;
  finding_set_message(finding,
                      "\"%s\" in %s uses certificate policies that are not processed here; of "
                      "them, %s %s for the whole path.",
                      certificate_subject_label(path_node(path, walk->speaker)->certificate), place,
                      policies, strchr(policies, ',') ? "hold" : "holds");
  finding_set_remedy(finding, "Nothing to do, unless you accept only certain policies: then verify "
                              "with `openssl verify -policy OID -explicit_policy`.");
}

/* --- along the path --------------------------------------------------------------------------- */

static gboolean
has_prefix(GHashTable *set, const char *prefix)
{
  GHashTableIter iter;
  gpointer oid;
  g_hash_table_iter_init(&iter, set);
  while (g_hash_table_iter_next(&iter, &oid, NULL))
    if (g_str_has_prefix(oid, prefix))
      return TRUE;
  return FALSE;
}

static void
note_speaker(Walk *walk, const CertificatePolicies *policies, guint position)
{
  if (g_hash_table_size(policies->policies) > 0)
    walk->speaker = position;
  if (position == 0)
    walk->is_public = has_prefix(policies->policies, "2.23.140.1.");
}

static void
step(Walk *walk, GPtrArray *findings, const VerifyRequest *request, const Path *path,
     guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autoptr(CertificatePolicies) policies = certificate_policies_new(certificate);
  gboolean self_issued = certificate_is_self_issued(certificate), leaf = position == 0;
  if (policies->fault)
    report_fault(findings, request, path, position, policies);
  note_speaker(walk, policies, position);
  assert_policies(walk, policies, walk->inhibit_any > 0 || (!leaf && self_issued));
  gboolean bare = walk->explicit_policy == 0 && holds_none(walk); /* 6.1.3 (f) */
  if (!bare && leaf) {
    wrap_up(walk, policies);
    bare = walk->explicit_policy == 0 && holds_none(walk); /* 6.1.5 (g) */
  }
  if (bare) {
    report_required(findings, request, path, walk, position);
    walk->failed = TRUE;
  } else if (!leaf && policies->maps_any) {
    report_any_mapped(findings, request, path, position);
    walk->failed = TRUE;
  } else if (!leaf) {
    map_policies(walk, policies);
    count_down(walk, policies, self_issued, position);
  }
}

void
check_policies(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  /* An anchor's own policies bind nobody (RFC 5280, 6.1.1 (d)); a pinned leaf is looked at. */
  guint length = path->complete ? MAX(path->nodes->len - 1, 1) : path->nodes->len;
  Walk walk = {.expected = set_new(),
               .any = TRUE,
               .explicit_policy = length + 1,
               .policy_mapping = length + 1,
               .inhibit_any = length + 1,
               .speaker = G_MAXUINT};
  for (guint i = length; i-- > 0 && !walk.failed;)
    step(&walk, findings, request, path, i);
  if (!walk.failed)
    report_unasked(findings, request, path, &walk);
  g_hash_table_unref(walk.expected);
}
