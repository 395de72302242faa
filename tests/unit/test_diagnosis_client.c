/* core/diagnosis_client.c: the table "Which code, when several fit" for a certificate that the
 * broker refused, row by row: files, CA names and alert in; code, side and alternatives out. */
#include "config.h"

#include "core/diagnosis.h"
#include "trust/pki.h"
#include "util/private_folder.h"
#include "util/secret.h"

#include <string.h>

#define DAY 86400
#define NOW G_GINT64_CONSTANT(1790000000)

static char *folder;

/* --- Certificates ----------------------------------------------------------------------------- */

static PkiPair *
issue(PkiRole role, const char *organization, const char *name, gint64 from, gint64 to,
      const PkiPair *issuer)
{
  PkiTemplate template = {.role = role,
                          .key_type = PKI_KEY_ECDSA_P256,
                          .organization = organization,
                          .common_name = name,
                          .not_before = from,
                          .not_after = to,
                          .path_length = -1};
  g_autoptr(GError) error = NULL;
  PkiPair *pair = pki_issue(&template, issuer, &error);
  g_assert_no_error(error);
  return pair;
}

static void
write_file(const char *name, const char *text)
{
  g_autoptr(GError) error = NULL;
  private_folder_write(folder, name, text, -1, 0600, &error);
  g_assert_no_error(error);
}

/* The leaf's key in the same file; `chain` may be NULL. */
static void
write_client(const char *name, const PkiPair *leaf, const PkiPair *chain)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(leaf));
  g_autofree char *above = chain != NULL ? certificate_to_pem(pki_pair_certificate(chain)) : NULL;
  secret_auto key = pki_pair_key_pem(leaf, NULL, &error);
  g_assert_no_error(error);
  g_autofree char *text = g_strconcat(pem, above != NULL ? above : "", key, NULL);
  write_file(name, text);
}

static void
write_ca(const char *name, const PkiPair *ca)
{
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(ca));
  write_file(name, pem);
}

/* Works root ← Works intermediate ← client; another root of the same name; a stranger. */
static void
write_files(void)
{
  g_autoptr(PkiPair) root = issue(PKI_ROOT, "Works", "Root", NOW - 9 * DAY, NOW + 99 * DAY, NULL);
  g_autoptr(PkiPair) same = issue(PKI_ROOT, "Works", "Root", NOW - 9 * DAY, NOW + 99 * DAY, NULL);
  g_autoptr(PkiPair) other =
      issue(PKI_ROOT, "Others", "Other", NOW - 9 * DAY, NOW + 99 * DAY, NULL);
  g_autoptr(PkiPair) middle =
      issue(PKI_INTERMEDIATE, "Works", "Middle", NOW - 8 * DAY, NOW + 98 * DAY, root);
  g_autoptr(PkiPair) deep = issue(PKI_CLIENT, NULL, "deep", NOW - DAY, NOW + DAY, middle);
  g_autoptr(PkiPair) flat = issue(PKI_CLIENT, NULL, "flat", NOW - DAY, NOW + DAY, root);
  g_autoptr(PkiPair) old = issue(PKI_CLIENT, NULL, "old", NOW - 3 * DAY, NOW - DAY, root);
  g_autoptr(PkiPair) early = issue(PKI_CLIENT, NULL, "early", NOW + DAY, NOW + 3 * DAY, root);
  g_autoptr(PkiPair) self = issue(PKI_CLIENT, NULL, "self", NOW - DAY, NOW + DAY, NULL);
  g_autoptr(PkiPair) server = issue(PKI_SERVER, NULL, "server", NOW - DAY, NOW + DAY, root);
  write_client("deep.pem", deep, NULL);
  write_client("deep-full.pem", deep, middle);
  write_client("flat.pem", flat, NULL);
  write_client("old.pem", old, NULL);
  write_client("early.pem", early, NULL);
  write_client("server.pem", server, NULL);
  write_client("self.pem", self, NULL);
  write_ca("root.crt", root);
  write_ca("same.crt", same);
  write_ca("other.crt", other);
  write_ca("middle.crt", middle);
}

