#include "config.h"

#include "core/finding_field.h"

#include <string.h>

#include "util/safe_text.h"

#define NOTHING (-1)
#define BY_SOURCE (-2) /* the field of the file that it is about */

typedef struct {
  const char *code;
  int field; /* ProfileField, or one of the above */
} CodeField;

/* In the catalogue's order. */
static const CodeField fields[] = {
    {"file-missing", BY_SOURCE},
    {"file-unreadable", BY_SOURCE},
    {"file-empty", BY_SOURCE},
    {"file-wrong-kind", BY_SOURCE},
    {"file-der", BY_SOURCE},
    {"file-truncated", BY_SOURCE},
    {"pem-damaged", BY_SOURCE},
    {"pem-trusted-label", BY_SOURCE},
    {"file-several-keys", BY_SOURCE},
    {"ca-file-no-anchor", BY_SOURCE},
    {"file-wrong-role", BY_SOURCE},
    {"leaf-not-first", BY_SOURCE},
    {"file-stale-copy", BY_SOURCE},
    {"certificate-duplicate", BY_SOURCE},
    {"key-world-readable", NOTHING}, /* the file's mode */
    {"pkcs11-object-missing", BY_SOURCE},

    {"key-mismatch", PROFILE_FIELD_KEY},
    {"key-password-needed", PROFILE_FIELD_KEY_PASSWORD},
    {"key-password-wrong", PROFILE_FIELD_KEY_PASSWORD},
    {"key-encryption-unsupported", PROFILE_FIELD_KEY},
    {"key-too-weak", BY_SOURCE},
    {"key-type-refused", PROFILE_FIELD_CERTIFICATE},
    {"key-signature-refused", PROFILE_FIELD_KEY},

    {"chain-leaf-only", BY_SOURCE},
    {"chain-gap", BY_SOURCE},
    {"client-chain-incomplete", PROFILE_FIELD_CERTIFICATE},
    {"chain-wrong-order", BY_SOURCE},
    {"chain-unrelated", BY_SOURCE},
    {"chain-includes-root", BY_SOURCE},
    {"issuer-key-differs", BY_SOURCE},
    {"chain-stale-intermediate", BY_SOURCE},
    {"signature-invalid", BY_SOURCE},
    {"leaf-is-ca", BY_SOURCE},
    {"name-encoding-differs", BY_SOURCE},
    {"chain-too-long", BY_SOURCE},
    {"chain-varies", NOTHING},
    {"sni-dependent", PROFILE_FIELD_HOST},

    {"leaf-expired", BY_SOURCE},
    {"leaf-not-yet-valid", BY_SOURCE},
    {"intermediate-expired", BY_SOURCE},
    {"anchor-expired", PROFILE_FIELD_CA},
    {"client-expired", PROFILE_FIELD_CERTIFICATE},
    {"client-not-yet-valid", PROFILE_FIELD_CERTIFICATE},
    {"clock-wrong", NOTHING},
    {"broker-clock-wrong", NOTHING},
    {"expires-soon", BY_SOURCE},
    {"validity-long", BY_SOURCE},
    {"revocation-data-stale", PROFILE_FIELD_CRL},

    {"name-mismatch", PROFILE_FIELD_HOST},
    {"name-ip-not-listed", PROFILE_FIELD_HOST},
    {"name-no-san", NOTHING},
    {"name-wildcard-depth", PROFILE_FIELD_HOST},
    {"name-wildcard-unusable", NOTHING},
    {"name-wrong-type", NOTHING},
    {"name-idn", PROFILE_FIELD_HOST},
    {"name-override-wrong", PROFILE_FIELD_SERVER_NAME},
    {"name-local", PROFILE_FIELD_HOST},
    {"client-name-missing", PROFILE_FIELD_CERTIFICATE},

    {"issuer-not-ca", BY_SOURCE},
    {"pathlen-exceeded", BY_SOURCE},
    {"issuer-no-certsign", BY_SOURCE},
    {"server-usage-missing", BY_SOURCE},
    {"client-usage-missing", PROFILE_FIELD_CERTIFICATE},
    {"intermediate-usage-narrow", BY_SOURCE},
    {"key-usage-no-signature", BY_SOURCE},
    {"name-constraints-violated", BY_SOURCE},
    {"critical-extension-unknown", BY_SOURCE},
    {"policies-unsupported", BY_SOURCE},
    {"certificate-v1", BY_SOURCE},
    {"certificate-malformed", BY_SOURCE},

    {"signature-weak", BY_SOURCE},
    {"issuer-key-weak", BY_SOURCE},
    {"strength-refused", PROFILE_FIELD_CERTIFICATE},
    {"algorithm-unsupported", BY_SOURCE},

    {"anchor-wrong", PROFILE_FIELD_CA},
    {"anchor-cross-signed", PROFILE_FIELD_CA},
    {"anchor-intermediate", PROFILE_FIELD_CA},
    {"anchor-leaf", PROFILE_FIELD_CA},
    {"anchor-same-name", BY_SOURCE}, /* of the broker's CA, or of ours */
    {"trust-setting-wrong", PROFILE_FIELD_TRUST},
    {"trust-public-private-mixup", PROFILE_FIELD_TRUST},
    {"self-signed-untrusted", PROFILE_FIELD_CA},
    {"interception-suspected", NOTHING},
    {"paths-differ", NOTHING},
    {"anchor-legacy-expired", PROFILE_FIELD_CA},

    {"server-revoked", NOTHING},
    {"client-revoked", PROFILE_FIELD_CERTIFICATE},
    {"broker-crl-suspected", NOTHING},
    {"crl-unusable", PROFILE_FIELD_CRL},
    {"staple-missing", NOTHING},
    {"staple-bad", NOTHING},

    {"client-cert-required", PROFILE_FIELD_CERTIFICATE},
    {"client-cert-withheld", PROFILE_FIELD_CERTIFICATE},
    {"client-ca-unknown", PROFILE_FIELD_CERTIFICATE},
    {"client-partial-chain-refused", PROFILE_FIELD_CERTIFICATE},
    {"client-refused", NOTHING}, /* why is in the broker's log */
    {"client-cert-not-requested", NOTHING},
    {"client-refused-late", NOTHING},
    {"client-reset", NOTHING},

    {"tls-version-mismatch", PROFILE_FIELD_TLS_VERSION},
    {"tls-no-cipher", PROFILE_FIELD_TLS_PRIORITY},
    {"tls-no-group", PROFILE_FIELD_TLS_PRIORITY},
    {"tls-key-type-mismatch", PROFILE_FIELD_TLS_PRIORITY},
    {"alpn-required", PROFILE_FIELD_ALPN},
    {"sni-refused", PROFILE_FIELD_SERVER_NAME},
    {"psk-only", PROFILE_FIELD_PORT},
    {"local-policy-forbids", PROFILE_FIELD_TLS_PRIORITY},
    {"tls-timeout", NOTHING},
    {"tls-reset", PROFILE_FIELD_PORT},
    {"tls13-intolerant", PROFILE_FIELD_TLS_VERSION},

    {"port-plain-mqtt", PROFILE_FIELD_PORT},
    {"port-needs-tls", PROFILE_FIELD_SCHEME},
    {"port-http", PROFILE_FIELD_PORT},
    {"port-websocket", PROFILE_FIELD_PORT},
    {"port-no-websocket", PROFILE_FIELD_SCHEME},
    {"port-other-service", PROFILE_FIELD_PORT},
    {"tls-terminated-by-proxy", NOTHING},
    {"port-starttls", PROFILE_FIELD_PORT},
    {"port-one-way", PROFILE_FIELD_PORT},

    {"dns-unknown", PROFILE_FIELD_HOST},
    {"dns-failure", PROFILE_FIELD_DNS_SERVERS},
    {"tcp-ipv6-dead", NOTHING},
    {"tcp-refused", PROFILE_FIELD_PORT},
    {"tcp-filtered", NOTHING},
    {"tcp-unreachable", NOTHING},
    {"tcp-closed-at-once", NOTHING},
    {"dns-wrong-host", NOTHING},
    {"tcp-idle-drop", PROFILE_FIELD_KEEP_ALIVE},

    {"mqtt-bad-credentials", PROFILE_FIELD_USER_NAME},
    {"mqtt-not-authorized", PROFILE_FIELD_USER_NAME},
    {"mqtt-version-refused", PROFILE_FIELD_VERSION},
    {"mqtt-client-id-refused", PROFILE_FIELD_CLIENT_ID},
    {"mqtt-server-unavailable", NOTHING},
    {"mqtt-session-taken-over", PROFILE_FIELD_CLIENT_ID},
    {"mqtt-subscribe-refused", PROFILE_FIELD_SUBSCRIPTIONS},
    {"mqtt-publish-refused", NOTHING},
    {"mqtt-closed-after-connect", NOTHING},
    {"mqtt-identity-mapped", PROFILE_FIELD_USER_NAME},
    {"mqtt-packet-too-large", NOTHING},
    {"mqtt-refused-other", NOTHING},

    {"unknown", NOTHING},
};

