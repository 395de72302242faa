#include "config.h"

#include "trust/crl.h"

#include <gnutls/x509.h>
#include <string.h>

#include "trust/trust_error.h"
#include "util/safe_text.h"

/* Extensions' numbers below id-ce, 2.5.29 (RFC 5280, A.2). */
enum {
  ID_ISSUER_ALT_NAME = 18,
  ID_CRL_NUMBER = 20,
  ID_REASON_CODE = 21,
  ID_INVALIDITY_DATE = 24,
  ID_DELTA_CRL_INDICATOR = 27,
  ID_ISSUING_DISTRIBUTION_POINT = 28,
  ID_CERTIFICATE_ISSUER = 29,
  ID_AUTHORITY_KEY_IDENTIFIER = 35,
  ID_FRESHEST_CRL = 46,
};

typedef struct {
  int id; /* below id-ce, or -1 */
  gboolean critical;
  DerSlice oid, value;
} Extension;

/* --- extensions ------------------------------------------------------------------------------- */

static gboolean
take_extension(DerSlice *rest, Extension *extension)
{
  DerElement sequence, oid, value;
  if (!der_take_tag(rest, DER_SEQUENCE, &sequence) ||
      !der_take_tag(&sequence.content, DER_OID, &oid))
    return FALSE;
  extension->critical = der_take_default_false(&sequence.content);
  if (!der_only(sequence.content, DER_OCTET_STRING, &value))
    return FALSE;
  const guint8 *bytes = oid.content.bytes;
  gboolean is_ce = oid.content.length == 3 && bytes[0] == 0x55 && bytes[1] == 0x1d;
  extension->id = is_ce ? bytes[2] : -1;
  extension->oid = oid.content;
  extension->value = value.content;
  return TRUE;
}

/* Keeps the first one that is critical and unknown. */
static void
note_unknown(const Extension *extension, char **first)
{
  if (!extension->critical || *first)
    return;
  *first = der_slice_oid_text(extension->oid);
  if (!*first)
    *first = g_strdup("(an unreadable OID)");
}

static gboolean
read_scope(CrlScope *scope, DerSlice value)
{
  DerElement sequence, part;
  if (scope->present || !der_only(value, DER_SEQUENCE, &sequence))
    return FALSE;
  scope->present = TRUE;
  scope->bytes = value;
  DerSlice rest = sequence.content;
  if (der_take_tag(&rest, DER_CONTEXT_CONSTRUCTED | 0, &part)) {
    scope->has_point = TRUE;
    if (!der_take(&part.content, &scope->point))
      return FALSE;
  }
  if (der_take_tag(&rest, DER_CONTEXT | 1, &part))
    scope->users_only = der_boolean(part.content);
  if (der_take_tag(&rest, DER_CONTEXT | 2, &part))
    scope->authorities_only = der_boolean(part.content);
  if (der_take_tag(&rest, DER_CONTEXT | 3, &part))
    scope->reasons = crl_reason_flags(part.content);
  if (der_take_tag(&rest, DER_CONTEXT | 4, &part))
    scope->indirect = der_boolean(part.content);
  if (der_take_tag(&rest, DER_CONTEXT | 5, &part))
    scope->attributes_only = der_boolean(part.content);
  return rest.length == 0;
}

static gboolean
read_number(gboolean *present, DerSlice *number, DerSlice value)
{
  DerElement integer;
  if (*present || !der_only(value, DER_INTEGER, &integer) || integer.content.length == 0)
    return FALSE;
  *present = TRUE;
  *number = der_integer(integer.content);
  return TRUE;
}

static gboolean
read_extension(Crl *crl, const Extension *extension)
{
  switch (extension->id) {
  case ID_CRL_NUMBER:
    crl->number_is_critical = extension->critical;
    return read_number(&crl->has_number, &crl->number, extension->value);
  case ID_DELTA_CRL_INDICATOR:
    return read_number(&crl->is_delta, &crl->base_number, extension->value);
  case ID_ISSUING_DISTRIBUTION_POINT:
    return read_scope(&crl->scope, extension->value);
  case ID_ISSUER_ALT_NAME:
  case ID_AUTHORITY_KEY_IDENTIFIER:
  case ID_FRESHEST_CRL:
    return TRUE;
  default:
    note_unknown(extension, &crl->unknown_critical);
    return TRUE;
  }
}

