/* A change of the broker's certificates on the screen: the line in the certificates pane, and both
 * sides of it. */
#include "config.h"

#include <string.h>

#include "core/chain_change.h"
#include "view/pane_scene.h"

#define SEEN G_GINT64_CONSTANT(1793000000) /* 2026-10-26 07:33:20 UTC */

/* (transfer full): the leaf, then what stands above it; `root` is trusted, or NULL. */
static SeenChain *
seen(Scene *scene, gint64 time, const char *root, const char *leaf, const char *intermediate)
{
  const char *const files[] = {leaf, intermediate, root};
  g_autoptr(GPtrArray) sent = certificate_list_new();
  g_autoptr(GPtrArray) path = g_ptr_array_new_with_free_func(g_free);
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    if (!files[i])
      continue;
    PathLink *link = g_new0(PathLink, 1);
    link->certificate = scene_certificate(scene, files[i]);
    link->origin = i == 2 ? PATH_IN_TRUST : PATH_SENT;
    g_ptr_array_add(path, link);
    if (i < 2)
      g_ptr_array_add(sent, certificate_ref(link->certificate));
  }
  const Verdict verdict = {.path = path};
  return seen_chain_new("mqtts://mqtt.example.com:8883", time, sent, &verdict);
}

/* Online, with the good chain; what came before is another leaf, issued by `intermediate`. */
static Scene *
change_scene(const char *before, const char *now)
{
  Scene *scene = scene_new("mqtt");
  scene->connection->profile->trust = TRUST_FILE;
  scene->connection->profile->ca_path = g_strdup("/etc/mqtt/root.pem");
  fake_connection_set_online(scene->connection);
  scene_send(scene, now, "intermediate", NULL);
  scene_trust(scene, "root.pem");
  Verdict *verdict = scene_judge(scene, TRUE);
  scene_link(scene, verdict, now, PATH_SENT, 0, TRUE, NULL);
  scene_link(scene, verdict, "intermediate", PATH_SENT, 1, TRUE, NULL);
  scene_link(scene, verdict, "root", PATH_IN_TRUST, 0, TRUE, NULL);
  g_autoptr(SeenChain) old = seen(scene, SEEN, "root", before, "intermediate");
  g_autoptr(SeenChain) new = seen(scene, SCENE_NOW, "root", now, "intermediate");
  ChainChange *change = chain_change_new(old, new);
  scene->connection->info.chain_change =
      scene_own(scene, change, (GDestroyNotify)chain_change_unref);
  return scene;
}

static void
test_line(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  scene_golden(scene, &certificates_pane, "change-line");
}

static void
test_line_warns(void)
{
  g_autoptr(Scene) scene = change_scene("leaf", "leaf-expired");
  scene_golden(scene, &certificates_pane, "change-line-older");
}

static void
open_line(Scene *scene)
{
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "2 Home j j j j Enter"); /* below the summary and the three of the path */
  g_assert_true(ui_top(scene->ui)->pane_class == &chain_change_view);
}

static void
test_view(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  open_line(scene);
  scene_golden(scene, NULL, "change-view");
  scene_keys(scene, "q");
  g_assert_false(ui_has_view(scene->ui));
}

/* Its last line can be reached, and there is nothing below it. */
static void
test_view_end(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  open_line(scene);
  scene_draw(scene, NULL, 24, 80);
  scene_keys(scene, "G");
  scene_golden(scene, NULL, "change-view-end");
}

/* Another CA, another length, and nothing above it that is trusted. */
static void
test_view_other_ca(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  g_autoptr(SeenChain) old = seen(scene, SEEN, "root", "leaf", "intermediate");
  g_autoptr(SeenChain) new = seen(scene, SCENE_NOW, NULL, "client-ca", NULL);
  g_autoptr(ChainChange) change = chain_change_new(old, new);
  ui_open(scene->ui, &chain_change_view, change);
  scene_golden(scene, NULL, "change-view-other-ca");
}

/* The view keeps what it shows, whatever becomes of the connection meanwhile. */
static void
test_view_outlives(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  open_line(scene);
  scene->connection->info.chain_change = NULL;
  g_ptr_array_set_size(scene->owned, 0);
  scene->connection->info.peer_chain = NULL;
  scene->connection->info.verdict = NULL;
  scene->connection->info.anchors = NULL;
  scene_draw(scene, NULL, 24, 80);
  scene_keys(scene, "q");
}

static void
test_timeline(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  Timeline *timeline = scene->connection->timeline;
  timeline_add(timeline, SCENE_NOW * 1000000000, 0, TRUE, TIMELINE_INFO, "cert", NULL, "renewed");
  timeline_set_change(timeline, 1);
  timeline_add(timeline, SCENE_NOW * 1000000000, 5, FALSE, TIMELINE_INFO, "cert", NULL, "later");
  scene_keys(scene, "4");
  scene_draw(scene, &timeline_pane, 24, 80);
  scene_keys(scene, "G k Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &chain_change_view);
  scene_keys(scene, "q j Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
}

/* One of long ago is a text as any other. */
static void
test_timeline_forgotten(void)
{
  g_autoptr(Scene) scene = change_scene("leaf-expired", "leaf");
  Timeline *timeline = scene->connection->timeline;
  timeline_add(timeline, SCENE_NOW * 1000000000, 0, TRUE, TIMELINE_INFO, "cert", NULL, "renewed");
  timeline_set_change(timeline, 7);
  scene_keys(scene, "4");
  scene_draw(scene, &timeline_pane, 24, 80);
  scene_keys(scene, "G Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/chain-change/line", test_line);
  g_test_add_func("/chain-change/line-warns", test_line_warns);
  g_test_add_func("/chain-change/view", test_view);
  g_test_add_func("/chain-change/view-end", test_view_end);
  g_test_add_func("/chain-change/view-other-ca", test_view_other_ca);
  g_test_add_func("/chain-change/view-outlives", test_view_outlives);
  g_test_add_func("/chain-change/timeline", test_timeline);
  g_test_add_func("/chain-change/timeline-forgotten", test_timeline_forgotten);
  return g_test_run();
}
