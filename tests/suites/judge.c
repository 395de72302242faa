#include "config.h"

#include "suites/judge.h"

#include <glib/gstdio.h>
#include <string.h>

#include "trust/anchors.h"

/* Through a real CA file, as the program gets them; NULL: it holds none. */
static Anchors *
load_anchors(const SuiteCase *test)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = 0; i < test->trusted->len; i++) {
    const SuiteCertificate *one = test->trusted->pdata[i];
    if (one->certificate)
      g_string_append_printf(pem, "%s\n", one->pem);
  }
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mqtrust-suite-XXXXXX", NULL);
  int file = g_mkstemp(path);
  g_assert_cmpint(file, >=, 0);
  close(file);
  g_assert_true(g_file_set_contents(path, pem->str, pem->len, NULL));
  Anchors *anchors = anchors_load_file(path, &error);
  g_unlink(path);
  return anchors;
}

static VerifyPurpose
purpose_of(const SuiteCase *test)
{
  if (test->key_purpose && !strcmp(test->key_purpose, "ANY_EKU"))
    return VERIFY_PURPOSE_ANY;
  return test->client ? VERIFY_PURPOSE_CLIENT : VERIFY_PURPOSE_SERVER;
}

Verdict *
suite_judge(const SuiteCase *test, VerifyRules rules)
{
  if (!test->peer->certificate)
    return NULL;
  g_autoptr(Anchors) anchors = load_anchors(test);
  if (!anchors)
    return NULL;
  g_autoptr(GPtrArray) sent = certificate_list_new();
  g_autoptr(GPtrArray) untrusted = suite_certificates(test->untrusted);
  g_ptr_array_add(sent, certificate_ref(test->peer->certificate));
  gboolean email = test->name_kind == SUITE_NAME_EMAIL;
  VerifyRequest request = {
      .certificates = sent,
      .untrusted = untrusted,
      .anchors = anchors,
      .name = email ? NULL : test->name,
      .email = email ? test->name : NULL,
      .purpose = purpose_of(test),
      .rules = rules,
      .limits_depth = test->limits_depth,
      .max_depth = test->max_depth,
      .time = test->time ? test->time : g_get_real_time() / G_USEC_PER_SEC,
      .source = FINDING_SOURCE_CHAIN,
  };
  return verify(&request);
}

char *
suite_verdict_text(const Verdict *verdict)
{
  GString *text = g_string_new(verdict->accepted ? "accepted" : "rejected");
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    g_string_append_printf(text, "\n    %s %s: %s", finding_severity_name(finding->severity),
                           finding->code, finding->message);
  }
  return g_string_free(text, FALSE);
}
