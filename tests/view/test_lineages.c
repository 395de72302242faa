/* certbot's lineages on the screen: a folder that is made here, with certificates of fixed dates,
 * and named by a path that has no part of this machine in it. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/lineage_reader.h"
#include "trust/trust_error.h"
#include "ui/lineage_lines.h"
#include "ui/lineage_view.h"
#include "ui/line_list.h"
#include "unit/bundle_stage.h"
#include "view/pane_scene.h"

#define SERVER "mqtt.test"
#define KEY PKI_KEY_ECDSA_P256

typedef struct {
  BundleStage files;
  PkiPair *old, *renewed; /* of SERVER, in its two versions */
  Scene *scene;
} Fixture;

/* --- the folder ------------------------------------------------------------------------------- */

/* A certificate that begins so many days after SCENE_NOW, and lasts 90. `more` may be NULL. */
static PkiPair *
issue(const Fixture *f, const char *name, const char *more, int days)
{
  const char *const names[] = {name, more, NULL};
  const PkiTemplate template = {.role = PKI_SERVER,
                                .key_type = KEY,
                                .common_name = name,
                                .dns_names = names,
                                .not_before = SCENE_NOW + days * DAY,
                                .not_after = SCENE_NOW + (days + 90) * DAY,
                                .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, f->files.intermediate, &error);
  g_assert_no_error(error);
  return pair;
}

static void
write_renewal(const Fixture *f, const char *name, const char *settings)
{
  g_autofree char *path = g_strdup_printf("le/renewal/%s.conf", name);
  g_autofree char *text = g_strdup_printf("version = 2.1.0\n[renewalparams]\n%s", settings);
  g_free(bundle_stage_write(&f->files, path, text, 0600));
}

static void
add_lineage(const Fixture *f, const char *name, int days)
{
  g_autoptr(PkiPair) server = issue(f, name, NULL, days);
  bundle_stage_archive(&f->files, name, 1, server);
  bundle_stage_live(&f->files, name, 1);
  write_renewal(f, name, "authenticator = dns-route53\n");
}

/* SERVER in its second version, and the first one is still there. */
static void
add_renewed(Fixture *f)
{
  f->old = issue(f, SERVER, "mqtt2.test", -71);
  f->renewed = issue(f, SERVER, "mqtt2.test", -9);
  bundle_stage_archive(&f->files, SERVER, 1, f->old);
  bundle_stage_archive(&f->files, SERVER, 2, f->renewed);
  bundle_stage_live(&f->files, SERVER, 2);
  write_renewal(f, SERVER,
                "authenticator = dns-route53\n"
                "server = https://acme-v02.api.letsencrypt.org/directory\n"
                "renew_hook = mqtrust bundle --deploy-hook --for mosquitto\n");
}

static void
set_up(Fixture *f, gconstpointer unused)
{
  bundle_stage_init(&f->files, SCENE_NOW, KEY);
  g_assert_cmpint(g_chdir(f->files.folder), ==, 0);
  add_renewed(f);
  f->scene = scene_new("prod-eu");
  f->scene->ui->certbot_folder = g_strdup("le");
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
  scene_free(f->scene);
  pki_pair_free(f->old);
  pki_pair_free(f->renewed);
  g_assert_cmpint(g_chdir("/"), ==, 0);
  bundle_stage_clear(&f->files);
}

/* --- the screen ------------------------------------------------------------------------------- */

static void
serve(const Fixture *f, Connection *connection, const PkiPair *pair)
{
  GPtrArray *chain = certificate_list_new();
  g_ptr_array_add(chain, certificate_ref(pki_pair_certificate(pair)));
  connection->info.peer_chain = scene_own(f->scene, chain, (GDestroyNotify)g_ptr_array_unref);
  ui_connection_changed(f->scene->ui, connection, CONNECTION_CHANGED_STATE);
}

/* (transfer full): what the top view shows, its status in the last line. */
static char *
screen(const Fixture *f)
{
  const View *view = ui_top(f->scene->ui);
  view_open(60, 110, 0);
  view->pane_class->draw(view->pane, view_canvas(), TRUE);
  g_autofree char *text = view_text();
  view_close();
  g_autofree char *status = view->pane_class->status ? view->pane_class->status(view->pane) : NULL;
  return g_strconcat(text, status, NULL);
}

