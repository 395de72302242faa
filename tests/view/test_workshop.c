/* The identity workshop, as a user types into it; what it makes are real files. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/identity.h"
#include "ui/background_job.h"
#include "ui/workshop_view.h"
#include "view/form_scene.h"
#include "view/pane_scene.h"

#define PICTURE(scene, name) scene_golden(scene, NULL, name)

/* --- A folder of its own ---------------------------------------------------------------------- */

static char *folder;

static void
enter_new_folder(void)
{
  g_autoptr(GError) error = NULL;
  folder = g_dir_make_tmp("mqtrust-workshop-XXXXXX", &error);
  g_assert_no_error(error);
  g_assert_cmpint(g_chdir(folder), ==, 0);
}

static void
leave_folder(void)
{
  GDir *dir = g_dir_open(folder, 0, NULL);
  for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
    g_assert_cmpint(g_unlink(name), ==, 0);
  g_dir_close(dir);
  g_assert_cmpint(g_chdir("/"), ==, 0);
  g_assert_cmpint(g_rmdir(folder), ==, 0);
  g_clear_pointer(&folder, g_free);
}

static char *
content(const char *name)
{
  char *text = NULL;
  g_assert_true(g_file_get_contents(name, &text, NULL, NULL));
  return text;
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

/* The workshop, with this kind of thing chosen. */
static Scene *
workshop(const char *connection, const char *kind)
{
  Scene *scene = scene_new(connection);
  scene_keys(scene, "i");
  for (int i = 0; i < 6; i++) {
    g_autofree char *row = scene_focused_row(scene);
    if (strstr(row, kind))
      return scene;
    scene_keys(scene, "Right");
  }
  g_error("\"%s\" cannot be made", kind);
}

static void
wait_until_made(Scene *scene)
{
  while (ui_top(scene->ui)->pane_class != &workshop_view)
    g_main_context_iteration(NULL, TRUE);
}

static void
make(Scene *scene)
{
  scene_keys(scene, "C-s");
  wait_until_made(scene);
}

/* Waits for the attempt to end; the form is there again. */
static void
make_in_vain(Scene *scene)
{
  scene_keys(scene, "C-s");
  while (!scene->ui->notice)
    g_main_context_iteration(NULL, TRUE);
  g_assert_true(ui_top(scene->ui)->pane_class == &workshop_form);
}

static void
make_ca(void)
{
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  make(scene);
}

/* --- What is filled in ------------------------------------------------------------------------ */

static void
test_pictures(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_keys(scene, "i");
  PICTURE(scene, "workshop-ca");
  scene_keys(scene, "Right");
  PICTURE(scene, "workshop-client");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->notice, ==, "Not made: a CA is needed to sign it: make one first");
  PICTURE(scene, "workshop-client-without-ca");
  leave_folder();
}

static void
test_server_names(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop("prod-eu", "server certificate");
  scene_assert_shows(scene, "prod-eu.example.com");
  scene_go_to(scene, "Names");
  g_autofree char *row = scene_focused_row(scene);
  g_assert_nonnull(strstr(row, "prod-eu.example.com"));
  leave_folder();
}

/* Beside the files that the connection has already. */
static void
test_folder_of_connection(void)
{
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene->connection->profile->trust = TRUST_FILE;
  scene->connection->profile->ca_path = g_strdup("/nowhere/pki/root.pem");
  scene_keys(scene, "i");
  scene_go_to(scene, "Folder");
  g_autofree char *row = scene_focused_row(scene);
  g_assert_nonnull(strstr(row, "/nowhere/pki"));
  scene_keys(scene, "C-s");
  scene_assert_shows(scene, "neither this folder nor the one above it is there");
}

static void
test_checked_as_typed(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  scene_assert_hides(scene, "✗");
  scene_fill(scene, "Subject", "C=Germany");
  scene_assert_shows(scene, "✗");
  scene_fill(scene, "Subject", "CN=device-1,O=Test Org");
  scene_assert_hides(scene, "✗");
  scene_fill(scene, "Names", "a..b");
  scene_assert_shows(scene, "a label is empty");
  scene_fill(scene, "Names", "192.0.2.1, dev.example.com");
  scene_assert_hides(scene, "✗");
  scene_fill(scene, "Days", "0");
  scene_assert_shows(scene, "1 to 36500 days");
  scene_fill(scene, "Days", "30");
  scene_fill(scene, "Name  ", "a/b");
  scene_assert_shows(scene, "a name without a /");
  leave_folder();
}

