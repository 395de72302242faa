/* OpenSSL's verdict against the command `openssl verify`: the same files, the same flags, and the
 * same answer, error number, depth and text in every case of three suites; with strict rules and
 * with security levels, too. And against what OpenSSL's own test suite expects. */
#include "config.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "suites/suite.h"
#include "trust/second_opinion.h"
#include "util/private_folder.h"

#define JOBS 4

/* --- One case in two forms -------------------------------------------------------------------- */

typedef struct {
  const char *name;
  VerifyRules rules;
  int level; /* -auth_level; 0: not given */
} Mode;

static const Mode modes[] = {
    {"default", VERIFY_RULES_DEFAULT, 0},
    {"strict", VERIFY_RULES_STRICT, 0},
    {"level-1", VERIFY_RULES_DEFAULT, 1},
    {"level-2", VERIFY_RULES_DEFAULT, 2},
};

/* (transfer full): what stands between the lines of a PEM block; no parsing, for that is what is
 * compared here. */
static GBytes *
pem_bytes(const char *pem)
{
  const char *begin = strchr(strstr(pem, "-----BEGIN "), '\n');
  const char *end = strstr(begin, "-----END ");
  g_autofree char *base64 = g_strndup(begin, (gsize)(end - begin));
  gsize length;
  guchar *bytes = g_base64_decode(base64, &length);
  return g_bytes_new_take(bytes, length);
}

static void
append_certificates(GPtrArray *ders, const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add(ders, pem_bytes(((const SuiteCertificate *)entries->pdata[i])->pem));
}

static GPtrArray *
ders_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static VerifyPurpose
purpose_of(const SuiteCase *test)
{
  if (test->key_purpose && strcmp(test->key_purpose, "ANY_EKU") == 0)
    return VERIFY_PURPOSE_ANY;
  return test->client ? VERIFY_PURPOSE_CLIENT : VERIFY_PURPOSE_SERVER;
}

/* A flag with a value: ["-attime", "1593565200"]. */
static gint64
time_of(const SuiteCase *test)
{
  static gint64 now = 0; /* the same for both, and in every case */
  if (now == 0)
    now = g_get_real_time() / G_USEC_PER_SEC;
  for (int i = 0; test->features[i] && test->features[i + 1]; i++)
    if (strcmp(test->features[i], "-attime") == 0)
      return g_ascii_strtoll(test->features[i + 1], NULL, 10);
  return test->time ? test->time : now;
}

static SecondOpinion *
ask_library(const SuiteCase *test, VerifyRules rules)
{
  g_autoptr(GPtrArray) certificates = ders_new();
  g_autoptr(GPtrArray) anchors = ders_new();
  g_autoptr(GPtrArray) crls = ders_new();
  g_ptr_array_add(certificates, pem_bytes(test->peer->pem));
  append_certificates(certificates, test->untrusted);
  append_certificates(anchors, test->trusted);
  for (guint i = 0; i < test->crls->len; i++)
    g_ptr_array_add(crls, pem_bytes(test->crls->pdata[i]));
  const SecondOpinionInput input = {
      .certificates = certificates,
      .anchors = anchors,
      .crls = crls,
      .name = test->name_kind == SUITE_NAME_EMAIL ? NULL : test->name,
      .email = test->name_kind == SUITE_NAME_EMAIL ? test->name : NULL,
      .purpose = purpose_of(test),
      .rules = rules,
      .limits_depth = test->limits_depth,
      .max_depth = test->max_depth,
      .time = time_of(test),
  };
  return second_opinion_of_bytes(&input);
}

/* --- The command ------------------------------------------------------------------------------ */

static char *folder;

static void
append_file(GPtrArray *arguments, const char *option, const char *name, const GPtrArray *texts)
{
  g_autoptr(GString) all = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  for (guint i = 0; i < texts->len; i++) {
    g_string_append(all, texts->pdata[i]);
    g_string_append_c(all, '\n');
  }
  private_folder_write(folder, name, all->str, -1, 0600, &error);
  g_assert_no_error(error);
  if (option)
    g_ptr_array_add(arguments, g_strdup(option));
  g_ptr_array_add(arguments, g_build_filename(folder, name, NULL));
}

