/* Key names, and the two tables that everything else is made of: actions and keys. */
#include "config.h"

#include <string.h>

#include "ui/keymap.h"

static void
test_names_round_trip(void)
{
  const char *const names[] = {"a",     "Z",         "é",   "?",    "Space", "-",
                               "C-d",   "C-@",       "C-]", "F1",   "F12",   "Enter",
                               "Tab",   "S-Tab",     "Esc", "PgUp", "M-x",   "M-Left",
                               "M-C-a", "Backspace", "Del", "Ins",  "Home",  "End"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    Key key;
    g_assert_true(key_parse(names[i], &key));
    g_autofree char *name = key_name(&key);
    g_assert_cmpstr(name, ==, names[i]);
  }
}

static void
test_no_such_name(void)
{
  const char *const names[] = {"",     "ab", "F0",     "F13", "C-",  "C-A",
                               "C-aa", "M-", "PageUp", "\n",  "F1x", "\xff"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    Key key;
    g_assert_false(key_parse(names[i], &key));
  }
}

static void
test_equal(void)
{
  Key a, b, alt;
  key_parse("a", &a);
  key_parse("b", &b);
  key_parse("M-a", &alt);
  g_assert_true(key_equal(&a, &a));
  g_assert_false(key_equal(&a, &b));
  g_assert_false(key_equal(&a, &alt));
}

static void
test_every_action_is_described(void)
{
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
    const ActionInfo *info = action_info((Action)i);
    g_assert_cmpint(info->action, ==, i);
    g_assert_true(info->name && *info->name);
    g_assert_true(info->hint && *info->hint);
    g_assert_true(info->help && *info->help);
    g_assert_true(info->group && *info->group);
    g_assert_true(g_hash_table_add(names, (gpointer)info->name));
  }
}

static void
test_every_action_has_a_key(void)
{
  for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
    gboolean reachable = FALSE;
    for (int context = 0; context < CONTEXT_COUNT; context++) {
      g_autofree char *keys = keymap_keys((Context)context, (Action)action);
      reachable |= keys != NULL;
    }
    if (!reachable)
      g_error("no key anywhere for %s", action_info((Action)action)->name);
  }
}

/* "Function keys never the only way": terminals and tmux eat them. */
static void
test_function_keys_are_never_the_only_way(void)
{
  for (int context = 0; context < CONTEXT_COUNT; context++) {
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
      g_autofree char *first = keymap_first_key((Context)context, (Action)action);
      Key key;
      gboolean help_in_form = context == CONTEXT_FORM && action == ACTION_HELP;
      if (first && key_parse(first, &key) && !help_in_form)
        g_assert_cmpint(key.code, !=, KEY_FUNCTION);
    }
  }
}

static void
test_every_hint_has_a_key(void)
{
  for (int context = 0; context < CONTEXT_COUNT; context++) {
    for (const Action *hint = keymap_hints((Context)context); *hint != ACTION_NONE; hint++) {
      g_autofree char *key = keymap_first_key((Context)context, *hint);
      if (!key)
        g_error("hint without a key: %s in %s", action_info(*hint)->name,
                context_title((Context)context));
    }
  }
}

static void
test_no_key_twice(void)
{
  for (int context = 0; context < CONTEXT_COUNT; context++) {
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const char *key;
    Action action;
    for (guint i = 0; keymap_entry((Context)context, i, &key, &action); i++) {
      Key parsed;
      if (!key_parse(key, &parsed) || !g_hash_table_add(seen, (gpointer)key))
        g_error("%s is no key, or bound twice, in %s", key, context_title((Context)context));
      g_assert_cmpint(keymap_lookup((Context)context, &parsed), ==, action);
    }
  }
}

static Action
lookup(Context context, const char *name)
{
  Key key;
  g_assert_true(key_parse(name, &key));
  return keymap_lookup(context, &key);
}

static void
test_arrows_and_vim(void)
{
  const struct {
    const char *arrow, *vim;
    Action action;
  } pairs[] = {{"Up", "k", ACTION_UP},          {"Down", "j", ACTION_DOWN},
               {"Left", "h", ACTION_LEFT},      {"Right", "l", ACTION_RIGHT},
               {"Home", "g", ACTION_FIRST},     {"End", "G", ACTION_LAST},
               {"PgUp", "C-b", ACTION_PAGE_UP}, {"PgDn", "C-f", ACTION_PAGE_DOWN}};
  const Context lists[] = {CONTEXT_GENERAL,      CONTEXT_CONNECTIONS,      CONTEXT_CERTIFICATES,
                           CONTEXT_MESSAGES,     CONTEXT_TIMELINE,         CONTEXT_SUBSCRIPTIONS,
                           CONTEXT_MESSAGE_VIEW, CONTEXT_CERTIFICATE_VIEW, CONTEXT_HELP};
  for (gsize c = 0; c < G_N_ELEMENTS(lists); c++) {
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
      g_assert_cmpint(lookup(lists[c], pairs[i].arrow), ==, pairs[i].action);
      g_assert_cmpint(lookup(lists[c], pairs[i].vim), ==, pairs[i].action);
    }
    g_assert_cmpint(lookup(lists[c], "C-u"), ==, ACTION_HALF_PAGE_UP);
    g_assert_cmpint(lookup(lists[c], "C-d"), ==, ACTION_HALF_PAGE_DOWN);
  }
}

