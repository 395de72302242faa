#include "config.h"

#include "trust/certificate_file.h"

#include "trust/certificate_blocks.h"
#include "trust/file_content.h"
#include "trust/trust_error.h"

GPtrArray *
certificate_file_read(const char *path, GError **error)
{
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_CERTIFICATE, error);
  return content ? certificate_blocks_parse(content, FILE_SLOT_CERTIFICATE, error) : NULL;
}

GPtrArray *
certificate_file_parse(const void *bytes, gsize length, const char *label, GError **error)
{
  g_autoptr(FileContent) content = NULL;
  if (length <= CERTIFICATE_FILE_MAX)
    content = file_content_from_bytes(bytes, length, label);
  else
    content = file_content_from_bytes(NULL, 0, label);
  if (length == 0 || length > CERTIFICATE_FILE_MAX) {
    g_set_error(error, TRUST_ERROR,
                length == 0 ? TRUST_ERROR_FILE_EMPTY : TRUST_ERROR_FILE_TOO_LARGE,
                length == 0 ? "%s is empty; write it again."
                            : "%s is too large for certificates; choose another one.",
                content->label);
    return NULL;
  }
  return certificate_blocks_parse(content, FILE_SLOT_CERTIFICATE, error);
}