static void
append_pems(GPtrArray *arguments, const char *option, const char *name, const GPtrArray *entries)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new();
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add(texts, ((const SuiteCertificate *)entries->pdata[i])->pem);
  append_file(arguments, option, name, texts);
}

static void
append_option(GPtrArray *arguments, const char *option, const char *value)
{
  g_ptr_array_add(arguments, g_strdup(option));
  if (value)
    g_ptr_array_add(arguments, g_strdup(value));
}

static void
append_number(GPtrArray *arguments, const char *option, gint64 value)
{
  g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);
  append_option(arguments, option, text);
}

static void
append_files(GPtrArray *arguments, const SuiteCase *test, guint index)
{
  g_autofree char *ca = g_strdup_printf("%u-ca.pem", index);
  g_autofree char *untrusted = g_strdup_printf("%u-untrusted.pem", index);
  g_autofree char *crls = g_strdup_printf("%u-crls.pem", index);
  append_option(arguments, "-no-CApath", NULL);
  append_option(arguments, "-no-CAstore", NULL);
  if (test->trusted->len > 0)
    append_pems(arguments, "-CAfile", ca, test->trusted);
  else
    append_option(arguments, "-no-CAfile", NULL);
  if (test->untrusted->len > 0)
    append_pems(arguments, "-untrusted", untrusted, test->untrusted);
  if (test->crls->len > 0) {
    append_option(arguments, "-crl_check", NULL);
    append_file(arguments, "-CRLfile", crls, test->crls);
  }
}

static void
append_options(GPtrArray *arguments, const SuiteCase *test, const Mode *mode)
{
  static const char *const names[] = {[SUITE_NAME_DNS] = "-verify_hostname",
                                      [SUITE_NAME_IP] = "-verify_ip",
                                      [SUITE_NAME_EMAIL] = "-verify_email"};
  VerifyPurpose purpose = purpose_of(test);
  append_number(arguments, "-attime", time_of(test));
  if (purpose != VERIFY_PURPOSE_ANY)
    append_option(arguments, "-purpose",
                  purpose == VERIFY_PURPOSE_CLIENT ? "sslclient" : "sslserver");
  if (test->name)
    append_option(arguments, names[test->name_kind], test->name);
  if (test->limits_depth)
    append_number(arguments, "-verify_depth", test->max_depth);
  if (mode->rules == VERIFY_RULES_STRICT)
    append_option(arguments, "-x509_strict", NULL);
  if (mode->level > 0)
    append_number(arguments, "-auth_level", mode->level);
}

static GSubprocess *
start_command(const SuiteCase *test, guint index, const Mode *mode)
{
  g_autofree char *leaf = g_strdup_printf("%u-leaf.pem", index);
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) peer = g_ptr_array_new();
  g_autoptr(GError) error = NULL;
  append_option(arguments, "openssl", "verify");
  append_files(arguments, test, index);
  append_options(arguments, test, mode);
  g_ptr_array_add(peer, test->peer->pem);
  append_file(arguments, NULL, leaf, peer);
  g_ptr_array_add(arguments, NULL);
  GSubprocess *process =
      g_subprocess_newv((const char *const *)arguments->pdata,
                        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error(error);
  return process;
}

typedef struct {
  gboolean accepted;
  int error, depth;
  char reason[128];
} Answer;

/* Its first "error 2 at 1 depth lookup: unable to get issuer certificate": the command goes on
 * after some errors, a client does not. */
static Answer
read_answer(GSubprocess *process)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  Answer answer = {0};
  g_subprocess_communicate_utf8(process, NULL, NULL, NULL, &text, &error);
  g_assert_no_error(error);
  answer.accepted = g_subprocess_get_successful(process);
  for (const char *at = text; at && (at = strstr(at, "error ")); at++)
    if (sscanf(at, "error %d at %d depth lookup: %127[^\n]", &answer.error, &answer.depth,
               answer.reason) == 3)
      return answer;
  if (!answer.accepted)
    g_error("openssl verify failed without a verdict: %s", text);
  return answer;
}