static void
test_fields_swallow_letters(void)
{
  for (char c = ' '; c < 0x7f; c++) {
    Key key = {.code = KEY_TEXT, .text = {c}};
    g_assert_cmpint(keymap_lookup(CONTEXT_FORM, &key), ==, ACTION_NONE);
  }
  g_assert_cmpint(lookup(CONTEXT_FORM, "C-u"), ==, ACTION_NONE);
  g_assert_cmpint(lookup(CONTEXT_FORM, "Home"), ==, ACTION_NONE);
  g_assert_cmpint(lookup(CONTEXT_FORM, "C-c"), ==, ACTION_QUIT_NOW);
  g_assert_cmpint(lookup(CONTEXT_FORM, "F1"), ==, ACTION_HELP);
  g_assert_cmpint(lookup(CONTEXT_FORM, "Esc"), ==, ACTION_BACK);
  g_assert_cmpint(lookup(CONTEXT_FORM, "Enter"), ==, ACTION_OPEN);
}

static void
test_question(void)
{
  g_assert_cmpint(lookup(CONTEXT_QUESTION, "y"), ==, ACTION_OPEN);
  g_assert_cmpint(lookup(CONTEXT_QUESTION, "n"), ==, ACTION_BACK);
  g_assert_cmpint(lookup(CONTEXT_QUESTION, "Esc"), ==, ACTION_BACK);
  g_assert_cmpint(lookup(CONTEXT_QUESTION, "Enter"), ==, ACTION_NONE);
  g_assert_cmpint(lookup(CONTEXT_QUESTION, "d"), ==, ACTION_NONE);
  g_assert_cmpint(lookup(CONTEXT_QUESTION, "C-c"), ==, ACTION_QUIT_NOW);
}

/* Esc is slow or eaten on some lines: never the only cancel. */
static void
test_cancel_without_escape(void)
{
  for (int context = 0; context < CONTEXT_COUNT; context++) {
    g_autofree char *keys = keymap_keys((Context)context, ACTION_BACK);
    g_assert_nonnull(keys);
    g_assert_cmpstr(keys, !=, "Esc");
  }
}

static void
test_keys_as_text(void)
{
  g_autofree char *down = keymap_keys(CONTEXT_MESSAGES, ACTION_DOWN);
  g_assert_cmpstr(down, ==, "Down, j");
  g_autofree char *follow = keymap_first_key(CONTEXT_MESSAGES, ACTION_FOLLOW);
  g_assert_cmpstr(follow, ==, "f");
  g_assert_null(keymap_keys(CONTEXT_MESSAGES, ACTION_SAVE));
}

/* In a view the help names only what is done there. */
static void
test_serves(void)
{
  g_assert_true(keymap_serves(CONTEXT_TIMELINE, ACTION_CONNECT));
  g_assert_true(keymap_serves(CONTEXT_FINDING, ACTION_MEND));
  g_assert_true(keymap_serves(CONTEXT_LINEAGES, ACTION_READ_AGAIN));
  g_assert_true(keymap_serves(CONTEXT_MADE, ACTION_NEW));
  g_assert_false(keymap_serves(CONTEXT_LINEAGES, ACTION_CONNECT));
  g_assert_false(keymap_serves(CONTEXT_HELP, ACTION_MEND));
  g_assert_false(keymap_serves(CONTEXT_FINDING, ACTION_NONE));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/keys/names", test_names_round_trip);
  g_test_add_func("/keys/no-such-name", test_no_such_name);
  g_test_add_func("/keys/equal", test_equal);
  g_test_add_func("/actions/described", test_every_action_is_described);
  g_test_add_func("/actions/reachable", test_every_action_has_a_key);
  g_test_add_func("/keymap/function-keys", test_function_keys_are_never_the_only_way);
  g_test_add_func("/keymap/hints", test_every_hint_has_a_key);
  g_test_add_func("/keymap/no-key-twice", test_no_key_twice);
  g_test_add_func("/keymap/arrows-and-vim", test_arrows_and_vim);
  g_test_add_func("/keymap/fields", test_fields_swallow_letters);
  g_test_add_func("/keymap/question", test_question);
  g_test_add_func("/keymap/cancel", test_cancel_without_escape);
  g_test_add_func("/keymap/as-text", test_keys_as_text);
  g_test_add_func("/keys/serves", test_serves);
  return g_test_run();
}
