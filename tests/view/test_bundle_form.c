/* The form for a broker's files, as a user types into it; what it writes are real files. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/bundle_owner.h"
#include "ui/background_job.h"
#include "ui/bundle_view.h"
#include "unit/bundle_stage.h"
#include "view/form_scene.h"
#include "view/pane_scene.h"

#define PICTURE(scene, name) scene_golden(scene, NULL, name)

/* --- Whoever runs the test -------------------------------------------------------------------- */

/* Instead of core/bundle_owner.c: the screens are the same for root and for everybody. */
static gboolean is_root;

gboolean
bundle_owner_is_allowed(void)
{
  return is_root;
}

gboolean
bundle_owner_find(const char *name, int *user, int *group)
{
  *user = (int)getuid();
  *group = (int)getgid();
  return strcmp(name, "mosquitto") == 0;
}

/* --- A folder with all that a broker needs ---------------------------------------------------- */

static BundleStage stage;

static void
enter(PkiKeyType key_type)
{
  bundle_stage_init(&stage, SCENE_NOW, key_type);
  g_assert_cmpint(g_chdir(stage.folder), ==, 0);
}

static void
leave(void)
{
  g_assert_cmpint(g_chdir("/"), ==, 0);
  bundle_stage_clear(&stage);
  is_root = FALSE;
}

static void
add_lineage(const char *name, const PkiPair *server)
{
  bundle_stage_archive(&stage, name, 1, server);
  bundle_stage_live(&stage, name, 1);
}

static gboolean
is_there(const char *name)
{
  return g_file_test(name, G_FILE_TEST_EXISTS);
}

static int
mode_of(const char *name)
{
  struct stat st;
  g_assert_cmpint(stat(name, &st), ==, 0);
  return st.st_mode & 07777;
}

/* --- The screen ------------------------------------------------------------------------------- */

static void
assert_field(Scene *scene, const char *label, const char *value)
{
  scene_go_to(scene, label);
  g_autofree char *row = scene_focused_row(scene);
  const char *text = row + strlen(label);
  while (*text == ' ')
    text++;
  g_autofree char *beside = g_strconcat(value, "  ", NULL); /* a message follows */
  if (strcmp(text, value) != 0 && !g_str_has_prefix(text, beside))
    g_error("%s is not \"%s\" but \"%s\"", label, value, text);
}

static void
choose(Scene *scene, const char *label, const char *choice)
{
  scene_go_to(scene, label);
  for (int i = 0; i < 7; i++) {
    g_autofree char *row = scene_focused_row(scene);
    if (strstr(row, choice))
      return;
    scene_keys(scene, "Right");
  }
  g_error("\"%s\" is no choice", choice);
}

/* The form for this broker, with a connection to the stage's server. */
static Scene *
form_for(const char *broker, gboolean with_connection)
{
  Scene *scene = scene_new(with_connection ? "prod-eu" : NULL);
  if (with_connection) {
    g_free(scene->connection->profile->host);
    scene->connection->profile->host = g_strdup("mqtt.test");
    scene->connection->profile->certificate_path = g_strdup("client.pem");
  }
  if (g_file_test("le", G_FILE_TEST_IS_DIR))
    scene->ui->certbot_folder = g_strdup("le");
  else
    scene->ui->certbot_folder = g_strdup("no-certbot");
  scene_keys(scene, "b");
  choose(scene, "Broker", broker);
  return scene;
}

/* The same with the stage's own files. */
static Scene *
filled_form(const char *broker)
{
  Scene *scene = form_for(broker, TRUE);
  choose(scene, "From", "files");
  scene_fill(scene, "Certificate", "cert.pem");
  scene_fill(scene, "Chain", "chain.pem");
  scene_fill(scene, "Key  ", "server.key");
  scene_fill(scene, "Client CA", "ca.pem");
  return scene;
}

static void
wait_for_view(Scene *scene, const PaneClass *pane_class)
{
  while (ui_top(scene->ui)->pane_class != pane_class)
    g_main_context_iteration(NULL, TRUE);
}

static void
write_files(Scene *scene)
{
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->notice, ==, NULL);
  wait_for_view(scene, &bundle_view);
}

/* --- What is filled in ------------------------------------------------------------------------ */

