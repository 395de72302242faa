/* The broker does not know the CA of our certificate: is it that CA, the intermediate that we do
 * not send, a namesake, or a list of revoked ones? Alert 48 is the same for all four. */
#include "config.h"

#include "core/diagnosis_client.h"

#include "trust/certificate.h"

#include <string.h>

/* The last of ours that continues the line from the leaf: what the broker has to know. */
static const Certificate *
own_top(const DiagnosisCase *c)
{
  const Certificate *top = client_certificate(c, 0);
  for (guint steps = 0; steps < client_certificate_count(c); steps++) {
    const Certificate *next = NULL;
    for (guint i = 1; i < client_certificate_count(c) && next == NULL; i++) {
      if (client_certificate(c, i) != top &&
          certificate_is_issued_by(top, client_certificate(c, i)))
        next = client_certificate(c, i);
    }
    if (next == NULL || certificate_is_self_issued(top))
      return top;
    top = next;
  }
  return top;
}

#define CA_NAMES_SAID 8

/* --- CA names --------------------------------------------------------------------------------- */

static gboolean
names_given(const DiagnosisCase *c)
{
  return c->evidence->ca_names != NULL && c->evidence->ca_names[0] != NULL;
}

static gboolean
is_named(const DiagnosisCase *c, const char *name)
{
  return names_given(c) && g_strv_contains((const char *const *)c->evidence->ca_names, name);
}

/* A certificate of ours is from a CA that the broker names (RFC 8446, 4.2.4: or is it). */
static gboolean
any_named(const DiagnosisCase *c)
{
  for (guint i = 0; i < client_certificate_count(c); i++) {
    if (is_named(c, certificate_issuer(client_certificate(c, i))))
      return TRUE;
  }
  return FALSE;
}

/* A sentence is no place for all that a broker can name. */
char *
client_ca_names(const DiagnosisCase *c)
{
  if (!names_given(c))
    return g_strdup("");
  char **names = c->evidence->ca_names;
  guint count = g_strv_length(names);
  g_autoptr(GString) text = g_string_new(NULL);
  for (guint i = 0; i < MIN(count, CA_NAMES_SAID); i++)
    g_string_append_printf(text, "%s%s", i > 0 ? "; " : "", names[i]);
  if (count > CA_NAMES_SAID)
    g_string_append_printf(text, " and %u more", count - CA_NAMES_SAID);
  return g_strdup(text->str);
}

gboolean
client_is_of_unnamed_ca(const DiagnosisCase *c)
{
  return names_given(c) && !any_named(c);
}

Finding *
diagnose_withheld(const DiagnosisCase *c)
{
  if (c->identity == NULL || !c->evidence->requested || !client_is_of_unnamed_ca(c))
    return NULL;
  g_autofree char *names = client_ca_names(c);
  Finding *finding = finding_new("client-cert-withheld");
  diagnosis_describe_identity(finding, c->identity);
  finding_set_message(finding,
                      "The broker accepts certificates from %s, and ours (%s) is from %s; it is "
                      "sent all the same, but programs that choose by themselves send nothing.",
                      names, client_file(c), certificate_issuer(client_certificate(c, 0)));
  finding_add_evidence(finding, "CA names sent by the broker: %s", names);
  return finding;
}

/* --- Alert 48: unknown CA --------------------------------------------------------------------- */

static const Certificate *
find_issuer(const Anchors *pool, const Certificate *certificate)
{
  GPtrArray *known = pool != NULL ? anchors_certificates(pool) : NULL;
  for (guint i = 0; known != NULL && i < known->len; i++) {
    const Certificate *candidate = g_ptr_array_index(known, i);
    if (certificate_is_issued_by(certificate, candidate))
      return candidate;
  }
  return NULL;
}

/* Of our issuer's name, with another key. */
static const Certificate *
find_namesake(const Anchors *pool, const Certificate *certificate)
{
  GPtrArray *known = pool != NULL ? anchors_certificates(pool) : NULL;
  for (guint i = 0; known != NULL && i < known->len; i++) {
    const Certificate *candidate = g_ptr_array_index(known, i);
    if (strcmp(certificate_subject(candidate), certificate_issuer(certificate)) == 0 &&
        !certificate_is_issued_by(certificate, candidate))
      return candidate;
  }
  return NULL;
}

static Finding *
partial_chain(const DiagnosisCase *c, const Certificate *issuer)
{
  Finding *finding = client_finding(c, "client-partial-chain-refused");
  finding_set_message(finding,
                      "The broker knows \"%s\", which issued our certificate, but that is "
                      "no root, and it takes only chains that end in one.",
                      certificate_subject_label(issuer));
  finding_set_remedy(finding,
                     "Let its administrator add the self-signed root \"%s\" to its CA file, "
                     "or allow partial chains (EMQX: partial_chain).",
                     certificate_issuer_label(issuer));
  return finding;
}

