/* core/chain_change.h: the exact words of each kind of change. */
#include "config.h"

#include <string.h>

#include "core/chain_change.h"
#include "unit/chain_stage.h"

#define LATER (CHAIN_SEEN + CHAIN_DAY)
#define CHANGE_TEST(name)                                                                          \
  g_test_add("/chain-change/" #name, ChainStage, NULL, chain_stage_setup, test_##name,             \
             chain_stage_teardown)

static void
assert_sentence(const ChainChange *change, const char *sentence)
{
  g_assert_nonnull(change);
  g_autofree char *found = chain_change_sentence(change);
  g_assert_cmpstr(found, ==, sentence);
}

/* (transfer full): the stage's chain with this leaf in place of its own. */
static ChainChange *
change_leaf(const ChainStage *stage, const Forged *leaf)
{
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, stage->root, leaf, stage->intermediate, NULL);
  return chain_change_new(before, now);
}

static Forged *
renewed_leaf(const ChainStage *stage)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += 60 * CHAIN_DAY;
  template.not_after += 60 * CHAIN_DAY;
  return forge(&template, stage->intermediate);
}

/* --- The same --------------------------------------------------------------------------------- */

static void
test_same(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(ChainChange) change = change_leaf(stage, stage->leaf);
  g_assert_null(change);
}

/* What is trusted is the user's to change: the broker sends what it sent. */
static void
test_other_trust(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = forge_authority("Root X2");
  g_autoptr(Forged) root = forge(&template, NULL);
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, root, stage->leaf, stage->intermediate, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  g_assert_null(change);
}

/* --- The leaf --------------------------------------------------------------------------------- */

static void
test_renewed(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(Forged) leaf = renewed_leaf(stage);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate renewed: ends 2027-02-19 instead of 2026-12-21, new key");
  g_assert_cmpint(change->kind, ==, CHAIN_RENEWED);
  g_assert_cmpint(change->end, ==, CHAIN_ENDS_LATER);
  g_assert_false(change->warning);
  g_assert_false(change->same_key);
  g_assert_cmpstr(chain_change_word(change), ==, "renewed");
  g_autofree char *line = chain_change_line(change);
  g_assert_cmpstr(line, ==,
                  "changed since 2026-11-21 14:03: renewed, ends 2027-02-19 instead of "
                  "2026-12-21, new key");
  g_autofree char *refused = chain_change_refused_line(change);
  g_assert_cmpstr(refused, ==,
                  "since 2026-11-21 14:03 the broker shows another certificate: renewed, ends "
                  "2027-02-19 instead of 2026-12-21, new key");
}

static void
test_same_key(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += CHAIN_DAY;
  template.not_after += 2 * CHAIN_DAY;
  g_autoptr(Forged) leaf = forge_with_key(&template, stage->intermediate, stage->leaf);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate renewed: ends 2026-12-23 instead of 2026-12-21, same key");
  g_assert_true(change->same_key);
}

static void
test_same_day(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += 60;
  template.not_after += 61;
  g_autoptr(Forged) leaf = forge_with_key(&template, stage->intermediate, stage->leaf);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate renewed: ends 2026-12-21 00:01:01 UTC instead of 2026-12-21 "
                          "00:00:00 UTC, same key");
}

static void
test_same_end(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += 60;
  template.key_algorithm = GNUTLS_PK_RSA;
  template.key_bits = 2048;
  g_autoptr(Forged) leaf = forge(&template, stage->intermediate);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate renewed: new key (RSA 2048 instead of ECDSA P-256)");
  g_assert_cmpint(change->end, ==, CHAIN_ENDS_SAME);
}

/* Issued later, but for a shorter time: no stale copy. */
static void
test_ends_earlier(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += CHAIN_DAY;
  template.not_after -= 10 * CHAIN_DAY;
  g_autoptr(Forged) leaf = forge(&template, stage->intermediate);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate renewed: ends 2026-12-11, earlier than before (2026-12-21), "
                          "new key");
  g_assert_cmpint(change->end, ==, CHAIN_ENDS_EARLIER);
  g_assert_false(change->warning);
}