static void
test_pictures(void)
{
  enter(PKI_KEY_RSA_2048);
  add_lineage("mqtt.test", stage.server);
  g_autoptr(Scene) scene = form_for("EMQX Cloud", TRUE);
  scene_fill(scene, "Client CA", "ca.pem");
  scene_go_to(scene, "A client");
  PICTURE(scene, "bundle-form-emqx-cloud");
  choose(scene, "Broker", "HiveMQ");
  choose(scene, "From", "files");
  PICTURE(scene, "bundle-form-hivemq");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->notice, ==, "Not written: the certificate's file is needed");
  PICTURE(scene, "bundle-form-refused");
  leave();
}

static void
test_one_lineage(void)
{
  enter(PKI_KEY_ECDSA_P256);
  add_lineage("shop", stage.server);
  g_autoptr(Scene) scene = form_for("mosquitto", FALSE);
  scene_assert_shows(scene, "< certbot >");
  assert_field(scene, "Lineage", "shop");
  scene_assert_shows(scene, "mqtt.test ← Server CA, 80 days left");
  assert_field(scene, "Host name", "mqtt.test");
  assert_field(scene, "Port", "8883");
  assert_field(scene, "Folder", "mosquitto");
  scene_assert_hides(scene, "A client");
  leave();
}

/* Of several the one that is for the connection's host; its files, too. */
static void
test_lineage_of_connection(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "other.test", stage.intermediate);
  add_lineage("a-other", other);
  add_lineage("shop", stage.server);
  g_autoptr(Scene) scene = form_for("mosquitto", TRUE);
  assert_field(scene, "Lineage", "shop");
  assert_field(scene, "Host name", "mqtt.test");
  scene_fill(scene, "Lineage", "a-other");
  assert_field(scene, "Host name", "other.test");
  scene->connection->profile->port = 18883;
  scene->connection->profile->broker_ca_path = g_strdup("ca.pem");
  scene_keys(scene, "Esc y b");
  assert_field(scene, "Client CA", "ca.pem");
  assert_field(scene, "A client", "client.pem");
  assert_field(scene, "Port", "18883");
  leave();
}

/* An address is in no certificate: what the broker showed tells which lineage is its own. */
static void
test_lineage_of_address(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "other.test", stage.intermediate);
  g_autoptr(PkiPair) before =
      bundle_stage_issue(&stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "other.test", stage.intermediate);
  add_lineage("a-other", other);
  add_lineage("shop", stage.server);
  g_autoptr(Scene) scene = scene_new("prod-eu");
  Connection *connection = scene->connection;
  g_free(connection->profile->host);
  connection->profile->host = g_strdup("192.0.2.7");
  scene->ui->certbot_folder = g_strdup("le");
  scene_keys(scene, "b");
  scene_assert_shows(scene, "certbot has: a-other  shop");
  g_autoptr(GPtrArray) chain = certificate_list_new();
  g_ptr_array_add(chain, certificate_ref(pki_pair_certificate(stage.server)));
  connection->info.peer_chain = chain;
  scene_keys(scene, "Esc b");
  assert_field(scene, "Lineage", "shop");
  assert_field(scene, "Host name", "mqtt.test");
  /* The one that was renewed. */
  g_ptr_array_set_size(chain, 0);
  g_ptr_array_add(chain, certificate_ref(pki_pair_certificate(before)));
  scene_keys(scene, "Esc b");
  assert_field(scene, "Lineage", "a-other");
  /* One that is none of certbot's. */
  g_ptr_array_set_size(chain, 0);
  g_ptr_array_add(chain, certificate_ref(pki_pair_certificate(stage.client)));
  scene_keys(scene, "Esc b");
  scene_assert_shows(scene, "certbot has: a-other  shop");
  connection->info.peer_chain = NULL;
  leave();
}

static void
test_several_lineages(void)
{
  enter(PKI_KEY_ECDSA_P256);
  add_lineage("mqtt.test", stage.server);
  add_lineage("mqtt.test-0001", stage.server);
  add_lineage("shop", stage.server);
  g_autoptr(Scene) scene = form_for("mosquitto", FALSE);
  scene_assert_shows(scene, "certbot has: mqtt.test  mqtt.test-0001  shop");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "Not written: certbot's name for the certificate is needed");
  scene_fill(scene, "Lineage", "m");
  scene_keys(scene, "Tab");
  assert_field(scene, "Lineage", "mqtt.test");
  scene_assert_shows(scene, "2 fit: mqtt.test  mqtt.test-0001");
  scene_keys(scene, "Tab"); /* it is one of them, and so the next field is meant */
  g_autofree char *next = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(next, "Host name"));
  scene_fill(scene, "Lineage", "none");
  scene_assert_shows(scene, "certbot has no certificate of this name");
  scene_fill(scene, "Lineage", "le/live/shop");
  scene_assert_hides(scene, "✗");
  leave();
}

