/* The certificates pane in every state that a connection can be in. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "view/pane_scene.h"

#define PICTURE(scene, name) scene_golden(scene, &certificates_pane, "certificates-" name)

static Scene *
tls_scene(void)
{
  Scene *scene = scene_new("mqtt");
  scene->connection->profile->trust = TRUST_FILE;
  scene->connection->profile->ca_path = g_strdup("/etc/mqtt/root.pem");
  return scene;
}

static Verdict *
good_chain(Scene *scene)
{
  scene_send(scene, "leaf", "intermediate", NULL);
  scene_trust(scene, "root.pem");
  Verdict *verdict = scene_judge(scene, TRUE);
  scene_link(scene, verdict, "leaf", PATH_SENT, 0, TRUE, NULL);
  scene_link(scene, verdict, "intermediate", PATH_SENT, 1, TRUE, NULL);
  scene_link(scene, verdict, "root", PATH_IN_TRUST, 0, TRUE, NULL);
  return verdict;
}

static const SecondOpinion content = {.accepted = TRUE, .reason = "ok"};
static const SecondOpinion dissenting = {.error = 2,
                                         .depth = 1,
                                         .reason = "unable to get issuer certificate",
                                         .subject = (char *)"CN=R3,O=Let's Encrypt,C=US",
                                         .cause = OPINION_NO_ROOT};

static void
set_parameters(Scene *scene)
{
  ConnectionInfo *info = &scene->connection->info;
  info->tls_version = "TLS 1.3";
  info->cipher = "AES-256-GCM";
  info->group = "X25519";
  info->alpn = "mqtt";
  info->address = "192.0.2.1:8883";
}

static void
ask_for_certificate(Scene *scene, gboolean sent)
{
  static char *names[] = {(char *)"CN=Some Other CA,O=Example Org", (char *)"CN=Test CA,O=Test Org",
                          NULL};
  scene->connection->session.certificate_requested = TRUE;
  scene->connection->session.certificate_sent = sent;
  scene->connection->info.ca_names = names;
}

static void
test_no_connection(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  PICTURE(scene, "no-connection");
}

static void
test_idle(void)
{
  g_autoptr(Scene) scene = tls_scene();
  PICTURE(scene, "idle");
}

static void
test_plain(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  scene->connection->profile->scheme = SCHEME_MQTT;
  PICTURE(scene, "plain");
}

static void
test_connecting(void)
{
  g_autoptr(Scene) scene = tls_scene();
  scene->connection->session.state = SESSION_CONNECTING;
  scene_identify(scene, "client");
  PICTURE(scene, "connecting");
}

static void
test_two_way(void)
{
  g_autoptr(Scene) scene = tls_scene();
  fake_connection_set_online(scene->connection);
  good_chain(scene);
  scene_identify(scene, "client");
  ask_for_certificate(scene, TRUE);
  set_parameters(scene);
  scene->connection->info.opinion = &content;
  PICTURE(scene, "two-way");
}

/* The CA file holds an intermediate: good enough for us, and not for others. */
static Scene *
partial_trust_scene(void)
{
  Scene *scene = tls_scene();
  fake_connection_set_online(scene->connection);
  scene_send(scene, "leaf", NULL);
  scene_trust(scene, "intermediate.pem");
  Verdict *verdict = scene_judge(scene, TRUE);
  scene_link(scene, verdict, "leaf", PATH_SENT, 0, TRUE, NULL);
  scene_link(scene, verdict, "intermediate", PATH_IN_TRUST, 0, TRUE, NULL);
  Finding *finding = scene_find(scene, "anchor-intermediate", verdict, "intermediate");
  finding_set_message(finding, "\"R3\" in your CA file is an intermediate, not a root.");
  finding_set_remedy(finding, "Add the self-signed root that stands above it.");
  set_parameters(scene);
  scene->connection->info.opinion = &dissenting;
  return scene;
}

static void
test_second_verdict(void)
{
  g_autoptr(Scene) scene = partial_trust_scene();
  PICTURE(scene, "second-verdict");
}

static void
test_second_verdict_opens(void)
{
  g_autoptr(Scene) scene = partial_trust_scene();
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "2 G k k k Enter"); /* below it: the parameters, and two things not checked */
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
  PICTURE(scene, "second-verdict-detail");
}