static gboolean
read_extensions(Crl *crl, DerSlice wrapped)
{
  DerElement sequence;
  Extension extension;
  if (!der_only(wrapped, DER_SEQUENCE, &sequence))
    return FALSE;
  while (sequence.content.length > 0)
    if (!take_extension(&sequence.content, &extension) || !read_extension(crl, &extension))
      return FALSE;
  return TRUE;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* The number of an INTEGER element that was read before. */
static DerSlice
serial_at(gconstpointer integer)
{
  DerElement element;
  DerSlice rest = {integer, G_MAXINT32};
  return der_take(&rest, &element) ? der_integer(element.content) : (DerSlice){NULL, 0};
}

static guint
serial_hash(gconstpointer integer)
{
  DerSlice serial = serial_at(integer);
  guint32 hash = 2166136261u; /* FNV-1a: numbers that follow each other must not fall together */
  for (gsize i = 0; i < serial.length; i++)
    hash = (hash ^ serial.bytes[i]) * 16777619u;
  return hash ^ hash >> 15;
}

static gboolean
serial_equal(gconstpointer a, gconstpointer b)
{
  return der_slice_equal(serial_at(a), serial_at(b));
}

/* SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL } */
static gboolean
split_entry(DerSlice rest, DerElement *serial, gint64 *date, DerSlice *extensions)
{
  DerElement time, sequence;
  if (!der_take_tag(&rest, DER_INTEGER, serial) || serial->content.length == 0 ||
      !der_take(&rest, &time) || !der_time(&time, date))
    return FALSE;
  *extensions = (DerSlice){NULL, 0};
  if (rest.length == 0)
    return TRUE;
  if (!der_only(rest, DER_SEQUENCE, &sequence))
    return FALSE;
  *extensions = sequence.content;
  return TRUE;
}

static int
read_reason(DerSlice value)
{
  DerElement code;
  if (!der_only(value, DER_ENUMERATED, &code) || code.content.length != 1)
    return 0;
  return code.content.bytes[0];
}

/* GeneralNames with the one directory name of who issued the certificate (5.3.3). */
static DerSlice
read_certificate_issuer(DerSlice value)
{
  DerElement names, directory;
  DerSlice none = {NULL, 0};
  if (!der_only(value, DER_SEQUENCE, &names) ||
      !der_only(names.content, DER_CONTEXT_CONSTRUCTED | 4, &directory))
    return none;
  return directory.content;
}

/* `*issuer`: of this entry's certificate; it holds for those behind it, too (5.3.3). */
static gboolean
scan_entry_extensions(Crl *crl, DerSlice rest, DerSlice *issuer)
{
  Extension extension;
  while (rest.length > 0) {
    if (!take_extension(&rest, &extension))
      return FALSE;
    if (extension.id == ID_CERTIFICATE_ISSUER)
      *issuer = read_certificate_issuer(extension.value);
    else if (extension.id != ID_REASON_CODE && extension.id != ID_INVALIDITY_DATE)
      note_unknown(&extension, &crl->unknown_critical_entry);
  }
  return TRUE;
}

/* A serial number that stands there twice: the first one counts, a removal least. */
static void
keep_entry(Crl *crl, const DerElement *serial, const guint8 *entry)
{
  if (!g_hash_table_contains(crl->entries, serial->whole.bytes))
    g_hash_table_insert(crl->entries, (gpointer)serial->whole.bytes, (gpointer)entry);
}

static gboolean
read_entries(Crl *crl, DerSlice rest)
{
  DerSlice issuer = crl->issuer_dn;
  while (rest.length > 0) {
    DerElement entry, serial;
    DerSlice extensions;
    gint64 date;
    if (!der_take_tag(&rest, DER_SEQUENCE, &entry) ||
        !split_entry(entry.content, &serial, &date, &extensions) ||
        !scan_entry_extensions(crl, extensions, &issuer))
      return FALSE;
    crl->count++;
    if (der_slice_equal(issuer, crl->issuer_dn))
      keep_entry(crl, &serial, entry.whole.bytes);
  }
  return TRUE;
}

static void
read_entry(DerSlice at, CrlEntry *found)
{
  DerElement entry, serial;
  DerSlice extensions;
  Extension extension;
  *found = (CrlEntry){0, 0};
  if (!der_take(&at, &entry) || !split_entry(entry.content, &serial, &found->date, &extensions))
    return;
  while (extensions.length > 0 && take_extension(&extensions, &extension))
    if (extension.id == ID_REASON_CODE)
      found->reason = read_reason(extension.value);
}

gboolean
crl_find(const Crl *crl, DerSlice serial, CrlEntry *entry)
{
  serial = der_integer(serial);
  if (serial.length == 0 || serial.length > 0xffff)
    return FALSE;
  /* A key as the table has them: an INTEGER element. */
  g_autofree guint8 *key = g_malloc(serial.length + 4);
  key[0] = DER_INTEGER;
  key[1] = 0x82;
  key[2] = serial.length >> 8;
  key[3] = serial.length & 0xff;
  memcpy(key + 4, serial.bytes, serial.length);
  const guint8 *found = g_hash_table_lookup(crl->entries, key);
  if (!found)
    return FALSE;
  gsize length;
  const guint8 *start = g_bytes_get_data(crl->der, &length);
  read_entry((DerSlice){found, length - (found - start)}, entry);
  return TRUE;
}

const char *
crl_reason_name(int reason)
{
  static const char *const names[] = {
      "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
      "superseded",    "cessationOfOperation", "certificateHold", NULL,
      "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
  gboolean known = reason >= 0 && reason < (int)G_N_ELEMENTS(names) && names[reason];
  return known ? names[reason] : "a reason with an unknown number";
}

/* --- the list --------------------------------------------------------------------------------- */

static char *
name_text(DerSlice name)
{
  gnutls_x509_dn_t dn;
  gnutls_datum_t bytes = {(unsigned char *)name.bytes, name.length}, text = {NULL, 0};
  char *safe = NULL;
  if (gnutls_x509_dn_init(&dn) < 0)
    return g_strdup("(no name)");
  if (gnutls_x509_dn_import(dn, &bytes) >= 0 && gnutls_x509_dn_get_str2(dn, &text, 0) >= 0) {
    safe = safe_text((const char *)text.data, text.size);
    gnutls_free(text.data);
  }
  gnutls_x509_dn_deinit(dn);
  return safe ? safe : g_strdup("(a name that cannot be read)");
}

/* TBSCertList (5.1.2), up to where the entries begin. */
static gboolean
read_head(Crl *crl, DerSlice *rest)
{
  DerElement element;
  crl->version = 1;
  if (der_take_tag(rest, DER_INTEGER, &element)) {
    if (element.content.length != 1)
      return FALSE;
    crl->version = element.content.bytes[0] + 1;
  }
  if (!der_take_tag(rest, DER_SEQUENCE, &element))
    return FALSE;
  crl->inner_algorithm = element.whole;
  if (!der_take_tag(rest, DER_SEQUENCE, &element))
    return FALSE;
  crl->issuer_dn = element.whole;
  if (!der_take(rest, &element) || !der_time(&element, &crl->this_update))
    return FALSE;
  DerSlice ahead = *rest;
  if (der_take(&ahead, &element) && der_time(&element, &crl->next_update))
    *rest = ahead;
  return TRUE;
}

static gboolean
read_tbs(Crl *crl, DerSlice rest)
{
  DerElement element;
  if (!read_head(crl, &rest))
    return FALSE;
  if (der_take_tag(&rest, DER_SEQUENCE, &element) && !read_entries(crl, element.content))
    return FALSE;
  if (der_take_tag(&rest, DER_CONTEXT_CONSTRUCTED | 0, &element) &&
      !read_extensions(crl, element.content))
    return FALSE;
  return rest.length == 0;
}

/* CertificateList (5.1) */
static gboolean
read_list(Crl *crl)
{
  DerElement list, tbs, algorithm, signature;
  if (!der_only(der_slice_of(crl->der), DER_SEQUENCE, &list) ||
      !der_take_tag(&list.content, DER_SEQUENCE, &tbs) ||
      !der_take_tag(&list.content, DER_SEQUENCE, &algorithm) ||
      !der_only(list.content, DER_BIT_STRING, &signature) || signature.content.length < 1)
    return FALSE;
  crl->tbs = tbs.whole;
  crl->algorithm = algorithm.whole;
  crl->signature = (DerSlice){signature.content.bytes + 1, signature.content.length - 1};
  return read_tbs(crl, tbs.content);
}

static Crl *
crl_alloc(const void *der, gsize length, const char *file, guint index)
{
  Crl *crl = g_new0(Crl, 1);
  crl->der = g_bytes_new(der, length);
  crl->file = safe_text_string(file);
  crl->index = index;
  crl->scope.reasons = CRL_REASONS_ALL;
  crl->entries = g_hash_table_new(serial_hash, serial_equal);
  crl->signers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init(&crl->lock);
  return crl;
}

Crl *
crl_new(const void *der, gsize length, const char *file, guint index, GError **error)
{
  if (length > CRL_SIZE_MAX) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TOO_LARGE, "it has more than %d MiB",
                CRL_SIZE_MAX / (1024 * 1024));
    return NULL;
  }
  g_autoptr(Crl) crl = crl_alloc(der, length, file, index);
  if (!read_list(crl)) {
    g_set_error_literal(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
                        "it is no revocation list as RFC 5280 has them");
    return NULL;
  }
  crl->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, crl->der);
  crl->issuer = name_text(crl->issuer_dn);
  return g_steal_pointer(&crl);
}

void
crl_free(Crl *crl)
{
  g_hash_table_unref(crl->entries);
  g_hash_table_unref(crl->signers);
  g_mutex_clear(&crl->lock);
  g_bytes_unref(crl->der);
  g_free(crl->file);
  g_free(crl->sha256);
  g_free(crl->issuer);
  g_free(crl->unknown_critical);
  g_free(crl->unknown_critical_entry);
  g_free(crl);
}
