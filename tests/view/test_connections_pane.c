/* The list of connections, and what its keys do. */
#include "config.h"

#include <string.h>

#include "ui/connection_row.h"
#include "view/pane_scene.h"

#define DAY (24 * 60 * 60)
#define PICTURE(scene, name) scene_golden(scene, &connections_pane, "connections-" name)

static Finding *
add_finding(Scene *scene, Connection *connection, const char *code)
{
  Finding *finding = scene_own(scene, finding_new(code), (GDestroyNotify)finding_free);
  g_ptr_array_add(connection->info.findings, finding);
  return finding;
}

static Scene *
full_scene(void)
{
  Scene *scene = scene_new("prod-eu");
  fake_connection_set_online(scene->connection);
  scene->connection->info.certificate_end = SCENE_NOW + 87 * DAY + 100;
  Connection *staging = fake_connection_add(scene->workspace, "staging");
  fake_connection_set_online(staging);
  staging->rates = (ConnectionRates){40, 0.2};
  staging->info.certificate_end = SCENE_NOW + 12 * DAY + 100;
  add_finding(scene, staging, "expires-soon");
  Connection *plant = fake_connection_add(scene->workspace, "plant-7");
  plant->session.stopped_by_fault = TRUE;
  add_finding(scene, plant, "key-mismatch");
  Connection *waiting = fake_connection_add(scene->workspace, "gateway-berlin-östlich-Halle-3");
  waiting->session.state = SESSION_WAITING;
  add_finding(scene, waiting, "tcp-refused");
  Connection *busy = fake_connection_add(scene->workspace, "dialing");
  busy->session.state = SESSION_CONNECTING;
  Connection *lab = fake_connection_add(scene->workspace, "lab");
  lab->profile->scheme = SCHEME_MQTT;
  Connection *odd = fake_connection_add(scene->workspace, "odd");
  odd->info.last_error = "the broker closed the connection without a word\r\n\x1b[2J";
  return scene;
}

static void
test_empty(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  PICTURE(scene, "empty");
}

static void
test_full(void)
{
  g_autoptr(Scene) scene = full_scene();
  PICTURE(scene, "full");
}

/* Not saved yet: a star, and the word where there is room. */
static void
test_unsaved_row(void)
{
  g_autoptr(Scene) scene = scene_new("draft");
  ConnectionRowInput input = {
      .profile = connection_profile(scene->connection),
      .session = connection_session(scene->connection),
      .info = connection_info(scene->connection),
      .now = SCENE_NOW,
  };
  g_autoptr(ConnectionRow) row = connection_row_new(&input);
  view_open(2, 100, 0);
  connection_row_draw(row, view_canvas(), 0, 8, FALSE);
  g_autofree char *wide = view_row(0);
  g_assert_nonnull(strstr(wide, "draft*"));
  g_assert_nonnull(strstr(wide, "not saved"));
  view_resize(2, 30);
  connection_row_draw(row, view_canvas(), 0, 8, TRUE);
  g_autofree char *narrow = view_row(0);
  g_assert_cmpstr(narrow, ==, "▸○ draft*");
  view_close();
}

static void
test_moving_selects(void)
{
  g_autoptr(Scene) scene = full_scene();
  scene_draw(scene, &connections_pane, 24, 80);
  scene_keys(scene, "j j");
  g_assert_cmpstr(ui_selected(scene->ui)->profile->name, ==, "plant-7");
  scene_keys(scene, "G");
  g_assert_cmpstr(ui_selected(scene->ui)->profile->name, ==, "odd");
  scene_keys(scene, "g c e");
  g_assert_cmpint(scene->ui->focused, ==, 0);
}

static void
test_connecting(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  scene_keys(scene, "d");
  g_assert_cmpstr(scene->ui->notice, ==, "It is not connected.");
  scene_keys(scene, "c");
  g_assert_cmpstr(scene->connection->calls, ==, "connect; ");
  fake_connection_set_online(scene->connection);
  scene_keys(scene, "c");
  g_assert_cmpstr(scene->ui->notice, ==, "It is online already.");
  scene_keys(scene, "d");
  g_assert_cmpstr(scene->connection->calls, ==, "connect; disconnect; ");
}