/* A broker that refuses the password has taken the certificate before. */
static void
test_accepted_and_over(void)
{
  g_autoptr(Scene) scene = tls_scene();
  good_chain(scene);
  scene_identify(scene, "client");
  ask_for_certificate(scene, TRUE);
  scene->connection->session.certificate_accepted = TRUE;
  scene->connection->info.last_error = "The broker refuses user \"plant\".";
  scene_keys(scene, "2");
  view_open(24, 80, 0);
  const View *tile = &scene->ui->tiles[scene->ui->focused];
  tile->pane_class->draw(tile->pane, view_canvas(), TRUE);
  g_autofree char *text = view_text();
  view_close();
  g_assert_nonnull(strstr(text, " ✓ requested ✓  sent ✓  accepted ✓"));
}

/* What the hints promise works on the certificate under the cursor, and is none elsewhere. */
static void
test_keys_on_a_certificate(void)
{
  g_autoptr(Scene) scene = tls_scene();
  fake_connection_set_online(scene->connection);
  good_chain(scene);
  scene_keys(scene, "2");
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "v");
  g_assert_cmpstr(scene->ui->notice, ==, "No certificate is selected: Up and Down go to one.");
  gpointer pane = scene->ui->tiles[scene->ui->focused].pane;
  g_assert_nonnull(certificates_pane.disabled(pane, ACTION_OPEN));
  g_assert_nonnull(certificates_pane.disabled(pane, ACTION_SAVE_PEM));
  scene_keys(scene, "j");
  scene_draw(scene, &certificates_pane, 24, 80);
  g_assert_null(certificates_pane.disabled(pane, ACTION_OPEN));
  g_assert_null(certificates_pane.disabled(pane, ACTION_SAVE_PEM));
  scene_keys(scene, "v");
  g_assert_true(ui_top(scene->ui)->pane_class == &certificate_pem_view);
  g_autofree char *pem = certificate_pem_view.status(ui_top(scene->ui)->pane);
  g_assert_cmpstr(pem, ==, "PEM");
  scene_keys(scene, "q f");
  g_assert_true(ui_top(scene->ui)->pane_class == &certificate_view);
  g_autofree char *fields = certificate_view.status(ui_top(scene->ui)->pane);
  g_assert_cmpstr(fields, ==, "fields");
  g_autofree char *folder = g_dir_make_tmp("mqtrust-XXXXXX", NULL);
  g_assert_cmpint(g_chdir(folder), ==, 0);
  scene_keys(scene, "q w");
  g_assert_cmpstr(scene->ui->notice, ==, "Written to mqtt.example.com.pem.");
  g_assert_cmpint(g_unlink("mqtt.example.com.pem"), ==, 0);
  g_assert_cmpint(g_chdir("/"), ==, 0);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_expired(void)
{
  g_autoptr(Scene) scene = tls_scene();
  scene_send(scene, "leaf-expired", "intermediate", "stranger", "intermediate", NULL);
  scene_trust(scene, "root.pem");
  scene_identify(scene, "client-soon");
  Verdict *verdict = scene_judge(scene, FALSE);
  scene_link(scene, verdict, "leaf-expired", PATH_SENT, 0, FALSE, NULL);
  scene_link(scene, verdict, "intermediate", PATH_SENT, 1, TRUE, NULL);
  scene_link(scene, verdict, "root", PATH_IN_TRUST, 0, TRUE, NULL);
  scene->connection->session.stopped_by_fault = TRUE;
  Finding *finding = scene_find(scene, "leaf-expired", verdict, "leaf-expired");
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  finding_set_message(finding,
                      "The broker's certificate \"mqtt.example.com\" expired 19 days ago, on "
                      "2026-10-30.");
  finding_set_remedy(finding, "Renew it (certbot renew) and reload the broker; the file on its "
                              "disk may be newer than the one in its memory.");
  finding = scene_find(scene, "chain-unrelated", verdict, "stranger");
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 2;
  finding_set_message(finding, "\"Old Cross Root CA X3\" is not part of the chain.");
  finding_set_remedy(finding, "Remove it from the broker's certificate file.");
  PICTURE(scene, "expired");
}

static void
test_missing(void)
{
  g_autoptr(Scene) scene = tls_scene();
  scene_send(scene, "leaf", NULL);
  scene_trust(scene, "wide-ca.pem");
  Verdict *verdict = scene_judge(scene, FALSE);
  scene_link(scene, verdict, "leaf", PATH_SENT, 0, FALSE, NULL);
  scene_link(scene, verdict, NULL, PATH_MISSING, -1, FALSE, "R3");
  Finding *finding = scene_find(scene, "chain-leaf-only", verdict, "leaf");
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  finding_set_message(finding, "The broker sends only \"mqtt.example.com\"; its issuer \"R3\" is "
                               "missing.");
  finding_set_remedy(finding, "Its configuration must use fullchain.pem (add \"R3\"), not your CA "
                              "file.");
  PICTURE(scene, "missing");
}

