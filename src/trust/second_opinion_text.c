/* OpenSSL's verdict as sentences, and what needs no libcrypto: the same in every build. */
#include "config.h"

#include "trust/second_opinion.h"

#include <string.h>

/* --- Of a request ----------------------------------------------------------------------------- */

/* (transfer container), of borrowed GBytes; NULL for NULL. */
static GPtrArray *
ders_of(GPtrArray *certificates)
{
  if (!certificates)
    return NULL;
  GPtrArray *ders = g_ptr_array_sized_new(certificates->len);
  for (guint i = 0; i < certificates->len; i++)
    g_ptr_array_add(ders, certificate_der(certificates->pdata[i]));
  return ders;
}

static GPtrArray *
crls_of(const RevocationData *data)
{
  if (!data)
    return NULL;
  GPtrArray *ders = g_ptr_array_new();
  for (guint i = 0; i < revocation_data_crls(data); i++)
    g_ptr_array_add(ders, revocation_data_crl_der(data, i));
  return ders;
}

SecondOpinion *
second_opinion(const VerifyRequest *request)
{
  if (!request->anchors || !request->certificates)
    return NULL;
  g_autoptr(GPtrArray) certificates = ders_of(request->certificates);
  g_autoptr(GPtrArray) untrusted = ders_of(request->untrusted);
  g_autoptr(GPtrArray) anchors = ders_of(anchors_certificates(request->anchors));
  g_autoptr(GPtrArray) crls = crls_of(request->revocation);
  const SecondOpinionInput input = {.certificates = certificates,
                                    .untrusted = untrusted,
                                    .anchors = anchors,
                                    .crls = crls,
                                    .name = request->name,
                                    .email = request->email,
                                    .purpose = request->purpose,
                                    .rules = request->rules,
                                    .limits_depth = request->limits_depth,
                                    .max_depth = request->max_depth,
                                    .time = request->time};
  return second_opinion_of_bytes(&input);
}

SecondOpinion *
second_opinion_copy(const SecondOpinion *opinion)
{
  if (!opinion)
    return NULL;
  SecondOpinion *copy = g_new(SecondOpinion, 1);
  *copy = *opinion;
  copy->subject = g_strdup(opinion->subject);
  return copy;
}

void
second_opinion_free(SecondOpinion *opinion)
{
  if (!opinion)
    return;
  g_free(opinion->subject);
  g_free(opinion);
}

/* --- In short --------------------------------------------------------------------------------- */

char *
second_opinion_summary(const SecondOpinion *opinion)
{
  if (!opinion->accepted)
    return g_strdup_printf("OpenSSL clients refuse: %s", opinion->reason);
  if (opinion->level > 0)
    return g_strdup_printf("OpenSSL clients of security level %d refuse: %s", opinion->level,
                           opinion->level_reason);
  return g_strdup("OpenSSL clients accept");
}

/* --- We accept, OpenSSL does not -------------------------------------------------------------- */

static const Certificate *
top_of(const Verdict *verdict)
{
  if (verdict->path->len == 0)
    return NULL;
  const PathLink *last = verdict->path->pdata[verdict->path->len - 1];
  return last->certificate;
}

/* Of trusted certificates with one name, OpenSSL takes the first that is within its dates. */
static char *
explain_choice(const SecondOpinion *opinion, const Certificate *top)
{
  const char *label = top ? certificate_subject_label(top) : "?";
  const char *subject = opinion->subject ? opinion->subject : "?";
  if (opinion->cause == OPINION_NO_ROOT)
    return g_strdup_printf("OpenSSL does not try every path: of the trusted certificates it takes "
                           "a \"%s\" that is not signed by itself, and not the way to the "
                           "self-signed \"%s\"; take that other one out.",
                           subject, label);
  return g_strdup_printf("OpenSSL does not try every path: the one that it follows ends at \"%s\", "
                         "and the one to \"%s\" it does not find.",
                         subject, label);
}

static char *
explain_no_root(const SecondOpinion *opinion, const Verdict *verdict)
{
  const Certificate *top = top_of(verdict);
  if (!top || certificate_is_self_signed(top))
    return explain_choice(opinion, top);
  if (verdict->path->len == 1)
    return g_strdup_printf("\"%s\" itself is trusted, which is enough here; OpenSSL wants the "
                           "certificates above it, too, up to one that is signed by itself.",
                           certificate_subject_label(top));
  return g_strdup_printf("The trusted \"%s\" is signed by \"%s\" and not by itself, which is "
                         "enough here; OpenSSL wants the chain to end in a certificate that is "
                         "signed by itself.",
                         certificate_subject_label(top), certificate_issuer_label(top));
}

