#include "config.h"

#include "trust/crl.h"

#include <gnutls/x509.h>
#include <string.h>

#include "trust/name_compare.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

/* RFC 5280, 4.1.2.2 allows 20; it is what a length of one octet can say. */
#define SERIAL_MAX 127

#define OTHERS_MAX 4096 /* other issuers that an indirect list has entries for */
#define OID_CERTIFICATE_ISSUER "2.5.29.29"

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
  DerSpan oid, value;
} Extension;

/* --- extensions ------------------------------------------------------------------------------- */

static gboolean
take_extension(DerSpan *rest, Extension *extension)
{
  DerElement sequence, oid, value;
  if (!der_next_of(rest, DER_SEQUENCE, &sequence) || !der_next_of(&sequence.content, DER_OID, &oid))
    return FALSE;
  extension->critical = der_value_take_flag(&sequence.content);
  if (!der_value_only(sequence.content, DER_OCTET_STRING, &value))
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
  *first = der_oid_text(extension->oid);
  if (!*first)
    *first = g_strdup("(an unreadable OID)");
}

static gboolean
read_scope(CrlScope *scope, DerSpan value)
{
  DerElement sequence, part;
  if (scope->present || !der_value_only(value, DER_SEQUENCE, &sequence))
    return FALSE;
  scope->present = TRUE;
  scope->bytes = value;
  DerSpan rest = sequence.content;
  if (der_next_of(&rest, DER_CONTEXT_CONSTRUCTED | 0, &part)) {
    scope->has_point = TRUE;
    if (!der_next(&part.content, &scope->point))
      return FALSE;
  }
  if (der_next_of(&rest, DER_CONTEXT | 1, &part))
    scope->users_only = der_value_boolean(part.content);
  if (der_next_of(&rest, DER_CONTEXT | 2, &part))
    scope->authorities_only = der_value_boolean(part.content);
  if (der_next_of(&rest, DER_CONTEXT | 3, &part))
    scope->reasons = crl_reason_flags(part.content);
  if (der_next_of(&rest, DER_CONTEXT | 4, &part))
    scope->indirect = der_value_boolean(part.content);
  if (der_next_of(&rest, DER_CONTEXT | 5, &part))
    scope->attributes_only = der_value_boolean(part.content);
  return rest.length == 0;
}

