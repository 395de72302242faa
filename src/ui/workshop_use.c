#include "config.h"

#include "ui/workshop_use.h"

#include "trust/certificate_fields.h"
#include "ui/path_complete.h"
#include "util/secret.h"

/* A renewed one may say that it is for servers alone. */
static gboolean
may_sign_clients(const Certificate *certificate)
{
  const char *const *purposes = certificate_extended_key_usage(certificate);
  return !purposes || g_strv_contains(purposes, "clientAuth") ||
         g_strv_contains(purposes, "anyExtendedKeyUsage");
}

static gboolean
is_authority(const PkiResult *result)
{
  return result->role == PKI_ROOT || result->role == PKI_INTERMEDIATE;
}

WorkshopUse
workshop_use(const PkiResult *result)
{
  if (!result->certificate || result->action == PKI_SIGN)
    return WORKSHOP_USE_NONE;
  if (is_authority(result))
    return may_sign_clients(result->certificate) ? WORKSHOP_USE_CLIENT_CA : WORKSHOP_USE_NONE;
  return result->role == PKI_SERVER ? WORKSHOP_USE_NONE : WORKSHOP_USE_IDENTITY;
}

const char *
workshop_use_reason(const PkiResult *result)
{
  if (!result->certificate)
    return "A request is no certificate yet: a connection uses what the CA sends back.";
  if (result->action == PKI_SIGN)
    return "Its key is with who asked for it, so a connection here cannot use it.";
  if (is_authority(result))
    return "This CA is for servers only: a broker has it for no client.";
  return "A server's certificate is for the broker, not for a connection to it.";
}

static char *
absolute(const char *path)
{
  return g_str_has_prefix(path, "pkcs11:") ? g_strdup(path) : path_expand(path);
}

static void
take_path(char **place, char *path)
{
  g_free(*place);
  *place = path;
}

static void
fill_identity(const WorkshopOrder *order, const PkiResult *result, Profile *profile)
{
  g_autofree char *certificate = workshop_order_file(order, ".pem");
  g_autofree char *key = workshop_order_file(order, ".key");
  gboolean in_one_file = profile->certificate_path && !profile->key_path;
  if (!result->key && in_one_file)
    profile->key_path = g_steal_pointer(&profile->certificate_path);
  take_path(&profile->certificate_path, absolute(certificate));
  if (!result->key)
    return;
  take_path(&profile->key_path, absolute(result->key_is_new ? key : order->order.key_path));
  secret_set(&profile->key_password, order->order.key_password);
}

void
workshop_use_fill(const WorkshopOrder *order, const PkiResult *result, Profile *profile)
{
  g_autofree char *file = workshop_order_file(order, ".pem");
  if (workshop_use(result) == WORKSHOP_USE_CLIENT_CA)
    take_path(&profile->broker_ca_path, absolute(file));
  else
    fill_identity(order, result, profile);
}
