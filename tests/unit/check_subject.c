#include "config.h"

#include "unit/check_subject.h"

#include "trust/certificate_file.h"

#define START_US G_GINT64_CONSTANT(1000000)

static void
add_certificate(GPtrArray *list, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) read = certificate_file_read(name, &error);
  g_assert_no_error(error);
  g_ptr_array_add(list, certificate_ref(read->pdata[0]));
}

/* Of its own, so that no version of OpenSSL has a say here. */
static const SecondOpinion accepting = {.accepted = TRUE, .reason = "ok"};
static const SecondOpinion refusing = {.error = 10,
                                       .reason = "certificate has expired",
                                       .subject = (char *)"CN=mqtt.example.com",
                                       .cause = OPINION_DATE};

/* --- Stages ----------------------------------------------------------------------------------- */

static MadeSubject *
made_new(void)
{
  MadeSubject *made = g_new0(MadeSubject, 1);
  made->profile = profile_new();
  made->profile->name = g_strdup("prod-eu");
  made->profile->host = g_strdup("mqtt.example.com");
  made->profile->port = 8883;
  made->evidence = evidence_new();
  made->subscriptions = g_ptr_array_new_with_free_func(g_free);
  made->info.findings = finding_list_new();
  made->info.client_id = "mqtrust-12345678";
  made->subject = (CheckSubject){.target = "prod-eu",
                                 .profile = made->profile,
                                 .outcome = CHECK_FAILED,
                                 .duration_us = 31416,
                                 .timeout_ms = 30000,
                                 .now = CHECK_NOW,
                                 .warn_days = -1,
                                 .session = &made->session,
                                 .info = &made->info,
                                 .evidence = made->evidence,
                                 .subscriptions = made->subscriptions};
  return made;
}

static void
reach_name(MadeSubject *made)
{
  static const char *const names[] = {"mqtt.example.com", "lb-7.example.net", NULL};
  static const char *const addresses[] = {"2001:db8::7", "192.0.2.7", NULL};
  made->evidence->names = g_strdupv((char **)names);
  made->evidence->addresses = g_strdupv((char **)addresses);
  made->evidence->ttl = 60;
  made->evidence->at_us[EVIDENCE_STARTED] = START_US;
  made->evidence->at_us[EVIDENCE_RESOLVED] = START_US + 1250;
}

static void
fail_dial(MadeSubject *made, const char *address)
{
  DialFailure *failure = g_new0(DialFailure, 1);
  failure->address = g_strdup(address);
  failure->code = TUNNEL_ERROR_TCP_REFUSED;
  failure->text = g_strdup("nothing listens there (connection refused); start the broker");
  g_ptr_array_add(made->evidence->dial_failures, failure);
}

static void
reach_address(MadeSubject *made)
{
  reach_name(made);
  fail_dial(made, "[2001:db8::7]:8883");
  made->evidence->address = g_strdup("192.0.2.7:8883");
  made->evidence->at_us[EVIDENCE_CONNECTED] = START_US + 1250 + 10500;
}

static void
load_own(MadeSubject *made)
{
  g_autoptr(GError) error = NULL;
  made->info.identity = identity_load("client.pem", "client.key", NULL, &error);
  g_assert_no_error(error);
  made->info.anchors = anchors_load_file("root.pem", &error);
  g_assert_no_error(error);
}

static void
judge_chain(MadeSubject *made, const char *leaf, const SecondOpinion *opinion)
{
  made->info.peer_chain = certificate_list_new();
  add_certificate(made->info.peer_chain, leaf);
  add_certificate(made->info.peer_chain, "intermediate.pem");
  VerifyRequest request = {.certificates = made->info.peer_chain,
                           .anchors = made->info.anchors,
                           .name = made->profile->host,
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = CHECK_NOW,
                           .source = FINDING_SOURCE_PEER};
  made->info.verdict = verify(&request);
  made->info.opinion = second_opinion_copy(opinion);
  for (guint i = 0; i < made->info.verdict->findings->len; i++)
    g_ptr_array_add(made->info.findings, finding_copy(made->info.verdict->findings->pdata[i]));
  made->evidence->at_us[EVIDENCE_VERIFIED] = START_US + 1250 + 10500 + 9000;
}

