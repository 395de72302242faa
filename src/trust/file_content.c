#include "config.h"

#include "trust/file_content.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "trust/file_kind.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

/* More blocks than any file needs that may hold CERTIFICATE_FILE_COUNT_MAX certificates. */
#define BLOCKS_MAX (CERTIFICATE_FILE_COUNT_MAX + 16)

#define BEGIN_MARK "-----BEGIN "
#define END_MARK "-----END "

static const guint8 *
find(const guint8 *from, const guint8 *end, const char *what)
{
  return from < end ? memmem(from, end - from, what, strlen(what)) : NULL;
}

/* Behind the dashes that end a BEGIN or END line, or NULL when the line does not end so. */
static const guint8 *
after_label(const guint8 *label, const guint8 *end)
{
  const guint8 *line_end = memchr(label, '\n', end - label);
  const guint8 *dashes = find(label, line_end ? line_end : end, "-----");
  return dashes ? dashes + 5 : NULL;
}

/* One block that begins at `begin`; returns where to look for the next one. A BEGIN before the
 * END belongs to the next block: this one has lost its end. */
static const guint8 *
scan_block(FileContent *content, const guint8 *begin)
{
  const guint8 *end = content->bytes + content->length;
  const guint8 *label = begin + strlen(BEGIN_MARK);
  const guint8 *body = after_label(label, end);
  if (!body)
    return label;
  const guint8 *next = find(body, end, "-----");
  while (next && memcmp(next, BEGIN_MARK, MIN((gsize)(end - next), strlen(BEGIN_MARK))) &&
         memcmp(next, END_MARK, MIN((gsize)(end - next), strlen(END_MARK))))
    next = find(next + 5, end, "-----");
  const guint8 *tail = NULL;
  if (next && (gsize)(end - next) >= strlen(END_MARK) && !memcmp(next, END_MARK, strlen(END_MARK)))
    tail = after_label(next + strlen(END_MARK), end);
  const guint8 *stop = tail ? tail : next ? next : end;
  ContentBlock block = {
      .kind = file_kind_of_pem(label, body - 5 - label, body, stop - body),
      .start = begin - content->bytes,
      .length = stop - begin,
      .complete = tail != NULL,
  };
  g_array_append_val(content->blocks, block);
  return stop;
}

static void
scan_pem(FileContent *content)
{
  const guint8 *end = content->bytes + content->length;
  const guint8 *begin = find(content->bytes, end, BEGIN_MARK);
  while (begin && content->blocks->len < BLOCKS_MAX)
    begin = find(scan_block(content, begin), end, BEGIN_MARK);
}

static void
scan_der(FileContent *content)
{
  ContentBlock block = {.length = content->length, .complete = TRUE};
  block.kind = file_kind_of_binary(content->bytes, content->length, &block.complete);
  content->der = block.kind != CONTENT_UTF16;
  if (block.kind != CONTENT_UNKNOWN || !block.complete)
    g_array_append_val(content->blocks, block);
}

static void
scan(FileContent *content)
{
  scan_pem(content);
  if (content->blocks->len == 0)
    scan_der(content);
}

FileContent *
file_content_from_bytes(const void *bytes, gsize length, const char *label)
{
  FileContent *content = g_new0(FileContent, 1);
  content->label = safe_text_string(label);
  content->length = length;
  content->bytes = g_malloc(length + 1);
  if (length > 0)
    memcpy(content->bytes, bytes, length);
  content->bytes[length] = '\0';
  content->blocks = g_array_new(FALSE, TRUE, sizeof(ContentBlock));
  scan(content);
  return content;
}

void
file_content_free(FileContent *content)
{
  if (!content)
    return;
  gnutls_memset(content->bytes, 0, content->length);
  g_free(content->bytes);
  g_free(content->label);
  g_array_unref(content->blocks);
  g_free(content);
}

guint
file_content_count(const FileContent *content, ContentKind kind)
{
  guint count = 0;
  for (guint i = 0; i < content->blocks->len; i++)
    count += g_array_index(content->blocks, ContentBlock, i).kind == kind;
  return count;
}

const char *
file_slot_name(FileSlot slot)
{
  static const char *const names[] = {
      [FILE_SLOT_CA] = "CA file",   [FILE_SLOT_CERTIFICATE] = "Certificate file",
      [FILE_SLOT_KEY] = "Key file", [FILE_SLOT_CRL] = "Revocation list",
      [FILE_SLOT_ANY] = "File",
  };
  return names[slot];
}

void
file_content_set_wrong_kind(const FileContent *content, FileSlot slot, GError **error)
{
  static const char *const wanted[] = {
      [FILE_SLOT_CA] = "a CA certificate",        [FILE_SLOT_CERTIFICATE] = "a certificate",
      [FILE_SLOT_KEY] = "a private key",          [FILE_SLOT_CRL] = "a certificate revocation list",
      [FILE_SLOT_ANY] = "a certificate or a key",
  };
  ContentKind found = CONTENT_UNKNOWN;
  if (content->blocks->len > 0)
    found = g_array_index(content->blocks, ContentBlock, 0).kind;
  const char *name = file_kind_name(found), *remedy = file_kind_remedy(found, slot);
  if (found == CONTENT_UNKNOWN)
    file_kind_guess(content->bytes, content->length, &name, &remedy);
  g_set_error(error, TRUST_ERROR,
              found == CONTENT_TRUSTED_CERTIFICATE ? TRUST_ERROR_TRUSTED_LABEL
                                                   : TRUST_ERROR_FILE_WRONG_KIND,
              "%s holds %s, but %s is needed here; %s.", content->label, name, wanted[slot],
              remedy);
}

gboolean
file_content_check_whole(const FileContent *content, GError **error)
{
  for (guint i = 0, number = 0; i < content->blocks->len; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    number += block->kind == CONTENT_CERTIFICATE;
    if (block->complete)
      continue;
    if (block->kind == CONTENT_CERTIFICATE)
      g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TRUNCATED,
                  "%s ends inside certificate %u; copy it again completely.", content->label,
                  number);
    else
      g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TRUNCATED,
                  "%s ends inside %s; copy it again completely.", content->label,
                  content->der ? "its DER data" : file_kind_name(block->kind));
    return FALSE;
  }
  return TRUE;
}
