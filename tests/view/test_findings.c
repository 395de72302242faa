/* From a finding to what mends it: certificates, timeline, the finding itself, the editor and its
 * test, and what header and list say of a failed connection. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "ui/connection_row.h"
#include "ui/header.h"
#include "view/fake_repair.h"
#include "view/pane_scene.h"

/* Files by names that are the same on every machine. */
static void
enter_data_folder(void)
{
  g_autofree char *folder = scene_path(".");
  g_assert_cmpint(g_chdir(folder), ==, 0);
}

static Scene *
failed_scene(void)
{
  enter_data_folder();
  Scene *scene = scene_new("prod-eu");
  Connection *connection = scene->connection;
  connection->profile->trust = TRUST_FILE;
  connection->profile->ca_path = g_strdup("root.pem");
  connection->session.stopped_by_fault = TRUE;
  connection->session.wanted = FALSE;
  connection->info.last_error = "the broker's certificate leads to no CA of root.pem";
  return scene;
}

static Finding *
wrong_ca(Scene *scene)
{
  Finding *finding = scene_find(scene, "anchor-wrong", NULL, NULL);
  finding->source = FINDING_SOURCE_TRUST;
  finding->index = 0;
  finding->file = g_strdup("root.pem");
  finding_set_message(finding, "The broker's chain leads to \"Test CA\"; root.pem has only "
                               "\"Example Root X1\".");
  finding_set_remedy(finding, "Take the CA file that holds \"Test CA\".");
  finding_add_evidence(finding, "issuer of sent certificate 0: CN=Test CA");
  finding_add_evidence(finding,
                       "the broker sent 1 certificate, and its issuer \"CN=Test CA\" is in "
                       "no file of this connection");
  finding_add_alternative(finding, "chain-leaf-only");
  return finding;
}

static void
happened(Scene *scene, TimelineLevel level, const char *code, const char *text)
{
  timeline_add(scene->connection->timeline, G_GINT64_CONSTANT(1794924202118000000), 1000, TRUE,
               level, "cert", code, text);
}

static const PaneClass *
top(Scene *scene)
{
  return ui_top(scene->ui)->pane_class;
}

static char *
screen(Scene *scene, int rows, int columns)
{
  CanvasCursor cursor;
  view_open(rows, columns, 0);
  ui_draw(scene->ui, rows, columns, &cursor);
  char *text = view_text();
  view_close();
  return text;
}

static void
assert_shows(Scene *scene, const char *what)
{
  g_autofree char *text = screen(scene, 60, 200);
  if (!strstr(text, what))
    g_error("\"%s\" is not on the screen:\n%s", what, text);
}

/* Where only one pane is in sight. */
static void
assert_hides(Scene *scene, const char *what)
{
  g_autofree char *text = screen(scene, 24, 80);
  if (strstr(text, what))
    g_error("\"%s\" is on the screen:\n%s", what, text);
}

/* What is typed goes into the field that has the focus. */
static void
assert_typing_changes(Scene *scene, const char *expected)
{
  scene_type(scene, "xyz");
  assert_shows(scene, expected);
}

/* --- Where it stands -------------------------------------------------------------------------- */

/* (transfer full): a row of the whole screen. */
static char *
screen_row(Scene *scene, int rows, int columns, int row)
{
  g_autofree char *text = screen(scene, rows, columns);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  return g_strdup(lines[row]);
}

static void
assert_row(Scene *scene, int rows, int columns, int row, const char *expected)
{
  g_autofree char *line = screen_row(scene, rows, columns, row);
  g_assert_cmpstr(line, ==, expected);
}

static guint
count_on_screen(Scene *scene, int rows, int columns, const char *what)
{
  g_autofree char *text = screen(scene, rows, columns);
  g_auto(GStrv) parts = g_strsplit(text, what, -1);
  return g_strv_length(parts) - 1;
}