/* The clock of the scene stands at 2026-11-18. A date is not wrong before all of it was typed. */
static void
test_dates(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop("prod-eu", "CA");
  scene_fill(scene, "From", "2027-0");
  scene_assert_shows(scene, "\302\267 write a date, such as 2027-01-31 or 2027-01-31T12:00:00Z");
  scene_keys(scene, "Down");
  scene_assert_shows(scene, "\342\234\227 write a date, such as");
  scene_fill(scene, "From", "2027-01-31");
  scene_assert_shows(scene, "2027-01-31 00:00:00 UTC");
  scene_assert_shows(scene, "Days  ");
  scene_fill(scene, "Until", "2020");
  scene_assert_hides(scene, "Days  ");
  scene_assert_shows(scene, "write a date");
  scene_fill(scene, "Until", "2020-01-01");
  scene_assert_shows(scene, "this has passed: it would be expired already");
  scene_fill(scene, "Until", "2027-01-31");
  scene_assert_shows(scene, "it would end before it begins");
  scene_fill(scene, "Until", "2029-02-28T12:00:00Z");
  scene_assert_shows(scene, "2029-02-28 12:00:00 UTC");
  scene_assert_hides(scene, "write a date");
  make(scene);
  g_autoptr(GPtrArray) list = certificate_file_read("client-ca.pem", NULL);
  g_assert_cmpint(certificate_not_before(list->pdata[0]), ==, 1801353600);
  g_assert_cmpint(certificate_not_after(list->pdata[0]), ==, 1866974400);
  leave_folder();
}

/* Days come back when the end is no longer said, and count from the beginning. */
static void
test_days_from_date(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  scene_fill(scene, "Until", "2029-01-01");
  scene_assert_hides(scene, "Days  ");
  scene_keys(scene, "C-u");
  scene_fill(scene, "From", "2027-01-31");
  scene_fill(scene, "Days", "10");
  make(scene);
  g_autoptr(GPtrArray) list = certificate_file_read("client-ca.pem", NULL);
  g_assert_cmpint(certificate_not_before(list->pdata[0]), ==, 1801353600);
  g_assert_cmpint(certificate_not_after(list->pdata[0]), ==, 1801353600 + 10 * 86400);
  leave_folder();
}

static int
path_length_of(const char *name)
{
  g_autoptr(GPtrArray) list = certificate_file_read(name, NULL);
  return certificate_fields(list->pdata[0])->path_length;
}

/* A root has no limit; what stands below it has no CA below itself, unless it is said. */
static void
test_path_length(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  scene_assert_shows(scene, "no limit");
  scene_fill(scene, "Path length", "17");
  scene_assert_shows(scene, "0 to 16, or empty for no limit");
  scene_fill(scene, "Path length", "1");
  make(scene);
  g_assert_cmpint(path_length_of("client-ca.pem"), ==, 1);
  g_autoptr(Scene) inner = workshop(NULL, "client certificate");
  scene_assert_hides(inner, "Path length");
  scene_keys(inner, "Left");
  scene_fill(inner, "CA  ", "client-ca.pem");
  scene_keys(inner, "Up Up Up Up");
  g_autofree char *row = scene_focused_row(inner);
  g_assert_true(g_str_has_prefix(row, "Path length    0"));
  scene_fill(inner, "Path length", "3");
  make_in_vain(inner);
  scene_assert_shows(inner, "can have 0 at most, not 3");
  g_autofree char *wrong = scene_focused_row(inner);
  g_assert_true(g_str_has_prefix(wrong, "Path length"));
  scene_fill(inner, "Path length", "0");
  make(inner);
  g_assert_cmpint(path_length_of("client-issuing-ca.pem"), ==, 0);
  leave_folder();
}

