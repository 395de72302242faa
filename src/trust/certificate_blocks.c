#include "config.h"

#include "trust/certificate_blocks.h"

#include <gnutls/x509.h>

#include "trust/pem_block.h"
#include "trust/trust_error.h"

static void
set_damaged(const FileContent *content, guint number, const char *why, GError **error)
{
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
              "Certificate %u in %s is damaged: %s; copy it again, or ask its issuer for a sound "
              "one.",
              number, content->label, why);
}

static Certificate *
parse_der(const FileContent *content, guint number, const gnutls_datum_t *der, GError **error)
{
  g_autoptr(GError) cause = NULL;
  Certificate *certificate = certificate_new_from_der(der->data, der->size, &cause);
  if (!certificate)
    set_damaged(content, number, cause->message, error);
  return certificate;
}

static void
set_no_base64(const FileContent *content, const ContentBlock *block, guint number, GError **error)
{
  g_autofree char *fault = pem_block_fault(content, block);
  if (fault)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED, "Certificate %u in %s is damaged: %s",
                number, content->label, fault);
  else
    set_damaged(content, number, "its text is not Base64", error);
}

static Certificate *
parse_block(const FileContent *content, const ContentBlock *block, guint number, GError **error)
{
  gnutls_datum_t bytes = {content->bytes + block->start, block->length}, der = {NULL, 0};
  if (content->der)
    return parse_der(content, number, &bytes, error);
  if (gnutls_pem_base64_decode2(NULL, &bytes, &der) < 0) {
    set_no_base64(content, block, number, error);
    return NULL;
  }
  Certificate *certificate = parse_der(content, number, &der, error);
  gnutls_free(der.data);
  return certificate;
}

static gboolean
check_kinds(const FileContent *content, FileSlot slot, GError **error)
{
  guint count = file_content_count(content, CONTENT_CERTIFICATE);
  if (count == 0) {
    file_content_set_wrong_kind(content, slot, error);
    return FALSE;
  }
  if (count > CERTIFICATE_FILE_COUNT_MAX) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TOO_LARGE,
                "%s holds more than %d certificates; choose another file.", content->label,
                CERTIFICATE_FILE_COUNT_MAX);
    return FALSE;
  }
  /* Passing one over would leave something untrusted that the user meant to trust. */
  if (file_content_count(content, CONTENT_TRUSTED_CERTIFICATE) > 0) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_TRUSTED_LABEL,
                "%s holds OpenSSL's TRUSTED CERTIFICATE form among others; write it anew with "
                "`openssl x509 -in FILE -out NEW`, without -trustout.",
                content->label);
    return FALSE;
  }
  return TRUE;
}

GPtrArray *
certificate_blocks_parse(const FileContent *content, FileSlot slot, GError **error)
{
  if (!file_content_check_whole(content, error) || !check_kinds(content, slot, error))
    return NULL;
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  for (guint i = 0; i < content->blocks->len; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    if (block->kind != CONTENT_CERTIFICATE)
      continue;
    Certificate *certificate = parse_block(content, block, certificates->len + 1, error);
    if (!certificate)
      return NULL;
    g_ptr_array_add(certificates, certificate);
  }
  return g_steal_pointer(&certificates);
}