/* --- The table -------------------------------------------------------------------------------- */

#define ROOT "CN=Root,O=Works"
#define OTHER "CN=Other,O=Others"
#define MIDDLE "CN=Middle,O=Works"

typedef struct {
  const char *name;
  const char *client;      /* certificate file */
  const char *trust;       /* our CA file */
  const char *broker_ca;   /* or NULL */
  const char *ca_names[2]; /* that the broker sent */
  int alert;
  TunnelError error;
  const char *code;
  FindingSide side;
  const char *alternatives[5];
  const char *beside; /* a code that must stand beside it, or NULL */
} Row;

static const Row rows[] = {
    /* 48, the broker names its CAs */
    {"48/stranger-named",
     "flat.pem",
     "other.crt",
     NULL,
     {OTHER},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {NULL},
     "client-cert-withheld"},
    {"48/complete-named",
     "deep-full.pem",
     "root.crt",
     NULL,
     {OTHER},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {NULL},
     "client-cert-withheld"},
    {"48/lacks-intermediate-named",
     "deep.pem",
     "other.crt",
     NULL,
     {ROOT},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-chain-incomplete",
     FINDING_SIDE_CLIENT,
     {"client-ca-unknown"},
     "client-cert-withheld"},
    {"48/ours-named",
     "flat.pem",
     "other.crt",
     NULL,
     {ROOT},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "anchor-same-name",
     FINDING_SIDE_CLIENT,
     {"broker-crl-suspected", "client-partial-chain-refused"},
     NULL},
    {"48/partial-named",
     "deep-full.pem",
     "root.crt",
     NULL,
     {MIDDLE},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-partial-chain-refused",
     FINDING_SIDE_BROKER,
     {NULL},
     NULL},
    /* 48, it names none */
    {"48/lacks-intermediate",
     "deep.pem",
     "middle.crt",
     NULL,
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-chain-incomplete",
     FINDING_SIDE_CLIENT,
     {"client-ca-unknown"},
     NULL},
    {"48/complete",
     "deep-full.pem",
     "root.crt",
     NULL,
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {"client-partial-chain-refused", "anchor-same-name", "broker-crl-suspected"},
     NULL},
    {"48/leaf-alone",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {"client-chain-incomplete", "client-partial-chain-refused", "anchor-same-name",
      "broker-crl-suspected"},
     NULL},
    /* 48, we have the broker's CA file */
    {"48/partial",
     "deep.pem",
     "root.crt",
     "middle.crt",
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-partial-chain-refused",
     FINDING_SIDE_BROKER,
     {NULL},
     NULL},
    {"48/same-name",
     "flat.pem",
     "root.crt",
     "same.crt",
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "anchor-same-name",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"48/known",
     "flat.pem",
     "root.crt",
     "root.crt",
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "broker-crl-suspected",
     FINDING_SIDE_BROKER,
     {"client-ca-unknown"},
     NULL},
    {"48/not-in-it",
     "flat.pem",
     "root.crt",
     "other.crt",
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {"client-chain-incomplete", "client-partial-chain-refused", "anchor-same-name",
      "broker-crl-suspected"},
     NULL},
    /* Dates and usage */
    {"45/valid",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     45,
     TUNNEL_ERROR_CLIENT_EXPIRED,
     "broker-clock-wrong",
     FINDING_SIDE_BROKER,
     {"broker-crl-suspected"},
     NULL},
    {"45/expired",
     "old.pem",
     "root.crt",
     NULL,
     {NULL},
     45,
     TUNNEL_ERROR_CLIENT_EXPIRED,
     "client-expired",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"42/expired",
     "old.pem",
     "root.crt",
     NULL,
     {NULL},
     42,
     TUNNEL_ERROR_CLIENT_REFUSED,
     "client-expired",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"42/early",
     "early.pem",
     "root.crt",
     NULL,
     {NULL},
     42,
     TUNNEL_ERROR_CLIENT_REFUSED,
     "client-not-yet-valid",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"43/usage",
     "server.pem",
     "root.crt",
     NULL,
     {NULL},
     43,
     TUNNEL_ERROR_CLIENT_USAGE,
     "client-usage-missing",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"43/usage-is-fine",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     43,
     TUNNEL_ERROR_CLIENT_USAGE,
     "client-refused",
     FINDING_SIDE_BROKER,
     {"client-usage-missing", "broker-crl-suspected"},
     NULL},
    {"48/usage-is-not-it",
     "server.pem",
     "root.crt",
     "same.crt",
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "anchor-same-name",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    /* The others */
    {"44",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     44,
     TUNNEL_ERROR_CLIENT_REVOKED,
     "client-revoked",
     FINDING_SIDE_CLIENT,
     {"broker-crl-suspected"},
     NULL},
    {"42",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     42,
     TUNNEL_ERROR_CLIENT_REFUSED,
     "client-refused",
     FINDING_SIDE_BROKER,
     {"client-ca-unknown", "broker-crl-suspected"},
     NULL},
    {"46",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     46,
     TUNNEL_ERROR_CLIENT_REFUSED,
     "client-refused",
     FINDING_SIDE_BROKER,
     {"broker-crl-suspected"},
     NULL},
    {"51",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     51,
     TUNNEL_ERROR_CLIENT_SIGNATURE,
     "key-signature-refused",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"key-type",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     40,
     TUNNEL_ERROR_CLIENT_KEY_TYPE,
     "key-type-refused",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"reset",
     "flat.pem",
     "root.crt",
     NULL,
     {NULL},
     -1,
     TUNNEL_ERROR_CLIENT_RESET,
     "client-reset",
     FINDING_SIDE_BROKER,
     {NULL},
     NULL},
    {"49/stranger-named",
     "flat.pem",
     "other.crt",
     NULL,
     {OTHER},
     49,
     TUNNEL_ERROR_CLIENT_REFUSED,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {"client-refused"},
     "client-cert-withheld"},
    {"42/lacks-intermediate-named",
     "deep.pem",
     "other.crt",
     NULL,
     {ROOT},
     42,
     TUNNEL_ERROR_CLIENT_REFUSED,
     "client-chain-incomplete",
     FINDING_SIDE_CLIENT,
     {"client-ca-unknown", "client-refused"},
     "client-cert-withheld"},
    {"reset/stranger-named",
     "flat.pem",
     "other.crt",
     NULL,
     {OTHER},
     -1,
     TUNNEL_ERROR_CLIENT_RESET,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {"client-refused"},
     "client-cert-withheld"},
    {"48/self-signed",
     "self.pem",
     "root.crt",
     NULL,
     {NULL},
     48,
     TUNNEL_ERROR_CLIENT_CA_UNKNOWN,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {NULL},
     NULL},
    /* In good order, without an alert */
    {"closed/stranger-named",
     "flat.pem",
     "other.crt",
     NULL,
     {OTHER},
     -1,
     TUNNEL_ERROR_CLOSED_AFTER_CONNECT,
     "client-ca-unknown",
     FINDING_SIDE_BROKER,
     {"client-refused"},
     "client-cert-withheld"},
    {"closed/expired",
     "old.pem",
     "other.crt",
     NULL,
     {ROOT},
     -1,
     TUNNEL_ERROR_CLOSED_AFTER_CONNECT,
     "client-expired",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
    {"closed/for-servers",
     "server.pem",
     "other.crt",
     NULL,
     {ROOT},
     -1,
     TUNNEL_ERROR_CLOSED_AFTER_CONNECT,
     "client-usage-missing",
     FINDING_SIDE_CLIENT,
     {NULL},
     NULL},
};

static char *
path_of(const char *name)
{
  return g_build_filename(folder, name, NULL);
}

static Anchors *
load_ca(const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = path_of(name);
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  return anchors;
}

typedef struct {
  Identity *identity;
  Anchors *anchors, *broker_ca;
  Profile *profile;
  Evidence *evidence;
  DiagnosisCase c;
} Scene;

static void
scene_init(Scene *scene, const Row *row)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = path_of(row->client);
  scene->identity = identity_load(path, NULL, NULL, &error);
  g_assert_no_error(error);
  scene->anchors = load_ca(row->trust);
  scene->broker_ca = row->broker_ca != NULL ? load_ca(row->broker_ca) : NULL;
  scene->profile = profile_new();
  scene->evidence = evidence_new();
  scene->evidence->requested = scene->evidence->sent = TRUE;
  scene->evidence->ca_names = g_new0(char *, 2);
  scene->evidence->ca_names[0] = g_strdup(row->ca_names[0]);
  TunnelEvent *closed = g_new0(TunnelEvent, 1);
  closed->type = TUNNEL_CLOSED;
  closed->alert = row->alert;
  closed->fault = tunnel_error_fault(row->error);
  closed->error =
      g_error_new_literal(TUNNEL_ERROR, (gint)row->error, "it refuses; look at its log");
  scene->evidence->closed = closed;
  scene->c = (DiagnosisCase){.evidence = scene->evidence,
                             .profile = scene->profile,
                             .identity = scene->identity,
                             .anchors = scene->anchors,
                             .broker_ca = scene->broker_ca,
                             .quiet_us = -1,
                             .now = NOW};
}

static void
scene_clear(Scene *scene)
{
  identity_unref(scene->identity);
  anchors_unref(scene->anchors);
  g_clear_pointer(&scene->broker_ca, anchors_unref);
  profile_free(scene->profile);
  evidence_free(scene->evidence);
}

static void
assert_alternatives(const Finding *finding, const char *const *expected)
{
  guint count = 0;
  while (expected[count] != NULL)
    count++;
  g_assert_cmpuint(finding->alternatives->len, ==, count);
  for (guint i = 0; i < count; i++)
    g_assert_cmpstr(g_ptr_array_index(finding->alternatives, i), ==, expected[i]);
}

static gboolean
tells_how_to_separate(const Finding *finding)
{
  for (guint i = 0; i < finding->evidence->len; i++) {
    if (g_str_has_prefix(g_ptr_array_index(finding->evidence, i), "to tell them apart: "))
      return TRUE;
  }
  return FALSE;
}

static const Finding *
find(const GPtrArray *findings, const char *code)
{
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    if (strcmp(finding->code, code) == 0)
      return finding;
  }
  return NULL;
}