static Finding *
namesake(const DiagnosisCase *c, const Certificate *theirs)
{
  const Certificate *top = own_top(c);
  Finding *finding = client_finding(c, "anchor-same-name");
  finding_set_message(finding,
                      "Two CAs are called \"%s\": the one in the broker's CA file is not "
                      "the one that signed \"%s\" in %s.",
                      certificate_issuer(top), certificate_subject_label(top), client_file(c));
  finding_set_remedy(finding,
                     "Issue the certificate again with the CA that the broker has, or give "
                     "the broker the CA that signed it.");
  finding_add_evidence(finding, "the broker's CA: SHA-256 %s, key %s", certificate_sha256(theirs),
                       certificate_key_id(theirs));
  return finding;
}

/* The broker's own file takes it: what is left is what that file does not hold. */
static Finding *
list_suspected(const DiagnosisCase *c, const Certificate *issuer)
{
  Finding *finding = client_finding(c, "broker-crl-suspected");
  finding_set_message(finding,
                      "The broker's CA file holds \"%s\", which issued our certificate, and "
                      "the broker refuses it all the same: probably its revocation list is missing "
                      "or out of date.",
                      certificate_subject_label(issuer));
  finding_add_alternative(finding, "client-ca-unknown");
  finding_add_evidence(finding,
                       "to tell them apart: whether the broker runs with that very CA file "
                       "(its log, or a restart)");
  return finding;
}

/* A copy of the broker's CA file decides; NULL: it does not. */
static Finding *
by_broker_ca(const DiagnosisCase *c)
{
  for (guint i = 0; c->broker_ca != NULL && i < client_certificate_count(c); i++) {
    const Certificate *issuer = find_issuer(c->broker_ca, client_certificate(c, i));
    if (issuer == NULL)
      continue;
    if (certificate_is_self_signed(issuer) || find_issuer(c->broker_ca, issuer) != NULL)
      return list_suspected(c, issuer);
    return partial_chain(c, issuer);
  }
  const Certificate *theirs = find_namesake(c->broker_ca, own_top(c));
  return theirs != NULL ? namesake(c, theirs) : NULL;
}

static Finding *
incomplete(const DiagnosisCase *c)
{
  const Certificate *top = own_top(c);
  Finding *finding = client_finding(c, "client-chain-incomplete");
  finding_set_message(finding,
                      "%s ends with \"%s\"; the broker does not know its issuer \"%s\", "
                      "which is an intermediate and has to be sent along.",
                      client_file(c), certificate_subject_label(top), certificate_issuer(top));
  finding_set_remedy(finding, "Append \"%s\" to %s after the leaf.", certificate_issuer_label(top),
                     client_file(c));
  finding_add_alternative(finding, "client-ca-unknown");
  finding_add_evidence(finding, "to tell them apart: append the issuer and try again");
  return finding;
}

/* There is no CA that the broker could be given, only this certificate. */
static Finding *
unknown_self(const DiagnosisCase *c)
{
  const Certificate *leaf = client_certificate(c, 0);
  Finding *finding = client_finding(c, "client-ca-unknown");
  finding_set_message(finding,
                      "Our certificate \"%s\" (%s) is signed by itself, and the broker does not "
                      "know it.",
                      certificate_subject_label(leaf), client_file(c));
  finding_set_remedy(finding,
                     "Use a certificate from a CA that the broker knows, or let its administrator "
                     "add this very certificate (SHA-256 %s) to its CA file.",
                     certificate_sha256(leaf));
  return finding;
}

/* Where the broker names no CAs, the tunnel's sentence says what there is to say. */
static Finding *
unknown_ca(const DiagnosisCase *c)
{
  g_autofree char *names = client_ca_names(c);
  Finding *finding = client_finding(c, "client-ca-unknown");
  if (*names == '\0' && c->evidence->closed->error != NULL) {
    finding_set_sentence(finding, c->evidence->closed->error->message);
    return finding;
  }
  finding_set_message(finding,
                      "The broker does not know the CA of our certificate: \"%s\" (%s) is "
                      "from \"%s\", and it accepts %s.",
                      certificate_subject_label(client_certificate(c, 0)), client_file(c),
                      certificate_issuer(own_top(c)), names);
  finding_set_remedy(finding,
                     "Give its administrator the certificate of \"%s\"%s, or use a "
                     "certificate from %s.",
                     certificate_issuer_label(own_top(c)),
                     certificate_is_self_issued(own_top(c))
                         ? ""
                         : " (append that to our file instead, if a CA that the broker knows issued "
                           "it)",
                     *names != '\0' ? names : "a CA that it knows");
  return finding;
}

