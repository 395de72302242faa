/* A file that should hold certificates or a key, as anybody may have written it, and what is then
 * made of it: every certificate as text, and the whole as a chain.
 *
 * What was read is bounded, and comes back the same from its own PEM; what was not is refused with
 * one sentence that is safe to be shown. Keys are tried without a password: how long a password is
 * to be worked on is the file's own choice, and no fault. */
#include "config.h"

#include "trust/certificate_file.h"

#include <string.h>

#include "trust/file_content.h"
#include "trust/private_key.h"
#include "trust/trust_error.h"
#include "trust/verify.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

/* `lines`: line breaks are the writer's own. */
static void
check_safe(const char *text, gboolean lines)
{
  check(text != NULL && g_utf8_validate(text, -1, NULL));
  for (const char *at = text; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)) || (lines && *at == '\n'));
}

static void
check_error(const GError *error)
{
  check(error != NULL && error->domain == TRUST_ERROR);
  check_safe(error->message, FALSE);
  check(g_str_has_suffix(error->message, "."));
}

static void
check_texts(const Certificate *certificate)
{
  g_autofree char *description = certificate_describe(certificate);
  check_safe(description, TRUE);
  check_safe(certificate_subject(certificate), FALSE);
  check_safe(certificate_issuer(certificate), FALSE);
  check_safe(certificate_subject_label(certificate), FALSE);
  check_safe(certificate_issuer_label(certificate), FALSE);
  check_safe(certificate_key_label(certificate), FALSE);
  check_safe(certificate_signature_label(certificate), FALSE);
  for (const char *const *name = certificate_names(certificate); *name; name++)
    check_safe(*name, FALSE);
}

static void
check_certificate(const Certificate *certificate)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  g_autoptr(GPtrArray) again = certificate_file_parse(pem, strlen(pem), "again", NULL);
  check(again != NULL && again->len == 1);
  check(certificate_equal(again->pdata[0], certificate));
  check_texts(certificate);
  if (certificate_is_self_signed(certificate))
    check(certificate_is_issued_by(certificate, certificate));
}

/* Accepted means that nothing is wrong, and refused that something is. */
static void
check_verdict(GPtrArray *certificates, VerifyPurpose purpose)
{
  VerifyRequest request = {.certificates = certificates,
                           .name = "mqtt.example.com",
                           .purpose = purpose,
                           .time = NOW,
                           .source = FINDING_SOURCE_PEER};
  g_autoptr(Verdict) verdict = verify(&request);
  g_autofree char *reason = verdict_reason(verdict);
  check(verdict->accepted == (reason == NULL));
  check(verdict->path->len > 0);
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    check_safe(finding->message, FALSE);
    check_safe(finding->remedy, FALSE);
  }
}

static void
check_certificates(const guint8 *data, gsize size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) certificates = certificate_file_parse(data, size, "fuzz\x1b[31m\n", &error);
  if (certificates == NULL) {
    check_error(error);
    return;
  }
  check(certificates->len > 0 && certificates->len <= CERTIFICATE_FILE_COUNT_MAX);
  for (guint i = 0; i < certificates->len; i++)
    check_certificate(certificates->pdata[i]);
  check_verdict(certificates, VERIFY_PURPOSE_SERVER);
  check_verdict(certificates, VERIFY_PURPOSE_CLIENT);
}

static void
check_blocks(const FileContent *content)
{
  gsize end = 0;
  for (guint i = 0; i < content->blocks->len; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    check(block->start >= end && block->length <= content->length - block->start);
    end = block->start + block->length;
  }
}

static void
check_key(const guint8 *data, gsize size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(FileContent) content = file_content_from_bytes(data, size, "fuzz");
  check_blocks(content);
  gnutls_x509_privkey_t key = private_key_open(content, NULL, &error);
  if (key == NULL) {
    check_error(error);
    return;
  }
  gnutls_pubkey_t public = private_key_public(key);
  if (public != NULL)
    gnutls_pubkey_deinit(public);
  gnutls_x509_privkey_deinit(key);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  check_certificates(data, size);
  check_key(data, size);
  return 0;
}
