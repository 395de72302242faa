#include "config.h"

#include "trust/general_name.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>

#include "util/safe_text.h"

#define TEXT_COLUMNS_MAX 200

static const struct {
  guint8 tag;
  const char *prefix, *plural;
} kinds[] = {
    [GENERAL_NAME_OTHER] = {0xa0, "other:", "other names"},
    [GENERAL_NAME_EMAIL] = {0x81, "email:", "mail addresses"},
    [GENERAL_NAME_DNS] = {0x82, "DNS:", "DNS names"},
    [GENERAL_NAME_X400] = {0xa3, "X.400:", "X.400 addresses"},
    [GENERAL_NAME_DIRECTORY] = {0xa4, "DirName:", "directory names"},
    [GENERAL_NAME_EDI] = {0xa5, "EDI:", "EDI party names"},
    [GENERAL_NAME_URI] = {0x86, "URI:", "URIs"},
    [GENERAL_NAME_IP] = {0x87, "IP:", "IP addresses"},
    [GENERAL_NAME_ID] = {0x88, "RID:", "registered IDs"},
};

gboolean
general_name_next(DerSpan *rest, GeneralName *name)
{
  DerElement element;
  DerSpan left = *rest;
  if (!der_next(&left, &element))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    if (kinds[i].tag != element.tag)
      continue;
    *name = (GeneralName){i, element.content};
    *rest = left;
    return TRUE;
  }
  return FALSE;
}

const char *
general_name_kind_plural(GeneralNameKind kind)
{
  return kinds[kind].plural;
}

/* --- text ------------------------------------------------------------------------------------- */

static void
append_hexadecimal(GString *text, DerSpan bytes)
{
  g_string_append_printf(text, "(%" G_GSIZE_FORMAT " bytes)", bytes.length);
  for (gsize i = 0; i < bytes.length && i < 32; i++)
    g_string_append_printf(text, "%s%02x", i ? ":" : " ", bytes.bytes[i]);
}

static void
append_address(GString *text, const guint8 *bytes, gsize length)
{
  char buffer[INET6_ADDRSTRLEN];
  if (inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, buffer, sizeof buffer))
    g_string_append(text, buffer);
}

static void
append_directory(GString *text, DerSpan name)
{
  gnutls_datum_t der = {(unsigned char *)name.bytes, name.length}, out = {NULL, 0};
  if (gnutls_x509_rdn_get2(&der, &out, 0) < 0) {
    append_hexadecimal(text, name);
    return;
  }
  safe_text_append(text, out.data, out.size, TEXT_COLUMNS_MAX);
  gnutls_free(out.data);
}

static void
append_value(GString *text, const GeneralName *name)
{
  switch (name->kind) {
  case GENERAL_NAME_EMAIL:
  case GENERAL_NAME_DNS:
  case GENERAL_NAME_URI:
    safe_text_append(text, name->bytes.bytes, name->bytes.length, TEXT_COLUMNS_MAX);
    return;
  case GENERAL_NAME_DIRECTORY:
    append_directory(text, name->bytes);
    return;
  case GENERAL_NAME_IP:
    if (name->bytes.length == 4 || name->bytes.length == 16) {
      append_address(text, name->bytes.bytes, name->bytes.length);
      return;
    }
    break;
  case GENERAL_NAME_OTHER:
  case GENERAL_NAME_X400:
  case GENERAL_NAME_EDI:
  case GENERAL_NAME_ID:
    break;
  }
  append_hexadecimal(text, name->bytes);
}

char *
general_name_text(const GeneralName *name)
{
  GString *text = g_string_new(kinds[name->kind].prefix);
  append_value(text, name);
  return g_string_free(text, FALSE);
}

/* How many bits the mask has from its front on. */
static guint
mask_bits(const guint8 *mask, gsize length)
{
  guint bits = 0;
  while (bits < length * 8 && (mask[bits / 8] & (0x80 >> bits % 8)))
    bits++;
  return bits;
}

char *
general_name_subtree_text(const GeneralName *base)
{
  GString *text = g_string_new(NULL);
  gsize half = base->bytes.length / 2;
  if (base->kind == GENERAL_NAME_IP && (half == 4 || half == 16) &&
      half * 2 == base->bytes.length) {
    append_address(text, base->bytes.bytes, half);
    g_string_append_printf(text, "/%u", mask_bits(base->bytes.bytes + half, half));
  } else if (base->bytes.length == 0) {
    g_string_append(text, "all of them");
  } else {
    append_value(text, base);
  }
  return g_string_free(text, FALSE);
}
