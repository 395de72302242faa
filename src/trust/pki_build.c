/* Certificates (RFC 5280) and requests (RFC 2986), byte by byte.
 *
 * Not by GnuTLS's own functions: they know no names of several values, copy the subject of an
 * issuer in their own encoding, and want a certificate of the issuer that they parsed themselves.
 */
#include "config.h"

#include "trust/pki_private.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "trust/certificate_fields.h"
#include "trust/der_build.h"

#define SERIAL_BYTES 20 /* the most that RFC 5280, 4.1.2.2 allows */
#define KEY_ID_BYTES 20

#define OID_SUBJECT_KEY_ID "2.5.29.14"
#define OID_KEY_USAGE "2.5.29.15"
#define OID_NAMES "2.5.29.17"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_AUTHORITY_KEY_ID "2.5.29.35"
#define OID_PURPOSES "2.5.29.37"
#define OID_EXTENSION_REQUEST "1.2.840.113549.1.9.14"
#define OID_SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"

gboolean
pki_role_is_authority(PkiRole role)
{
  return role == PKI_ROOT || role == PKI_INTERMEDIATE;
}

/* --- extensions ------------------------------------------------------------------------------- */

/* Takes `value`. */
static void
add_extension(GByteArray *out, const char *oid, gboolean critical, GByteArray *value)
{
  static const guint8 yes = 0xff;
  GByteArray *content = g_byte_array_new();
  der_build_oid(content, oid);
  if (critical)
    der_build(content, DER_BOOLEAN, &yes, 1);
  der_build_from(content, DER_OCTET_STRING, value);
  der_build_from(out, DER_SEQUENCE, content);
}

static void
add_basic_constraints(GByteArray *out, PkiRole role, int path_length)
{
  static const guint8 yes = 0xff;
  GByteArray *content = g_byte_array_new(), *value = g_byte_array_new();
  if (pki_role_is_authority(role)) {
    der_build(content, DER_BOOLEAN, &yes, 1);
    if (path_length >= 0)
      der_build_number(content, (guint)path_length);
  }
  der_build_from(value, DER_SEQUENCE, content);
  add_extension(out, OID_BASIC_CONSTRAINTS, TRUE, value);
}

/* RFC 5280, 4.2.1.3: bit 0 is the most significant one, and what is 0 at the end is left out. */
static void
add_key_usage(GByteArray *out, PkiRole role, GBytes *spki)
{
  static const guint8 signs_certificates[] = {1, 0x06}; /* keyCertSign, cRLSign */
  static const guint8 signs[] = {7, 0x80};              /* digitalSignature */
  static const guint8 encrypts[] = {5, 0xa0};           /* and keyEncipherment */
  const guint8 *bits = pki_role_is_authority(role) ? signs_certificates
                       : pki_public_is_rsa(spki)   ? encrypts
                                                   : signs;
  GByteArray *value = g_byte_array_new();
  der_build(value, DER_BIT_STRING, bits, 2);
  add_extension(out, OID_KEY_USAGE, TRUE, value);
}

static void
add_purposes(GByteArray *out, PkiRole role)
{
  GByteArray *content = g_byte_array_new(), *value = g_byte_array_new();
  if (role == PKI_SERVER || role == PKI_PEER)
    der_build_oid(content, OID_SERVER_AUTH);
  if (role == PKI_CLIENT || role == PKI_PEER)
    der_build_oid(content, OID_CLIENT_AUTH);
  der_build_from(value, DER_SEQUENCE, content);
  add_extension(out, OID_PURPOSES, FALSE, value);
}

static void
add_usage(GByteArray *out, PkiRole role, int path_length, GBytes *spki)
{
  add_basic_constraints(out, role, path_length);
  add_key_usage(out, role, spki);
  if (!pki_role_is_authority(role))
    add_purposes(out, role);
}

/* RFC 5280, 4.2.1.6: critical exactly where the subject is empty. */
static void
add_names(GByteArray *out, GBytes *names, GBytes *subject)
{
  GByteArray *value = g_byte_array_new();
  der_build_raw(value, names);
  add_extension(out, OID_NAMES, g_bytes_get_size(subject) == 2, value);
}

/* RFC 5280, 4.2.1.2 (1): SHA-1 of the public key's bits, which has to be unlike others and no
 * more than that. */
static void
key_identifier(GBytes *spki, guint8 id[KEY_ID_BYTES])
{
  DerSpan rest;
  DerElement algorithm, bits = {0};
  gboolean read = der_unwrap(der_span(spki), DER_SEQUENCE, &rest) &&
                  der_next_of(&rest, DER_SEQUENCE, &algorithm) &&
                  der_next_of(&rest, DER_BIT_STRING, &bits) && bits.content.length > 1;
  DerSpan key = read ? (DerSpan){bits.content.bytes + 1, bits.content.length - 1} : der_span(spki);
  if (gnutls_hash_fast(GNUTLS_DIG_SHA1, key.bytes, key.length, id) < 0)
    g_error("no SHA-1");
}

static void
add_key_identifiers(GByteArray *out, const PkiBlank *blank, GBytes *signer)
{
  guint8 own[KEY_ID_BYTES], issuer[KEY_ID_BYTES];
  key_identifier(blank->spki, own);
  GByteArray *value = g_byte_array_new();
  der_build(value, DER_OCTET_STRING, own, sizeof own);
  add_extension(out, OID_SUBJECT_KEY_ID, FALSE, value);
  GBytes *named = blank->issuer_certificate
                      ? certificate_fields(blank->issuer_certificate)->subject_key_id
                      : NULL;
  key_identifier(signer, issuer);
  DerSpan id = named ? der_span(named) : (DerSpan){issuer, sizeof issuer};
  GByteArray *content = g_byte_array_new();
  value = g_byte_array_new();
  der_build(content, DER_CONTEXT | 0, id.bytes, id.length);
  der_build_from(value, DER_SEQUENCE, content);
  add_extension(out, OID_AUTHORITY_KEY_ID, FALSE, value);
}

