/* PKCS#12 (RFC 7292): bags of certificates and keys, mostly encrypted, under one password.
 *
 * How long a password is to be worked on is the file's own choice: the rounds are counted, over
 * all bags, before they are spent. Without a password only the empty one is tried. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <gnutls/pkcs12.h>
#include <string.h>

#define BAGS_MAX 256

typedef struct {
  InspectionReader *reader;
  gnutls_pkcs12_t bundle;
  const char *password; /* that opens it; NULL is one, too */
  gboolean open;        /* the password is right, as far as can be known */
  gboolean old_cipher;  /* RC2 somewhere */
  gboolean too_many_rounds;
  guint closed;    /* bags that stay closed */
  char *closed_by; /* how one of them is encrypted; or NULL */
} Bundle;

static gboolean
spend(Bundle *bundle, gint64 rounds)
{
  InspectionReader *reader = bundle->reader;
  gint64 floor = INSPECTION_ROUNDS_MAX - INSPECTION_ROUNDS_UNASKED;
  gboolean asked = reader->password != NULL;
  if ((asked || reader->rounds - rounds >= floor) && inspection_spend(reader, rounds))
    return TRUE;
  bundle->too_many_rounds = asked;
  return FALSE;
}

/* --- the password ----------------------------------------------------------------------------- */

/* "" and no password at all differ in PKCS#12; programs write either when asked for none. */
static void
find_password(Bundle *bundle)
{
  const char *given = bundle->reader->password;
  const char *candidates[] = {given ? given : "", NULL};
  gsize count = given && *given ? 1 : 2;
  unsigned rounds = 0, salt_size = 0;
  gnutls_mac_algorithm_t mac;
  char *oid = NULL;
  int result = gnutls_pkcs12_mac_info(bundle->bundle, &mac, NULL, &salt_size, &rounds, &oid);
  gnutls_free(oid);
  bundle->password = candidates[0];
  if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
    bundle->open = TRUE; /* nothing says that it is wrong */
    return;
  }
  for (gsize i = 0; i < count && !bundle->open && spend(bundle, rounds); i++) {
    bundle->password = candidates[i];
    bundle->open = gnutls_pkcs12_verify_mac(bundle->bundle, candidates[i]) >= 0;
  }
}

/* --- elements --------------------------------------------------------------------------------- */

static void
add_friendly_name(InspectionReader *reader, guint before, gnutls_pkcs12_bag_t bag, int index)
{
  char *name = NULL;
  if (reader->inspection->items->len == before ||
      gnutls_pkcs12_bag_get_friendly_name(bag, index, &name) < 0 || !name || !*name)
    return;
  inspection_add_detail(reader->inspection->items->pdata[before], "Name in it", "%.200s", name);
}

static void
note_scheme(Bundle *bundle, const char *scheme)
{
  bundle->old_cipher = bundle->old_cipher || (scheme && strstr(scheme, "RC2"));
}

static void
add_closed(Bundle *bundle, const char *scheme)
{
  bundle->closed++;
  if (!bundle->closed_by && scheme)
    bundle->closed_by = g_strdup(scheme);
}

static void
read_plain_key(Bundle *bundle, const gnutls_datum_t *data)
{
  gnutls_x509_privkey_t key;
  if (gnutls_x509_privkey_init(&key) < 0)
    g_error("no memory for a private key");
  if (gnutls_x509_privkey_import_pkcs8(key, data, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) >=
      0)
    inspection_take_key(bundle->reader, key, NULL, NULL);
  else
    add_closed(bundle, NULL);
  gnutls_x509_privkey_deinit(key);
}

static void
read_encrypted_key(Bundle *bundle, const gnutls_datum_t *data)
{
  unsigned schema = 0, cipher = 0, salt_size = 0, rounds = 0;
  char *oid = NULL;
  int result = gnutls_pkcs8_info(data, GNUTLS_X509_FMT_DER, &schema, &cipher, NULL, &salt_size,
                                 &rounds, &oid);
  gnutls_free(oid);
  const char *scheme = result >= 0 ? gnutls_pkcs_schema_get_name(schema) : NULL;
  note_scheme(bundle, scheme);
  gnutls_x509_privkey_t key;
  if (gnutls_x509_privkey_init(&key) < 0)
    g_error("no memory for a private key");
  if (bundle->open && spend(bundle, rounds) &&
      gnutls_x509_privkey_import_pkcs8(key, data, GNUTLS_X509_FMT_DER, bundle->password,
                                       bundle->password ? 0 : GNUTLS_PKCS_NULL_PASSWORD) >= 0)
    inspection_take_key(bundle->reader, key, scheme, bundle->password);
  else
    add_closed(bundle, scheme);
  gnutls_x509_privkey_deinit(key);
}

static void
read_element(Bundle *bundle, gnutls_pkcs12_bag_t bag, int index)
{
  guint before = bundle->reader->inspection->items->len;
  gnutls_datum_t data = {NULL, 0};
  if (gnutls_pkcs12_bag_get_data(bag, index, &data) < 0)
    return;
  switch ((int)gnutls_pkcs12_bag_get_type(bag, index)) {
  case GNUTLS_BAG_CERTIFICATE:
    inspection_read_certificate(bundle->reader, data.data, data.size);
    break;
  case GNUTLS_BAG_CRL:
    inspection_read_crl(bundle->reader, data.data, data.size);
    break;
  case GNUTLS_BAG_PKCS8_KEY:
    read_plain_key(bundle, &data);
    break;
  case GNUTLS_BAG_PKCS8_ENCRYPTED_KEY:
    read_encrypted_key(bundle, &data);
    break;
  default:
    inspection_set_title(inspection_add(bundle->reader, INSPECTED_OTHER),
                         "An entry of a kind that is not known");
  }
  add_friendly_name(bundle->reader, before, bag, index);
}

