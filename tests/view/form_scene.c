#include "config.h"

#include "view/form_scene.h"

#include <string.h>

#include "view/view_harness.h"

#define ROWS 60
#define COLUMNS 160

char *
scene_screen(Scene *scene)
{
  const View *view = ui_top(scene->ui);
  view_open(ROWS, COLUMNS, 0);
  view->pane_class->draw(view->pane, view_canvas(), TRUE);
  char *text = view_text();
  view_close();
  return text;
}

void
scene_assert_shows(Scene *scene, const char *what)
{
  g_autofree char *text = scene_screen(scene);
  if (!strstr(text, what))
    g_error("\"%s\" is not on the screen:\n%s", what, text);
}

void
scene_assert_hides(Scene *scene, const char *what)
{
  g_autofree char *text = scene_screen(scene);
  if (strstr(text, what))
    g_error("\"%s\" is on the screen:\n%s", what, text);
}

char *
scene_focused_row(Scene *scene)
{
  int row, column;
  gboolean visible;
  const View *view = ui_top(scene->ui);
  view_open(ROWS, COLUMNS, 0);
  view->pane_class->draw(view->pane, view_canvas(), TRUE);
  g_assert_true(view_cursor(&row, &column, &visible));
  char *text = view_row(row);
  view_close();
  return g_strchug(text);
}

void
scene_go_to(Scene *scene, const char *label)
{
  for (int i = 0; i < 40; i++) {
    g_autofree char *row = scene_focused_row(scene);
    if (g_str_has_prefix(row, label))
      return;
    scene_keys(scene, "Down");
  }
  g_error("there is no \"%s\"", label);
}

void
scene_fill(Scene *scene, const char *label, const char *text)
{
  scene_go_to(scene, label);
  scene_keys(scene, "End C-u");
  scene_type(scene, text);
}