/* With its remedy at the top of the certificates. */
static void
test_worst_stands_first(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  scene_keys(scene, "2");
  assert_row(scene, 24, 80, 2, " ✗ anchor-wrong: error, trust side, trusted certificate 0");
  assert_row(scene, 24, 80, 4, " → Take the CA file that holds \"Test CA\".");
  assert_row(scene, 24, 80, 5, "");
  assert_row(scene, 24, 80, 6, " · the broker was not asked: our own files come first");
}

/* Neither in other words at the bottom, nor in the tile beside it. */
static void
test_fault_is_told_once(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  scene_keys(scene, "2");
  assert_row(scene, 24, 80, 22, "");
  scene_keys(scene, "Enter");
  g_assert_true(top(scene) == &finding_view);
  assert_row(scene, 24, 80, 22, "");
  scene_keys(scene, "q 1");
  assert_row(scene, 24, 80, 22, " ✗ the broker's certificate leads to no CA of root.pem");
  scene_keys(scene, "3");
  assert_row(scene, 24, 80, 22, "");
  g_assert_cmpuint(count_on_screen(scene, 40, 120, "leads to"), ==, 1);
  assert_shows(scene, "No message came: the connection failed. Certificates says why");
  scene_keys(scene, "Enter"); /* that leads to it */
  g_assert_true(top(scene) == &finding_view);
}

/* The timeline says why; the bottom line says what to do. */
static void
test_remedy_below_timeline(void)
{
  g_autoptr(Scene) scene = failed_scene();
  const Finding *finding = wrong_ca(scene);
  scene_keys(scene, "4");
  assert_row(scene, 24, 80, 22, " ✗ the broker's certificate leads to no CA of root.pem");
  happened(scene, TIMELINE_ERROR, "anchor-wrong", finding->message);
  assert_row(scene, 24, 80, 22, " → Take the CA file that holds \"Test CA\".");
}

/* The row at which the lower right tile begins. */
static int
lower_tile(Scene *scene, int rows, int columns)
{
  g_autofree char *text = screen(scene, rows, columns);
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (int row = 0; lines[row]; row++) {
    if (strstr(lines[row], " Messages "))
      return row;
  }
  return -1;
}

/* As large as its content while something is to be mended; tries in between move nothing. */
static void
test_tile_grows(void)
{
  g_autoptr(Scene) scene = failed_scene();
  Session *session = &scene->connection->session;
  g_assert_cmpint(lower_tile(scene, 40, 120), ==, 17);
  for (int i = 0; i < 4; i++)
    wrong_ca(scene);
  g_assert_cmpint(lower_tile(scene, 40, 120), ==, 19);
  session->state = SESSION_WAITING;
  g_assert_cmpint(lower_tile(scene, 40, 120), ==, 19);
  session->state = SESSION_HANDSHAKING;
  g_ptr_array_set_size(scene->connection->info.findings, 0);
  g_assert_cmpint(lower_tile(scene, 40, 120), ==, 19);
  session->state = SESSION_ONLINE;
  g_assert_cmpint(lower_tile(scene, 40, 120), ==, 17);
  for (int i = 0; i < 20; i++)
    wrong_ca(scene);
  g_assert_cmpint(lower_tile(scene, 40, 120), ==, 25); /* two thirds */
}

/* --- One key to the field --------------------------------------------------------------------- */

static void
test_mend_from_certificates(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  assert_shows(scene, "m mend");
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "2 m");
  g_assert_true(top(scene) == &editor_form);
  assert_shows(scene, "Take the CA file that holds \"Test CA\". It holds now: 1");
  scene_golden(scene, NULL, "mend");
  assert_typing_changes(scene, "root.pemxyz");
  assert_hides(scene, "Take the CA file");
  scene_keys(scene, "Backspace Backspace Backspace");
  assert_hides(scene, "Take the CA file");
}