static void
add_unknown_ca_alternatives(const DiagnosisCase *c, Finding *finding)
{
  if (names_given(c))
    return;
  if (client_certificate_count(c) == 1)
    finding_add_alternative(finding, "client-chain-incomplete");
  finding_add_alternative(finding, "client-partial-chain-refused");
  finding_add_alternative(finding, "anchor-same-name");
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_evidence(finding,
                       "to tell them apart: a copy of the broker's CA file for its clients, "
                       "set in the connection");
}

/* The organisation in a distinguished name (RFC 4514), NULL: none. */
static char *
organisation(const char *name)
{
  g_auto(GStrv) parts = g_strsplit(name, ",", -1);
  for (char **part = parts; *part != NULL; part++) {
    if (g_str_has_prefix(*part, "O="))
      return g_strdup(*part + 2);
  }
  return NULL;
}

/* Whoever runs the CA that the broker names runs this one, too: a CA of theirs below it. */
static gboolean
is_of_named_organisation(const DiagnosisCase *c, const char *issuer)
{
  g_autofree char *ours = organisation(issuer);
  for (char **name = c->evidence->ca_names; ours != NULL && name != NULL && *name != NULL; name++) {
    g_autofree char *theirs = organisation(*name);
    if (g_strcmp0(ours, theirs) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Our file ends below a CA that is itself not the top. */
static gboolean
lacks_intermediate(const DiagnosisCase *c)
{
  const Certificate *top = own_top(c);
  if (certificate_is_self_issued(top))
    return FALSE;
  const Certificate *issuer = find_issuer(c->anchors, top);
  if (issuer == NULL)
    issuer = find_issuer(c->broker_ca, top);
  if (issuer != NULL)
    return !certificate_is_self_signed(issuer);
  if (diagnosis_local(c, "client-chain-incomplete") != NULL)
    return TRUE;
  return names_given(c) && is_of_named_organisation(c, certificate_issuer(top));
}

static const Certificate *
find_own_issuer(const DiagnosisCase *c, const Certificate *certificate)
{
  for (guint i = 0; i < client_certificate_count(c); i++) {
    if (client_certificate(c, i) != certificate &&
        certificate_is_issued_by(certificate, client_certificate(c, i)))
      return client_certificate(c, i);
  }
  return find_issuer(c->anchors, certificate);
}

/* A CA that the broker names, that issued one of ours and is itself no root; NULL: none is known.
 */
static const Certificate *
find_named_intermediate(const DiagnosisCase *c)
{
  for (guint i = 0; i < client_certificate_count(c); i++) {
    const Certificate *issuer = is_named(c, certificate_issuer(client_certificate(c, i)))
                                    ? find_own_issuer(c, client_certificate(c, i))
                                    : NULL;
    if (issuer != NULL && !certificate_is_self_signed(issuer))
      return issuer;
  }
  return NULL;
}

/* The broker names a CA of our issuer's name and does not know it: not that one, or more is wanted.
 */
static Finding *
named_but_unknown(const DiagnosisCase *c)
{
  const Certificate *intermediate = find_named_intermediate(c);
  if (intermediate != NULL)
    return partial_chain(c, intermediate);
  Finding *finding = client_finding(c, "anchor-same-name");
  finding_set_message(finding,
                      "The broker names a CA called \"%s\", as is the one that signed our "
                      "certificate, and refuses it: probably two CAs of that name with different "
                      "keys.",
                      certificate_issuer(own_top(c)));
  finding_set_remedy(finding, "Compare the key of the broker's CA with that of ours, and issue the "
                              "certificate again with the CA that the broker has.");
  finding_add_alternative(finding, "broker-crl-suspected");
  finding_add_alternative(finding, "client-partial-chain-refused");
  finding_add_evidence(finding,
                       "to tell them apart: a copy of the broker's CA file for its clients, "
                       "set in the connection");
  return finding;
}

Finding *
diagnose_refused_ca(const DiagnosisCase *c)
{
  Finding *finding = by_broker_ca(c);
  if (finding != NULL)
    return finding;
  if (any_named(c))
    return named_but_unknown(c);
  if (lacks_intermediate(c))
    return incomplete(c);
  if (certificate_is_self_signed(client_certificate(c, 0)))
    return unknown_self(c);
  finding = unknown_ca(c);
  add_unknown_ca_alternatives(c, finding);
  return finding;
}
