/* The manual's KEYS section is made of the two tables, actions and keys, and compared with the one
 * that is there. With MQTRUST_TEST_UPDATE_MANUAL=1 (make update-manual) it is written. */
#include "config.h"

#include <string.h>

#include "ui/keymap.h"
#include "ui/line_editor.h"

#define HEAD ".Sh KEYS\n"

/* --- The section ------------------------------------------------------------------------------ */

/* A sign that mdoc would take for punctuation is none here. */
static void
append_keys(GString *out, const char *keys)
{
  g_auto(GStrv) groups = g_strsplit(keys, "; ", -1);
  g_string_append(out, ".It Ic");
  for (char **group = groups; *group; group++) {
    g_auto(GStrv) names = g_strsplit(*group, ", ", -1);
    if (group != groups)
      g_string_append(out, " ;");
    for (char **name = names; *name; name++)
      g_string_append_printf(out, "%s %s%s", name == names ? "" : " ,",
                             g_ascii_ispunct((*name)[0]) ? "\\&" : "", *name);
  }
  g_string_append_c(out, '\n');
}

static void
append_entry(GString *out, const char *keys, const char *help)
{
  append_keys(out, keys);
  g_string_append_printf(out, "%s\n", help);
}

static void
append_action(GString *out, Context context, Action action)
{
  g_autofree char *keys = keymap_keys(context, action);
  g_autofree char *help = keymap_help(context, action);
  append_entry(out, keys, help);
}

static void
begin_list(GString *out, const char *title)
{
  g_string_append_printf(out, ".Ss %s\n.Bl -tag -width \"PgUp, C-b\" -compact\n", title);
}

static void
end_list(GString *out)
{
  g_string_append(out, ".El\n");
}

static gboolean
is_general(const char *group, Action action)
{
  return keymap_has_own(CONTEXT_GENERAL, action) && strcmp(action_info(action)->group, group) == 0;
}

static void
append_group(GString *out, const char *group)
{
  begin_list(out, group);
  for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
    if (is_general(group, (Action)action))
      append_action(out, CONTEXT_GENERAL, (Action)action);
  }
  end_list(out);
}

static void
append_fields(GString *out)
{
  const char *keys, *help;
  for (guint i = 0; keymap_field_entry(i, &keys, &help); i++)
    append_entry(out, keys, help);
}

/* The keys of the context itself, and the general ones that are about the same. */
static void
append_context(GString *out, Context context)
{
  const char *title = context_title(context);
  gsize start = out->len;
  begin_list(out, title);
  gsize before = out->len;
  for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
    if (keymap_has_own(context, (Action)action))
      append_action(out, context, (Action)action);
    else if (is_general(title, (Action)action))
      append_action(out, CONTEXT_GENERAL, (Action)action);
  }
  if (context == CONTEXT_FORM)
    append_fields(out);
  if (out->len == before)
    g_string_truncate(out, start);
  else
    end_list(out);
}

static void
append_question(GString *out)
{
  g_autofree char *yes = keymap_keys(CONTEXT_QUESTION, ACTION_OPEN);
  g_autofree char *no = keymap_keys(CONTEXT_QUESTION, ACTION_BACK);
  begin_list(out, context_title(CONTEXT_QUESTION));
  append_entry(out, yes, "yes");
  append_entry(out, no, "no");
  end_list(out);
}

/* Keys of the general table that are told of under a pane's name. */
static void
append_where_general(GString *out)
{
  g_autoptr(GPtrArray) keys = g_ptr_array_new();
  const char *key;
  Action action;
  for (guint i = 0; keymap_entry(CONTEXT_GENERAL, i, &key, &action); i++) {
    const char *group = action_info(action)->group;
    if (strcmp(group, "Everywhere") != 0 && strcmp(group, "Moving") != 0)
      g_ptr_array_add(keys, (gpointer)key);
  }

  for (guint i = 0; i < keys->len; i++)
    g_string_append_printf(out, "%s.Ic %s%s\n", i > 0 && i == keys->len - 1 ? "and\n" : "",
                           (const char *)g_ptr_array_index(keys, i), i + 2 < keys->len ? " ," : "");
  g_string_append(out, "mean the same in every pane; what opens above the panes has those of "
                       "them that its help lists.\n");
}

