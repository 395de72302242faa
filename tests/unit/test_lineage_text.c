/* A lineage in words, how far its renewal is, and which brokers have to do with it: plain data, no
 * files. */
#include "config.h"

#include "core/lineage_brokers.h"
#include "trust/lineage_text.h"
#include "trust/pki.h"

#define NOW G_GINT64_CONSTANT(1800000000) /* 2027-01-15 */
#define DAY G_GINT64_CONSTANT(86400)

typedef struct {
  PkiPair *root, *intermediate, *leaf, *old, *wildcard;
  Lineage lineage;
} Fixture;

static PkiPair *
issue(PkiRole role, const char *name, const char *more, gint64 from, const PkiPair *issuer)
{
  const char *const names[] = {name, more, NULL};
  const PkiTemplate template = {.role = role,
                                .key_type = PKI_KEY_ECDSA_P256,
                                .common_name = name,
                                .dns_names = role == PKI_SERVER ? names : NULL,
                                .not_before = from,
                                .not_after = from + 90 * DAY,
                                .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

static void
add_certificate(Lineage *lineage, const PkiPair *pair, LineageRole role)
{
  g_ptr_array_add(lineage->certificates, certificate_ref(pki_pair_certificate(pair)));
  g_array_append_val(lineage->roles, role);
}

static void
set_up(Fixture *f, gconstpointer unused)
{
  f->root = issue(PKI_ROOT, "Root", NULL, NOW - 60 * DAY, NULL);
  f->intermediate = issue(PKI_INTERMEDIATE, "CA", NULL, NOW - 60 * DAY, f->root);
  f->leaf = issue(PKI_SERVER, "a.test", "b.test", NOW - 10 * DAY, f->intermediate);
  f->old = issue(PKI_SERVER, "a.test", "b.test", NOW - 50 * DAY, f->intermediate);
  f->wildcard = issue(PKI_SERVER, "*.c.test", NULL, NOW - 10 * DAY, f->intermediate);
  f->lineage = (Lineage){.name = (char *)"a.test",
                         .certificates = certificate_list_new(),
                         .roles = g_array_new(FALSE, FALSE, sizeof(LineageRole)),
                         .version = 3,
                         .newest = 3,
                         .due = NOW + 50 * DAY,
                         .due_rule = "30 days before its end",
                         .brokers = g_ptr_array_new_with_free_func(g_free),
                         .findings = finding_list_new()};
  add_certificate(&f->lineage, f->leaf, LINEAGE_LEAF);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
  g_ptr_array_unref(f->lineage.certificates);
  g_array_unref(f->lineage.roles);
  g_ptr_array_unref(f->lineage.brokers);
  g_ptr_array_unref(f->lineage.findings);
  pki_pair_free(f->root);
  pki_pair_free(f->intermediate);
  pki_pair_free(f->leaf);
  pki_pair_free(f->old);
  pki_pair_free(f->wildcard);
}

#define SAYS(call, expected)                                                                       \
  do {                                                                                             \
    g_autofree char *text_ = call;                                                                 \
    g_assert_cmpstr(text_, ==, expected);                                                          \
  } while (0)

static void
test_version(Fixture *f, gconstpointer unused)
{
  SAYS(lineage_text_version(&f->lineage), "version 3, the newest one in archive/");
  f->lineage.newest = 4;
  SAYS(lineage_text_version(&f->lineage), "version 3 in live/, while archive/ has version 4");
  f->lineage.version = 0;
  SAYS(lineage_text_version(&f->lineage), "copies, no links: certbot does not renew these files");
}

static void
test_files(Fixture *f, gconstpointer unused)
{
  LineageFile *file = &f->lineage.files[LINEAGE_KEY];
  SAYS(lineage_text_place(file), "is not there");
  file->target = (char *)"../../archive/a.test/privkey3.pem";
  SAYS(lineage_text_place(file), "points to nothing");
  *file = (LineageFile){.version = 3, .there = TRUE};
  SAYS(lineage_text_place(file), "version 3");
  f->lineage.key_label = (char *)"ECDSA P-256";
  SAYS(lineage_text_file(&f->lineage, LINEAGE_KEY),
       "version 3: the private key, which nobody but the broker may read (ECDSA P-256)");
  file->version = 0;
  SAYS(lineage_text_place(file), "a copy");
}

static void
test_names(Fixture *f, gconstpointer unused)
{
  SAYS(lineage_text_names(&f->lineage), "a.test, b.test");
  SAYS(lineage_text_other_names(&f->lineage), "also b.test");
  f->lineage.name = (char *)"c";
  SAYS(lineage_text_other_names(&f->lineage), "for a.test, b.test");
  g_ptr_array_set_size(f->lineage.certificates, 0);
  SAYS(lineage_text_names(&f->lineage), NULL);
  SAYS(lineage_text_other_names(&f->lineage), NULL);
  SAYS(lineage_text_top(&f->lineage), NULL);
}

static void
assert_renewal(const Lineage *lineage, gint64 now, LineageRenewal renewal, gboolean doubtful,
               const char *words)
{
  g_assert_cmpint(lineage_renewal(lineage, now), ==, renewal);
  g_assert_cmpint(lineage_renewal_is_doubtful(renewal), ==, doubtful);
  SAYS(lineage_text_renewal(lineage, now), words);
}

static void
test_renewal(Fixture *f, gconstpointer unused)
{
  RenewalConfig config = {.before = -1, .autorenew = TRUE};
  Lineage *lineage = &f->lineage;
  gint64 due = lineage->due;
  assert_renewal(lineage, NOW, LINEAGE_RENEWAL_COMING, FALSE, "renewed in 50 d");
  assert_renewal(lineage, due - DAY, LINEAGE_RENEWAL_COMING, FALSE, "renewed in 1 d");
  assert_renewal(lineage, due - 1, LINEAGE_RENEWAL_COMING, FALSE, "renewed in a day");
  assert_renewal(lineage, due, LINEAGE_RENEWAL_DUE, FALSE, "renewal due");
  assert_renewal(lineage, due + 2 * DAY, LINEAGE_RENEWAL_DUE, FALSE, "renewal due");
  assert_renewal(lineage, due + 2 * DAY + 1, LINEAGE_RENEWAL_OVERDUE, TRUE, "renewal overdue");
  lineage->newest = 4;
  assert_renewal(lineage, due + 9 * DAY, LINEAGE_RENEWAL_HALF, TRUE, "renewal unfinished");
  lineage->renewal = &config;
  config.autorenew = FALSE;
  assert_renewal(lineage, NOW, LINEAGE_RENEWAL_NEVER, TRUE, "not renewed");
  SAYS(lineage_text_due(lineage), "certbot does not renew it by itself: autorenew is off");
  lineage->due = 0;
  assert_renewal(lineage, NOW, LINEAGE_RENEWAL_UNKNOWN, FALSE, NULL);
}

static void
test_due(Fixture *f, gconstpointer unused)
{
  RenewalConfig config = {.before = -1, .autorenew = TRUE};
  SAYS(lineage_text_due(&f->lineage),
       "certbot renews it from 2027-03-06 on, 30 days before its end (no renewal/NAME.conf that "
       "can be read)");
  f->lineage.renewal = &config;
  SAYS(lineage_text_due(&f->lineage),
       "certbot renews it from 2027-03-06 on, 30 days before its end");
  config.before = 10 * DAY;
  config.before_text = (char *)"10 days";
  SAYS(lineage_text_due(&f->lineage), "certbot renews it from 2027-03-06 on, 10 days before its "
                                      "end (renew_before_expiry)");
  f->lineage.version = 0;
  SAYS(lineage_text_due(&f->lineage), NULL);
}

static void
test_top(Fixture *f, gconstpointer unused)
{
  Lineage *lineage = &f->lineage;
  SAYS(lineage_text_top(lineage),
       "there is nothing above a.test: the certificate of CA, which signed it, is missing here");
  add_certificate(lineage, f->intermediate, LINEAGE_INTERMEDIATE);
  SAYS(lineage_text_top(lineage),
       "the last one, CA, is no root: Root signed it; clients need the certificate of Root as "
       "their CA file");
  g_array_index(lineage->roles, LineageRole, 1) = LINEAGE_CROSS_SIGNED;
  SAYS(lineage_text_top(lineage),
       "the last one has the name and key of the root CA, but Root signed it: it is no CA file "
       "for clients; give them the self-signed root of that name");
  add_certificate(lineage, f->root, LINEAGE_ROOT);
  SAYS(lineage_text_top(lineage), "the last one, Root, is a root: clients can have it as their CA "
                                  "file, and brokers need not send it");
}

static void
test_brokers(Fixture *f, gconstpointer unused)
{
  char place[] = "prod-eu";
  LineageBroker broker = {LINEAGE_SERVED, place, pki_pair_certificate(f->leaf)};
  SAYS(lineage_text_broker(&broker), "prod-eu serves this certificate");
  broker = (LineageBroker){LINEAGE_SERVED_OLD, place, pki_pair_certificate(f->old)};
  SAYS(lineage_text_broker(&broker),
       "prod-eu serves the one before: a.test, issued 2026-11-26, ends 2027-02-24");
  broker = (LineageBroker){LINEAGE_SERVED_OTHER, place, pki_pair_certificate(f->wildcard)};
  SAYS(lineage_text_broker(&broker), "prod-eu serves another one: *.c.test, issued 2027-01-05");
}

/* Which certificates of brokers have to do with it. */
static void
test_fit(Fixture *f, gconstpointer unused)
{
  const Certificate *old = pki_pair_certificate(f->old);
  const Certificate *wildcard = pki_pair_certificate(f->wildcard);
  const Certificate *ca = pki_pair_certificate(f->intermediate);
  Lineage *lineage = &f->lineage;
  g_assert_true(lineage_brokers_fit(lineage, pki_pair_certificate(f->leaf), NULL));
  g_assert_true(lineage_brokers_fit(lineage, old, NULL));
  g_assert_false(lineage_brokers_fit(lineage, wildcard, NULL));
  g_assert_false(lineage_brokers_fit(lineage, wildcard, "x.c.test"));
  g_assert_true(lineage_brokers_fit(lineage, wildcard, "b.test"));
  g_assert_false(lineage_brokers_fit(lineage, ca, NULL));
  g_assert_true(lineage_brokers_fit(lineage, ca, "a.test"));
  g_ptr_array_set_size(lineage->certificates, 0);
  add_certificate(lineage, f->wildcard, LINEAGE_LEAF);
  g_assert_true(lineage_brokers_fit(lineage, old, "x.c.test"));
  g_assert_false(lineage_brokers_fit(lineage, old, "x.y.c.test"));
  g_ptr_array_set_size(lineage->certificates, 0);
  g_assert_false(lineage_brokers_fit(lineage, old, "a.test"));
}

#define ADD(name, function)                                                                        \
  g_test_add("/lineage-text/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("version", test_version);
  ADD("files", test_files);
  ADD("names", test_names);
  ADD("renewal", test_renewal);
  ADD("due", test_due);
  ADD("top", test_top);
  ADD("brokers", test_brokers);
  ADD("fit", test_fit);
  return g_test_run();
}
