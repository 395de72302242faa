/* Objects on a PKCS#11 token, named by a pkcs11: URI (RFC 7512). Nothing is taken off the token but
 * its certificates and public keys; a private key is named. */
#include "config.h"

#include "trust/inspection_reader.h"

#include <gnutls/pkcs11.h>
#include <pthread.h>
#include <string.h>

#include "trust/trust_error.h"
#include "util/safe_text.h"

#define OBJECTS_MAX 4096
#define TOKENS_SHOWN 8

/* --- the password ----------------------------------------------------------------------------- */

/* Once: a token locks itself after a few wrong ones. */
static int
give_pin(void *data, int attempt, const char *token_url, const char *token_label, unsigned flags,
         char *pin, size_t pin_max)
{
  const InspectionReader *reader = data;
  if (attempt > 0 || !reader->password || strlen(reader->password) >= pin_max)
    return -1;
  g_strlcpy(pin, reader->password, pin_max);
  return 0;
}

/* --- objects ---------------------------------------------------------------------------------- */

static char *
object_label(gnutls_pkcs11_obj_t object)
{
  char text[256];
  size_t size = sizeof text;
  if (gnutls_pkcs11_obj_get_info(object, GNUTLS_PKCS11_OBJ_LABEL, text, &size) < 0)
    return NULL;
  char *safe = safe_text(text, size > 0 && text[size - 1] == '\0' ? size - 1 : size);
  if (*safe != '\0')
    return safe;
  g_free(safe);
  return NULL;
}

static void
read_public(InspectedItem *item, gnutls_pkcs11_obj_t object)
{
  gnutls_pubkey_t key;
  if (gnutls_pubkey_init(&key) < 0)
    return;
  if (gnutls_pubkey_import_pkcs11(key, object, 0) >= 0)
    inspection_set_public(item, key);
  gnutls_pubkey_deinit(key);
}

static void
read_certificate(InspectionReader *reader, gnutls_pkcs11_obj_t object)
{
  gnutls_datum_t der = {NULL, 0};
  if (gnutls_pkcs11_obj_export2(object, &der) < 0)
    return;
  inspection_read_certificate(reader, der.data, der.size);
  gnutls_free(der.data);
}

static void
read_object(InspectionReader *reader, gnutls_pkcs11_obj_t object)
{
  g_autofree char *label = object_label(object);
  gnutls_pkcs11_obj_type_t type = gnutls_pkcs11_obj_get_type(object);
  guint before = reader->inspection->items->len;
  if (type == GNUTLS_PKCS11_OBJ_X509_CRT) {
    read_certificate(reader, object);
  } else if (type == GNUTLS_PKCS11_OBJ_PRIVKEY) {
    inspection_set_title(inspection_add(reader, INSPECTED_KEY), "Private key on a token");
  } else if (type == GNUTLS_PKCS11_OBJ_PUBKEY) {
    InspectedItem *item = inspection_add(reader, INSPECTED_PUBLIC_KEY);
    read_public(item, object);
    inspection_set_title(item, "%s public key", item->key_label ? item->key_label : "Unknown");
  } else {
    inspection_set_title(inspection_add(reader, INSPECTED_OTHER), "%s",
                         gnutls_pkcs11_type_get_name(type));
  }
  if (label && reader->inspection->items->len > before)
    inspection_add_detail(reader->inspection->items->pdata[before], "Name in it", "%s", label);
}

/* --- when there is none ----------------------------------------------------------------------- */

static char *
token_list(void)
{
  GString *text = g_string_new(NULL);
  for (unsigned i = 0; i < TOKENS_SHOWN; i++) {
    char *url = NULL;
    if (gnutls_pkcs11_token_get_url(i, 0, &url) < 0)
      break;
    char label[128];
    size_t size = sizeof label;
    if (gnutls_pkcs11_token_get_info(url, GNUTLS_PKCS11_TOKEN_LABEL, label, &size) >= 0) {
      g_autofree char *safe = safe_text(label, strnlen(label, size));
      g_string_append_printf(text, "%s\"%s\"", text->len > 0 ? ", " : "", safe);
    }
    gnutls_free(url);
  }
  return g_string_free(text, FALSE);
}

static void
set_missing(const char *label, int result, GError **error)
{
  g_autofree char *tokens = token_list();
  if (result == GNUTLS_E_PKCS11_PIN_ERROR || result == GNUTLS_E_PKCS11_PIN_LOCKED)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_KEY_PASSWORD_WRONG,
                "The PIN does not open %s (%s); enter the right one, for a token locks itself "
                "after a few wrong ones.",
                label, gnutls_strerror(result));
  else if (result < 0 && result != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_TOKEN,
                "%s cannot be read (%s); check that the URI is right, the module installed and "
                "the token present.",
                label, gnutls_strerror(result));
  else if (*tokens == '\0')
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_TOKEN,
                "No object matches %s: no PKCS#11 token is present; check that the module is "
                "installed (see p11-kit) and the token plugged in.",
                label);
  else
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_TOKEN,
                "No object matches %s (tokens that are present: %s); check the URI, and give the "
                "PIN when the object is private.",
                label, tokens);
}

/* One thread at a time: the function that gives the PIN is one for the whole program, and a token
 * that is given another one's PIN counts it. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* GnuTLS's result. */
static int
read_objects(InspectionReader *reader, const char *uri)
{
  gnutls_pkcs11_obj_t *objects = NULL;
  unsigned count = 0, flags = reader->password ? GNUTLS_PKCS11_OBJ_FLAG_LOGIN : 0;
  gnutls_pkcs11_set_pin_function(give_pin, reader);
  int result = gnutls_pkcs11_obj_list_import_url4(&objects, &count, uri, flags);
  for (unsigned i = 0; result >= 0 && i < count; i++) {
    if (i < OBJECTS_MAX)
      read_object(reader, objects[i]);
    gnutls_pkcs11_obj_deinit(objects[i]);
  }
  if (result >= 0)
    gnutls_free(objects);
  gnutls_pkcs11_set_pin_function(NULL, NULL);
  return result;
}

gboolean
inspection_read_token(InspectionReader *reader, const char *uri, GError **error)
{
  pthread_mutex_lock(&turn);
  int result = read_objects(reader, uri);
  pthread_mutex_unlock(&turn);
  if (reader->inspection->items->len > 0)
    return TRUE;
  set_missing(reader->label, result, error);
  return FALSE;
}
