/* One line on a file for the connection editor: certificate_file_summary() of
 * trust/certificate_file.h. */
#include "config.h"

#include "trust/certificate_file.h"

#include "trust/anchors.h"
#include "trust/certificate_blocks.h"
#include "trust/date_text.h"
#include "trust/key_label.h"
#include "trust/private_key.h"

static char *
certificates_text(GPtrArray *certificates, gint64 now)
{
  Certificate *first = certificates->pdata[0];
  g_autofree char *validity =
      date_text_validity(certificate_not_before(first), certificate_not_after(first), now);
  g_autofree char *count = certificates->len == 1
                               ? g_strdup("1 certificate")
                               : g_strdup_printf("%u certificates", certificates->len);
  if (certificate_is_self_issued(first))
    return g_strdup_printf("%s: %s (%s), %s", count, certificate_subject_label(first),
                           certificate_is_self_signed(first) ? "self-signed" : "self-issued",
                           validity);
  return g_strdup_printf("%s: %s \u2190 %s, %s", count, certificate_subject_label(first),
                         certificate_issuer_label(first), validity);
}

static char *
certificate_summary(const char *path, FileSlot slot, gint64 now, GError **error)
{
  g_autoptr(FileContent) content = file_content_read(path, slot, error);
  if (!content)
    return NULL;
  g_autoptr(GPtrArray) certificates = certificate_blocks_parse(content, slot, error);
  return certificates ? certificates_text(certificates, now) : NULL;
}

/* Through Anchors, so that file and verdict never disagree on what a CA file is. */
static char *
anchors_summary(const char *path, gint64 now, GError **error)
{
  gboolean folder = g_file_test(path, G_FILE_TEST_IS_DIR);
  g_autoptr(Anchors) anchors =
      folder ? anchors_load_folder(path, error) : anchors_load_file(path, error);
  if (!anchors)
    return NULL;
  g_autofree char *text = certificates_text(anchors_certificates(anchors), now);
  return folder ? g_strconcat("folder, ", text, NULL) : g_steal_pointer(&text);
}

static char *
key_summary(const char *path, const char *password, GError **error)
{
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_KEY, error);
  if (!content)
    return NULL;
  gnutls_x509_privkey_t key = private_key_open(content, password, error);
  if (!key)
    return NULL;
  gnutls_pubkey_t public = private_key_public(key);
  g_autofree char *label = public ? key_label(public) : g_strdup("private");
  if (public)
    gnutls_pubkey_deinit(public);
  gnutls_x509_privkey_deinit(key);
  return g_strdup_printf("%s key, %s", label,
                         private_key_is_encrypted(content) ? "encrypted, the password opens it"
                                                           : "not encrypted");
}

char *
certificate_file_summary(const char *path, FileSlot slot, const char *password, gint64 now,
                         GError **error)
{
  switch (slot) {
  case FILE_SLOT_CA:
    return anchors_summary(path, now, error);
  case FILE_SLOT_KEY:
    return key_summary(path, password, error);
  case FILE_SLOT_CERTIFICATE:
  case FILE_SLOT_CRL:
  case FILE_SLOT_ANY:
    break;
  }
  return certificate_summary(path, FILE_SLOT_CERTIFICATE, now, error);
}
