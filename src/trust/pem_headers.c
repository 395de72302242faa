/* What OpenSSL 3 and GnuTLS 3.7 make of each form was found out one by one: OpenSSL wants the two
 * lines first, in their order and spelling, and does not mind others behind them; GnuTLS does. Any
 * header on a certificate or on a key that is not encrypted makes both refuse it. */
#include "config.h"

#include "trust/pem_headers.h"

#include <string.h>

#define PROC_TYPE "Proc-Type:"
#define DEK_INFO "DEK-Info:"
#define TAKE_OUT "Take the header lines out of the file, up to the empty line."
#define TIDY                                                                                       \
  "Put Proc-Type, DEK-Info and an empty line behind the BEGIN line, in this order, and take out "  \
  "other header lines."

static const guint8 *
line_end_of(const guint8 *line, const guint8 *end)
{
  const guint8 *found = line < end ? memchr(line, '\n', end - line) : NULL;
  return found ? found : end;
}

/* Base64 has no colon. */
const guint8 *
pem_headers_end(const guint8 *body, const guint8 *end)
{
  const guint8 *line = body;
  while (line < end && g_ascii_isspace(*line))
    line++;
  const guint8 *line_end = line_end_of(line, end);
  if (!memchr(line, ':', line_end - line))
    return body;
  while (line_end < end) {
    line = line_end + 1;
    line_end = line_end_of(line, end);
    if (line_end == line || (line_end == line + 1 && *line == '\r'))
      return line;
  }
  return body;
}

/* The block of the cipher, 8 or 16 bytes, in hexadecimal digits. */
static gboolean
is_iv_length(gsize digits)
{
  return digits == 16 || digits == 32;
}

/* (transfer full): the value of "DEK-Info: AES-128-CBC,3E05...", or NULL. */
static char *
encryption_of(const char *line)
{
  if (g_ascii_strncasecmp(line, DEK_INFO, strlen(DEK_INFO)) != 0)
    return NULL;
  const char *value = line + strlen(DEK_INFO);
  value += strspn(value, " \t");
  gsize cipher = 0, iv = 0;
  while (g_ascii_isalnum(value[cipher]) || value[cipher] == '-')
    cipher++;
  if (cipher == 0 || value[cipher] != ',')
    return NULL;
  while (g_ascii_isxdigit(value[cipher + 1 + iv]))
    iv++;
  return is_iv_length(iv) ? g_strndup(value, cipher + 1 + iv) : NULL;
}

static char *
find_encryption(char **lines)
{
  char *found = NULL;
  for (gsize i = 0; lines[i] && !found; i++)
    found = encryption_of(lines[i]);
  return found;
}

static gboolean
has_both_first(char **lines)
{
  return g_str_has_prefix(lines[0], PROC_TYPE) && lines[1] && g_str_has_prefix(lines[1], DEK_INFO);
}

/* The value behind the name, whatever blanks stand around it. */
static gboolean
value_is(const char *line, const char *name, const char *value)
{
  g_autofree char *text = g_strdup(line + strlen(name));
  return g_str_equal(g_strstrip(text), value);
}

static void
read_encrypted(PemHeaders *headers, char **lines)
{
  g_autofree char *encryption = find_encryption(lines);
  if (!encryption) {
    headers->lost = TRUE;
    return;
  }
  headers->text = g_strdup_printf(PROC_TYPE " 4,ENCRYPTED\n" DEK_INFO " %s\n", encryption);
  if (!has_both_first(lines)) {
    headers->damage = "its first two header lines are not Proc-Type and DEK-Info";
    headers->remedy = TIDY;
  } else if (lines[2] || !value_is(lines[0], PROC_TYPE, "4,ENCRYPTED") ||
             !value_is(lines[1], DEK_INFO, encryption)) {
    headers->damage = "its header lines say more than Proc-Type and DEK-Info";
    headers->remedy = TIDY;
    headers->openssl_reads = TRUE;
  }
}

PemHeaders
pem_headers_read(const guint8 *body, const guint8 *end, gboolean encrypted)
{
  PemHeaders headers = {0};
  if (end == body)
    return headers;
  const guint8 *first = line_end_of(body, end);
  if (first < end)
    first++; /* behind the line of BEGIN */
  g_autofree char *text = g_strndup((const char *)first, end - first);
  g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
  if (encrypted) {
    read_encrypted(&headers, lines);
    return headers;
  }
  headers.damage = "it has header lines, which only an encrypted key may have";
  headers.remedy = TAKE_OUT;
  return headers;
}
