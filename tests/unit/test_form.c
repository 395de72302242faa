#include "config.h"

#include <locale.h>
#include <string.h>

#include "ui/form.h"

enum { GENERAL = 1, NAME, SCHEME, PORT, TLS, CA, PASSWORD, INSECURE, NOTE, LAST };

static const char *const schemes[] = {"mqtts", "mqtt", NULL};
static const FieldSpec specs[] = {
    {GENERAL, FIELD_SECTION, "General", NULL, NULL, NULL},
    {NAME, FIELD_TEXT, "Name", NULL, NULL, NULL},
    {SCHEME, FIELD_CHOICE, "Scheme", schemes, NULL, NULL},
    {PORT, FIELD_NUMBER, "Port", NULL, NULL, "8883"},
    {TLS, FIELD_SECTION, "TLS", NULL, NULL, NULL},
    {CA, FIELD_PATH, "CA file", NULL, NULL, NULL},
    {PASSWORD, FIELD_SECRET, "Key password", NULL, NULL, NULL},
    {NOTE, FIELD_NOTE, "A note.", NULL, NULL, NULL},
    {INSECURE, FIELD_CHECK, "Do not check the name", NULL, NULL, NULL},
};

static Form *
new_form(void)
{
  return form_new(specs, G_N_ELEMENTS(specs));
}

/* The id of the field that changed, 0: none did. */
static int
press(Form *form, const char *name)
{
  Key key;
  gboolean handled = FALSE;
  int id = 0;
  g_assert_true(key_parse(name, &key));
  Action action = keymap_lookup(CONTEXT_FORM, &key);
  gboolean changed = action != ACTION_NONE ? form_act(form, action, &handled, &id)
                                           : form_key(form, &key, &handled, &id);
  return changed ? id : 0;
}

static void
test_focus_goes_around(void)
{
  g_autoptr(Form) form = new_form();
  const int order[] = {NAME, SCHEME, PORT, CA, PASSWORD, INSECURE, NAME};
  for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
    g_assert_cmpint(form_focused(form), ==, order[i]);
    press(form, i % 2 ? "Tab" : "Down");
  }
  press(form, "Up");
  press(form, "S-Tab");
  g_assert_cmpint(form_focused(form), ==, INSECURE);
}

static void
test_sections(void)
{
  g_autoptr(Form) form = new_form();
  press(form, "PgDn");
  g_assert_cmpint(form_focused(form), ==, CA);
  press(form, "PgDn");
  g_assert_cmpint(form_focused(form), ==, INSECURE);
  press(form, "PgUp");
  g_assert_cmpint(form_focused(form), ==, CA);
  press(form, "PgUp");
  g_assert_cmpint(form_focused(form), ==, NAME);
  press(form, "PgUp");
  g_assert_cmpint(form_focused(form), ==, NAME);
}

static void
test_enter_goes_on_but_not_around(void)
{
  g_autoptr(Form) form = new_form();
  gboolean handled;
  for (int i = 0; i < 5; i++) {
    form_act(form, ACTION_OPEN, &handled, NULL);
    g_assert_true(handled);
  }
  g_assert_cmpint(form_focused(form), ==, INSECURE);
  form_act(form, ACTION_OPEN, &handled, NULL);
  g_assert_false(handled);
}

static void
test_values(void)
{
  g_autoptr(Form) form = new_form();
  g_assert_cmpstr(form_text(form, NAME), ==, "");
  g_assert_cmpint(press(form, "q"), ==, NAME);
  g_assert_cmpint(press(form, "Space"), ==, NAME);
  g_assert_cmpint(press(form, "Left"), ==, 0);
  g_assert_cmpstr(form_text(form, NAME), ==, "q ");
  form_focus(form, SCHEME);
  g_assert_cmpint(press(form, "Space"), ==, SCHEME);
  g_assert_cmpint(form_choice(form, SCHEME), ==, 1);
  g_assert_cmpint(press(form, "Right"), ==, SCHEME);
  g_assert_cmpint(form_choice(form, SCHEME), ==, 0);
  g_assert_cmpint(press(form, "Left"), ==, SCHEME);
  g_assert_cmpint(form_choice(form, SCHEME), ==, 1);
  form_focus(form, INSECURE);
  g_assert_cmpint(press(form, "C-t"), ==, INSECURE);
  g_assert_true(form_checked(form, INSECURE));
  g_assert_cmpint(press(form, "x"), ==, 0);
  form_set_choice(form, SCHEME, 99);
  g_assert_cmpint(form_choice(form, SCHEME), ==, 1);
}

static void
test_numbers(void)
{
  g_autoptr(Form) form = new_form();
  int id = 0;
  form_focus(form, PORT);
  g_assert_cmpint(press(form, "a"), ==, 0);
  g_assert_cmpint(press(form, "8"), ==, PORT);
  g_assert_true(form_paste(form, " 8-8x3\n", 7, &id));
  g_assert_cmpstr(form_text(form, PORT), ==, "8883");
}

static void
test_paste(void)
{
  g_autoptr(Form) form = new_form();
  int id = 0;
  g_assert_true(form_paste(form, "a\nb\x1b", 4, &id));
  g_assert_cmpint(id, ==, NAME);
  g_assert_cmpstr(form_text(form, NAME), ==, "ab");
  form_focus(form, INSECURE);
  g_assert_false(form_paste(form, "x", 1, &id));
}

static void
test_hidden_fields_are_passed_over(void)
{
  g_autoptr(Form) form = new_form();
  form_focus(form, CA);
  form_set_visible(form, CA, FALSE);
  g_assert_cmpint(form_focused(form), ==, PASSWORD);
  press(form, "S-Tab");
  g_assert_cmpint(form_focused(form), ==, PORT);
  form_focus(form, CA);
  g_assert_cmpint(form_focused(form), ==, PORT);
}

static void
test_keys_that_are_the_owners(void)
{
  g_autoptr(Form) form = new_form();
  const Action actions[] = {ACTION_SAVE, ACTION_COMPLETE, ACTION_BACK, ACTION_HELP};
  for (gsize i = 0; i < G_N_ELEMENTS(actions); i++) {
    gboolean handled = TRUE;
    g_assert_false(form_act(form, actions[i], &handled, NULL));
    g_assert_false(handled);
  }
}

static void
test_rows(void)
{
  g_autoptr(Form) form = new_form();
  int plain = form_rows(form, 80);
  g_assert_cmpint(plain, ==, 11);
  form_set_message(form, NAME, ROLE_ERROR,
                   "A name has letters, digits and dots.");
  g_assert_cmpint(form_rows(form, 80), ==, plain + 1);
  g_assert_cmpint(form_rows(form, 40), >, plain + 1);
  g_assert_cmpint(form_rows(form, 160), ==, plain);
  form_set_message(form, NAME, ROLE_ERROR, NULL);
  g_assert_cmpint(form_rows(form, 80), ==, plain);
  for (int columns = 1; columns < 10; columns++)
    g_assert_cmpint(form_rows(form, columns), >=, plain);
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/form/focus", test_focus_goes_around);
  g_test_add_func("/form/sections", test_sections);
  g_test_add_func("/form/enter", test_enter_goes_on_but_not_around);
  g_test_add_func("/form/values", test_values);
  g_test_add_func("/form/numbers", test_numbers);
  g_test_add_func("/form/paste", test_paste);
  g_test_add_func("/form/hidden", test_hidden_fields_are_passed_over);
  g_test_add_func("/form/owners-keys", test_keys_that_are_the_owners);
  g_test_add_func("/form/rows", test_rows);
  return g_test_run();
}
