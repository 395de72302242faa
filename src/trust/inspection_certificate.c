#include "config.h"

#include "trust/der_reader.h"
#include "trust/inspection_reader.h"

enum { TAG_UTF8_STRING = 0x0c, TAG_REJECTED = DER_CONTEXT | DER_CONSTRUCTED };

static void
set_certificate_title(InspectedItem *item, gboolean self_issued)
{
  const Certificate *certificate = item->certificate;
  const char *subject = certificate_subject_label(certificate);
  const char *role = !certificate_is_ca(certificate) ? "Certificate"
                     : item->self_signed             ? "Root certificate"
                                                     : "CA certificate";
  if (!self_issued)
    inspection_set_title(item, "%s %s \u2190 %s", role, subject,
                         certificate_issuer_label(certificate));
  else
    inspection_set_title(item, "%s %s, self-%s", role, subject,
                         item->self_signed ? "signed" : "issued");
}

/* A signature is what costs most; it is found out only once a certificate. */
static void
describe(InspectionReader *reader, InspectedItem *item)
{
  gboolean self_issued = certificate_is_self_issued(item->certificate);
  item->key_id = g_strdup(certificate_key_id(item->certificate));
  item->key_label = g_strdup(certificate_key_label(item->certificate));
  if (self_issued && reader->signatures < INSPECTION_SIGNATURES_MAX) {
    reader->signatures++;
    item->self_signed = certificate_is_self_signed(item->certificate);
  }
  set_certificate_title(item, self_issued);
}

/* (transfer full) */
static Certificate *
find_or_make(InspectionReader *reader, const void *der, gsize length, GError **error)
{
  g_autoptr(GBytes) key = g_bytes_new_static(der, length);
  Certificate *certificate = g_hash_table_lookup(reader->known, key);
  if (certificate)
    return certificate_ref(certificate);
  certificate = certificate_new_from_der(der, length, error);
  if (certificate)
    g_hash_table_insert(reader->known, g_bytes_new(der, length), certificate_ref(certificate));
  return certificate;
}

static guint
count_certificates(const Inspection *inspection)
{
  guint count = 0;
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    count += item->certificate != NULL;
  }
  return count;
}

/* The item, or NULL when it is damaged. */
static InspectedItem *
add_certificate(InspectionReader *reader, const void *der, gsize length)
{
  g_autoptr(GError) error = NULL;
  Certificate *certificate = find_or_make(reader, der, length, &error);
  InspectedItem *item =
      inspection_add(reader, certificate ? INSPECTED_CERTIFICATE : INSPECTED_DAMAGED);
  if (!certificate) {
    inspection_set_title(item, "Certificate, damaged");
    inspection_set_problem(reader, item, "certificate-malformed",
                           "Certificate %u in %s is damaged: %s; copy it again, or ask its issuer "
                           "for a sound one.",
                           count_certificates(reader->inspection) + 1, reader->label,
                           error->message);
    return NULL;
  }
  item->certificate = certificate;
  describe(reader, item);
  return item;
}

void
inspection_read_certificate(InspectionReader *reader, const void *der, gsize length)
{
  add_certificate(reader, der, length);
}

/* --- OpenSSL's TRUSTED CERTIFICATE ------------------------------------------------------------ */

static const char *
purpose_name(const char *oid)
{
  static const struct {
    const char *oid, *name;
  } names[] = {
      {GNUTLS_KP_TLS_WWW_SERVER, "serverAuth"}, {GNUTLS_KP_TLS_WWW_CLIENT, "clientAuth"},
      {GNUTLS_KP_CODE_SIGNING, "codeSigning"},  {GNUTLS_KP_EMAIL_PROTECTION, "emailProtection"},
      {GNUTLS_KP_OCSP_SIGNING, "OCSPSigning"},  {GNUTLS_KP_TIME_STAMPING, "timeStamping"},
      {GNUTLS_KP_ANY, "anyExtendedKeyUsage"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    if (g_str_equal(names[i].oid, oid))
      return names[i].name;
  return oid;
}

static void
add_purposes(InspectedItem *item, const char *label, const DerElement *list)
{
  g_autoptr(GString) text = g_string_new(NULL);
  DerSpan oids = list->content;
  DerElement oid;
  while (text->len < 256 && der_next_of(&oids, DER_OID, &oid)) {
    g_autofree char *dots = der_oid_text(oid.content);
    g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
                           dots ? purpose_name(dots) : "?");
  }
  inspection_add_detail(item, label, "%s", text->len > 0 ? text->str : "nothing");
}

/* X509_CERT_AUX of OpenSSL: trusted purposes, rejected ones [0], an alias. */
static void
add_settings(InspectedItem *item, DerSpan after)
{
  DerElement settings, part;
  if (!der_next_of(&after, DER_SEQUENCE, &settings))
    return;
  DerSpan parts = settings.content;
  if (der_next_of(&parts, DER_SEQUENCE, &part))
    add_purposes(item, "Trusted for", &part);
  if (der_next_of(&parts, TAG_REJECTED, &part))
    add_purposes(item, "Refused for", &part);
  if (der_next_of(&parts, TAG_UTF8_STRING, &part))
    inspection_add_detail(item, "Alias", "%.*s", (int)MIN(part.content.length, 200),
                          (const char *)part.content.bytes);
}

void
inspection_read_trusted_certificate(InspectionReader *reader, const void *der, gsize length)
{
  DerSpan rest = {der, length};
  DerElement certificate;
  reader->container = "TRUSTED CERTIFICATE";
  gboolean found = der_next_of(&rest, DER_SEQUENCE, &certificate);
  InspectedItem *item = add_certificate(reader, found ? certificate.whole.bytes : der,
                                        found ? certificate.whole.length : length);
  if (!item)
    return;
  add_settings(item, rest);
  inspection_set_problem(reader, item, "pem-trusted-label",
                         "\"%s\" in %s has OpenSSL's TRUSTED CERTIFICATE label, which GnuTLS and "
                         "most other programs pass over; write it anew with `openssl x509 -in "
                         "FILE -out NEW`, without -trustout.",
                         certificate_subject_label(item->certificate), reader->label);
}