static void
assert_shows(const Fixture *f, const char *what)
{
  g_autofree char *text = screen(f);
  if (!strstr(text, what))
    g_error("\"%s\" is not on the screen:\n%s", what, text);
}

static void
assert_hides(const Fixture *f, const char *what)
{
  g_autofree char *text = screen(f);
  if (strstr(text, what))
    g_error("\"%s\" is on the screen:\n%s", what, text);
}

/* Keys, and then all that is to be read has been read. */
static void
press(const Fixture *f, const char *keys)
{
  scene_keys(f->scene, keys);
  const View *view = ui_top(f->scene->ui);
  while (view->pane_class == &lineages_view) {
    g_autofree char *status = view->pane_class->status(view->pane);
    if (!status || !g_str_has_prefix(status, "reading"))
      break;
    g_main_context_iteration(NULL, TRUE);
  }
}

static const PaneClass *
top(const Fixture *f)
{
  return ui_top(f->scene->ui)->pane_class;
}

/* Down until Enter opens a view of this kind. */
static void
open_below(const Fixture *f, const PaneClass *wanted)
{
  g_free(screen(f));
  for (int i = 0; i < 30; i++) {
    scene_keys(f->scene, "Enter");
    if (top(f) == wanted)
      return;
    if (top(f) != &lineage_view)
      scene_keys(f->scene, "Esc");
    scene_keys(f->scene, "Down");
  }
  g_error("Enter opens no %s", wanted->name);
}

/* --- the list --------------------------------------------------------------------------------- */

static void
test_list(Fixture *f, gconstpointer unused)
{
  g_autoptr(PkiPair) other = issue(f, "lab.test", NULL, -20);
  Connection *staging = fake_connection_add(f->scene->workspace, "staging");
  add_lineage(f, "gateway.test", -65);
  add_lineage(f, "lab.test", -20);
  add_lineage(f, "old.test", -95);
  add_lineage(f, "plant.test", -58);
  g_free(bundle_stage_write_key(&f->files, "le/archive/lab.test/privkey1.pem", other, NULL));
  g_assert_cmpint(g_mkdir("le/live/empty.test", 0700), ==, 0);
  serve(f, f->scene->connection, f->renewed);
  serve(f, staging, f->old);
  press(f, "L");
  g_assert_true(top(f) == &lineages_view);
  scene_golden(f->scene, NULL, "lineages");
  press(f, "r");
  scene_keys(f->scene, "End Enter");
  assert_shows(f, "plant.test: version 1, the newest one in archive/");
}

static void
test_none(Fixture *f, gconstpointer unused)
{
  g_assert_cmpint(g_mkdir_with_parents("none/live", 0700), ==, 0);
  g_free(f->scene->ui->certbot_folder);
  f->scene->ui->certbot_folder = g_strdup("none");
  press(f, "L");
  scene_golden(f->scene, NULL, "lineages-none");
  scene_keys(f->scene, "Enter");
  g_assert_cmpstr(f->scene->ui->notice, ==, "There is no lineage to open.");
  g_assert_cmpint(g_rmdir("none/live"), ==, 0);
  press(f, "r");
  assert_shows(f, "The folder none/live does not exist.");
  assert_shows(f, "--certbot-dir DIR");
  scene_keys(f->scene, "Esc");
  g_assert_false(ui_has_view(f->scene->ui));
}

static void
draw_failed(Canvas *canvas, gpointer error)
{
  LineList list;
  line_list_init(&list);
  line_list_set(&list, lineage_lines_failed(error, canvas_columns(canvas)));
  line_list_draw(&list, canvas, FALSE, SCENE_NOW);
  line_list_clear(&list);
}

/* Whoever runs the tests, what another user would see. */
static void
test_unreadable(void)
{
  g_autoptr(GError) error =
      g_error_new_literal(TRUST_ERROR, TRUST_ERROR_FILE_UNREADABLE,
                          "The folder /etc/letsencrypt/live may not be looked into: it is owned by "
                          "root, mode 0700; run this as root, or give this user access (certbot's "
                          "live/ and archive/ are only the root user's).");
  view_golden("lineages-unreadable", draw_failed, error);
}

