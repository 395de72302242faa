#include "config.h"

#include <locale.h>
#include <string.h>

#include "ui/line_editor.h"
#include "util/text_width.h"

static gboolean
press(LineEditor *editor, const char *name)
{
  Key key;
  gboolean handled;
  g_assert_true(key_parse(name, &key));
  gboolean changed = line_editor_key(editor, &key, &handled);
  g_assert_true(handled);
  return changed;
}

static void
press_all(LineEditor *editor, const char *names)
{
  g_auto(GStrv) list = g_strsplit(names, " ", -1);
  for (char **name = list; *name; name++)
    press(editor, *name);
}

static void
assert_text(const LineEditor *editor, const char *text)
{
  g_assert_cmpstr(line_editor_text(editor), ==, text);
}

static void
assert_view(LineEditor *editor, int columns, const char *text, int cursor)
{
  int column;
  g_autofree char *view = line_editor_view(editor, columns, FALSE, TRUE, &column);
  g_assert_cmpstr(view, ==, text);
  g_assert_cmpint(column, ==, cursor);
}

static void
test_typing(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  press_all(editor, "a b c Left X Home Y End Z");
  assert_text(editor, "YabXcZ");
  g_assert_false(press(editor, "Left"));
  g_assert_true(press(editor, "Backspace"));
  assert_text(editor, "YabXZ");
  press_all(editor, "C-a Del");
  assert_text(editor, "abXZ");
  g_assert_false(press(editor, "Backspace"));
  press(editor, "C-e");
  g_assert_false(press(editor, "Del"));
  press_all(editor, "C-b C-b C-d C-h C-f");
  assert_text(editor, "aZ");
  press(editor, "Space");
  assert_text(editor, "aZ ");
}

static void
test_killing(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "/etc/mqtt/certs/root.pem");
  press(editor, "C-w");
  assert_text(editor, "/etc/mqtt/certs/");
  press(editor, "C-w");
  assert_text(editor, "/etc/mqtt/");
  press_all(editor, "Home Right Right Right Right C-k");
  assert_text(editor, "/etc");
  press_all(editor, "Left C-u");
  assert_text(editor, "c");
  press_all(editor, "C-u C-w");
  assert_text(editor, "c");
}

static void
test_not_its_keys(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  const char *const names[] = {"Up", "Tab", "Enter", "Esc", "F1", "C-s", "M-a", "PgUp"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    Key key;
    gboolean handled = TRUE;
    key_parse(names[i], &key);
    g_assert_false(line_editor_key(editor, &key, &handled));
    g_assert_false(handled);
  }
  assert_text(editor, "");
}

/* A character and its marks are one: for the cursor, for deleting, for the columns. */
static void
test_marks_and_wide(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "a漢e\xcc\x81\xcc\xa7z");
  assert_view(editor, 20, "a漢e\xcc\x81\xcc\xa7z", 5);
  press(editor, "Left");
  assert_view(editor, 20, "a漢e\xcc\x81\xcc\xa7z", 4);
  press(editor, "Left");
  assert_view(editor, 20, "a漢e\xcc\x81\xcc\xa7z", 3);
  press(editor, "Left");
  assert_view(editor, 20, "a漢e\xcc\x81\xcc\xa7z", 1);
  press(editor, "Del");
  assert_text(editor, "ae\xcc\x81\xcc\xa7z");
  press_all(editor, "Right Backspace");
  assert_text(editor, "az");
}

/* A mark typed by itself joins the character before it, or stands first: nothing breaks. */
static void
test_mark_first(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_insert(editor, "\xcc\x81", 2);
  press_all(editor, "Left Right a Backspace Backspace");
  assert_text(editor, "");
}

static void
test_paste_is_cleaned(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  const char pasted[] = "one\r\ntwo\t\x1b[31m\x7f\xc2\x9b\xff\xe2\x80\xa8 \xe6\xbc\xa2\0end";
  g_assert_true(line_editor_insert(editor, pasted, sizeof pasted - 1));
  assert_text(editor, "onetwo[31m 漢end");
  g_assert_false(line_editor_insert(editor, "\n\n", 2));
  g_assert_false(line_editor_insert(editor, "\xe6\xbc", 2));
}

/* What deceives the eye may be pasted, but is seen. */
static void
test_deceit_is_seen(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "a\xe2\x80\xaez");
  assert_view(editor, 20, "a\\u{202e}z", 10);
  press_all(editor, "Backspace Backspace");
  assert_view(editor, 20, "", 0);
}

static void
test_scrolling(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "0123456789");
  assert_view(editor, 5, "6789", 4);
  press(editor, "Home");
  assert_view(editor, 5, "01234", 0);
  press_all(editor, "Right Right Right Right");
  assert_view(editor, 5, "01234", 4);
  press(editor, "Right");
  assert_view(editor, 5, "12345", 4);
  press_all(editor, "Left Left Left Left");
  assert_view(editor, 5, "12345", 0);
  press_all(editor, "End C-u");
  assert_view(editor, 5, "", 0);
}

static void
test_scrolling_wide(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "漢漢漢");
  assert_view(editor, 4, " 漢", 3);
  assert_view(editor, 1, "", 0);
  for (int columns = 1; columns < 10; columns++) {
    int column;
    g_autofree char *view = line_editor_view(editor, columns, FALSE, TRUE, &column);
    g_assert_cmpint(text_width(view), <=, columns);
    g_assert_cmpint(column, <, columns);
  }
}

static void
test_masked(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "ge漢e\xcc\x81");
  int column;
  g_autofree char *view = line_editor_view(editor, 10, TRUE, TRUE, &column);
  g_assert_cmpstr(view, ==, "****");
  g_assert_cmpint(column, ==, 4);
}

static void
test_unfocused_from_the_beginning(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  line_editor_set_text(editor, "0123456789");
  g_autofree char *view = line_editor_view(editor, 4, FALSE, FALSE, NULL);
  g_assert_cmpstr(view, ==, "0123");
}

static void
test_bound(void)
{
  g_autoptr(LineEditor) editor = line_editor_new();
  g_autofree char *big = g_strnfill(LINE_EDITOR_MAX_BYTES + 100, 'x');
  line_editor_insert(editor, big, strlen(big));
  g_assert_cmpuint(strlen(line_editor_text(editor)), ==, LINE_EDITOR_MAX_BYTES);
  g_assert_false(press(editor, "y"));
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/line-editor/typing", test_typing);
  g_test_add_func("/line-editor/killing", test_killing);
  g_test_add_func("/line-editor/not-its-keys", test_not_its_keys);
  g_test_add_func("/line-editor/marks-and-wide", test_marks_and_wide);
  g_test_add_func("/line-editor/mark-first", test_mark_first);
  g_test_add_func("/line-editor/paste", test_paste_is_cleaned);
  g_test_add_func("/line-editor/deceit", test_deceit_is_seen);
  g_test_add_func("/line-editor/scrolling", test_scrolling);
  g_test_add_func("/line-editor/scrolling-wide", test_scrolling_wide);
  g_test_add_func("/line-editor/masked", test_masked);
  g_test_add_func("/line-editor/unfocused", test_unfocused_from_the_beginning);
  g_test_add_func("/line-editor/bound", test_bound);
  return g_test_run();
}
