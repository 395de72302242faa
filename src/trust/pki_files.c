#include "config.h"

#include "trust/pki_files.h"

#include <string.h>

#include "trust/file_content.h"
#include "trust/key_file.h"
#include "trust/key_store.h"
#include "trust/pki_key.h"
#include "trust/pki_private.h"
#include "util/file_set.h"
#include "util/safe_text.h"
#include "util/same_file.h"
#include "util/secret.h"
#include "util/shell_word.h"

#define NAME_MAX_BYTES 64

static void
file_free(PkiFile *file)
{
  g_free(file->path);
  g_free(file);
}

/* --- names ------------------------------------------------------------------------------------ */

char *
pki_files_name(const PkiResult *result)
{
  GString *name = g_string_new(NULL);
  for (const char *at = result->label; *at; at++) {
    gboolean plain = g_ascii_isalnum(*at) || *at == '.' || *at == '_';
    if (plain && (name->len > 0 || g_ascii_isalnum(*at)))
      g_string_append_c(name, g_ascii_tolower(*at));
    else if (name->len > 0 && name->str[name->len - 1] != '-')
      g_string_append_c(name, '-');
    if (name->len >= NAME_MAX_BYTES)
      break;
  }
  while (name->len > 0 && !g_ascii_isalnum(name->str[name->len - 1]))
    g_string_truncate(name, name->len - 1);
  if (name->len == 0)
    g_string_append(name, "certificate");
  return g_string_free(name, FALSE);
}

static gboolean
check_name(const char *name, GError **error)
{
  if (*name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
    return TRUE;
  return pki_fail(error, PKI_FIELD_OUTPUT,
                  "\"%s\" is not a file's name; give one without a /, and the folder apart.", name);
}

/* --- content ---------------------------------------------------------------------------------- */

/* A root does not belong behind a leaf, and does behind a CA, whose file others trust. */
static GPtrArray *
issuers_behind(const PkiResult *result)
{
  GPtrArray *issuers = certificate_list_new();
  for (guint i = 0; i < result->issuers->len; i++) {
    Certificate *issuer = result->issuers->pdata[i];
    if (pki_role_is_authority(result->role) || !certificate_is_self_signed(issuer))
      g_ptr_array_add(issuers, certificate_ref(issuer));
  }
  return issuers;
}

static char *
certificate_text(const PkiResult *result, const GPtrArray *issuers)
{
  g_autofree char *own = certificate_to_pem(result->certificate);
  GString *text = g_string_new(own);
  for (guint i = 0; i < issuers->len; i++) {
    g_autofree char *pem = certificate_to_pem(issuers->pdata[i]);
    g_string_append(text, pem);
  }
  return g_string_free(text, FALSE);
}

static char *
request_text(GBytes *request)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data(request, &length);
  g_autofree char *base64 = g_base64_encode(bytes, length);
  GString *text = g_string_new("-----BEGIN CERTIFICATE REQUEST-----\n");
  for (const char *at = base64; *at; at += MIN(strlen(at), 64))
    g_string_append_printf(text, "%.64s\n", at);
  g_string_append(text, "-----END CERTIFICATE REQUEST-----\n");
  return g_string_free(text, FALSE);
}

/* --- the set ---------------------------------------------------------------------------------- */

typedef struct {
  const PkiResult *result;
  const PkiFilesOrder *order;
  const char *name;
  FileSet *set;
  GPtrArray *files, *places; /* of PkiFile, and of char *: their paths, raw */
  GPtrArray *issuers;
} Work;

static PkiFile *
add(Work *work, PkiFileKind kind, const char *ending, const void *bytes, gsize length, int mode)
{
  g_autofree char *name = g_strconcat(work->name, ending, NULL);
  g_autofree char *path = strcmp(work->order->folder, ".") == 0
                              ? g_strdup(name)
                              : g_build_filename(work->order->folder, name, NULL);
  PkiFile *file = g_new0(PkiFile, 1);
  file->kind = kind;
  file->path = safe_text_string(path);
  g_ptr_array_add(work->places, g_build_filename(work->order->folder, name, NULL));
  file->mode = mode;
  g_ptr_array_add(work->files, file);
  file_set_add_bytes(work->set, name, bytes, length, mode);
  return file;
}

static void
add_certificate(Work *work)
{
  if (!work->result->certificate)
    return;
  g_autofree char *text = certificate_text(work->result, work->issuers);
  add(work, PKI_FILE_CERTIFICATE, ".pem", text, strlen(text), 0644)->issuers = work->issuers->len;
}

static void
add_request(Work *work)
{
  if (!work->result->request)
    return;
  g_autofree char *text = request_text(work->result->request);
  add(work, PKI_FILE_REQUEST, ".csr", text, strlen(text), 0644);
}

static gboolean
is_encrypted(const char *path)
{
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_ANY, NULL);
  return content && file_content_count(content, CONTENT_ENCRYPTED_KEY) > 0;
}

static gboolean
add_key(Work *work, GError **error)
{
  const char *password = work->order->key_password;
  if (!work->result->key || !work->result->key_is_new)
    return TRUE;
  secret_auto text = pki_key_pem(work->result->key, password, error);
  if (!text)
    return FALSE;
  PkiFile *file = add(work, PKI_FILE_KEY, ".key", text, strlen(text), 0600);
  file->encrypted = password != NULL;
  file->was_encrypted = is_encrypted(work->places->pdata[work->places->len - 1]);
  return TRUE;
}