static void
test_older(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before -= 60 * CHAIN_DAY;
  template.not_after -= 60 * CHAIN_DAY;
  g_autoptr(Forged) leaf = forge(&template, stage->intermediate);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate older than the one seen before: a stale copy or another "
                          "node; ends 2026-10-22, earlier than before (2026-12-21), new key");
  g_assert_cmpint(change->kind, ==, CHAIN_OLDER);
  g_assert_true(change->warning);
  g_autofree char *line = chain_change_line(change);
  g_assert_cmpstr(line, ==,
                  "changed since 2026-11-21 14:03: older than the one seen before: a stale copy or "
                  "another node; ends 2026-10-22, earlier than before (2026-12-21), new key");
}

/* A CA that lets all certificates of a day begin with it. */
static void
test_older_of_a_day(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_after -= CHAIN_DAY;
  g_autoptr(Forged) leaf = forge_with_key(&template, stage->intermediate, stage->leaf);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate older than the one seen before: a stale copy or another "
                          "node; ends 2026-12-20, earlier than before (2026-12-21), same key");
}

static void
test_names(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.dns = "b.example.com";
  template.names = "DNS:c.example.com,IP:192.0.2.1";
  template.not_after += CHAIN_DAY;
  template.not_before += CHAIN_DAY;
  g_autoptr(Forged) leaf = forge_with_key(&template, stage->intermediate, stage->leaf);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  assert_sentence(change, "certificate for other names: with b.example.com, c.example.com "
                          "and IP:192.0.2.1, without mqtt.example.com, ends 2026-12-22 instead of "
                          "2026-12-21, same key");
  g_assert_cmpint(change->kind, ==, CHAIN_OTHER_NAMES);
  g_assert_cmpuint(g_strv_length(change->names_added), ==, 3);
  g_assert_cmpstr(change->names_removed[0], ==, "DNS:mqtt.example.com");
}

/* Many names, and very long ones, stay a sentence. */
static void
test_many_names(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(GString) names = g_string_new(NULL);
  g_autofree char *label = g_strnfill(63, 'x');
  for (int i = 0; i < 40; i++)
    g_string_append_printf(names, "%sDNS:n%02d.%s.example.com", i > 0 ? "," : "", i, label);
  ForgeTemplate template = chain_stage_leaf();
  template.names = names->str;
  g_autoptr(Forged) leaf = forge_with_key(&template, stage->intermediate, stage->leaf);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  g_autofree char *sentence = chain_change_sentence(change);
  g_assert_nonnull(strstr(sentence, " and 35 more, same key"));
  g_assert_nonnull(strstr(sentence, "with n00.xxxx"));
  g_assert_null(strstr(sentence, "n05."));
  g_assert_cmpuint(strlen(sentence), <, 500);
}

/* A subject that only repeats a name may go: Let's Encrypt's newer certificates have none. */
static void
test_subject_goes(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.name = "something else";
  template.not_before += CHAIN_DAY;
  template.not_after += CHAIN_DAY;
  g_autoptr(Forged) leaf = forge_with_key(&template, stage->intermediate, stage->leaf);
  g_autoptr(ChainChange) change = change_leaf(stage, leaf);
  g_assert_cmpint(change->kind, ==, CHAIN_RENEWED);
}

static void
test_subject_alone(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate old = chain_stage_leaf(), new = chain_stage_leaf();
  old.dns = new.dns = NULL;
  old.name = "one";
  new.name = "two";
  g_autoptr(Forged) one = forge(&old, stage->intermediate);
  g_autoptr(Forged) two = forge_with_key(&new, stage->intermediate, one);
  g_autoptr(SeenChain) before = chain_stage_seen(CHAIN_SEEN, stage->root, one, NULL);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, stage->root, two, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  assert_sentence(change, "certificate for other names: \"two\" instead of \"one\", same key");
}

/* --- The issuer and the root ------------------------------------------------------------------ */

