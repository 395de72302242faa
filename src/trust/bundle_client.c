/* The client CA, and whether it issued the client certificate that is at hand. */
#include "config.h"

#include "trust/bundle_private.h"

#include "trust/certificate_fields.h"
#include "trust/certificate_file.h"
#include "trust/client_chain.h"
#include "trust/date_text.h"
#include "trust/inspection.h"
#include "trust/verify.h"
#include "util/safe_text.h"

static Finding *
about(const char *code, const char *path, const Certificate *certificate, guint index)
{
  Finding *finding = finding_new(code);
  finding->source = FINDING_SOURCE_TRUST;
  finding->index = (int)index;
  finding->file = safe_text_string(path);
  finding->subject = g_strdup(certificate_subject(certificate));
  finding->sha256 = g_strdup(certificate_sha256(certificate));
  return finding;
}

/* --- the CA ----------------------------------------------------------------------------------- */

static gboolean
is_public(const BundleParts *parts, const Certificate *certificate)
{
  const Anchors *known = parts->request->known;
  const GPtrArray *roots = known ? anchors_certificates(known) : NULL;
  for (guint i = 0; roots && i < roots->len; i++)
    if (certificate_equal(roots->pdata[i], certificate) ||
        certificate_is_issued_by(certificate, roots->pdata[i]))
      return TRUE;
  return FALSE;
}

static Finding *
judge_role(const char *path, const Certificate *certificate, guint index)
{
  if (certificate_is_ca(certificate) ||
      (certificate_version(certificate) < 3 && certificate_is_self_signed(certificate)))
    return NULL;
  Finding *finding = about("file-wrong-role", path, certificate, index);
  finding_set_message(finding, "\"%s\" in %s is no certificate of a CA, so it issued no client's.",
                      certificate_subject_label(certificate), finding->file);
  finding_set_remedy(finding,
                     "Give the certificate of the CA that issues the clients' certificates "
                     "with --client-ca.");
  return finding;
}

static Finding *
judge_dates(const BundleParts *parts, const char *path, const Certificate *certificate, guint index)
{
  gint64 now = parts->request->now;
  gboolean early = certificate_not_before(certificate) > now;
  if (!early && certificate_not_after(certificate) >= now)
    return NULL;
  g_autofree char *date =
      date_text(early ? certificate_not_before(certificate) : certificate_not_after(certificate));
  Finding *finding = about("anchor-expired", path, certificate, index);
  finding_set_message(finding, "\"%s\" in %s %s on %s, so that the broker refuses every client.",
                      certificate_subject_label(certificate), finding->file,
                      early ? "begins" : "ended", date);
  finding_set_remedy(finding, "Give the CA's current certificate with --client-ca.");
  return finding;
}

/* Whoever gets a certificate of a public CA, which is everybody, would be let in. */
static Finding *
judge_public(const BundleParts *parts, const char *path, const Certificate *certificate,
             guint index)
{
  if (!is_public(parts, certificate))
    return NULL;
  Finding *finding = about("trust-public-private-mixup", path, certificate, index);
  finding->severity = FINDING_WARNING;
  finding_set_message(finding,
                      "\"%s\" in %s is a public CA: everybody who has a certificate of it "
                      "would be let in.",
                      certificate_subject_label(certificate), finding->file);
  finding_set_remedy(finding, "Use a CA of your own for clients (`mqtrust pki ca`).");
  return finding;
}

static gboolean
has_issuer(const GPtrArray *list, const Certificate *certificate)
{
  for (guint i = 0; i < list->len; i++)
    if (certificate_is_issued_by(certificate, list->pdata[i]))
      return TRUE;
  return FALSE;
}

static Finding *
judge_top(const char *path, const GPtrArray *list, guint index)
{
  const Certificate *certificate = list->pdata[index];
  if (certificate_is_self_issued(certificate) || has_issuer(list, certificate))
    return NULL;
  Finding *finding = about("anchor-intermediate", path, certificate, index);
  finding_set_message(finding,
                      "\"%s\" in %s is an intermediate: brokers that want the way up to a "
                      "root (mosquitto, EMQX without partial_chain) refuse its clients.",
                      certificate_subject_label(certificate), finding->file);
  finding_set_remedy(finding, "Add the certificate of \"%s\" to the file.",
                     certificate_issuer_label(certificate));
  return finding;
}

