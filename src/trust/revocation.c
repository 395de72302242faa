#include "config.h"

#include "trust/revocation_data.h"

#include <gnutls/x509.h>
#include <pthread.h>
#include <string.h>

#include "trust/file_content.h"
#include "trust/name_compare.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

#define CRL_COUNT_MAX 4096
#define STAPLE_COUNT_MAX 64
#define STAPLE_SIZE_MAX (128 * 1024) /* of the handshake message that brings it */

#define BEGIN_MARK "-----BEGIN X509 CRL-----"
#define END_MARK "-----END X509 CRL-----"

struct RevocationData {
  GPtrArray *lists;      /* of Crl, owned */
  GHashTable *by_issuer; /* issuer_key() → GPtrArray of Crl */
  GHashTable *staples;   /* index of the sent certificate → GBytes */
  pthread_mutex_t lock;
  GHashTable *answers; /* guarded: what the staples were found to say; key → OcspAnswer */
};

static void
answer_free(gpointer answer)
{
  ocsp_answer_clear(answer);
  g_free(answer);
}

RevocationData *
revocation_data_new(void)
{
  RevocationData *data = g_new0(RevocationData, 1);
  data->lists = g_ptr_array_new_with_free_func((GDestroyNotify)crl_free);
  data->by_issuer =
      g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                            (GDestroyNotify)g_ptr_array_unref);
  data->staples =
      g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)g_bytes_unref);
  data->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, answer_free);
  pthread_mutex_init(&data->lock, NULL);
  return data;
}

void
revocation_data_free(RevocationData *data)
{
  if (!data)
    return;
  g_hash_table_unref(data->by_issuer);
  g_hash_table_unref(data->staples);
  g_hash_table_unref(data->answers);
  pthread_mutex_destroy(&data->lock);
  g_ptr_array_unref(data->lists);
  g_free(data);
}

RevocationData *
revocation_data_join(const RevocationData *lists, const RevocationData *staples)
{
  RevocationData *data = revocation_data_new();
  if (lists) {
    g_ptr_array_unref(data->lists);
    g_hash_table_unref(data->by_issuer);
    data->lists = g_ptr_array_ref(lists->lists);
    data->by_issuer = g_hash_table_ref(lists->by_issuer);
  }
  if (staples) {
    g_hash_table_unref(data->staples);
    data->staples = g_hash_table_ref(staples->staples);
  }
  return data;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* (transfer full): names that are equal by RFC 5280, 7.1 have the same. */
static GBytes *
issuer_key(DerSpan name)
{
  GBytes *key = name_compare_key(name);
  return key ? key : g_bytes_new(name.bytes, name.length);
}

static void
keep_list(RevocationData *data, Crl *crl)
{
  g_autoptr(GBytes) issuer = issuer_key(crl->issuer_dn);
  GPtrArray *bucket = g_hash_table_lookup(data->by_issuer, issuer);
  if (!bucket) {
    bucket = g_ptr_array_new();
    g_hash_table_insert(data->by_issuer, g_steal_pointer(&issuer), bucket);
  }
  g_ptr_array_add(bucket, crl);
  g_ptr_array_add(data->lists, crl);
}

static guint
count_of_file(const RevocationData *data, const char *safe_file)
{
  guint count = 0;
  for (guint i = 0; i < data->lists->len; i++)
    count += g_str_equal(((Crl *)data->lists->pdata[i])->file, safe_file);
  return count;
}

static gboolean
check_room(const RevocationData *data, const char *safe_file, GError **error)
{
  if (data->lists->len < CRL_COUNT_MAX)
    return TRUE;
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TOO_LARGE,
              "%s is one list too many (%d can be used at a time); give only those of the CAs on "
              "the path.",
              safe_file, CRL_COUNT_MAX);
  return FALSE;
}

static gboolean
add_list(RevocationData *data, const void *der, gsize length, const char *file, guint index,
         GError **error)
{
  g_autoptr(GError) cause = NULL;
  g_autofree char *safe = safe_text_string(file);
  if (!check_room(data, safe, error))
    return FALSE;
  Crl *crl = crl_new(der, length, file, index, &cause);
  if (!crl) {
    g_set_error(error, TRUST_ERROR, cause->code,
                "Revocation list %u in %s cannot be used: %s; fetch it again.", index + 1, safe,
                cause->message);
    return FALSE;
  }
  keep_list(data, crl);
  return TRUE;
}

gboolean
revocation_data_add_crl(RevocationData *data, const void *der, gsize length, const char *label,
                        GError **error)
{
  g_autofree char *safe = safe_text_string(label);
  return add_list(data, der, length, label, count_of_file(data, safe), error);
}

/* --- files ------------------------------------------------------------------------------------ */

static const guint8 *
find(const guint8 *from, const guint8 *end, const char *mark)
{
  return from < end ? memmem(from, end - from, mark, strlen(mark)) : NULL;
}

/* The block from `begin` to `end`, END line included. */
static gboolean
add_block(RevocationData *data, const guint8 *begin, const guint8 *end, const char *path,
          guint index, GError **error)
{
  gnutls_datum_t text = {(unsigned char *)begin, end - begin}, der = {NULL, 0};
  if (gnutls_pem_base64_decode2("X509 CRL", &text, &der) < 0) {
    g_autofree char *safe = safe_text_string(path);
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_MALFORMED,
                "Revocation list %u in %s cannot be used: its text is not Base64; fetch it again.",
                index + 1, safe);
    return FALSE;
  }
  gboolean added = add_list(data, der.data, der.size, path, index, error);
  gnutls_free(der.data);
  return added;
}

