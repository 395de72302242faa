#include "config.h"

#include "lab/forge_crl.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>

#define BYTES(text) text, sizeof text - 1

#define SEQUENCE 0x30
#define ECDSA_SHA256 "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define ECDSA_SHA1 "\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"
#define SHA1 "\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00"
#define OCSP_BASIC "\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01"
#define TRUE_VALUE "\x01\x01\xff"
#define POINT_SIZE 65 /* of a P-256 key, uncompressed: the end of its SubjectPublicKeyInfo */

static void
must(int result)
{
  if (result < 0)
    g_error("GnuTLS: %s", gnutls_strerror(result));
}

/* --- DER -------------------------------------------------------------------------------------- */

/* With its length in the shortest form, as DER wants it. */
static void
put(GByteArray *out, guint8 tag, const void *bytes, gsize length)
{
  guint8 octets[4] = {length >> 24, length >> 16, length >> 8, length};
  guint skip = 0;
  while (skip < 3 && octets[skip] == 0)
    skip++;
  g_byte_array_append(out, &tag, 1);
  if (length >= 0x80)
    g_byte_array_append(out, (guint8[]){0x80 | (4 - skip)}, 1);
  g_byte_array_append(out, octets + skip, 4 - skip);
  g_byte_array_append(out, bytes, length);
}

static void
put_raw(GByteArray *out, const void *bytes, gsize length)
{
  g_byte_array_append(out, bytes, length);
}

/* Takes `content`. */
static void
put_all(GByteArray *out, guint8 tag, GByteArray *content)
{
  put(out, tag, content->data, content->len);
  g_byte_array_unref(content);
}

static void
put_number(GByteArray *out, guint32 number)
{
  guint8 bytes[] = {0, number >> 24, number >> 16, number >> 8, number};
  gsize skip = 0;
  while (skip < 4 && bytes[skip] == 0 && !(bytes[skip + 1] & 0x80))
    skip++;
  put(out, 0x02, bytes + skip, sizeof bytes - skip);
}

static void
put_time(GByteArray *out, gint64 time, gboolean generalized)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(time);
  g_autofree char *text =
      g_date_time_format(moment, generalized ? "%Y%m%d%H%M%SZ" : "%y%m%d%H%M%SZ");
  put(out, generalized ? 0x18 : 0x17, text, strlen(text));
}

/* --- what certificates have ------------------------------------------------------------------- */

static gnutls_x509_crt_t
import(const Certificate *certificate)
{
  gnutls_x509_crt_t crt;
  g_autofree char *pem = certificate_to_pem(certificate);
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)};
  must(gnutls_x509_crt_init(&crt));
  must(gnutls_x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM));
  return crt;
}

static GByteArray *
name_of(const Forged *forged)
{
  gnutls_datum_t dn;
  GByteArray *name = g_byte_array_new();
  gnutls_x509_crt_t crt = import(forged->certificate);
  must(gnutls_x509_crt_get_raw_dn(crt, &dn));
  put_raw(name, dn.data, dn.size);
  gnutls_free(dn.data);
  gnutls_x509_crt_deinit(crt);
  return name;
}

static void
put_serial(GByteArray *out, const Certificate *certificate)
{
  guint8 serial[64];
  size_t size = sizeof serial;
  gnutls_x509_crt_t crt = import(certificate);
  must(gnutls_x509_crt_get_serial(crt, serial, &size));
  put(out, 0x02, serial, size);
  gnutls_x509_crt_deinit(crt);
}

static void
put_certificate(GByteArray *out, const Certificate *certificate)
{
  gnutls_datum_t der;
  gnutls_x509_crt_t crt = import(certificate);
  must(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der));
  put_raw(out, der.data, der.size);
  gnutls_free(der.data);
  gnutls_x509_crt_deinit(crt);
}

/* --- signing ---------------------------------------------------------------------------------- */

/* SEQUENCE { `tbs`, algorithm, signature, and `rest` }; takes both. */
static GByteArray *
sign(GByteArray *tbs, const Forged *signer, gboolean weak, gboolean damaged, GByteArray *rest)
{
  gnutls_privkey_t key;
  gnutls_datum_t data = {tbs->data, tbs->len}, signature;
  must(gnutls_privkey_init(&key));
  must(gnutls_privkey_import_x509(key, signer->key, 0));
  must(gnutls_privkey_sign_data2(key, weak ? GNUTLS_SIGN_ECDSA_SHA1 : GNUTLS_SIGN_ECDSA_SHA256, 0,
                                 &data, &signature));
  gnutls_privkey_deinit(key);
  if (damaged)
    signature.data[signature.size - 1] ^= 1;
  GByteArray *bits = g_byte_array_new(), *all = g_byte_array_new(), *out = g_byte_array_new();
  put_raw(bits, "", 1); /* no unused bits */
  put_raw(bits, signature.data, signature.size);
  gnutls_free(signature.data);
  put_raw(all, tbs->data, tbs->len);
  if (weak)
    put_raw(all, BYTES(ECDSA_SHA1));
  else
    put_raw(all, BYTES(ECDSA_SHA256));
  put_all(all, 0x03, bits);
  put_raw(all, rest->data, rest->len);
  put_all(out, SEQUENCE, all);
  g_byte_array_unref(tbs);
  g_byte_array_unref(rest);
  return out;
}

