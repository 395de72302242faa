/* The connection editor and the small forms, as a user types into them. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "ui/editor_fields.h"
#include "view/pane_scene.h"

#define PICTURE(scene, name) scene_golden(scene, NULL, name)

/* The files of the pictures, by names that are the same on every machine. */
static void
enter_data_folder(void)
{
  g_autofree char *folder = scene_path(".");
  g_assert_cmpint(g_chdir(folder), ==, 0);
}

static Scene *
saved_scene(void)
{
  Scene *scene = scene_new("prod-eu");
  Profile *profile = scene->connection->profile;
  profile->trust = TRUST_FILE;
  profile->ca_path = scene_path("root.pem");
  profile->certificate_path = scene_path("client.pem");
  profile->key_path = scene_path("client.key");
  profile->user_name = g_strdup("engineer");
  profile->password = g_strdup("hunter2");
  profile_add_subscription(profile, "plant/#", 1);
  profile_add_subscription(profile, "$SYS/#", 0);
  return scene;
}

static char *
screen(Scene *scene, int rows, int columns)
{
  const View *view = ui_top(scene->ui);
  view_open(rows, columns, 0);
  view->pane_class->draw(view->pane, view_canvas(), TRUE);
  char *text = view_text();
  view_close();
  return text;
}

static void
assert_shows(Scene *scene, const char *what)
{
  g_autofree char *text = screen(scene, 70, 160);
  if (!strstr(text, what))
    g_error("\"%s\" is not on the screen:\n%s", what, text);
}

/* A sentence that names a file: where it is broken over lines depends on the folder's name. */
static void
assert_says(Scene *scene, const char *what)
{
  g_autofree char *text = screen(scene, 70, 160);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++)
    g_strstrip(*line);
  g_autofree char *sentence = g_strjoinv(" ", lines);
  if (!strstr(sentence, what))
    g_error("\"%s\" is not on the screen:\n%s", what, text);
}

static void
assert_hides(Scene *scene, const char *what)
{
  g_autofree char *text = screen(scene, 70, 160);
  if (strstr(text, what))
    g_error("\"%s\" is on the screen:\n%s", what, text);
}

/* Into a field by its place from the top. */
static void
go_down(Scene *scene, int fields)
{
  for (int i = 0; i < fields; i++)
    scene_keys(scene, "Down");
}

/* --- New -------------------------------------------------------------------------------------- */

static void
test_new(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "n");
  PICTURE(scene, "editor-new");
  assert_hides(scene, "✗");
}

/* No complaint about what has not been typed yet, all of them after the attempt to save. */
static void
test_complaints_wait(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "n");
  scene_type(scene, ".x");
  assert_shows(scene, "begins with a '.'");
  assert_hides(scene, "there is no host");
  scene_keys(scene, "C-s");
  assert_shows(scene, "there is no host");
  g_assert_true(g_str_has_prefix(scene->ui->notice, "Not saved: the name"));
  g_assert_true(ui_has_view(scene->ui));
}

static void
test_saves_new(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "n");
  scene_type(scene, "lab");
  go_down(scene, 2);
  scene_type(scene, "lab.example.com");
  scene_keys(scene, "C-o");
  g_assert_false(ui_has_view(scene->ui));
  Connection *saved = workspace_find(scene->workspace, "lab");
  g_assert_nonnull(saved);
  g_assert_cmpstr(saved->calls, ==, "save lab; connect; ");
  g_assert_cmpstr(saved->profile->host, ==, "lab.example.com");
  g_assert_true(ui_selected(scene->ui) == saved);
}

static void
test_pasted_url(void)
{
  static const Key paste = {.code = KEY_PASTE};
  static const char *url = "mqtt://user:secret@lab.example.com:2883/plant/%23";
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "n");
  go_down(scene, 2);
  ui_handle_key(scene->ui, &paste, url, strlen(url));
  assert_shows(scene, "lab.example.com");
  assert_shows(scene, "2883");
  assert_shows(scene, "plant/#");
  assert_hides(scene, "secret");
  assert_hides(scene, "Client certificate");
}

