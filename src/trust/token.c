#include "config.h"

#include "trust/token.h"

#include <gnutls/pkcs11.h>
#include <string.h>

#include "trust/inspection.h"
#include "trust/key_label.h"
#include "trust/trust_error.h"

gboolean
token_is_uri(const char *path)
{
  return g_str_has_prefix(path, "pkcs11:");
}

gboolean
token_is_present(const char *uri)
{
  unsigned flags; /* the only thing that GnuTLS asks the token itself for, and not the URI */
  return gnutls_pkcs11_token_get_flags(uri, &flags) >= 0;
}

/* --- certificates ----------------------------------------------------------------------------- */

GPtrArray *
token_certificates(const char *uri, const char *pin, GError **error)
{
  /* Certificates are public as a rule: a PIN that is wrong must not be counted for them. */
  g_autoptr(Inspection) inspection = inspection_read(uri, NULL, pin ? NULL : error);
  if (!inspection && pin)
    inspection = inspection_read(uri, pin, error);
  if (!inspection)
    return NULL;
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->certificate)
      g_ptr_array_add(certificates, certificate_ref(item->certificate));
  }
  if (certificates->len > 0)
    return g_steal_pointer(&certificates);
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_TOKEN,
              "%s names no certificate; name the object of the certificate (type=cert).",
              inspection->path);
  return NULL;
}

/* --- the key ---------------------------------------------------------------------------------- */

/* Once: a token locks itself after a few wrong ones. */
static int
give_pin(void *data, int attempt, const char *token_url, const char *token_label, unsigned flags,
         char *pin, size_t pin_max)
{
  const char *known = data;
  if (attempt > 0 || !known || strlen(known) >= pin_max)
    return GNUTLS_E_PKCS11_PIN_ERROR;
  g_strlcpy(pin, known, pin_max);
  return 0;
}

static gboolean
has_pin(const char *uri, const char *pin)
{
  return (pin && *pin) || strstr(uri, "pin-value=") || strstr(uri, "pin-source=");
}

static void
set_key_error(const char *uri, const char *pin, int result, GError **error)
{
  g_autofree char *label = inspection_label(uri);
  gboolean locked = result == GNUTLS_E_PKCS11_PIN_ERROR || result == GNUTLS_E_PKCS11_PIN_LOCKED ||
                    result == GNUTLS_E_PKCS11_PIN_EXPIRED;
  if (locked && !has_pin(uri, pin))
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_NEEDED,
                "%s is protected by a PIN; enter it as the password of the key.", label);
  else if (locked)
    g_set_error(
        error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG,
        "The PIN does not open %s (%s); enter the right one, for a token locks itself after "
        "a few wrong ones.",
        label, gnutls_strerror(result));
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_TOKEN,
                "No private key was found as %s (%s); check that the token is present and the URI "
                "names a private key on it (see p11tool --list-all).",
                label, gnutls_strerror(result));
}

/* (transfer full) */
static char *
key_uri(const char *uri)
{
  g_auto(GStrv) parts = g_strsplit(uri, "type=cert", 2);
  return g_strjoinv("type=private", parts);
}

gnutls_privkey_t
token_key(const char *uri, const char *pin, GError **error)
{
  gnutls_privkey_t key;
  g_autofree char *private = key_uri(uri);
  if (gnutls_privkey_init(&key) < 0)
    g_error("no memory for a private key");
  gnutls_privkey_set_pin_function(key, give_pin, (void *)pin);
  int result = gnutls_privkey_import_url(key, private, 0);
  if (result >= 0)
    return key;
  gnutls_privkey_deinit(key);
  set_key_error(uri, pin, result, error);
  return NULL;
}

char *
token_key_id(gnutls_privkey_t key)
{
  gnutls_pubkey_t public;
  char *id = NULL;
  if (gnutls_pubkey_init(&public) < 0)
    return NULL;
  if (gnutls_pubkey_import_privkey(public, key, 0, 0) >= 0)
    id = key_label_id(public);
  gnutls_pubkey_deinit(public);
  return id;
}
