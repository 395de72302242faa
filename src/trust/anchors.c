#include "config.h"

#include "trust/anchors.h"

#include <pthread.h>
#include <sys/stat.h>

#include "trust/certificate_blocks.h"
#include "trust/gnutls_bridge.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

struct Anchors {
  gatomicrefcount references;
  GPtrArray *certificates;
  gnutls_x509_trust_list_t list;
  char *label, *path; /* safe text; path NULL: the system's */
  GPtrArray *parts;   /* of Anchors, that it was joined of; NULL: of none */
};

static gpointer
share_certificate(gconstpointer certificate, gpointer unused)
{
  return certificate_ref((gpointer)certificate);
}

/* Takes `certificates`, and `label` and `path`, which must be safe. */
static Anchors *
anchors_new(GPtrArray *certificates, char *label, char *path)
{
  Anchors *anchors = g_new0(Anchors, 1);
  g_atomic_ref_count_init(&anchors->references);
  anchors->certificates = certificates;
  anchors->label = label;
  anchors->path = path;
  if (gnutls_x509_trust_list_init(&anchors->list, 0) < 0)
    g_error("no memory for a trust list");
  for (guint i = 0; i < certificates->len; i++) {
    gnutls_x509_crt_t crt = certificate_gnutls(certificates->pdata[i]);
    /* No flags: NO_DUPLICATE_KEY would hide one of a cross-signed and a self-signed copy. */
    gnutls_x509_trust_list_add_cas(anchors->list, &crt, 1, 0);
  }
  return anchors;
}

Anchors *
anchors_from_list(const GPtrArray *certificates, const char *path)
{
  g_autoptr(GPtrArray) copy = certificate_list_new();
  for (guint i = 0; i < certificates->len; i++)
    g_ptr_array_add(copy, certificate_ref(certificates->pdata[i]));
  return anchors_new(g_steal_pointer(&copy), g_path_get_basename(path), g_strdup(path));
}

/* --- from a file ------------------------------------------------------------------------------ */

/* A recognised other kind stays a wrong kind; what cannot be recognised is no anchor. */
static void
set_no_anchor(const FileContent *content, GError **error)
{
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_NO_ANCHOR,
              "No certificate could be read from CA file %s, so nothing would be trusted; give "
              "the file of the CA certificate.",
              content->label);
}

Anchors *
anchors_load_file(const char *path, GError **error)
{
  g_autoptr(FileContent) content = file_content_read(path, FILE_SLOT_CA, error);
  if (!content)
    return NULL;
  if (content->blocks->len == 0) {
    set_no_anchor(content, error);
    return NULL;
  }
  GPtrArray *certificates = certificate_blocks_parse(content, FILE_SLOT_CA, error);
  if (!certificates)
    return NULL;
  g_autofree char *name = g_path_get_basename(path);
  return anchors_new(certificates, safe_text_string(name), g_strdup(content->label));
}

/* --- from a folder ---------------------------------------------------------------------------- */

static void
append_new(GPtrArray *to, GHashTable *seen, GPtrArray *from)
{
  for (guint i = 0; i < from->len && to->len < CERTIFICATE_FILE_COUNT_MAX; i++) {
    Certificate *certificate = from->pdata[i];
    const char *fingerprint = certificate_sha256(certificate);
    /* Not g_hash_table_add() alone: it puts the copy's key, which dies with it, in the old one's
     * place. */
    if (g_hash_table_contains(seen, fingerprint))
      continue;
    g_hash_table_add(seen, (gpointer)fingerprint);
    g_ptr_array_add(to, certificate_ref(certificate));
  }
}

static GPtrArray *
sorted_names(const char *path, GError **error)
{
  g_autoptr(GError) cause = NULL;
  g_autoptr(GDir) folder = g_dir_open(path, 0, &cause);
  if (!folder) {
    g_autofree char *safe = safe_text_string(path);
    gboolean missing = g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT);
    g_set_error(error, TRUST_ERROR,
                missing ? TRUST_ERROR_FILE_MISSING : TRUST_ERROR_FILE_UNREADABLE,
                missing ? "CA folder %s does not exist; correct the path."
                        : "CA folder %s cannot be read; give this user read access to a folder.",
                safe);
    return NULL;
  }
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name = g_dir_read_name(folder); name; name = g_dir_read_name(folder))
    g_ptr_array_add(names, g_strdup(name));
  return names;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A folder made for OpenSSL holds every certificate twice, by name and by hash: once is enough. */
Anchors *
anchors_load_folder(const char *path, GError **error)
{
  g_autoptr(GPtrArray) names = sorted_names(path, error);
  if (!names)
    return NULL;
  g_ptr_array_sort(names, compare_names);
  g_autoptr(GPtrArray) all = certificate_list_new();
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *file = g_build_filename(path, names->pdata[i], NULL);
    g_autoptr(GPtrArray) certificates = certificate_file_read(file, NULL);
    if (certificates)
      append_new(all, seen, certificates);
  }
  g_autofree char *safe = safe_text_string(path);
  if (all->len == 0) {
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_NO_ANCHOR,
                "No file in CA folder %s holds a certificate, so nothing would be trusted; give "
                "the folder of the CA certificates.",
                safe);
    return NULL;
  }
  g_autofree char *name = g_path_get_basename(path);
  return anchors_new(g_steal_pointer(&all), safe_text_string(name), g_steal_pointer(&safe));
}

/* --- from the system -------------------------------------------------------------------------- */