static guint
count_errors(const GPtrArray *findings)
{
  guint count = 0;
  for (guint i = 0; i < findings->len; i++)
    count += ((const Finding *)g_ptr_array_index(findings, i))->severity == FINDING_ERROR;
  return count;
}

static void
test_row(gconstpointer data)
{
  const Row *row = data;
  Scene scene;
  scene_init(&scene, row);
  g_autofree char *file = path_of(row->client);
  const Certificate *leaf = g_ptr_array_index(identity_certificates(scene.identity), 0);
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, row->code);
  g_assert_cmpstr(finding_side_name(end->side), ==, finding_side_name(row->side));
  g_assert_cmpint(end->severity, ==, FINDING_ERROR);
  g_assert_cmpint(end->source, ==, FINDING_SOURCE_CLIENT);
  g_assert_cmpint(end->index, ==, 0);
  g_assert_cmpstr(end->file, ==, file);
  g_assert_cmpstr(end->subject, ==, certificate_subject(leaf));
  g_assert_cmpstr(end->sha256, ==, certificate_sha256(leaf));
  assert_alternatives(end, row->alternatives);
  g_autoptr(GPtrArray) all = diagnose(&scene.c);
  g_assert_cmpuint(count_errors(all), ==, 1);
  g_assert_cmpuint(all->len, ==, row->beside != NULL ? 2 : 1);
  if (row->beside != NULL)
    g_assert_cmpint(find(all, row->beside)->severity, ==, FINDING_WARNING);
  g_assert_false(diagnosis_heals(&scene.c, end));
  scene_clear(&scene);
}

