/* What is told of a name, and what the diagnosis makes of it. */
#include "config.h"

#include "core/name_report.h"

#include <string.h>

#include "core/diagnosis.h"
#include "core/name_look.h"
#include "lab/dns_server.h"
#include "lab/forge.h"
#include "trust/finding.h"
#include "unit/loop.h"

/* --- Surveys --------------------------------------------------------------------------------- */

static void
add_alias(NameSurvey *survey, const char *name, const char *target, guint32 ttl)
{
  SurveyAlias *alias = g_new0(SurveyAlias, 1);
  alias->name = g_strdup(name);
  alias->target = g_strdup(target);
  alias->ttl = ttl;
  g_ptr_array_add(survey->aliases, alias);
}

static void
add_address(NameSurvey *survey, const char *name, const char *text, guint32 ttl)
{
  SurveyAddress *address = g_new0(SurveyAddress, 1);
  address->name = g_strdup(name);
  address->address = g_strdup(text);
  address->v6 = strchr(text, ':') != NULL;
  address->ttl = ttl;
  g_ptr_array_add(survey->addresses, address);
}

static void
add_authorization(NameSurvey *survey, const char *tag, const char *value, gboolean critical)
{
  SurveyAuthorization *caa = g_new0(SurveyAuthorization, 1);
  caa->tag = g_strdup(tag);
  caa->value = g_strdup(value);
  caa->critical = critical;
  caa->ttl = 3600;
  g_ptr_array_add(survey->authorizations, caa);
}

static void
add_service(NameSurvey *survey, guint16 priority, guint16 weight, guint16 port, const char *target)
{
  SurveyService *service = g_new0(SurveyService, 1);
  *service = (SurveyService){priority, weight, port, g_strdup(target), 60};
  g_ptr_array_add(survey->services, service);
}

static NameSurvey *
make_survey(NameAnswer answer)
{
  NameSurvey *survey = name_survey_new("mqtt.example.com");
  survey->v4.answer = survey->v6.answer = answer;
  survey->authorization.answer = survey->service.answer = NAME_ANSWER_NONE;
  return survey;
}

static NameSurvey *
make_chain(void)
{
  NameSurvey *survey = make_survey(NAME_ANSWER_FOUND);
  add_alias(survey, "mqtt.example.com", "lb.cloud.example", 300);
  add_alias(survey, "lb.cloud.example", "node7.cloud.example", 30);
  add_address(survey, "node7.cloud.example", "192.0.2.7", 90);
  add_address(survey, "node7.cloud.example", "2001:db8::7", 60);
  return survey;
}

static void
expect_text(const NameSurvey *survey, const Certificate *leaf, const char *expected)
{
  NameReport report = {.host = "mqtt.example.com", .survey = survey, .leaf = leaf};
  g_autofree char *text = name_report_text(&report);
  g_assert_cmpstr(text, ==, expected);
}

#define CHAIN                                                                                      \
  "mqtt.example.com\n"                                                                             \
  "  └ lb.cloud.example       CNAME    300 s\n"                                                  \
  "    └ node7.cloud.example  CNAME     30 s\n"                                                  \
  "      └ 192.0.2.7          A         90 s\n"                                                  \
  "      └ 2001:db8::7        AAAA      60 s\n"                                                  \
  "\n"                                                                                             \
  "The certificate must name mqtt.example.com, not the CNAME's target.\n"

static void
test_chain(void)
{
  g_autoptr(NameSurvey) survey = make_chain();
  expect_text(survey, NULL, CHAIN);
}

static void
test_direct(void)
{
  g_autoptr(NameSurvey) survey = make_survey(NAME_ANSWER_FOUND);
  add_address(survey, "mqtt.example.com", "192.0.2.7", 90);
  expect_text(survey, NULL,
              "mqtt.example.com\n"
              "  └ 192.0.2.7     A         90 s\n");
}

static void
test_extras(void)
{
  g_autoptr(NameSurvey) survey = make_survey(NAME_ANSWER_FOUND);
  add_address(survey, "mqtt.example.com", "192.0.2.7", 90);
  survey->authorization.answer = survey->service.answer = NAME_ANSWER_FOUND;
  survey->authorization_name = g_strdup("example.com");
  add_authorization(survey, "issue", "letsencrypt.org", FALSE);
  add_authorization(survey, "issuewild", ";", TRUE);
  add_service(survey, 10, 60, 8883, "lb.cloud.example");
  add_service(survey, 20, 0, 443, "");
  expect_text(survey, NULL,
              "mqtt.example.com\n"
              "  └ 192.0.2.7     A         90 s\n"
              "\n"
              "CAA of example.com: who may issue certificates\n"
              "  issue     letsencrypt.org         3600 s\n"
              "  issuewild ; (no CA) (critical)    3600 s\n"
              "\n"
              "SRV _secure-mqtt._tcp.mqtt.example.com: priority, weight, where\n"
              "     10    60  lb.cloud.example:8883      60 s\n"
              "  no such service here                    60 s\n"
              "Clients, mqtrust among them, go to the host and port that they are given.\n");
}