/* Without bracketed paste it comes as letters. */
static void
test_typed_url(void)
{
  static const char *const ways[] = {"Down", "C-y", "C-s"};
  for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
    g_autoptr(Scene) scene = scene_new(NULL);
    scene_keys(scene, "n");
    scene_type(scene, "lab");
    go_down(scene, 2);
    scene_type(scene, "mqtts://lab.example.com:2883/plant/%23");
    assert_shows(scene, "mqtts://lab.example.com:2883");
    scene_keys(scene, ways[i]);
    if (ui_has_view(scene->ui) && ui_top(scene->ui)->pane_class == &editor_form) {
      assert_shows(scene, "2883");
      assert_shows(scene, "plant/#");
      assert_hides(scene, "mqtts://");
      continue;
    }
    const Connection *made =
        i == 1 ? fake_check(scene->workspace)->connection : ui_selected(scene->ui);
    g_assert_cmpstr(made->profile->host, ==, "lab.example.com");
    g_assert_cmpint(made->profile->port, ==, 2883);
  }
}

/* --- Edit ------------------------------------------------------------------------------------- */

static void
test_edit(void)
{
  g_autoptr(Scene) scene = saved_scene();
  Profile *profile = scene->connection->profile;
  /* Short paths make the pictures the same everywhere. */
  g_free(profile->ca_path);
  g_free(profile->certificate_path);
  g_free(profile->key_path);
  profile->ca_path = g_strdup("root.pem");
  profile->certificate_path = g_strdup("client.pem");
  profile->key_path = g_strdup("client.key");
  enter_data_folder();
  scene_keys(scene, "e");
  go_down(scene, 7);
  PICTURE(scene, "editor-edit");
  assert_hides(scene, "hunter2");
  scene_keys(scene, "C-r");
  assert_shows(scene, "hunter2");
}

static void
test_unchanged_is_clean(void)
{
  g_autoptr(Scene) scene = saved_scene();
  scene_keys(scene, "e");
  g_assert_false(editor_form.dirty(ui_top(scene->ui)->pane));
  scene_type(scene, "x");
  g_assert_true(editor_form.dirty(ui_top(scene->ui)->pane));
  scene_keys(scene, "Backspace");
  g_assert_false(editor_form.dirty(ui_top(scene->ui)->pane));
  scene_keys(scene, "C-s");
  g_assert_false(ui_has_view(scene->ui));
  g_assert_cmpstr(scene->connection->calls, ==, "save prod-eu; ");
  g_assert_cmpuint(scene->connection->profile->subscriptions->len, ==, 2);
  g_assert_cmpstr(scene->connection->profile->password, ==, "hunter2");
}

static void
test_key_mismatch(void)
{
  g_autoptr(Scene) scene = saved_scene();
  g_free(scene->connection->profile->key_path);
  scene->connection->profile->key_path = scene_path("client-soon.key");
  scene_keys(scene, "e");
  assert_says(scene, "is not the one of");
}

/* The certificate is named first: then the form knows where its key lies. */
static void
test_key_missing(void)
{
  enter_data_folder();
  g_autoptr(Scene) scene = saved_scene();
  Profile *profile = scene->connection->profile;
  g_clear_pointer(&profile->key_path, g_free);
  g_free(profile->certificate_path);
  profile->certificate_path = g_strdup("client.pem");
  scene_keys(scene, "e");
  assert_says(scene, "the key is missing: it is in client.key, beside the certificate");
}

static void
test_locked_key(void)
{
  g_autoptr(Scene) scene = saved_scene();
  Profile *profile = scene->connection->profile;
  g_free(profile->key_path);
  g_free(profile->certificate_path);
  profile->certificate_path = scene_path("client-locked.pem");
  profile->key_path = scene_path("client-locked.key");
  scene_keys(scene, "e");
  assert_shows(scene, "password");
  assert_hides(scene, "it belongs to the certificate");
  go_down(scene, 10); /* key password */
  scene_type(scene, "sesame");
  scene_keys(scene, "Down");
  assert_says(scene, "it belongs to the certificate");
}