/* --- Beside the table ------------------------------------------------------------------------- */

static const Row plain_row = {
    "", "flat.pem",          "root.crt", NULL, {NULL}, 42, TUNNEL_ERROR_CLIENT_REFUSED,
    "", FINDING_SIDE_BROKER, {NULL},     NULL};

static void
test_alternatives_have_a_test(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    Scene scene;
    scene_init(&scene, &rows[i]);
    g_autoptr(Finding) end = diagnose_end(&scene.c);
    gboolean separated = end->alternatives->len == 0 || tells_how_to_separate(end) ||
                         strcmp(end->code, "client-refused") == 0;
    g_assert_true(separated);
    scene_clear(&scene);
  }
}

/* Nothing is wrong with ours: it is not accused, and a refusal is one of the possible causes. */
static void
test_closed_on_a_good_one(void)
{
  static const char *const alternatives[] = {"client-refused", NULL};
  Row row = plain_row;
  row.ca_names[0] = ROOT;
  row.alert = -1;
  row.error = TUNNEL_ERROR_CLOSED_AFTER_CONNECT;
  Scene scene;
  scene_init(&scene, &row);
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, "mqtt-closed-after-connect");
  g_assert_cmpint(end->source, ==, FINDING_SOURCE_NONE);
  assert_alternatives(end, alternatives);
  g_assert_true(tells_how_to_separate(end));
  g_assert_true(diagnosis_heals(&scene.c, end));
  scene_clear(&scene);
}