/* What to do instead of why: that stands below, once. */
static void
test_mend_pair(void)
{
  g_autoptr(Scene) scene = failed_scene();
  Profile *profile = scene->connection->profile;
  profile->certificate_path = g_strdup("client.pem");
  profile->key_path = g_strdup("client-soon.key");
  scene->connection->info.last_error = "The key is not the one.";
  Finding *finding = scene_find(scene, "key-mismatch", NULL, NULL);
  finding->source = FINDING_SOURCE_KEY;
  finding_set_message(finding, "The key is not the one.");
  finding_set_remedy(finding, "Use client.key: it is.");
  scene_keys(scene, "m");
  assert_shows(scene, "client-soon.key");
  assert_shows(scene, "! Use client.key: it is.");
  assert_row(scene, 24, 80, 22, " ✗ The key is not the one.");
  scene_type(scene, "x"); /* then what is wrong with what is there now */
  assert_hides(scene, "Use client.key");
}

/* That there is no such file comes before any advice, and is not said again below. */
static void
test_mend_missing_file(void)
{
  g_autoptr(Scene) scene = failed_scene();
  g_free(scene->connection->profile->ca_path);
  scene->connection->profile->ca_path = g_strdup("nowhere.pem");
  wrong_ca(scene);
  g_assert_cmpint(g_chdir("/"), ==, 0); /* a path that no folder's length wraps */
  scene_keys(scene, "m");
  assert_shows(scene, "/nowhere.pem does not exist");
  assert_row(scene, 24, 80, 22, "");
}

/* The selected one, not the worst. */
static void
test_mend_selected(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  finding_set_message(scene_find(scene, "tcp-idle-drop", NULL, NULL), "It was quiet for long.");
  scene_draw(scene, &certificates_pane, 24, 80);
  scene_keys(scene, "2 G m");
  scene_keys(scene, "C-u");
  scene_type(scene, "777");
  scene_keys(scene, "C-s");
  g_assert_cmpuint(scene->connection->profile->keep_alive, ==, 777);
}

static void
test_nothing_to_mend(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  assert_hides(scene, "m mend");
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==, "There is nothing to mend: no finding.");
  scene_find(scene, "server-revoked", NULL, NULL);
  assert_hides(scene, "m mend");
  scene_keys(scene, "2 m");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "No setting of this connection mends this: it is in the certificates that the "
                  "broker sends.");
  g_assert_false(ui_has_view(scene->ui));
}

/* A field that is hidden by another one is reached through that one. */
static void
test_hidden_fields(void)
{
  g_autoptr(Scene) scene = scene_new("lab");
  scene_find(scene, "key-mismatch", NULL, NULL);
  scene_keys(scene, "m");
  assert_typing_changes(scene, "Client certificate  xyz");
  scene_keys(scene, "Esc y");
  g_assert_false(ui_has_view(scene->ui));
  scene->connection->profile->scheme = SCHEME_MQTT;
  scene_keys(scene, "m Space");
  assert_shows(scene, "< mqtts: with TLS >");
}

static void
test_without_connection(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==, "There is no connection yet: n describes one");
}

/* --- The timeline ----------------------------------------------------------------------------- */

static void
test_timeline_opens_finding(void)
{
  g_autoptr(Scene) scene = failed_scene();
  const Finding *finding = wrong_ca(scene);
  happened(scene, TIMELINE_ERROR, "anchor-wrong", finding->message);
  scene_draw(scene, &timeline_pane, 24, 80);
  scene_keys(scene, "4 Enter");
  g_assert_true(top(scene) == &finding_view);
  scene_golden(scene, NULL, "finding");
  scene_keys(scene, "m");
  g_assert_true(top(scene) == &editor_form);
  assert_typing_changes(scene, "root.pemxyz");
}

/* What an attempt before has found is gone but for its code and its sentence. */
static void
test_timeline_of_before(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  happened(scene, TIMELINE_ERROR, "tcp-refused", "nothing listens on 192.0.2.1:8883");
  scene_draw(scene, &timeline_pane, 24, 80);
  scene_keys(scene, "4 Enter");
  assert_shows(scene, "nothing listens on 192.0.2.1:8883");
  assert_shows(scene, "tcp-refused");
  scene_keys(scene, "q m");
  g_assert_true(top(scene) == &editor_form);
  scene_type(scene, "777");
  assert_shows(scene, "Port                777");
}

