#include "config.h"

#include "core/bundle_order.h"

#include <string.h>
#include <sys/stat.h>

#include "core/bundle_renewed.h"
#include "trust/key_file.h"
#include "trust/lineage.h"
#include "util/file_set.h"
#include "util/safe_text.h"
#include "util/same_file.h"
#include "util/secret.h"
#include "util/shell_word.h"

#define SETTINGS_MAX (1024 * 1024) /* bytes of a configuration that is read */

/* --- the bundle ------------------------------------------------------------------------------- */

typedef struct {
  char *certificate, *chain, *key;
} Sources;

static Sources
sources_of(const BundleOrder *order)
{
  if (!order->lineage)
    return (Sources){g_strdup(order->certificate), g_strdup(order->chain), g_strdup(order->key)};
  const char *certbot = order->certbot_folder, *name = order->lineage;
  return (Sources){lineage_path(certbot, name, LINEAGE_CERT),
                   lineage_path(certbot, name, LINEAGE_CHAIN),
                   lineage_path(certbot, name, LINEAGE_KEY)};
}

static void
sources_clear(Sources *sources)
{
  g_free(sources->certificate);
  g_free(sources->chain);
  g_free(sources->key);
}

/* (transfer full): where the broker finds the files. */
static char *
broker_folder(const BundleOrder *order)
{
  return g_canonicalize_filename(order->path ? order->path : order->folder, NULL);
}

static void
add_open_folder(const BundleOrder *order, Bundle *bundle)
{
  g_autofree char *word = shell_word(order->folder);
  if (file_set_folder_is_open(order->folder))
    g_ptr_array_insert(bundle->steps, 0,
                       g_strdup_printf("Take away what every user of this machine may do, to write "
                                       "into %s and put other files in the place of these: chmod "
                                       "o-w %s",
                                       order->folder, word));
}

Bundle *
bundle_order_carry_out(const BundleOrder *order)
{
  g_autoptr(Anchors) known = anchors_load_system(NULL);
  g_autofree char *path = broker_folder(order);
  Sources sources = sources_of(order);
  const BundleRequest request = {.broker = order->broker,
                                 .certificate_path = sources.certificate,
                                 .chain_path = sources.chain,
                                 .key_path = sources.key,
                                 .password = order->password,
                                 .client_ca_path = order->client_ca,
                                 .client_path = order->client,
                                 .hostname = order->hostname,
                                 .store_password = order->store_password,
                                 .folder = path,
                                 .port = order->port,
                                 .bind = order->bind,
                                 .users = order->users,
                                 .users_path = order->users_path,
                                 .form = order->form,
                                 .known = known,
                                 .now = order->now};
  Bundle *bundle = bundle_new(&request);
  sources_clear(&sources);
  if (bundle->files)
    add_open_folder(order, bundle);
  return bundle;
}

/* --- its files -------------------------------------------------------------------------------- */

/* (transfer full): what is there under this name; NULL: nothing that can be read. */
static SecretString
read_text(const BundleOrder *order, const BundleFile *file, gsize *length)
{
  char *text = NULL;
  struct stat status;
  g_autofree char *path = g_build_filename(order->folder, file->name, NULL);
  if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= SETTINGS_MAX)
    g_file_get_contents(path, &text, length, NULL);
  return text;
}

static SecretString
read_settings(const BundleOrder *order, const BundleFile *file, gsize *length)
{
  return file->settings ? read_text(order, file, length) : NULL;
}

/* HiveMQ's names the password of the stores, which may be another one now. */
static gboolean
opens_stores(const BundleOrder *order, const BundleFile *file)
{
  if (!file->secret || !order->store_password)
    return TRUE;
  gsize length;
  secret_auto text = read_settings(order, file, &length);
  secret_auto escaped = g_markup_escape_text(order->store_password, -1);
  secret_auto element = g_strconcat("<password>", escaped, "</password>", NULL);
  return text && strstr(text, element);
}

static gboolean
stays(const BundleOrder *order, const BundleFile *file)
{
  g_autofree char *path = g_build_filename(order->folder, file->name, NULL);
  return order->keep_settings && file->settings && g_file_test(path, G_FILE_TEST_EXISTS) &&
         opens_stores(order, file);
}

static BundleKept *
kept_new(const BundleOrder *order, const BundleFile *file)
{
  BundleKept *kept = g_new0(BundleKept, 1);
  gsize length = 0, wanted_length;
  const void *wanted = g_bytes_get_data(file->bytes, &wanted_length);
  secret_auto text = read_settings(order, file, &length);
  kept->name = file->name;
  kept->different = !text || length != wanted_length || memcmp(text, wanted, length) != 0;
  return kept;
}

/* (transfer full): the settings of before with what is new in them; NULL: they are written anew. */
static SecretString
renewed_text(const BundleOrder *order, const BundleFile *file)
{
  if (!order->keep_settings || !file->carries)
    return NULL;
  gsize length;
  secret_auto old = read_text(order, file, &length);
  secret_auto fresh = g_strndup(g_bytes_get_data(file->bytes, NULL), g_bytes_get_size(file->bytes));
  return old ? bundle_renewed(old, fresh) : NULL;
}