static gboolean
read_number(gboolean *present, DerSpan *number, DerSpan value)
{
  DerElement integer;
  if (*present || !der_value_only(value, DER_INTEGER, &integer) || integer.content.length == 0)
    return FALSE;
  *present = TRUE;
  *number = der_value_integer(integer.content);
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
read_extensions(Crl *crl, DerSpan wrapped)
{
  DerElement sequence;
  Extension extension;
  if (!der_value_only(wrapped, DER_SEQUENCE, &sequence))
    return FALSE;
  while (sequence.content.length > 0)
    if (!take_extension(&sequence.content, &extension) || !read_extension(crl, &extension))
      return FALSE;
  return TRUE;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* The number of an INTEGER element that was read before. */
static DerSpan
serial_at(gconstpointer integer)
{
  DerElement element;
  DerSpan rest = {integer, G_MAXINT32};
  return der_next(&rest, &element) ? der_value_integer(element.content) : (DerSpan){NULL, 0};
}

static guint
serial_hash(gconstpointer integer)
{
  DerSpan serial = serial_at(integer);
  guint32 hash = 2166136261u; /* FNV-1a: numbers that follow each other must not fall together */
  for (gsize i = 0; i < serial.length; i++)
    hash = (hash ^ serial.bytes[i]) * 16777619u;
  return hash ^ hash >> 15;
}

static gboolean
serial_equal(gconstpointer a, gconstpointer b)
{
  return der_span_equal(serial_at(a), serial_at(b));
}

/* SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL } */
static gboolean
split_entry(DerSpan rest, DerElement *serial, gint64 *date, DerSpan *extensions)
{
  DerElement time, sequence;
  if (!der_next_of(&rest, DER_INTEGER, serial) || serial->content.length == 0 ||
      !der_next(&rest, &time) || !der_value_time(&time, date))
    return FALSE;
  *extensions = (DerSpan){NULL, 0};
  if (rest.length == 0)
    return TRUE;
  if (!der_value_only(rest, DER_SEQUENCE, &sequence))
    return FALSE;
  *extensions = sequence.content;
  return TRUE;
}

static int
read_reason(DerSpan value)
{
  DerElement code;
  if (!der_value_only(value, DER_ENUMERATED, &code) || code.content.length != 1)
    return 0;
  return code.content.bytes[0];
}

static void
read_entry(DerSpan at, CrlEntry *found)
{
  DerElement entry, serial;
  DerSpan extensions;
  Extension extension;
  *found = (CrlEntry){0, 0};
  /* It was read before: it ends where it says, and that is within the list. */
  if (!der_next(&at, &entry) || !split_entry(entry.content, &serial, &found->date, &extensions))
    return;
  while (extensions.length > 0 && take_extension(&extensions, &extension))
    if (extension.id == ID_REASON_CODE)
      found->reason = read_reason(extension.value);
}

/* GeneralNames with the one directory name of who issued the certificate (5.3.3). */
static gboolean
read_certificate_issuer(DerSpan value, DerSpan *name)
{
  DerElement names, directory;
  if (!der_value_only(value, DER_SEQUENCE, &names) ||
      !der_value_only(names.content, DER_CONTEXT_CONSTRUCTED | 4, &directory))
    return FALSE;
  *name = directory.content;
  return TRUE;
}

static GHashTable *
entries_new(void)
{
  return g_hash_table_new(serial_hash, serial_equal);
}

/* (transfer none): where the entries of this issuer's certificates are; NULL: there are too many
 * issuers, or it has no name. */
static GHashTable *
entries_of_other(Crl *crl, DerSpan name)
{
  g_autoptr(GBytes) key = name_compare_key(name);
  GHashTable *entries = key ? g_hash_table_lookup(crl->others, key) : NULL;
  if (entries || !key || g_hash_table_size(crl->others) >= OTHERS_MAX)
    return entries;
  entries = entries_new();
  g_hash_table_insert(crl->others, g_steal_pointer(&key), entries);
  return entries;
}

/* `*entries`: where this one belongs; it holds for those behind it until one says otherwise
 * (5.3.3). */
static gboolean
scan_entry_extensions(Crl *crl, DerSpan rest, GHashTable **entries)
{
  Extension extension;
  DerSpan name;
  while (rest.length > 0) {
    if (!take_extension(&rest, &extension))
      return FALSE;
    if (extension.id == ID_CERTIFICATE_ISSUER && read_certificate_issuer(extension.value, &name))
      *entries =
          name_compare_equal(name, crl->issuer_dn) ? crl->entries : entries_of_other(crl, name);
    else if (extension.id == ID_CERTIFICATE_ISSUER)
      *entries = NULL;
    else if (extension.id != ID_REASON_CODE && extension.id != ID_INVALIDITY_DATE)
      note_unknown(&extension, &crl->unknown_critical_entry);
  }
  return TRUE;
}

/* A serial number that stands there twice: the first one counts, unless it is a removal. */
static void
keep_entry(GHashTable *entries, const DerElement *serial, const DerElement *entry)
{
  CrlEntry known;
  gpointer first = g_hash_table_lookup(entries, serial->whole.bytes);
  if (first)
    read_entry((DerSpan){first, G_MAXINT32}, &known);
  if (!first || known.reason == CRL_REASON_REMOVED)
    g_hash_table_replace(entries, (gpointer)serial->whole.bytes, (gpointer)entry->whole.bytes);
}

/* Whose certificate an entry is about cannot be told: it may be anybody's. */
static void
note_nobodys(Crl *crl)
{
  if (!crl->unknown_critical_entry)
    crl->unknown_critical_entry = g_strdup(OID_CERTIFICATE_ISSUER);
}

static gboolean
read_entries(Crl *crl, DerSpan rest)
{
  GHashTable *entries = crl->entries;
  while (rest.length > 0) {
    DerElement entry, serial;
    DerSpan extensions;
    gint64 date;
    if (!der_next_of(&rest, DER_SEQUENCE, &entry) ||
        !split_entry(entry.content, &serial, &date, &extensions) ||
        !scan_entry_extensions(crl, extensions, &entries))
      return FALSE;
    crl->count++;
    if (entries)
      keep_entry(entries, &serial, &entry);
    else
      note_nobodys(crl);
  }
  return TRUE;
}

static GHashTable *
entries_for(const Crl *crl, DerSpan issuer)
{
  if (name_compare_equal(issuer, crl->issuer_dn))
    return crl->entries;
  g_autoptr(GBytes) key = name_compare_key(issuer);
  return key ? g_hash_table_lookup(crl->others, key) : NULL;
}

gboolean
crl_find(const Crl *crl, DerSpan issuer, DerSpan serial, CrlEntry *entry)
{
  GHashTable *entries = entries_for(crl, issuer);
  serial = der_value_integer(serial);
  if (!entries || serial.length == 0 || serial.length > SERIAL_MAX)
    return FALSE;
  /* A key as the table has them: an INTEGER element. */
  guint8 key[2 + SERIAL_MAX] = {DER_INTEGER, serial.length};
  memcpy(key + 2, serial.bytes, serial.length);
  gpointer found = g_hash_table_lookup(entries, key);
  if (found)
    read_entry((DerSpan){found, G_MAXINT32}, entry);
  return found != NULL;
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
name_text(DerSpan name)
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
read_head(Crl *crl, DerSpan *rest)
{
  DerElement element;
  crl->version = 1;
  if (der_next_of(rest, DER_INTEGER, &element)) {
    if (element.content.length != 1)
      return FALSE;
    crl->version = element.content.bytes[0] + 1;
  }
  if (!der_next_of(rest, DER_SEQUENCE, &element))
    return FALSE;
  crl->inner_algorithm = element.whole;
  if (!der_next_of(rest, DER_SEQUENCE, &element))
    return FALSE;
  crl->issuer_dn = element.whole;
  if (!der_next(rest, &element) || !der_value_time(&element, &crl->this_update))
    return FALSE;
  DerSpan ahead = *rest;
  if (der_next(&ahead, &element) && der_value_time(&element, &crl->next_update))
    *rest = ahead;
  return TRUE;
}

static gboolean
read_tbs(Crl *crl, DerSpan rest)
{
  DerElement element;
  if (!read_head(crl, &rest))
    return FALSE;
  if (der_next_of(&rest, DER_SEQUENCE, &element) && !read_entries(crl, element.content))
    return FALSE;
  if (der_next_of(&rest, DER_CONTEXT_CONSTRUCTED | 0, &element) &&
      !read_extensions(crl, element.content))
    return FALSE;
  if (g_hash_table_size(crl->others) > 0 && !crl->scope.indirect)
    note_nobodys(crl);
  return rest.length == 0;
}

/* CertificateList (5.1) */
static gboolean
read_list(Crl *crl)
{
  DerElement list, tbs, algorithm, signature;
  if (!der_value_only(der_span(crl->der), DER_SEQUENCE, &list) ||
      !der_next_of(&list.content, DER_SEQUENCE, &tbs) ||
      !der_next_of(&list.content, DER_SEQUENCE, &algorithm) ||
      !der_value_only(list.content, DER_BIT_STRING, &signature) || signature.content.length < 1)
    return FALSE;
  crl->tbs = tbs.whole;
  crl->algorithm = algorithm.whole;
  crl->signature = (DerSpan){signature.content.bytes + 1, signature.content.length - 1};
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
  crl->entries = entries_new();
  crl->others = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                                      (GDestroyNotify)g_hash_table_unref);
  crl->signers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  pthread_mutex_init(&crl->lock, NULL);
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
  g_hash_table_unref(crl->others);
  g_hash_table_unref(crl->signers);
  pthread_mutex_destroy(&crl->lock);
  g_bytes_unref(crl->der);
  g_free(crl->file);
  g_free(crl->sha256);
  g_free(crl->issuer);
  g_free(crl->unknown_critical);
  g_free(crl->unknown_critical_entry);
  g_free(crl);
}
