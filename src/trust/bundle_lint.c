/* The chain by itself (trust/verify.h), and by the rules of the broker that is to get it. */
#include "config.h"

#include "trust/bundle_private.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/date_text.h"
#include "trust/inspection.h"
#include "trust/verify.h"

#define DAY G_GINT64_CONSTANT(86400)

static Certificate *
leaf_of(const BundleParts *parts)
{
  return parts->bundle->certificates->pdata[0];
}

/* --- what every client would say -------------------------------------------------------------- */

/* The chain is sorted here, and its root left out: these are said by this file, where they are
 * right. */
static gboolean
is_ours(const Finding *finding)
{
  static const char *const codes[] = {
      "chain-leaf-only", "chain-gap",    "chain-includes-root", "chain-wrong-order",
      "chain-unrelated", "expires-soon", "anchor-wrong",        "self-signed-untrusted"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
    if (g_str_equal(finding->code, codes[i]))
      return TRUE;
  return FALSE;
}

static void
take(BundleParts *parts, const Finding *finding, const GPtrArray *certificates)
{
  Finding *copy = finding_copy(finding);
  if (finding->index >= 0 && (guint)finding->index < certificates->len) {
    g_autoptr(Finding) placed =
        bundle_finding(parts, finding->code, certificates->pdata[finding->index]);
    g_free(copy->file);
    copy->file = g_steal_pointer(&placed->file);
    copy->index = placed->index;
  }
  bundle_add(parts, copy);
}

static void
judge_chain(BundleParts *parts)
{
  const VerifyRequest request = {.certificates = parts->bundle->certificates,
                                 .known = parts->request->known,
                                 .name = parts->request->hostname,
                                 .purpose = VERIFY_PURPOSE_SERVER,
                                 .time = parts->request->now,
                                 .source = FINDING_SOURCE_CHAIN};
  g_autoptr(Verdict) verdict = verify(&request);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (!is_ours(finding))
      take(parts, finding, request.certificates);
  }
}

static void
judge_key(BundleParts *parts)
{
  const Certificate *leaf = leaf_of(parts);
  const char *key_path = parts->request->key_path;
  if (!parts->key_id || g_str_equal(parts->key_id, certificate_key_id(leaf)))
    return;
  Finding *finding = bundle_finding(parts, "key-mismatch", leaf);
  finding_set_message(finding, "The key given is not the one of \"%s\" (key id %.16s, not %.16s).",
                      certificate_subject_label(leaf), parts->key_id, certificate_key_id(leaf));
  finding_set_remedy(finding, "Give the key that this certificate was made with.");
  if (key_path) {
    g_free(finding->file);
    finding->file = inspection_label(key_path);
    finding->index = -1;
  }
  finding->source = FINDING_SOURCE_KEY;
  bundle_add(parts, finding);
}

/* --- is it complete --------------------------------------------------------------------------- */

