/* The only file that uses libcrypto. What it does is what `openssl verify` does, and what libssl
 * does to the chain of a server:
 *
 *   anchors → X509_STORE; the leaf's company → untrusted certificates; name, purpose, time, depth,
 *   CRLs → X509_VERIFY_PARAM; flags: none but those that OpenSSL has by default (trusted
 *   certificates first), so no partial chains
 *
 * The first error is the verdict, as in a client that has no callback to go on after it. */
#include "config.h"

#include "trust/second_opinion.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>

#include "util/safe_text.h"

typedef STACK_OF(X509) CertificateStack;
typedef STACK_OF(X509_CRL) CrlStack;

static void
free_certificates(CertificateStack *stack)
{
  sk_X509_pop_free(stack, X509_free);
}

static void
free_crls(CrlStack *stack)
{
  sk_X509_CRL_pop_free(stack, X509_CRL_free);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE, X509_STORE_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_STORE_CTX, X509_STORE_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509_VERIFY_PARAM, X509_VERIFY_PARAM_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_vfree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CertificateStack, free_certificates)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CrlStack, free_crls)

/* --- What an error is about ------------------------------------------------------------------- */

typedef struct {
  int error;
  OpinionCause cause;
} KnownError;

static const KnownError known_errors[] = {
    {X509_V_OK, OPINION_NONE},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, OPINION_NO_ROOT},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, OPINION_NO_ANCHOR},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, OPINION_NO_ANCHOR},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, OPINION_UNTRUSTED_ROOT},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, OPINION_UNTRUSTED_ROOT},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, OPINION_SIGNATURE},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, OPINION_SIGNATURE},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, OPINION_UNREADABLE},
#ifdef X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, OPINION_SIGNATURE},
#endif
#ifdef X509_V_ERR_EC_KEY_EXPLICIT_PARAMS
    {X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, OPINION_UNREADABLE},
#endif
    {X509_V_ERR_CERT_NOT_YET_VALID, OPINION_DATE},
    {X509_V_ERR_CERT_HAS_EXPIRED, OPINION_DATE},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, OPINION_DATE},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, OPINION_DATE},
    {X509_V_ERR_HOSTNAME_MISMATCH, OPINION_NAME},
    {X509_V_ERR_EMAIL_MISMATCH, OPINION_NAME},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, OPINION_NAME},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, OPINION_USAGE},
    {X509_V_ERR_INVALID_CA, OPINION_USAGE},
    {X509_V_ERR_INVALID_NON_CA, OPINION_USAGE},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, OPINION_USAGE},
    {X509_V_ERR_INVALID_PURPOSE, OPINION_USAGE},
    {X509_V_ERR_CERT_UNTRUSTED, OPINION_USAGE},
    {X509_V_ERR_CERT_REJECTED, OPINION_USAGE},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, OPINION_USAGE},
    {X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE, OPINION_USAGE},
    {X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, OPINION_USAGE},
    {X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED, OPINION_USAGE},
    {X509_V_ERR_PROXY_SUBJECT_NAME_VIOLATION, OPINION_USAGE},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, OPINION_EXTENSION},
    {X509_V_ERR_INVALID_EXTENSION, OPINION_EXTENSION},
    {X509_V_ERR_PERMITTED_VIOLATION, OPINION_CONSTRAINTS},
    {X509_V_ERR_EXCLUDED_VIOLATION, OPINION_CONSTRAINTS},
    {X509_V_ERR_SUBTREE_MINMAX, OPINION_CONSTRAINTS},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, OPINION_CONSTRAINTS},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, OPINION_CONSTRAINTS},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, OPINION_CONSTRAINTS},
    {X509_V_ERR_EE_KEY_TOO_SMALL, OPINION_STRENGTH},
    {X509_V_ERR_CA_KEY_TOO_SMALL, OPINION_STRENGTH},
    {X509_V_ERR_CA_MD_TOO_WEAK, OPINION_STRENGTH},
    {X509_V_ERR_UNABLE_TO_GET_CRL, OPINION_REVOCATION},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, OPINION_REVOCATION},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, OPINION_REVOCATION},
    {X509_V_ERR_CRL_NOT_YET_VALID, OPINION_REVOCATION},
    {X509_V_ERR_CRL_HAS_EXPIRED, OPINION_REVOCATION},
    {X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, OPINION_REVOCATION},
    {X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, OPINION_REVOCATION},
    {X509_V_ERR_CERT_REVOKED, OPINION_REVOCATION},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, OPINION_REVOCATION},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, OPINION_REVOCATION},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, OPINION_REVOCATION},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, OPINION_REVOCATION},
    {X509_V_ERR_CRL_PATH_VALIDATION_ERROR, OPINION_REVOCATION},
    {X509_V_ERR_INVALID_POLICY_EXTENSION, OPINION_POLICY},
    {X509_V_ERR_NO_EXPLICIT_POLICY, OPINION_POLICY},
};

