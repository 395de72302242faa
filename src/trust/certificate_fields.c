#include "config.h"

#include "trust/certificate_fields.h"

#include <gnutls/abstract.h>
#include <gnutls/x509-ext.h>

#include "trust/certificate_names.h"
#include "trust/key_label.h"
#include "trust/key_unknown.h"
#include "trust/name_compare.h"
#include "util/safe_text.h"

static const struct {
  unsigned bit;
  const char *name;
} key_usages[] = {
    {GNUTLS_KEY_DIGITAL_SIGNATURE, "digitalSignature"},
    {GNUTLS_KEY_NON_REPUDIATION, "nonRepudiation"},
    {GNUTLS_KEY_KEY_ENCIPHERMENT, "keyEncipherment"},
    {GNUTLS_KEY_DATA_ENCIPHERMENT, "dataEncipherment"},
    {GNUTLS_KEY_KEY_AGREEMENT, "keyAgreement"},
    {GNUTLS_KEY_KEY_CERT_SIGN, "keyCertSign"},
    {GNUTLS_KEY_CRL_SIGN, "cRLSign"},
    {GNUTLS_KEY_ENCIPHER_ONLY, "encipherOnly"},
    {GNUTLS_KEY_DECIPHER_ONLY, "decipherOnly"},
};

static const struct {
  const char *oid, *name;
} purposes[] = {
    {GNUTLS_KP_TLS_WWW_SERVER, "serverAuth"},  {GNUTLS_KP_TLS_WWW_CLIENT, "clientAuth"},
    {GNUTLS_KP_CODE_SIGNING, "codeSigning"},   {GNUTLS_KP_EMAIL_PROTECTION, "emailProtection"},
    {GNUTLS_KP_TIME_STAMPING, "timeStamping"}, {GNUTLS_KP_OCSP_SIGNING, "OCSPSigning"},
    {GNUTLS_KP_ANY, "anyExtendedKeyUsage"},
};

static GBytes *
take_datum(gnutls_datum_t *datum)
{
  GBytes *bytes = g_bytes_new(datum->data, datum->size);
  gnutls_free(datum->data);
  datum->data = NULL;
  return bytes;
}

/* --- names ----------------------------------------------------------------------------------- */

static char *
label_of(const char *common_name, const char *alternative, const char *organization,
         const char *whole)
{
  const char *candidates[] = {common_name, alternative, organization, whole};
  for (gsize i = 0; i < G_N_ELEMENTS(candidates); i++)
    if (candidates[i] && *candidates[i])
      return g_strdup(candidates[i]);
  return g_strdup("(no name)");
}

/* The last attribute of this type, read out of the name's own DER: GnuTLS's accessor begins anew
 * for each, and a trust store has hundreds of names. FALSE: let GnuTLS say what is in it. */
static gboolean
find_attribute(GBytes *name, const char *oid, char **text)
{
  NameWalk walk;
  NameAttribute attribute, last = {0};
  gboolean found = FALSE;
  if (!name_walk(&walk, der_span(name)))
    return FALSE;
  while (name_walk_next(&walk, &attribute)) {
    if (!der_oid_is(attribute.oid, oid))
      continue;
    last = attribute;
    found = TRUE;
  }
  g_autofree char *raw = found ? name_attribute_text(&last) : NULL;
  *text = raw ? safe_text_string(raw) : NULL;
  return walk.names.length == 0 && walk.attributes.length == 0 && (raw != NULL) == found;
}

static char *
attribute_of(const CertificateFields *f, gnutls_x509_crt_t crt, gboolean of_issuer, const char *oid)
{
  char *text = NULL;
  if (find_attribute(of_issuer ? f->issuer_dn : f->subject_dn, oid, &text))
    return text;
  g_free(text);
  return certificate_names_attribute(crt, of_issuer, oid);
}

static const char *
first_alternative(char **names)
{
  if (!names[0])
    return NULL;
  const char *colon = strchr(names[0], ':');
  return colon ? colon + 1 : names[0];
}

