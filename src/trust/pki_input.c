/* What an order names: the CA with its key, a request, an old certificate. */
#include "config.h"

#include "trust/pki_private.h"

#include <string.h>

#include "trust/certificate_extensions.h"
#include "trust/certificate_fields.h"
#include "trust/certificate_names.h"
#include "trust/file_content.h"
#include "trust/general_name.h"
#include "trust/inspection.h"
#include "trust/key_file.h"
#include "trust/path.h"
#include "trust/token.h"

/* --- the CA ----------------------------------------------------------------------------------- */

void
pki_issuer_free(PkiIssuer *issuer)
{
  if (!issuer)
    return;
  g_clear_pointer(&issuer->certificate, certificate_unref);
  g_clear_pointer(&issuer->chain, g_ptr_array_unref);
  pki_key_free(issuer->key);
  g_free(issuer->label);
  g_free(issuer->key_path);
  g_free(issuer);
}

/* (transfer full): where the key of a certificate's file is; NULL: nowhere. */
static char *
key_of(const char *path)
{
  if (token_is_uri(path) || key_file_holds_key(path))
    return g_strdup(path);
  const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
  gsize stem = dot && (!slash || dot > slash) ? (gsize)(dot - path) : strlen(path);
  g_autofree char *name = g_strdup_printf("%.*s.key", (int)stem, path);
  return g_file_test(name, G_FILE_TEST_EXISTS) ? g_steal_pointer(&name) : NULL;
}

static PkiKey *
load_key(const PkiOrder *order, PkiIssuer *issuer, GError **error)
{
  char *path = order->ca_key_path ? g_strdup(order->ca_key_path) : key_of(order->ca_path);
  if (!path) {
    pki_fail(error, PKI_FIELD_CA_KEY,
             "The key of the CA in %s is neither in that file nor beside it as NAME.key; name "
             "its file.",
             issuer->label);
    return NULL;
  }
  issuer->key_path = path;
  return pki_key_load(path, order->ca_password, PKI_FIELD_CA_KEY, PKI_FIELD_CA_PASSWORD, error);
}

static Certificate *
find_key(const GPtrArray *certificates, const PkiKey *key)
{
  for (guint i = 0; i < certificates->len; i++)
    if (!strcmp(certificate_key_id(certificates->pdata[i]), pki_key_id(key)))
      return certificates->pdata[i];
  return NULL;
}

static Certificate *
find_issuer(const GPtrArray *certificates, const Certificate *certificate)
{
  if (certificate_is_self_issued(certificate))
    return NULL;
  for (guint i = 0; i < certificates->len; i++)
    if (certificate_is_issued_by(certificate, certificates->pdata[i]))
      return certificates->pdata[i];
  return NULL;
}

static GPtrArray *
chain_of(const GPtrArray *certificates, Certificate *first)
{
  GPtrArray *chain = certificate_list_new();
  for (Certificate *at = first; at && chain->len < PATH_LENGTH_MAX;
       at = find_issuer(certificates, at))
    g_ptr_array_add(chain, certificate_ref(at));
  return chain;
}

static gboolean
join(PkiIssuer *issuer, const GPtrArray *certificates, GError **error)
{
  Certificate *own = find_key(certificates, issuer->key);
  if (own) {
    issuer->certificate = certificate_ref(own);
    issuer->chain = chain_of(certificates, own);
    return TRUE;
  }
  g_autofree char *place = inspection_label(issuer->key_path);
  return pki_fail(error, PKI_FIELD_CA_KEY,
                  "The CA's certificate in %s (%s) and the key in %s do not belong together; name "
                  "the key that was made with it.",
                  issuer->label, certificate_subject_label(certificates->pdata[0]), place);
}

PkiIssuer *
pki_issuer_load(const PkiOrder *order, GError **error)
{
  GError *cause = NULL;
  g_autoptr(PkiIssuer) issuer = g_new0(PkiIssuer, 1);
  issuer->label = inspection_label(order->ca_path);
  g_autoptr(GPtrArray) certificates =
      key_file_certificates(order->ca_path, order->ca_password, &cause);
  if (!certificates) {
    pki_fail_with(error, PKI_FIELD_CA, cause);
    return NULL;
  }
  issuer->key = load_key(order, issuer, error);
  if (!issuer->key || !join(issuer, certificates, error))
    return NULL;
  return g_steal_pointer(&issuer);
}

/* --- requests --------------------------------------------------------------------------------- */

void
pki_input_free(PkiInput *input)
{
  if (!input)
    return;
  g_clear_pointer(&input->subject, g_bytes_unref);
  g_clear_pointer(&input->spki, g_bytes_unref);
  g_clear_pointer(&input->names, g_bytes_unref);
  g_strfreev(input->name_texts);
  g_free(input->label);
  g_free(input);
}

static const ContentBlock *
find_request(const FileContent *content)
{
  for (guint i = 0; i < content->blocks->len; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    if (block->kind == CONTENT_REQUEST)
      return block;
  }
  return NULL;
}