static void
reach_tls(MadeSubject *made)
{
  static const char *const names[] = {"CN=Test CA,O=Test Org", NULL};
  Evidence *evidence = made->evidence;
  reach_address(made);
  load_own(made);
  judge_chain(made, "leaf.pem", &accepting);
  evidence->requested = evidence->sent = TRUE;
  evidence->ca_names = g_strdupv((char **)names);
  evidence->key_types = g_strdup("EC/ECDSA, RSA-PSS");
  evidence->tls_version = g_strdup("TLS 1.3");
  evidence->cipher = g_strdup("TLS_AES_256_GCM_SHA384");
  evidence->group = g_strdup("X25519");
  evidence->at_us[EVIDENCE_ESTABLISHED] = START_US + 1250 + 10500 + 12000;
}

static Subscription *
subscribe(MadeSubject *made, SubscriptionState state)
{
  Subscription *subscription = g_new0(Subscription, 1);
  subscription->filter = (char *)"plant/#";
  subscription->qos = 1;
  subscription->state = state;
  g_ptr_array_add(made->subscriptions, subscription);
  return subscription;
}

static void
reach_mqtt(MadeSubject *made)
{
  static const guint8 said[] = {0x12, 0, 1, 'x', 0x21, 0, 20, 0x24, 1, 0x25, 0, 0x2a, 1};
  reach_tls(made);
  made->evidence->terms = broker_terms_new((MqttBytes){said, sizeof said});
  made->info.enforced = ENFORCED_YES;
  made->info.enforced_alert = 116;
  made->evidence->connack = 0;
  made->evidence->at_us[EVIDENCE_FIRST_BYTE] = START_US + 1250 + 10500 + 12000 + 4000;
  made->evidence->at_us[EVIDENCE_CONNACK] = START_US + 1250 + 10500 + 12000 + 4321;
  made->session.tls_verified = made->session.two_way = TRUE;
  made->subject.outcome = CHECK_ONLINE;
}

/* --- The scenes ------------------------------------------------------------------------------- */

MadeSubject *
made_good(void)
{
  MadeSubject *made = made_new();
  reach_mqtt(made);
  subscribe(made, SUBSCRIPTION_GRANTED)->granted = 1;
  return made;
}

MadeSubject *
made_expired(void)
{
  MadeSubject *made = made_new();
  reach_address(made);
  load_own(made);
  judge_chain(made, "leaf-expired.pem", &refusing);
  return made;
}

MadeSubject *
made_refused(void)
{
  MadeSubject *made = made_new();
  reach_name(made);
  fail_dial(made, "[2001:db8::7]:8883");
  fail_dial(made, "192.0.2.7:8883");
  Finding *finding = finding_new("tcp-refused");
  finding_set_sentence(finding, "Nothing listens on 192.0.2.7:8883; start the broker.");
  g_ptr_array_add(made->info.findings, finding);
  return made;
}

MadeSubject *
made_silent(void)
{
  MadeSubject *made = made_new();
  reach_tls(made);
  made->subject.outcome = CHECK_TIMED_OUT;
  made->subject.duration_us = 30000123;
  return made;
}

MadeSubject *
made_subscription_refused(void)
{
  MadeSubject *made = made_new();
  reach_mqtt(made);
  subscribe(made, SUBSCRIPTION_REFUSED)->reason = 0x87;
  return made;
}

void
made_free(MadeSubject *made)
{
  profile_free(made->profile);
  evidence_free(made->evidence);
  g_ptr_array_unref(made->subscriptions);
  g_ptr_array_unref(made->info.findings);
  g_clear_pointer(&made->info.peer_chain, g_ptr_array_unref);
  verdict_free((Verdict *)made->info.verdict);
  second_opinion_free((SecondOpinion *)made->info.opinion);
  if (made->info.identity != NULL)
    identity_unref(made->info.identity);
  if (made->info.anchors != NULL)
    anchors_unref(made->info.anchors);
  g_free(made);
}
