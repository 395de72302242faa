#include "config.h"

#include "trust/trust_error.h"

G_DEFINE_QUARK(mqtrust_trust_error, trust_error)

const char *
trust_error_code(TrustError error)
{
  switch (error) {
  case TRUST_ERROR_FILE_MISSING:
    return "file-missing";
  case TRUST_ERROR_FILE_UNREADABLE:
    return "file-unreadable";
  case TRUST_ERROR_FILE_EMPTY:
    return "file-empty";
  case TRUST_ERROR_FILE_WRONG_KIND:
  case TRUST_ERROR_FILE_TOO_LARGE: /* whatever it is, it is no file of certificates or keys */
    return "file-wrong-kind";
  case TRUST_ERROR_FILE_TRUNCATED:
    return "file-truncated";
  case TRUST_ERROR_MALFORMED:
    return "certificate-malformed";
  case TRUST_ERROR_NO_ANCHOR:
    return "ca-file-no-anchor";
  case TRUST_ERROR_LEAF_NOT_FIRST:
    return "leaf-not-first";
  case TRUST_ERROR_KEY_MISMATCH:
    return "key-mismatch";
  case TRUST_ERROR_KEY_PASSWORD_NEEDED:
    return "key-password-needed";
  case TRUST_ERROR_KEY_PASSWORD_WRONG:
    return "key-password-wrong";
  case TRUST_ERROR_KEY_UNSUPPORTED:
    return "key-encryption-unsupported";
  case TRUST_ERROR_KEY_KIND:
    return "algorithm-unsupported";
  case TRUST_ERROR_FILE_SEVERAL_KEYS:
    return "file-several-keys";
  case TRUST_ERROR_TRUSTED_LABEL:
    return "pem-trusted-label";
  case TRUST_ERROR_PEM_DAMAGED:
    return "pem-damaged";
  case TRUST_ERROR_TOKEN:
    return "pkcs11-object-missing";
  case TRUST_ERROR_LIBRARY:
    break;
  }
  return "unknown";
}