/* --- Both ------------------------------------------------------------------------------------- */

/* What a client of that security level says: the strength is looked at before the dates and
 * signatures, so that is only known where the verdict is good without it. */
static Answer
answer_of(const SecondOpinion *opinion, const Mode *mode)
{
  Answer answer = {.accepted = opinion->accepted, .error = opinion->error, .depth = opinion->depth};
  g_strlcpy(answer.reason, opinion->accepted ? "" : opinion->reason, sizeof answer.reason);
  if (opinion->accepted && opinion->level > 0 && opinion->level <= mode->level) {
    answer.accepted = FALSE;
    g_strlcpy(answer.reason, opinion->level_reason, sizeof answer.reason);
  }
  return answer;
}

static gboolean
answers_agree(const Answer *ours, const Answer *theirs, const Mode *mode)
{
  if (ours->accepted != theirs->accepted)
    return FALSE;
  if (mode->level > 0) /* of the strength only the text is kept */
    return ours->accepted || ours->error || strcmp(ours->reason, theirs->reason) == 0;
  return ours->error == theirs->error && ours->depth == theirs->depth &&
         strcmp(ours->reason, theirs->reason) == 0;
}

static gboolean
compare(const SuiteCase *test, GSubprocess *process, const Mode *mode)
{
  g_autoptr(SecondOpinion) opinion = ask_library(test, mode->rules);
  Answer ours = answer_of(opinion, mode), theirs = read_answer(process);
  if (answers_agree(&ours, &theirs, mode))
    return TRUE;
  g_test_message("%s: error %d at %d (%s) here, %d at %d (%s) by the command", test->id, ours.error,
                 ours.depth, ours.reason, theirs.error, theirs.depth, theirs.reason);
  return FALSE;
}

static void
compare_all(const GPtrArray *cases, const Mode *mode)
{
  GSubprocess *jobs[JOBS] = {NULL};
  guint same = 0;
  for (guint i = 0; i < cases->len + JOBS; i++) {
    GSubprocess **job = &jobs[i % JOBS];
    if (*job) {
      same += compare(cases->pdata[i - JOBS], *job, mode);
      g_clear_object(job);
    }
    if (i < cases->len)
      *job = start_command(cases->pdata[i], i, mode);
  }
  g_test_message("%s: the same in %u of %u cases", mode->name, same, cases->len);
  g_assert_cmpuint(same, ==, cases->len);
}

static gboolean
available_or_skip(void)
{
  g_autofree char *program = g_find_program_in_path("openssl");
  if (!second_opinion_available())
    g_test_skip("this build has no OpenSSL");
  else if (!program)
    g_test_skip("this machine has no command openssl");
  return second_opinion_available() && program != NULL;
}

static void
test_same_as_command(const char *suite, const Mode *mode)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) cases = available_or_skip() ? suite_load(suite) : NULL;
  if (!cases)
    return;
  folder = private_folder_new("mqtrust-openssl", &error);
  g_assert_no_error(error);
  compare_all(cases, mode);
  private_folder_remove(folder, NULL);
  g_clear_pointer(&folder, g_free);
}

static void
test_limbo(gconstpointer mode)
{
  test_same_as_command("limbo-core.json", mode);
}

static void
test_own(gconstpointer mode)
{
  test_same_as_command("openssl-verify.json", mode);
}

static void
test_pkits(gconstpointer mode)
{
  test_same_as_command("pkits.json", mode);
}

/* --- What OpenSSL's test suite expects -------------------------------------------------------- */

/* Flags that no MQTT client sets, so that the verdict on their cases is another one. */
static const char *const foreign_flags[] = {
    "-partial_chain",     /* an anchor that is not self-signed is enough */
    "-allow_proxy_certs", /* RFC 3820 */
    "-vfyopt",            /* SM2 with an identity that only the caller knows */
    NULL,
};

static gboolean
has_foreign_flag(const SuiteCase *test)
{
  for (int i = 0; foreign_flags[i]; i++)
    if (suite_has_feature(test, foreign_flags[i]))
      return TRUE;
  return FALSE;
}