static void
test_devices_are_not_read(void)
{
  g_autoptr(Scene) scene = saved_scene();
  g_free(scene->connection->profile->ca_path);
  scene->connection->profile->ca_path = g_strdup("/dev/zero");
  scene_keys(scene, "e");
  assert_says(scene, "this is no regular file");
}

/* --- Paths ------------------------------------------------------------------------------------ */

static void
test_tab_completes(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  enter_data_folder();
  scene_keys(scene, "n");
  go_down(scene, 7); /* client certificate */
  scene_type(scene, "client-s");
  scene_keys(scene, "Tab");
  assert_shows(scene, "client-soon.");
  assert_shows(scene, "2 fit: client-soon.key  client-soon.pem");
  scene_type(scene, "p");
  scene_keys(scene, "Tab");
  assert_shows(scene, "client-soon.pem");
  scene_keys(scene, "Tab");
  assert_shows(scene, "11 days left");
  scene_type(scene, "nowhere");
  assert_hides(scene, "no such file");
  scene_keys(scene, "Tab");
  assert_says(scene, "does not exist; correct the path");
}

static int
focused_row(Scene *scene)
{
  int row, column;
  gboolean visible;
  const View *view = ui_top(scene->ui);
  view_open(70, 160, 0);
  view->pane_class->draw(view->pane, view_canvas(), TRUE);
  g_assert_true(view_cursor(&row, &column, &visible));
  view_close();
  return row;
}

/* Tab stays as long as there is something to choose from, as in a shell; the arrows never do. */
static void
test_tab_stays_while_ambiguous(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  enter_data_folder();
  scene_keys(scene, "n");
  go_down(scene, 7);
  scene_type(scene, "client-so");
  int row = focused_row(scene);
  scene_keys(scene, "Tab Tab Tab");
  g_assert_cmpint(focused_row(scene), ==, row);
  assert_shows(scene, "2 fit: client-soon.key  client-soon.pem");
  scene_keys(scene, "Down");
  g_assert_cmpint(focused_row(scene), >, row);
  assert_hides(scene, "2 fit");
  scene_keys(scene, "Up");
  g_assert_cmpint(focused_row(scene), ==, row);
  /* Untouched now, but no file yet. */
  scene_keys(scene, "Tab");
  assert_shows(scene, "2 fit: client-soon.key  client-soon.pem");
}

/* The list stands until a key is pressed, also when the files are read meanwhile. */
static void
test_candidates_stay(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  enter_data_folder();
  scene_keys(scene, "n");
  go_down(scene, 7);
  scene_type(scene, "client-so");
  scene_keys(scene, "Tab");
  scene->ui->dirty = FALSE;
  while (!scene->ui->dirty)
    g_main_context_iteration(NULL, TRUE);
  assert_shows(scene, "2 fit: client-soon.key  client-soon.pem");
  scene_type(scene, "p");
  assert_hides(scene, "2 fit");
}

static void
test_tab_without_a_match(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  enter_data_folder();
  scene_keys(scene, "n");
  go_down(scene, 7);
  int row = focused_row(scene);
  scene_type(scene, "nowhere");
  scene_keys(scene, "Tab");
  g_assert_cmpint(focused_row(scene), ==, row);
  assert_says(scene, "does not exist; correct the path");
  scene_keys(scene, "Tab");
  g_assert_cmpint(focused_row(scene), >, row);
}

/* Nothing stops who only goes through: neither an empty path nor one that is good. */
static void
test_tab_goes_through(void)
{
  g_autoptr(Scene) fresh = scene_new(NULL);
  enter_data_folder();
  scene_keys(fresh, "n");
  go_down(fresh, 7);
  int row = focused_row(fresh);
  scene_keys(fresh, "Tab");
  g_assert_cmpint(focused_row(fresh), >, row);
  g_autoptr(Scene) saved = saved_scene();
  scene_keys(saved, "e");
  go_down(saved, 7);
  for (int i = 0; i < 3; i++) {
    row = focused_row(saved);
    scene_keys(saved, "Tab");
    g_assert_cmpint(focused_row(saved), >, row);
  }
  g_assert_false(editor_form.dirty(ui_top(saved->ui)->pane));
}

