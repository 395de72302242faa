/* What became of our certificate, in words; and findings that have no sentence of their own. */
#include "config.h"

#include "commands/client_text.h"
#include "trust/finding_label.h"

typedef struct {
  Profile *profile;
  Session session;
  ConnectionInfo info;
  Evidence *evidence;
} Scene;

static void
scene_init(Scene *scene)
{
  scene->profile = profile_new();
  scene->evidence = evidence_new();
}

static void
scene_clear(Scene *scene)
{
  profile_free(scene->profile);
  evidence_free(scene->evidence);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

static void
assert_said(const Scene *scene, const char *expected)
{
  g_autofree char *text =
      client_text(scene->profile, &scene->session, &scene->info, scene->evidence);
  g_assert_cmpstr(text, ==, expected);
}

static void
test_none(void)
{
  g_auto(Scene) scene = {0};
  scene_init(&scene);
  assert_said(&scene, "none configured, not known whether requested");
  scene.evidence->at_us[EVIDENCE_ESTABLISHED] = 1;
  assert_said(&scene, "none configured, not requested");
  scene.evidence->requested = TRUE;
  assert_said(&scene, "none configured, requested, none sent, not accepted");
  scene.evidence->connack = 0;
  assert_said(&scene, "none configured, requested, none sent, not needed");
}

static void
test_unusable(void)
{
  g_auto(Scene) scene = {0};
  scene_init(&scene);
  scene.profile->certificate_path = g_strdup("client.pem");
  assert_said(&scene, "cannot be used, not known whether requested");
  g_clear_pointer(&scene.profile->certificate_path, g_free);
  scene.profile->key_path = g_strdup("client.key");
  assert_said(&scene, "cannot be used, not known whether requested");
}

static void
test_enforced(void)
{
  g_auto(Scene) scene = {0};
  scene_init(&scene);
  scene.info.identity = (Identity *)&scene; /* only its presence counts */
  scene.evidence->requested = scene.evidence->sent = scene.session.two_way = TRUE;
  assert_said(&scene, "requested, sent, accepted");
  scene.info.enforced = ENFORCED_NO;
  assert_said(&scene, "requested, sent, accepted; the broker lets us in without one, too");
  scene.info.enforced = ENFORCED_YES;
  scene.info.enforced_alert = -1;
  assert_said(&scene, "requested, sent, accepted; without a certificate the broker refuses");
  scene.info.enforced_alert = 116;
  assert_said(&scene,
              "requested, sent, accepted; without a certificate the broker refuses (alert 116)");
}

static void
test_reason(void)
{
  g_autoptr(Finding) finding = finding_new("tcp-refused");
  g_assert_cmpstr(finding_reason(finding), !=, "");
  finding_set_message(finding, "Nothing listens there.");
  g_assert_cmpstr(finding_reason(finding), ==, "Nothing listens there.");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/client-text/none", test_none);
  g_test_add_func("/client-text/unusable", test_unusable);
  g_test_add_func("/client-text/enforced", test_enforced);
  g_test_add_func("/client-text/reason", test_reason);
  return g_test_run();
}