/* What is left over with strict rules is one of these: OpenSSL 3 has a number for each. */
static OpinionCause
cause_of(int error, VerifyRules rules)
{
  for (gsize i = 0; i < G_N_ELEMENTS(known_errors); i++)
    if (known_errors[i].error == error)
      return known_errors[i].cause;
  return rules == VERIFY_RULES_STRICT ? OPINION_STRICT : OPINION_OTHER;
}

/* --- Which certificates matter ---------------------------------------------------------------- */

/* Reading a certificate is what OpenSSL is slowest at, and a trust store holds hundreds. Only those
 * are read whose names lead on from the leaf's issuer: OpenSSL finds issuers by name, and nothing
 * else is looked at. */
typedef struct {
  GBytes *der; /* borrowed */
  gboolean is_anchor;
  guint subject, issuer; /* hashes of names as OpenSSL compares them */
  int next;              /* index of another one with this subject, -1: none */
  gboolean wanted;
} Candidate;

/* Steps over one DER element at `*cursor`, or into it. FALSE: there is none. */
static gboolean
step(const unsigned char **cursor, const unsigned char *end, gboolean into)
{
  const unsigned char *content = *cursor;
  long length;
  int tag, class;
  if (end <= content ||
      (ASN1_get_object(&content, &length, &tag, &class, end - content) & 0x80) != 0)
    return FALSE;
  *cursor = into ? content : content + length;
  return TRUE;
}

static gboolean
hash_name(const unsigned char **cursor, const unsigned char *end, guint *hash)
{
  X509_NAME *name = d2i_X509_NAME(NULL, cursor, end - *cursor);
  if (!name)
    return FALSE;
  *hash = (guint)X509_NAME_hash(name);
  X509_NAME_free(name);
  return TRUE;
}

/* RFC 5280, 4.1: what stands before the names is passed over. */
static gboolean
read_names(Candidate *candidate)
{
  gsize length;
  const unsigned char *at = g_bytes_get_data(candidate->der, &length), *end = at + length;
  if (!step(&at, end, TRUE) || !step(&at, end, TRUE)) /* Certificate, TBSCertificate */
    return FALSE;
  if (at < end && *at == 0xa0 && !step(&at, end, FALSE)) /* version */
    return FALSE;
  return step(&at, end, FALSE) && step(&at, end, FALSE) && /* serialNumber, signature */
         hash_name(&at, end, &candidate->issuer) && step(&at, end, FALSE) && /* validity */
         hash_name(&at, end, &candidate->subject);
}

static Candidate *
candidate_at(GArray *candidates, int index)
{
  return &g_array_index(candidates, Candidate, index);
}