/* They come one slice after the other, and who leaves before need not wait. */
static void
test_many(Fixture *f, gconstpointer unused)
{
  for (int i = 1; i < LINEAGE_COUNT_MAX; i++) {
    g_autofree char *path = g_strdup_printf("le/live/x%d.test", i);
    g_assert_cmpint(symlink(SERVER, path), ==, 0);
  }
  scene_keys(f->scene, "L");
  assert_shows(f, "reading ");
  assert_shows(f, " of 1000");
  scene_keys(f->scene, "End");
  assert_shows(f, "not read yet");
  scene_keys(f->scene, "Esc L");
  gint64 longest = 0;
  g_autofree char *text = screen(f);
  while (!strstr(text, "1000 lineages")) {
    gint64 before = g_get_monotonic_time();
    g_main_context_iteration(NULL, TRUE);
    longest = MAX(longest, g_get_monotonic_time() - before);
    g_free(text);
    text = screen(f);
  }
  g_test_message("the longest slice took %.1f ms", (double)longest / 1000);
  scene_keys(f->scene, "End");
  assert_hides(f, "not read yet");
  /* What is left out is said. */
  g_assert_cmpint(symlink(SERVER, "le/live/y.test"), ==, 0);
  press(f, "r");
  assert_shows(f, "the first 1000 of 1001 lineages");
}

/* --- who serves it ---------------------------------------------------------------------------- */

static void
test_brokers(Fixture *f, gconstpointer unused)
{
  Connection *prod = f->scene->connection;
  Connection *staging = fake_connection_add(f->scene->workspace, "staging");
  g_autoptr(PkiPair) foreign = issue(f, "foreign.test", "mqtt2.test", -3);
  g_autoptr(PkiPair) shown = bundle_stage_issue(&f->files, PKI_CLIENT, KEY, "x", f->files.root);
  press(f, "L");
  assert_hides(f, "serve");
  serve(f, prod, f->old);
  assert_shows(f, "! prod-eu serves the old one");
  serve(f, prod, f->renewed);
  assert_shows(f, "✓ prod-eu serves it");
  assert_hides(f, "the old one");
  serve(f, staging, f->renewed);
  assert_shows(f, "✓ prod-eu and 1 more serve it");
  assert_shows(f, "✓ " SERVER);
  serve(f, staging, foreign); /* one name of two */
  assert_shows(f, "! staging serves another one");
  assert_shows(f, "! " SERVER); /* the sign of the row is the worst of its lines */
  serve(f, staging, shown);
  assert_shows(f, "✓ prod-eu serves it");
  assert_shows(f, "✓ " SERVER);
  g_free(staging->profile->host);
  staging->profile->host = g_strdup(SERVER);
  serve(f, staging, shown);
  assert_shows(f, "! staging serves another one");
}

/* --- one of them ------------------------------------------------------------------------------ */

static void
test_one(Fixture *f, gconstpointer unused)
{
  Connection *staging = fake_connection_add(f->scene->workspace, "staging");
  serve(f, f->scene->connection, f->renewed);
  serve(f, staging, f->old);
  press(f, "L");
  scene_keys(f->scene, "Enter");
  g_assert_true(top(f) == &lineage_view);
  scene_golden(f->scene, NULL, "lineage");
  serve(f, staging, f->renewed);
  assert_shows(f, "✓ staging serves this certificate");
  assert_hides(f, "file-stale-copy");
}

static void
test_opens(Fixture *f, gconstpointer unused)
{
  serve(f, f->scene->connection, f->old);
  press(f, "L");
  scene_keys(f->scene, "Enter");
  open_below(f, &finding_alone_view);
  assert_shows(f, "prod-eu still serves the certificate of");
  scene_keys(f->scene, "m");
  g_assert_cmpstr(f->scene->ui->notice, ==, "Not from here: the arrow says what to do.");
  scene_keys(f->scene, "R");
  g_assert_cmpstr(f->scene->ui->notice, ==, "Not from here: the arrow says what to do.");
  scene_keys(f->scene, "?");
  assert_hides(f, "go to the field that mends the finding");
  scene_keys(f->scene, "q c");
  g_assert_cmpstr(f->scene->ui->notice, ==, "Close this first: q or Esc");
  g_assert_null(f->scene->connection->calls);
  scene_keys(f->scene, "Esc");
  open_below(f, &text_view);
  assert_shows(f, "is a link to ../../archive/" SERVER "/cert2.pem");
  scene_keys(f->scene, "Esc");
  open_below(f, &certificate_view);
  assert_shows(f, SERVER);
  scene_keys(f->scene, "Esc b");
  g_assert_true(top(f) == &bundle_form);
  assert_shows(f, SERVER);
  scene_keys(f->scene, "Esc Esc b");
  g_assert_true(top(f) == &bundle_form);
}

