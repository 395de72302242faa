/* Subject alternative names as they are typed, to DER (RFC 5280, 4.2.1.6). */
#include "config.h"

#include "trust/pki_private.h"

#include <arpa/inet.h>
#include <string.h>

#include "trust/der_build.h"
#include "trust/general_name.h"
#include "trust/host_name.h"

#define NAME_MAX_BYTES 2048
#define HOST_MAX 253

static const struct {
  const char *prefix;
  GeneralNameKind kind;
} prefixes[] = {{"DNS:", GENERAL_NAME_DNS},
                {"IP:", GENERAL_NAME_IP},
                {"email:", GENERAL_NAME_EMAIL},
                {"URI:", GENERAL_NAME_URI}};

static gboolean
fail(GError **error, const char *name, const char *problem)
{
  return pki_fail(error, PKI_FIELD_NAMES, "The name \"%.200s\" %s.", name, problem);
}

/* --- syntax ----------------------------------------------------------------------------------- */

/* RFC 1034, 3.5, and RFC 9525, 6.3: a star is the whole leftmost label, of at least two more.
 * NULL: sound. */
static const char *
host_problem(const char *name, gboolean star)
{
  gboolean wildcard = star && g_str_has_prefix(name, "*.");
  const char *rest = wildcard ? name + 2 : name;
  g_auto(GStrv) labels = g_strsplit(rest, ".", -1);
  if (strlen(name) > HOST_MAX)
    return "is longer than a host name can be";
  if (wildcard && g_strv_length(labels) < 2)
    return "is a star for a whole top-level domain, which nobody accepts";
  for (char **label = labels; *label; label++) {
    gsize length = strlen(*label);
    if (length == 0)
      return "is not a host name: a label is empty";
    if (length > 63)
      return "is not a host name: a label has more than 63 characters";
    for (const char *at = *label; *at; at++)
      if (!g_ascii_isalnum(*at) && *at != '-')
        return *at == '*' ? "has a star that is not the whole first label, which nobody accepts"
                          : "is not a host name: it has a character that no host name has";
    if ((*label)[0] == '-' || (*label)[length - 1] == '-')
      return "is not a host name: a label begins or ends with a hyphen";
  }
  return labels[0] ? NULL : "is empty";
}

gboolean
pki_names_is_host(const char *text)
{
  if (host_name_is_address(text))
    return TRUE;
  return !host_problem(text, TRUE) && (strchr(text, '.') || g_str_equal(text, "localhost"));
}

static const char *
mailbox_problem(const char *name)
{
  const char *at = strchr(name, '@');
  if (!at || at == name || strchr(at + 1, '@') || !g_str_is_ascii(name))
    return "is not a mail address";
  for (const char *c = name; c < at; c++)
    if (!g_ascii_isalnum(*c) && !strchr(".!#$%&'*+/=?^_`{|}~-", *c))
      return "is not a mail address";
  return host_problem(at + 1, FALSE) ? "is not a mail address" : NULL;
}

static const char *
uri_problem(const char *name)
{
  if (!g_str_is_ascii(name) || !g_uri_is_valid(name, G_URI_FLAGS_NONE, NULL))
    return "is not an absolute URI";
  return NULL;
}

/* --- encoding --------------------------------------------------------------------------------- */

static gboolean
encode_host(GByteArray *out, const char *text, GError **error)
{
  /* RFC 5280, 7.2: names beyond ASCII are written in their xn-- form. */
  g_autofree char *ascii = g_str_is_ascii(text) ? g_strdup(text) : g_hostname_to_ascii(text);
  const char *problem = ascii ? host_problem(ascii, TRUE) : "is not a host name";
  if (!problem && host_name_is_address(ascii))
    problem = "is an IP address, not a DNS name; write IP: before it";
  if (problem)
    return fail(error, text, problem);
  der_build(out, DER_CONTEXT | GENERAL_NAME_DNS, ascii, strlen(ascii));
  return TRUE;
}

static gboolean
encode_address(GByteArray *out, const char *text, GError **error)
{
  guint8 bytes[16];
  gsize length = inet_pton(AF_INET, text, bytes) == 1    ? 4
                 : inet_pton(AF_INET6, text, bytes) == 1 ? 16
                                                         : 0;
  if (length == 0)
    return fail(error, text, "is not an IP address");
  der_build(out, DER_CONTEXT | GENERAL_NAME_IP, bytes, length);
  return TRUE;
}

static gboolean
encode_text(GByteArray *out, GeneralNameKind kind, const char *text, GError **error)
{
  const char *problem = kind == GENERAL_NAME_EMAIL ? mailbox_problem(text) : uri_problem(text);
  if (problem)
    return fail(error, text, problem);
  der_build(out, (guint8)(DER_CONTEXT | kind), text, strlen(text));
  return TRUE;
}

static GeneralNameKind
kind_of(const char **name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++) {
    gsize length = strlen(prefixes[i].prefix);
    if (!g_ascii_strncasecmp(*name, prefixes[i].prefix, length)) {
      *name += length;
      return prefixes[i].kind;
    }
  }
  if (host_name_is_address(*name))
    return GENERAL_NAME_IP;
  if (strstr(*name, "://"))
    return GENERAL_NAME_URI;
  return strchr(*name, '@') ? GENERAL_NAME_EMAIL : GENERAL_NAME_DNS;
}

static GByteArray *
encode(const char *name, GError **error)
{
  g_autoptr(GByteArray) out = g_byte_array_new();
  gboolean good;
  if (strlen(name) > NAME_MAX_BYTES || !g_utf8_validate(name, -1, NULL))
    good = fail(error, "...", "is too long, or not UTF-8");
  else {
    GeneralNameKind kind = kind_of(&name);
    good = kind == GENERAL_NAME_DNS  ? encode_host(out, name, error)
           : kind == GENERAL_NAME_IP ? encode_address(out, name, error)
                                     : encode_text(out, kind, name, error);
  }
  return good ? g_steal_pointer(&out) : NULL;
}

static gboolean
is_there(const GPtrArray *all, const GByteArray *one)
{
  for (guint i = 0; i < all->len; i++) {
    const GByteArray *other = all->pdata[i];
    if (other->len == one->len && memcmp(other->data, one->data, one->len) == 0)
      return TRUE;
  }
  return FALSE;
}

GBytes *
pki_names_encode(const char *const *names, GError **error)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
  for (; names && *names; names++) {
    GByteArray *one = encode(*names, error);
    if (!one)
      return NULL;
    if (is_there(all, one))
      g_byte_array_unref(one);
    else
      g_ptr_array_add(all, one);
    if (all->len > PKI_NAMES_MAX) {
      pki_fail(error, PKI_FIELD_NAMES, "There are more than %d names.", PKI_NAMES_MAX);
      return NULL;
    }
  }
  if (all->len == 0)
    return NULL;
  GByteArray *content = g_byte_array_new(), *out = g_byte_array_new();
  for (guint i = 0; i < all->len; i++) {
    const GByteArray *one = all->pdata[i];
    g_byte_array_append(content, one->data, one->len);
  }
  der_build_from(out, DER_SEQUENCE, content);
  return g_byte_array_free_to_bytes(out);
}