/* --- extensions ------------------------------------------------------------------------------- */

/* Takes `value`; `oid` with its tag. */
static void
put_extension(GByteArray *out, const void *oid, gsize oid_length, gboolean critical,
              GByteArray *value)
{
  GByteArray *extension = g_byte_array_new();
  put_raw(extension, oid, oid_length);
  if (critical)
    put_raw(extension, BYTES(TRUE_VALUE));
  put_all(extension, 0x04, value);
  put_all(out, SEQUENCE, extension);
}

static void
put_ce(GByteArray *out, guint8 id, gboolean critical, GByteArray *value)
{
  guint8 oid[] = {0x06, 0x03, 0x55, 0x1d, id};
  put_extension(out, oid, sizeof oid, critical, value);
}

static void
put_unknown(GByteArray *out)
{
  GByteArray *value = g_byte_array_new();
  put_raw(value, "\x05\x00", 2);
  put_extension(out, "\x06\x08\x2b\x06\x01\x04\x01\x82\x37\x63", 10, TRUE, value);
}

/* --- lists ------------------------------------------------------------------------------------ */

static void
put_entry_extensions(GByteArray *out, const ForgeEntry *entry)
{
  GByteArray *extensions = g_byte_array_new();
  if (entry->reason) {
    GByteArray *value = g_byte_array_new();
    put(value, 0x0a, &(guint8){entry->reason}, 1);
    put_ce(extensions, 21, FALSE, value);
  }
  if (entry->issuer) {
    GByteArray *names = g_byte_array_new(), *value = g_byte_array_new();
    put_all(names, 0xa4, name_of(entry->issuer));
    put_all(value, SEQUENCE, names);
    put_ce(extensions, 29, TRUE, value);
  }
  if (entry->unknown)
    put_unknown(extensions);
  if (extensions->len > 0)
    put_all(out, SEQUENCE, extensions);
  else
    g_byte_array_unref(extensions);
}

static void
put_entries(GByteArray *out, const ForgeCrl *crl)
{
  GByteArray *entries = g_byte_array_new();
  for (guint i = 0; i < crl->filler; i++) {
    GByteArray *entry = g_byte_array_new();
    put_number(entry, 2000000000 + i);
    put_time(entry, FORGE_REVOKED, FALSE);
    put_all(entries, SEQUENCE, entry);
  }
  for (guint i = 0; i < G_N_ELEMENTS(crl->entries) && crl->entries[i].certificate; i++) {
    GByteArray *entry = g_byte_array_new();
    put_serial(entry, crl->entries[i].certificate);
    put_time(entry, crl->entries[i].date ? crl->entries[i].date : FORGE_REVOKED, FALSE);
    put_entry_extensions(entry, &crl->entries[i]);
    put_all(entries, SEQUENCE, entry);
  }
  if (entries->len > 0)
    put_all(out, SEQUENCE, entries);
  else
    g_byte_array_unref(entries);
}

static void
put_extensions(GByteArray *out, const ForgeCrl *crl)
{
  GByteArray *extensions = g_byte_array_new(), *sequence = g_byte_array_new();
  GByteArray *value = g_byte_array_new();
  put_number(value, crl->number ? crl->number : 1);
  if (crl->number >= 0)
    put_ce(extensions, 20, crl->number_critical, g_byte_array_ref(value));
  g_byte_array_unref(value);
  if (crl->base) {
    value = g_byte_array_new();
    put_number(value, crl->base);
    put_ce(extensions, 27, TRUE, value);
  }
  if (crl->scope) {
    value = g_byte_array_new();
    put(value, SEQUENCE, crl->scope, crl->scope_length);
    put_ce(extensions, 28, TRUE, value);
  }
  if (crl->unknown_critical)
    put_unknown(extensions);
  if (extensions->len > 0)
    put_all(sequence, SEQUENCE, extensions);
  else
    g_byte_array_unref(extensions);
  if (sequence->len > 0)
    put_all(out, 0xa0, sequence);
  else
    g_byte_array_unref(sequence);
}

GBytes *
forge_crl(const ForgeCrl *crl)
{
  GByteArray *content = g_byte_array_new(), *tbs = g_byte_array_new();
  put_number(content, 1); /* version 2 */
  if (crl->weak)
    put_raw(content, BYTES(ECDSA_SHA1));
  else
    put_raw(content, BYTES(ECDSA_SHA256));
  GByteArray *name = name_of(crl->issuer);
  put_raw(content, name->data, name->len);
  g_byte_array_unref(name);
  put_time(content, crl->this_update ? crl->this_update : FORGE_CRL_START, FALSE);
  if (crl->next_update != FORGE_NO_DATE)
    put_time(content, crl->next_update ? crl->next_update : FORGE_CRL_END, FALSE);
  put_entries(content, crl);
  put_extensions(content, crl);
  put_all(tbs, SEQUENCE, content);
  return g_byte_array_free_to_bytes(sign(tbs, crl->signer ? crl->signer : crl->issuer, crl->weak,
                                         crl->damaged, g_byte_array_new()));
}

