#include "config.h"

#include "suites/suite_verify.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <unistd.h>

Anchors *
suite_anchors(const SuiteCase *test)
{
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = 0; i < test->trusted->len; i++)
    g_string_append_printf(pem, "%s\n", ((SuiteCertificate *)test->trusted->pdata[i])->pem);
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mqtrust-suite-XXXXXX", NULL);
  int file = g_mkstemp(path);
  g_assert_cmpint(file, >=, 0);
  close(file);
  g_assert_true(g_file_set_contents(path, pem->str, pem->len, NULL));
  Anchors *anchors = anchors_load_file(path, NULL);
  g_unlink(path);
  return anchors;
}

GPtrArray *
suite_chain(const SuiteCase *test)
{
  if (!test->peer->certificate)
    return NULL;
  g_autoptr(GPtrArray) given = suite_certificates(test->untrusted);
  GPtrArray *chain = certificate_list_new();
  g_ptr_array_add(chain, certificate_ref(test->peer->certificate));
  for (guint i = 0; i < given->len; i++)
    g_ptr_array_add(chain, certificate_ref(given->pdata[i]));
  return chain;
}

static VerifyPurpose
purpose_of(const SuiteCase *test)
{
  if (!g_strcmp0(test->key_purpose, "ANY_EKU"))
    return VERIFY_PURPOSE_ANY;
  if (test->key_purpose)
    return !strcmp(test->key_purpose, "sslclient") ? VERIFY_PURPOSE_CLIENT : VERIFY_PURPOSE_SERVER;
  return test->client ? VERIFY_PURPOSE_CLIENT : VERIFY_PURPOSE_SERVER;
}

VerifyRequest
suite_request(const SuiteCase *test, GPtrArray *certificates, const Anchors *anchors,
              const RevocationData *crls)
{
  gboolean mail = test->name_kind == SUITE_NAME_EMAIL;
  return (VerifyRequest){.certificates = certificates,
                         .anchors = anchors,
                         .name = mail ? NULL : test->name,
                         .email = mail ? test->name : NULL,
                         .purpose = purpose_of(test),
                         .limits_depth = test->limits_depth,
                         .max_depth = test->max_depth,
                         .revocation = crls,
                         .time = test->time ? test->time : g_get_real_time() / G_USEC_PER_SEC,
                         .source = FINDING_SOURCE_PEER};
}

static void
add_crl(RevocationData *data, const char *pem)
{
  GError *error = NULL;
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der = {NULL, 0};
  g_assert_cmpint(gnutls_pem_base64_decode2("X509 CRL", &text, &der), >=, 0);
  revocation_data_add_crl(data, der.data, der.size, "suite.crl", &error);
  g_assert_no_error(error);
  gnutls_free(der.data);
}

RevocationData *
suite_crls(const SuiteCase *test)
{
  RevocationData *data = revocation_data_new();
  for (guint i = 0; i < test->crls->len; i++)
    add_crl(data, test->crls->pdata[i]);
  return data;
}

Verdict *
suite_verify(const SuiteCase *test, const RevocationData *crls)
{
  g_autoptr(GPtrArray) chain = suite_chain(test);
  g_autoptr(Anchors) anchors = suite_anchors(test);
  if (!chain || !anchors)
    return NULL;
  VerifyRequest request = suite_request(test, chain, anchors, crls);
  return verify(&request);
}

const Finding *
suite_find(const Verdict *verdict, const char *const *codes)
{
  for (guint i = 0; verdict && i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (g_strv_contains(codes, finding->code))
      return finding;
  }
  return NULL;
}

void
suite_dump(const SuiteCase *test, const Verdict *verdict)
{
  g_test_message("%s: suite %s, here %s", test->id, test->expects_success ? "accepts" : "rejects",
                 !verdict            ? "cannot be parsed"
                 : verdict->accepted ? "accepted"
                                     : "rejected");
  for (guint i = 0; verdict && i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    g_test_message("  %s %s: %s", finding_severity_name(finding->severity), finding->code,
                   finding->message);
  }
}

void
suite_count(SuiteTally *tally, gboolean expected, gboolean accepted)
{
  tally->right += expected == accepted;
  tally->false_accept += accepted && !expected;
  tally->false_reject += expected && !accepted;
}