/* What each kind of refusal says of the certificate that stands before it. */
static const char *const refusals[] = {
    [OPINION_UNREADABLE] = "%s cannot be read by OpenSSL.",
    [OPINION_UNTRUSTED_ROOT] = "OpenSSL does not try every path: the one that it follows ends at "
                               "%s, which is signed by itself and not trusted.",
    [OPINION_SIGNATURE] = "OpenSSL cannot check the signature of %s, or follows another path.",
    [OPINION_DATE] = "OpenSSL does not try every path: on the one that it follows, %s is outside "
                     "of its dates.",
    [OPINION_NAME] = "OpenSSL does not find the name in %s: where there is a subjectAltName it "
                     "looks nowhere else, and for an address only at IP entries.",
    [OPINION_USAGE] = "OpenSSL does not let %s be used for this: it is stricter about purposes, "
                      "CA flags and lengths of paths, or follows another path.",
    [OPINION_EXTENSION] = "OpenSSL does not understand an extension of %s that it must not pass "
                          "over.",
    [OPINION_CONSTRAINTS] = "OpenSSL reads the name constraints above %s more strictly.",
    [OPINION_STRENGTH] = "Keys or signatures are too weak for OpenSSL in %s.",
    [OPINION_REVOCATION] = "OpenSSL wants a usable revocation list for %s, and looks for it on its "
                           "own path.",
    [OPINION_POLICY] = "OpenSSL finds the certificate policies of %s wanting.",
    [OPINION_STRICT] = "OpenSSL's strict rules want something else in %s.",
    [OPINION_OTHER] = "OpenSSL objects to %s for a reason that is not looked at here.",
};

static char *
explain_refusal(const SecondOpinion *opinion, const Verdict *verdict)
{
  if (opinion->cause == OPINION_NO_ROOT || opinion->cause == OPINION_NO_ANCHOR)
    return explain_no_root(opinion, verdict);
  g_autofree char *subject = opinion->subject ? g_strdup_printf("\"%s\"", opinion->subject)
                                              : g_strdup("one of the certificates");
  g_auto(GStrv) parts = g_strsplit(refusals[opinion->cause], "%s", 2);
  return g_strjoinv(subject, parts);
}

/* `openssl verify` and X509_verify_cert() look at strength only when a level is set; libssl sets
 * one. */
static char *
explain_level(const SecondOpinion *opinion)
{
  return g_strdup_printf("How strong keys and signatures must be, OpenSSL leaves to each client's "
                         "security level: %s.",
                         opinion->level == 1 ? "1 or higher, as everywhere unless it was lowered, "
                                               "refuses this"
                                             : "2, the default since OpenSSL 3.2 and in most "
                                               "distributions, refuses this, and 1 takes it");
}

/* --- OpenSSL accepts, we do not --------------------------------------------------------------- */

typedef struct {
  const char *code, *sentence;
} Leniency;

static const Leniency leniencies[] = {
    {"key-too-weak", "OpenSSL leaves the strength of keys to each client's security level."},
    {"issuer-key-weak", "OpenSSL leaves the strength of keys to each client's security level."},
    {"strength-refused", "OpenSSL leaves the strength of keys to each client's security level."},
    {"signature-weak", "OpenSSL leaves the strength of signatures to each client's security "
                       "level."},
    {"name-mismatch", "OpenSSL reads names in another way and finds this one."},
    {"name-wildcard-unusable", "OpenSSL takes wildcards that stand for a part of a label."},
    {"name-constraints-violated", "OpenSSL reads the name constraints in another way."},
    {"critical-extension-unknown", "OpenSSL understands this extension."},
    {"policies-unsupported", "OpenSSL looks at certificate policies only when a client asks for "
                             "one."},
    {"pathlen-exceeded", "OpenSSL counts the length of the path in another way."},
    {"server-revoked", "OpenSSL clients look at revocation lists only when they are told to."},
    {"client-revoked", "OpenSSL clients look at revocation lists only when they are told to."},
    {"crl-unusable", "OpenSSL takes the revocation list."},
};

static const Finding *
first_error(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (finding->severity == FINDING_ERROR)
      return finding;
  }
  return NULL;
}

static char *
explain_leniency(const Verdict *verdict)
{
  const Finding *finding = first_error(verdict);
  for (gsize i = 0; finding && i < G_N_ELEMENTS(leniencies); i++)
    if (strcmp(leniencies[i].code, finding->code) == 0)
      return g_strdup(leniencies[i].sentence);
  if (!finding)
    return g_strdup("OpenSSL finds a path where none was found here.");
  return g_strdup_printf("OpenSSL does not object to what is refused here (%s).", finding->code);
}

char *
second_opinion_difference(const SecondOpinion *opinion, const Verdict *verdict)
{
  if (!opinion || !verdict)
    return NULL;
  if (verdict->accepted && !opinion->accepted)
    return explain_refusal(opinion, verdict);
  if (verdict->accepted && opinion->level > 0)
    return explain_level(opinion);
  return opinion->accepted && !verdict->accepted ? explain_leniency(verdict) : NULL;
}