static Certificate *
copy_certificate(gnutls_x509_crt_t crt)
{
  gnutls_datum_t der = {NULL, 0};
  if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der) < 0)
    return NULL;
  Certificate *certificate = certificate_new_from_der(der.data, der.size, NULL);
  gnutls_free(der.data);
  return certificate;
}

static GPtrArray *
system_certificates(void)
{
  GPtrArray *certificates = certificate_list_new();
  gnutls_x509_trust_list_t list;
  if (gnutls_x509_trust_list_init(&list, 0) < 0)
    return certificates;
  gnutls_x509_trust_list_add_system_trust(list, 0, 0);
  gnutls_x509_trust_list_iter_t next = NULL;
  gnutls_x509_crt_t crt;
  while (gnutls_x509_trust_list_iter_get_ca(list, &next, &crt) >= 0) {
    Certificate *certificate = copy_certificate(crt);
    if (certificate)
      g_ptr_array_add(certificates, certificate);
    gnutls_x509_crt_deinit(crt);
  }
  gnutls_x509_trust_list_iter_deinit(next);
  gnutls_x509_trust_list_deinit(list, 1);
  return certificates;
}

/* Many connections that begin at once share one: it takes some 30 ms to read. */
#define STORE_SHARED_US (10 * G_USEC_PER_SEC)

/* Of the places where distributions keep it: whoever has just added a CA tries again at once. */
static guint64
store_stamp(void)
{
  static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem",
                                       "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
                                       "/etc/ssl/certs"};
  guint64 stamp = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
    struct stat status;
    if (stat(places[i], &status) != 0)
      continue;
    stamp = stamp * 31 + (guint64)status.st_mtim.tv_sec;
    stamp = stamp * 31 + (guint64)status.st_mtim.tv_nsec;
    stamp = stamp * 31 + (guint64)status.st_ino;
  }
  return stamp;
}

/* Under the lock of load_store(). */
static Anchors *
read_store(void)
{
  static Anchors *store;
  static gint64 loaded_us;
  static guint64 loaded_stamp;
  guint64 stamp = store_stamp();
  if (store && stamp == loaded_stamp && g_get_monotonic_time() - loaded_us < STORE_SHARED_US)
    return anchors_ref(store);
  loaded_stamp = stamp;
  g_clear_pointer(&store, anchors_unref);
  g_autoptr(GPtrArray) certificates = system_certificates();
  if (certificates->len == 0)
    return NULL;
  store = anchors_new(g_steal_pointer(&certificates), g_strdup("system trust store"), NULL);
  loaded_us = g_get_monotonic_time();
  return anchors_ref(store);
}

/* A POSIX lock: ThreadSanitizer cannot see GLib's own. */
static Anchors *
load_store(void)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  Anchors *store = read_store();
  pthread_mutex_unlock(&lock);
  return store;
}

Anchors *
anchors_load_system(GError **error)
{
  Anchors *store = load_store();
  if (store)
    return store;
  g_set_error_literal(error, TRUST_ERROR, TRUST_ERROR_NO_ANCHOR,
                      "This system's trust store holds no certificate, so nothing would be "
                      "trusted; install its CA certificates (Debian: ca-certificates) or give a "
                      "CA file.");
  return NULL;
}

/* --- joined ----------------------------------------------------------------------------------- */

Anchors *
anchors_join(Anchors *const *parts, gsize count)
{
  g_assert(count > 0);
  if (count == 1)
    return anchors_ref(parts[0]);
  g_autoptr(GString) label = g_string_new(NULL);
  GPtrArray *certificates = certificate_list_new();
  GPtrArray *owned = g_ptr_array_new_with_free_func((GDestroyNotify)anchors_unref);
  for (gsize i = 0; i < count; i++) {
    g_string_append_printf(label, "%s%s", i > 0 ? ", " : "", parts[i]->label);
    g_ptr_array_extend(certificates, parts[i]->certificates, share_certificate, NULL);
    g_ptr_array_add(owned, anchors_ref(parts[i]));
  }
  Anchors *anchors = anchors_new(certificates, g_strdup(label->str), NULL);
  anchors->parts = owned;
  return anchors;
}

guint
anchors_parts(const Anchors *anchors)
{
  return anchors->parts ? anchors->parts->len : 1;
}

const char *
anchors_origin(const Anchors *anchors, guint position, guint *index)
{
  for (guint i = 0; anchors->parts && i < anchors->parts->len; i++) {
    const Anchors *part = anchors->parts->pdata[i];
    if (position < part->certificates->len)
      return anchors_origin(part, position, index);
    position -= part->certificates->len;
  }
  if (index)
    *index = position;
  return anchors->path;
}

/* --- life and looking ------------------------------------------------------------------------- */

Anchors *
anchors_ref(Anchors *anchors)
{
  g_atomic_ref_count_inc(&anchors->references);
  return anchors;
}

void
anchors_unref(Anchors *anchors)
{
  if (!g_atomic_ref_count_dec(&anchors->references))
    return;
  gnutls_x509_trust_list_deinit(anchors->list, 0); /* the certificates are ours */
  g_ptr_array_unref(anchors->certificates);
  g_free(anchors->label);
  g_free(anchors->path);
  if (anchors->parts)
    g_ptr_array_unref(anchors->parts);
  g_free(anchors);
}

GPtrArray *
anchors_certificates(const Anchors *anchors)
{
  return anchors->certificates;
}

const char *
anchors_label(const Anchors *anchors)
{
  return anchors->label;
}

const char *
anchors_path(const Anchors *anchors)
{
  return anchors->path;
}

gnutls_x509_trust_list_t
anchors_gnutls(const Anchors *anchors)
{
  return anchors->list;
}