static void
add_extensions(GByteArray *tbs, const PkiBlank *blank, const PkiKey *signer)
{
  GByteArray *list = g_byte_array_new(), *wrapped = g_byte_array_new();
  add_usage(list, blank->role, blank->path_length, blank->spki);
  if (blank->names)
    add_names(list, blank->names, blank->subject);
  add_key_identifiers(list, blank, pki_key_public(signer));
  if (blank->more)
    der_build_raw(list, blank->more);
  der_build_from(wrapped, DER_SEQUENCE, list);
  der_build_from(tbs, DER_CONTEXT | DER_CONSTRUCTED | 3, wrapped);
}

/* --- the rest of a certificate ---------------------------------------------------------------- */

static void
add_version(GByteArray *tbs)
{
  GByteArray *version = g_byte_array_new();
  der_build_number(version, 2); /* v3 */
  der_build_from(tbs, DER_CONTEXT | DER_CONSTRUCTED | 0, version);
}

static gboolean
add_serial(GByteArray *tbs, GError **error)
{
  guint8 serial[SERIAL_BYTES];
  if (gnutls_rnd(GNUTLS_RND_RANDOM, serial, sizeof serial) < 0)
    return pki_fail(error, PKI_FIELD_NONE, "This system gives no random numbers.");
  serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and all its bytes long */
  der_build_integer(tbs, serial, sizeof serial);
  return TRUE;
}

static gboolean
add_dates(GByteArray *tbs, const PkiBlank *blank, GError **error)
{
  GByteArray *dates = g_byte_array_new();
  gboolean good =
      der_build_time(dates, blank->not_before) && der_build_time(dates, blank->not_after);
  der_build_from(tbs, DER_SEQUENCE, dates);
  return good || pki_fail(error, PKI_FIELD_DATES,
                          "The dates lie outside the years 1950 to 9999, which a certificate can "
                          "say.");
}

/* (transfer full): SEQUENCE { what, algorithm, signature }; takes `content`. */
static GBytes *
sign(GByteArray *content, const PkiKey *signer, GError **error)
{
  g_autoptr(GByteArray) what = g_byte_array_new();
  der_build_from(what, DER_SEQUENCE, content);
  g_autoptr(GBytes) signature = pki_key_sign(signer, what, error);
  if (!signature)
    return NULL;
  GByteArray *whole = g_byte_array_new(), *out = g_byte_array_new();
  g_byte_array_append(whole, what->data, what->len);
  pki_key_append_algorithm(signer, whole);
  DerSpan bits = der_span(signature);
  der_build_bits(whole, bits.bytes, bits.length);
  der_build_from(out, DER_SEQUENCE, whole);
  return g_byte_array_free_to_bytes(out);
}

Certificate *
pki_build_certificate(const PkiBlank *blank, const PkiKey *signer, GError **error)
{
  g_autoptr(GByteArray) tbs = g_byte_array_new();
  add_version(tbs);
  if (!add_serial(tbs, error))
    return NULL;
  pki_key_append_algorithm(signer, tbs);
  der_build_raw(tbs, blank->issuer ? blank->issuer : blank->subject);
  if (!add_dates(tbs, blank, error))
    return NULL;
  der_build_raw(tbs, blank->subject);
  der_build_raw(tbs, blank->spki);
  add_extensions(tbs, blank, signer);
  g_autoptr(GBytes) der = sign(g_steal_pointer(&tbs), signer, error);
  if (!der)
    return NULL;
  GError *cause = NULL;
  DerSpan span = der_span(der);
  Certificate *certificate = certificate_new_from_der(span.bytes, span.length, &cause);
  if (!certificate)
    pki_fail_with(error, PKI_FIELD_NONE, cause);
  return certificate;
}

/* --- requests --------------------------------------------------------------------------------- */

/* RFC 2985, 5.4.2; takes `extensions`. */
static void
add_extension_request(GByteArray *info, GByteArray *extensions)
{
  GByteArray *attributes = g_byte_array_new();
  if (extensions->len > 0) {
    GByteArray *values = g_byte_array_new(), *attribute = g_byte_array_new();
    der_build(values, DER_SEQUENCE, extensions->data, extensions->len);
    der_build_oid(attribute, OID_EXTENSION_REQUEST);
    der_build_from(attribute, DER_SET, values);
    der_build_from(attributes, DER_SEQUENCE, attribute);
  }
  g_byte_array_unref(extensions);
  der_build_from(info, DER_CONTEXT | DER_CONSTRUCTED | 0, attributes);
}

GBytes *
pki_build_request(GBytes *subject, GBytes *names, gboolean has_role, PkiRole role,
                  const PkiKey *key, GError **error)
{
  GByteArray *info = g_byte_array_new(), *extensions = g_byte_array_new();
  der_build_number(info, 0);
  der_build_raw(info, subject);
  der_build_raw(info, pki_key_public(key));
  if (has_role)
    add_usage(extensions, role, -1, pki_key_public(key));
  if (names)
    add_names(extensions, names, subject);
  add_extension_request(info, extensions);
  return sign(info, key, error);
}
