/* What DNS has on a host, opened from the line of the timeline that tells of it. */
#include "config.h"

#include "view/fake_names.h"
#include "view/pane_scene.h"

#include <string.h>

#include "core/name_report.h"
#include "net/name_survey.h"
#include "ui/names_view.h"

/* "mqtt.example.com" behind an alias, its certificate for that or for the target. */
static char *
make_text(const Certificate *leaf, const char *target)
{
  g_autoptr(NameSurvey) survey = name_survey_new("mqtt.example.com");
  SurveyAlias *alias = g_new0(SurveyAlias, 1);
  *alias = (SurveyAlias){g_strdup("mqtt.example.com"), g_strdup(target), 300};
  g_ptr_array_add(survey->aliases, alias);
  SurveyAddress *address = g_new0(SurveyAddress, 1);
  *address = (SurveyAddress){g_strdup(target), g_strdup("192.0.2.7"), FALSE, 60};
  g_ptr_array_add(survey->addresses, address);
  SurveyAuthorization *caa = g_new0(SurveyAuthorization, 1);
  *caa = (SurveyAuthorization){g_strdup("issue"), g_strdup("letsencrypt.org"), FALSE, 3600};
  g_ptr_array_add(survey->authorizations, caa);
  survey->authorization_name = g_strdup("example.com");
  survey->authorization.answer = NAME_ANSWER_FOUND;
  NameReport report = {.host = "mqtt.example.com", .survey = survey, .leaf = leaf};
  return name_report_text(&report);
}

static Scene *
make_scene(void)
{
  Scene *scene = scene_new("prod-eu");
  g_free(scene->connection->profile->host);
  scene->connection->profile->host = g_strdup("mqtt.example.com");
  scene_send(scene, "leaf", NULL);
  timeline_add(scene->connection->timeline, G_GINT64_CONSTANT(1794924202118000000), 1000, TRUE,
               TIMELINE_INFO, "dns", NULL, "mqtt.example.com > lb.cloud.example > 192.0.2.7");
  return scene;
}

/* (transfer full): the whole screen. */
static char *
picture(Scene *scene)
{
  CanvasCursor cursor;
  view_open(24, 80, 0);
  ui_draw(scene->ui, 24, 80, &cursor);
  char *text = view_text();
  view_close();
  return text;
}

static void
test_from_timeline(void)
{
  g_autoptr(Scene) scene = make_scene();
  ui_focus(scene->ui, &timeline_pane);
  g_free(picture(scene)); /* a pane scrolls to its end when it is drawn */
  scene_keys(scene, "Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &names_view);
  g_assert_cmpstr(fake_names.host, ==, "mqtt.example.com");
  g_assert_true(fake_names.has_leaf);
  g_autofree char *before = picture(scene);
  g_assert_nonnull(strstr(before, "Asking the name server."));
  g_autofree char *text = make_text(NULL, "lb.cloud.example");
  fake_names_answer(text);
  g_autofree char *after = picture(scene);
  g_assert_null(strstr(after, "Asking the name server."));
  g_assert_nonnull(strstr(after, "The certificate must name mqtt.example.com, not the CNAME's"));
  scene_keys(scene, "Esc");
  g_assert_null(fake_names.look);
}

static void
test_golden(void)
{
  g_autoptr(Scene) scene = make_scene();
  ui_open(scene->ui, &names_view, scene->connection);
  g_autofree char *text = make_text(scene_certificate(scene, "leaf"), "lb.cloud.example");
  fake_names_answer(text);
  scene_golden(scene, &timeline_pane, "names");
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/names-view/from-timeline", test_from_timeline);
  g_test_add_func("/names-view/golden", test_golden);
  return g_test_run();
}