static void
set_truncated(const char *path, guint index, GError **error)
{
  g_autofree char *safe = safe_text_string(path);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_TRUNCATED,
              "%s ends inside revocation list %u; fetch it again.", safe, index + 1);
}

static gboolean
add_blocks(RevocationData *data, const guint8 *bytes, gsize length, const char *path,
           GError **error)
{
  const guint8 *end = bytes + length;
  const guint8 *begin = find(bytes, end, BEGIN_MARK);
  for (guint index = 0; begin; index++) {
    const guint8 *next = find(begin + 1, end, BEGIN_MARK);
    const guint8 *mark = find(begin, next ? next : end, END_MARK);
    if (!mark) {
      set_truncated(path, index, error);
      return FALSE;
    }
    if (!add_block(data, begin, mark + strlen(END_MARK), path, index, error))
      return FALSE;
    begin = next;
  }
  return TRUE;
}

/* No list in PEM: one in DER, or something else altogether. */
static gboolean
add_binary(RevocationData *data, const guint8 *bytes, gsize length, const char *path,
           GError **error)
{
  if (length > CERTIFICATE_FILE_MAX) /* too long to be anything else */
    return add_list(data, bytes, length, path, 0, error);
  g_autoptr(GError) cause = NULL;
  if (add_list(data, bytes, length, path, 0, &cause))
    return TRUE;
  g_autoptr(FileContent) content = file_content_from_bytes(bytes, length, path);
  if (!file_content_check_whole(content, error))
    return FALSE;
  if (file_content_count(content, CONTENT_CRL) > 0)
    g_propagate_error(error, g_steal_pointer(&cause));
  else
    file_content_set_wrong_kind(content, FILE_SLOT_CRL, error);
  return FALSE;
}

gboolean
revocation_data_parse_crls(RevocationData *data, const void *bytes, gsize length, const char *label,
                           GError **error)
{
  const guint8 *start = bytes;
  if (find(start, start + length, BEGIN_MARK))
    return add_blocks(data, bytes, length, label, error);
  return add_binary(data, bytes, length, label, error);
}

gboolean
revocation_data_add_crl_file(RevocationData *data, const char *path, GError **error)
{
  gsize length = 0;
  g_autofree guint8 *bytes = file_bytes_read(path, FILE_SLOT_CRL, &length, error);
  return bytes && revocation_data_parse_crls(data, bytes, length, path, error);
}

/* --- staples ---------------------------------------------------------------------------------- */

void
revocation_data_add_staple(RevocationData *data, guint index, const void *der, gsize length)
{
  if (index >= STAPLE_COUNT_MAX || length > STAPLE_SIZE_MAX)
    return;
  g_hash_table_remove_all(data->answers);
  g_hash_table_replace(data->staples, GUINT_TO_POINTER(index), g_bytes_new(der, length));
}

static OcspAnswer *
judge_anew(RevocationData *data, GBytes *der, const Certificate *certificate,
           const Certificate *issuer, gint64 time)
{
  OcspAnswer *answer = g_new0(OcspAnswer, 1);
  if (g_hash_table_size(data->answers) < STAPLE_JUDGEMENTS_MAX) {
    ocsp_judge(der, certificate, issuer, time, answer);
  } else {
    answer->status = OCSP_UNUSABLE;
    answer->why = g_strdup("was not looked at: there are too many");
  }
  return answer;
}

gboolean
revocation_data_judge_staple(const RevocationData *data, guint index,
                             const Certificate *certificate, const Certificate *issuer, gint64 time,
                             OcspAnswer *answer)
{
  GBytes *der = revocation_data_staple(data, index);
  RevocationData *memory = (RevocationData *)data; /* only what the lock guards */
  if (!der)
    return FALSE;
  g_autofree char *key =
      g_strdup_printf("%u %s %s %" G_GINT64_FORMAT, index, certificate_sha256(certificate),
                      certificate_sha256(issuer), time);
  pthread_mutex_lock(&memory->lock);
  OcspAnswer *known = g_hash_table_lookup(memory->answers, key);
  OcspAnswer *found = known ? known : judge_anew(memory, der, certificate, issuer, time);
  ocsp_answer_copy(found, answer);
  if (!known && g_hash_table_size(memory->answers) < STAPLE_JUDGEMENTS_MAX)
    g_hash_table_insert(memory->answers, g_steal_pointer(&key), found);
  else if (!known)
    answer_free(found);
  pthread_mutex_unlock(&memory->lock);
  return TRUE;
}

/* --- what is there ---------------------------------------------------------------------------- */

guint
revocation_data_crls(const RevocationData *data)
{
  return data->lists->len;
}

guint
revocation_data_staples(const RevocationData *data)
{
  return g_hash_table_size(data->staples);
}

GPtrArray *
revocation_data_lists(const RevocationData *data)
{
  return data->lists;
}

GPtrArray *
revocation_data_lists_of(const RevocationData *data, GBytes *issuer_dn)
{
  g_autoptr(GBytes) key = issuer_key(der_span(issuer_dn));
  return g_hash_table_lookup(data->by_issuer, key);
}

GBytes *
revocation_data_staple(const RevocationData *data, guint index)
{
  return g_hash_table_lookup(data->staples, GUINT_TO_POINTER(index));
}

GBytes *
revocation_data_crl_der(const RevocationData *data, guint index)
{
  return ((const Crl *)data->lists->pdata[index])->der;
}