/* It has answered this certificate before: a proxy that has lost its broker is not to be taken for
 * a refusal, and the next try may go well. Only the dates of a certificate change by themselves. */
static void
test_closed_once_taken(void)
{
  static const struct {
    const char *client, *ca, *code;
    gboolean heals;
  } taken[] = {{"flat.pem", OTHER, "mqtt-closed-after-connect", TRUE},
               {"server.pem", ROOT, "mqtt-closed-after-connect", TRUE},
               {"old.pem", ROOT, "client-expired", FALSE}};
  const PastEnd before = {.online_us = G_USEC_PER_SEC, .quiet_us = 0, .at_us = 1};
  for (gsize i = 0; i < G_N_ELEMENTS(taken); i++) {
    Row row = plain_row;
    row.client = taken[i].client;
    row.ca_names[0] = taken[i].ca;
    row.alert = -1;
    row.error = TUNNEL_ERROR_CLOSED_AFTER_CONNECT;
    Scene scene;
    scene_init(&scene, &row);
    scene.c.ends = &before;
    scene.c.end_count = 1;
    g_autoptr(Finding) end = diagnose_end(&scene.c);
    g_assert_cmpstr(end->code, ==, taken[i].code);
    g_assert_cmpint(end->side, ==, taken[i].heals ? FINDING_SIDE_BROKER : FINDING_SIDE_CLIENT);
    g_assert_cmpint(diagnosis_heals(&scene.c, end), ==, taken[i].heals);
    scene_clear(&scene);
  }
}

/* What the broker never got it did not refuse. */
static void
test_closed_without_ours(void)
{
  Row row = plain_row;
  row.ca_names[0] = OTHER;
  row.alert = -1;
  row.error = TUNNEL_ERROR_CLOSED_AFTER_CONNECT;
  Scene scene;
  scene_init(&scene, &row);
  scene.evidence->sent = FALSE;
  g_autoptr(Finding) end = diagnose_end(&scene.c);
  g_assert_cmpstr(end->code, ==, "mqtt-closed-after-connect");
  scene_clear(&scene);
}