/* A CA must not issue while CAA cannot be looked up (RFC 8659, 3). */
static void
test_authorization_fails(void)
{
  g_autoptr(NameSurvey) survey = make_survey(NAME_ANSWER_FOUND);
  add_address(survey, "mqtt.example.com", "192.0.2.7", 90);
  survey->authorization.answer = NAME_ANSWER_FAILED;
  survey->authorization.failure = g_strdup("SERVFAIL");
  survey->authorization_name = g_strdup("example.com");
  expect_text(survey, NULL,
              "mqtt.example.com\n"
              "  └ 192.0.2.7     A         90 s\n"
              "\n"
              "CAA of example.com could not be looked up (SERVFAIL): as long as that lasts, no CA "
              "issues a certificate for this name.\n");
}

static void
test_circle_is_drawn_once(void)
{
  g_autoptr(NameSurvey) survey = make_survey(NAME_ANSWER_NONE);
  add_alias(survey, "mqtt.example.com", "b.test", 300);
  add_alias(survey, "b.test", "mqtt.example.com", 30);
  survey->is_loop = TRUE;
  expect_text(survey, NULL,
              "mqtt.example.com\n"
              "  └ b.test              CNAME    300 s\n"
              "    └ mqtt.example.com  CNAME     30 s\n"
              "\n"
              "The CNAME records of \"mqtt.example.com\" lead in a circle; correct one of them.\n"
              "\n"
              "The certificate must name mqtt.example.com, not the CNAME's target.\n");
}

/* --- Why there is no address ----------------------------------------------------------------- */

static void
expect_problem(const NameSurvey *survey, const char *expected)
{
  NameReport report = {.host = "mqtt.example.com", .survey = survey};
  g_autofree char *problem = name_report_problem(&report);
  g_assert_cmpstr(problem, ==, expected);
}

static void
expect_answers(NameAnswer v4, NameAnswer v6, const char *word)
{
  g_autoptr(NameSurvey) survey = make_survey(v4);
  survey->v6.answer = v6;
  if (v4 == NAME_ANSWER_FAILED)
    survey->v4.failure = g_strdup("REFUSED");
  if (v6 == NAME_ANSWER_FAILED)
    survey->v6.failure = g_strdup("SERVFAIL");
  NameReport report = {.host = "mqtt.example.com", .survey = survey};
  g_autofree char *problem = name_report_problem(&report);
  g_assert_nonnull(strstr(problem, word));
}

static void
test_problems(void)
{
  expect_answers(NAME_ANSWER_UNKNOWN, NAME_ANSWER_UNKNOWN, "is not known to DNS");
  expect_answers(NAME_ANSWER_NONE, NAME_ANSWER_NONE, "has no address");
  expect_answers(NAME_ANSWER_NONE, NAME_ANSWER_UNKNOWN, "has no address");
  expect_answers(NAME_ANSWER_UNKNOWN, NAME_ANSWER_SILENT, "is not known to DNS");
  expect_answers(NAME_ANSWER_NONE, NAME_ANSWER_SILENT, "does not answer");
  expect_answers(NAME_ANSWER_SILENT, NAME_ANSWER_NONE, "does not answer");
  expect_answers(NAME_ANSWER_SILENT, NAME_ANSWER_FAILED, "(SERVFAIL)");
  expect_answers(NAME_ANSWER_FAILED, NAME_ANSWER_FAILED, "(REFUSED)");
  g_autoptr(NameSurvey) good = make_chain();
  expect_problem(good, NULL);
}

static void
test_broken_alias(void)
{
  g_autoptr(NameSurvey) survey = make_survey(NAME_ANSWER_UNKNOWN);
  add_alias(survey, "mqtt.example.com", "old.cloud.example", 300);
  expect_problem(survey, "\"mqtt.example.com\" leads by CNAME to \"old.cloud.example\", which is "
                         "not known to DNS; correct the CNAME record");
  survey->v4.answer = survey->v6.answer = NAME_ANSWER_NONE;
  expect_problem(survey, "\"mqtt.example.com\" leads by CNAME to \"old.cloud.example\", which has "
                         "no address (neither A nor AAAA record); correct the CNAME record, or ask "
                         "another name server");
}

/* --- The certificate ------------------------------------------------------------------------- */

