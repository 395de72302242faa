#include "config.h"

#include "trust/der_reader.h"
#include "trust/inspection_reader.h"

enum { TAG_UTF8_STRING = 0x0c, TAG_REJECTED = DER_CONTEXT | DER_CONSTRUCTED };

static const char *
role_of(const Certificate *certificate)
{
  if (certificate_is_ca(certificate))
    return certificate_is_self_signed(certificate) ? "Root certificate" : "CA certificate";
  return "Certificate";
}

static void
set_certificate_title(InspectedItem *item)
{
  const Certificate *certificate = item->certificate;
  const char *role = role_of(certificate), *subject = certificate_subject_label(certificate);
  if (!certificate_is_self_issued(certificate))
    inspection_set_title(item, "%s %s \u2190 %s", role, subject,
                         certificate_issuer_label(certificate));
  else
    inspection_set_title(item, "%s %s, self-%s", role, subject,
                         certificate_is_self_signed(certificate) ? "signed" : "issued");
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
  Certificate *certificate = certificate_new_from_der(der, length, &error);
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
  item->key_id = g_strdup(certificate_key_id(certificate));
  item->key_label = g_strdup(certificate_key_label(certificate));
  set_certificate_title(item);
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
    add_purposes(item, "Rejected for", &part);
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
  InspectedItem *item =
      add_certificate(reader, found ? certificate.whole.bytes : der,
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
