#include "config.h"
#include "net/tls_library.h"

#include <gnutls/gnutls.h>
#include <string.h>
#include <unistd.h>

#include "net/tunnel_error.h"
#include "util/safe_text.h"

/* A sentence is no place for fifty names. */
#define NAMES_MAX 8

/* --- Errors ---------------------------------------------------------------------------------- */

/* libtasn1's errors as GnuTLS numbers them: something in a certificate is not what it should be. */
static gboolean
is_asn1_error(int error)
{
  return (error <= GNUTLS_E_ASN1_ELEMENT_NOT_FOUND && error >= GNUTLS_E_ASN1_DER_OVERFLOW) ||
         error == GNUTLS_E_ASN1_EMBEDDED_NULL_IN_STRING || error == GNUTLS_E_ASN1_TIME_ERROR;
}

TlsCause
tls_cause_of(int gnutls_error)
{
  if (is_asn1_error(gnutls_error))
    return TLS_CAUSE_CERTIFICATE;
  switch (gnutls_error) {
  case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
    return TLS_CAUSE_VERSION;
  case GNUTLS_E_NO_CIPHER_SUITES:
    return TLS_CAUSE_CIPHER;
  case GNUTLS_E_NO_COMMON_KEY_SHARE:
  case GNUTLS_E_ECC_NO_SUPPORTED_CURVES:
    return TLS_CAUSE_GROUP;
  case GNUTLS_E_NO_APPLICATION_PROTOCOL:
    return TLS_CAUSE_ALPN;
  case GNUTLS_E_KEY_USAGE_VIOLATION:
    return TLS_CAUSE_KEY_USAGE;
  case GNUTLS_E_DH_PRIME_UNACCEPTABLE:
  case GNUTLS_E_INSUFFICIENT_SECURITY:
    return TLS_CAUSE_WEAK;
  case GNUTLS_E_ECC_UNSUPPORTED_CURVE:
  case GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM:
  case GNUTLS_E_UNKNOWN_PK_ALGORITHM:
  case GNUTLS_E_UNKNOWN_HASH_ALGORITHM:
  case GNUTLS_E_UNKNOWN_ALGORITHM:
  case GNUTLS_E_INCOMPATIBLE_SIG_WITH_KEY:
  case GNUTLS_E_INCOMPAT_DSA_KEY_WITH_TLS_PROTOCOL:
    return TLS_CAUSE_ALGORITHM;
  case GNUTLS_E_PK_SIG_VERIFY_FAILED:
    return TLS_CAUSE_SIGNATURE;
  case GNUTLS_E_CERTIFICATE_ERROR:
  case GNUTLS_E_PK_INVALID_PUBKEY:
  case GNUTLS_E_PK_INVALID_PUBKEY_PARAMS:
  case GNUTLS_E_X509_DUPLICATE_EXTENSION:
    return TLS_CAUSE_CERTIFICATE;
  case GNUTLS_E_NO_PRIORITIES_WERE_SET:
    return TLS_CAUSE_NOTHING;
  default:
    return TLS_CAUSE_OTHER;
  }
}

/* --- Versions -------------------------------------------------------------------------------- */

const char *
tls_version_name(int gnutls_version)
{
  switch (gnutls_version) {
  case GNUTLS_TLS1_3:
    return "TLS 1.3";
  case GNUTLS_TLS1_2:
    return "TLS 1.2";
  case GNUTLS_TLS1_1:
    return "TLS 1.1";
  case GNUTLS_TLS1_0:
    return "TLS 1.0";
  case GNUTLS_SSL3:
    return "SSL 3.0";
  default:
    return gnutls_protocol_get_name((gnutls_protocol_t)gnutls_version);
  }
}

const char *
tls_version_name_on_wire(guint16 number)
{
  static const int versions[] = {GNUTLS_SSL3, GNUTLS_TLS1_0, GNUTLS_TLS1_1, GNUTLS_TLS1_2,
                                 GNUTLS_TLS1_3};
  gsize minor = number & 0xff;
  if (number >> 8 != 3 || minor >= G_N_ELEMENTS(versions))
    return NULL;
  return tls_version_name(versions[minor]);
}

/* --- What is offered ------------------------------------------------------------------------- */

static const char *
group_name(int group)
{
  return gnutls_group_get_name((gnutls_group_t)group);
}

static const char *
cipher_name(int cipher)
{
  return gnutls_cipher_get_name((gnutls_cipher_algorithm_t)cipher);
}

static const char *
signature_name(int signature)
{
  return gnutls_sign_get_name((gnutls_sign_algorithm_t)signature);
}