/* What is still being typed is no fault, also when the files are read meanwhile. */
static void
test_half_typed_path(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "n");
  go_down(scene, 7);
  scene_type(scene, "/nowhere/cli");
  while (g_main_context_iteration(NULL, TRUE)) {
    g_autofree char *text = screen(scene, 70, 160);
    if (strstr(text, "there is no such file yet"))
      break;
  }
  assert_hides(scene, "✗");
}

/* --- Fields ----------------------------------------------------------------------------------- */

static void
test_fields_round_trip(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(Form) form = editor_fields_new();
  profile->name = g_strdup("all");
  profile->host = g_strdup("::1");
  profile->port = 443;
  profile->trust = TRUST_FOLDER;
  profile->ca_path = g_strdup("/etc/ssl/certs");
  profile->certificate_path = g_strdup("/a.pem");
  profile->key_path = g_strdup("/a.key");
  profile->key_password = g_strdup("k");
  profile->server_name = g_strdup("mqtt.example.com");
  profile->alpn = g_strdup("x-amzn-mqtt-ca");
  profile->insecure = TRUE;
  profile->tls_version = TLS_1_2;
  profile->tls_priority = g_strdup("SECURE256");
  profile->crl_path = g_strdup("/crl.pem");
  profile->broker_ca_path = g_strdup("/broker-ca.pem");
  profile->dns_servers = g_strdup("192.0.2.53,[2001:db8::53]:5353");
  profile->no_probes = TRUE;
  profile->client_id = g_strdup("me");
  profile->user_name = g_strdup("u");
  profile->password = g_strdup("p");
  profile->version = MQTT_3_1_1;
  profile->keep_alive = 0;
  profile->clean_start = FALSE;
  profile->will_topic = g_strdup("gone");
  profile->will_payload = g_strdup("bye");
  profile->will_qos = 2;
  profile->will_retain = TRUE;
  profile_add_subscription(profile, "a,b/#", 2);
  editor_fields_set(form, profile);
  g_autoptr(Profile) back = editor_fields_profile(form, profile);
  g_assert_true(profile_equal(profile, back));
}

static void
test_every_fault_is_told(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(Form) form = editor_fields_new();
  editor_fields_set(form, profile);
  form_set_text(form, EDIT_HOST, "mqtt://x");
  form_set_text(form, EDIT_PORT, "99999");
  form_set_choice(form, EDIT_TRUST, TRUST_FILE);
  form_set_text(form, EDIT_KEY, "/a.key");
  form_set_text(form, EDIT_ALPN, "a b");
  form_set_text(form, EDIT_TLS_PRIORITY, "NORMAL;x");
  form_set_text(form, EDIT_DNS_SERVERS, "dns.example.com");
  form_set_text(form, EDIT_SUBSCRIPTIONS, "a/#/b");
  form_set_text(form, EDIT_WILL_TOPIC, "a/+");
  g_autoptr(EditorFaults) faults = editor_fields_check(form, profile);
  static const int wrong[] = {
      EDIT_NAME, EDIT_HOST,         EDIT_PORT,        EDIT_DNS_SERVERS,   EDIT_CA,
      EDIT_ALPN, EDIT_TLS_PRIORITY, EDIT_CERTIFICATE, EDIT_SUBSCRIPTIONS, EDIT_WILL_TOPIC};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
    g_assert_nonnull(faults->sentence[wrong[i]]);
  g_assert_cmpint(editor_faults_first(faults), ==, EDIT_NAME);
}