static void
test_other_issuer(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate authority = forge_authority("R10"), template = chain_stage_leaf();
  template.not_before += 60 * CHAIN_DAY;
  template.not_after += 60 * CHAIN_DAY;
  g_autoptr(Forged) intermediate = forge(&authority, stage->root);
  g_autoptr(Forged) leaf = forge(&template, intermediate);
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, stage->root, leaf, intermediate, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  assert_sentence(change, "certificate renewed: ends 2027-02-19 instead of 2026-12-21, new key, "
                          "issued by \"R10\" instead of \"R3\"");
  g_assert_true(change->other_issuer);
  g_assert_false(change->warning);
}

/* (transfer full): of another CA, whose root is `*root` (transfer full). */
static ChainChange *
change_authority(const ChainStage *stage, const char *root_name, const char *name, gint64 later,
                 Forged **root)
{
  ForgeTemplate above = forge_authority(root_name), authority = forge_authority(name);
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += later;
  template.not_after += later;
  *root = forge(&above, NULL);
  g_autoptr(Forged) intermediate = forge(&authority, *root);
  g_autoptr(Forged) leaf = forge(&template, intermediate);
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, *root, leaf, intermediate, NULL);
  return chain_change_new(before, now);
}

static void
test_other_ca(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(Forged) root = NULL;
  g_autoptr(ChainChange) change = change_authority(stage, "Box Root", "Box CA", CHAIN_DAY, &root);
  assert_sentence(change, "certificate of another CA: ends 2026-12-22 instead of 2026-12-21, new "
                          "key, issued by \"Box CA\" instead of \"R3\", the path ends at \"Box "
                          "Root\" instead of \"Root X1\"");
  g_assert_true(change->warning);
}

/* A CA that only calls itself as the one before. */
static void
test_same_names_other_ca(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(Forged) root = NULL;
  g_autoptr(ChainChange) change = change_authority(stage, "Root X1", "R3", -CHAIN_DAY, &root);
  assert_sentence(change,
                  "certificate of another CA: older than the one seen before, ends "
                  "2026-12-20, earlier than before (2026-12-21), new key, issued by another "
                  "key of the name \"R3\", the path "
                  "ends at another root of the name \"Root X1\"");
  g_assert_cmpint(change->kind, ==, CHAIN_OTHER_CA);
}

static void
test_self_signed(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate template = chain_stage_leaf();
  template.not_before += CHAIN_DAY;
  template.not_after += CHAIN_DAY;
  g_autoptr(Forged) leaf = forge(&template, NULL);
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, NULL, leaf, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  assert_sentence(change,
                  "self-signed certificate, which it was not before: ends 2026-12-22 instead "
                  "of 2026-12-21, new key, issued by \"mqtt.example.com\" instead of \"R3\", "
                  "not sent any more: \"R3\", the path ends at \"mqtt.example.com\" instead "
                  "of \"Root X1\"");
  g_assert_true(change->warning);
}

/* A renewed broker that forgot its intermediate: the issuer is another one, and nobody knows what
 * stands above it. */
static void
test_unknown_root(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate authority = forge_authority("R10"), template = chain_stage_leaf();
  template.not_before += CHAIN_DAY;
  template.not_after += CHAIN_DAY;
  g_autoptr(Forged) intermediate = forge(&authority, stage->root);
  g_autoptr(Forged) leaf = forge_with_key(&template, intermediate, stage->leaf);
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, NULL, leaf, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  assert_sentence(change, "certificate renewed: ends 2026-12-22 instead of 2026-12-21, same key, "
                          "issued by \"R10\" instead of \"R3\", not sent any more: \"R3\"");
  g_assert_false(change->other_root);
  g_assert_false(change->warning);
}