/* As the view of certbot's lineages opens it; a choice in between leaves it. */
static void
test_opened_for_lineage(void)
{
  enter(PKI_KEY_ECDSA_P256);
  add_lineage("mqtt.test", stage.server);
  add_lineage("shop", stage.server);
  g_autoptr(Scene) scene = scene_new(NULL);
  scene->ui->certbot_folder = g_strdup("le");
  ui_open(scene->ui, &bundle_form, &(BundleFormArgument){"le/live/shop"});
  assert_field(scene, "Lineage", "le/live/shop");
  assert_field(scene, "Host name", "mqtt.test");
  choose(scene, "Broker", "RabbitMQ");
  assert_field(scene, "Lineage", "le/live/shop");
  scene_keys(scene, "C-s");
  wait_for_view(scene, &bundle_view);
  scene_assert_shows(scene, "mqtt.test: 3 files written to the folder rabbitmq");
  g_assert_true(is_there("rabbitmq/rabbitmq.conf"));
  leave();
}

static void
test_without_certbot(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = form_for("mosquitto", TRUE);
  scene_assert_shows(scene, "< files >");
  assert_field(scene, "Host name", "mqtt.test");
  choose(scene, "From", "certbot");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "Not written: The folder no-certbot/live does not exist; correct the path.");
  leave();
}

/* --- What is checked as it is typed ----------------------------------------------------------- */

static void
test_visible(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = form_for("EMQX Cloud", TRUE);
  scene_assert_hides(scene, "Port");
  scene_assert_hides(scene, "At the broker");
  scene_assert_hides(scene, "Store password");
  choose(scene, "Broker", "HiveMQ");
  scene_assert_shows(scene, "Port");
  scene_assert_shows(scene, "Store password");
  scene_assert_hides(scene, "Owner");
  is_root = TRUE;
  choose(scene, "Broker", "mosquitto");
  scene_assert_shows(scene, "Owner");
  scene_assert_hides(scene, "Store password");
  scene_assert_hides(scene, "Lineage");
  choose(scene, "From", "certbot");
  scene_assert_shows(scene, "Lineage");
  scene_assert_hides(scene, "Key password");
  leave();
}

static void
test_checked_as_typed(void)
{
  enter(PKI_KEY_ECDSA_P256);
  is_root = TRUE;
  g_autoptr(Scene) scene = filled_form("HiveMQ");
  scene_assert_hides(scene, "✗");
  scene_assert_shows(scene, "it belongs to the certificate");
  scene_fill(scene, "Host name", "mqtts://mqtt.test");
  scene_assert_shows(scene, "a name alone, such as mqtt.example.com");
  scene_fill(scene, "Host name", "");
  scene_fill(scene, "Folder", "no/such/place");
  scene_assert_shows(scene, "neither this folder nor the one above it is there");
  scene_fill(scene, "Folder", "cert.pem");
  scene_assert_shows(scene, "this is a file, not a folder");
  scene_fill(scene, "Folder", "a#b");
  scene_assert_shows(scene, "which configuration files do not hold");
  scene_fill(scene, "At the broker", "conf");
  scene_assert_shows(scene, "a path that begins with /");
  scene_fill(scene, "At the broker", "/opt/hivemq/$conf");
  scene_assert_shows(scene, "'#' or '$', which configuration files do not hold");
  scene_fill(scene, "At the broker", "/opt/hivemq/conf");
  scene_fill(scene, "Port", "0");
  scene_assert_shows(scene, "1 to 65535");
  scene_fill(scene, "Port", "65536");
  scene_assert_shows(scene, "1 to 65535");
  scene_fill(scene, "Port", "8883");
  scene_fill(scene, "Address", "localhost");
  scene_assert_shows(scene, "an address, such as 192.0.2.1");
  scene_fill(scene, "Address", "[2001:db8::1]");
  choose(scene, "Users", "password file");
  scene_assert_shows(scene, "HiveMQ has no password file");
  choose(scene, "Broker", "mosquitto");
  scene_fill(scene, "Password file", "passwd");
  scene_assert_shows(scene, "its path at the broker, which begins with /");
  scene_fill(scene, "Password file", "/etc/mosquitto/passwd");
  choose(scene, "Users", "named by their certificates");
  scene_fill(scene, "Client CA", "");
  scene_assert_shows(scene, "without a client CA no client shows a certificate");
  scene_fill(scene, "Client CA", "ca.pem");
  choose(scene, "Users", "its own configuration says");
  choose(scene, "Broker", "HiveMQ");
  scene_fill(scene, "Owner", "nobody-of-that-name");
  scene_assert_shows(scene, "no user of this machine");
  scene_fill(scene, "Owner", "mosquitto");
  scene_fill(scene, "Store password", "Schlüssel");
  scene_assert_shows(scene, "letters, digits and signs of ASCII");
  scene_fill(scene, "Store password", "${PATH}");
  scene_assert_shows(scene, "no \"${\", which HiveMQ takes for a variable");
  scene_fill(scene, "Store password", "sesame");
  scene_assert_hides(scene, "sesame");
  scene_assert_hides(scene, "✗");
  leave();
}