static void
test_expectations(void)
{
  g_autoptr(GPtrArray) cases = available_or_skip() ? suite_load("openssl-verify.json") : NULL;
  guint judged = 0, right = 0;
  for (guint i = 0; cases && i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    if (has_foreign_flag(test)) {
      g_test_message("%s is left out: %s", test->id, test->features[0]);
      continue;
    }
    g_autoptr(SecondOpinion) opinion = ask_library(test, VERIFY_RULES_DEFAULT);
    gboolean good = opinion->accepted && opinion->level != 1;
    judged++;
    right += good == test->expects_success;
    if (good != test->expects_success)
      g_test_message("%s: expected %d", test->id, test->expects_success);
  }
  if (!cases)
    return;
  g_test_message("%u of %u as expected, %u left out", right, judged, cases->len - judged);
  g_assert_cmpuint(judged, ==, 41);
  g_assert_cmpuint(right, ==, judged);
}

/* --- From a request --------------------------------------------------------------------------- */

static Anchors *
load_anchors(const SuiteCase *test)
{
  g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
  append_pems(arguments, NULL, "anchors.pem", test->trusted);
  return anchors_load_file(arguments->pdata[0], NULL);
}

static void
assert_same_by_request(const SuiteCase *test, Anchors *anchors)
{
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  g_autoptr(GPtrArray) untrusted = suite_certificates(test->untrusted);
  g_autoptr(RevocationData) revocation = revocation_data_new();
  for (guint i = 0; i < test->crls->len; i++) {
    g_autoptr(GBytes) crl = pem_bytes(test->crls->pdata[i]);
    g_assert_true(revocation_data_add_crl(revocation, g_bytes_get_data(crl, NULL),
                                          g_bytes_get_size(crl), "suite", NULL));
  }
  g_ptr_array_add(certificates, certificate_ref(test->peer->certificate));
  const VerifyRequest request = {
      .certificates = certificates,
      .untrusted = untrusted,
      .anchors = anchors,
      .name = test->name,
      .purpose = purpose_of(test),
      .limits_depth = test->limits_depth,
      .max_depth = test->max_depth,
      .revocation = revocation,
      .time = time_of(test),
  };
  g_autoptr(SecondOpinion) a = second_opinion(&request);
  g_autoptr(SecondOpinion) b = ask_library(test, VERIFY_RULES_DEFAULT);
  g_assert_cmpint(a->error, ==, b->error);
  g_assert_cmpint(a->depth, ==, b->depth);
  g_assert_cmpint(a->level, ==, b->level);
  g_assert_cmpstr(a->subject, ==, b->subject);
}

/* A request leads to the same as the bytes: what the engine sees is what OpenSSL sees. Not in the
 * cases that this program's own reader refuses. */
static void
test_request(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) cases = available_or_skip() ? suite_load("limbo-core.json") : NULL;
  guint judged = 0;
  if (!cases)
    return;
  folder = private_folder_new("mqtrust-openssl", &error);
  g_assert_no_error(error);
  for (guint i = 0; i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    g_autoptr(GPtrArray) readable = suite_certificates(test->untrusted);
    g_autoptr(Anchors) anchors = load_anchors(test);
    if (!anchors || !test->peer->certificate || readable->len < test->untrusted->len)
      continue;
    assert_same_by_request(test, anchors);
    judged++;
  }
  g_test_message("%u of %u cases", judged, cases->len);
  g_assert_cmpuint(judged, ==, 285);
  private_folder_remove(folder, NULL);
  g_clear_pointer(&folder, g_free);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
    g_autofree char *limbo = g_strdup_printf("/openssl/limbo-core/%s", modes[i].name);
    g_autofree char *own = g_strdup_printf("/openssl/openssl-verify/%s", modes[i].name);
    g_test_add_data_func(limbo, &modes[i], test_limbo);
    g_test_add_data_func(own, &modes[i], test_own);
  }
  g_test_add_data_func("/openssl/pkits", &modes[0], test_pkits); /* CRLs in every case */
  g_test_add_func("/openssl/expectations", test_expectations);
  g_test_add_func("/openssl/request", test_request);
  return g_test_run();
}