/* Blanks behind the commas are for the eye. */
static void
test_dns_servers_with_blanks(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(Form) form = editor_fields_new();
  editor_fields_set(form, profile);
  form_set_text(form, EDIT_DNS_SERVERS, "192.0.2.53, 192.0.2.54:5353 ");
  g_autoptr(Profile) back = editor_fields_profile(form, profile);
  g_assert_cmpstr(back->dns_servers, ==, "192.0.2.53,192.0.2.54:5353");
  form_set_text(form, EDIT_DNS_SERVERS, "  ");
  g_autoptr(Profile) none = editor_fields_profile(form, profile);
  g_assert_null(none->dns_servers);
}

/* Each of them has a place that can be shown. */
static void
test_every_part_has_a_field(void)
{
  g_autoptr(Form) form = editor_fields_new();
  for (int field = 0; field < PROFILE_FIELD_COUNT; field++) {
    int id = (int)editor_field_of((ProfileField)field);
    g_assert_cmpint(id, >, 0);
    form_set_visible(form, id, TRUE);
    form_focus(form, id);
    g_assert_cmpint(form_focused(form), ==, id);
  }
}

/* What the files hold is said beside the fields. */
static void
test_files_of_the_broker(void)
{
  g_autoptr(Scene) scene = saved_scene();
  Profile *profile = scene->connection->profile;
  profile->broker_ca_path = scene_path("root.pem");
  profile->crl_path = scene_path("client.pem");
  scene_keys(scene, "e");
  assert_says(scene, "holds a certificate");
  assert_shows(scene, "Broker's CA file");
  g_free(profile->crl_path);
  profile->crl_path = scene_path("no-such.crl");
  scene_keys(scene, "Esc e");
  assert_shows(scene, "no-such.crl");
  assert_says(scene, "does not exist; correct the path");
}

/* --- Publish and subscribe -------------------------------------------------------------------- */

static void
test_publish(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  scene_keys(scene, "p");
  g_assert_false(ui_has_view(scene->ui));
  fake_connection_set_online(scene->connection);
  scene_keys(scene, "p");
  PICTURE(scene, "publish-empty");
  scene_keys(scene, "C-s");
  assert_shows(scene, "a message needs a topic");
  scene_type(scene, "plant/+/set");
  assert_shows(scene, "+ and # belong in filters");
  scene_keys(scene, "C-u");
  scene_type(scene, "plant/set");
  scene_keys(scene, "Down");
  scene_type(scene, "{\"v\": 22}");
  scene_keys(scene, "Down Space Down Space");
  PICTURE(scene, "publish-full");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->connection->calls, ==, "publish plant/set 9 q1 retain; ");
  g_assert_false(ui_has_view(scene->ui));
  scene_keys(scene, "p C-s");
  g_assert_true(g_str_has_suffix(scene->connection->calls,
                                 "publish plant/set 9 q1 retain; publish plant/set 9 q1 retain; "));
}

static void
test_subscribe(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  scene_keys(scene, "s");
  scene_type(scene, "plant/#/x");
  PICTURE(scene, "subscribe");
  scene_keys(scene, "Enter");
  g_assert_true(ui_has_view(scene->ui));
  scene_keys(scene, "Backspace Backspace Enter");
  g_assert_cmpstr(scene->connection->calls, ==, "subscribe plant/# q0; ");
  g_assert_false(ui_has_view(scene->ui));
}

/* The hint bar says what a key does in this form and this field, and no more. */
static void
assert_hints(Scene *scene, int columns, const char *expected)
{
  CanvasCursor cursor;
  view_open(24, columns, 0);
  ui_draw(scene->ui, 24, columns, &cursor);
  g_autofree char *line = view_row(23);
  view_close();
  g_assert_cmpstr(line, ==, expected);
}