static void
test_files_are_read(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "other.test", stage.intermediate);
  g_free(bundle_stage_write_key(&stage, "other.key", other, NULL));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Key  ", "other.key");
  scene_keys(scene, "Down");
  scene_assert_shows(scene, "is not the one of");
  scene_fill(scene, "Client CA", "server.key");
  scene_keys(scene, "Down");
  scene_assert_shows(scene, "server.key");
  scene_fill(scene, "A client", ".");
  scene_keys(scene, "Down");
  scene_assert_shows(scene, "this is a folder, not a file");
  leave();
}

static void
test_dirty(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = form_for("mosquitto", TRUE);
  scene_keys(scene, "Esc");
  g_assert_false(ui_has_view(scene->ui));
  scene_keys(scene, "b");
  scene_assert_shows(scene, "< mosquitto >");
  scene_fill(scene, "Port", "1883");
  scene_keys(scene, "Esc");
  g_assert_cmpstr(scene->ui->question.text, ==, "Throw away what you have changed?");
  scene_keys(scene, "y");
  g_assert_false(ui_has_view(scene->ui));
  leave();
}

/* --- What is written -------------------------------------------------------------------------- */

static void
test_emqx_cloud(void)
{
  enter(PKI_KEY_RSA_2048);
  g_autoptr(Scene) scene = filled_form("EMQX Cloud");
  write_files(scene);
  PICTURE(scene, "bundle-emqx-cloud");
  g_assert_cmpint(mode_of("emqx-cloud/body.pem"), ==, 0644);
  g_assert_cmpint(mode_of("emqx-cloud/key.pem"), ==, 0600);
  scene_go_to(scene, "✓ Certificate body        → body.pem       mode 0644");
  scene_keys(scene, "Enter");
  scene_assert_shows(scene, "-----BEGIN CERTIFICATE-----");
  scene_keys(scene, "Esc");
  scene_go_to(scene, "✓ Certificate private key → key.pem        mode 0600");
  scene_keys(scene, "Enter");
  scene_assert_shows(scene, "emqx-cloud/key.pem: the private key, without a password.");
  scene_assert_hides(scene, "-----BEGIN");
  scene_keys(scene, "Esc Home Down Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &certificate_view);
  scene_keys(scene, "Esc b");
  g_assert_true(ui_top(scene->ui)->pane_class == &bundle_form);
  scene_assert_shows(scene, "< EMQX Cloud >");
  leave();
}

/* Which CA file the clients need, and a connection that has it. */
static void
test_clients(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autofree char *middle = certificate_to_pem(pki_pair_certificate(stage.intermediate));
  g_autofree char *top = certificate_to_pem(pki_pair_certificate(stage.root));
  g_autofree char *both = g_strconcat(middle, top, NULL);
  g_free(bundle_stage_write(&stage, "both.pem", both, 0644));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene->connection->profile->key_path = g_strdup("client.key");
  scene_fill(scene, "Port", "18883");
  write_files(scene);
  scene_assert_shows(scene,
                     "Give clients the root certificate as their CA file: the chain stops below");
  scene_keys(scene, "n");
  scene_assert_shows(scene, "client.key"); /* the connection's */
  g_clear_pointer(&scene->connection->profile->key_path, g_free);
  g_free(bundle_stage_write_key(&stage, "device.key", stage.client, NULL));
  scene_keys(scene, "Esc b");
  choose(scene, "From", "files");
  scene_fill(scene, "Certificate", "cert.pem");
  scene_fill(scene, "Chain", "both.pem");
  scene_fill(scene, "Key  ", "server.key");
  scene_fill(scene, "Client CA", "ca.pem");
  scene_fill(scene, "Port", "18883");
  scene_fill(scene, "Folder", "second");
  write_files(scene);
  scene_assert_shows(scene, "Give clients both.pem as their CA file");
  scene_assert_shows(scene, "n describes a connection to this broker.");
  scene_keys(scene, "n");
  g_assert_true(ui_top(scene->ui)->pane_class == &editor_form);
  assert_field(scene, "Host", "mqtt.test");
  assert_field(scene, "Port", "18883");
  g_autofree char *ca = g_canonicalize_filename("both.pem", NULL);
  g_autofree char *client = g_canonicalize_filename("client.pem", NULL);
  scene_assert_shows(scene, ca);
  scene_assert_shows(scene, client);
  scene_assert_shows(scene, "device.key");
  scene_assert_shows(scene, "it belongs to the certificate");
  scene_keys(scene, "Esc");
  leave();
}

/* The stores hold the key: they are told of, not shown. */
static void
test_hivemq(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = filled_form("HiveMQ");
  scene_fill(scene, "Store password", "open-sesame");
  scene_fill(scene, "At the broker", "/opt/hivemq/conf");
  write_files(scene);
  PICTURE(scene, "bundle-hivemq");
  static const char *const hidden[] = {"✓ keystore.p12", "✓ config.xml"};
  for (gsize i = 0; i < G_N_ELEMENTS(hidden); i++) {
    scene_go_to(scene, hidden[i]);
    scene_keys(scene, "Enter");
    scene_assert_shows(scene, "mode 0600. It is not shown here");
    scene_assert_hides(scene, "open-sesame");
    scene_keys(scene, "Esc Home");
  }
  scene_go_to(scene, "✓ truststore.p12");
  scene_keys(scene, "Enter");
  scene_assert_shows(scene, "It is no text: only programs can read it.");
  leave();
}

static void
test_one_way(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Client CA", "");
  write_files(scene);
  scene_assert_shows(scene, "every client: without a client CA it is one-way TLS");
  g_assert_false(is_there("mosquitto/client-ca.pem"));
  leave();
}

/* What a broker had before is asked about; and what does not belong to it any more is told. */
static void
test_existing(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_assert_cmpint(g_mkdir("mosquitto", 0700), ==, 0);
  g_free(bundle_stage_write(&stage, "mosquitto/key.pem", "old", 0600));
  g_free(bundle_stage_write(&stage, "mosquitto/body.pem", "old", 0600));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_keys(scene, "C-s");
  while (!scene->ui->question.text)
    g_main_context_iteration(NULL, TRUE);
  g_assert_cmpstr(scene->ui->question.text, ==, "Overwrite key.pem?");
  scene_keys(scene, "n");
  g_assert_true(ui_top(scene->ui)->pane_class == &bundle_form);
  g_autofree char *kept = bundle_stage_read(&stage, "mosquitto/key.pem");
  g_assert_cmpstr(kept, ==, "old");
  g_assert_false(is_there("mosquitto/cert.pem"));
  scene_keys(scene, "C-s");
  while (!scene->ui->question.text)
    g_main_context_iteration(NULL, TRUE);
  scene_keys(scene, "y");
  g_assert_true(ui_top(scene->ui)->pane_class == &bundle_view);
  g_autofree char *written = bundle_stage_read(&stage, "mosquitto/key.pem");
  g_assert_true(g_str_has_prefix(written, "-----BEGIN PRIVATE KEY-----"));
  scene_assert_shows(scene, "body.pem of before stands there still");
  leave();
}

/* The question is still there when the program ends. */
static void
test_left_with_question(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_assert_cmpint(g_mkdir("mosquitto", 0700), ==, 0);
  g_free(bundle_stage_write(&stage, "mosquitto/key.pem", "old", 0600));
  Scene *scene = filled_form("mosquitto");
  scene_keys(scene, "C-s");
  while (!scene->ui->question.text)
    g_main_context_iteration(NULL, TRUE);
  scene_free(scene);
  g_assert_false(is_there("mosquitto/cert.pem"));
  leave();
}

static void
test_left_while_making(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_keys(scene, "C-s");
  scene_assert_shows(scene, "Checking what mosquitto is to get...");
  scene_keys(scene, "Esc");
  g_assert_false(ui_has_view(scene->ui));
  background_jobs_wait();
  g_assert_false(is_there("mosquitto"));
  leave();
}

/* --- What is refused -------------------------------------------------------------------------- */

/* Nothing is written, the finding is first, and Esc leads back to the field with all that was
 * typed. */
static void
assert_refused(Scene *scene, const char *finding, const char *label)
{
  write_files(scene);
  scene_assert_shows(scene,
                     "✗ Nothing was written: 1 error to mend first. Esc goes back to the form.");
  scene_assert_shows(scene, finding);
  g_assert_false(is_there("mosquitto"));
  scene_keys(scene, "Down Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &finding_alone_view);
  scene_keys(scene, "Esc Esc");
  g_assert_true(ui_top(scene->ui)->pane_class == &bundle_form);
  g_autofree char *row = scene_focused_row(scene);
  if (!g_str_has_prefix(row, label))
    g_error("the cursor is not at \"%s\" but at \"%s\"", label, row);
  scene_assert_shows(scene, "cert.pem");
}

static void
test_wrong_chain(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage, PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Other CA", stage.root);
  g_free(bundle_stage_write_certificate(&stage, "other.pem", other));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Chain", "other.pem");
  assert_refused(scene, "✗ chain-gap: error", "Chain");
  leave();
}

/* It is said which field is to be filled in, not which option of a command. */
static void
test_key_missing(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Key  ", "");
  write_files(scene);
  scene_assert_shows(scene, "→ Give the key's file in the field Key.");
  scene_assert_hides(scene, "--");
  leave();
}

/* No file is missed where a token is named; that its key cannot be written is found. */
static void
test_key_on_token(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Key  ", "pkcs11:token=none;object=server");
  scene_go_to(scene, "Broker");
  scene_assert_hides(scene, "does not exist");
  assert_refused(scene, "✗ file-wrong-kind: error", "Key");
  leave();
}

/* The finding has the whole path, the field the one that was typed. */
static void
test_wrong_chain_at_home(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage, PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Other CA", stage.root);
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(other));
  g_autofree char *path = g_build_filename(g_get_home_dir(), "other.pem", NULL);
  g_assert_true(g_file_set_contents(path, pem, -1, NULL));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Chain", "~/other.pem");
  scene_go_to(scene, "Broker");
  assert_refused(scene, "✗ chain-gap: error", "Chain");
  g_assert_cmpint(g_unlink(path), ==, 0);
  leave();
}

static void
test_wrong_client_ca(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage, PKI_ROOT, PKI_KEY_ECDSA_P256, "Other Client CA", NULL);
  g_free(bundle_stage_write_certificate(&stage, "other-ca.pem", other));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_go_to(scene, "A client");
  scene_assert_shows(scene, "✓ 1 certificate: Client CA (self-signed)");
  scene_keys(scene, "Up");
  scene_fill(scene, "Client CA", "other-ca.pem");
  scene_go_to(scene, "A client");
  scene_assert_shows(scene, "✗ 1 certificate: Other Client CA (self-signed)");
  scene_assert_shows(scene, "with it the broker refuses \"");
  scene_keys(scene, "C-s");
  wait_for_view(scene, &bundle_view);
  PICTURE(scene, "bundle-wrong-client-ca");
  scene_keys(scene, "Esc");
  assert_refused(scene, "✗ client-ca-unknown: error", "Client CA");
  leave();
}