static void
expect_verdict(const char *dns, NameJudgement expected, const char *sentence)
{
  ForgeTemplate template = forge_server("broker", dns);
  g_autoptr(Forged) leaf = forge(&template, NULL);
  g_autoptr(NameSurvey) survey = make_chain();
  NameReport report = {.host = "mqtt.example.com", .survey = survey, .leaf = leaf->certificate};
  const char *target = NULL;
  g_assert_cmpint(name_report_judgement(&report, &target), ==, expected);
  g_assert_cmpint(target != NULL, ==, expected == NAME_JUDGEMENT_TARGET);
  g_autofree char *verdict = name_report_verdict(&report);
  g_assert_cmpstr(verdict, ==, sentence);
  g_autofree char *text = g_strconcat(CHAIN, sentence, "\n", NULL);
  expect_text(survey, leaf->certificate, text);
}

static void
test_verdicts(void)
{
  static const char target[] =
      "The certificate names node7.cloud.example and not mqtt.example.com, which leads there: "
      "issue it again for mqtt.example.com, or connect by the target's name.";
  expect_verdict("mqtt.example.com", NAME_JUDGEMENT_HOST,
                 "The certificate names mqtt.example.com.");
  expect_verdict("*.example.com", NAME_JUDGEMENT_HOST, "The certificate names mqtt.example.com.");
  expect_verdict("node7.cloud.example", NAME_JUDGEMENT_TARGET, target);
  expect_verdict("other.example.org", NAME_JUDGEMENT_NEITHER,
                 "The certificate names neither mqtt.example.com nor anything that it leads to: "
                 "issue it again for mqtt.example.com.");
}

static void
test_judge(void)
{
  ForgeTemplate template = forge_server("broker", "*.cloud.example");
  g_autoptr(Forged) leaf = forge(&template, NULL);
  const char *names[] = {"mqtt.example.com", "lb.cloud.example", "node7.cloud.example", NULL};
  const char *target = NULL;
  g_assert_cmpint(name_report_judge(names[0], names, leaf->certificate, &target), ==,
                  NAME_JUDGEMENT_TARGET);
  g_assert_cmpstr(target, ==, "lb.cloud.example");
  g_assert_cmpint(name_report_judge("lb.cloud.example.", names, leaf->certificate, NULL), ==,
                  NAME_JUDGEMENT_HOST);
  g_assert_cmpint(name_report_judge(names[0], NULL, leaf->certificate, NULL), ==,
                  NAME_JUDGEMENT_NEITHER);
  g_assert_cmpint(name_report_judge(names[0], names, NULL, NULL), ==, NAME_JUDGEMENT_NONE);
}

/* Another name was set: then the aliases have no say. */
static void
test_server_name(void)
{
  g_autoptr(NameSurvey) survey = make_survey(NAME_ANSWER_FOUND);
  add_alias(survey, "mqtt.example.com", "b.test", 300);
  NameReport report = {.host = "mqtt.example.com", .server_name = "x.test", .survey = survey};
  g_autofree char *text = name_report_text(&report);
  g_assert_true(
      g_str_has_suffix(text, "\nThe certificate must name x.test, which is set as server name.\n"));
  g_assert_null(strstr(text, "the CNAME's target"));
}

/* --- A look ---------------------------------------------------------------------------------- */

static void
set_flag(NameLook *look, gpointer data)
{
  g_assert_nonnull(name_look_text(look));
  *(gboolean *)data = TRUE;
}

static void
test_look(void)
{
  g_autoptr(DnsServer) server = dns_server_new(g_main_context_default());
  dns_server_add(server, "mqtt.test", "CNAME", 300, "lb.test");
  dns_server_add(server, "lb.test", "A", 60, "192.0.2.7");
  ForgeTemplate template = forge_server("broker", "mqtt.test");
  g_autoptr(Forged) leaf = forge(&template, NULL);
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("mqtt.test");
  profile->dns_servers = g_strdup(dns_server_address(server));
  gboolean done = FALSE;
  g_autoptr(NameLook) look = name_look_start(profile, leaf->certificate, set_flag, &done);
  g_assert_null(name_look_text(look));
  loop_until(g_main_context_default(), &done, 20);
  g_assert_cmpstr(name_look_text(look), ==,
                  "mqtt.test\n"
                  "  └ lb.test      CNAME    300 s\n"
                  "    └ 192.0.2.7  A         60 s\n"
                  "\n"
                  "The certificate must name mqtt.test, not the CNAME's target.\n"
                  "The certificate names mqtt.test.\n");
}

static void
test_look_at_address(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("192.0.2.7");
  g_autoptr(NameLook) look = name_look_start(profile, NULL, set_flag, NULL);
  g_assert_cmpstr(name_look_text(look), ==, "192.0.2.7 is an address: no name server is asked.\n");
}

/* --- The diagnosis --------------------------------------------------------------------------- */