/* `by_subject`: hash → index + 1 of the last one that has it. */
static void
gather(GArray *candidates, GHashTable *by_subject, GPtrArray *ders, gboolean are_anchors)
{
  for (guint i = 0; ders && i < ders->len; i++) {
    Candidate candidate = {.der = ders->pdata[i], .is_anchor = are_anchors, .next = -1};
    int index = (int)candidates->len;
    if (read_names(&candidate)) {
      gpointer key = GUINT_TO_POINTER(candidate.subject);
      candidate.next = GPOINTER_TO_INT(g_hash_table_lookup(by_subject, key)) - 1;
      g_hash_table_insert(by_subject, key, GINT_TO_POINTER(index + 1));
    } else {
      candidate.wanted = TRUE; /* OpenSSL is to say that it cannot be read */
    }
    g_array_append_val(candidates, candidate);
  }
}

/* Marks what has this subject, what issued that, and so on. A name that was followed is taken out
 * of the table, so that circles end. */
static void
want_issuers(GArray *candidates, GHashTable *by_subject, guint name)
{
  g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(guint));
  g_array_append_val(names, name);
  while (names->len > 0) {
    gpointer key = GUINT_TO_POINTER(g_array_index(names, guint, names->len - 1));
    int index = GPOINTER_TO_INT(g_hash_table_lookup(by_subject, key)) - 1;
    g_array_set_size(names, names->len - 1);
    g_hash_table_remove(by_subject, key);
    for (; index >= 0; index = candidate_at(candidates, index)->next) {
      candidate_at(candidates, index)->wanted = TRUE;
      g_array_append_val(names, candidate_at(candidates, index)->issuer);
    }
  }
}

/* (transfer full), of Candidate: the leaf, then all others, of which those that matter are
 * marked. */
static GArray *
candidates_of(const SecondOpinionInput *input)
{
  GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
  g_autoptr(GHashTable) by_subject = g_hash_table_new(NULL, NULL);
  gather(candidates, by_subject, input->certificates, FALSE);
  gather(candidates, by_subject, input->untrusted, FALSE);
  gather(candidates, by_subject, input->anchors, TRUE);
  Candidate *leaf = candidate_at(candidates, 0);
  guint subject = leaf->subject, issuer = leaf->issuer;
  if (!leaf->wanted) { /* the leaf itself may be among the trusted ones */
    want_issuers(candidates, by_subject, subject);
    want_issuers(candidates, by_subject, issuer);
  }
  return candidates;
}

/* --- Loading ---------------------------------------------------------------------------------- */

static X509 *
load_certificate(GBytes *der)
{
  gsize length;
  const unsigned char *bytes = g_bytes_get_data(der, &length);
  return d2i_X509(NULL, &bytes, (long)length);
}

/* Issuers come again and again, and reading one takes OpenSSL longer than all the rest: those that
 * were seen last are kept, by their bytes. Any thread. */
#define ISSUERS_KEPT 64

static void
free_x509(gpointer certificate)
{
  X509_free(certificate);
}

/* Under the lock of load_issuer(); borrowed by it. */
static X509 *
keep_issuer(GBytes *der)
{
  static GHashTable *kept; /* GBytes → X509 */
  if (!kept)
    kept = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                 free_x509);
  X509 *certificate = g_hash_table_lookup(kept, der);
  if (certificate)
    return certificate;
  certificate = load_certificate(der);
  if (!certificate)
    return NULL;
  if (g_hash_table_size(kept) >= ISSUERS_KEPT)
    g_hash_table_remove_all(kept);
  g_hash_table_insert(kept, g_bytes_ref(der), certificate);
  return certificate;
}

/* A POSIX lock: ThreadSanitizer cannot see GLib's own. */
static X509 *
load_issuer(GBytes *der)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  X509 *certificate = keep_issuer(der);
  if (certificate)
    X509_up_ref(certificate);
  pthread_mutex_unlock(&lock);
  return certificate;
}

static X509_CRL *
load_crl(GBytes *der)
{
  gsize length;
  const unsigned char *bytes = g_bytes_get_data(der, &length);
  return d2i_X509_CRL(NULL, &bytes, (long)length);
}

