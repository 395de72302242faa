/* certbot's lineages: links and versions, each file's role, and what is wrong with them. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/certificates.h"
#include "trust/lineage.h"
#include "trust/trust_error.h"
#include "unit/bundle_stage.h"

#define NOW G_GINT64_CONSTANT(1800000000)
#define NAME "mqtt.test"

static void
setup(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_init(stage, NOW, PKI_KEY_ECDSA_P256);
  bundle_stage_archive(stage, NAME, 1, stage->server);
  bundle_stage_live(stage, NAME, 1);
  g_free(bundle_stage_write(stage, "le/renewal/" NAME ".conf",
                            "version = 2.1.0\n[renewalparams]\nauthenticator = manual\n", 0600));
}

static void
teardown(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_clear(stage);
}

static Lineage *
load_at(const BundleStage *stage, gint64 now)
{
  g_autofree char *certbot = g_build_filename(stage->folder, "le", NULL);
  g_autoptr(GError) error = NULL;
  Lineage *lineage = lineage_load(certbot, NAME, NULL, now, &error);
  g_assert_no_error(error);
  return lineage;
}

static Lineage *
load(const BundleStage *stage)
{
  return load_at(stage, NOW);
}

/* One finding, and its file's name and a part of its message. */
static const Finding *
only(const Lineage *lineage, const char *code, FindingSeverity severity, const char *part)
{
  for (guint i = 0; i < lineage->findings->len; i++) {
    const Finding *finding = lineage->findings->pdata[i];
    g_test_message("%s: %s", finding->code, finding->message);
  }
  g_assert_cmpuint(lineage->findings->len, ==, 1);
  const Finding *finding = lineage->findings->pdata[0];
  g_assert_cmpstr(finding->code, ==, code);
  g_assert_cmpint(finding->severity, ==, severity);
  g_assert_nonnull(strstr(finding->message, part));
  g_assert_cmpstr(finding->remedy, !=, "");
  return finding;
}

static LineageRole
role(const Lineage *lineage, guint index)
{
  return g_array_index(lineage->roles, LineageRole, index);
}

static void
test_good(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Lineage) lineage = load(stage);
  g_assert_cmpuint(lineage->findings->len, ==, 0);
  g_assert_cmpstr(lineage->name, ==, NAME);
  g_assert_cmpuint(lineage->version, ==, 1);
  g_assert_cmpuint(lineage->newest, ==, 1);
  g_assert_cmpstr(lineage->key_label, ==, "ECDSA P-256");
  g_assert_cmpstr(lineage->files[LINEAGE_CHAIN].target, ==, "../../archive/" NAME "/chain1.pem");
  g_assert_cmpuint(lineage->certificates->len, ==, 2);
  g_assert_cmpint(role(lineage, 0), ==, LINEAGE_LEAF);
  g_assert_cmpint(role(lineage, 1), ==, LINEAGE_INTERMEDIATE);
  g_assert_cmpint(lineage->due, ==, NOW + 50 * DAY);
  g_assert_cmpstr(lineage->renewal->authenticator, ==, "manual");
}