static void
test_wrong_password(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_free(bundle_stage_write_key(&stage, "locked.key", stage.server, "sesame"));
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Key  ", "locked.key");
  scene_fill(scene, "Key password", "sesamo");
  assert_refused(scene, "✗ key-password-wrong: error", "Key password");
  scene_fill(scene, "Key password", "sesame");
  write_files(scene);
  g_autofree char *key = bundle_stage_read(&stage, "mosquitto/key.pem");
  g_assert_true(g_str_has_prefix(key, "-----BEGIN PRIVATE KEY-----"));
  leave();
}

static void
test_wrong_host(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Host name", "other.test");
  assert_refused(scene, "✗ name-mismatch: error", "Host name");
  leave();
}

static void
assert_not_written(Scene *scene, const char *reason)
{
  scene_keys(scene, "C-s");
  while (!scene->ui->notice)
    g_main_context_iteration(NULL, TRUE);
  g_assert_true(ui_top(scene->ui)->pane_class == &bundle_form);
  g_assert_true(g_str_has_prefix(scene->ui->notice, "Not written: "));
  if (!strstr(scene->ui->notice, reason))
    g_error("\"%s\" does not say \"%s\"", scene->ui->notice, reason);
  g_autofree char *row = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(row, "Folder"));
  scene_assert_shows(scene, reason);
}