/* FALSE: one of them cannot be parsed. Bounded: each of a thousand certificates with one name is
 * compared with each. */
static gboolean
load_candidates(X509_STORE *store, CertificateStack *company, GArray *candidates)
{
  guint count[2] = {0, 0};
  for (guint i = 1; i < candidates->len; i++) {
    const Candidate *candidate = candidate_at(candidates, (int)i);
    if (!candidate->wanted || count[candidate->is_anchor]++ >= SECOND_OPINION_MAX)
      continue;
    g_autoptr(X509) certificate = load_issuer(candidate->der);
    if (!certificate)
      return FALSE;
    if (candidate->is_anchor)
      X509_STORE_add_cert(store, certificate); /* takes a reference; a second copy is left out */
    else if (sk_X509_push(company, certificate))
      g_steal_pointer(&certificate);
  }
  return TRUE;
}

static gboolean
load_crls(CrlStack *stack, GPtrArray *ders)
{
  for (guint i = 0; ders && i < ders->len; i++) {
    X509_CRL *crl = load_crl(ders->pdata[i]);
    if (!crl)
      return FALSE;
    if (!sk_X509_CRL_push(stack, crl))
      g_error("no memory for CRLs");
  }
  return TRUE;
}

/* An address is compared with addresses, anything else with DNS names. */
static void
set_name(X509_VERIFY_PARAM *param, const char *name)
{
  if (!g_hostname_is_ip_address(name) || !X509_VERIFY_PARAM_set1_ip_asc(param, name))
    X509_VERIFY_PARAM_set1_host(param, name, 0);
}

static void
set_param(X509_STORE *store, const SecondOpinionInput *input)
{
  g_autoptr(X509_VERIFY_PARAM) param = X509_VERIFY_PARAM_new();
  if (input->purpose != VERIFY_PURPOSE_ANY)
    X509_VERIFY_PARAM_set_purpose(param, input->purpose == VERIFY_PURPOSE_CLIENT
                                             ? X509_PURPOSE_SSL_CLIENT
                                             : X509_PURPOSE_SSL_SERVER);
  if (input->name)
    set_name(param, input->name);
  if (input->email)
    X509_VERIFY_PARAM_set1_email(param, input->email, 0);
  if (input->limits_depth)
    X509_VERIFY_PARAM_set_depth(param, (int)MIN(input->max_depth, G_MAXINT));
  if (input->crls && input->crls->len > 0)
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK);
  if (input->rules == VERIFY_RULES_STRICT)
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_time(param, (time_t)input->time);
  X509_STORE_set1_param(store, param);
}

/* --- Strength --------------------------------------------------------------------------------- */

/* Bits of security that each level wants (SSL_CTX_set_security_level(3)). 1 is OpenSSL's own
 * default up to 3.1, 2 its default since then and that of most distributions. */
static const int level_bits[] = {0, 80, 112};

static gboolean
is_weak_key(X509 *certificate, int level)
{
  EVP_PKEY *key = X509_get0_pubkey(certificate);
  return !key || EVP_PKEY_security_bits(key) < level_bits[level];
}

static gboolean
is_weak_signature(X509 *certificate, int level)
{
  int bits;
  return !X509_get_signature_info(certificate, NULL, NULL, &bits, NULL) || bits < level_bits[level];
}

/* What X509_verify_cert() would say with X509_VERIFY_PARAM_set_auth_level(), in its order, without
 * checking every signature once more. The signature of the last one proves nothing and is not
 * looked at. */
static int
weakness_at(CertificateStack *chain, int level)
{
  int count = sk_X509_num(chain);
  for (int i = 0; i < count; i++) {
    X509 *certificate = sk_X509_value(chain, i);
    if (is_weak_key(certificate, level))
      return i == 0 ? X509_V_ERR_EE_KEY_TOO_SMALL : X509_V_ERR_CA_KEY_TOO_SMALL;
    if (i < count - 1 && is_weak_signature(certificate, level))
      return X509_V_ERR_CA_MD_TOO_WEAK;
  }
  return X509_V_OK;
}

