#include "config.h"

#include "trust/inspection.h"

#include <string.h>

#include "trust/file_content.h"
#include "trust/file_kind.h"
#include "trust/inspection_reader.h"
#include "trust/pem_block.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"
#include "util/secret.h"

/* --- one block -------------------------------------------------------------------------------- */

static void
read_key_block(InspectionReader *reader, const PemBlock *pem)
{
  SecretString text = pem_block_text(pem);
  InspectedKeySource source = {.label = pem->label,
                               .pem = text,
                               .der = pem->der,
                               .length = pem->length,
                               .encrypted = pem->kind == CONTENT_ENCRYPTED_KEY};
  inspection_read_key(reader, &source);
  secret_free(text);
}

static void
read_key_der(InspectionReader *reader, ContentKind kind, const void *der, gsize length)
{
  InspectedKeySource source = {
      .der = der, .length = length, .encrypted = kind == CONTENT_ENCRYPTED_KEY};
  inspection_read_key(reader, &source);
}

/* `pem` is NULL when the file is DER. */
static void
read_structure(InspectionReader *reader, ContentKind kind, const PemBlock *pem, const void *der,
               gsize length)
{
  switch (kind) {
  case CONTENT_CERTIFICATE:
    inspection_read_certificate(reader, der, length);
    return;
  case CONTENT_TRUSTED_CERTIFICATE:
    inspection_read_trusted_certificate(reader, der, length);
    return;
  case CONTENT_KEY:
  case CONTENT_ENCRYPTED_KEY:
    if (pem)
      read_key_block(reader, pem);
    else
      read_key_der(reader, kind, der, length);
    return;
  case CONTENT_OPENSSH_KEY:
    inspection_read_openssh_key(reader, der, length);
    return;
  case CONTENT_PUBLIC_KEY:
    inspection_read_public_key(reader, pem ? pem->label : NULL, der, length);
    return;
  case CONTENT_REQUEST:
    inspection_read_request(reader, der, length);
    return;
  case CONTENT_CRL:
    inspection_read_crl(reader, der, length);
    return;
  case CONTENT_PKCS7:
    inspection_read_pkcs7(reader, der, length);
    return;
  case CONTENT_PKCS12:
    inspection_read_pkcs12(reader, der, length);
    return;
  case CONTENT_OTHER:
  case CONTENT_UTF16:
  case CONTENT_UNKNOWN:
    break;
  }
  inspection_read_other(reader, pem ? pem->label : NULL, der, length);
}

static void
add_truncated(InspectionReader *reader, const char *what)
{
  InspectedItem *item = inspection_add(reader, INSPECTED_DAMAGED);
  inspection_set_title(item, "%c%s, not whole", g_ascii_toupper(*what), what + 1);
  inspection_set_problem(reader, item, "file-truncated",
                         "%s ends inside %s; copy it again completely.", reader->label, what);
}

static void
remark_damage(InspectionReader *reader, const PemBlock *pem, guint index)
{
  Finding *remark = inspection_add_remark(reader->inspection, "pem-damaged", (int)index);
  finding_set_message(remark,
                      "The %s block at line %u of %s can be read here, but programs with %s refuse "
                      "it: %s.",
                      pem->label, reader->line, reader->label,
                      pem->openssl_reads ? "GnuTLS" : "OpenSSL (mosquitto, MQTTX)", pem->damage);
  finding_set_remedy(remark, "%s",
                     pem->remedy ? pem->remedy
                                 : "Write the file anew with `mqtrust split FILE`, or with an "
                                   "editor: BEGIN, text and END each on lines of their own.");
  finding_add_evidence(remark, "%s",
                       pem->openssl_reads  ? "OpenSSL reads it"
                       : pem->gnutls_reads ? "GnuTLS reads it"
                                           : "GnuTLS refuses it, too");
}

static void
add_lost(InspectionReader *reader, const PemBlock *pem)
{
  /* Others put checksums or hexadecimal numbers between the lines, and mean no harm. */
  if (pem->kind == CONTENT_OTHER) {
    inspection_set_title(inspection_add(reader, INSPECTED_OTHER), "PEM block \"%s\"", pem->label);
    return;
  }
  InspectedItem *item = inspection_add(reader, INSPECTED_DAMAGED);
  inspection_set_title(item, "PEM block \"%s\", damaged", pem->label);
  inspection_set_problem(reader, item, "pem-damaged",
                         "The %s block at line %u of %s %s; copy it again completely.", pem->label,
                         reader->line, reader->label, pem->loss);
  Finding *remark = reader->inspection->remarks->pdata[reader->inspection->remarks->len - 1];
  remark->severity = FINDING_ERROR; /* nobody can read it */
}