static void
test_hints(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  fake_connection_set_online(scene->connection);
  scene_keys(scene, "s");
  assert_hints(scene, 40, " F1 help  Enter subscribe  Esc cancel");
  assert_hints(scene, 80,
               " F1 help  Enter subscribe  Tab next field  S-Tab field before  Esc cancel");
  scene_keys(scene, "Esc p");
  assert_hints(scene, 40, " F1 help  C-s publish  Esc cancel");
  assert_hints(scene, 80, " F1 help  C-s publish  Tab next field  S-Tab field before  Esc cancel");
  scene_keys(scene, "PgUp Up");
  assert_hints(scene, 70, " F1 help  C-s publish  Enter publish  Tab next field  Esc cancel");
  scene_keys(scene, "Esc e");
  assert_hints(scene, 80,
               " F1 help  C-s save  Tab next field  C-o save and connect  C-y test  Esc cancel");
  go_down(scene, 7);
  assert_hints(scene, 100,
               " F1 help  C-s save  Tab complete  Down next field  C-o save and connect"
               "  C-y test  Esc cancel");
}

/* --- Certificate ------------------------------------------------------------------------------ */

static void
test_certificate(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  ui_open(scene->ui, &certificate_view, scene_certificate(scene, "client-soon"));
  PICTURE(scene, "certificate-fields");
  scene_keys(scene, "v");
  PICTURE(scene, "certificate-pem");
  scene_keys(scene, "v G k PgUp g");
  scene_draw(scene, NULL, 10, 40);
}

static void
test_certificate_saves(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  g_autofree char *folder = g_dir_make_tmp("mqtrust-XXXXXX", NULL);
  g_assert_cmpint(g_chdir(folder), ==, 0);
  ui_open(scene->ui, &certificate_view, scene_certificate(scene, "leaf"));
  scene_keys(scene, "w");
  g_assert_cmpstr(scene->ui->notice, ==, "Written to mqtt.example.com.pem.");
  scene_keys(scene, "w");
  g_assert_cmpstr(scene->ui->notice, ==, "Written to mqtt.example.com-2.pem.");
  g_autofree char *written = NULL;
  g_assert_true(g_file_get_contents("mqtt.example.com-2.pem", &written, NULL, NULL));
  g_autofree char *pem = certificate_to_pem(scene_certificate(scene, "leaf"));
  g_assert_cmpstr(written, ==, pem);
  g_unlink("mqtt.example.com.pem");
  g_unlink("mqtt.example.com-2.pem");
  g_assert_cmpint(g_chdir("/"), ==, 0);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/editor/new", test_new);
  g_test_add_func("/editor/complaints-wait", test_complaints_wait);
  g_test_add_func("/editor/saves-new", test_saves_new);
  g_test_add_func("/editor/pasted-url", test_pasted_url);
  g_test_add_func("/editor/typed-url", test_typed_url);
  g_test_add_func("/editor/edit", test_edit);
  g_test_add_func("/editor/unchanged-is-clean", test_unchanged_is_clean);
  g_test_add_func("/editor/key-mismatch", test_key_mismatch);
  g_test_add_func("/editor/key-missing", test_key_missing);
  g_test_add_func("/editor/locked-key", test_locked_key);
  g_test_add_func("/editor/devices", test_devices_are_not_read);
  g_test_add_func("/editor/tab-completes", test_tab_completes);
  g_test_add_func("/editor/tab-stays", test_tab_stays_while_ambiguous);
  g_test_add_func("/editor/candidates-stay", test_candidates_stay);
  g_test_add_func("/editor/tab-no-match", test_tab_without_a_match);
  g_test_add_func("/editor/tab-goes-through", test_tab_goes_through);
  g_test_add_func("/editor/half-typed-path", test_half_typed_path);
  g_test_add_func("/editor/fields-round-trip", test_fields_round_trip);
  g_test_add_func("/editor/every-fault", test_every_fault_is_told);
  g_test_add_func("/editor/dns-servers-with-blanks", test_dns_servers_with_blanks);
  g_test_add_func("/editor/every-part-has-a-field", test_every_part_has_a_field);
  g_test_add_func("/editor/files-of-the-broker", test_files_of_the_broker);
  g_test_add_func("/publish", test_publish);
  g_test_add_func("/subscribe", test_subscribe);
  g_test_add_func("/forms/hints", test_hints);
  g_test_add_func("/certificate-view/pictures", test_certificate);
  g_test_add_func("/certificate-view/saves", test_certificate_saves);
  return g_test_run();
}