/* --- bags ------------------------------------------------------------------------------------- */

/* FALSE: it stays closed. */
static gboolean
open_bag(Bundle *bundle, gnutls_pkcs12_bag_t bag)
{
  unsigned schema = 0, cipher = 0, salt_size = 0, rounds = 0;
  char *oid = NULL;
  if ((int)gnutls_pkcs12_bag_get_type(bag, 0) != GNUTLS_BAG_ENCRYPTED)
    return TRUE;
  int result = gnutls_pkcs12_bag_enc_info(bag, &schema, &cipher, NULL, &salt_size, &rounds, &oid);
  gnutls_free(oid);
  const char *scheme = result >= 0 ? gnutls_pkcs_schema_get_name(schema) : NULL;
  note_scheme(bundle, scheme);
  if (bundle->open && spend(bundle, rounds) &&
      gnutls_pkcs12_bag_decrypt(bag, bundle->password) >= 0)
    return TRUE;
  add_closed(bundle, scheme);
  return FALSE;
}

static gboolean
read_bag(Bundle *bundle, int index)
{
  gnutls_pkcs12_bag_t bag;
  if (gnutls_pkcs12_bag_init(&bag) < 0)
    g_error("no memory for a PKCS#12 bag");
  gboolean found = gnutls_pkcs12_get_bag(bundle->bundle, index, bag) >= 0;
  int count = found && open_bag(bundle, bag) ? gnutls_pkcs12_bag_get_count(bag) : 0;
  for (int i = 0; i < count && !inspection_is_full(bundle->reader); i++)
    read_element(bundle, bag, i);
  gnutls_pkcs12_bag_deinit(bag);
  return found;
}

/* --- what stays closed, and what others make of it -------------------------------------------- */

static void
set_closed_problem(Bundle *bundle, InspectedItem *item)
{
  InspectionReader *reader = bundle->reader;
  if (bundle->too_many_rounds)
    inspection_set_problem(reader, item, "key-encryption-unsupported",
                           "%s asks for more rounds of key derivation than this program spends on "
                           "one file; write it anew with `openssl pkcs12 -export`.",
                           reader->label);
  else if (!reader->password)
    inspection_set_problem(reader, item, "key-password-needed",
                           "%s is protected by a password; enter the password of the bundle.",
                           reader->label);
  else if (!bundle->open)
    inspection_set_problem(reader, item, "key-password-wrong",
                           "The password does not open %s; enter the right one.", reader->label);
  else
    inspection_set_problem(reader, item, "key-encryption-unsupported",
                           "A part of %s is encrypted in a way that is not supported, or damaged; "
                           "write it anew with `openssl pkcs12 -export`.",
                           reader->label);
}

static void
add_rest(Bundle *bundle, guint before)
{
  gboolean empty = bundle->reader->inspection->items->len == before;
  if (bundle->closed == 0 && bundle->open && !empty)
    return;
  InspectedItem *item = inspection_add(bundle->reader, INSPECTED_BUNDLE);
  if (bundle->closed > 0)
    inspection_set_title(item, "PKCS#12 bundle, %u %s encrypted%s%s%s", bundle->closed,
                         bundle->closed == 1 ? "part" : "parts", bundle->closed_by ? " (" : "",
                         bundle->closed_by ? bundle->closed_by : "", bundle->closed_by ? ")" : "");
  else
    inspection_set_title(item, empty ? "PKCS#12 bundle, empty" : "PKCS#12 bundle, not checked");
  if (bundle->closed > 0 || !bundle->open)
    set_closed_problem(bundle, item);
}

static void
remark_old_cipher(Bundle *bundle)
{
  if (!bundle->old_cipher)
    return;
  Finding *remark =
      inspection_add_remark(bundle->reader->inspection, "key-encryption-unsupported", -1);
  remark->severity = FINDING_WARNING;
  remark->source = FINDING_SOURCE_KEY;
  finding_set_message(remark,
                      "%s is encrypted with RC2, which OpenSSL 3 reads only with -legacy, and "
                      "many other programs not at all.",
                      bundle->reader->label);
  finding_set_remedy(remark, "Write it anew: `openssl pkcs12 -legacy -in FILE -out ALL.pem`, then "
                             "`openssl pkcs12 -export -in ALL.pem -out NEW`.");
}

static void
read_bundle(Bundle *bundle)
{
  guint before = bundle->reader->inspection->items->len;
  find_password(bundle);
  for (int i = 0; i < BAGS_MAX && !inspection_is_full(bundle->reader); i++)
    if (!read_bag(bundle, i))
      break;
  add_rest(bundle, before);
  remark_old_cipher(bundle);
  g_free(bundle->closed_by);
}

void
inspection_read_pkcs12(InspectionReader *reader, const void *der, gsize length)
{
  Bundle bundle = {.reader = reader};
  gnutls_datum_t data = {(unsigned char *)der, length};
  reader->container = "PKCS#12";
  if (gnutls_pkcs12_init(&bundle.bundle) < 0)
    g_error("no memory for a PKCS#12 bundle");
  int result = gnutls_pkcs12_import(bundle.bundle, &data, GNUTLS_X509_FMT_DER, 0);
  if (result >= 0) {
    read_bundle(&bundle);
  } else {
    InspectedItem *item = inspection_add(reader, INSPECTED_DAMAGED);
    inspection_set_title(item, "PKCS#12 bundle, damaged");
    inspection_set_problem(reader, item, "certificate-malformed",
                           "The PKCS#12 bundle in %s cannot be read (%s); copy it again "
                           "completely.",
                           reader->label, gnutls_strerror(result));
  }
  gnutls_pkcs12_deinit(bundle.bundle);
}
