/* Extensions that must be understood, on every certificate, however many there are and however
 * they are written. */
#include "config.h"

#include <string.h>

#include "trust/certificate_extensions.h"
#include "trust/certificate_fields.h"
#include "unit/der_writer.h"
#include "unit/verify_bench.h"

#define EXTENSIONS_TAG 0xa3

static void
add_crowd(gnutls_x509_crt_t crt)
{
  for (guint i = 0; i < 100; i++) {
    g_autofree char *oid = g_strdup_printf("1.3.6.1.4.1.55555.2.%u", i);
    g_assert_cmpint(gnutls_x509_crt_set_extension_by_oid(crt, oid, "\x05\x00", 2, i == 99), >=, 0);
  }
}

static void
test_last_of_many(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.tweak = add_crowd;
  bench_judge_leaf(bench, &leaf);
  Finding *finding = assert_refused(bench->verdict, "critical-extension-unknown",
                                    FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "1.3.6.1.4.1.55555.2.99"));
}

/* The same element, its length in one octet more than it needs. */
static GBytes *
lengthened(DerElement element)
{
  g_autoptr(GByteArray) out = g_byte_array_new();
  guint8 header[3] = {element.tag, 0x81, (guint8)element.content.length};
  g_assert_cmpuint(element.content.length, <, 0x80);
  g_byte_array_append(out, header, sizeof header);
  g_byte_array_append(out, element.content.bytes, element.content.length);
  return g_bytes_new(out->data, out->len);
}

static GBytes *
copied(DerElement element)
{
  return g_bytes_new(element.whole.bytes, element.whole.length);
}

/* The extensions with the last one written as BER. */
static GBytes *
rewrite_extensions(DerSpan list)
{
  g_autoptr(GByteArray) out = g_byte_array_new();
  DerElement extension;
  while (der_next(&list, &extension)) {
    g_autoptr(GBytes) one = list.length == 0 ? lengthened(extension) : copied(extension);
    g_byte_array_append(out, g_bytes_get_data(one, NULL), g_bytes_get_size(one));
  }
  return der_element(EXTENSIONS_TAG, der_bytes(0x30, out->data, out->len), NULL);
}

/* Its signature is no longer right, which nobody asks of a certificate that is pinned. */
static Certificate *
rewrite(const Certificate *certificate)
{
  DerSpan outer;
  DerElement part, signed_part;
  g_autoptr(GByteArray) inner = g_byte_array_new();
  g_assert_true(der_unwrap(der_span(certificate_der(certificate)), 0x30, &outer));
  g_assert_true(der_next(&outer, &signed_part));
  while (der_next(&signed_part.content, &part)) {
    g_autoptr(GBytes) one = part.tag == EXTENSIONS_TAG
                                ? rewrite_extensions(certificate_extensions(certificate))
                                : copied(part);
    g_byte_array_append(inner, g_bytes_get_data(one, NULL), g_bytes_get_size(one));
  }
  g_autoptr(GBytes) whole = der_element(0x30, der_bytes(0x30, inner->data, inner->len),
                                        g_bytes_new(outer.bytes, outer.length), NULL);
  GError *error = NULL;
  Certificate *rewritten =
      certificate_new_from_der(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole), &error);
  g_assert_no_error(error);
  return rewritten;
}

static void
test_not_der(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  leaf.no_key_ids = TRUE;
  g_autoptr(Forged) pinned = forge(&leaf, NULL);
  g_autoptr(Certificate) rewritten = rewrite(pinned->certificate);
  g_assert_true(certificate_extensions_whole(pinned->certificate));
  g_assert_false(certificate_extensions_whole(rewritten));
  g_ptr_array_add(bench->sent, certificate_ref(rewritten));
  g_ptr_array_add(bench->trusted, certificate_ref(rewritten));
  Finding *finding = assert_found(bench_judge(bench), "certificate-malformed", FINDING_ERROR,
                                  FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->message, ==,
                  "The extensions of \"broker\" in the broker's chain are not DER and cannot be "
                  "read to their end.");
  g_assert_false(bench->verdict->accepted);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("extensions/", last_of_many);
  BENCH_TEST("extensions/", not_der);
  return g_test_run();
}