static void
test_timeline_without_code(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  happened(scene, TIMELINE_INFO, NULL, "connected to 192.0.2.1:8883");
  scene_draw(scene, &timeline_pane, 24, 80);
  scene_keys(scene, "4 Enter");
  g_assert_true(top(scene) == &text_view);
  scene_keys(scene, "q m");
  assert_typing_changes(scene, "root.pemxyz"); /* of the worst one */
}

static void
test_connection_gone(void)
{
  g_autoptr(Scene) scene = failed_scene();
  const Finding *finding = wrong_ca(scene);
  FindingViewArgument argument = {scene->connection, finding, NULL};
  ui_open(scene->ui, &finding_view, &argument);
  fake_connection_add(scene->workspace, "other"); /* before: not at the place that gets free */
  workspace_delete(scene->workspace, scene->connection, NULL);
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==, "The connection is gone.");
  g_assert_true(top(scene) == &finding_view);
}

/* Another one at the address of the one that is gone is not it. */
static void
test_connection_replaced(void)
{
  g_autoptr(Scene) scene = failed_scene();
  FindingViewArgument argument = {scene->connection, wrong_ca(scene), NULL};
  ui_open(scene->ui, &finding_view, &argument);
  fake_connection_replace(scene->connection, "other");
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==, "The connection is gone.");
  g_assert_true(top(scene) == &finding_view);
}

/* --- A repaired copy -------------------------------------------------------------------------- */

static Scene *
repairable_scene(void)
{
  Scene *scene = failed_scene();
  Connection *connection = scene->connection;
  connection->profile->certificate_path = g_strdup("/pki/chain.pem");
  connection->profile->key_path = g_strdup("/pki/client.key");
  Finding *finding = scene_find(scene, "leaf-not-first", NULL, NULL);
  finding->source = FINDING_SOURCE_CLIENT;
  finding->file = g_strdup("/pki/chain.pem");
  finding_set_message(finding, "In /pki/chain.pem the certificate for your key is number 2.");
  finding_set_remedy(finding, "Put it first.");
  fake_repair_reset();
  fake_repair.code = "leaf-not-first";
  fake_repair.slot = REPAIR_CERTIFICATE_FILE;
  fake_repair.path = "/pki/chain-sorted.pem";
  return scene;
}

static void
test_repair(void)
{
  g_autoptr(Scene) scene = repairable_scene();
  assert_shows(scene, "R repair");
  scene_keys(scene, "R");
  scene_golden(scene, NULL, "repair");
  assert_shows(scene, "y write and use it");
  g_assert_null(fake_repair.written);
  scene_keys(scene, "R Enter"); /* neither is an answer */
  g_assert_null(fake_repair.written);
  g_assert_true(ui_has_view(scene->ui));
  scene_keys(scene, "y");
  g_assert_false(ui_has_view(scene->ui));
  g_assert_cmpstr(fake_repair.written, ==, "/pki/chain-sorted.pem");
  g_assert_cmpstr(scene->connection->profile->certificate_path, ==, "/pki/chain-sorted.pem");
  g_assert_cmpstr(scene->connection->profile->key_path, ==, "/pki/client.key");
  g_assert_cmpstr(scene->connection->calls, ==, "save prod-eu; connect; ");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "chain-sorted.pem is written and used as client certificate.");
}

static void
test_repair_is_declined(void)
{
  static const char *const no[] = {"n", "q", "Esc"};
  for (gsize i = 0; i < G_N_ELEMENTS(no); i++) {
    g_autoptr(Scene) scene = repairable_scene();
    scene_keys(scene, "R");
    scene_keys(scene, no[i]);
    g_assert_false(ui_has_view(scene->ui));
    g_assert_null(fake_repair.written);
    g_assert_null(scene->connection->calls);
  }
}