static gboolean
read_names(CertificateFields *f, gnutls_x509_crt_t crt, const char **problem)
{
  gnutls_datum_t raw = {NULL, 0};
  *problem = "its names";
  if (gnutls_x509_crt_get_raw_dn(crt, &raw) < 0)
    return FALSE;
  f->subject_dn = take_datum(&raw);
  if (gnutls_x509_crt_get_raw_issuer_dn(crt, &raw) < 0)
    return FALSE;
  f->issuer_dn = take_datum(&raw);
  *problem = "its subjectAltName";
  f->names = certificate_names_alternative(crt);
  if (!f->names)
    return FALSE;

  f->subject = certificate_names_dn(crt, FALSE);
  f->issuer = certificate_names_dn(crt, TRUE);
  f->subject_organization = attribute_of(f, crt, FALSE, GNUTLS_OID_X520_ORGANIZATION_NAME);
  f->issuer_organization = attribute_of(f, crt, TRUE, GNUTLS_OID_X520_ORGANIZATION_NAME);
  f->common_name = attribute_of(f, crt, FALSE, GNUTLS_OID_X520_COMMON_NAME);
  g_autofree char *issuer_cn = attribute_of(f, crt, TRUE, GNUTLS_OID_X520_COMMON_NAME);
  f->subject_label =
      label_of(f->common_name, first_alternative(f->names), f->subject_organization, f->subject);
  f->issuer_label = label_of(issuer_cn, NULL, f->issuer_organization, f->issuer);
  return TRUE;
}

/* --- serial number, dates, key ---------------------------------------------------------------- */

static gboolean
read_serial(CertificateFields *f, gnutls_x509_crt_t crt)
{
  unsigned char serial[128]; /* RFC 5280, 4.1.2.2 allows 20 */
  size_t size = sizeof serial;
  if (gnutls_x509_crt_get_serial(crt, serial, &size) < 0)
    return FALSE;
  f->serial = key_label_hexadecimal(serial, size);
  return TRUE;
}

static gboolean
read_dates(CertificateFields *f, gnutls_x509_crt_t crt)
{
  f->not_before = gnutls_x509_crt_get_activation_time(crt);
  f->not_after = gnutls_x509_crt_get_expiration_time(crt);
  return f->not_before != -1 && f->not_after != -1;
}

/* FALSE: GnuTLS cannot read it. */
static gboolean
describe_key(gnutls_x509_crt_t crt, char **label, unsigned char *id, size_t *size)
{
  gnutls_pubkey_t key;
  if (gnutls_pubkey_init(&key) < 0)
    return FALSE;
  gboolean known = gnutls_pubkey_import_x509(key, crt, 0) >= 0;
  if (known)
    *label = key_label(key);
  known = known && gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id, size) >= 0;
  gnutls_pubkey_deinit(key);
  return known;
}

/* A key of a kind that GnuTLS does not know is no fault of the certificate's form. */
static gboolean
read_key(CertificateFields *f, gnutls_x509_crt_t crt)
{
  int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, &f->key_bits);
  f->key_algorithm = algorithm < 0 ? GNUTLS_PK_UNKNOWN : (gnutls_pk_algorithm_t)algorithm;
  unsigned char id[64];
  size_t size = sizeof id;
  if (!describe_key(crt, &f->key_label, id, &size)) {
    g_clear_pointer(&f->key_label, g_free);
    f->key_algorithm = GNUTLS_PK_UNKNOWN;
    return key_unknown_read(crt, &f->key_label, &f->key_id);
  }
  f->key_id = key_label_hexadecimal(id, size);
  return TRUE;
}

static void
read_signature_label(CertificateFields *f, gnutls_x509_crt_t crt)
{
  f->signature_algorithm = gnutls_x509_crt_get_signature_algorithm(crt);
  const char *name =
      f->signature_algorithm > 0 ? gnutls_sign_get_name(f->signature_algorithm) : NULL;
  char oid[128];
  size_t size = sizeof oid;
  if (!name && gnutls_x509_crt_get_signature_oid(crt, oid, &size) >= 0)
    f->signature_label = safe_text_string(key_unknown_name(oid) ? key_unknown_name(oid) : oid);
  else
    f->signature_label = g_strdup(name ? name : "unknown");
}

/* --- extensions ------------------------------------------------------------------------------- */

static GBytes *
key_identifier(gnutls_x509_crt_t crt, gboolean of_issuer)
{
  unsigned char id[256];
  size_t size = sizeof id;
  int result = of_issuer ? gnutls_x509_crt_get_authority_key_id(crt, id, &size, NULL)
                         : gnutls_x509_crt_get_subject_key_id(crt, id, &size, NULL);
  return result < 0 ? NULL : g_bytes_new(id, size);
}