static void
read_block(InspectionReader *reader, const FileContent *content, const ContentBlock *block)
{
  g_autoptr(PemBlock) pem = pem_block_read(content, block);
  guint first = reader->inspection->items->len;
  if (!block->complete)
    add_truncated(reader, file_kind_name(pem->kind));
  else if (!pem->der)
    add_lost(reader, pem);
  else
    read_structure(reader, pem->kind, pem, pem->der, pem->length);
  const GPtrArray *items = reader->inspection->items;
  const InspectedItem *item = items->len > first ? items->pdata[first] : NULL;
  if (item && item->kind != INSPECTED_DAMAGED && pem->damage)
    remark_damage(reader, pem, first);
}

/* --- the file --------------------------------------------------------------------------------- */

static guint
count_lines(const guint8 *from, const guint8 *to)
{
  guint count = 0;
  for (; from < to; from++)
    count += *from == '\n';
  return count;
}

static void
read_pem(InspectionReader *reader, const FileContent *content)
{
  const guint8 *at = content->bytes;
  guint line = 1;
  for (guint i = 0; i < content->blocks->len && !inspection_is_full(reader); i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    line += count_lines(at, content->bytes + block->start);
    at = content->bytes + block->start;
    reader->line = line;
    reader->container = "PEM";
    read_block(reader, content, block);
  }
}

static void
read_der(InspectionReader *reader, const FileContent *content)
{
  const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, 0);
  reader->container = "DER";
  if (block->complete)
    read_structure(reader, block->kind, NULL, content->bytes, content->length);
  else
    add_truncated(reader, "DER data");
}

/* The file as some editors of Windows save it: read all the same, and said. */
static void
read_utf16(InspectionReader *reader, const FileContent *content)
{
  g_autoptr(GError) error = NULL;
  gsize length = 0;
  SecretString text = g_convert((const char *)content->bytes, (gssize)content->length, "UTF-8",
                                "UTF-16", NULL, &length, &error);
  if (!text)
    return;
  g_autoptr(FileContent) plain = file_content_from_bytes(text, length, reader->label);
  gnutls_memset(text, 0, length);
  g_free(text);
  if (plain->blocks->len == 0 || plain->der)
    return;
  read_pem(reader, plain);
  Finding *remark = inspection_add_remark(reader->inspection, "pem-damaged", -1);
  finding_set_message(remark, "%s is UTF-16 text, which no other program reads as PEM.",
                      reader->label);
  finding_set_remedy(remark, "Save it as plain text (ASCII or UTF-8).");
}

static gboolean
looks_like_pem(const FileContent *content)
{
  return memmem(content->bytes, content->length, "-BEGIN ", 7) != NULL;
}

static void
set_nothing(const FileContent *content, GError **error)
{
  if (looks_like_pem(content))
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_PEM_DAMAGED,
                "%s has a BEGIN line, but none that stands whole between five dashes; copy it "
                "again completely.",
                content->label);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
                "%s holds neither PEM nor DER data that can be recognised; choose another file.",
                content->label);
}

static gboolean
is_utf16(const FileContent *content)
{
  return content->blocks->len == 1 &&
         g_array_index(content->blocks, ContentBlock, 0).kind == CONTENT_UTF16;
}

static Inspection *
inspection_new(const char *label)
{
  Inspection *inspection = g_new0(Inspection, 1);
  inspection->path = safe_text_string(label);
  inspection->items = g_ptr_array_new();
  inspection->remarks = finding_list_new();
  return inspection;
}