/* The same path, which ends earlier because the user trusts the intermediate now. */
static void
test_trusted_intermediate(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(Forged) leaf = renewed_leaf(stage);
  g_autoptr(SeenChain) before = chain_stage_before(stage);
  g_autoptr(SeenChain) now = chain_stage_seen(LATER, stage->intermediate, leaf, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  g_assert_false(change->other_root);
  g_assert_cmpint(change->kind, ==, CHAIN_RENEWED);
}

/* --- What is sent with it --------------------------------------------------------------------- */

static void
test_intermediates(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate authority = forge_authority("R3");
  ForgeTemplate stranger = forge_authority("Stranger");
  g_autoptr(Forged) again = forge_with_key(&authority, stage->root, stage->intermediate);
  g_autoptr(Forged) other = forge(&stranger, NULL);
  g_autoptr(SeenChain) one = chain_stage_before(stage);
  g_autoptr(SeenChain) none = chain_stage_seen(LATER, stage->root, stage->leaf, NULL);
  g_autoptr(SeenChain) anew = chain_stage_seen(LATER, stage->root, stage->leaf, again, NULL);
  g_autoptr(SeenChain) strange = chain_stage_seen(LATER, stage->root, stage->leaf, other, NULL);
  g_autoptr(ChainChange) removed = chain_change_new(one, none);
  g_autoptr(ChainChange) added = chain_change_new(none, one);
  g_autoptr(ChainChange) twin = chain_change_new(one, anew);
  g_autoptr(ChainChange) replaced = chain_change_new(anew, strange);
  assert_sentence(removed,
                  "the same certificate, but other ones with it: not sent any more: \"R3\"");
  assert_sentence(added, "the same certificate, but other ones with it: sent with it now: \"R3\"");
  assert_sentence(twin, "the same certificate, but other ones with it: another certificate of "
                        "\"R3\" with it");
  g_assert_cmpint(replaced->kind, ==, CHAIN_OTHER_WAY);
  g_assert_cmpuint(replaced->added->len, ==, 1);
  g_assert_false(removed->warning);
  g_autofree char *refused = chain_change_refused_line(removed);
  g_assert_cmpstr(refused, ==,
                  "since 2026-11-21 14:03 the broker shows another chain: other certificates with "
                  "it: not sent any more: \"R3\"");
}

static void
test_order(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(SeenChain) before = chain_stage_seen(CHAIN_SEEN, stage->root, stage->leaf,
                                                 stage->intermediate, stage->root, NULL);
  g_autoptr(SeenChain) now =
      chain_stage_seen(LATER, stage->root, stage->leaf, stage->root, stage->intermediate, NULL);
  g_autoptr(ChainChange) change = chain_change_new(before, now);
  assert_sentence(change, "the same certificate, but other ones with it: the same ones in another "
                          "order or number");
}

/* A peer may send many certificates; only so many are kept and compared. */
static void
test_bound(ChainStage *stage, gconstpointer unused)
{
  g_autoptr(GPtrArray) many = certificate_list_new();
  for (int i = 0; i < 3 * SEEN_CHAIN_MAX; i++)
    g_ptr_array_add(many, certificate_ref(stage->leaf->certificate));
  g_autoptr(GPtrArray) path = g_ptr_array_new();
  const Verdict verdict = {.path = path};
  g_autoptr(SeenChain) chain = seen_chain_new(CHAIN_TARGET, CHAIN_SEEN, many, &verdict);
  g_assert_cmpuint(chain->sent->len, ==, SEEN_CHAIN_MAX);
  g_assert_cmpuint(chain->path->len, ==, 1); /* the leaf, where no path could be built */
  g_assert_false(chain->rooted);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  CHANGE_TEST(same);
  CHANGE_TEST(other_trust);
  CHANGE_TEST(renewed);
  CHANGE_TEST(same_key);
  CHANGE_TEST(same_day);
  CHANGE_TEST(same_end);
  CHANGE_TEST(ends_earlier);
  CHANGE_TEST(older);
  CHANGE_TEST(older_of_a_day);
  CHANGE_TEST(names);
  CHANGE_TEST(many_names);
  CHANGE_TEST(subject_goes);
  CHANGE_TEST(subject_alone);
  CHANGE_TEST(other_issuer);
  CHANGE_TEST(other_ca);
  CHANGE_TEST(same_names_other_ca);
  CHANGE_TEST(self_signed);
  CHANGE_TEST(unknown_root);
  CHANGE_TEST(trusted_intermediate);
  CHANGE_TEST(intermediates);
  CHANGE_TEST(order);
  CHANGE_TEST(bound);
  return g_test_run();
}