static void
test_refused_late(void)
{
  Scene scene;
  scene_init(&scene, &plain_row);
  scene.evidence->at_us[EVIDENCE_ESTABLISHED] = 1;
  g_autoptr(GPtrArray) all = diagnose(&scene.c);
  g_assert_cmpuint(all->len, ==, 2);
  g_assert_cmpint(find(all, "client-refused-late")->severity, ==, FINDING_INFO);
  g_assert_nonnull(strstr(find(all, "client-refused-late")->message, "after the handshake"));
  g_assert_cmpuint(count_errors(all), ==, 1);
  scene.c.identity = NULL;
  g_autoptr(GPtrArray) without = diagnose(&scene.c);
  g_assert_null(strstr(find(without, "client-refused-late")->message, "our certificate"));
  scene.c.identity = scene.identity;
  scene.evidence->at_us[EVIDENCE_ESTABLISHED] = 0;
  g_autoptr(GPtrArray) early = diagnose(&scene.c);
  g_assert_null(find(early, "client-refused-late"));
  scene_clear(&scene);
}

/* A weakness that our own files show is what the broker's security level refuses. */
static void
test_strength(void)
{
  static const int alerts[] = {40, 42, 43, 71};
  g_autoptr(GPtrArray) local = finding_list_new();
  Finding *weak = finding_new("key-too-weak");
  weak->source = FINDING_SOURCE_CLIENT;
  g_ptr_array_add(local, weak);
  for (gsize i = 0; i < G_N_ELEMENTS(alerts); i++) {
    Row row = plain_row;
    row.alert = alerts[i];
    Scene scene;
    scene_init(&scene, &row);
    scene.c.local = local;
    g_autoptr(GPtrArray) all = diagnose(&scene.c);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpint(find(all, "strength-refused")->severity, ==, FINDING_ERROR);
    g_assert_cmpint(find(all, "key-too-weak")->severity, ==, FINDING_WARNING);
    assert_alternatives(find(all, "strength-refused"),
                        (const char *const[]){"client-refused", NULL});
    scene.evidence->closed->alert = 44;
    g_autoptr(Finding) other = diagnose_end(&scene.c);
    g_assert_cmpstr(other->code, !=, "strength-refused");
    scene_clear(&scene);
  }
}

static GPtrArray *
local_of(const char *code, int index)
{
  GPtrArray *local = finding_list_new();
  Finding *finding = finding_new(code);
  finding->severity = FINDING_ERROR;
  finding->source = FINDING_SOURCE_CLIENT;
  finding->index = index;
  finding_set_message(finding, "Found here.");
  g_ptr_array_add(local, finding);
  return local;
}

/* It is about the certificate that is weak, which need not be the leaf. */
static void
test_strength_of_issuer(void)
{
  Row row = plain_row;
  row.client = "deep-full.pem";
  Scene scene;
  scene_init(&scene, &row);
  g_autoptr(GPtrArray) local = local_of("issuer-key-weak", 1);
  scene.c.local = local;
  const Certificate *middle = g_ptr_array_index(identity_certificates(scene.identity), 1);
  g_autoptr(GPtrArray) all = diagnose(&scene.c);
  const Finding *refused = find(all, "strength-refused");
  g_assert_cmpuint(count_errors(all), ==, 1);
  g_assert_cmpint(refused->index, ==, 1);
  g_assert_cmpstr(refused->subject, ==, certificate_subject(middle));
  g_assert_cmpstr(refused->sha256, ==, certificate_sha256(middle));
  g_assert_nonnull(strstr(refused->message, "the key of \"Middle\" is too short"));
  g_assert_nonnull(strstr(refused->remedy, "Have \"deep\" issued by a stronger CA"));
  scene_clear(&scene);
}

/* What is found fault with in our certificate is an error until the broker has taken it; and none
 * beside the refusal that it explains. */