static void
test_passwords(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop("prod-eu", "CA");
  scene_assert_hides(scene, "Once more");
  scene_fill(scene, "Password", "sesame");
  scene_assert_hides(scene, "sesame");
  scene_fill(scene, "Once more", "sesamo");
  scene_assert_shows(scene, "not the same as the password above");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->notice, ==, "Not made: not the same as the password above");
  g_assert_false(is_there("client-ca.key"));
  scene_fill(scene, "Once more", "sesame");
  make(scene);
  g_autofree char *key = content("client-ca.key");
  g_assert_true(g_str_has_prefix(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  leave_folder();
}

/* What was typed is not thrown away unasked; what was only filled in is. */
static void
test_dirty(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "server certificate");
  scene_keys(scene, "Esc");
  g_assert_false(ui_has_view(scene->ui));
  scene_keys(scene, "i");
  scene_fill(scene, "Subject", "x");
  scene_keys(scene, "Esc");
  g_assert_cmpstr(scene->ui->question.text, ==, "Throw away what you have changed?");
  scene_keys(scene, "y");
  g_assert_false(ui_has_view(scene->ui));
  leave_folder();
}

/* --- What is made ----------------------------------------------------------------------------- */

static void
test_ca_then_client(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = scene_new("prod-eu");
  scene_keys(scene, "i");
  make(scene);
  PICTURE(scene, "workshop-made-ca");
  g_assert_cmpint(mode_of("client-ca.pem"), ==, 0644);
  g_assert_cmpint(mode_of("client-ca.key"), ==, 0600);
  scene_keys(scene, "i");
  scene_assert_shows(scene, "< client certificate >");
  scene_assert_shows(scene, "1 certificate: Client CA (self-signed)");
  make(scene);
  PICTURE(scene, "workshop-made-client");
  g_assert_cmpint(mode_of("client.key"), ==, 0600);
  scene_keys(scene, "u");
  g_assert_false(ui_has_view(scene->ui));
  const Profile *profile = scene->connection->profile;
  g_autofree char *certificate = g_build_filename(folder, "client.pem", NULL);
  g_autofree char *key = g_build_filename(folder, "client.key", NULL);
  g_assert_cmpstr(profile->certificate_path, ==, certificate);
  g_assert_cmpstr(profile->key_path, ==, key);
  g_assert_null(profile->key_password);
  g_assert_cmpstr(scene->connection->calls, ==, "save prod-eu; ");
  g_assert_cmpstr(scene->ui->notice, ==, "prod-eu uses the new certificate: c connects.");
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) identity G_GNUC_UNUSED = identity_load(certificate, key, NULL, &error);
  g_assert_no_error(error);
  leave_folder();
}

/* The first thing that a new user does. */
static void
test_without_connection(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  make(scene);
  const char *no = workshop_view.disabled(ui_top(scene->ui)->pane, ACTION_USE);
  g_assert_cmpstr(no, ==, "There is no connection yet: n describes one.");
  scene_keys(scene, "u");
  g_assert_cmpstr(scene->ui->notice, ==, no);
  scene_keys(scene, "i");
  make(scene);
  scene_assert_shows(scene, "There is no connection yet: n describes one, with client.pem");
  scene_assert_shows(scene, "Press b to write the broker's files, with client-ca.pem");
  scene_keys(scene, "b");
  g_assert_true(ui_top(scene->ui)->pane_class == &bundle_form);
  scene_assert_shows(scene, "Client CA     client-ca.pem");
  scene_keys(scene, "Esc n");
  g_assert_true(ui_top(scene->ui)->pane_class == &editor_form);
  scene_assert_shows(scene, "/client.pem");
  scene_assert_shows(scene, "it belongs to the certificate");
  leave_folder();
}

/* The CA that lies there, and not only the one that was made in this run. */
static void
test_broker_after_restart(void)
{
  enter_new_folder();
  make_ca();
  g_assert_cmpint(g_rename("client-ca.pem", "kept.pem"), ==, 0);
  g_autoptr(Scene) scene = scene_new(NULL);
  scene_keys(scene, "b");
  scene_assert_shows(scene, "none: everybody is let in");
  scene_keys(scene, "Esc");
  g_assert_cmpint(g_rename("kept.pem", "client-ca.pem"), ==, 0);
  scene_keys(scene, "b");
  scene_assert_hides(scene, "none: everybody is let in");
  scene_assert_shows(scene, "client-ca.pem");
  leave_folder();
}

