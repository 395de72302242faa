#include "config.h"

#include "trust/host_name.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <string.h>

#include "trust/certificate_names.h"
#include "trust/gnutls_bridge.h"

/* --- what stands in the certificate ----------------------------------------------------------- */

/* (transfer full): NULL where there is none, or more than one, of which none is the name. */
static char *
common_name(const Certificate *certificate)
{
  gnutls_x509_crt_t crt = certificate_gnutls(certificate);
  char second[256];
  size_t size = sizeof second;
  if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 1, 0, second, &size) !=
      GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return NULL;
  return certificate_names_attribute(crt, FALSE, GNUTLS_OID_X520_COMMON_NAME);
}

/* (transfer full): the DNS names, as patterns. */
static GPtrArray *
patterns_of(const Certificate *certificate)
{
  GPtrArray *patterns = g_ptr_array_new_with_free_func(g_free);
  for (const char *const *entry = certificate_names(certificate); *entry; entry++)
    if (g_str_has_prefix(*entry, "DNS:"))
      g_ptr_array_add(patterns, g_strdup(*entry + strlen("DNS:")));
  char *common = patterns->len == 0 ? common_name(certificate) : NULL;
  if (common)
    g_ptr_array_add(patterns, common);
  return patterns;
}

/* --- stars ------------------------------------------------------------------------------------ */

/* The text before the first star and behind the last one fits. */
static gboolean
star_fits(const char *pattern, const char *name)
{
  const char *first = strchr(pattern, '*'), *last = strrchr(pattern, '*');
  if (!first)
    return FALSE;
  gsize head = first - pattern, tail = strlen(last + 1), length = strlen(name);
  return length >= head + tail && !g_ascii_strncasecmp(pattern, name, head) &&
         !g_ascii_strcasecmp(name + length - tail, last + 1);
}

/* RFC 9525, 6.3: a star is the whole leftmost label, and the only one. Of the domain behind it
 * libraries want two labels. */
static gboolean
is_usable_wildcard(const char *pattern)
{
  return g_str_has_prefix(pattern, "*.") && !strchr(pattern + 1, '*') && strchr(pattern + 2, '.');
}

static gboolean
is_one_label_below(const char *pattern, const char *name)
{
  const char *dot = strchr(name, '.');
  return dot && dot > name && !g_ascii_strcasecmp(dot, pattern + 1);
}

static gboolean
covers(const char *pattern, const char *name)
{
  return !g_ascii_strcasecmp(pattern, name) ||
         (is_usable_wildcard(pattern) && is_one_label_below(pattern, name));
}

/* --- hosts ------------------------------------------------------------------------------------ */

/* (transfer full): as text in the one form that certificate_names() has; NULL: no address. */
static char *
address_text(const char *name)
{
  unsigned char bytes[16];
  char text[INET6_ADDRSTRLEN];
  int family = inet_pton(AF_INET, name, bytes) == 1    ? AF_INET
               : inet_pton(AF_INET6, name, bytes) == 1 ? AF_INET6
                                                       : -1;
  if (family == -1 || !inet_ntop(family, bytes, text, sizeof text))
    return NULL;
  return g_strconcat("IP:", text, NULL);
}

gboolean
host_name_is_address(const char *name)
{
  g_autofree char *text = address_text(name);
  return text != NULL;
}

/* (transfer full): as it stands in certificates (RFC 5280, 7.2). */
static char *
ascii_form(const char *name)
{
  char *ascii = g_hostname_to_ascii(name);
  return ascii ? ascii : g_strdup(name);
}

static gboolean
match_pattern(const Certificate *certificate, const char *name)
{
  g_autofree char *ascii = ascii_form(name);
  g_autoptr(GPtrArray) patterns = patterns_of(certificate);
  for (guint i = 0; i < patterns->len; i++)
    if (covers(patterns->pdata[i], ascii))
      return TRUE;
  return FALSE;
}

gboolean
host_name_host(const Certificate *certificate, const char *name)
{
  g_autofree char *address = address_text(name);
  if (!address)
    return match_pattern(certificate, name);
  return g_strv_contains(certificate_names(certificate), address);
}

char *
host_name_unusable_wildcard(const Certificate *certificate, const char *name)
{
  const char *unusable = NULL;
  g_autofree char *ascii = ascii_form(name);
  g_autoptr(GPtrArray) patterns = patterns_of(certificate);
  for (guint i = 0; i < patterns->len; i++) {
    const char *pattern = patterns->pdata[i];
    if (covers(pattern, ascii))
      return NULL;
    if (star_fits(pattern, ascii) && !is_usable_wildcard(pattern))
      unusable = pattern;
  }
  return g_strdup(unusable);
}

char *
host_name_unencoded(const Certificate *certificate, const char *name)
{
  g_autofree char *wanted = ascii_form(name);
  g_autoptr(GPtrArray) patterns = patterns_of(certificate);
  for (guint i = 0; i < patterns->len; i++) {
    const char *pattern = patterns->pdata[i];
    if (g_str_is_ascii(pattern))
      continue;
    g_autofree char *ascii = ascii_form(pattern);
    if (covers(ascii, wanted))
      return g_strdup(pattern);
  }
  return NULL;
}

/* --- mailboxes -------------------------------------------------------------------------------- */

static gboolean
mailbox_equal(const char *a, const char *b)
{
  const char *first = strrchr(a, '@'), *second = strrchr(b, '@');
  if (!first || !second || first - a != second - b)
    return FALSE;
  return !strncmp(a, b, first - a) && !g_ascii_strcasecmp(first, second);
}

MailboxMatch
host_name_mailbox(const Certificate *certificate, const char *mailbox)
{
  gboolean listed = FALSE;
  for (const char *const *entry = certificate_names(certificate); *entry; entry++) {
    if (!g_str_has_prefix(*entry, "email:"))
      continue;
    if (mailbox_equal(*entry + strlen("email:"), mailbox))
      return MAILBOX_ALTERNATIVE;
    listed = TRUE;
  }
  if (listed)
    return MAILBOX_NONE;
  g_autofree char *subject =
      certificate_names_attribute(certificate_gnutls(certificate), FALSE, GNUTLS_OID_PKCS9_EMAIL);
  return subject && mailbox_equal(subject, mailbox) ? MAILBOX_SUBJECT : MAILBOX_NONE;
}