static int
field_of_code(const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
    if (strcmp(fields[i].code, code) == 0)
      return fields[i].field;
  }
  return NOTHING;
}

/* --- Which file ------------------------------------------------------------------------------- */

/* A finding keeps a path as safe text. */
static gboolean
is_file(const Finding *finding, const char *path)
{
  g_autofree char *safe = path != NULL ? safe_text_string(path) : NULL;
  return safe != NULL && g_strcmp0(finding->file, safe) == 0;
}

/* Whoever finds a fault need not know of which of our files it is; its side says as much. */
static int
field_of_side(const Finding *finding)
{
  if (finding->side == FINDING_SIDE_TRUST)
    return PROFILE_FIELD_CA;
  return finding->side == FINDING_SIDE_CLIENT ? PROFILE_FIELD_CERTIFICATE : NOTHING;
}

static int
field_of_source(const Finding *finding)
{
  switch (finding->source) {
  case FINDING_SOURCE_TRUST:
    return PROFILE_FIELD_CA;
  case FINDING_SOURCE_CLIENT:
    return PROFILE_FIELD_CERTIFICATE;
  case FINDING_SOURCE_KEY:
    return PROFILE_FIELD_KEY;
  case FINDING_SOURCE_CRL:
    return PROFILE_FIELD_CRL;
  case FINDING_SOURCE_NONE:
    return field_of_side(finding);
  default: /* what the broker sent is the broker's to mend */
    return NOTHING;
  }
}

