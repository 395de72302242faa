/* PFX (RFC 7292, 4) with one certificate bag for each trusted certificate.
 *
 * Java takes a certificate without a key for a trusted one only when its bag has an attribute of
 * Oracle's (2.16.840.1.113894.746875.1.1); without it the store is empty to Java, without a word.
 * GnuTLS cannot write such an attribute, so the DER is written here, from the inside out. */
#include "config.h"

#include "trust/key_store_trusted.h"

#include "trust/certificate.h"

#define TAG_OCTETS 0x04
#define TAG_BMP_STRING 0x1e
#define TAG_SEQUENCE 0x30
#define TAG_SET 0x31
#define TAG_CONTEXT_0 0xa0

/* Each a whole element: tag, length, content. */
static const guint8 version_3[] = {0x02, 0x01, 0x03};
static const guint8 oid_data[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
static const guint8 oid_certificate_bag[] = {0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                             0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x03};
static const guint8 oid_x509[] = {0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86,
                                  0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01};
static const guint8 oid_friendly_name[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                           0xf7, 0x0d, 0x01, 0x09, 0x14};
static const guint8 oid_trusted[] = {0x06, 0x0c, 0x60, 0x86, 0x48, 0x01, 0x86,
                                     0xf9, 0x66, 0xad, 0xca, 0x7b, 0x01, 0x01};
static const guint8 oid_any_usage[] = {0x06, 0x04, 0x55, 0x1d, 0x25, 0x00};
/* MacData (RFC 7292, 4) with nothing in it: GnuTLS fills one that is there, and makes none. */
static const guint8 empty_mac[] = {0x30, 0x18, 0x30, 0x11, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                   0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
                                   0x00, 0x04, 0x00, 0x04, 0x00, 0x02, 0x01, 0x01};

/* --- elements --------------------------------------------------------------------------------- */

static void
append_length(GByteArray *out, gsize length)
{
  guint8 octets[sizeof length];
  guint8 count = 0;
  for (gsize rest = length; rest > 0; rest >>= 8)
    octets[count++] = (guint8)rest;
  guint8 first = length < 0x80 ? (guint8)length : 0x80 | count;
  g_byte_array_append(out, &first, 1);
  while (length >= 0x80 && count > 0)
    g_byte_array_append(out, &octets[--count], 1);
}

static void
append_element(GByteArray *out, guint8 tag, const void *content, gsize length)
{
  g_byte_array_append(out, &tag, 1);
  append_length(out, length);
  g_byte_array_append(out, content, (guint)length);
}

/* Puts what has been written so far into an element of this tag. */
static void
wrap(GByteArray **content, guint8 tag)
{
  GByteArray *outer = g_byte_array_new();
  append_element(outer, tag, (*content)->data, (*content)->len);
  g_byte_array_unref(*content);
  *content = outer;
}

static void
append_all(GByteArray *out, GByteArray *content)
{
  g_byte_array_append(out, content->data, content->len);
  g_byte_array_unref(content);
}

#define APPEND(out, bytes) g_byte_array_append((out), (bytes), sizeof(bytes))

/* SEQUENCE { data, [0] { OCTET STRING { content } } } */
static void
wrap_as_data(GByteArray **content)
{
  wrap(content, TAG_OCTETS);
  wrap(content, TAG_CONTEXT_0);
  g_byte_array_prepend(*content, oid_data, sizeof oid_data);
  wrap(content, TAG_SEQUENCE);
}

/* --- a bag ------------------------------------------------------------------------------------ */

static GByteArray *
certificate_bag(const Certificate *certificate)
{
  GByteArray *bag = g_byte_array_new();
  gsize length;
  const void *der = g_bytes_get_data(certificate_der(certificate), &length);
  append_element(bag, TAG_OCTETS, der, length);
  wrap(&bag, TAG_CONTEXT_0);
  g_byte_array_prepend(bag, oid_x509, sizeof oid_x509);
  wrap(&bag, TAG_SEQUENCE);
  wrap(&bag, TAG_CONTEXT_0);
  return bag;
}

/* "ca-1": Java keeps its entries by name. */
static GByteArray *
friendly_name(guint number)
{
  g_autofree char *name = g_strdup_printf("ca-%u", number);
  GByteArray *out = g_byte_array_new();
  for (const char *at = name; *at; at++) {
    const guint8 unit[] = {0, (guint8)*at};
    g_byte_array_append(out, unit, sizeof unit);
  }
  wrap(&out, TAG_BMP_STRING);
  wrap(&out, TAG_SET);
  g_byte_array_prepend(out, oid_friendly_name, sizeof oid_friendly_name);
  wrap(&out, TAG_SEQUENCE);
  return out;
}

static GByteArray *
trusted_mark(void)
{
  GByteArray *out = g_byte_array_new();
  APPEND(out, oid_any_usage);
  wrap(&out, TAG_SET);
  g_byte_array_prepend(out, oid_trusted, sizeof oid_trusted);
  wrap(&out, TAG_SEQUENCE);
  return out;
}

/* The members of a SET stand in the order of their bytes (X.690, 11.6): the mark is the shorter
 * one, whatever the number in the name. */
static GByteArray *
safe_bag(const Certificate *certificate, guint number)
{
  GByteArray *attributes = g_byte_array_new();
  append_all(attributes, trusted_mark());
  append_all(attributes, friendly_name(number));
  wrap(&attributes, TAG_SET);
  GByteArray *bag = g_byte_array_new();
  APPEND(bag, oid_certificate_bag);
  append_all(bag, certificate_bag(certificate));
  append_all(bag, attributes);
  wrap(&bag, TAG_SEQUENCE);
  return bag;
}

/* --- the whole -------------------------------------------------------------------------------- */

GBytes *
key_store_trusted(const GPtrArray *certificates)
{
  GByteArray *content = g_byte_array_new();
  for (guint i = 0; i < certificates->len; i++)
    append_all(content, safe_bag(certificates->pdata[i], i + 1));
  wrap(&content, TAG_SEQUENCE); /* SafeContents */
  wrap_as_data(&content);
  wrap(&content, TAG_SEQUENCE); /* AuthenticatedSafe */
  wrap_as_data(&content);
  g_byte_array_prepend(content, version_3, sizeof version_3);
  APPEND(content, empty_mac);
  wrap(&content, TAG_SEQUENCE);
  return g_byte_array_free_to_bytes(content);
}