static void
test_deleting_asks(void)
{
  g_autoptr(Scene) scene = full_scene();
  scene_draw(scene, &connections_pane, 24, 80);
  scene_keys(scene, "j x");
  g_assert_cmpstr(scene->ui->question.text, ==, "Delete staging and its file?");
  scene_keys(scene, "n");
  g_assert_nonnull(workspace_find(scene->workspace, "staging"));
  scene_keys(scene, "x y");
  g_assert_null(workspace_find(scene->workspace, "staging"));
  g_assert_cmpstr(ui_selected(scene->ui)->profile->name, ==, "plant-7");
  g_assert_cmpstr(scene->ui->notice, ==, "staging is deleted.");
}

static void
test_last_one_deleted(void)
{
  g_autoptr(Scene) scene = scene_new("only");
  scene->connection->unsaved = TRUE;
  scene_keys(scene, "x");
  g_assert_cmpstr(scene->ui->question.text, ==, "Delete only, which was never saved?");
  scene_keys(scene, "y");
  g_assert_cmpstr(scene->ui->notice, ==, "only is deleted.");
  g_assert_null(ui_selected(scene->ui));
  scene_draw(scene, &connections_pane, 10, 40);
  scene_keys(scene, "e");
  g_assert_nonnull(scene->ui->notice);
  g_assert_false(ui_has_view(scene->ui));
}

static void
test_duplicate_and_new(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  scene_keys(scene, "D");
  g_assert_cmpuint(workspace_connections(scene->workspace)->len, ==, 2);
  g_assert_true(ui_selected(scene->ui) != scene->connection);
  scene_keys(scene, "n");
  g_assert_true(ui_top(scene->ui)->pane_class == &editor_form);
}

/* Only what can be done now. */
static void
test_hints(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  CanvasCursor cursor;
  view_open(24, 80, 0);
  ui_draw(scene->ui, 24, 80, &cursor);
  g_autofree char *idle = view_row(23);
  g_assert_cmpstr(idle, ==,
                  " ? help  Tab pane  c connect  e edit  n new  s subscribe  D duplicate  q quit");
  fake_connection_set_online(scene->connection);
  ui_draw(scene->ui, 24, 80, &cursor);
  g_autofree char *online = view_row(23);
  g_assert_cmpstr(online, ==,
                  " ? help  Tab pane  d disconnect  e edit  n new  s subscribe  p publish  q quit");
  view_close();
}

/* Every pane says that n makes one, and so does the bar below it, also where there is little room.
 */
static void
test_hints_without_connection(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  CanvasCursor cursor;
  for (int columns = 40; columns <= 200; columns += 40) {
    view_open(24, columns, 0);
    for (const char *const *tile = (const char *const[]){"1", "2", "3", "4", NULL}; *tile; tile++) {
      scene_keys(scene, *tile);
      ui_draw(scene->ui, 24, columns, &cursor);
      g_autofree char *bar = view_row(23);
      g_assert_nonnull(strstr(bar, " n new "));
    }
    view_close();
  }
  view_open(24, 80, 0);
  scene_keys(scene, "1");
  ui_draw(scene->ui, 24, 80, &cursor);
  g_autofree char *none = view_row(23);
  g_assert_cmpstr(none, ==, " ? help  Tab pane  n new  i identity  L certbot  b broker's files  q quit");
  view_close();
}

/* Where there are some, only their list offers another one. */
static void
test_hints_beside_list(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  CanvasCursor cursor;
  view_open(24, 200, 0);
  for (const char *const *tile = (const char *const[]){"2", "3", "4", NULL}; *tile; tile++) {
    scene_keys(scene, *tile);
    ui_draw(scene->ui, 24, 200, &cursor);
    g_autofree char *bar = view_row(23);
    g_assert_nonnull(strstr(bar, " ? help "));
    g_assert_null(strstr(bar, " n new "));
  }
  view_close();
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/connections-pane/empty", test_empty);
  g_test_add_func("/connections-pane/full", test_full);
  g_test_add_func("/connections-pane/unsaved-row", test_unsaved_row);
  g_test_add_func("/connections-pane/moving-selects", test_moving_selects);
  g_test_add_func("/connections-pane/connecting", test_connecting);
  g_test_add_func("/connections-pane/deleting-asks", test_deleting_asks);
  g_test_add_func("/connections-pane/last-one-deleted", test_last_one_deleted);
  g_test_add_func("/connections-pane/duplicate-and-new", test_duplicate_and_new);
  g_test_add_func("/connections-pane/hints", test_hints);
  g_test_add_func("/connections-pane/hints-without-connection", test_hints_without_connection);
  g_test_add_func("/connections-pane/hints-beside-list", test_hints_beside_list);
  return g_test_run();
}