static char *
names_of(const unsigned *list, int count, const char *(*name_of)(int))
{
  GString *text = g_string_new(NULL);
  for (int i = 0; i < count; i++) {
    const char *name = name_of((int)list[i]);
    if (i == NAMES_MAX) {
      g_string_append_printf(text, " and %d more", count - i);
      break;
    }
    g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", name == NULL ? "?" : name);
  }
  return g_string_free(text, FALSE);
}

/* Oldest first, as people count; the library lists what it likes best first. */
static char *
versions_of(gnutls_priority_t priority, gboolean *modern)
{
  const unsigned *list;
  GString *text = g_string_new(NULL);
  for (int i = gnutls_priority_protocol_list(priority, &list) - 1; i >= 0; i--) {
    if (list[i] > GNUTLS_TLS_VERSION_MAX)
      continue; /* DTLS's: a stream does not speak them */
    *modern = *modern || list[i] == GNUTLS_TLS1_2 || list[i] == GNUTLS_TLS1_3;
    g_string_append_printf(text, "%s%s", text->len == 0 ? "" : ", ",
                           tls_version_name((int)list[i]));
  }
  return g_string_free(text, FALSE);
}

TlsOffer *
tls_offer_new(const char *text)
{
  gnutls_priority_t priority;
  const unsigned *list;
  if (gnutls_priority_init(&priority, text == NULL ? "NORMAL" : text, NULL) < 0)
    return NULL;
  TlsOffer *offer = g_new0(TlsOffer, 1);
  offer->versions = versions_of(priority, &offer->modern);
  int count = gnutls_priority_cipher_list(priority, &list);
  offer->ciphers = names_of(list, count, cipher_name);
  count = gnutls_priority_group_list(priority, &list);
  offer->groups = names_of(list, count, group_name);
  count = gnutls_priority_sign_list(priority, &list);
  offer->signatures = names_of(list, count, signature_name);
  gnutls_priority_deinit(priority);
  return offer;
}

void
tls_offer_free(TlsOffer *offer)
{
  if (offer == NULL)
    return;
  g_free(offer->versions);
  g_free(offer->ciphers);
  g_free(offer->groups);
  g_free(offer->signatures);
  g_free(offer);
}

/* --- This machine's policy ------------------------------------------------------------------- */

/* The library reads its file once, when it is loaded: its path does not change any more. */
const char *
tls_policy_file(void)
{
  static gsize once;
  static char *safe;
  if (g_once_init_enter(&once)) {
    const char *path = gnutls_get_system_config_file();
    if (path != NULL && access(path, R_OK) == 0)
      safe = safe_text_string(path);
    g_once_init_leave(&once, 1);
  }
  return safe;
}

GError *
tls_priority_explain(const char *priority, const char *position, int gnutls_error)
{
  g_autofree char *whole = safe_text_string(priority);
  g_autofree char *rest = safe_text_string(position);
  const char *file = tls_policy_file();
  if (position == NULL)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TLS_POLICY,
                       "the TLS priority string \"%s\" leaves no TLS version or no cipher to offer "
                       "under this machine's policy (%s); allow TLS 1.2 or 1.3 in the connection%s",
                       whole, file == NULL ? "the library's own" : file,
                       file == NULL ? "" : " and in that file");
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_TLS_POLICY,
                     "the TLS priority string \"%s\" cannot be used: it stops at \"%s\" (%s); "
                     "correct it in the connection%s%s",
                     whole, rest, gnutls_strerror(gnutls_error),
                     file == NULL ? "" : ", or look at this machine's TLS policy, ",
                     file == NULL ? "" : file);
}

gboolean
tls_priority_leaves_nothing(gnutls_priority_t priority)
{
  const unsigned *list;
  return gnutls_priority_protocol_list(priority, &list) <= 0 ||
         gnutls_priority_cipher_list(priority, &list) <= 0;
}

gboolean
tls_priority_check(const char *priority, GError **error)
{
  gnutls_priority_t made;
  const char *position = priority;
  int code = gnutls_priority_init(&made, priority, &position);
  gboolean is_empty = code >= 0 ? tls_priority_leaves_nothing(made)
                                : tls_cause_of(code) == TLS_CAUSE_NOTHING;
  if (code >= 0)
    gnutls_priority_deinit(made);
  if (code >= 0 && !is_empty)
    return TRUE;
  g_propagate_error(error, tls_priority_explain(priority, is_empty ? NULL : position, code));
  return FALSE;
}
