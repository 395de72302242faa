/* Name constraints, by 400 of the cases that Netflix made for them: never more credulous than plain
 * GnuTLS, which is asked the same in the same run, and nothing that is good is refused. */
#include "config.h"

#include <gnutls/x509.h>
#include <string.h>

#include "suites/suite_verify.h"

/* --- plain GnuTLS ----------------------------------------------------------------------------- */

/* GnuTLS asks for the time by a function without a parameter for us. */
static time_t gnutls_now;

static time_t
time_of_case(time_t *result)
{
  if (result)
    *result = gnutls_now;
  return gnutls_now;
}

/* NULL: GnuTLS cannot parse it. */
static gnutls_x509_crt_t
import(const char *pem)
{
  gnutls_x509_crt_t crt;
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)};
  g_assert_cmpint(gnutls_x509_crt_init(&crt), >=, 0);
  if (gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM) >= 0)
    return crt;
  gnutls_x509_crt_deinit(crt);
  return NULL;
}

static void
import_list(GPtrArray *chain, const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++) {
    gnutls_x509_crt_t crt = import(((SuiteCertificate *)list->pdata[i])->pem);
    if (crt)
      g_ptr_array_add(chain, crt);
  }
}

static gboolean
gnutls_verifies(const SuiteCase *test, GPtrArray *anchors, GPtrArray *chain)
{
  unsigned status = 0;
  gnutls_x509_trust_list_t list;
  gnutls_typed_vdata_st wishes[] = {
      {GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)test->name, strlen(test->name)},
      {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0}};
  g_assert_cmpint(gnutls_x509_trust_list_init(&list, 0), >=, 0);
  gnutls_x509_trust_list_add_cas(list, (gnutls_x509_crt_t *)anchors->pdata, anchors->len, 0);
  int result = gnutls_x509_trust_list_verify_crt2(
      list, (gnutls_x509_crt_t *)chain->pdata, chain->len, wishes, G_N_ELEMENTS(wishes),
      GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), &status, NULL);
  gnutls_x509_trust_list_deinit(list, 0);
  return result >= 0 && status == 0;
}

static gboolean
gnutls_accepts(const SuiteCase *test)
{
  g_autoptr(GPtrArray) anchors =
      g_ptr_array_new_with_free_func((GDestroyNotify)gnutls_x509_crt_deinit);
  g_autoptr(GPtrArray) chain =
      g_ptr_array_new_with_free_func((GDestroyNotify)gnutls_x509_crt_deinit);
  gnutls_x509_crt_t leaf = import(test->peer->pem);
  if (!leaf)
    return FALSE;
  gnutls_now = test->time;
  g_ptr_array_add(chain, leaf);
  import_list(chain, test->untrusted);
  import_list(anchors, test->trusted);
  return anchors->len > 0 && gnutls_verifies(test, anchors, chain);
}

/* --- the suite -------------------------------------------------------------------------------- */

static const char *const naming[] = {"name-constraints-violated", "name-no-san", "name-mismatch",
                                     NULL};

static void
test_suite(void)
{
  g_autoptr(GPtrArray) cases = suite_load("bettertls-nc-sample400.json");
  SuiteTally ours = {0}, theirs = {0};
  guint silent = 0;
  if (!cases)
    return;
  gnutls_global_set_time_function(time_of_case);
  for (guint i = 0; i < cases->len; i++) {
    const SuiteCase *test = cases->pdata[i];
    g_autoptr(Verdict) verdict = suite_verify(test, NULL);
    gboolean accepted = verdict && verdict->accepted;
    suite_count(&ours, test->expects_success, accepted);
    suite_count(&theirs, test->expects_success, gnutls_accepts(test));
    gboolean is_silent = accepted && !test->expects_success && !suite_find(verdict, naming);
    silent += is_silent;
    if (is_silent || (test->expects_success && !accepted))
      suite_dump(test, verdict);
  }
  g_test_message("%-8s %5s %12s %12s %13s", "", "right", "false accept", "false reject",
                 "silent accept");
  g_test_message("%-8s %5u %12u %12u %13u", "mqtrust", ours.right, ours.false_accept,
                 ours.false_reject, silent);
  g_test_message("%-8s %5u %12u %12u %13s", "GnuTLS", theirs.right, theirs.false_accept,
                 theirs.false_reject, "-");
  g_assert_cmpuint(ours.false_accept, <=, theirs.false_accept);
  g_assert_cmpuint(ours.false_reject, ==, 0);
  g_assert_cmpuint(silent, ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/suite/bettertls", test_suite);
  return g_test_run();
}