static gboolean
import(gnutls_x509_crq_t request, const FileContent *content, GError **error)
{
  const ContentBlock *block = find_request(content);
  if (!block)
    return pki_fail(error, PKI_FIELD_INPUT,
                    "%s holds no certificate request (PKCS#10); give the file that the request "
                    "was written to.",
                    content->label);
  gnutls_datum_t data = {content->bytes + block->start, (unsigned)block->length};
  int result = gnutls_x509_crq_import(request, &data,
                                      content->der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM);
  return result >= 0 ||
         pki_fail(error, PKI_FIELD_INPUT,
                  "The certificate request in %s is damaged (%s); have it sent again, or made "
                  "again.",
                  content->label, gnutls_strerror(result));
}

/* RFC 2986, 4.2: who asks has the key. */
static gboolean
check_signature(gnutls_x509_crq_t request, const char *label, GError **error)
{
  int result = gnutls_x509_crq_verify(request, GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1);
  if (result >= 0)
    return TRUE;
  if (result == GNUTLS_E_INSUFFICIENT_SECURITY)
    return pki_refuse(error, PKI_FIELD_INPUT,
                      "The certificate request in %s is signed in a way that anybody can forge "
                      "(MD5 or the like); have it made again with SHA-256.",
                      label);
  return pki_refuse(error, PKI_FIELD_INPUT,
                    "The certificate request in %s is not signed by its own key, so who sent it "
                    "may not have that key; have it made again.",
                    label);
}

/* CertificationRequestInfo (RFC 2986, 4.1): version, subject, subjectPKInfo. */
static gboolean
read_parts(PkiInput *input, gnutls_x509_crq_t request)
{
  gnutls_datum_t der = {NULL, 0};
  DerSpan rest;
  DerElement info, version, subject, spki;
  if (gnutls_x509_crq_export2(request, GNUTLS_X509_FMT_DER, &der) < 0)
    return FALSE;
  gboolean read = der_unwrap((DerSpan){der.data, der.size}, DER_SEQUENCE, &rest) &&
                  der_next_of(&rest, DER_SEQUENCE, &info) &&
                  der_next_of(&info.content, DER_INTEGER, &version) &&
                  der_next_of(&info.content, DER_SEQUENCE, &subject) &&
                  der_next_of(&info.content, DER_SEQUENCE, &spki);
  if (read) {
    input->subject = g_bytes_new(subject.whole.bytes, subject.whole.length);
    input->spki = g_bytes_new(spki.whole.bytes, spki.whole.length);
  }
  gnutls_free(der.data);
  return read;
}

/* FALSE: it asks for names that cannot be read. */
static gboolean
read_names(PkiInput *input, gnutls_x509_crq_t request)
{
  gnutls_datum_t value = {NULL, 0};
  if (gnutls_x509_crq_get_extension_by_oid2(request, OID_SUBJECT_ALT_NAME, 0, &value, NULL) >= 0) {
    input->names = g_bytes_new(value.data, value.size);
    input->name_texts = certificate_names_of_extension(&value);
    gnutls_free(value.data);
  } else {
    input->name_texts = g_new0(char *, 1);
  }
  return input->name_texts != NULL;
}

PkiInput *
pki_input_request(const char *path, GError **error)
{
  GError *cause = NULL;
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_ANY, &cause);
  if (!content) {
    pki_fail_with(error, PKI_FIELD_INPUT, cause);
    return NULL;
  }
  g_autoptr(PkiInput) input = g_new0(PkiInput, 1);
  input->label = g_strdup(content->label);
  gnutls_x509_crq_t request;
  if (gnutls_x509_crq_init(&request) < 0)
    g_error("no memory for a certificate request");
  gboolean good =
      import(request, content, error) && check_signature(request, content->label, error) &&
      ((read_parts(input, request) && read_names(input, request)) ||
       pki_fail(error, PKI_FIELD_INPUT,
                "The certificate request in %s is damaged; have it made again.", content->label));
  gnutls_x509_crq_deinit(request);
  return good ? g_steal_pointer(&input) : NULL;
}

/* --- an old certificate ----------------------------------------------------------------------- */

static GBytes *
public_key_of(const Certificate *certificate)
{
  DerSpan rest;
  DerElement tbs, element;
  gboolean read = der_unwrap(der_span(certificate_der(certificate)), DER_SEQUENCE, &rest) &&
                  der_next_of(&rest, DER_SEQUENCE, &tbs);
  g_assert(read);                                                         /* it was parsed */
  der_next_of(&tbs.content, DER_CONTEXT | DER_CONSTRUCTED | 0, &element); /* no version in v1 */
  for (int i = 0; i < 6; i++) /* serial, algorithm, issuer, dates, subject, key */
    der_next(&tbs.content, &element);
  return g_bytes_new(element.whole.bytes, element.whole.length);
}

PkiInput *
pki_input_certificate(const char *path, const Certificate *certificate)
{
  PkiInput *input = g_new0(PkiInput, 1);
  Extension names;
  input->label = inspection_label(path);
  input->subject = g_bytes_ref(certificate_fields(certificate)->subject_dn);
  input->spki = public_key_of(certificate);
  if (certificate_extension_find(certificate, OID_SUBJECT_ALT_NAME, &names))
    input->names = g_bytes_new(names.value.bytes, names.value.length);
  input->name_texts = g_strdupv((char **)certificate_names(certificate));
  return input;
}