/* A client that is over: to renew it is what is wanted, and no green mark stands beside it. */
static void
test_expired_client(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  make(scene);
  scene_keys(scene, "u");
  scene->connection->session.stopped_by_fault = TRUE;
  scene->ui->fixed_now += 366 * G_GINT64_CONSTANT(86400);
  scene_keys(scene, "i");
  scene_assert_shows(scene, "< renew a certificate >");
  scene_assert_shows(scene, "! 1 certificate: prod-eu ← Client CA, expired ");
  make(scene);
  scene_keys(scene, "u");
  g_assert_cmpstr(scene->ui->notice, ==, "prod-eu uses the new certificate and connects again.");
  leave_folder();
}

/* What the broker lets in, and nothing else of the connection. */
static void
test_ca_into_connection(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop("prod-eu", "CA");
  make(scene);
  scene_keys(scene, "u");
  g_assert_true(ui_top(scene->ui)->pane_class == &workshop_view);
  const Profile *profile = scene->connection->profile;
  g_autofree char *ca = g_build_filename(folder, "client-ca.pem", NULL);
  g_assert_cmpstr(profile->broker_ca_path, ==, ca);
  g_assert_null(profile->certificate_path);
  g_assert_null(profile->key_path);
  g_assert_null(profile->ca_path);
  g_assert_cmpstr(scene->connection->calls, ==, "save prod-eu; ");
  g_assert_cmpstr(scene->ui->notice, ==,
                  "prod-eu knows what its broker lets in: its certificate is checked against that "
                  "CA.");
  leave_folder();
}

static void
refuses_use(Scene *scene, const char *why)
{
  g_autoptr(Profile) before = profile_copy(scene->connection->profile);
  scene_keys(scene, "u");
  g_assert_cmpstr(scene->ui->notice, ==, why);
  g_assert_true(ui_top(scene->ui)->pane_class == &workshop_view);
  g_assert_true(profile_equal(before, scene->connection->profile));
}

/* Each says why it is not for a connection. */
static void
test_not_for_connection(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) server = workshop("prod-eu", "server certificate");
  make(server);
  refuses_use(server, "A server's certificate is for the broker, not for a connection to it.");
  g_autoptr(Scene) request = workshop("prod-eu", "request");
  scene_fill(request, "Name  ", "device");
  make(request);
  refuses_use(request,
              "A request is no certificate yet: a connection uses what the CA sends back.");
  g_autoptr(Scene) sign = workshop("prod-eu", "sign a request");
  scene_fill(sign, "Request", "device.csr");
  make(sign);
  refuses_use(sign, "Its key is with who asked for it, so a connection here cannot use it.");
  leave_folder();
}

/* The connection gets the password of the key, too. */
static void
test_encrypted_client(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  scene_fill(scene, "Password", "sesame");
  scene_fill(scene, "Once more", "sesame");
  scene_go_to(scene, "PKCS#12");
  scene_keys(scene, "C-t");
  make(scene);
  scene_assert_shows(scene, "client.p12: certificate and key in one (PKCS#12), encrypted");
  g_assert_cmpint(mode_of("client.p12"), ==, 0600);
  scene_keys(scene, "u");
  g_assert_cmpstr(scene->connection->profile->key_password, ==, "sesame");
  leave_folder();
}

/* The certificates in it can be looked at; what is only text says so. */
static void
test_opens_certificate(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  make(scene);
  scene_assert_shows(scene, "Client CA");
  scene_keys(scene, "Enter");
  g_assert_cmpstr(scene->ui->notice, ==, "Enter opens a certificate: Up and Down go to one.");
  scene_keys(scene, "Down Enter");
  g_assert_true(ui_top(scene->ui)->pane_class == &certificate_view);
  scene_keys(scene, "q q");
  g_assert_false(ui_has_view(scene->ui));
  leave_folder();
}

static void
test_needs_tls(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  scene->connection->profile->scheme = SCHEME_MQTT;
  make(scene);
  scene_keys(scene, "u");
  g_assert_cmpstr(scene->ui->notice, ==, "The selected connection is without TLS: e edits it.");
  g_assert_null(scene->connection->profile->certificate_path);
  leave_folder();
}