static void
reader_clear(InspectionReader *reader)
{
  g_hash_table_unref(reader->known);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(InspectionReader, reader_clear)

static InspectionReader
reader_of(Inspection *inspection, const char *password)
{
  return (InspectionReader){.label = inspection->path,
                            .password = password,
                            .inspection = inspection,
                            .rounds = INSPECTION_ROUNDS_MAX,
                            .known = g_hash_table_new_full(g_bytes_hash, g_bytes_equal,
                                                           (GDestroyNotify)g_bytes_unref,
                                                           (GDestroyNotify)certificate_unref)};
}

static Inspection *
read_content(const FileContent *content, const char *path, const char *password, GError **error)
{
  g_autoptr(Inspection) inspection = inspection_new(content->label);
  g_auto(InspectionReader) reader = reader_of(inspection, password);
  if (is_utf16(content))
    read_utf16(&reader, content);
  else if (content->blocks->len > 0 && content->der)
    read_der(&reader, content);
  else if (content->blocks->len > 0)
    read_pem(&reader, content);
  else if (!inspection_read_key_lines(&reader, content->bytes, content->length) && content->der)
    inspection_read_other(&reader, NULL, content->bytes, content->length);
  if (inspection->items->len == 0) {
    set_nothing(content, error);
    return NULL;
  }
  inspection_remark(inspection, path);
  return g_steal_pointer(&inspection);
}

/* RFC 7512, 2.3: "pin-value" is the PIN itself. */
char *
inspection_label(const char *path)
{
  const char *pin = g_str_has_prefix(path, "pkcs11:") ? strstr(path, "pin-value=") : NULL;
  if (!pin)
    return safe_text_string(path);
  pin += strlen("pin-value=");
  g_autofree char *shown =
      g_strdup_printf("%.*s...%s", (int)(pin - path), path, pin + strcspn(pin, ";&?"));
  return safe_text_string(shown);
}

static Inspection *
read_uri(const char *uri, const char *password, GError **error)
{
  g_autofree char *shown = inspection_label(uri);
  g_autoptr(Inspection) inspection = inspection_new(shown);
  g_auto(InspectionReader) reader = reader_of(inspection, password);
  reader.container = "PKCS#11";
  if (!inspection_read_token(&reader, uri, error))
    return NULL;
  finding_list_sort(inspection->remarks);
  return g_steal_pointer(&inspection);
}

Inspection *
inspection_read(const char *path, const char *password, GError **error)
{
  if (g_str_has_prefix(path, "pkcs11:"))
    return read_uri(path, password, error);
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_ANY, error);
  return content ? read_content(content, path, password, error) : NULL;
}

Inspection *
inspection_parse(const void *bytes, gsize length, const char *label, const char *password,
                 GError **error)
{
  g_autofree char *safe = safe_text_string(label);
  if (length == 0 || length > CERTIFICATE_FILE_MAX) {
    g_set_error(error, TRUST_ERROR,
                length == 0 ? TRUST_ERROR_FILE_EMPTY : TRUST_ERROR_FILE_TOO_LARGE,
                length == 0 ? "%s is empty; write it again."
                            : "%s has more than 16 MiB, which no certificate needs; choose "
                              "another file.",
                safe);
    return NULL;
  }
  g_autoptr(FileContent) content = file_content_from_bytes(bytes, length, label);
  return read_content(content, NULL, password, error);
}

/* --- its parts -------------------------------------------------------------------------------- */

static void
item_free(InspectedItem *item)
{
  g_free(item->title);
  g_free(item->container);
  g_free(item->details);
  if (item->certificate)
    certificate_unref(item->certificate);
  g_free(item->subject);
  g_free(item->issuer);
  g_strfreev(item->names);
  g_free(item->key_label);
  g_free(item->key_id);
  secret_free(item->key_pem);
  g_free(item->problem);
  g_free(item);
}

void
inspection_free(Inspection *inspection)
{
  if (!inspection)
    return;
  for (guint i = 0; i < inspection->items->len; i++)
    item_free(inspection->items->pdata[i]);
  g_ptr_array_unref(inspection->items);
  g_ptr_array_unref(inspection->remarks);
  g_free(inspection->path);
  g_free(inspection);
}

const char *
inspected_kind_name(InspectedKind kind)
{
  static const char *const names[] = {[INSPECTED_CERTIFICATE] = "certificate",
                                      [INSPECTED_KEY] = "private key",
                                      [INSPECTED_PUBLIC_KEY] = "public key",
                                      [INSPECTED_REQUEST] = "request",
                                      [INSPECTED_CRL] = "CRL",
                                      [INSPECTED_OPENSSH_KEY] = "OpenSSH key",
                                      [INSPECTED_PARAMETERS] = "parameters",
                                      [INSPECTED_BUNDLE] = "bundle",
                                      [INSPECTED_OTHER] = "other",
                                      [INSPECTED_DAMAGED] = "damaged"};
  return names[kind];
}