/* What was proposed for one connection is not written for another one at its address. */
static void
test_repair_of_gone(void)
{
  g_autoptr(Scene) scene = repairable_scene();
  scene_keys(scene, "R");
  fake_connection_replace(scene->connection, "other");
  scene_keys(scene, "y");
  g_assert_cmpstr(scene->ui->notice, ==, "The connection is gone.");
  g_assert_null(fake_repair.written);
  g_assert_null(scene->connection->calls);
  g_assert_null(scene->connection->profile->certificate_path);
}

static void
test_repair_of_ca_file(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  fake_repair_reset();
  fake_repair.code = "anchor-wrong";
  fake_repair.slot = REPAIR_CA_FILE;
  fake_repair.path = "/pki/root-2.pem";
  scene_keys(scene, "R y");
  g_assert_cmpstr(fake_repair.ca_path, ==, "root.pem");
  g_assert_cmpstr(scene->connection->profile->ca_path, ==, "/pki/root-2.pem");
  g_assert_cmpint(scene->connection->profile->trust, ==, TRUST_FILE);
}

static void
test_repair_cannot_be_written(void)
{
  g_autoptr(Scene) scene = repairable_scene();
  fake_repair.error = "/pki: permission denied";
  scene_keys(scene, "R y");
  g_assert_cmpstr(scene->ui->notice, ==, "Not repaired: /pki: permission denied");
  g_assert_cmpstr(scene->connection->profile->certificate_path, ==, "/pki/chain.pem");
  g_assert_null(scene->connection->calls);
}

static void
test_nothing_to_repair(void)
{
  g_autoptr(Scene) scene = failed_scene();
  fake_repair_reset();
  wrong_ca(scene);
  assert_hides(scene, "R repair");
  scene_keys(scene, "R");
  g_assert_cmpstr(scene->ui->notice, ==, "No repaired copy of a file would mend this.");
  g_assert_false(ui_has_view(scene->ui));
  g_ptr_array_set_size(scene->connection->info.findings, 0);
  scene_find(scene, "client-expired", NULL, NULL);
  scene_keys(scene, "R");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "No copy mends this: i renews it, where its CA's key is yours.");
}

/* The bar is drawn often, the files are read seldom: again when another attempt has begun. */
static void
test_repair_is_asked_once(void)
{
  g_autoptr(Scene) scene = repairable_scene();
  scene_keys(scene, "2");
  for (int i = 0; i < 5; i++)
    assert_shows(scene, "R repair");
  g_assert_cmpint(fake_repair.proposals, ==, 1);
  scene->connection->evidence->at_us[EVIDENCE_STARTED] = 77;
  assert_shows(scene, "R repair");
  g_assert_cmpint(fake_repair.proposals, ==, 2);
}

/* What was offered is not there any more when the key comes. */
static void
test_repair_too_late(void)
{
  g_autoptr(Scene) scene = repairable_scene();
  assert_shows(scene, "R repair");
  fake_repair.code = NULL;
  scene_keys(scene, "R");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "The files have changed: there is nothing to repair any more.");
}

/* --- Header and list -------------------------------------------------------------------------- */

static void
assert_header(Scene *scene, int columns, const char *expected)
{
  CanvasCursor cursor;
  view_open(24, columns, 0);
  ui_draw(scene->ui, 24, columns, &cursor);
  g_autofree char *line = view_row(0);
  view_close();
  g_assert_cmpstr(g_strchomp(line), ==, expected);
}

static ConnectionRow *
row_of(Scene *scene)
{
  Connection *connection = scene->connection;
  ConnectionRowInput input = {
      .profile = connection->profile,
      .session = &connection->session,
      .info = &connection->info,
      .probing = connection->probing,
      .saved = TRUE,
      .now = SCENE_NOW,
  };
  return connection_row_new(&input);
}

static void
test_short_words(void)
{
  g_autoptr(Scene) scene = failed_scene();
  assert_header(scene, 40, " prod-eu  stopped  MQTT 5");
  wrong_ca(scene);
  assert_header(scene, 40, " prod-eu  stopped · wrong CA file");
  assert_header(scene, 80,
                " prod-eu  stopped · wrong CA file  mqtts://prod-eu.example.com:8883  MQTT 5");
  g_autoptr(ConnectionRow) row = row_of(scene);
  g_assert_cmpstr(row->state, ==, "wrong CA file");
  g_assert_true(row->fault);
}

