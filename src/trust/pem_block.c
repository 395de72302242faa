/* What OpenSSL 3 refuses was found out with each of these forms, one by one: a BEGIN or END line
 * that does not begin its line or does not end it, another label at the end, an empty line among
 * the text, lines that end in CR alone, characters that are not Base64. It does not mind long
 * lines, blanks at the ends of lines, or a byte order mark at the beginning of the file. */
#include "config.h"

#include "trust/pem_block.h"

#include <gnutls/x509.h>
#include <string.h>

#include "trust/file_kind.h"
#include "trust/pem_headers.h"
#include "util/safe_text.h"
#include "util/secret.h"

#define BEGIN_LENGTH 11 /* of "-----BEGIN " */
#define COLUMNS 64
#define LOOK_BACK_MAX 4096 /* a file may be one line with thousands of blocks on it */

/* The parts of a block, all inside of the file. */
typedef struct {
  const guint8 *file, *begin;
  const guint8 *label, *label_end;
  const guint8 *body, *body_end; /* between the dashes of BEGIN and those of END */
  const guint8 *end_label, *end_label_end;
  const guint8 *tail, *file_end; /* behind the END line's dashes */
} Parts;

static const guint8 *
find(const guint8 *from, const guint8 *end, const char *what)
{
  const guint8 *found = from < end ? memmem(from, end - from, what, strlen(what)) : NULL;
  return found ? found : end;
}

static Parts
parts_of(const FileContent *content, const ContentBlock *block)
{
  Parts parts = {.file = content->bytes, .begin = content->bytes + block->start};
  const guint8 *stop = parts.begin + block->length;
  parts.file_end = content->bytes + content->length;
  parts.label = MIN(parts.begin + BEGIN_LENGTH, stop);
  parts.label_end = find(parts.label, stop, "-----");
  parts.body = MIN(parts.label_end + 5, stop);
  parts.body_end = find(parts.body, stop, "-----END ");
  parts.end_label = MIN(parts.body_end + 9, stop);
  parts.end_label_end = find(parts.end_label, stop, "-----");
  parts.tail = stop;
  return parts;
}

/* --- the label -------------------------------------------------------------------------------- */