/* One such CA in the file, and NanoMQ 0.25.3 serves nobody: Mbed TLS cannot read it. */
static Finding *
judge_key(const BundleParts *parts, const char *path, const Certificate *certificate, guint index)
{
  if (parts->request->broker != BUNDLE_NANOMQ || !bundle_is_edwards(certificate))
    return NULL;
  gboolean ca = certificate_is_ca(certificate);
  Finding *finding = about("key-type-refused", path, certificate, index);
  finding->severity = FINDING_ERROR;
  finding->source = ca ? FINDING_SOURCE_TRUST : FINDING_SOURCE_CLIENT;
  finding_set_message(finding,
                      "\"%s\" in %s has the key %s, and NanoMQ is built on Mbed TLS, which has no "
                      "Ed25519 or Ed448: %s.",
                      certificate_subject_label(certificate), finding->file,
                      certificate_key_label(certificate),
                      ca ? "it would refuse every client" : "it would refuse this client");
  finding_set_remedy(finding,
                     "Use a %s with a key of ECDSA P-256 (`mqtrust pki %s --key-type "
                     "ecdsa-p256`).",
                     ca ? "client CA" : "client certificate", ca ? "ca" : "client");
  return finding;
}

static void
judge_ca(BundleParts *parts, const char *path, const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++) {
    const Certificate *certificate = list->pdata[i];
    Finding *finding = judge_role(path, certificate, i);
    if (!finding)
      finding = judge_key(parts, path, certificate, i);
    if (!finding)
      finding = judge_dates(parts, path, certificate, i);
    if (!finding)
      finding = judge_public(parts, path, certificate, i);
    if (!finding)
      finding = judge_top(path, list, i);
    if (finding)
      bundle_add(parts, finding);
  }
}

/* --- the client's certificate ----------------------------------------------------------------- */

static void
judge_client_chain(BundleParts *parts, GPtrArray *certificates, const char *file)
{
  const VerifyRequest request = {.certificates = certificates,
                                 .purpose = VERIFY_PURPOSE_CLIENT,
                                 .time = parts->request->now,
                                 .source = FINDING_SOURCE_CLIENT,
                                 .file = file};
  g_autoptr(Verdict) verdict = verify(&request);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    if (finding->severity == FINDING_ERROR)
      bundle_add(parts, finding_copy(finding));
  }
}

static void
judge_client(BundleParts *parts, const Anchors *client_ca)
{
  const char *path = parts->request->client_path;
  g_autoptr(GError) error = NULL;
  g_autofree char *file = inspection_label(path);
  g_autoptr(GPtrArray) certificates = certificate_file_read(path, &error);
  if (!certificates) {
    Finding *finding = finding_from_error(error, FINDING_SOURCE_CLIENT, file);
    finding->severity = FINDING_ERROR;
    if (g_str_equal(finding->code, "file-missing"))
      finding_set_remedy(finding, "Correct the path, or have the file written.");
    bundle_add(parts, finding);
    return;
  }
  judge_client_chain(parts, certificates, file);
  Finding *key = judge_key(parts, path, certificates->pdata[0], 0);
  if (key)
    bundle_add(parts, key);
  GPtrArray *beside = NULL;
  const ClientChain chain = {.certificates = certificates,
                             .path = path,
                             .file = file,
                             .broker_ca = client_ca,
                             .beside = &beside};
  Finding *refused = client_chain_refused(&chain);
  if (beside)
    g_ptr_array_unref(beside);
  if (!refused)
    return;
  /* Not a guess about a broker somewhere: this is the file that it gets. */
  refused->severity = FINDING_ERROR;
  bundle_add(parts, refused);
}

void
bundle_client(BundleParts *parts)
{
  const char *path = parts->request->client_ca_path;
  if (!path)
    return;
  g_autoptr(GError) error = NULL;
  g_autoptr(Anchors) anchors = anchors_load_file(path, &error);
  if (!anchors) {
    g_autofree char *label = inspection_label(path);
    Finding *finding = finding_from_error(error, FINDING_SOURCE_TRUST, label);
    finding->severity = FINDING_ERROR; /* without it every client would be let in */
    if (g_str_equal(finding->code, "file-missing"))
      finding_set_remedy(finding, "Correct the path, or have the file written.");
    bundle_add(parts, finding);
    return;
  }
  GPtrArray *list = anchors_certificates(anchors);
  parts->bundle->client_ca = certificate_list_new();
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add(parts->bundle->client_ca, certificate_ref(list->pdata[i]));
  judge_ca(parts, path, list);
  if (parts->request->client_path)
    judge_client(parts, anchors);
}