/* A warning is no reason for being offline. */
static void
test_warnings_have_no_words(void)
{
  g_autoptr(Scene) scene = failed_scene();
  scene_find(scene, "anchor-cross-signed", NULL, NULL);
  assert_header(scene, 40, " prod-eu  stopped  MQTT 5");
}

static void
test_looking_closer(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  scene->connection->probing = TRUE;
  assert_header(scene, 40, " prod-eu  looking closer  MQTT 5");
  g_autoptr(ConnectionRow) row = row_of(scene);
  g_assert_cmpstr(row->state, ==, "looking closer");
  g_assert_cmpint(row->glyph, ==, GLYPH_BUSY);
  g_assert_false(row->fault);
}

/* --- The editor's test ------------------------------------------------------------------------ */

static void
find_in_check(Scene *scene, const char *code)
{
  Finding *finding = finding_new(code);
  scene_own(scene, finding, (GDestroyNotify)finding_free);
  finding_set_message(finding, "The broker's chain leads to \"Test CA\".");
  finding_set_remedy(finding, "Take the CA file that holds \"Test CA\".");
  g_ptr_array_add(fake_check(scene->workspace)->connection->info.findings, finding);
}

static void
set_stages(Scene *scene)
{
  Evidence *evidence = fake_check(scene->workspace)->connection->evidence;
  evidence->at_us[EVIDENCE_STARTED] = 1000;
  evidence->at_us[EVIDENCE_RESOLVED] = 4000;
  evidence->at_us[EVIDENCE_CONNECTED] = 4400;
  evidence->at_us[EVIDENCE_VERIFIED] = 16000;
}

static void
test_check_fails(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_keys(scene, "e Down Down C-u");
  scene_type(scene, "lab.example.com");
  scene_keys(scene, "C-y");
  Check *check = fake_check(scene->workspace);
  g_assert_nonnull(check);
  g_assert_cmpstr(check->connection->profile->host, ==, "lab.example.com");
  g_assert_cmpstr(scene->connection->profile->host, ==, "prod-eu.example.com");
  check->connection->session.state = SESSION_HANDSHAKING;
  set_stages(scene);
  scene_golden(scene, NULL, "check-running");
  check->connection->probing = TRUE;
  assert_shows(scene, "looking closer");
  find_in_check(scene, "anchor-wrong");
  find_in_check(scene, "client-refused");
  scene->ui->dirty = FALSE;
  fake_check_end(scene->workspace, CHECK_FAILED);
  g_assert_true(scene->ui->dirty);
  check->connection->probing = FALSE;
  scene_golden(scene, NULL, "check-failed");
}

/* Back in the form, at the field, with nothing lost and nothing saved. */
static void
test_check_mends(void)
{
  g_autoptr(Scene) scene = failed_scene();
  scene_keys(scene, "e");
  scene_type(scene, "-2");
  scene_keys(scene, "F5");
  find_in_check(scene, "anchor-wrong");
  fake_check_end(scene->workspace, CHECK_FAILED);
  assert_shows(scene, "It fails: wrong CA file.");
  scene_keys(scene, "m");
  g_assert_true(top(scene) == &editor_form);
  g_assert_null(fake_check(scene->workspace));
  assert_shows(scene, "prod-eu-2");
  assert_shows(scene, "Take the CA file that holds \"Test CA\".");
  assert_typing_changes(scene, "root.pemxyz");
  g_assert_null(scene->connection->calls);
}

static void
test_check_says_whose_fault(void)
{
  g_autoptr(Scene) scene = failed_scene();
  scene_keys(scene, "e C-y");
  scene_draw(scene, NULL, 24, 80);
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==, "The test is running.");
  find_in_check(scene, "client-refused");
  fake_check_end(scene->workspace, CHECK_FAILED);
  scene_draw(scene, NULL, 24, 80);
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "No setting of this connection mends this: it is on the broker's side.");
  scene_keys(scene, "Enter");
  g_assert_true(top(scene) == &finding_view);
  scene_keys(scene, "m");
  g_assert_cmpstr(scene->ui->notice, ==, "Go back to the test: there m goes to the field.");
}