char *
forge_crl_pem(GBytes *der)
{
  gsize length;
  gnutls_datum_t pem, bytes = {(unsigned char *)g_bytes_get_data(der, &length), 0};
  bytes.size = length;
  must(gnutls_pem_base64_encode2("X509 CRL", &bytes, &pem));
  char *text = g_strndup((const char *)pem.data, pem.size);
  gnutls_free(pem.data);
  return text;
}

/* --- answers ---------------------------------------------------------------------------------- */

static void
put_key_hash(GByteArray *out, const Forged *forged)
{
  guint8 hash[20];
  gnutls_pubkey_t key;
  gnutls_datum_t info;
  gnutls_x509_crt_t crt = import(forged->certificate);
  must(gnutls_pubkey_init(&key));
  must(gnutls_pubkey_import_x509(key, crt, 0));
  must(gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &info));
  must(gnutls_hash_fast(GNUTLS_DIG_SHA1, info.data + info.size - POINT_SIZE, POINT_SIZE, hash));
  put(out, 0x04, hash, sizeof hash);
  gnutls_free(info.data);
  gnutls_pubkey_deinit(key);
  gnutls_x509_crt_deinit(crt);
}

static void
put_certificate_id(GByteArray *out, const ForgeOcsp *ocsp)
{
  guint8 hash[20];
  GByteArray *id = g_byte_array_new(), *name = name_of(ocsp->issuer);
  must(gnutls_hash_fast(GNUTLS_DIG_SHA1, name->data, name->len, hash));
  g_byte_array_unref(name);
  put_raw(id, BYTES(SHA1));
  put(id, 0x04, hash, sizeof hash);
  put_key_hash(id, ocsp->other_key ? ocsp->other_key : ocsp->issuer);
  put_serial(id, ocsp->certificate);
  put_all(out, SEQUENCE, id);
}

static void
put_status(GByteArray *out, const ForgeOcsp *ocsp)
{
  GByteArray *revoked = g_byte_array_new(), *reason = g_byte_array_new();
  put(reason, 0x0a, &(guint8){ocsp->reason}, 1);
  put_time(revoked, FORGE_REVOKED, TRUE);
  put_all(revoked, 0xa0, reason);
  if (ocsp->answer == FORGE_REVOKED_ANSWER)
    put(out, 0xa1, revoked->data, revoked->len);
  else
    put(out, ocsp->answer == FORGE_GOOD ? 0x80 : 0x82, "", 0);
  g_byte_array_unref(revoked);
}

static void
put_single(GByteArray *out, const ForgeOcsp *ocsp)
{
  GByteArray *single = g_byte_array_new(), *next = g_byte_array_new();
  put_certificate_id(single, ocsp);
  put_status(single, ocsp);
  put_time(single, ocsp->this_update ? ocsp->this_update : FORGE_CRL_START, TRUE);
  put_time(next, ocsp->next_update > 0 ? ocsp->next_update : FORGE_CRL_END, TRUE);
  if (ocsp->next_update != FORGE_NO_DATE)
    put(single, 0xa0, next->data, next->len);
  g_byte_array_unref(next);
  put_all(out, SEQUENCE, single);
}

static GByteArray *
make_basic(const ForgeOcsp *ocsp, const Forged *signer)
{
  GByteArray *content = g_byte_array_new(), *tbs = g_byte_array_new(), *rest = g_byte_array_new();
  GByteArray *singles = g_byte_array_new();
  put_all(content, 0xa1, name_of(signer));
  put_time(content, ocsp->this_update ? ocsp->this_update : FORGE_CRL_START, TRUE);
  put_single(singles, ocsp);
  put_all(content, SEQUENCE, singles);
  put_all(tbs, SEQUENCE, content);
  if (ocsp->embed) {
    GByteArray *certificates = g_byte_array_new(), *list = g_byte_array_new();
    put_certificate(certificates, signer->certificate);
    put_all(list, SEQUENCE, certificates);
    put_all(rest, 0xa0, list);
  }
  return sign(tbs, signer, FALSE, ocsp->damaged, rest);
}

GBytes *
forge_ocsp(const ForgeOcsp *ocsp)
{
  GByteArray *content = g_byte_array_new(), *out = g_byte_array_new();
  put(content, 0x0a, &(guint8){ocsp->failure}, 1);
  if (!ocsp->failure) {
    GByteArray *bytes = g_byte_array_new(), *wrapped = g_byte_array_new();
    put_raw(bytes, BYTES(OCSP_BASIC));
    put_all(bytes, 0x04, make_basic(ocsp, ocsp->signer ? ocsp->signer : ocsp->issuer));
    put_all(wrapped, SEQUENCE, bytes);
    put_all(content, 0xa0, wrapped);
  }
  put_all(out, SEQUENCE, content);
  return g_byte_array_free_to_bytes(out);
}
