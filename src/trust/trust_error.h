/* Why a file of ours (certificate, key, CA file) cannot be used. Each is a code of the fault
 * catalogue; the GError's message is a sentence that names the file, the cause and the remedy, the
 * last two parted by "; " (finding_from_error() makes message and remedy of it). */
#pragma once

#include <glib.h>

#define TRUST_ERROR (trust_error_quark())
GQuark trust_error_quark(void);

typedef enum {
  TRUST_ERROR_FILE_MISSING,        /* file-missing */
  TRUST_ERROR_FILE_UNREADABLE,     /* file-unreadable */
  TRUST_ERROR_FILE_EMPTY,          /* file-empty */
  TRUST_ERROR_FILE_WRONG_KIND,     /* file-wrong-kind: a key where a certificate belongs, ... */
  TRUST_ERROR_FILE_TRUNCATED,      /* file-truncated: BEGIN without END */
  TRUST_ERROR_FILE_TOO_LARGE,      /* file-wrong-kind: more than CERTIFICATE_FILE_MAX */
  TRUST_ERROR_MALFORMED,           /* certificate-malformed */
  TRUST_ERROR_NO_ANCHOR,           /* ca-file-no-anchor */
  TRUST_ERROR_LEAF_NOT_FIRST,      /* leaf-not-first */
  TRUST_ERROR_KEY_MISMATCH,        /* key-mismatch */
  TRUST_ERROR_KEY_PASSWORD_NEEDED, /* key-password-needed */
  TRUST_ERROR_KEY_PASSWORD_WRONG,  /* key-password-wrong */
  TRUST_ERROR_KEY_UNSUPPORTED,     /* key-encryption-unsupported */
  TRUST_ERROR_KEY_KIND,          /* algorithm-unsupported: a curve that the library does not know */
  TRUST_ERROR_FILE_SEVERAL_KEYS, /* file-several-keys */
  TRUST_ERROR_TRUSTED_LABEL,     /* pem-trusted-label: OpenSSL's TRUSTED CERTIFICATE */
  TRUST_ERROR_PEM_DAMAGED,       /* pem-damaged: BEGIN lines that are none */
  TRUST_ERROR_TOKEN,             /* pkcs11-object-missing: no module, token or object */
  TRUST_ERROR_LIBRARY,           /* unknown: the library's own words are in the message */
} TrustError;

/* The catalogue code ("file-missing") of an error of this domain. */
const char *trust_error_code(TrustError error);