static void
find_level(SecondOpinion *opinion, X509_STORE_CTX *context)
{
  for (int level = 1; level < (int)G_N_ELEMENTS(level_bits); level++) {
    int error = weakness_at(X509_STORE_CTX_get0_chain(context), level);
    if (error == X509_V_OK)
      continue;
    opinion->level = level;
    opinion->level_reason = X509_verify_cert_error_string(error);
    return;
  }
}

/* --- The verdict ------------------------------------------------------------------------------ */

/* (transfer full): as RFC 4514 has it, safe text. */
static char *
subject_of(X509 *certificate)
{
  g_autoptr(BIO) memory = BIO_new(BIO_s_mem());
  char *bytes;
  X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0,
                     XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  long length = BIO_get_mem_data(memory, &bytes);
  return safe_text(bytes, length > 0 ? (gsize)length : 0);
}

static SecondOpinion *
opinion_new(int error, int depth, VerifyRules rules)
{
  SecondOpinion *opinion = g_new0(SecondOpinion, 1);
  opinion->accepted = error == X509_V_OK;
  opinion->error = error;
  opinion->depth = MAX(depth, 0);
  opinion->reason = X509_verify_cert_error_string(error);
  opinion->cause = cause_of(error, rules);
  return opinion;
}

/* A program that cannot parse a certificate of the file or of the handshake stops there; OpenSSL
 * has no number of its own for that. */
static SecondOpinion *
opinion_unreadable(VerifyRules rules)
{
  SecondOpinion *opinion = opinion_new(X509_V_ERR_UNSPECIFIED, 0, rules);
  opinion->cause = OPINION_UNREADABLE;
  return opinion;
}

static SecondOpinion *
run(X509_STORE_CTX *context, VerifyRules rules)
{
  gboolean good = X509_verify_cert(context) > 0;
  int error = X509_STORE_CTX_get_error(context);
  if (!good && error == X509_V_OK) /* it could not even begin */
    error = X509_V_ERR_UNSPECIFIED;
  SecondOpinion *opinion = opinion_new(error, X509_STORE_CTX_get_error_depth(context), rules);
  X509 *current = X509_STORE_CTX_get_current_cert(context);
  if (opinion->accepted)
    find_level(opinion, context);
  else if (current)
    opinion->subject = subject_of(current);
  return opinion;
}

static SecondOpinion *
judge(const SecondOpinionInput *input)
{
  g_autoptr(X509_STORE) store = X509_STORE_new();
  g_autoptr(CertificateStack) company = sk_X509_new_null();
  g_autoptr(CrlStack) crls = sk_X509_CRL_new_null();
  g_autoptr(X509) leaf = load_certificate(input->certificates->pdata[0]);
  g_autoptr(GArray) candidates = candidates_of(input);
  if (!leaf || !load_candidates(store, company, candidates) || !load_crls(crls, input->crls))
    return opinion_unreadable(input->rules);
  set_param(store, input);
  g_autoptr(X509_STORE_CTX) context = X509_STORE_CTX_new();
  if (!X509_STORE_CTX_init(context, store, leaf, company))
    return opinion_unreadable(input->rules);
  if (sk_X509_CRL_num(crls) > 0)
    X509_STORE_CTX_set0_crls(context, crls);
  return run(context, input->rules);
}

SecondOpinion *
second_opinion_of_bytes(const SecondOpinionInput *input)
{
  if (!input->certificates || input->certificates->len == 0)
    return NULL;
  SecondOpinion *opinion = judge(input);
  ERR_clear_error(); /* nobody else on this thread is to find what was left there */
  return opinion;
}

gboolean
second_opinion_available(void)
{
  return TRUE;
}
