/* Certificate requests (PKCS#10, RFC 2986) with the extensions that they ask for. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <gnutls/x509-ext.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_names.h"
#include "util/safe_text.h"

/* (transfer full) with gnutls_free(): the content of an extension that is asked for. */
static gboolean
find_extension(gnutls_x509_crq_t request, const char *oid, gnutls_datum_t *extension)
{
  return gnutls_x509_crq_get_extension_by_oid2(request, oid, 0, extension, NULL) >= 0;
}

static void
read_names(InspectedItem *item, gnutls_x509_crq_t request)
{
  gnutls_datum_t extension = {NULL, 0};
  if (!find_extension(request, GNUTLS_X509EXT_OID_SAN, &extension))
    return;
  item->names = certificate_names_of_extension(&extension);
  gnutls_free(extension.data);
}

static void
add_list(InspectedItem *item, const char *label, char **texts)
{
  g_autofree char *text = texts && texts[0] ? g_strjoinv(", ", texts) : NULL;
  inspection_add_detail(item, label, "%s", text ? text : "none");
  g_strfreev(texts);
}

static void
read_usage(InspectedItem *item, gnutls_x509_crq_t request)
{
  unsigned usage = 0, critical = 0, authority = 0;
  int path_length = -1;
  gnutls_datum_t extension = {NULL, 0};
  if (gnutls_x509_crq_get_key_usage(request, &usage, &critical) >= 0)
    add_list(item, "Key usage", certificate_fields_key_usage(usage));
  if (find_extension(request, GNUTLS_X509EXT_OID_EXTENDED_KEY_USAGE, &extension)) {
    add_list(item, "Purposes", certificate_fields_purposes(&extension));
    gnutls_free(extension.data);
  }
  if (gnutls_x509_crq_get_basic_constraints(request, &critical, &authority, &path_length) < 0)
    return;
  if (authority && path_length >= 0)
    inspection_add_detail(item, "CA", "yes, path length %d", path_length);
  else
    inspection_add_detail(item, "CA", "%s", authority ? "yes" : "no");
}

static void
read_subject(InspectedItem *item, gnutls_x509_crq_t request)
{
  gnutls_datum_t text = {NULL, 0};
  if (gnutls_x509_crq_get_dn3(request, &text, 0) >= 0)
    item->subject = safe_text(text.data, text.size);
  else
    item->subject = g_strdup("");
  gnutls_free(text.data);
}

static void
read_key(InspectedItem *item, gnutls_x509_crq_t request)
{
  gnutls_pubkey_t key;
  if (gnutls_pubkey_init(&key) < 0)
    return;
  if (gnutls_pubkey_import_x509_crq(key, request, 0) >= 0)
    inspection_set_public(item, key);
  gnutls_pubkey_deinit(key);
}

static char *
label_of(const InspectedItem *item, gnutls_x509_crq_t request)
{
  char name[256];
  size_t size = sizeof name;
  if (gnutls_x509_crq_get_dn_by_oid(request, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) >= 0 &&
      size > 0)
    return safe_text(name, size);
  if (item->names && item->names[0])
    return g_strdup(item->names[0]);
  return g_strdup(*item->subject ? item->subject : "(no name)");
}

static void
read_request(InspectionReader *reader, gnutls_x509_crq_t request)
{
  InspectedItem *item = inspection_add(reader, INSPECTED_REQUEST);
  read_subject(item, request);
  read_names(item, request);
  read_key(item, request);
  read_usage(item, request);
  g_autofree char *label = label_of(item, request);
  inspection_set_title(item, "Certificate request for %s", label);
  if (gnutls_x509_crq_verify(request, 0) < 0)
    inspection_set_problem(reader, item, "signature-invalid",
                           "The request for \"%s\" in %s is not signed by its own key, so every CA "
                           "refuses it; make it again.",
                           label, reader->label);
}

void
inspection_read_request(InspectionReader *reader, const void *der, gsize length)
{
  gnutls_x509_crq_t request;
  gnutls_datum_t data = {(unsigned char *)der, length};
  if (gnutls_x509_crq_init(&request) < 0)
    g_error("no memory for a certificate request");
  int result = gnutls_x509_crq_import(request, &data, GNUTLS_X509_FMT_DER);
  if (result >= 0) {
    read_request(reader, request);
  } else {
    InspectedItem *item = inspection_add(reader, INSPECTED_DAMAGED);
    inspection_set_title(item, "Certificate request, damaged");
    inspection_set_problem(reader, item, "certificate-malformed",
                           "The certificate request in %s is damaged (%s); make it again.",
                           reader->label, gnutls_strerror(result));
  }
  gnutls_x509_crq_deinit(request);
}