/* A root in the file, a renewal that certbot does not do, names other than the lineage's. */
static void
test_roles(Fixture *f, gconstpointer unused)
{
  g_autofree char *both = bundle_stage_read(&f->files, "le/live/" SERVER "/fullchain.pem");
  g_autofree char *chain = bundle_stage_read(&f->files, "le/live/" SERVER "/chain.pem");
  g_autofree char *root = certificate_to_pem(pki_pair_certificate(f->files.root));
  g_autofree char *more = g_strconcat(both, root, NULL), *above = g_strconcat(chain, root, NULL);
  g_free(bundle_stage_write(&f->files, "le/archive/" SERVER "/fullchain2.pem", more, 0644));
  g_free(bundle_stage_write(&f->files, "le/archive/" SERVER "/chain2.pem", above, 0644));
  write_renewal(f, SERVER, "autorenew = False\n");
  press(f, "L");
  assert_shows(f, "not renewed");
  scene_keys(f->scene, "Enter");
  assert_shows(f, "the last one, Server Root, is a root");
  assert_shows(f, "! certbot does not renew it by itself: autorenew is off");
  assert_shows(f, "for " SERVER ", mqtt2.test");
}

/* What is read again: new files, and files that are gone. */
static void
test_read_again(Fixture *f, gconstpointer unused)
{
  press(f, "L");
  scene_keys(f->scene, "Enter");
  assert_shows(f, SERVER ": version 2, the newest one in archive/");
  bundle_stage_archive(&f->files, SERVER, 3, f->renewed);
  bundle_stage_live(&f->files, SERVER, 3);
  assert_shows(f, SERVER ": version 2, the newest one in archive/");
  press(f, "r");
  assert_shows(f, SERVER ": version 3, the newest one in archive/");
  g_assert_cmpint(g_unlink("le/live/" SERVER "/chain.pem"), ==, 0);
  press(f, "r");
  assert_shows(f, "✗ chain.pem     is not there");
  g_assert_cmpint(g_rename("le/live/" SERVER, "le/live/another"), ==, 0);
  press(f, "r");
  assert_shows(f, "The folder le/live/" SERVER " does not exist");
  scene_keys(f->scene, "b");
  g_assert_cmpstr(f->scene->ui->notice, ==, "This one cannot be read, so no broker can have it.");
  press(f, "Esc r");
  assert_shows(f, "another");
}

/* A copy has no version, and certbot does not renew it. */
static void
test_copy(Fixture *f, gconstpointer unused)
{
  static const char *const names[] = {"cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"};
  g_assert_cmpint(g_mkdir("le/live/copy", 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *from = g_build_filename("le/live/" SERVER, names[i], NULL);
    g_autofree char *to = g_build_filename("le/live/copy", names[i], NULL);
    g_autofree char *text = bundle_stage_read(&f->files, from);
    g_free(bundle_stage_write(&f->files, to, text, 0600));
  }
  press(f, "L");
  scene_keys(f->scene, "Enter");
  assert_shows(f, "copy: copies, no links: certbot does not renew these files");
  assert_shows(f, "✓ cert.pem      a copy · the certificate alone");
  assert_shows(f, "! certbot does not renew copies");
}

#define ADD(name, function)                                                                        \
  g_test_add("/lineages/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  ADD("list", test_list);
  ADD("none", test_none);
  ADD("many", test_many);
  ADD("brokers", test_brokers);
  ADD("one", test_one);
  ADD("opens", test_opens);
  ADD("roles", test_roles);
  ADD("read-again", test_read_again);
  ADD("copy", test_copy);
  g_test_add_func("/lineages/unreadable", test_unreadable);
  return g_test_run();
}