/* The first connection of all: there is none yet that a key could be about. */
static void
test_check_without_connection(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "n");
  scene_type(scene, "first");
  scene_keys(scene, "Down Down");
  scene_type(scene, "mqtt.example.com");
  scene_keys(scene, "C-y");
  find_in_check(scene, "name-mismatch");
  fake_check_end(scene->workspace, CHECK_FAILED);
  assert_shows(scene, "m mend");
  scene_keys(scene, "Enter m");
  g_assert_cmpstr(scene->ui->notice, ==, "Go back to the test: there m goes to the field.");
  scene_keys(scene, "q m");
  g_assert_true(top(scene) == &editor_form);
}

/* Nothing is offered that needs a connection. */
static void
test_hints_without_connection(void)
{
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "2");
  assert_row(scene, 24, 80, 23, " ? help  Tab pane  n new  i identity  L certbot  b broker's files  q quit");
  scene_keys(scene, "3");
  assert_row(scene, 24, 80, 23, " ? help  Tab pane  n new  q quit");
}

/* What the connection said before is no news beside what the test says. */
static void
test_check_stands_alone(void)
{
  g_autoptr(Scene) scene = failed_scene();
  wrong_ca(scene);
  scene_keys(scene, "e C-y");
  fake_check_end(scene->workspace, CHECK_ONLINE);
  assert_hides(scene, "the broker's certificate leads to no CA");
}

/* What went well does not hide why it fails now; what was refused stays. */
static void
test_fault_after_notice(void)
{
  g_autoptr(Scene) scene = failed_scene();
  Connection *connection = scene->connection;
  connection->info.last_error = NULL;
  connection->session.state = SESSION_CONNECTING;
  fake_connection_changed(scene->workspace, connection, CONNECTION_CHANGED_STATE);
  ui_notice(scene->ui, ROLE_NORMAL, "prod-eu is saved.");
  fake_connection_changed(scene->workspace, connection, CONNECTION_CHANGED_STATE);
  assert_shows(scene, "prod-eu is saved.");
  connection->session.state = SESSION_IDLE;
  connection->info.last_error = "Nothing listens there.";
  ui_connection_changed(scene->ui, connection, CONNECTION_CHANGED_STATE);
  assert_hides(scene, "prod-eu is saved.");
  assert_shows(scene, "Nothing listens there.");
  ui_notice(scene->ui, ROLE_NORMAL, "It is not connected.");
  ui_connection_changed(scene->ui, connection, CONNECTION_CHANGED_STATE);
  assert_shows(scene, "It is not connected.");
  connection->info.last_error = NULL;
  ui_connection_changed(scene->ui, connection, CONNECTION_CHANGED_STATE);
  ui_notice(scene->ui, ROLE_ERROR, "Not saved: the disk is full.");
  connection->info.last_error = "Nothing listens there.";
  ui_connection_changed(scene->ui, connection, CONNECTION_CHANGED_STATE);
  assert_shows(scene, "Not saved: the disk is full.");
}

/* While it runs every key works, and leaving it is at once. */
static void
test_check_is_left(void)
{
  g_autoptr(Scene) scene = failed_scene();
  scene_keys(scene, "e C-y");
  g_assert_nonnull(fake_check(scene->workspace));
  scene_keys(scene, "Esc");
  g_assert_null(fake_check(scene->workspace));
  g_assert_true(top(scene) == &editor_form);
  scene_keys(scene, "C-y q C-y");
  g_assert_nonnull(fake_check(scene->workspace));
}

