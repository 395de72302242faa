#include "config.h"

#include "core/topic_table.h"

#include <string.h>

static guint32
take(TopicTable *table, const char *name)
{
  return topic_table_take(table, (const guint8 *)name, (guint32)strlen(name));
}

static void
assert_name(const TopicTable *table, guint32 id, const char *expected)
{
  MqttBytes name = topic_table_name(table, id);
  g_assert_cmpmem(name.data, name.length, expected, strlen(expected));
}

static void
test_take(void)
{
  g_autoptr(TopicTable) table = topic_table_new();
  guint32 a = take(table, "plant/a"), b = take(table, "plant/b");
  g_assert_cmpuint(a, !=, b);
  g_assert_cmpuint(take(table, "plant/a"), ==, a);
  g_assert_cmpuint(take(table, "plant/b"), ==, b);
  assert_name(table, a, "plant/a");
  assert_name(table, b, "plant/b");
  g_assert_cmpuint(topic_table_count(table), ==, 2);
  g_assert_cmpuint(topic_table_bytes(table), ==, 14 + 2 * TOPIC_TABLE_COST);
}

static void
test_release(void)
{
  g_autoptr(TopicTable) table = topic_table_new();
  guint32 a = take(table, "a");
  take(table, "a");
  topic_table_release(table, a);
  g_assert_cmpuint(topic_table_count(table), ==, 1);
  assert_name(table, a, "a");
  topic_table_release(table, a);
  g_assert_cmpuint(topic_table_count(table), ==, 0);
  g_assert_cmpuint(topic_table_bytes(table), ==, 0);
  g_assert_cmpuint(take(table, "b"), ==, a); /* the number is free again */
  g_assert_cmpuint(take(table, "a"), !=, a); /* and not taken for the old topic */
  assert_name(table, a, "b");
}

/* What was seen lately is not taken for known when it has been forgotten, least of all the name
 * that looks like none. */
static void
test_forgotten_comes_again(void)
{
  static const char *const names[] = {"", "a", "bb"};
  g_autoptr(TopicTable) table = topic_table_new();
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    for (int times = 0; times < 3; times++) {
      guint32 id = take(table, names[i]);
      g_assert_cmpuint(topic_table_count(table), ==, 1);
      assert_name(table, id, names[i]);
      topic_table_release(table, id);
      g_assert_cmpuint(topic_table_count(table), ==, 0);
    }
  }
}

/* Names whose bytes agree over any stretch that a hash could read at once. */
static void
test_alike(void)
{
  static const char *const names[] = {
      "",
      "a",
      "b",
      "aa",
      "ab",
      "aaaaaaa",
      "aaaaaaaa",
      "aaaaaaaab",
      "baaaaaaaa",
      "aaaaaaaaa",
      "aaaaaaaaaaaaaaaa",
      "aaaaaaaaaaaaaaaaa",
      "aaaaaaaabaaaaaaaa",
      "aaaaaaaaaaaaaaaab",
  };
  g_autoptr(TopicTable) table = topic_table_new();
  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    g_assert_cmpuint(take(table, names[i]), ==, i);
  for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
    g_assert_cmpuint(take(table, names[i]), ==, i);
    assert_name(table, i, names[i]);
  }
}

static void
test_bytes(void)
{
  static const guint8 with_nul[] = {'a', 0, 'b'}, other[] = {'a', 0, 'c'};
  g_autoptr(TopicTable) table = topic_table_new();
  guint32 none = topic_table_take(table, NULL, 0);
  g_assert_cmpuint(topic_table_take(table, NULL, 0), ==, none);
  g_assert_null(topic_table_name(table, none).data);
  guint32 id = topic_table_take(table, with_nul, 3);
  g_assert_cmpuint(topic_table_take(table, other, 3), !=, id);
  g_assert_cmpuint(topic_table_take(table, with_nul, 2), !=, id);
  g_assert_cmpmem(topic_table_name(table, id).data, topic_table_name(table, id).length, with_nul,
                  3);
}

static void
test_clear(void)
{
  g_autoptr(TopicTable) table = topic_table_new();
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *name = g_strdup_printf("topic/%u", i);
    take(table, name);
  }
  topic_table_clear(table);
  g_assert_cmpuint(topic_table_count(table), ==, 0);
  g_assert_cmpuint(topic_table_bytes(table), ==, 0);
  assert_name(table, take(table, "topic/7"), "topic/7");
  g_assert_cmpuint(topic_table_count(table), ==, 1);
}

/* --- Against a plain model: name to { number, references } ------------------------------------ */

typedef struct {
  guint32 id;
  guint references;
} Known;

static void
model_take(TopicTable *table, GHashTable *model, const char *name)
{
  guint32 id = take(table, name);
  Known *known = g_hash_table_lookup(model, name);
  if (known == NULL) {
    known = g_new0(Known, 1);
    known->id = id;
    g_hash_table_insert(model, g_strdup(name), known);
  }
  g_assert_cmpuint(known->id, ==, id);
  known->references++;
}

static void
model_release(TopicTable *table, GHashTable *model, const char *name)
{
  Known *known = g_hash_table_lookup(model, name);
  if (known == NULL)
    return;
  assert_name(table, known->id, name);
  topic_table_release(table, known->id);
  if (--known->references == 0)
    g_hash_table_remove(model, name);
}

static void
assert_same(TopicTable *table, GHashTable *model)
{
  GHashTableIter iter;
  gpointer name, value;
  gsize bytes = 0;
  g_hash_table_iter_init(&iter, model);
  while (g_hash_table_iter_next(&iter, &name, &value)) {
    assert_name(table, ((Known *)value)->id, name);
    bytes += strlen(name) + TOPIC_TABLE_COST;
  }
  g_assert_cmpuint(topic_table_count(table), ==, g_hash_table_size(model));
  g_assert_cmpuint(topic_table_bytes(table), ==, bytes);
}

static void
test_model(void)
{
  g_autoptr(TopicTable) table = topic_table_new();
  g_autoptr(GHashTable) model = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GRand) random = g_rand_new_with_seed(11);
  for (int i = 0; i < 200000; i++) {
    char name[32];
    /* Growing and shrinking by turns, past several sizes of the table. */
    gboolean shrinking = i / 20000 % 2 == 1;
    g_snprintf(name, sizeof name, "t/%d", g_rand_int_range(random, 0, 3000));
    if (g_rand_int_range(random, 0, 100) < (shrinking ? 20 : 80))
      model_take(table, model, name);
    else
      model_release(table, model, name);
    if (i % 5000 == 0)
      assert_same(table, model);
  }
  assert_same(table, model);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/topic_table/take", test_take);
  g_test_add_func("/topic_table/release", test_release);
  g_test_add_func("/topic_table/forgotten_comes_again", test_forgotten_comes_again);
  g_test_add_func("/topic_table/alike", test_alike);
  g_test_add_func("/topic_table/bytes", test_bytes);
  g_test_add_func("/topic_table/clear", test_clear);
  g_test_add_func("/topic_table/model", test_model);
  return g_test_run();
}