/* Another name is proposed; who insists is asked, and no is no. */
static void
test_overwriting(void)
{
  enter_new_folder();
  make_ca();
  g_autofree char *before = content("client-ca.key");
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  while (TRUE) {
    g_autofree char *row = scene_focused_row(scene);
    if (strstr(row, "< CA >"))
      break;
    scene_keys(scene, "Left");
  }
  scene_assert_shows(scene, "client-ca-2");
  scene_fill(scene, "Name  ", "client-ca");
  scene_assert_shows(scene, "there already: client-ca.pem, client-ca.key");
  scene_keys(scene, "C-s");
  g_assert_cmpstr(scene->ui->question.text, ==, "Overwrite client-ca.pem, client-ca.key?");
  scene_keys(scene, "n");
  g_autofree char *still = content("client-ca.key");
  g_assert_cmpstr(still, ==, before);
  scene_keys(scene, "C-s y");
  wait_until_made(scene);
  g_autofree char *after = content("client-ca.key");
  g_assert_cmpstr(after, !=, before);
  g_assert_cmpint(mode_of("client-ca.key"), ==, 0600);
  leave_folder();
}

/* --- Requests and renewals -------------------------------------------------------------------- */

static void
test_request_and_sign(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) scene = workshop(NULL, "request");
  scene_fill(scene, "Subject", "CN=device-1");
  scene_fill(scene, "Names", "device-1.example.com");
  scene_fill(scene, "Name  ", "device-1");
  make(scene);
  scene_assert_shows(scene, "Send device-1.csr to the CA");
  g_assert_cmpint(mode_of("device-1.key"), ==, 0600);
  g_autoptr(Scene) other = workshop(NULL, "sign a request");
  scene_fill(other, "Request", "device-1.csr");
  scene_keys(other, "Down");
  scene_assert_shows(other, "it asks for DNS:device-1.example.com");
  scene_go_to(other, "Its own names");
  scene_keys(other, "C-t");
  make(other);
  scene_assert_shows(other, "Send device-1-2.pem back to who asked for it.");
  g_autoptr(GPtrArray) list = certificate_file_read("device-1-2.pem", NULL);
  g_assert_cmpstr(certificate_subject(list->pdata[0]), ==, "CN=device-1");
  g_assert_cmpstr(certificate_names(list->pdata[0])[0], ==, "DNS:device-1.example.com");
  leave_folder();
}

/* The key stays where it is, also in the connection. */
static void
test_renew(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) first = workshop("prod-eu", "client certificate");
  make(first);
  scene_keys(first, "u i");
  while (TRUE) {
    g_autofree char *row = scene_focused_row(first);
    if (strstr(row, "renew"))
      break;
    scene_keys(first, "Right");
  }
  scene_assert_shows(first, "client-renewed");
  make(first);
  scene_assert_shows(first, "client-renewed.pem");
  scene_assert_shows(first, "in the place of the old one, which ends on 2027-11-18");
  scene_keys(first, "u");
  const Profile *profile = first->connection->profile;
  g_assert_true(g_str_has_suffix(profile->certificate_path, "/client-renewed.pem"));
  g_assert_true(g_str_has_suffix(profile->key_path, "/client.key"));
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) identity G_GNUC_UNUSED =
      identity_load(profile->certificate_path, profile->key_path, NULL, &error);
  g_assert_no_error(error);
  leave_folder();
}

/* --- What goes wrong -------------------------------------------------------------------------- */

static void
test_ca_without_key(void)
{
  enter_new_folder();
  make_ca();
  g_assert_cmpint(g_unlink("client-ca.key"), ==, 0);
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  make_in_vain(scene);
  g_assert_true(g_str_has_prefix(scene->ui->notice, "Not made: "));
  g_autofree char *row = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(row, "CA's key"));
  g_assert_false(is_there("client.key"));
  PICTURE(scene, "workshop-ca-without-key");
  leave_folder();
}

static void
test_wrong_ca_password(void)
{
  enter_new_folder();
  g_autoptr(Scene) ca = workshop(NULL, "CA");
  scene_fill(ca, "Password", "sesame");
  scene_fill(ca, "Once more", "sesame");
  make(ca);
  g_autoptr(Scene) scene = workshop(NULL, "client certificate");
  make_in_vain(scene);
  g_autofree char *row = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(row, "CA's password"));
  scene_type(scene, "sesame");
  make(scene);
  g_assert_true(is_there("client.key"));
  leave_folder();
}

