#include "config.h"

#include "core/bundle_hook.h"

#include <string.h>

#include "trust/lineage.h"
#include "util/shell_word.h"

/* --- words of a command ----------------------------------------------------------------------- */

static void
add(GString *command, const char *option, const char *value)
{
  g_autofree char *quoted = value ? shell_word(value) : NULL;
  if (value)
    g_string_append_printf(command, " %s %s", option, quoted);
}

/* certbot runs its hook wherever it was started. */
static void
add_path(GString *command, const char *option, const char *path)
{
  g_autofree char *absolute = path ? g_canonicalize_filename(path, NULL) : NULL;
  add(command, option, absolute);
}

static void
add_users(GString *command, const BundleOrder *order)
{
  static const char *const words[] = {
      [BUNDLE_USERS_CERTIFICATE] = "certificate", [BUNDLE_USERS_ANONYMOUS] = "anonymous"};
  if (order->users == BUNDLE_USERS_FILE)
    add(command, "--users", order->users_path);
  else if (order->users != BUNDLE_USERS_UNSAID)
    add(command, "--users", words[order->users]);
}

/* --- the hook --------------------------------------------------------------------------------- */

/* What has this broker read its files again; NULL: it does so by itself, or nothing does. */
static const char *
reload_command(BundleBroker broker)
{
  return broker == BUNDLE_MOSQUITTO ? "systemctl reload mosquitto"
         : broker == BUNDLE_NANOMQ  ? "systemctl restart nanomq"
                                    : NULL;
}

char *
bundle_hook_password_file(const BundleOrder *order)
{
  if (order->broker != BUNDLE_HIVEMQ)
    return NULL;
  g_autofree char *folder = g_canonicalize_filename(order->folder, NULL);
  return g_build_filename(folder, "store-password", NULL);
}

char *
bundle_hook_alone(const BundleOrder *order)
{
  if (!order->lineage)
    return NULL;
  GString *hook = g_string_new("mqtrust bundle --deploy-hook");
  g_autofree char *port = g_strdup_printf("%u", order->port);
  g_autofree char *password_file = bundle_hook_password_file(order);
  add(hook, "--for", bundle_broker_word(order->broker));
  add_path(hook, "--client-ca", order->client_ca);
  add(hook, "--hostname", order->hostname);
  if (order->broker != BUNDLE_EMQX_CLOUD)
    add(hook, "--port", port);
  add_users(hook, order);
  add(hook, "--bind", order->bind);
  add(hook, "--path", order->path);
  add(hook, "--owner", order->owner);
  add(hook, "--store-password-file", password_file);
  add_path(hook, "-o", order->folder);
  add(hook, "--reload", reload_command(order->broker));
  return g_string_free(hook, FALSE);
}

/* --- certbot ---------------------------------------------------------------------------------- */

/* (transfer full): certbot's folder of a path CERTBOT/live/NAME; NULL: it is none. */
static char *
certbot_of(const char *live)
{
  g_autofree char *above = g_path_get_dirname(live);
  g_autofree char *base = g_path_get_basename(above);
  return g_str_equal(base, "live") ? g_path_get_dirname(above) : NULL;
}

char *
bundle_hook_command(const BundleOrder *order)
{
  g_autofree char *hook = bundle_hook_alone(order);
  if (!hook)
    return NULL;
  g_autofree char *first = lineage_path(order->certbot_folder, order->lineage, LINEAGE_CERT);
  g_autofree char *absolute = g_canonicalize_filename(first, NULL);
  g_autofree char *live = g_path_get_dirname(absolute);
  g_autofree char *certbot = certbot_of(live);
  g_autofree char *name = g_path_get_basename(live);
  g_autofree char *quoted = g_shell_quote(hook);
  GString *command = g_string_new("certbot renew");
  if (certbot && !g_str_equal(certbot, LINEAGE_CERTBOT_FOLDER))
    add(command, "--config-dir", certbot);
  add(command, "--cert-name", name);
  g_string_append_printf(command, " --force-renewal --deploy-hook %s", quoted);
  return g_string_free(command, FALSE);
}
