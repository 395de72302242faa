/* Any bytes as a certificate request that a CA of ours is to sign, its names copied, once as they
 * are and once as what a request says of itself, signed as it has to be (who asks may say
 * anything): it is refused with one safe sentence, or what comes out is a good certificate that is
 * no CA. */
#include "config.h"

#include <string.h>

#include "fuzz/memory_file.h"
#include "trust/der_build.h"
#include "trust/pki_key.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */
#define DAY G_GINT64_CONSTANT(86400)

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_line(const char *line)
{
  check(g_utf8_validate(line, -1, NULL));
  for (const char *at = line; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

/* Certificate and key in one file, which stays open. */
static const char *
ca_path(void)
{
  static MemoryFile file;
  if (*file.path)
    return file.path;
  const PkiTemplate template = {.role = PKI_ROOT,
                                .key_type = PKI_KEY_ECDSA_P256,
                                .common_name = "CA",
                                .not_before = NOW - DAY,
                                .not_after = NOW + 1000 * DAY,
                                .path_length = -1};
  g_autoptr(PkiPair) pair = pki_issue(&template, NULL, NULL);
  g_autofree char *pem = certificate_to_pem(pki_pair_certificate(pair));
  g_autofree char *key = pki_pair_key_pem(pair, NULL, NULL);
  g_autofree char *both = g_strconcat(pem, key, NULL);
  memory_file_open(&file, both, strlen(both));
  return file.path;
}

static void
check_result(const PkiResult *result)
{
  check(result->certificate && !certificate_is_ca(result->certificate));
  check(result->verdict && result->verdict->accepted);
  check(!result->key_is_new);
  check_line(result->subject);
  check_line(result->label);
  for (char **name = result->names; *name; name++)
    check_line(*name);
  for (guint i = 0; i < result->notes->len; i++)
    check_line(result->notes->pdata[i]);
}

static PkiKey *
own_key(void)
{
  static PkiKey *key;
  if (!key)
    key = pki_key_generate(PKI_KEY_ECDSA_P256, NULL);
  return key;
}

/* (transfer full): CertificationRequestInfo (RFC 2986, 4.1) with our key and, for the rest, these
 * bytes: the name as long as the first byte says, then the attributes. */
static GBytes *
signed_request(const guint8 *data, gsize size)
{
  GByteArray *info = g_byte_array_new(), *request = g_byte_array_new();
  gsize name = size > 0 ? MIN((gsize)data[0], size - 1) : 0;
  der_build_number(info, 0);
  if (size > 0)
    g_byte_array_append(info, data + 1, (guint)name);
  der_build_raw(info, pki_key_public(own_key()));
  if (size > 0)
    g_byte_array_append(info, data + 1 + name, (guint)(size - 1 - name));
  g_autoptr(GByteArray) whole = g_byte_array_new();
  der_build_from(whole, DER_SEQUENCE, info);
  g_autoptr(GBytes) signature = pki_key_sign(own_key(), whole, NULL);
  g_byte_array_append(request, whole->data, whole->len);
  pki_key_append_algorithm(own_key(), request);
  gsize length;
  const void *bits = g_bytes_get_data(signature, &length);
  der_build_bits(request, bits, length);
  GByteArray *out = g_byte_array_new();
  der_build_from(out, DER_SEQUENCE, request);
  return g_byte_array_free_to_bytes(out);
}

static void
try_request(const guint8 *data, gsize size)
{
  MemoryFile file;
  g_autoptr(GError) error = NULL;
  memory_file_open(&file, data, size);
  const PkiOrder order = {.action = PKI_SIGN,
                          .has_role = TRUE,
                          .role = PKI_CLIENT,
                          .copy_names = TRUE,
                          .ca_path = ca_path(),
                          .input_path = file.path,
                          .path_length = -1,
                          .now = NOW};
  g_autoptr(PkiResult) result = pki_carry_out(&order, &error);
  memory_file_close(&file);
  check((result != NULL) == (error == NULL));
  if (result)
    check_result(result);
  else
    check_line(error->message);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  g_autoptr(GBytes) signed_bytes = signed_request(data, size);
  gsize length;
  const guint8 *bytes = g_bytes_get_data(signed_bytes, &length);
  try_request(data, size);
  try_request(bytes, length);
  return 0;
}