GPtrArray *
bundle_order_kept(const BundleOrder *order, const Bundle *bundle)
{
  GPtrArray *kept = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; bundle->files && i < bundle->files->len; i++)
    if (stays(order, bundle->files->pdata[i]))
      g_ptr_array_add(kept, kept_new(order, bundle->files->pdata[i]));
  return kept;
}

static gboolean
is_anew(const BundleOrder *order, const BundleFile *file)
{
  g_autofree char *path = g_build_filename(order->folder, file->name, NULL);
  if (!order->keep_settings || !g_file_test(path, G_FILE_TEST_EXISTS))
    return FALSE;
  secret_auto renewed = renewed_text(order, file);
  return file->carries ? renewed == NULL : file->settings && !opens_stores(order, file);
}

GPtrArray *
bundle_order_anew(const BundleOrder *order, const Bundle *bundle)
{
  GPtrArray *anew = g_ptr_array_new();
  for (guint i = 0; bundle->files && i < bundle->files->len; i++) {
    BundleFile *file = bundle->files->pdata[i];
    if (is_anew(order, file))
      g_ptr_array_add(anew, (gpointer)file->name);
  }
  return anew;
}

/* What nobody can make again is not replaced, whatever was said; the key that comes out of an input
 * stands in key.pem then. */
static const char *
place_fault(const BundleOrder *order, const BundleFile *file, const char *path)
{
  if (lineage_is_link(path))
    return "is certbot's own link, without which it renews no more";
  if (file->secret || same_file(path, order->certificate) || same_file(path, order->key))
    return NULL;
  return key_file_holds_key(path) ? "holds a private key, which would be lost" : NULL;
}

static gboolean
check_places(const BundleOrder *order, const Bundle *bundle, GError **error)
{
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    g_autofree char *path = g_build_filename(order->folder, file->name, NULL);
    g_autofree char *safe = safe_text_string(path);
    const char *fault = place_fault(order, file, path);
    if (!fault)
      continue;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                "%s %s; nothing was written: choose another folder", safe, fault);
    return FALSE;
  }
  return TRUE;
}

gboolean
bundle_order_write(const BundleOrder *order, const Bundle *bundle, gboolean replace, GError **error)
{
  if (replace && !check_places(order, bundle, error))
    return FALSE;
  g_autoptr(FileSet) set = file_set_new(order->folder);
  file_set_set_owner(set, order->user, order->group);
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    if (stays(order, file))
      continue;
    gsize length;
    const void *bytes = g_bytes_get_data(file->bytes, &length);
    secret_auto renewed = renewed_text(order, file);
    if (renewed)
      file_set_add(set, file->name, renewed, bundle_file_mode(file));
    else
      file_set_add_bytes(set, file->name, bytes, length, bundle_file_mode(file));
  }
  if (file_set_write(set, replace, error))
    return TRUE;
  if (error && *error) {
    const char *remedy = file_set_remedy(*error);
    g_autofree char *cause = g_steal_pointer(&(*error)->message);
    (*error)->message = g_strdup_printf("%s; nothing was written%s%s", cause, remedy ? ": " : "",
                                        remedy ? remedy : "");
  }
  return FALSE;
}

/* A link is there even when what it points to is not. */
static gboolean
is_there(const char *folder, const char *name)
{
  struct stat st;
  g_autofree char *path = g_build_filename(folder, name, NULL);
  return lstat(path, &st) == 0;
}

GPtrArray *
bundle_order_existing(const BundleOrder *order, const Bundle *bundle)
{
  GPtrArray *existing = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; bundle->files && i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    if (is_there(order->folder, file->name))
      g_ptr_array_add(existing, g_strdup(file->name));
  }
  return existing;
}

/* All that any broker's bundle may hold, but for what has the name of a broker's own file. */
static const char *const names[] = {
    "body.pem", "chain.pem",     "cert.pem",      "key.pem",      "client-ca.pem",
    "form.txt", "listener.conf", "listener.json", "keystore.p12", "truststore.p12"};

static gboolean
is_written(const Bundle *bundle, const char *name)
{
  for (guint i = 0; i < bundle->files->len; i++)
    if (g_str_equal(((const BundleFile *)bundle->files->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* A file that the broker is told to read belongs to the broker, whoever wrote it. */
static gboolean
is_spoken_of(const BundleOrder *order, const Bundle *bundle, const char *name)
{
  for (guint i = 0; i < bundle->files->len; i++) {
    gsize length;
    secret_auto text = read_settings(order, bundle->files->pdata[i], &length);
    if (text && strstr(text, name))
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
bundle_order_left_over(const BundleOrder *order, const Bundle *bundle)
{
  GPtrArray *left_over = g_ptr_array_new();
  for (gsize i = 0; bundle->files && i < G_N_ELEMENTS(names); i++)
    if (!is_written(bundle, names[i]) && is_there(order->folder, names[i]) &&
        !is_spoken_of(order, bundle, names[i]))
      g_ptr_array_add(left_over, (gpointer)names[i]);
  return left_over;
}