static void
test_check_works(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_keys(scene, "e C-y");
  Check *check = fake_check(scene->workspace);
  check->session.tls = check->session.tls_verified = check->session.two_way = TRUE;
  check->connection->info.tls_version = "TLS 1.3";
  set_stages(scene);
  check->connection->evidence->at_us[EVIDENCE_ESTABLISHED] = 16400;
  check->connection->evidence->at_us[EVIDENCE_FIRST_BYTE] = 21400;
  check->connection->evidence->at_us[EVIDENCE_CONNACK] = 21400;
  fake_check_end(scene->workspace, CHECK_ONLINE);
  assert_shows(scene, "dns 3.0 ms · tcp 0.4 ms · tls 12 ms · mqtt 5.0 ms");
  assert_shows(scene, "✓ It works: TLS 1.3 two-way, and the broker has accepted us.");
  assert_shows(scene, "Nothing was found that is wrong.");
  check->session.two_way = FALSE;
  assert_shows(scene, "It works: TLS 1.3 one-way");
  check->session.tls = FALSE;
  assert_shows(scene, "It works, without TLS");
  check->outcome = CHECK_TIMED_OUT;
  assert_shows(scene, "neither accepts nor refuses us in time");
}

/* What cannot be right is told before anything is dialled. */
static void
test_check_needs_good_fields(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_keys(scene, "e Down Down C-u C-y");
  g_assert_null(fake_check(scene->workspace));
  g_assert_true(g_str_has_prefix(scene->ui->notice, "Not tested: there is no host"));
  g_assert_true(top(scene) == &editor_form);
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/findings/first", test_worst_stands_first);
  g_test_add_func("/findings/once", test_fault_is_told_once);
  g_test_add_func("/findings/below-timeline", test_remedy_below_timeline);
  g_test_add_func("/findings/tile", test_tile_grows);
  g_test_add_func("/findings/mend-pair", test_mend_pair);
  g_test_add_func("/findings/mend/certificates", test_mend_from_certificates);
  g_test_add_func("/findings/mend/selected", test_mend_selected);
  g_test_add_func("/findings/mend/missing", test_mend_missing_file);
  g_test_add_func("/findings/mend/nothing", test_nothing_to_mend);
  g_test_add_func("/findings/mend/hidden", test_hidden_fields);
  g_test_add_func("/findings/mend/no-connection", test_without_connection);
  g_test_add_func("/findings/timeline/opens", test_timeline_opens_finding);
  g_test_add_func("/findings/timeline/before", test_timeline_of_before);
  g_test_add_func("/findings/timeline/no-code", test_timeline_without_code);
  g_test_add_func("/findings/gone", test_connection_gone);
  g_test_add_func("/findings/replaced", test_connection_replaced);
  g_test_add_func("/findings/repair/yes", test_repair);
  g_test_add_func("/findings/repair/no", test_repair_is_declined);
  g_test_add_func("/findings/repair/gone", test_repair_of_gone);
  g_test_add_func("/findings/repair/ca", test_repair_of_ca_file);
  g_test_add_func("/findings/repair/fails", test_repair_cannot_be_written);
  g_test_add_func("/findings/repair/nothing", test_nothing_to_repair);
  g_test_add_func("/findings/repair/once", test_repair_is_asked_once);
  g_test_add_func("/findings/repair/late", test_repair_too_late);
  g_test_add_func("/findings/words/short", test_short_words);
  g_test_add_func("/findings/words/warnings", test_warnings_have_no_words);
  g_test_add_func("/findings/words/probing", test_looking_closer);
  g_test_add_func("/findings/check/fails", test_check_fails);
  g_test_add_func("/findings/check/mends", test_check_mends);
  g_test_add_func("/findings/check/whose", test_check_says_whose_fault);
  g_test_add_func("/findings/check/left", test_check_is_left);
  g_test_add_func("/findings/check-without-connection", test_check_without_connection);
  g_test_add_func("/findings/hints-without-connection", test_hints_without_connection);
  g_test_add_func("/findings/check-stands-alone", test_check_stands_alone);
  g_test_add_func("/findings/fault-after-notice", test_fault_after_notice);
  g_test_add_func("/findings/check/works", test_check_works);
  g_test_add_func("/findings/check/fields", test_check_needs_good_fields);
  return g_test_run();
}