/* (transfer full) */
static GBytes *
pkcs12_bytes(const Work *work, GError **error)
{
  const PkiResult *result = work->result;
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  g_autoptr(GError) cause = NULL;
  if (pki_key_is_on_token(result->key)) {
    pki_fail(error, PKI_FIELD_KEY,
             "The key is on a token, which it does not leave, so there can "
             "be no PKCS#12 file of it.");
    return NULL;
  }
  secret_auto key = pki_key_pem(result->key, NULL, error);
  if (!key)
    return NULL;
  g_ptr_array_add(certificates, certificate_ref(result->certificate));
  for (guint i = 0; i < work->issuers->len; i++)
    g_ptr_array_add(certificates, certificate_ref(work->issuers->pdata[i]));
  const KeyStore store = {.certificates = certificates,
                          .key_pem = key,
                          .name = certificate_subject_label(result->certificate),
                          .password = work->order->pkcs12_password};
  GBytes *bytes = key_store_write(&store, &cause);
  if (!bytes)
    pki_fail(error, PKI_FIELD_OUTPUT, "%s", cause->message);
  return bytes;
}

static gboolean
add_pkcs12(Work *work, GError **error)
{
  const PkiResult *result = work->result;
  if (!work->order->pkcs12)
    return TRUE;
  if (!result->certificate || !result->key)
    return pki_fail(error, PKI_FIELD_OUTPUT,
                    "A PKCS#12 file holds a certificate with its key, and %s; name the key.",
                    result->certificate ? "the key is not known here"
                                        : "there is no certificate yet");
  g_autoptr(GBytes) bytes = pkcs12_bytes(work, error);
  if (!bytes)
    return FALSE;
  gsize length;
  const void *data = g_bytes_get_data(bytes, &length);
  PkiFile *file = add(work, PKI_FILE_PKCS12, ".p12", data, length, 0600);
  file->encrypted = *work->order->pkcs12_password != '\0';
  file->issuers = work->issuers->len;
  return TRUE;
}

/* --- what must stay --------------------------------------------------------------------------- */

/* Who replaces files means those of before, and neither the CA that signs nor the only copy of a
 * key: nobody can make these again. */
static gboolean
check_place(const Work *work, const PkiFile *file, const char *place, GError **error)
{
  const GPtrArray *inputs = work->result->inputs;
  gboolean has_key = file->kind == PKI_FILE_KEY || file->kind == PKI_FILE_PKCS12;
  for (guint i = 0; i < inputs->len; i++)
    if (same_file(place, inputs->pdata[i]))
      return pki_fail(error, PKI_FIELD_OUTPUT,
                      "%s is a file of the CA or of the key that this is made with, and would be "
                      "lost; nothing was written: choose another name, or another folder.",
                      file->path);
  return has_key || !key_file_holds_key(place) ||
         pki_fail(error, PKI_FIELD_OUTPUT,
                  "%s holds a private key, too, which would be lost; nothing was written: choose "
                  "another name, or another folder.",
                  file->path);
}

static gboolean
check_places(const Work *work, GError **error)
{
  for (guint i = 0; i < work->files->len && work->order->replace; i++)
    if (!check_place(work, work->files->pdata[i], work->places->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* --- the whole -------------------------------------------------------------------------------- */

static gboolean
write_set(Work *work, GError **error)
{
  g_autoptr(GError) cause = NULL;
  if (file_set_write(work->set, work->order->replace, &cause))
    return TRUE;
  gboolean exists = g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  const char *remedy = file_set_remedy(cause);
  return pki_fail(error, exists ? PKI_FIELD_REPLACE : PKI_FIELD_OUTPUT,
                  "%s; nothing was written%s%s.", cause->message, remedy ? ": " : "",
                  remedy ? remedy : "");
}

/* A key that others can exchange is not this one's key for long. */
static void
note_open_folder(const PkiResult *result, const char *folder)
{
  g_autofree char *safe = safe_text_string(folder), *word = shell_word(safe);
  if (file_set_folder_is_open(folder))
    g_ptr_array_add(result->notes,
                    g_strdup_printf("Every user of this machine may write into %s, and so put "
                                    "other files in the place of these: chmod o-w %s takes that "
                                    "away.",
                                    safe, word));
}

GPtrArray *
pki_files_write(const PkiResult *result, const PkiFilesOrder *order, GError **error)
{
  g_autofree char *name = order->name ? g_strdup(order->name) : pki_files_name(result);
  g_autoptr(FileSet) set = file_set_new(order->folder);
  g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)file_free);
  g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) issuers = issuers_behind(result);
  Work work = {result, order, name, set, files, places, issuers};
  if (!check_name(name, error))
    return NULL;
  add_certificate(&work);
  add_request(&work);
  if (!add_key(&work, error) || !add_pkcs12(&work, error) || !check_places(&work, error) ||
      !write_set(&work, error))
    return NULL;
  note_open_folder(result, order->folder);
  return g_steal_pointer(&files);
}