/* (transfer full): what is found when `dns` is what the broker's certificate is for. */
static Finding *
diagnose_with(const char *dns, const char *const *names, const char *server_name)
{
  ForgeTemplate template = forge_server("broker", dns);
  g_autoptr(Forged) leaf = forge(&template, NULL);
  g_autoptr(Profile) profile = profile_new();
  g_free(profile->host);
  profile->host = g_strdup("mqtt.example.com");
  profile->server_name = g_strdup(server_name);
  g_autoptr(Evidence) evidence = evidence_new();
  evidence->names = g_strdupv((char **)names);
  evidence->certificates = certificate_list_new();
  g_ptr_array_add(evidence->certificates, certificate_ref(leaf->certificate));
  VerifyRequest request = {.certificates = evidence->certificates,
                           .source = FINDING_SOURCE_PEER,
                           .name = server_name != NULL ? server_name : profile->host,
                           .name_is_override = server_name != NULL,
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = g_get_real_time() / G_USEC_PER_SEC};
  evidence->verdict = verify(&request);
  TunnelEvent closed = {.type = TUNNEL_CLOSED, .fault = TUNNEL_FAULT_VERIFY};
  evidence->closed = &closed;
  DiagnosisCase c = {.evidence = evidence, .profile = profile, .quiet_us = -1};
  g_autoptr(GPtrArray) findings = diagnose(&c);
  evidence->closed = NULL;
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    if (g_str_has_prefix(finding->code, "name-"))
      return finding_copy(finding);
  }
  return NULL;
}

static const char *
last_evidence(const Finding *finding)
{
  return g_ptr_array_index(finding->evidence, finding->evidence->len - 1);
}

static void
test_finding_of_target(void)
{
  const char *names[] = {"mqtt.example.com", "lb.cloud.example", NULL};
  g_autoptr(Finding) finding = diagnose_with("lb.cloud.example", names, NULL);
  g_assert_cmpstr(finding->code, ==, "name-mismatch");
  g_assert_cmpstr(finding->message, ==,
                  "The certificate is for lb.cloud.example, which \"mqtt.example.com\" leads to by "
                  "CNAME, and not for \"mqtt.example.com\" itself.");
  g_assert_cmpstr(finding->remedy, ==,
                  "Issue the certificate again for mqtt.example.com, or connect by the target's "
                  "name, lb.cloud.example.");
  g_assert_cmpstr(last_evidence(finding), ==,
                  "the certificate must name mqtt.example.com, not the CNAME's target");
  g_assert_cmpuint(finding->alternatives->len, ==, 0);
}

static void
test_finding_of_neither(void)
{
  const char *names[] = {"mqtt.example.com", "lb.cloud.example", NULL};
  g_autoptr(Finding) finding = diagnose_with("other.example.org", names, NULL);
  g_assert_cmpstr(finding->message, ==,
                  "The certificate is for DNS:other.example.org, not for \"mqtt.example.com\".");
  g_assert_cmpstr(last_evidence(finding), ==, "CNAME: mqtt.example.com > lb.cloud.example");
  g_assert_cmpuint(finding->alternatives->len, ==, 1);
}

/* Without an alias, and for a name that was set, there is nothing to join. */
static void
test_finding_without_alias(void)
{
  const char *names[] = {"mqtt.example.com", "lb.cloud.example", NULL};
  const char *alone[] = {"mqtt.example.com", NULL};
  g_autoptr(Finding) finding = diagnose_with("lb.cloud.example", alone, NULL);
  g_assert_true(g_str_has_prefix(last_evidence(finding), "names in the certificate"));
  g_autoptr(Finding) set = diagnose_with("lb.cloud.example", names, "x.example.com");
  g_assert_cmpstr(set->code, ==, "name-override-wrong");
  g_assert_true(g_str_has_prefix(last_evidence(set), "names in the certificate"));
  g_autoptr(Finding) right = diagnose_with("mqtt.example.com", names, NULL);
  g_assert_null(right);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/name-report/chain", test_chain);
  g_test_add_func("/name-report/direct", test_direct);
  g_test_add_func("/name-report/extras", test_extras);
  g_test_add_func("/name-report/authorization-fails", test_authorization_fails);
  g_test_add_func("/name-report/circle-is-drawn-once", test_circle_is_drawn_once);
  g_test_add_func("/name-report/problems", test_problems);
  g_test_add_func("/name-report/broken-alias", test_broken_alias);
  g_test_add_func("/name-report/verdicts", test_verdicts);
  g_test_add_func("/name-report/judge", test_judge);
  g_test_add_func("/name-report/server-name", test_server_name);
  g_test_add_func("/name-report/look", test_look);
  g_test_add_func("/name-report/look-at-address", test_look_at_address);
  g_test_add_func("/name-report/finding/target", test_finding_of_target);
  g_test_add_func("/name-report/finding/neither", test_finding_of_neither);
  g_test_add_func("/name-report/finding/without-alias", test_finding_without_alias);
  return g_test_run();
}