static void
test_settled(void)
{
  Scene scene;
  scene_init(&scene, &plain_row);
  g_autoptr(GPtrArray) weak = local_of("signature-weak", 0);
  g_autoptr(GPtrArray) usage = local_of("client-usage-missing", 0);
  scene.c.local = weak;
  g_autoptr(GPtrArray) refused = diagnose(&scene.c);
  g_assert_cmpint(find(refused, "strength-refused")->severity, ==, FINDING_ERROR);
  g_assert_cmpint(find(refused, "signature-weak")->severity, ==, FINDING_WARNING);
  g_clear_pointer(&scene.evidence->closed, tunnel_event_free);
  scene.c.local = usage;
  g_autoptr(GPtrArray) before = diagnose(&scene.c);
  g_assert_cmpint(find(before, "client-usage-missing")->severity, ==, FINDING_ERROR);
  scene.evidence->at_us[EVIDENCE_FIRST_BYTE] = 1;
  g_autoptr(GPtrArray) online = diagnose(&scene.c);
  g_assert_cmpuint(online->len, ==, 1);
  const Finding *taken = find(online, "client-usage-missing");
  g_assert_cmpint(taken->severity, ==, FINDING_WARNING);
  g_assert_cmpstr(g_ptr_array_index(taken->evidence, 0), ==, "this broker takes it all the same");
  scene.evidence->requested = FALSE;
  g_autoptr(GPtrArray) unasked = diagnose(&scene.c);
  g_assert_cmpstr(g_ptr_array_index(find(unasked, "client-usage-missing")->evidence, 0), ==,
                  "this broker did not ask for it");
  ((Finding *)g_ptr_array_index(usage, 0))->source = FINDING_SOURCE_TRUST;
  g_autoptr(GPtrArray) other = diagnose(&scene.c);
  g_assert_cmpint(find(other, "client-usage-missing")->severity, ==, FINDING_ERROR);
  scene_clear(&scene);
}

/* --- Dates of both sides ---------------------------------------------------------------------- */

/* The broker's certificate is found to be so, by the same clock as ours. */
static void
give_verdict(Scene *scene, const char *code)
{
  Finding *finding = finding_new(code);
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  scene->evidence->verdict = g_new0(Verdict, 1);
  scene->evidence->verdict->paths = g_ptr_array_new();
  scene->evidence->verdict->path = g_ptr_array_new();
  scene->evidence->verdict->findings = finding_list_new();
  scene->evidence->verdict->not_checked = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(scene->evidence->verdict->findings, finding);
  scene->evidence->closed->fault = TUNNEL_FAULT_VERIFY;
  scene->evidence->closed->alert = -1;
}

static void
test_clock(void)
{
  static const struct {
    const char *theirs, *ours, *code;
    guint errors;
    gboolean doubted;
  } cases[] = {{"leaf-not-yet-valid", "client-not-yet-valid", "clock-wrong", 1, FALSE},
               {"clock-wrong", "client-not-yet-valid", "clock-wrong", 1, FALSE},
               {"leaf-not-yet-valid", "client-expired", "leaf-not-yet-valid", 2, FALSE},
               {"name-mismatch", "client-not-yet-valid", "name-mismatch", 2, FALSE},
               {"leaf-expired", "client-expired", "leaf-expired", 2, TRUE}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Scene scene;
    scene_init(&scene, &plain_row);
    g_autoptr(GPtrArray) local = local_of(cases[i].ours, 0);
    scene.c.local = local;
    give_verdict(&scene, cases[i].theirs);
    g_autoptr(Finding) end = diagnose_end(&scene.c);
    g_assert_cmpstr(end->code, ==, cases[i].code);
    g_assert_cmpint(end->alternatives->len, ==, cases[i].doubted ? 1 : 0);
    g_autoptr(GPtrArray) all = diagnose(&scene.c);
    g_assert_nonnull(find(all, cases[i].code));
    g_assert_cmpuint(count_errors(all), ==, cases[i].errors);
    scene_clear(&scene);
  }
}

static guint
count_lines(const Finding *finding, const char *line)
{
  guint count = 0;
  for (guint i = 0; i < finding->evidence->len; i++)
    count += strcmp(g_ptr_array_index(finding->evidence, i), line) == 0;
  return count;
}