/* Single blanks, none at the ends, capital letters. */
static char *
tidy_label(const guint8 *from, const guint8 *end)
{
  GString *out = g_string_new(NULL);
  for (; from < end; from++) {
    if (*from != ' ')
      g_string_append_c(out, g_ascii_toupper(*from));
    else if (out->len > 0 && out->str[out->len - 1] != ' ')
      g_string_append_c(out, ' ');
  }
  if (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate(out, out->len - 1);
  return g_string_free(out, FALSE);
}

static gboolean
label_is(const guint8 *from, const guint8 *end, const char *label)
{
  return (gsize)(end - from) == strlen(label) && !memcmp(from, label, end - from);
}

/* --- the text between ------------------------------------------------------------------------- */

static gboolean
is_base64(guint8 c)
{
  return g_ascii_isalnum(c) || c == '+' || c == '/';
}

/* Line breaks that somebody wrote as two characters, as JSON and environment variables have them.
 */
static gboolean
is_written_break(const guint8 *at, const guint8 *end)
{
  return *at == '\\' && at + 1 < end && (at[1] == 'n' || at[1] == 'r' || at[1] == 't');
}

/* The Base64 characters of the text, padded; FALSE when something else stands between them. */
static gboolean
collect(const guint8 *from, const guint8 *end, GString *out)
{
  gboolean padded = FALSE;
  for (; from < end; from++) {
    if (is_written_break(from, end))
      from++;
    else if (*from == '=')
      padded = TRUE;
    else if (g_ascii_isspace(*from))
      continue;
    else if (!is_base64(*from) || padded)
      return FALSE;
    else
      g_string_append_c(out, (char)*from);
  }
  if (out->len == 0 || out->len % 4 == 1)
    return FALSE;
  while (out->len % 4 != 0)
    g_string_append_c(out, '=');
  return TRUE;
}

static void
decode(PemBlock *pem, const guint8 *from, const guint8 *end)
{
  GString *text = g_string_sized_new(end - from + 4);
  if (collect(from, end, text))
    pem->der = g_base64_decode(text->str, &pem->length);
  gnutls_memset(text->str, 0, text->allocated_len);
  g_string_free(text, TRUE);
}

/* --- what OpenSSL says ------------------------------------------------------------------------ */

static const char *
before_begin(const Parts *parts)
{
  const guint8 *line = parts->begin;
  while (line > parts->file && line[-1] != '\n' && parts->begin - line < LOOK_BACK_MAX)
    line--;
  if (line == parts->file && parts->begin - line >= 3 && !memcmp(line, "\xef\xbb\xbf", 3))
    line += 3;
  if (line == parts->begin)
    return NULL;
  for (const guint8 *at = line; at < parts->begin; at++) {
    if (*at == '\r')
      return "its lines end in CR alone";
    if (*at == '\\')
      return "its line breaks are written as \\n";
    if (*at != ' ' && *at != '\t')
      return "other text stands before BEGIN on its line";
  }
  return "its BEGIN line is indented";
}

/* Between the dashes and the end of the line nothing but blanks may stand. */
static const char *
behind_dashes(const guint8 *at, const guint8 *end, const char *otherwise)
{
  for (; at < end && *at != '\n'; at++) {
    if (*at == '\r' && at + 1 < end && at[1] != '\n')
      return "its lines end in CR alone";
    if (*at == '\\')
      return "its line breaks are written as \\n";
    if (!g_ascii_isspace(*at))
      return otherwise;
  }
  return NULL;
}

static const char *
before_end(const Parts *parts)
{
  const guint8 *line = parts->body_end;
  while (line > parts->body && line[-1] != '\n')
    line--;
  if (line == parts->body_end)
    return NULL;
  for (const guint8 *at = line; at < parts->body_end; at++)
    if (*at != ' ' && *at != '\t')
      return "its line breaks are missing";
  return "its END line is indented";
}

/* The first one may end an empty header. */
static gboolean
has_empty_line(const guint8 *from, const guint8 *end)
{
  const guint8 *line = find(from, end, "\n");
  gboolean text = FALSE;
  while (line < end) {
    const guint8 *next = find(++line, end, "\n");
    gboolean empty = TRUE;
    for (const guint8 *at = line; empty && at < next; at++)
      empty = g_ascii_isspace(*at);
    if (next < end && empty && text)
      return TRUE;
    text = text || !empty;
    line = next;
  }
  return FALSE;
}

static const char *
label_damage(const Parts *parts, const char *label)
{
  if (label_is(parts->label, parts->label_end, label))
    return label_is(parts->end_label, parts->end_label_end, label)
               ? NULL
               : "its END line has another label than its BEGIN line";
  for (const guint8 *at = parts->label; at < parts->label_end; at++)
    if (g_ascii_islower(*at))
      return "its label is not in capital letters";
  return "its label has a blank too many";
}

static const char *
damage_of(const Parts *parts, const char *label, const guint8 *text)
{
  const char *damage = behind_dashes(parts->body, parts->body_end, "its line breaks are missing");
  if (!damage)
    damage = before_begin(parts);
  if (!damage)
    damage = label_damage(parts, label);
  if (!damage)
    damage = before_end(parts);
  if (!damage)
    damage =
        behind_dashes(parts->tail, parts->file_end, "other text stands behind END on its line");
  if (!damage && has_empty_line(text, parts->body_end))
    damage = "it has an empty line inside";
  return damage;
}

static void
take_headers(PemBlock *pem, const Parts *parts, const guint8 *text)
{
  gboolean encrypted =
      pem->kind == CONTENT_ENCRYPTED_KEY && !g_str_equal(pem->label, "ENCRYPTED PRIVATE KEY");
  PemHeaders headers = pem_headers_read(parts->body, text, encrypted);
  pem->headers = headers.text;
  if (headers.lost)
    pem->loss = "is encrypted, and its header lines do not say how";
  if (pem->damage || !headers.damage)
    return;
  pem->damage = headers.damage;
  pem->remedy = headers.remedy;
  pem->openssl_reads = headers.openssl_reads;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Without a password it comes as far as where it needs one. */
static gboolean
gnutls_reads_encrypted(const gnutls_datum_t *text)
{
  gnutls_x509_privkey_t key;
  if (gnutls_x509_privkey_init(&key) < 0)
    g_error("no memory for a private key");
  int result = gnutls_x509_privkey_import_openssl(key, text, NULL);
  gnutls_x509_privkey_deinit(key);
  return result == GNUTLS_E_DECRYPTION_FAILED;
}

/* The same as we do. */
static gboolean
gnutls_reads(const PemBlock *pem, const Parts *parts, const char *label)
{
  gnutls_datum_t text = {(unsigned char *)parts->begin, parts->tail - parts->begin};
  gnutls_datum_t der = {NULL, 0};
  if (pem->headers)
    return gnutls_reads_encrypted(&text);
  if (gnutls_pem_base64_decode2(label, &text, &der) < 0)
    return FALSE;
  gboolean same = pem->der && der.size == pem->length && !memcmp(der.data, pem->der, der.size);
  gnutls_memset(der.data, 0, der.size);
  gnutls_free(der.data);
  return same;
}

PemBlock *
pem_block_read(const FileContent *content, const ContentBlock *block)
{
  Parts parts = parts_of(content, block);
  PemBlock *pem = g_new0(PemBlock, 1);
  g_autofree char *label = tidy_label(parts.label, parts.label_end);
  const guint8 *text = pem_headers_end(parts.body, parts.body_end);
  pem->label = safe_text_string(label);
  pem->kind = file_kind_of_pem((const guint8 *)label, strlen(label), parts.body,
                               parts.body_end - parts.body);
  pem->damage = damage_of(&parts, label, text);
  take_headers(pem, &parts, text);
  if (!pem->loss)
    decode(pem, text, parts.body_end);
  if (!pem->loss && !pem->der)
    pem->loss = "is not Base64 text";
  pem->gnutls_reads = !pem->damage || gnutls_reads(pem, &parts, label);
  return pem;
}

void
pem_block_free(PemBlock *pem)
{
  if (!pem)
    return;
  if (pem->der)
    gnutls_memset(pem->der, 0, pem->length);
  g_free(pem->der);
  g_free(pem->label);
  g_free(pem->headers);
  g_free(pem);
}

char *
pem_block_text(const PemBlock *pem)
{
  SecretString base64 = g_base64_encode(pem->der, pem->length);
  gsize length = strlen(base64);
  gsize around = 2 * strlen(pem->label) + (pem->headers ? strlen(pem->headers) : 0) + 64;
  GString *out = g_string_sized_new(2 * length + around); /* never grows: no copy stays behind */
  g_string_append_printf(out, "-----BEGIN %s-----\n", pem->label);
  if (pem->headers)
    g_string_append_printf(out, "%s\n", pem->headers);
  for (gsize i = 0; i < length; i += COLUMNS) {
    g_string_append_len(out, base64 + i, MIN(COLUMNS, length - i));
    g_string_append_c(out, '\n');
  }
  g_string_append_printf(out, "-----END %s-----\n", pem->label);
  secret_free(base64);
  return g_string_free(out, FALSE);
}

const char *
pem_block_remedy(const PemBlock *pem)
{
  return pem->remedy ? pem->remedy
                     : "Write the file anew: BEGIN, text and END each on lines of their own.";
}

char *
pem_block_fault(const FileContent *content, const ContentBlock *block)
{
  g_autoptr(PemBlock) pem = content->der ? NULL : pem_block_read(content, block);
  if (!pem || !pem->der || !pem->damage || pem->gnutls_reads)
    return NULL;
  const char *remedy = pem_block_remedy(pem);
  return g_strdup_printf("%s; %c%s", pem->damage, g_ascii_tolower(*remedy), remedy + 1);
}