/* The broker took the handshake, and then refused our certificate. */
static void
test_client_refused(void)
{
  g_autoptr(Scene) scene = tls_scene();
  good_chain(scene);
  scene_identify(scene, "client");
  ask_for_certificate(scene, TRUE);
  set_parameters(scene);
  scene->connection->session.stopped_by_fault = TRUE;
  scene->connection->info.last_error = "the broker refused our certificate";
  Finding *finding = scene_find(scene, "client-ca-unknown", NULL, "client");
  finding->source = FINDING_SOURCE_CLIENT;
  finding->index = 0;
  finding_set_message(finding, "The broker does not know \"Test CA\", which issued our "
                               "certificate \"Client\" (alert 48, unknown CA).");
  finding_set_remedy(finding, "Add \"Test CA\" to the broker's client CA file, or use a "
                              "certificate of a CA that it names.");
  PICTURE(scene, "client-refused");
}

static void
test_insecure_one_way(void)
{
  g_autoptr(Scene) scene = tls_scene();
  good_chain(scene);
  fake_connection_set_online(scene->connection);
  scene->connection->session.two_way = FALSE;
  scene->connection->profile->insecure = TRUE;
  ask_for_certificate(scene, FALSE);
  PICTURE(scene, "insecure");
}

static void
test_not_requested(void)
{
  g_autoptr(Scene) scene = tls_scene();
  good_chain(scene);
  fake_connection_set_online(scene->connection);
  scene->connection->session.two_way = scene->connection->session.certificate_requested = FALSE;
  scene_identify(scene, "client-soon");
  PICTURE(scene, "not-requested");
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
test_selecting(void)
{
  g_autoptr(Scene) scene = tls_scene();
  good_chain(scene);
  scene_identify(scene, "client");
  scene_keys(scene, "2");
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "j Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &certificate_view);
  g_autofree char *title = certificate_view.title(ui_top(scene->ui)->pane);
  g_assert_nonnull(strstr(title, "mqtt.example.com"));
  scene_keys(scene, "q G k Enter");
}

static char *
screen_text(Scene *scene)
{
  CanvasCursor cursor;
  view_open(24, 80, 0);
  ui_draw(scene->ui, 24, 80, &cursor);
  char *text = view_text();
  view_close();
  return text;
}

/* Copies by the dozen do not push away what follows them. */
static void
test_sent_in_vain(void)
{
  g_autoptr(Scene) scene = tls_scene();
  scene_send(scene, "leaf", "stranger", "leaf", "leaf", "leaf", "leaf", "leaf", "leaf", "leaf",
             "stranger", NULL);
  Verdict *verdict = scene_judge(scene, TRUE);
  scene_link(scene, verdict, "leaf", PATH_SENT, 0, TRUE, NULL);
  scene_keys(scene, "2");
  g_autofree char *text = screen_text(scene);
  g_assert_nonnull(strstr(text, "6 mqtt.example.com"));
  g_assert_null(strstr(text, "7 mqtt.example.com"));
  g_assert_nonnull(strstr(text, " and 3 more: Enter lists them"));
  scene_keys(scene, "j j j j j j j j Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
  g_autofree char *list = screen_text(scene);
  g_assert_nonnull(strstr(list, "7  mqtt.example.com"));
  g_assert_nonnull(strstr(list, "(a copy)"));
  g_assert_nonnull(strstr(list, "9  "));
  g_assert_nonnull(strstr(list, "(not needed)"));
}

/* A finding that says what OpenSSL makes of it needs no second one. */
static void
test_opinion_is_told_once(void)
{
  g_autoptr(Scene) scene = partial_trust_scene();
  scene_keys(scene, "2");
  Finding *finding = g_ptr_array_index(scene->connection->info.findings, 0);
  g_autofree char *twice = screen_text(scene);
  g_assert_nonnull(strstr(twice, "\n ! OpenSSL clients refuse"));
  finding_set_message(finding, "\"R3\" is an intermediate; OpenSSL clients will refuse it.");
  g_autofree char *once = screen_text(scene);
  g_assert_null(strstr(once, "\n ! OpenSSL clients refuse"));
  scene_keys(scene, "Enter"); /* its numbers are behind the first line */
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
}

static void
test_finding_opens(void)
{
  g_autoptr(Scene) scene = tls_scene();
  Finding *finding = scene_find(scene, "dns-unknown", NULL, NULL);
  finding_set_message(finding, "mqtt.example.com is not known to DNS.");
  scene->connection->info.last_error = "mqtt.example.com is not known to DNS";
  PICTURE(scene, "dns");
  scene_keys(scene, "2 Enter"); /* what stops the connection stands first, and is selected */
  g_assert_true(ui_top(scene->ui)->pane_class == &finding_view);
}

#define LEAF_END G_GINT64_CONSTANT(1801267200)     /* 2027-01-30 */
#define STRANGER_END G_GINT64_CONSTANT(1632960000) /* 2021-09-30 */

/* Three ways to something trusted: one in use, one good as well, one that fails. */
static Scene *
many_paths_scene(void)
{
  Scene *scene = tls_scene();
  fake_connection_set_online(scene->connection);
  Verdict *verdict = good_chain(scene);
  verdict->path_end = LEAF_END;
  scene_add_path(scene, verdict, NULL, LEAF_END, "leaf", "intermediate", "root", NULL);
  scene_add_path(scene, verdict, NULL, LEAF_END, "leaf", "intermediate", NULL);
  scene_add_path(scene, verdict,
                 "\"Old Cross Root CA X3\" in your CA file root.pem expired 1875 days ago, on "
                 "2021-09-30.",
                 STRANGER_END, "leaf", "intermediate", "stranger", NULL);
  scene_identify(scene, "client");
  set_parameters(scene);
  scene->connection->info.opinion = &content;
  return scene;
}

static void
test_other_paths(void)
{
  g_autoptr(Scene) scene = many_paths_scene();
  PICTURE(scene, "other-paths");
}

static void
test_other_path_opens(void)
{
  g_autoptr(Scene) scene = many_paths_scene();
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "2 Home j j j j j Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &text_view);
  PICTURE(scene, "other-path-detail");
}

static void
test_validity(void)
{
  g_autoptr(Scene) scene = many_paths_scene();
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "2 t");
  g_assert_true(ui_top(scene->ui)->pane_class == &validity_view);
  PICTURE(scene, "validity");
  scene_keys(scene, "q");
  g_assert_false(ui_has_view(scene->ui));
}

/* The path is over: now is at its right. */
static void
test_validity_expired(void)
{
  g_autoptr(Scene) scene = tls_scene();
  scene_send(scene, "leaf-expired", "intermediate", "stranger", NULL);
  scene_trust(scene, "root.pem");
  Verdict *verdict = scene_judge(scene, FALSE);
  verdict->path_end = G_GINT64_CONSTANT(1793318400); /* 2026-10-30 */
  scene_link(scene, verdict, "leaf-expired", PATH_SENT, 0, FALSE, NULL);
  scene_link(scene, verdict, "intermediate", PATH_SENT, 1, TRUE, NULL);
  scene_link(scene, verdict, NULL, PATH_MISSING, -1, FALSE, "Example Root X1");
  scene_keys(scene, "2 t");
  PICTURE(scene, "validity-expired");
}

static void
test_validity_nothing(void)
{
  g_autoptr(Scene) scene = tls_scene();
  scene_keys(scene, "2 t");
  PICTURE(scene, "validity-nothing");
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/certificates-pane/no-connection", test_no_connection);
  g_test_add_func("/certificates-pane/idle", test_idle);
  g_test_add_func("/certificates-pane/plain", test_plain);
  g_test_add_func("/certificates-pane/connecting", test_connecting);
  g_test_add_func("/certificates-pane/two-way", test_two_way);
  g_test_add_func("/certificates-pane/second-verdict", test_second_verdict);
  g_test_add_func("/certificates-pane/second-verdict-opens", test_second_verdict_opens);
  g_test_add_func("/certificates-pane/sent-in-vain", test_sent_in_vain);
  g_test_add_func("/certificates-pane/opinion-once", test_opinion_is_told_once);
  g_test_add_func("/certificates-pane/expired", test_expired);
  g_test_add_func("/certificates-pane/missing", test_missing);
  g_test_add_func("/certificates-pane/client-refused", test_client_refused);
  g_test_add_func("/certificates-pane/insecure", test_insecure_one_way);
  g_test_add_func("/certificates-pane/not-requested", test_not_requested);
  g_test_add_func("/certificates-pane/selecting", test_selecting);
  g_test_add_func("/certificates-pane/finding-opens", test_finding_opens);
  g_test_add_func("/certificates-pane/keys", test_keys_on_a_certificate);
  g_test_add_func("/certificates-pane/accepted-and-over", test_accepted_and_over);
  g_test_add_func("/certificates-pane/other-paths", test_other_paths);
  g_test_add_func("/certificates-pane/other-path-opens", test_other_path_opens);
  g_test_add_func("/certificates-pane/validity", test_validity);
  g_test_add_func("/certificates-pane/validity-expired", test_validity_expired);
  g_test_add_func("/certificates-pane/validity-nothing", test_validity_nothing);
  return g_test_run();
}
