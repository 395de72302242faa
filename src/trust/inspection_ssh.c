/* Keys in the formats of OpenSSH and PuTTY: named, and not read any further. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <string.h>

#include "util/safe_text.h"

#define MAGIC "openssh-key-v1"
#define LINE_MAX_BYTES 20000

/* --- the private key -------------------------------------------------------------------------- */

typedef struct {
  const guint8 *next, *end;
} Wire;

/* RFC 4251, 5: a string is its length in four bytes, and its bytes. */
static gboolean
take_string(Wire *wire, const guint8 **bytes, gsize *length)
{
  if (wire->end - wire->next < 4)
    return FALSE;
  const guint8 *at = wire->next;
  *length = (gsize)at[0] << 24 | (gsize)at[1] << 16 | (gsize)at[2] << 8 | at[3];
  if ((gsize)(wire->end - at - 4) < *length)
    return FALSE;
  *bytes = at + 4;
  wire->next = at + 4 + *length;
  return TRUE;
}

static char *
take_name(Wire *wire)
{
  const guint8 *bytes;
  gsize length;
  return take_string(wire, &bytes, &length) && length <= 64 ? safe_text(bytes, length) : NULL;
}

/* Magic, cipher, derivation, its options, number of keys, public key (whose type comes first). */
static gboolean
read_head(Wire wire, char **cipher, char **type)
{
  const guint8 *options, *public;
  gsize length;
  if ((gsize)(wire.end - wire.next) < sizeof MAGIC || memcmp(wire.next, MAGIC, sizeof MAGIC))
    return FALSE;
  wire.next += sizeof MAGIC;
  *cipher = take_name(&wire);
  g_autofree char *derivation = *cipher ? take_name(&wire) : NULL;
  if (!derivation || !take_string(&wire, &options, &length) || wire.end - wire.next < 4)
    return FALSE;
  wire.next += 4;
  if (!take_string(&wire, &public, &length))
    return FALSE;
  Wire inner = {public, public + length};
  *type = take_name(&inner);
  return *type != NULL;
}

void
inspection_read_openssh_key(InspectionReader *reader, const void *bytes, gsize length)
{
  const guint8 *from = bytes;
  g_autofree char *cipher = NULL, *type = NULL;
  gboolean whole = read_head((Wire){from, from + length}, &cipher, &type);
  InspectedItem *item = inspection_add(reader, whole ? INSPECTED_OPENSSH_KEY : INSPECTED_DAMAGED);
  if (!whole) {
    inspection_set_title(item, "OpenSSH private key, damaged");
    inspection_set_problem(reader, item, "pem-damaged",
                           "The OpenSSH key in %s is damaged; copy it again completely.",
                           reader->label);
    return;
  }
  item->encrypted = !g_str_equal(cipher, "none");
  inspection_set_title(item, "OpenSSH private key (%s), %s%s%s", type,
                       item->encrypted ? "encrypted (" : "not encrypted",
                       item->encrypted ? cipher : "", item->encrypted ? ")" : "");
  inspection_set_problem(reader, item, "file-wrong-kind",
                         "%s holds a private key in OpenSSH's own format, which no TLS program "
                         "reads; convert a copy of it with `ssh-keygen -p -m PKCS8 -f COPY`.",
                         reader->label);
}

/* --- lines of text ---------------------------------------------------------------------------- */

static gboolean
is_public_key_line(const char *line)
{
  static const char *const types[] = {"ssh-rsa ",         "ssh-ed25519 ",    "ssh-dss ",
                                      "ecdsa-sha2-nistp", "sk-ssh-ed25519@", "sk-ecdsa-sha2-"};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
    if (g_str_has_prefix(line, types[i]) && strstr(line, " AAAA"))
      return TRUE;
  return FALSE;
}

static void
add_public_key(InspectionReader *reader, const char *line)
{
  g_auto(GStrv) parts = g_strsplit(line, " ", 3);
  InspectedItem *item = inspection_add(reader, INSPECTED_OPENSSH_KEY);
  inspection_set_title(item, "OpenSSH public key (%s)", parts[0]);
  if (parts[1] && parts[2] && *parts[2])
    inspection_add_detail(item, "Comment", "%.200s", parts[2]);
  inspection_set_problem(reader, item, "file-wrong-kind",
                         "%s holds a public key in OpenSSH's own format, which no TLS program "
                         "reads; convert it with `ssh-keygen -e -m PKCS8 -f FILE`.",
                         reader->label);
}

static void
add_putty_key(InspectionReader *reader, const char *line)
{
  const char *type = strchr(line, ':');
  InspectedItem *item = inspection_add(reader, INSPECTED_OPENSSH_KEY);
  inspection_set_title(item, "PuTTY private key (%.40s)", type ? type + 1 + (type[1] == ' ') : "?");
  inspection_set_problem(reader, item, "file-wrong-kind",
                         "%s holds a private key in PuTTY's own format, which no TLS program "
                         "reads; convert it with `puttygen FILE -O private-openssh-new` and "
                         "`ssh-keygen -p -m PKCS8`.",
                         reader->label);
}

gboolean
inspection_read_key_lines(InspectionReader *reader, const void *bytes, gsize length)
{
  const char *at = bytes, *end = at + length;
  guint found = reader->inspection->items->len;
  for (guint number = 1; at < end && !inspection_is_full(reader); number++) {
    const char *line_end = memchr(at, '\n', end - at);
    gsize line_length = (line_end ? line_end : end) - at;
    g_autofree char *line = line_length < LINE_MAX_BYTES ? g_strndup(at, line_length) : NULL;
    reader->container = "text";
    reader->line = number;
    if (line && is_public_key_line(g_strchomp(line)))
      add_public_key(reader, line);
    else if (line && number == 1 && g_str_has_prefix(line, "PuTTY-User-Key-File-"))
      add_putty_key(reader, line);
    at += line_length + 1;
  }
  return reader->inspection->items->len > found;
}
