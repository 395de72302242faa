#include "config.h"

#include "trust/name_match.h"

#include <string.h>

#include "trust/name_compare.h"

/* --- text ------------------------------------------------------------------------------------- */

static gboolean
equal_text(DerSpan a, DerSpan b)
{
  return a.length == b.length &&
         (a.length == 0 ||
          !g_ascii_strncasecmp((const char *)a.bytes, (const char *)b.bytes, a.length));
}

static gboolean
ends_with(DerSpan text, DerSpan tail)
{
  return text.length >= tail.length &&
         equal_text((DerSpan){text.bytes + text.length - tail.length, tail.length}, tail);
}

static DerSpan
skip(DerSpan text, gsize count)
{
  return (DerSpan){text.bytes + count, text.length - count};
}

/* IA5String, and nothing in it that no name has. */
static gboolean
is_plain(DerSpan text)
{
  for (gsize i = 0; i < text.length; i++)
    if (text.bytes[i] <= ' ' || text.bytes[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

/* Where `c` stands, or the text's length. */
static gsize
find(DerSpan text, char c)
{
  const guint8 *found = text.length > 0 ? memchr(text.bytes, c, text.length) : NULL;
  return found ? (gsize)(found - text.bytes) : text.length;
}

/* --- DNS names -------------------------------------------------------------------------------- */

/* A full stop at the end says that a name is whole; it changes nothing here. */
static DerSpan
without_final_dot(DerSpan name)
{
  if (name.length > 1 && name.bytes[name.length - 1] == '.')
    name.length--;
  return name;
}

static gboolean
is_domain(DerSpan name)
{
  name = without_final_dot(name);
  if (name.length == 0 || !is_plain(name) || name.bytes[0] == '.' ||
      name.bytes[name.length - 1] == '.')
    return FALSE;
  for (gsize i = 1; i < name.length; i++)
    if (name.bytes[i] == '.' && name.bytes[i - 1] == '.')
      return FALSE;
  return TRUE;
}

/* RFC 5280: "any DNS name that can be constructed by simply adding zero or more labels to the
 * left-hand side". A base that starts with a full stop is what OpenSSL made of it: one at least. */
static gboolean
is_below(DerSpan name, DerSpan base)
{
  name = without_final_dot(name);
  base = without_final_dot(base);
  if (base.length == 0)
    return TRUE;
  if (base.bytes[0] == '.' || name.length == base.length)
    return ends_with(name, base);
  return ends_with(name, base) && name.bytes[name.length - base.length - 1] == '.';
}

/* Whoever excludes ".example.com" means example.com, too. */
static DerSpan
without_first_dot(DerSpan base)
{
  return base.length > 0 && base.bytes[0] == '.' ? skip(base, 1) : base;
}

/* "*.example.com" stands for every name with one label more than example.com. */
static gboolean
touches_domain(DerSpan name, DerSpan base)
{
  base = without_final_dot(without_first_dot(base));
  if (is_below(name, base))
    return TRUE;
  gsize dot = find(name, '.');
  if (find(name, '*') >= dot || dot == name.length)
    return FALSE;
  DerSpan parent = skip(base, MIN(find(base, '.') + 1, base.length));
  return equal_text(without_final_dot(skip(name, dot + 1)), parent);
}

static const char *
domain_fault(DerSpan base, gboolean *unusable)
{
  if (base.length == 0)
    return NULL;
  *unusable = !is_domain(without_first_dot(base)) || find(base, '*') < base.length;
  if (find(base, '*') < base.length)
    return "has a star, which no constraint may have";
  if (*unusable)
    return "is no domain name";
  return base.bytes[0] == '.' ? "starts with a full stop" : NULL;
}

/* --- mail addresses --------------------------------------------------------------------------- */

static gboolean
is_mailbox(DerSpan text)
{
  gsize at = find(text, '@');
  return at > 0 && at < text.length && is_plain(text) && is_domain(skip(text, at + 1));
}

/* A mailbox, a host, or a domain that starts with a full stop. The local part's case counts. */
static gboolean
is_mail_below(DerSpan name, DerSpan base)
{
  gsize at = find(name, '@'), base_at = find(base, '@');
  DerSpan host = skip(name, at + 1);
  if (base.length == 0)
    return TRUE;
  if (base_at < base.length)
    return base_at == at && !memcmp(name.bytes, base.bytes, at) &&
           equal_text(host, skip(base, base_at + 1));
  return base.bytes[0] == '.' ? ends_with(host, base) : equal_text(host, base);
}

/* More than one "@" can only be a quoted local part, which no CA writes. */
static gboolean
has_two_ats(DerSpan text)
{
  gsize at = find(text, '@');
  return at < text.length && find(skip(text, at + 1), '@') < text.length - at - 1;
}

static const char *
mail_fault(DerSpan base, gboolean *unusable)
{
  if (base.length == 0)
    return NULL;
  gboolean box = find(base, '@') < base.length;
  *unusable = box ? !is_mailbox(base) || has_two_ats(base) : !is_domain(without_first_dot(base));
  return *unusable ? "is neither mailbox nor host" : NULL;
}

/* --- URIs ------------------------------------------------------------------------------------- */

static gboolean
is_address_text(DerSpan host)
{
  g_autofree char *text = g_strndup((const char *)host.bytes, host.length);
  return g_hostname_is_ip_address(text);
}

/* RFC 5280: the constraint applies to the host in the authority, which must be a domain name. */
static gboolean
uri_host(DerSpan uri, DerSpan *host)
{
  gsize colon = find(uri, ':');
  if (!is_plain(uri) || colon + 3 > uri.length || memcmp(uri.bytes + colon, "://", 3))
    return FALSE;
  *host = skip(uri, colon + 3);
  for (gsize i = 0; i < host->length; i++)
    if (strchr("/?#", host->bytes[i]))
      host->length = i;
  gsize at = find(*host, '@');
  if (at < host->length)
    *host = skip(*host, at + 1);
  host->length = find(*host, ':');
  return is_domain(*host) && host->bytes[0] != '[' && !is_address_text(*host);
}

static gboolean
is_uri_below(DerSpan uri, DerSpan base)
{
  DerSpan host;
  if (!uri_host(uri, &host))
    return FALSE;
  if (base.length == 0)
    return TRUE;
  host = without_final_dot(host);
  base = without_final_dot(base);
  return base.bytes[0] == '.' ? ends_with(host, base) : equal_text(host, base);
}

static const char *
uri_fault(DerSpan base, gboolean *unusable)
{
  if (base.length == 0)
    return NULL;
  *unusable = !is_domain(without_first_dot(base)) || is_address_text(base) ||
              find(base, '/') < base.length || find(base, ':') < base.length;
  return *unusable ? "is no host name" : NULL;
}

/* --- addresses -------------------------------------------------------------------------------- */

static gboolean
is_address(DerSpan address)
{
  return address.length == 4 || address.length == 16;
}

/* RFC 4632: ones, then zeros. */
static gboolean
is_mask(DerSpan mask)
{
  gboolean ended = FALSE;
  for (gsize bit = 0; bit < mask.length * 8; bit++) {
    gboolean one = (mask.bytes[bit / 8] & (0x80 >> bit % 8)) != 0;
    if (one && ended)
      return FALSE;
    ended = !one;
  }
  return TRUE;
}

static gboolean
is_in_range(DerSpan address, DerSpan range)
{
  if (range.length != 2 * address.length)
    return FALSE;
  for (gsize i = 0; i < address.length; i++)
    if ((address.bytes[i] ^ range.bytes[i]) & range.bytes[address.length + i])
      return FALSE;
  return TRUE;
}

static const char *
range_fault(DerSpan range, gboolean *unusable)
{
  *unusable = TRUE;
  if (range.length != 8 && range.length != 32)
    return "is neither 8 nor 32 octets long";
  if (!is_mask(skip(range, range.length / 2)))
    return "has a mask that is no prefix";
  *unusable = FALSE;
  return NULL;
}

/* --- by kind ---------------------------------------------------------------------------------- */

static const char *
directory_fault(DerSpan base, gboolean *unusable)
{
  g_autoptr(GBytes) key = name_compare_key(base);
  *unusable = !key;
  return key ? NULL : "is no distinguished name";
}

const char *
name_match_base_fault(const GeneralName *base, gboolean *unusable)
{
  *unusable = FALSE;
  switch (base->kind) {
  case GENERAL_NAME_DNS:
    return domain_fault(base->bytes, unusable);
  case GENERAL_NAME_EMAIL:
    return mail_fault(base->bytes, unusable);
  case GENERAL_NAME_URI:
    return uri_fault(base->bytes, unusable);
  case GENERAL_NAME_IP:
    return range_fault(base->bytes, unusable);
  case GENERAL_NAME_DIRECTORY:
    return directory_fault(base->bytes, unusable);
  case GENERAL_NAME_OTHER:
  case GENERAL_NAME_X400:
  case GENERAL_NAME_EDI:
  case GENERAL_NAME_ID:
    break;
  }
  *unusable = TRUE;
  return NULL;
}

gboolean
name_match_is_sound(const GeneralName *name)
{
  DerSpan host;
  g_autoptr(GBytes) key = NULL;
  switch (name->kind) {
  case GENERAL_NAME_DNS:
    return is_domain(name->bytes);
  case GENERAL_NAME_EMAIL:
    return is_mailbox(name->bytes) && !has_two_ats(name->bytes);
  case GENERAL_NAME_URI:
    return uri_host(name->bytes, &host);
  case GENERAL_NAME_IP:
    return is_address(name->bytes);
  case GENERAL_NAME_DIRECTORY:
    key = name_compare_key(name->bytes);
    return key != NULL;
  case GENERAL_NAME_OTHER:
  case GENERAL_NAME_X400:
  case GENERAL_NAME_EDI:
  case GENERAL_NAME_ID:
    break;
  }
  return TRUE;
}

gboolean
name_match_within(const GeneralName *name, const GeneralName *base)
{
  switch (base->kind) {
  case GENERAL_NAME_DNS:
    return is_below(name->bytes, base->bytes);
  case GENERAL_NAME_EMAIL:
    return is_mail_below(name->bytes, base->bytes);
  case GENERAL_NAME_URI:
    return is_uri_below(name->bytes, base->bytes);
  case GENERAL_NAME_IP:
    return is_in_range(name->bytes, base->bytes);
  case GENERAL_NAME_DIRECTORY:
  case GENERAL_NAME_OTHER:
  case GENERAL_NAME_X400:
  case GENERAL_NAME_EDI:
  case GENERAL_NAME_ID:
    break;
  }
  return FALSE;
}

gboolean
name_match_touches(const GeneralName *name, const GeneralName *base)
{
  return base->kind == GENERAL_NAME_DNS ? touches_domain(name->bytes, base->bytes)
                                        : name_match_within(name, base);
}
