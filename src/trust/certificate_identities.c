#include "config.h"

#include "trust/certificate_identities.h"

#include <arpa/inet.h>
#include <string.h>

#include "trust/certificate_extensions.h"
#include "trust/certificate_fields.h"
#include "trust/name_compare.h"

struct CertificateIdentities {
  GArray *names;     /* of GeneralName */
  GPtrArray *stored; /* of GBytes: what of it does not stand in the certificate as such */
  gboolean whole;    /* the alternative names could be read to their end */
};

static const guint8 common_name[] = {0x55, 0x04, 0x03};                    /* 2.5.4.3 */
static const guint8 email_address[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, /* 1.2.840.113549. */
                                       0x01, 0x09, 0x01};                  /* 1.9.1 */

static gboolean
has_kind(const CertificateIdentities *identities, GeneralNameKind kind)
{
  for (guint i = 0; i < certificate_identities_count(identities); i++)
    if (certificate_identities_get(identities, i)->kind == kind)
      return TRUE;
  return FALSE;
}

static void
add(CertificateIdentities *identities, GeneralNameKind kind, DerSpan bytes)
{
  GeneralName name = {kind, bytes};
  g_array_append_val(identities->names, name);
}

static void
add_stored(CertificateIdentities *identities, GeneralNameKind kind, GBytes *bytes)
{
  g_ptr_array_add(identities->stored, bytes);
  add(identities, kind, der_span(bytes));
}

static void
add_alternative_names(CertificateIdentities *identities, const Certificate *certificate)
{
  Extension extension;
  DerSpan list;
  GeneralName name;
  identities->whole = TRUE;
  if (!certificate_extension_find(certificate, OID_SUBJECT_ALT_NAME, &extension))
    return;
  identities->whole = der_unwrap(extension.value, DER_SEQUENCE, &list);
  while (identities->whole && general_name_next(&list, &name))
    g_array_append_val(identities->names, name);
  identities->whole = identities->whole && list.length == 0;
}

/* --- texts in the subject --------------------------------------------------------------------- */

static void
add_mail(CertificateIdentities *identities, const char *text)
{
  add_stored(identities, GENERAL_NAME_EMAIL, g_bytes_new(text, strlen(text)));
}

/* "Example Org" is nobody's host. */
static gboolean
is_host(const char *text)
{
  for (const char *c = text; *c; c++)
    if (!g_ascii_isalnum(*c) && !strchr("-_.*", *c))
      return FALSE;
  return *text != '\0';
}

static void
add_common_name(CertificateIdentities *identities, const char *text)
{
  guint8 address[16];
  if (inet_pton(AF_INET, text, address) == 1)
    add_stored(identities, GENERAL_NAME_IP, g_bytes_new(address, 4));
  else if (inet_pton(AF_INET6, text, address) == 1)
    add_stored(identities, GENERAL_NAME_IP, g_bytes_new(address, 16));
  else if (is_host(text))
    add_stored(identities, GENERAL_NAME_DNS, g_bytes_new(text, strlen(text)));
}

static void
add_texts(CertificateIdentities *identities, DerSpan subject, DerSpan oid,
          void (*add_text)(CertificateIdentities *, const char *))
{
  NameWalk walk;
  NameAttribute attribute;
  if (!name_walk(&walk, subject))
    return;
  while (name_walk_next(&walk, &attribute)) {
    g_autofree char *text =
        der_span_equal(attribute.oid, oid) ? name_attribute_text(&attribute) : NULL;
    if (text)
      add_text(identities, text);
  }
}

/* RFC 6125, 6.4.4: only where no alternative name is of a kind that the host could be. */
static gboolean
uses_common_name(const CertificateIdentities *identities, const char *host)
{
  if (!host || has_kind(identities, GENERAL_NAME_DNS))
    return FALSE;
  return !g_hostname_is_ip_address(host) || !has_kind(identities, GENERAL_NAME_IP);
}

/* --- the whole -------------------------------------------------------------------------------- */

#define SPAN_OF(bytes) ((DerSpan){bytes, sizeof bytes})

CertificateIdentities *
certificate_identities_new(const Certificate *certificate, const char *host)
{
  CertificateIdentities *identities = g_new0(CertificateIdentities, 1);
  DerSpan subject = der_span(certificate_fields(certificate)->subject_dn), names;
  identities->names = g_array_new(FALSE, FALSE, sizeof(GeneralName));
  identities->stored = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  add_alternative_names(identities, certificate);
  gboolean by_common_name = uses_common_name(identities, host);
  if (!has_kind(identities, GENERAL_NAME_EMAIL))
    add_texts(identities, subject, SPAN_OF(email_address), add_mail);
  if (by_common_name)
    add_texts(identities, subject, SPAN_OF(common_name), add_common_name);
  if (der_unwrap(subject, DER_SEQUENCE, &names) && names.length > 0)
    add(identities, GENERAL_NAME_DIRECTORY, subject);
  return identities;
}

void
certificate_identities_free(CertificateIdentities *identities)
{
  if (!identities)
    return;
  g_array_unref(identities->names);
  g_ptr_array_unref(identities->stored);
  g_free(identities);
}

gboolean
certificate_identities_whole(const CertificateIdentities *identities)
{
  return identities->whole;
}

guint
certificate_identities_count(const CertificateIdentities *identities)
{
  return identities->names->len;
}

const GeneralName *
certificate_identities_get(const CertificateIdentities *identities, guint index)
{
  return &g_array_index(identities->names, GeneralName, index);
}