char **
certificate_fields_key_usage(unsigned bits)
{
  char **names = g_new0(char *, G_N_ELEMENTS(key_usages) + 1);
  for (gsize i = 0, n = 0; i < G_N_ELEMENTS(key_usages); i++)
    if (bits & key_usages[i].bit)
      names[n++] = g_strdup(key_usages[i].name);
  return names;
}

static gboolean
read_key_usage(CertificateFields *f, gnutls_x509_crt_t crt)
{
  unsigned usage = 0;
  int result = gnutls_x509_crt_get_key_usage(crt, &usage, NULL);
  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return TRUE;
  if (result < 0)
    return FALSE;
  f->key_usage = certificate_fields_key_usage(usage);
  return TRUE;
}

static char *
purpose_text(const gnutls_datum_t *oid)
{
  for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++)
    if (oid->size == strlen(purposes[i].oid) && !memcmp(oid->data, purposes[i].oid, oid->size))
      return g_strdup(purposes[i].name);
  return safe_text(oid->data, oid->size);
}

char **
certificate_fields_purposes(const gnutls_datum_t *extension)
{
  gnutls_x509_key_purposes_t list;
  if (gnutls_x509_key_purpose_init(&list) < 0)
    return NULL;
  GPtrArray *texts = g_ptr_array_new();
  int result = gnutls_x509_ext_import_key_purposes(extension, list, 0);
  gnutls_datum_t oid;
  for (unsigned i = 0; result >= 0 && gnutls_x509_key_purpose_get(list, i, &oid) >= 0; i++)
    g_ptr_array_add(texts, purpose_text(&oid));
  gnutls_x509_key_purpose_deinit(list);
  g_ptr_array_add(texts, NULL);
  char **strings = (char **)g_ptr_array_free(texts, FALSE);
  if (result < 0)
    g_clear_pointer(&strings, g_strfreev);
  return strings;
}

static gboolean
read_extended_key_usage(CertificateFields *f, gnutls_x509_crt_t crt)
{
  gnutls_datum_t extension = {NULL, 0};
  int result = gnutls_x509_crt_get_extension_by_oid2(crt, GNUTLS_X509EXT_OID_EXTENDED_KEY_USAGE, 0,
                                                     &extension, NULL);
  if (result < 0)
    return result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
  f->extended_key_usage = certificate_fields_purposes(&extension);
  gnutls_free(extension.data);
  return f->extended_key_usage != NULL;
}

static gboolean
read_basic_constraints(CertificateFields *f, gnutls_x509_crt_t crt)
{
  unsigned ca = 0;
  f->path_length = -1;
  int result = gnutls_x509_crt_get_basic_constraints(crt, NULL, &ca, &f->path_length);
  f->has_basic_constraints = result >= 0;
  f->is_ca = result >= 0 && ca;
  return result >= 0 || result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

gboolean
certificate_fields_read(CertificateFields *f, gnutls_x509_crt_t crt, const char **problem)
{
  f->version = gnutls_x509_crt_get_version(crt);
  read_signature_label(f, crt);
  if (!read_names(f, crt, problem))
    return FALSE;
  f->subject_key_id = key_identifier(crt, FALSE);
  f->authority_key_id = key_identifier(crt, TRUE);

  static const struct {
    gboolean (*read)(CertificateFields *, gnutls_x509_crt_t);
    const char *what;
  } parts[] = {
      {read_serial, "its serial number"},
      {read_dates, "its dates"},
      {read_key, "its public key"},
      {read_key_usage, "its keyUsage"},
      {read_extended_key_usage, "its extendedKeyUsage"},
      {read_basic_constraints, "its basicConstraints"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
    *problem = parts[i].what;
    if (!parts[i].read(f, crt))
      return FALSE;
  }
  *problem = NULL;
  return TRUE;
}

void
certificate_fields_clear(CertificateFields *f)
{
  char *texts[] = {f->subject,         f->issuer,
                   f->subject_label,   f->issuer_label,
                   f->serial,          f->issuer_organization,
                   f->key_id,          f->key_label,
                   f->signature_label, f->subject_organization,
                   f->common_name};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(texts[i]);
  GBytes *blobs[] = {f->subject_dn, f->issuer_dn, f->subject_key_id, f->authority_key_id};
  for (gsize i = 0; i < G_N_ELEMENTS(blobs); i++)
    g_bytes_unref(blobs[i]);
  g_strfreev(f->names);
  g_strfreev(f->key_usage);
  g_strfreev(f->extended_key_usage);
  certificate_extension_index_free(f->extensions);
}