/* What our own files show to be wrong is the reason, and stays one finding. */
static void
test_local_error_explains(void)
{
  Scene scene;
  scene_init(&scene, &plain_row);
  g_autoptr(GPtrArray) local = finding_list_new();
  Finding *pathlen = finding_new("pathlen-exceeded");
  pathlen->source = FINDING_SOURCE_CLIENT;
  finding_set_message(pathlen, "Too long.");
  finding_add_evidence(pathlen, "seen in the file");
  g_ptr_array_add(local, pathlen);
  scene.c.local = local;
  g_autoptr(GPtrArray) all = diagnose(&scene.c);
  g_assert_cmpuint(all->len, ==, 1);
  const Finding *only = g_ptr_array_index(all, 0);
  g_assert_cmpstr(only->code, ==, "pathlen-exceeded");
  g_assert_cmpstr(only->message, ==, "Too long.");
  g_assert_cmpuint(count_lines(only, "seen in the file"), ==, 1);
  g_assert_cmpuint(count_lines(only, ""), ==, 0);
  scene_clear(&scene);
}

static void
test_nothing_withheld(void)
{
  Row row = plain_row;
  row.ca_names[0] = ROOT;
  Scene scene;
  scene_init(&scene, &row);
  g_autoptr(GPtrArray) named = diagnose(&scene.c);
  g_assert_null(find(named, "client-cert-withheld"));
  g_free(scene.evidence->ca_names[0]);
  scene.evidence->ca_names[0] = g_strdup(OTHER);
  g_autoptr(GPtrArray) strange = diagnose(&scene.c);
  g_assert_nonnull(find(strange, "client-cert-withheld"));
  scene.evidence->requested = FALSE;
  g_autoptr(GPtrArray) unasked = diagnose(&scene.c);
  g_assert_null(find(unasked, "client-cert-withheld"));
  scene_clear(&scene);
}

/* A broker may name thousands. */
static void
test_many_names(void)
{
  Scene scene;
  scene_init(&scene, &plain_row);
  g_strfreev(scene.evidence->ca_names);
  scene.evidence->ca_names = g_new0(char *, 21);
  for (guint i = 0; i < 20; i++)
    scene.evidence->ca_names[i] = g_strdup_printf("CN=CA %u", i);
  g_autoptr(GPtrArray) findings = diagnose(&scene.c);
  const Finding *withheld = find(findings, "client-cert-withheld");
  g_assert_nonnull(strstr(withheld->message, "CN=CA 7 and 12 more, and ours"));
  g_assert_null(strstr(withheld->message, "CN=CA 8"));
  scene_clear(&scene);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_autoptr(GError) error = NULL;
  folder = private_folder_new("diagnosis", &error);
  g_assert_no_error(error);
  write_files();
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = g_strconcat("/diagnosis-client/table/", rows[i].name, NULL);
    g_test_add_data_func(name, &rows[i], test_row);
  }
  g_test_add_func("/diagnosis-client/alternatives", test_alternatives_have_a_test);
  g_test_add_func("/diagnosis-client/closed-good", test_closed_on_a_good_one);
  g_test_add_func("/diagnosis-client/closed-once-taken", test_closed_once_taken);
  g_test_add_func("/diagnosis-client/closed-without-ours", test_closed_without_ours);
  g_test_add_func("/diagnosis-client/refused-late", test_refused_late);
  g_test_add_func("/diagnosis-client/strength", test_strength);
  g_test_add_func("/diagnosis-client/strength-of-issuer", test_strength_of_issuer);
  g_test_add_func("/diagnosis-client/clock", test_clock);
  g_test_add_func("/diagnosis-client/settled", test_settled);
  g_test_add_func("/diagnosis-client/local-error", test_local_error_explains);
  g_test_add_func("/diagnosis-client/withheld", test_nothing_withheld);
  g_test_add_func("/diagnosis-client/many-names", test_many_names);
  int status = g_test_run();
  g_assert_true(private_folder_remove(folder, NULL));
  g_free(folder);
  return status;
}
