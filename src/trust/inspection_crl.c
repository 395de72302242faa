/* Revocation lists (RFC 5280, 5): whose, of when, how many entries, for which certificates. Whether
 * one is signed by its issuer is found out where the issuer is known: in verification. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <gnutls/x509-ext.h>
#include <string.h>

#include "trust/date_text.h"
#include "trust/der_reader.h"
#include "trust/key_label.h"
#include "util/safe_text.h"

#define ENTRIES_SHOWN 8
#define OID_ISSUING_POINT "2.5.29.28"
#define OID_DELTA "2.5.29.27"

static void
read_issuer(InspectedItem *item, gnutls_x509_crl_t list)
{
  gnutls_datum_t text = {NULL, 0};
  if (gnutls_x509_crl_get_issuer_dn3(list, &text, 0) >= 0)
    item->issuer = safe_text(text.data, text.size);
  else
    item->issuer = g_strdup("");
  gnutls_free(text.data);
}

static char *
issuer_label(const InspectedItem *item, gnutls_x509_crl_t list)
{
  char name[256];
  size_t size = sizeof name;
  if (gnutls_x509_crl_get_issuer_dn_by_oid(list, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) >=
          0 &&
      size > 0)
    return safe_text(name, size);
  return g_strdup(*item->issuer ? item->issuer : "(no name)");
}

static void
read_dates(InspectedItem *item, gnutls_x509_crl_t list)
{
  time_t from = gnutls_x509_crl_get_this_update(list), to = gnutls_x509_crl_get_next_update(list);
  item->this_update = from != (time_t)-1 ? from : 0;
  item->next_update = to != (time_t)-1 ? to : 0;
}

/* RFC 5280, 5.2.3: an integer of up to 20 octets. */
static void
read_number(InspectedItem *item, gnutls_x509_crl_t list)
{
  unsigned char number[64];
  size_t size = sizeof number;
  unsigned critical = 0;
  if (gnutls_x509_crl_get_number(list, number, &size, &critical) < 0)
    return;
  if (size > 0 && size <= 7) {
    guint64 value = 0;
    for (size_t i = 0; i < size; i++)
      value = value << 8 | number[i];
    inspection_add_detail(item, "Number", "%" G_GUINT64_FORMAT, value);
    return;
  }
  g_autofree char *text = key_label_hexadecimal(number, size);
  inspection_add_detail(item, "Number", "%s (hexadecimal)", text);
}

static void
read_signature(InspectedItem *item, gnutls_x509_crl_t list)
{
  int algorithm = gnutls_x509_crl_get_signature_algorithm(list);
  const char *name = algorithm > 0 ? gnutls_sign_get_name(algorithm) : NULL;
  inspection_add_detail(item, "Signed with", "%s", name ? name : "an unknown algorithm");
}

/* --- scope ------------------------------------------------------------------------------------ */

static const char *
scope_part(guint8 tag)
{
  switch (tag) {
  case DER_CONTEXT | DER_CONSTRUCTED: /* distributionPoint */
    return "one distribution point";
  case DER_CONTEXT | 1:
    return "only certificates that are no CA's";
  case DER_CONTEXT | 2:
    return "only CA certificates";
  case DER_CONTEXT | 3:
    return "only some reasons";
  case DER_CONTEXT | 4:
    return "indirect, with entries of other CAs";
  case DER_CONTEXT | 5:
    return "only attribute certificates";
  default:
    return "parts that are not known";
  }
}

/* RFC 5280, 5.2.5. */
static char *
scope_text(const gnutls_datum_t *extension)
{
  DerSpan parts, whole = {extension->data, extension->size};
  DerElement part;
  g_autoptr(GString) text = g_string_new(NULL);
  if (!der_unwrap(whole, DER_SEQUENCE, &parts))
    return g_strdup("cannot be parsed");
  for (guint i = 0; i < 8 && der_next(&parts, &part); i++) {
    gboolean off = part.content.length == 1 && part.content.bytes[0] == 0;
    if (!off)
      g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "", scope_part(part.tag));
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
find_extension(gnutls_x509_crl_t list, const char *oid, gnutls_datum_t *data)
{
  char found[128];
  for (unsigned i = 0; i < 64; i++) {
    size_t size = sizeof found;
    unsigned critical = 0;
    if (gnutls_x509_crl_get_extension_info(list, i, found, &size, &critical) < 0)
      return FALSE;
    if (strcmp(found, oid) == 0)
      return gnutls_x509_crl_get_extension_data2(list, i, data) >= 0;
  }
  return FALSE;
}

static void
read_scope(InspectedItem *item, gnutls_x509_crl_t list)
{
  gnutls_datum_t data = {NULL, 0};
  if (find_extension(list, OID_DELTA, &data)) {
    inspection_add_detail(item, "Kind", "delta list: changes to a full one, of no use alone");
    gnutls_free(data.data);
    data.data = NULL;
  }
  if (!find_extension(list, OID_ISSUING_POINT, &data)) {
    inspection_add_detail(item, "Scope", "all certificates of its issuer");
    return;
  }
  g_autofree char *text = scope_text(&data);
  gnutls_free(data.data);
  inspection_add_detail(item, "Scope", "%s", *text ? text : "all certificates of its issuer");
}

/* --- entries ---------------------------------------------------------------------------------- */

static void
read_entries(InspectedItem *item, gnutls_x509_crl_t list, int count)
{
  gnutls_x509_crl_iter_t next = NULL;
  for (int i = 0; i < MIN(count, ENTRIES_SHOWN); i++) {
    unsigned char serial[128];
    size_t size = sizeof serial;
    time_t when = 0;
    if (gnutls_x509_crl_iter_crt_serial(list, &next, serial, &size, &when) < 0)
      break;
    g_autofree char *hexadecimal = key_label_hexadecimal(serial, size);
    g_autofree char *date = date_text(when);
    inspection_add_detail(item, "Revoked", "%s, %s", hexadecimal, date);
  }
  if (next)
    gnutls_x509_crl_iter_deinit(next);
  if (count > ENTRIES_SHOWN)
    inspection_add_detail(item, "Revoked", "and %d more", count - ENTRIES_SHOWN);
}

static void
read_list(InspectionReader *reader, gnutls_x509_crl_t list)
{
  InspectedItem *item = inspection_add(reader, INSPECTED_CRL);
  int count = MAX(gnutls_x509_crl_get_crt_count(list), 0);
  read_issuer(item, list);
  read_dates(item, list);
  g_autofree char *label = issuer_label(item, list);
  inspection_set_title(item, "Revocation list of %s, %d %s", label, count,
                       count == 1 ? "entry" : "entries");
  read_number(item, list);
  read_scope(item, list);
  read_signature(item, list);
  read_entries(item, list, count);
}

void
inspection_read_crl(InspectionReader *reader, const void *der, gsize length)
{
  gnutls_x509_crl_t list;
  gnutls_datum_t data = {(unsigned char *)der, length};
  if (gnutls_x509_crl_init(&list) < 0)
    g_error("no memory for a revocation list");
  int result = gnutls_x509_crl_import(list, &data, GNUTLS_X509_FMT_DER);
  if (result >= 0) {
    read_list(reader, list);
  } else {
    InspectedItem *item = inspection_add(reader, INSPECTED_DAMAGED);
    inspection_set_title(item, "Revocation list, damaged");
    inspection_set_problem(reader, item, "crl-unusable",
                           "The revocation list in %s cannot be read (%s); fetch it again.",
                           reader->label, gnutls_strerror(result));
  }
  gnutls_x509_crl_deinit(list);
}