static gboolean
is_known(const BundleParts *parts, const Certificate *certificate)
{
  const Anchors *known = parts->request->known;
  const GPtrArray *roots = known ? anchors_certificates(known) : NULL;
  for (guint i = 0; roots && i < roots->len; i++)
    if (certificate_is_issued_by(certificate, roots->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Of the certificates that are no part of the chain, one with the issuer's name. */
static const Certificate *
namesake_of_issuer(const BundleParts *parts, const Certificate *certificate)
{
  for (guint i = 0; i < parts->left_out->len; i++)
    if (g_bytes_equal(certificate_fields(parts->left_out->pdata[i])->subject_dn,
                      certificate_fields(certificate)->issuer_dn))
      return parts->left_out->pdata[i];
  return NULL;
}

static void
add_wrong_issuer(BundleParts *parts, const Certificate *namesake)
{
  Finding *finding = bundle_finding(parts, "issuer-key-differs", namesake);
  finding_set_message(finding,
                      "\"%s\" in %s has the name of the issuer of \"%s\" and another key "
                      "than the one that signed it.",
                      certificate_subject_label(namesake), finding->file,
                      certificate_subject_label(parts->top));
  finding_set_remedy(finding, "Give the chain that was issued with this certificate: certbot's "
                              "cert.pem and chain.pem of the same version.");
  finding_add_alternative(finding, "chain-stale-intermediate");
  bundle_add(parts, finding);
}

static void
add_wrong_chain(BundleParts *parts)
{
  const Certificate *other = parts->left_out->pdata[0];
  Finding *finding = bundle_finding(parts, "chain-gap", other);
  finding_set_message(finding,
                      "\"%s\" was issued by \"%s\", which is in none of the files: \"%s\" "
                      "in %s did not issue it.",
                      certificate_subject_label(leaf_of(parts)),
                      certificate_issuer_label(leaf_of(parts)), certificate_subject_label(other),
                      finding->file);
  finding_set_remedy(finding, "Give the chain that was issued with this certificate.");
  bundle_add(parts, finding);
}

static void
add_leaf_only(BundleParts *parts)
{
  const Certificate *leaf = leaf_of(parts);
  Finding *finding = bundle_finding(parts, "chain-leaf-only", leaf);
  gboolean needed = parts->request->broker == BUNDLE_EMQX_CLOUD;
  finding->severity = needed ? FINDING_ERROR : FINDING_WARNING;
  finding_set_message(finding, "The issuer of \"%s\", \"%s\", is in none of the files%s.",
                      certificate_subject_label(leaf), certificate_issuer_label(leaf),
                      needed ? ", and EMQX Cloud wants the intermediate" : "");
  finding_set_remedy(finding,
                     "Give its chain with --chain; when \"%s\" is the root itself, give "
                     "that, and it is left out.",
                     certificate_issuer_label(leaf));
  bundle_add(parts, finding);
}

static void
judge_completeness(BundleParts *parts)
{
  if (!parts->top || is_known(parts, parts->top))
    return;
  const Certificate *namesake = namesake_of_issuer(parts, parts->top);
  gboolean leaf_only = certificate_equal(parts->top, leaf_of(parts));
  if (namesake)
    add_wrong_issuer(parts, namesake);
  else if (leaf_only && parts->left_out->len > 0)
    add_wrong_chain(parts);
  else if (leaf_only)
    add_leaf_only(parts);
}

/* --- what is different from what was given ---------------------------------------------------- */

static gboolean
is_chain_broken(const BundleParts *parts)
{
  for (guint i = 0; i < parts->bundle->findings->len; i++) {
    const Finding *finding = parts->bundle->findings->pdata[i];
    if (g_str_equal(finding->code, "chain-gap") || g_str_equal(finding->code, "issuer-key-differs"))
      return TRUE;
  }
  return FALSE;
}

static void
note_left_out(BundleParts *parts)
{
  for (guint i = 0; i < parts->left_out->len && !is_chain_broken(parts); i++) {
    const Certificate *certificate = parts->left_out->pdata[i];
    Finding *finding = bundle_finding(parts, "chain-unrelated", certificate);
    finding_set_message(finding, "\"%s\" in %s is not part of the chain, and was left out.",
                        certificate_subject_label(certificate), finding->file);
    finding_set_remedy(finding, "Nothing needs to be done; it is not written.");
    finding->severity = FINDING_INFO;
    bundle_add(parts, finding);
  }
  if (!parts->root || certificate_equal(parts->root, leaf_of(parts)))
    return;
  Finding *finding = bundle_finding(parts, "chain-includes-root", parts->root);
  finding_set_message(finding,
                      "The root \"%s\" in %s was left out: no client trusts it because it "
                      "was sent.",
                      certificate_subject_label(parts->root), finding->file);
  finding_set_remedy(finding, "Nothing needs to be done; give it to the clients as their CA file.");
  bundle_add(parts, finding);
}

static void
note_order(BundleParts *parts)
{
  const Certificate *first = parts->given->pdata[0];
  if (certificate_equal(first, leaf_of(parts)))
    return;
  Finding *finding = bundle_finding(parts, "chain-wrong-order", first);
  finding->severity = FINDING_INFO;
  finding_set_message(finding, "%s begins with \"%s\"; what is written begins with \"%s\".",
                      finding->file, certificate_subject_label(first),
                      certificate_subject_label(leaf_of(parts)));
  finding_set_remedy(finding, "Nothing needs to be done; the order is right in what is written.");
  bundle_add(parts, finding);
}

/* --- the rules of brokers --------------------------------------------------------------------- */

gboolean
bundle_is_edwards(const Certificate *certificate)
{
  const CertificateFields *fields = certificate_fields(certificate);
  return fields->key_algorithm == GNUTLS_PK_EDDSA_ED25519 ||
         fields->key_algorithm == GNUTLS_PK_EDDSA_ED448;
}

/* EMQX Cloud's import form names these four. */
static gboolean
is_importable(const CertificateFields *fields)
{
  return (fields->key_algorithm == GNUTLS_PK_RSA &&
          (fields->key_bits == 1024 || fields->key_bits == 2048)) ||
         (fields->key_algorithm == GNUTLS_PK_ECDSA &&
          (fields->key_bits == 256 || fields->key_bits == 384));
}

/* NULL: it takes the key. Erlang's TLS 1.2 and Java before 15 were tried or documented so; Mbed TLS
 * has no Edwards curves at all (NanoMQ 0.25.3 with such a key starts, and no client gets in). */
static const char *
key_fault(BundleBroker broker, const Certificate *leaf, FindingSeverity *severity)
{
  const CertificateFields *fields = certificate_fields(leaf);
  *severity = FINDING_ERROR;
  if (broker == BUNDLE_EMQX_CLOUD)
    return is_importable(fields)
               ? NULL
               : "takes only RSA keys of 1024 or 2048 bits and ECDSA keys of 256 or "
                 "384 bits";
  if (fields->key_algorithm == GNUTLS_PK_DSA)
    return "cannot use DSA keys with TLS 1.3";
  if (!bundle_is_edwards(leaf) || broker == BUNDLE_MOSQUITTO)
    return NULL;
  if (broker == BUNDLE_NANOMQ)
    return "is built on Mbed TLS, which has no Ed25519 or Ed448";
  *severity = FINDING_WARNING;
  return broker == BUNDLE_HIVEMQ
             ? "runs on Java, which knows Ed25519 and Ed448 only from version 15"
             : "runs on Erlang, which refuses every TLS 1.2 client with such a "
               "key";
}

static void
judge_key_type(BundleParts *parts)
{
  const Certificate *leaf = leaf_of(parts);
  FindingSeverity severity;
  const char *fault = key_fault(parts->request->broker, leaf, &severity);
  if (!fault)
    return;
  Finding *finding = bundle_finding(parts, "key-type-refused", leaf);
  finding->severity = severity;
  finding_set_message(finding, "\"%s\" has the key %s, and %s %s.", certificate_subject_label(leaf),
                      certificate_key_label(leaf), bundle_broker_name(parts->request->broker),
                      fault);
  finding_set_remedy(finding,
                     "Have the certificate issued with a key of RSA 2048 or ECDSA P-256 "
                     "(certbot: --key-type rsa --rsa-key-size 2048, or --key-type ecdsa).");
  bundle_add(parts, finding);
}

/* EMQX Cloud: a leaf of ECDSA below a CA of RSA is refused. */
static void
judge_issuer_type(BundleParts *parts)
{
  const Certificate *leaf = leaf_of(parts);
  const CertificateFields *fields = certificate_fields(leaf);
  gnutls_pk_algorithm_t issuer =
      gnutls_sign_get_pk_algorithm((gnutls_sign_algorithm_t)fields->signature_algorithm);
  if (issuer == GNUTLS_PK_RSA_PSS) /* a way to sign, with the same keys */
    issuer = GNUTLS_PK_RSA;
  if (issuer == GNUTLS_PK_UNKNOWN || issuer == fields->key_algorithm)
    return;
  Finding *finding = bundle_finding(parts, "key-type-refused", leaf);
  finding_set_message(finding,
                      "\"%s\" has the key %s, its issuer \"%s\" signs with %s, and EMQX "
                      "Cloud wants both of one type.",
                      certificate_subject_label(leaf), certificate_key_label(leaf),
                      certificate_issuer_label(leaf), certificate_signature_label(leaf));
  finding_set_remedy(finding,
                     "Have the certificate issued with a key of its issuer's type (certbot: "
                     "--key-type rsa or --key-type ecdsa).");
  bundle_add(parts, finding);
}

static void
judge_window(BundleParts *parts)
{
  const Certificate *leaf = leaf_of(parts);
  gint64 left = certificate_not_after(leaf) - parts->request->now;
  if (left < 0 || left >= BUNDLE_EMQX_CLOUD_DAYS * DAY)
    return;
  g_autofree char *end = date_text(certificate_not_after(leaf));
  Finding *finding = bundle_finding(parts, "expires-soon", leaf);
  finding->severity = FINDING_ERROR;
  finding_set_message(finding,
                      "\"%s\" ends on %s, in %" G_GINT64_FORMAT " days, and EMQX Cloud "
                      "imports no certificate that has less than %d days left.",
                      certificate_subject_label(leaf), end, left / DAY, BUNDLE_EMQX_CLOUD_DAYS);
  finding_set_remedy(finding, "Renew it first (certbot renew --force-renewal); of one for 90 days "
                              "only the first 30 will do.");
  bundle_add(parts, finding);
}

void
bundle_lint(BundleParts *parts)
{
  if (parts->bundle->certificates->len == 0)
    return;
  judge_chain(parts);
  judge_key(parts);
  judge_completeness(parts);
  note_left_out(parts);
  note_order(parts);
  judge_key_type(parts);
  if (parts->request->broker != BUNDLE_EMQX_CLOUD)
    return;
  judge_issuer_type(parts);
  judge_window(parts);
}