static void
test_folder_not_writable(void)
{
  if (geteuid() == 0) {
    g_test_skip("root may write everywhere");
    return;
  }
  enter(PKI_KEY_ECDSA_P256);
  g_assert_cmpint(g_mkdir("locked", 0500), ==, 0);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_fill(scene, "Folder", "locked");
  assert_not_written(scene, "Permission denied; nothing was written");
  leave();
}

/* A folder in the place of a file stops root, too. */
static void
test_place_taken(void)
{
  enter(PKI_KEY_ECDSA_P256);
  g_assert_cmpint(g_mkdir_with_parents("mosquitto/key.pem", 0700), ==, 0);
  g_autoptr(Scene) scene = filled_form("mosquitto");
  scene_keys(scene, "C-s");
  while (!scene->ui->question.text)
    g_main_context_iteration(NULL, TRUE);
  scene_keys(scene, "y");
  g_assert_cmpstr(
      scene->ui->notice, ==,
      "Not written: mosquitto/key.pem cannot be written: Is a directory; nothing was written: a "
      "folder has that name; remove it, or choose another folder");
  g_assert_false(is_there("mosquitto/cert.pem"));
  leave();
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/bundle-form/pictures", test_pictures);
  g_test_add_func("/bundle-form/one-lineage", test_one_lineage);
  g_test_add_func("/bundle-form/lineage-of-connection", test_lineage_of_connection);
  g_test_add_func("/bundle-form/lineage-of-address", test_lineage_of_address);
  g_test_add_func("/bundle-form/several-lineages", test_several_lineages);
  g_test_add_func("/bundle-form/opened-for-lineage", test_opened_for_lineage);
  g_test_add_func("/bundle-form/without-certbot", test_without_certbot);
  g_test_add_func("/bundle-form/visible", test_visible);
  g_test_add_func("/bundle-form/checked", test_checked_as_typed);
  g_test_add_func("/bundle-form/files", test_files_are_read);
  g_test_add_func("/bundle-form/dirty", test_dirty);
  g_test_add_func("/bundle-form/emqx-cloud", test_emqx_cloud);
  g_test_add_func("/bundle-form/clients", test_clients);
  g_test_add_func("/bundle-form/hivemq", test_hivemq);
  g_test_add_func("/bundle-form/one-way", test_one_way);
  g_test_add_func("/bundle-form/existing", test_existing);
  g_test_add_func("/bundle-form/left-with-question", test_left_with_question);
  g_test_add_func("/bundle-form/left-while-making", test_left_while_making);
  g_test_add_func("/bundle-form/wrong-chain", test_wrong_chain);
  g_test_add_func("/bundle-form/key-missing", test_key_missing);
  g_test_add_func("/bundle-form/key-on-token", test_key_on_token);
  g_test_add_func("/bundle-form/wrong-chain-at-home", test_wrong_chain_at_home);
  g_test_add_func("/bundle-form/wrong-client-ca", test_wrong_client_ca);
  g_test_add_func("/bundle-form/wrong-password", test_wrong_password);
  g_test_add_func("/bundle-form/wrong-host", test_wrong_host);
  g_test_add_func("/bundle-form/not-writable", test_folder_not_writable);
  g_test_add_func("/bundle-form/place-taken", test_place_taken);
  return g_test_run();
}