/* (transfer full) */
static char *
keys_section(void)
{
  g_autoptr(GString) out = g_string_new(HEAD);
  g_string_append(out, "The help screen\n.Pq Ic \\&?\nlists the keys of the pane that has the "
                       "focus.\n"
                       "C- is Ctrl, S- is Shift.\n");
  append_where_general(out);
  append_group(out, "Everywhere");
  append_group(out, "Moving");
  for (int context = CONTEXT_GENERAL + 1; context < CONTEXT_QUESTION; context++)
    append_context(out, (Context)context);
  append_question(out);
  return g_strdup(out->str);
}

/* --- The manual ------------------------------------------------------------------------------- */

static char *
manual_path(void)
{
  const char *folder = g_getenv("MQTRUST_TEST_SRCDIR");
  return g_build_filename(folder ? folder : ".", "man", "mqtrust.1", NULL);
}

/* Cuts the manual in three: before the section, it, and after it. */
static void
read_manual(char **before, char **section, char **after)
{
  g_autofree char *path = manual_path(), *text = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &text, NULL, &error);
  g_assert_no_error(error);
  char *start = strstr(text, "\n" HEAD);
  g_assert_nonnull(start);
  char *end = strstr(start + 2, "\n.Sh ");
  g_assert_nonnull(end);
  *before = g_strndup(text, (gsize)(start + 1 - text));
  *section = g_strndup(start + 1, (gsize)(end - start));
  *after = g_strdup(end + 1);
}

static void
update_manual(const char *before, const char *section, const char *after)
{
  g_autofree char *path = manual_path();
  g_autofree char *text = g_strconcat(before, section, after, NULL);
  g_autoptr(GError) error = NULL;
  g_file_set_contents(path, text, -1, &error);
  g_assert_no_error(error);
}

static void
test_manual_is_true(void)
{
  g_autofree char *before = NULL, *there = NULL, *after = NULL, *section = keys_section();
  read_manual(&before, &there, &after);
  if (g_getenv("MQTRUST_TEST_UPDATE_MANUAL"))
    update_manual(before, section, after);
  else if (strcmp(there, section) != 0)
    g_error(
        "the KEYS section of man/mqtrust.1 is not true any more; make update-manual writes:\n%s",
        section);
}

/* Of what asks first it is said so, but not where the question is already there. */
static void
test_asks_first(void)
{
  g_autofree char *asks = keymap_help(CONTEXT_CONNECTIONS, ACTION_REPAIR);
  g_autofree char *answers = keymap_help(CONTEXT_REPAIR, ACTION_REPAIR);
  g_assert_true(g_str_has_suffix(asks, " (asks first)"));
  g_assert_cmpstr(answers, ==, action_info(ACTION_REPAIR)->help);
}

/* No table is forgotten by the section. */
static void
test_every_key_is_in_it(void)
{
  g_autofree char *section = keys_section();
  for (int context = 0; context < CONTEXT_QUESTION; context++) {
    const char *key;
    Action action;
    for (guint i = 0; keymap_entry((Context)context, i, &key, &action); i++) {
      g_autofree char *text = g_strdup_printf("\n%s", action_info(action)->help);
      if (action != ACTION_NONE && !strstr(section, text))
        g_error("%s (%s) is not in the section", key, action_info(action)->name);
    }
  }
}

/* The only keys that no table binds: the line editor takes each of them. */
static void
test_field_keys_are_true(void)
{
  const char *keys, *help;
  guint count = 0;
  for (guint i = 0; keymap_field_entry(i, &keys, &help); i++) {
    g_auto(GStrv) names = g_strsplit_set(keys, ",;", -1);
    for (char **name = names; *name; name++, count++) {
      g_autoptr(LineEditor) editor = line_editor_new();
      gboolean handled = FALSE;
      Key key;
      g_assert_true(key_parse(g_strstrip(*name), &key));
      g_assert_cmpint(keymap_lookup(CONTEXT_FORM, &key), ==, ACTION_NONE);
      line_editor_key(editor, &key, &handled);
      g_assert_true(handled);
    }
  }
  g_assert_cmpuint(count, ==, 15);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/manual/keys", test_manual_is_true);
  g_test_add_func("/manual/asks-first", test_asks_first);
  g_test_add_func("/manual/every-key", test_every_key_is_in_it);
  g_test_add_func("/manual/field-keys", test_field_keys_are_true);
  return g_test_run();
}
