#include "config.h"

#include "trust/certificate_ders.h"

#include <gnutls/gnutls.h>

#include "trust/file_content.h"
#include "trust/trust_error.h"

/* (transfer full): NULL when the text between BEGIN and END is not Base64. */
static GBytes *
block_bytes(const FileContent *content, const ContentBlock *block)
{
  const gnutls_datum_t text = {content->bytes + block->start, (unsigned)block->length};
  gnutls_datum_t der = {NULL, 0};
  if (content->der)
    return g_bytes_new(text.data, text.size);
  if (gnutls_pem_base64_decode2(NULL, &text, &der) < 0)
    return NULL;
  GBytes *bytes = g_bytes_new(der.data, der.size);
  gnutls_free(der.data);
  return bytes;
}

static GPtrArray *
take_blocks(const FileContent *content, GError **error)
{
  g_autoptr(GPtrArray) ders = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < content->blocks->len && ders->len < CERTIFICATE_FILE_COUNT_MAX; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    GBytes *bytes = block->kind == CONTENT_CERTIFICATE ? block_bytes(content, block) : NULL;
    if (bytes)
      g_ptr_array_add(ders, bytes);
  }
  if (ders->len > 0)
    return g_steal_pointer(&ders);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
              "%s holds no certificate that could be read; give another file.", content->label);
  return NULL;
}

GPtrArray *
certificate_ders_read(const char *path, GError **error)
{
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_CERTIFICATE, error);
  if (!content || !file_content_check_whole(content, error))
    return NULL;
  return take_blocks(content, error);
}
