/* A certificate for reading: certificate_describe() of trust/certificate.h.
 *
 * The fields are ours. Extensions are GnuTLS's text, each under its own heading and indented below
 * it: a line break that somebody put into a name can begin a line there, but never one that looks
 * like a field of the certificate. */
#include "config.h"

#include "trust/certificate.h"

#include <gnutls/abstract.h>
#include <gnutls/x509-ext.h>

#include "trust/certificate_fields.h"
#include "trust/certificate_signature.h"
#include "trust/date_text.h"
#include "trust/gnutls_bridge.h"
#include "util/safe_text.h"

#define EXTENSIONS_MAX 64
#define BYTES_A_LINE 24

static void
add_field(GString *out, const char *name, const char *value)
{
  g_string_append_printf(out, "%-14s %s\n", name, value && *value ? value : "(empty)");
}

static void
add_hexadecimal(GString *out, const char *name, const guint8 *bytes, gsize length)
{
  g_string_append_printf(out, "%s, %" G_GSIZE_FORMAT " bytes\n", name, length);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf(out, "%s%02x%s", i % BYTES_A_LINE == 0 ? "  " : ":", bytes[i],
                           i % BYTES_A_LINE == BYTES_A_LINE - 1 || i + 1 == length ? "\n" : "");
}

static void
add_fields(GString *out, const Certificate *certificate)
{
  const CertificateFields *fields = certificate_fields(certificate);
  g_autofree char *version = g_strdup_printf("%d", fields->version);
  g_autofree char *not_before = date_text_full(fields->not_before);
  g_autofree char *not_after = date_text_full(fields->not_after);
  add_field(out, "Subject", fields->subject);
  add_field(out, "Issuer", fields->issuer);
  add_field(out, "Valid from", not_before);
  add_field(out, "Valid until", not_after);
  add_field(out, "Serial number", fields->serial);
  add_field(out, "Version", version);
  add_field(out, "Key", fields->key_label);
  add_field(out, "Signed with", fields->signature_label);
  add_field(out, "SHA-256", certificate_sha256(certificate));
}

static void
add_sha1(GString *out, const Certificate *certificate)
{
  unsigned char digest[20];
  size_t size = sizeof digest;
  if (gnutls_x509_crt_get_fingerprint(certificate_gnutls(certificate), GNUTLS_DIG_SHA1, digest,
                                      &size) < 0)
    return;
  g_string_append_printf(out, "%-14s ", "SHA-1");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf(out, "%02x", digest[i]);
  g_string_append_c(out, '\n');
}

/* --- extensions ------------------------------------------------------------------------------- */

/* GnuTLS indents with tabs: one level of ours each. */
static void
add_indented(GString *out, const gnutls_datum_t *text)
{
  g_autoptr(GString) spaced = g_string_new(NULL);
  for (unsigned i = 0; i < text->size; i++)
    if (text->data[i] == '\t')
      g_string_append(spaced, "  ");
    else
      g_string_append_c(spaced, text->data[i]);
  g_autofree char *safe = safe_text_lines(spaced->str, spaced->len);
  g_auto(GStrv) lines = g_strsplit(safe, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    if (*lines[i])
      g_string_append_printf(out, "%s%s\n", g_str_has_prefix(lines[i], "  ") ? "" : "    ",
                             lines[i]);
}

static gboolean
add_extension(GString *out, gnutls_x509_crt_t crt, unsigned index)
{
  char oid[128];
  size_t oid_size = sizeof oid;
  unsigned critical = 0;
  if (gnutls_x509_crt_get_extension_info(crt, index, oid, &oid_size, &critical) < 0)
    return FALSE;
  gnutls_x509_ext_st extension = {.oid = oid, .critical = critical};
  gnutls_datum_t text = {NULL, 0};
  if (gnutls_x509_crt_get_extension_data2(crt, index, &extension.data) < 0)
    return FALSE;
  if (gnutls_x509_ext_print(&extension, 1, GNUTLS_CRT_PRINT_FULL, &text) >= 0)
    add_indented(out, &text);
  else
    g_string_append_printf(out, "  %s (%scritical), which cannot be shown\n", oid,
                           critical ? "" : "not ");
  gnutls_free(text.data);
  gnutls_free(extension.data.data);
  return TRUE;
}

static void
add_extensions(GString *out, gnutls_x509_crt_t crt)
{
  unsigned index = 0;
  g_string_append(out, "Extensions\n");
  while (index < EXTENSIONS_MAX && add_extension(out, crt, index))
    index++;
  if (index == 0)
    g_string_append(out, "  none\n");
  if (index == EXTENSIONS_MAX)
    g_string_append(out, "  ... and maybe more\n");
}

/* --- key and signature ------------------------------------------------------------------------ */

static void
add_public_key(GString *out, gnutls_x509_crt_t crt)
{
  gnutls_pubkey_t key;
  gnutls_datum_t der = {NULL, 0};
  if (gnutls_pubkey_init(&key) < 0)
    return;
  if (gnutls_pubkey_import_x509(key, crt, 0) >= 0 &&
      gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) >= 0) {
    add_hexadecimal(out, "Public key", der.data, der.size);
    gnutls_free(der.data);
  }
  gnutls_pubkey_deinit(key);
}

static void
add_signature(GString *out, gnutls_x509_crt_t crt)
{
  g_autoptr(GBytes) signature = certificate_signature_bytes(crt);
  if (signature)
    add_hexadecimal(out, "Signature", g_bytes_get_data(signature, NULL),
                    g_bytes_get_size(signature));
}

char *
certificate_describe(const Certificate *certificate)
{
  gnutls_x509_crt_t crt = certificate_gnutls(certificate);
  GString *out = g_string_new(NULL);
  add_fields(out, certificate);
  add_sha1(out, certificate);
  add_field(out, "Key SHA-256", certificate_key_id(certificate));
  g_string_append_c(out, '\n');
  add_extensions(out, crt);
  g_string_append_c(out, '\n');
  add_public_key(out, crt);
  add_signature(out, crt);
  return g_string_free(out, FALSE);
}