static void
test_outlives_its_ca(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  scene_fill(scene, "Days", "9999");
  make_in_vain(scene);
  scene_assert_shows(scene, "would outlive its CA");
  g_autofree char *row = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(row, "Days"));
  leave_folder();
}

static void
test_folder_not_writable(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  scene_fill(scene, "Folder", "/proc/1");
  make_in_vain(scene);
  g_autofree char *row = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(row, "Folder"));
  leave_folder();
}

static void
test_tab_completes(void)
{
  enter_new_folder();
  make_ca();
  g_autoptr(Scene) scene = workshop("prod-eu", "client certificate");
  scene_fill(scene, "CA", "client");
  scene_keys(scene, "Tab");
  scene_assert_shows(scene, "2 fit: client-ca.key  client-ca.pem");
  scene_type(scene, "p");
  scene_keys(scene, "Tab Tab");
  scene_assert_shows(scene, "1 certificate: Client CA (self-signed)");
  g_autofree char *row = scene_focused_row(scene);
  g_assert_true(g_str_has_prefix(row, "CA's key"));
  leave_folder();
}

/* --- Leaving ---------------------------------------------------------------------------------- */

/* The screen goes on while a large key is made, and who leaves gets no file. */
static void
test_left(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  scene_go_to(scene, "Kind of key");
  scene_keys(scene, "Right Right Right Right");
  scene_assert_shows(scene, "< RSA 4096 >");
  scene_keys(scene, "C-s");
  scene_assert_shows(scene, "Making the CA... 0 s");
  scene_keys(scene, "Esc");
  g_assert_false(ui_has_view(scene->ui));
  background_jobs_wait();
  while (g_main_context_iteration(NULL, FALSE))
    ;
  g_assert_false(is_there("client-ca.pem"));
  g_assert_false(is_there("client-ca.key"));
  leave_folder();
}

/* A view above it is not closed when it is made. */
static void
test_made_below_help(void)
{
  enter_new_folder();
  g_autoptr(Scene) scene = workshop(NULL, "CA");
  scene_keys(scene, "C-s F1");
  wait_until_made(scene);
  scene_keys(scene, "q");
  g_assert_true(ui_top(scene->ui)->pane_class == &help_view);
  scene_keys(scene, "q");
  g_assert_false(ui_has_view(scene->ui));
  leave_folder();
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/workshop/pictures", test_pictures);
  g_test_add_func("/workshop/server-names", test_server_names);
  g_test_add_func("/workshop/folder", test_folder_of_connection);
  g_test_add_func("/workshop/checked", test_checked_as_typed);
  g_test_add_func("/workshop/dates", test_dates);
  g_test_add_func("/workshop/days-from-date", test_days_from_date);
  g_test_add_func("/workshop/path-length", test_path_length);
  g_test_add_func("/workshop/passwords", test_passwords);
  g_test_add_func("/workshop/dirty", test_dirty);
  g_test_add_func("/workshop/ca-client", test_ca_then_client);
  g_test_add_func("/workshop/expired-client", test_expired_client);
  g_test_add_func("/workshop/without-connection", test_without_connection);
  g_test_add_func("/workshop/broker-after-restart", test_broker_after_restart);
  g_test_add_func("/workshop/ca-into-connection", test_ca_into_connection);
  g_test_add_func("/workshop/not-for-connection", test_not_for_connection);
  g_test_add_func("/workshop/encrypted", test_encrypted_client);
  g_test_add_func("/workshop/opens", test_opens_certificate);
  g_test_add_func("/workshop/needs-tls", test_needs_tls);
  g_test_add_func("/workshop/overwriting", test_overwriting);
  g_test_add_func("/workshop/request", test_request_and_sign);
  g_test_add_func("/workshop/renew", test_renew);
  g_test_add_func("/workshop/ca-without-key", test_ca_without_key);
  g_test_add_func("/workshop/ca-password", test_wrong_ca_password);
  g_test_add_func("/workshop/outlives", test_outlives_its_ca);
  g_test_add_func("/workshop/not-writable", test_folder_not_writable);
  g_test_add_func("/workshop/tab", test_tab_completes);
  g_test_add_func("/workshop/left", test_left);
  g_test_add_func("/workshop/below-help", test_made_below_help);
  return g_test_run();
}