/* The broker's CA file and ours are both of FINDING_SOURCE_TRUST, and a certificate that cannot be
 * loaded may be told of while its key was: the path says more, where there is one. */
static int
field_of_file(const Finding *finding, const Profile *profile)
{
  if (is_file(finding, profile->ca_path))
    return PROFILE_FIELD_CA;
  if (is_file(finding, profile->broker_ca_path))
    return PROFILE_FIELD_BROKER_CA;
  if (is_file(finding, profile->crl_path))
    return PROFILE_FIELD_CRL;
  if (is_file(finding, profile->certificate_path))
    return PROFILE_FIELD_CERTIFICATE;
  if (is_file(finding, profile->key_path))
    return PROFILE_FIELD_KEY;
  return field_of_source(finding);
}

/* --- Public ----------------------------------------------------------------------------------- */

gboolean
finding_field(const Finding *finding, const Profile *profile, ProfileField *field)
{
  int found = field_of_code(finding->code);
  if (found == BY_SOURCE)
    found = field_of_file(finding, profile);
  if (found == NOTHING)
    return FALSE;
  gboolean system = found == PROFILE_FIELD_CA && profile->trust == TRUST_SYSTEM;
  *field = system ? PROFILE_FIELD_TRUST : (ProfileField)found;
  return TRUE;
}

const char *
finding_without_field(const Finding *finding)
{
  static const char *const sentences[] = {
      [FINDING_SIDE_SERVER] = "No setting of this connection mends this: it is in the certificates "
                              "that the broker sends.",
      [FINDING_SIDE_CLIENT] =
          "No setting of this connection mends this: it is in our own files; do "
          "what the finding says.",
      [FINDING_SIDE_TRUST] =
          "No setting of this connection mends this: it is in the files that are "
          "trusted here.",
      [FINDING_SIDE_LOCAL] = "No setting of this connection mends this: it is on this machine; do "
                             "what the finding says.",
      [FINDING_SIDE_NETWORK] = "No setting of this connection mends this: it lies between here and "
                               "the broker.",
      [FINDING_SIDE_BROKER] =
          "No setting of this connection mends this: it is on the broker's side.",
  };
  return sentences[finding->side];
}
