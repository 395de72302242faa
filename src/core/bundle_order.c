#include "config.h"

#include "core/bundle_order.h"

#include <sys/stat.h>

#include "trust/lineage.h"
#include "util/file_set.h"

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
  return bundle;
}

/* --- its files -------------------------------------------------------------------------------- */

gboolean
bundle_order_write(const BundleOrder *order, const Bundle *bundle, gboolean replace, GError **error)
{
  g_autoptr(FileSet) set = file_set_new(order->folder);
  file_set_set_owner(set, order->user, order->group);
  for (guint i = 0; i < bundle->files->len; i++) {
    const BundleFile *file = bundle->files->pdata[i];
    gsize length;
    const void *bytes = g_bytes_get_data(file->bytes, &length);
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

GPtrArray *
bundle_order_left_over(const BundleOrder *order, const Bundle *bundle)
{
  GPtrArray *left_over = g_ptr_array_new();
  for (gsize i = 0; bundle->files && i < G_N_ELEMENTS(names); i++)
    if (!is_written(bundle, names[i]) && is_there(order->folder, names[i]))
      g_ptr_array_add(left_over, (gpointer)names[i]);
  return left_over;
}
