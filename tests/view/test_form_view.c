#include "config.h"

#include <string.h>

#include "ui/form.h"
#include "view/view_harness.h"

enum { GENERAL = 1, NAME, SCHEME, HOST, PORT, TLS, CA, KEY, PASSWORD, INSECURE, NOTE };

static const char *const schemes[] = {"mqtts", "mqtt", NULL};
static const FieldSpec specs[] = {
    {GENERAL, FIELD_SECTION, "General", NULL, NULL, NULL},
    {NAME, FIELD_TEXT, "Name", NULL, "What the connection is called here.", NULL},
    {SCHEME, FIELD_CHOICE, "Scheme", schemes, NULL, NULL},
    {HOST, FIELD_TEXT, "Host", NULL, "The name that the broker's certificate must hold.", NULL},
    {PORT, FIELD_NUMBER, "Port", NULL, NULL, "8883"},
    {TLS, FIELD_SECTION, "TLS", NULL, NULL, NULL},
    {CA, FIELD_PATH, "CA file", NULL, NULL, NULL},
    {KEY, FIELD_PATH, "Client key", NULL, NULL, NULL},
    {PASSWORD, FIELD_SECRET, "Key password", NULL, NULL, NULL},
    {NOTE, FIELD_NOTE, "Leave the certificate empty for one-way TLS.", NULL, NULL, NULL},
    {INSECURE, FIELD_CHECK, "Skip name check", NULL, NULL, NULL},
};

static Form *
new_form(void)
{
  Form *form = form_new(specs, G_N_ELEMENTS(specs));
  form_set_text(form, NAME, "prod-eu");
  form_set_text(form, HOST, "mqtt.example.com");
  form_set_text(form, CA, "/etc/mqtt/root.pem");
  form_set_message(form, CA, ROLE_GOOD, "1 root: ISRG Root X1");
  form_set_text(form, KEY, "/etc/mqtt/client.key");
  form_set_message(form, KEY, ROLE_ERROR,
                   "The key does not belong to the certificate client.pem: its public key is "
                   "another one. Give the key that the request was made with.");
  form_set_text(form, PASSWORD, "hunter2 漢");
  form_set_check(form, INSECURE, TRUE);
  return form;
}

static void
draw(Canvas *canvas, gpointer data)
{
  form_draw(data, canvas, TRUE);
}

static void
test_golden(void)
{
  g_autoptr(Form) form = new_form();
  view_golden("form", draw, form);
}

static void
test_golden_scrolled(void)
{
  g_autoptr(Form) form = new_form();
  form_focus(form, INSECURE);
  view_open(10, 40, 0);
  form_draw(form, view_canvas(), TRUE);
  view_assert_golden("form-scrolled");
  view_close();
}

/* A password is never on the screen until it is revealed. */
static void
test_secret(void)
{
  g_autoptr(Form) form = new_form();
  gboolean handled;
  view_open(24, 80, 0);
  form_draw(form, view_canvas(), TRUE);
  g_autofree char *hidden = view_text();
  g_assert_null(strstr(hidden, "hunter2"));
  g_assert_nonnull(strstr(hidden, "*********"));
  form_act(form, ACTION_REVEAL, &handled, NULL);
  form_draw(form, view_canvas(), TRUE);
  g_autofree char *shown = view_text();
  g_assert_nonnull(strstr(shown, "hunter2 漢"));
  view_close();
}

/* The focused field is always seen, with the cursor in it, at any size. */
static void
test_focus_is_seen(void)
{
  g_autoptr(Form) form = new_form();
  view_open(10, 40, 0);
  for (int rows = 2; rows < 20; rows++) {
    view_resize(rows, 10 + rows * 3);
    for (int i = 0; i < 12; i++) {
      int row = -1, column;
      gboolean visible, handled;
      form_act(form, ACTION_NEXT_FIELD, &handled, NULL);
      form_draw(form, view_canvas(), TRUE);
      g_assert_true(view_cursor(&row, &column, &visible));
      g_assert_true(visible);
      g_assert_cmpint(row, <, rows - 1);
      Role role = view_role_at(row, column);
      g_assert_true(role == ROLE_FIELD_FOCUSED || role == ROLE_SELECTED);
    }
  }
  view_close();
}

static void
test_tiny(void)
{
  g_autoptr(Form) form = new_form();
  view_open(1, 1, 0);
  for (int rows = 1; rows < 6; rows++) {
    for (int columns = 1; columns < 30; columns++) {
      view_resize(rows, columns);
      form_draw(form, view_canvas(), TRUE);
    }
  }
  view_close();
}

/* Help takes the lines that it needs, of a third of the form at most; what is cut is seen to be. */
static void
test_long_help(void)
{
  static const FieldSpec one[] = {
      {NAME, FIELD_TEXT, "Name", NULL,
       "This is a long help that takes more than two of the lines that are forty columns wide.",
       NULL}};
  g_autoptr(Form) form = form_new(one, G_N_ELEMENTS(one));
  const char *const expected[] = {NULL, " This is a long help that takes more t…",
                                  " This is a long help that takes more",
                                  " This is a long help that takes more"};
  for (int lines = 1; lines <= 3; lines++) {
    view_open(3 * lines, 40, 0);
    form_draw(form, view_canvas(), TRUE);
    g_autofree char *first = view_row(3 * lines - lines);
    g_autofree char *last = view_row(3 * lines - 1);
    view_close();
    g_assert_cmpstr(first, ==, expected[lines]);
    g_assert_cmpint(g_str_has_suffix(last, "…"), ==, lines < 3);
  }
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/form-view/golden", test_golden);
  g_test_add_func("/form-view/scrolled", test_golden_scrolled);
  g_test_add_func("/form-view/secret", test_secret);
  g_test_add_func("/form-view/focus", test_focus_is_seen);
  g_test_add_func("/form-view/long-help", test_long_help);
  g_test_add_func("/form-view/tiny", test_tiny);
  return g_test_run();
}