static void
test_by_path(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename(stage->folder, "le", "live", NAME, NULL);
  g_autofree char *slash = g_strconcat(folder, "/", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(Lineage) lineage = lineage_load(NULL, slash, NULL, NOW, &error);
  g_assert_no_error(error);
  g_assert_cmpstr(lineage->name, ==, NAME);
  g_assert_nonnull(lineage->renewal);
}

static void
test_names(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *certbot = g_build_filename(stage->folder, "le", NULL);
  g_autoptr(GError) error = NULL;
  bundle_stage_archive(stage, "another.test", 1, stage->server);
  g_free(bundle_stage_write(stage, "le/live/README", "text", 0644));
  g_auto(GStrv) names = lineage_names(certbot, NULL, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(g_strv_length(names), ==, 2);
  g_assert_cmpstr(names[0], ==, "another.test");
  g_assert_cmpstr(names[1], ==, NAME);
  g_assert_null(lineage_names("/nowhere/at/all", NULL, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING);
}

static void
test_absent(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *certbot = g_build_filename(stage->folder, "le", NULL);
  g_autofree char *empty = g_build_filename(certbot, "live", "empty", NULL);
  g_autoptr(GError) error = NULL;
  g_assert_null(lineage_load(certbot, "none", NULL, NOW, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING);
  g_clear_error(&error);
  g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
  g_assert_null(lineage_load(certbot, "empty", NULL, NOW, &error));
  g_assert_error(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING);
}

static void
test_key_mismatch(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  g_free(bundle_stage_write_key(stage, "le/archive/" NAME "/privkey1.pem", other, NULL));
  g_autoptr(Lineage) lineage = load(stage);
  const Finding *finding = only(lineage, "key-mismatch", FINDING_ERROR, "privkey.pem");
  g_assert_true(g_str_has_suffix(finding->file, "privkey.pem"));
}

static void
test_key_of_other_version(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) renewed =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  bundle_stage_archive(stage, NAME, 2, renewed);
  bundle_stage_live(stage, NAME, 2);
  bundle_stage_link(stage, NAME, "privkey", 1);
  g_autoptr(Lineage) lineage = load(stage);
  const Finding *finding = only(lineage, "key-mismatch", FINDING_ERROR, "privkey.pem");
  g_assert_cmpuint(finding->evidence->len, ==, 1);
  g_assert_cmpstr(finding->evidence->pdata[0], ==,
                  "the links mean these versions: cert.pem 2, chain.pem 2, fullchain.pem 2, "
                  "privkey.pem 1");
}

static void
test_no_key(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *key =
      g_build_filename(stage->folder, "le", "archive", NAME, "privkey1.pem", NULL);
  g_assert_cmpint(g_unlink(key), ==, 0);
  g_autoptr(Lineage) lineage = load(stage);
  only(lineage, "file-missing", FINDING_ERROR, "privkey.pem");
  g_assert_null(lineage->key_label);
}

static void
test_dangling(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_link(stage, NAME, "chain", 7);
  g_autoptr(Lineage) lineage = load(stage);
  only(lineage, "file-missing", FINDING_ERROR, "points to ../../archive/" NAME "/chain7.pem");
}

static void
test_wrong_chain(BundleStage *stage, gconstpointer unused)
{
  g_free(bundle_stage_write_certificate(stage, "le/archive/" NAME "/chain1.pem", stage->client_ca));
  g_autoptr(Lineage) lineage = load(stage);
  g_assert_cmpuint(lineage->findings->len, ==, 2);
  const Finding *gap = lineage->findings->pdata[0];
  g_assert_cmpstr(gap->code, ==, "chain-gap");
  g_assert_nonnull(strstr(gap->message, "was issued by \"Server CA\""));
  g_assert_cmpstr(((const Finding *)lineage->findings->pdata[1])->code, ==, "file-wrong-role");
}

static void
test_same_name(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) twin =
      bundle_stage_issue(stage, PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Server CA", stage->root);
  g_autofree char *leaf = certificate_to_pem(pki_pair_certificate(stage->server));
  g_autofree char *other = certificate_to_pem(pki_pair_certificate(twin));
  g_autofree char *both = g_strconcat(leaf, other, NULL);
  g_free(bundle_stage_write(stage, "le/archive/" NAME "/chain1.pem", other, 0644));
  g_free(bundle_stage_write(stage, "le/archive/" NAME "/fullchain1.pem", both, 0644));
  g_autoptr(Lineage) lineage = load(stage);
  only(lineage, "issuer-key-differs", FINDING_ERROR, "chain.pem has the name of the issuer");
}

static void
test_leaf_in_chain(BundleStage *stage, gconstpointer unused)
{
  g_free(bundle_stage_write_certificate(stage, "le/archive/" NAME "/chain1.pem", stage->server));
  g_autoptr(Lineage) lineage = load(stage);
  g_assert_cmpuint(lineage->findings->len, ==, 2);
  const Finding *role = lineage->findings->pdata[0];
  g_assert_cmpstr(role->code, ==, "file-wrong-role");
  g_assert_nonnull(strstr(role->message, "belongs into cert.pem"));
}

static void
test_newer_in_archive(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) renewed =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  bundle_stage_archive(stage, NAME, 12, renewed);
  g_autoptr(Lineage) lineage = load(stage);
  only(lineage, "file-stale-copy", FINDING_WARNING,
       "mean version 1, and archive/ holds version 12");
  g_assert_cmpuint(lineage->newest, ==, 12);
}

/* Three files of four are a renewal that was cut off. */
static void
test_half_renewal(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *key =
      g_build_filename(stage->folder, "le", "archive", NAME, "privkey2.pem", NULL);
  bundle_stage_archive(stage, NAME, 2, stage->server);
  g_assert_cmpint(g_unlink(key), ==, 0);
  g_autoptr(Lineage) lineage = load(stage);
  g_assert_cmpuint(lineage->findings->len, ==, 0);
  g_assert_cmpuint(lineage->newest, ==, 1);
}

static void
test_overdue(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Lineage) due = load_at(stage, NOW + 51 * DAY);
  g_autoptr(Lineage) overdue = load_at(stage, NOW + 53 * DAY);
  g_autoptr(Lineage) over = load_at(stage, NOW + 81 * DAY);
  g_assert_cmpuint(due->findings->len, ==, 0);
  only(overdue, "expires-soon", FINDING_WARNING, "certbot should have renewed it since");
  only(over, "leaf-expired", FINDING_ERROR, "certbot should have renewed it since");
}

static void
test_copies(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *path = g_build_filename(stage->folder, "copies", NULL);
  g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
  g_free(bundle_stage_write_certificate(stage, "copies/cert.pem", stage->server));
  g_free(bundle_stage_write_certificate(stage, "copies/chain.pem", stage->intermediate));
  g_free(bundle_stage_write_key(stage, "copies/privkey.pem", stage->server, NULL));
  g_autofree char *both = bundle_stage_read(stage, "le/live/" NAME "/fullchain.pem");
  g_free(bundle_stage_write(stage, "copies/fullchain.pem", both, 0644));
  g_autoptr(GError) error = NULL;
  g_autoptr(Lineage) lineage = lineage_load(NULL, path, NULL, NOW, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(lineage->findings->len, ==, 0);
  g_assert_cmpuint(lineage->version, ==, 0);
  g_assert_null(lineage->renewal);
}

/* A root in the set beside an intermediate of the same name and key: the latter is cross-signed. */
static void
test_roles(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *both = bundle_stage_read(stage, "le/live/" NAME "/fullchain.pem");
  g_autofree char *chain = bundle_stage_read(stage, "le/live/" NAME "/chain.pem");
  g_autofree char *root = certificate_to_pem(pki_pair_certificate(stage->root));
  g_autofree char *more = g_strconcat(both, root, NULL), *above = g_strconcat(chain, root, NULL);
  g_free(bundle_stage_write(stage, "le/archive/" NAME "/fullchain1.pem", more, 0644));
  g_free(bundle_stage_write(stage, "le/archive/" NAME "/chain1.pem", above, 0644));
  g_autoptr(Lineage) lineage = load(stage);
  g_assert_cmpuint(lineage->findings->len, ==, 0);
  g_assert_cmpint(role(lineage, 2), ==, LINEAGE_ROOT);
}

/* The known trap: the last one has the root's name and key, but another root signed it. */
static void
test_cross_signed(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Certificates) pki = certificates_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(Anchors) known = anchors_load_file(pki->root, &error);
  g_assert_no_error(error);
  g_autofree char *cross = NULL, *chain = NULL, *folder = g_path_get_dirname(pki->server.cert);
  g_assert_true(g_file_get_contents(pki->cross, &cross, NULL, NULL));
  g_assert_true(g_file_get_contents(pki->server.chain, &chain, NULL, NULL));
  g_autofree char *cert = NULL, *above = g_strconcat(chain, cross, NULL);
  g_assert_true(g_file_get_contents(pki->server.cert, &cert, NULL, NULL));
  g_autofree char *all = g_strconcat(cert, above, NULL);
  g_assert_true(g_file_set_contents(pki->server.chain, above, -1, NULL));
  g_assert_true(g_file_set_contents(pki->server.fullchain, all, -1, NULL));
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  g_autoptr(Lineage) told = lineage_load(NULL, folder, known, now, &error);
  g_autoptr(Lineage) untold = lineage_load(NULL, folder, NULL, now, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(told->findings->len, ==, 0);
  g_assert_cmpuint(told->certificates->len, ==, 3);
  g_assert_cmpint(role(told, 1), ==, LINEAGE_INTERMEDIATE);
  g_assert_cmpint(role(told, 2), ==, LINEAGE_CROSS_SIGNED);
  g_assert_cmpint(role(untold, 2), ==, LINEAGE_INTERMEDIATE);
}

static void
test_served(BundleStage *stage, gconstpointer unused)
{
  const BundleStage later = {.now = NOW + DAY};
  g_autoptr(PkiPair) renewed =
      bundle_stage_issue(&later, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "other.test", stage->intermediate);
  bundle_stage_archive(stage, NAME, 2, renewed);
  bundle_stage_live(stage, NAME, 2);
  g_autoptr(Lineage) same = load(stage), old = load(stage), another = load(stage);
  lineage_add_served(same, pki_pair_certificate(renewed), "mqtt.test:8883");
  lineage_add_served(old, pki_pair_certificate(stage->server), "mqtt.test:8883");
  lineage_add_served(another, pki_pair_certificate(other), "mqtt.test:8883");
  g_assert_cmpint(lineage_served(same), ==, LINEAGE_SERVED);
  g_assert_cmpuint(same->findings->len, ==, 0);
  g_assert_cmpint(lineage_served(old), ==, LINEAGE_SERVED_OLD);
  const Finding *finding =
      only(old, "file-stale-copy", FINDING_WARNING, "mqtt.test:8883 still serves");
  g_assert_cmpint(finding->side, ==, FINDING_SIDE_SERVER);
  g_assert_cmpint(lineage_served(another), ==, LINEAGE_SERVED_OTHER);
  g_assert_cmpuint(another->findings->len, ==, 0);
}

/* Each broker is kept, what asks for most attention is told, and all can be forgotten. */
static void
test_served_by_several(BundleStage *stage, gconstpointer unused)
{
  const BundleStage later = {.now = NOW + DAY};
  g_autoptr(PkiPair) renewed =
      bundle_stage_issue(&later, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  g_autoptr(PkiPair) other =
      bundle_stage_issue(stage, PKI_SERVER, PKI_KEY_ECDSA_P256, "other.test", stage->intermediate);
  bundle_stage_archive(stage, NAME, 2, renewed);
  bundle_stage_live(stage, NAME, 2);
  g_autoptr(Lineage) lineage = load(stage);
  g_assert_cmpint(lineage_served(lineage), ==, LINEAGE_NOT_ASKED);
  lineage_add_served(lineage, pki_pair_certificate(renewed), "one");
  g_assert_cmpint(lineage_served(lineage), ==, LINEAGE_SERVED);
  lineage_add_served(lineage, pki_pair_certificate(stage->server), "two");
  lineage_add_served(lineage, pki_pair_certificate(other), "three");
  lineage_add_served(lineage, pki_pair_certificate(stage->server), "four");
  g_assert_cmpint(lineage_served(lineage), ==, LINEAGE_SERVED_OLD);
  g_assert_cmpuint(lineage->brokers->len, ==, 4);
  g_assert_cmpuint(lineage->findings->len, ==, 2);
  lineage_clear_served(lineage);
  g_assert_cmpint(lineage_served(lineage), ==, LINEAGE_NOT_ASKED);
  g_assert_cmpuint(lineage->findings->len, ==, 0);
  for (guint i = 0; i < LINEAGE_BROKERS_MAX + 5; i++)
    lineage_add_served(lineage, pki_pair_certificate(renewed), "one");
  g_assert_cmpuint(lineage->brokers->len, ==, LINEAGE_BROKERS_MAX);
}

/* What is wrong with the files stays when brokers are forgotten. */
static void
test_forget_brokers(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Lineage) lineage = load_at(stage, NOW + 60 * DAY);
  const BundleStage before = {.now = NOW - DAY};
  g_autoptr(PkiPair) old =
      bundle_stage_issue(&before, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  lineage_add_served(lineage, pki_pair_certificate(old), "one");
  g_assert_cmpuint(lineage->findings->len, ==, 2);
  lineage_clear_served(lineage);
  only(lineage, "expires-soon", FINDING_WARNING, "should have renewed it");
}

/* --- a user who may not
 * --------------------------------------------------------------------------- */

/* Root may read everything, so the child becomes somebody else. */
static void
look_as_nobody(const char *certbot, int output)
{
  g_autoptr(GError) error = NULL;
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
    _exit(2);
  g_auto(GStrv) names = lineage_names(certbot, NULL, &error);
  gboolean good = !names && error && error->domain == TRUST_ERROR &&
                  error->code == TRUST_ERROR_FILE_UNREADABLE &&
                  write(output, error->message, strlen(error->message)) > 0;
  _exit(good ? 0 : 1);
}

static void
test_unreadable(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *certbot = g_build_filename(stage->folder, "le", NULL);
  g_autofree char *live = g_build_filename(certbot, "live", NULL);
  int pipes[2], status;
  char text[1024] = "";
  g_assert_cmpint(g_chmod(stage->folder, 0755), ==, 0);
  g_assert_cmpint(g_chmod(certbot, 0755), ==, 0);
  g_assert_cmpint(g_chmod(live, geteuid() == 0 ? 0700 : 0000), ==, 0);
  g_assert_cmpint(pipe(pipes), ==, 0);
  pid_t child = fork();
  if (child == 0)
    look_as_nobody(certbot, pipes[1]);
  close(pipes[1]);
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_cmpint(read(pipes[0], text, sizeof text - 1), >, 0);
  close(pipes[0]);
  g_assert_cmpint(g_chmod(live, 0700), ==, 0);
  g_assert_cmpint(g_chmod(stage->folder, 0700), ==, 0);
  g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  g_test_message("%s", text);
  g_assert_nonnull(strstr(text, live));
  g_assert_nonnull(strstr(text, geteuid() == 0 ? "owned by root, mode 0700" : "mode 0000"));
}

/* What is wrong with the lineage, a line a finding. */
static void
load_as_nobody(const char *certbot, int output)
{
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
    _exit(2);
  g_autoptr(Lineage) lineage = lineage_load(certbot, "mqtt.test", NULL, NOW, NULL);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; lineage && i < lineage->findings->len; i++) {
    const Finding *finding = lineage->findings->pdata[i];
    g_string_append_printf(text, "%s %s\n", finding->code, finding->message);
  }
  _exit(text->len > 0 && write(output, text->str, text->len) == (gssize)text->len ? 0 : 1);
}

/* Four files behind one shut folder are one fault. */
static void
test_archive_shut(BundleStage *stage, gconstpointer unused)
{
  g_autofree char *certbot = g_build_filename(stage->folder, "le", NULL);
  g_autofree char *live = g_build_filename(certbot, "live", NULL);
  g_autofree char *folder = g_build_filename(live, "mqtt.test", NULL);
  g_autofree char *archive = g_build_filename(certbot, "archive", NULL);
  const char *const open[] = {stage->folder, certbot, live, folder};
  int pipes[2], status;
  char text[4096] = "";
  for (gsize i = 0; i < G_N_ELEMENTS(open); i++)
    g_assert_cmpint(g_chmod(open[i], 0755), ==, 0);
  g_assert_cmpint(g_chmod(archive, geteuid() == 0 ? 0700 : 0000), ==, 0);
  g_assert_cmpint(pipe(pipes), ==, 0);
  pid_t child = fork();
  if (child == 0)
    load_as_nobody(certbot, pipes[1]);
  close(pipes[1]);
  g_assert_cmpint(waitpid(child, &status, 0), ==, child);
  g_assert_cmpint(read(pipes[0], text, sizeof text - 1), >, 0);
  close(pipes[0]);
  g_assert_cmpint(g_chmod(archive, 0700), ==, 0);
  g_assert_cmpint(g_chmod(stage->folder, 0700), ==, 0);
  g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  g_autofree char *expected =
      g_strdup_printf("file-unreadable The files in %s may not be read: the folder ", folder);
  g_test_message("%s", text);
  g_assert_true(g_str_has_prefix(text, expected));
  g_assert_true(strchr(text, '\n') == text + strlen(text) - 1);
}

#define ADD(name, function)                                                                        \
  g_test_add("/lineage/" name, BundleStage, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("good", test_good);
  ADD("by-path", test_by_path);
  ADD("names", test_names);
  ADD("absent", test_absent);
  ADD("key-mismatch", test_key_mismatch);
  ADD("key-of-other-version", test_key_of_other_version);
  ADD("no-key", test_no_key);
  ADD("dangling", test_dangling);
  ADD("wrong-chain", test_wrong_chain);
  ADD("same-name", test_same_name);
  ADD("leaf-in-chain", test_leaf_in_chain);
  ADD("newer-in-archive", test_newer_in_archive);
  ADD("half-renewal", test_half_renewal);
  ADD("overdue", test_overdue);
  ADD("copies", test_copies);
  ADD("roles", test_roles);
  ADD("cross-signed", test_cross_signed);
  ADD("served", test_served);
  ADD("served-by-several", test_served_by_several);
  ADD("forget-brokers", test_forget_brokers);
  ADD("unreadable", test_unreadable);
  ADD("archive-shut", test_archive_shut);
  return g_test_run();
}
