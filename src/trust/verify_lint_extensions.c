/* Which extensions there have to be, which are critical, which contradict each other. */
#include "config.h"

#include "trust/verify_lint.h"

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <string.h>

#define OID_SUBJECT_KEY_ID "2.5.29.14"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_AUTHORITY_KEY_ID "2.5.29.35"
#define OID_EXTENDED_KEY_USAGE "2.5.29.37"
#define OID_AUTHORITY_ACCESS "1.3.6.1.5.5.7.1.1"

/* `*extension` is filled; NULL: there is none. */
static const Extension *
find(const Lint *lint, const char *oid, Extension *extension)
{
  return certificate_extension_find(lint->certificate, oid, extension) ? extension : NULL;
}

static Finding *
report_malformed(const Lint *lint, const char *what, const char *clause)
{
  Finding *finding =
      lint_report(lint, "certificate-malformed", FINDING_INFO, "%s (%s)", what, clause);
  finding_set_remedy(finding,
                     "Works in a private PKI; have the certificate issued again in the form "
                     "that %s wants when you can.",
                     clause);
  return finding;
}

/* --- authorityKeyIdentifier ------------------------------------------------------------------- */

#define TAG_ISSUER (DER_CONTEXT | DER_CONSTRUCTED | 1) /* authorityCertIssuer */
#define TAG_SERIAL (DER_CONTEXT | 2)                   /* authorityCertSerialNumber */

/* GnuTLS gives name and serial number of the issuer only as a pair, and either may stand alone. */
static gboolean
names_issuer(const Extension *extension)
{
  DerSpan rest;
  DerElement element;
  if (!der_unwrap(extension->value, DER_SEQUENCE, &rest))
    return FALSE;
  while (der_next(&rest, &element))
    if (element.tag == TAG_ISSUER || element.tag == TAG_SERIAL)
      return TRUE;
  return FALSE;
}

/* BR 7.1.2.1.3: a root names its own key, if any, and nothing else. */
static void
lint_own_key_id(const Lint *lint, const Extension *extension)
{
  GBytes *named = lint->fields->authority_key_id, *own = lint->fields->subject_key_id;
  const char *clause = "BR 7.1.2.1.3";
  if (!named)
    report_malformed(lint, "is a root whose authorityKeyIdentifier has no key identifier", clause);
  else if (own && !g_bytes_equal(named, own))
    report_malformed(
        lint, "is a root whose authorityKeyIdentifier is not its own subjectKeyIdentifier", clause);
  else if (names_issuer(extension))
    report_malformed(
        lint, "is a root whose authorityKeyIdentifier names an issuer or a serial number", clause);
}

/* RFC 5280, 4.2.1.1. Only what is signed by itself needs none. */
void
lint_authority_key_id(const Lint *lint)
{
  Extension found;
  const Extension *extension = find(lint, OID_AUTHORITY_KEY_ID, &found);
  const char *clause = "RFC 5280, 4.2.1.1";
  if (extension && extension->critical)
    report_malformed(lint, "has a critical authorityKeyIdentifier", clause);
  if (lint_is_root(lint)) {
    if (extension)
      lint_own_key_id(lint, extension);
    return;
  }
  if (!extension && certificate_version(lint->certificate) >= 3)
    report_malformed(lint, "has no authorityKeyIdentifier", clause);
  else if (extension && !lint->fields->authority_key_id)
    report_malformed(lint, "has an authorityKeyIdentifier without a key identifier", clause);
}

/* --- subjectKeyIdentifier --------------------------------------------------------------------- */

/* RFC 5280, 4.2.1.2. */
void
lint_subject_key_id(const Lint *lint)
{
  Extension found;
  const Extension *extension = find(lint, OID_SUBJECT_KEY_ID, &found);
  const char *clause = "RFC 5280, 4.2.1.2";
  if (extension && extension->critical)
    report_malformed(lint, "has a critical subjectKeyIdentifier", clause);
  if (!extension && certificate_is_ca(lint->certificate))
    report_malformed(lint, "is a CA without a subjectKeyIdentifier", clause);
}

/* --- authorityInfoAccess ---------------------------------------------------------------------- */

static gboolean
access_is_sound(const Extension *extension)
{
  gnutls_datum_t value = {(unsigned char *)extension->value.bytes, extension->value.length};
  gnutls_x509_aia_t aia;
  gnutls_datum_t oid, san;
  unsigned type;
  if (gnutls_x509_aia_init(&aia) < 0)
    return TRUE;
  gboolean sound = gnutls_x509_ext_import_aia(&value, aia, 0) >= 0 &&
                   gnutls_x509_aia_get(aia, 0, &oid, &type, &san) >= 0;
  gnutls_x509_aia_deinit(aia);
  return sound;
}

/* RFC 5280, 4.2.2.1: one or more descriptions, never critical. */
void
lint_authority_access(const Lint *lint)
{
  Extension found;
  const Extension *extension = find(lint, OID_AUTHORITY_ACCESS, &found);
  const char *clause = "RFC 5280, 4.2.2.1";
  if (!extension)
    return;
  if (extension->critical)
    report_malformed(lint, "has a critical authorityInfoAccess", clause);
  if (!access_is_sound(extension))
    report_malformed(lint, "has an authorityInfoAccess that cannot be read", clause);
}

/* --- basicConstraints, keyUsage --------------------------------------------------------------- */

/* RFC 5280, 4.2.1.9. */
void
lint_basic_constraints(const Lint *lint)
{
  Extension found;
  const Extension *extension = find(lint, OID_BASIC_CONSTRAINTS, &found);
  if (extension && !extension->critical && certificate_is_ca(lint->certificate))
    report_malformed(lint, "is a CA whose basicConstraints are not critical", "RFC 5280, 4.2.1.9");
}

/* RFC 5280, 4.2.1.3: who may sign certificates is a CA. */
void
lint_key_usage(const Lint *lint)
{
  const char *const *usages = certificate_key_usage(lint->certificate);
  gboolean signs = usages && g_strv_contains(usages, "keyCertSign");
  if (signs && !certificate_is_ca(lint->certificate) && lint_is_leaf(lint))
    finding_set_remedy(lint_report(lint, "leaf-is-ca", FINDING_INFO,
                                   "may sign certificates (keyCertSign) and is no CA"),
                       "Issue it again without keyCertSign.");
}

/* --- extendedKeyUsage ------------------------------------------------------------------------- */

static void
lint_leaf_purposes(const Lint *lint, const char *const *usages)
{
  Finding *finding = NULL;
  if (!usages)
    finding = lint_report(lint, "server-usage-missing", FINDING_INFO,
                          "does not say what it is for (no extendedKeyUsage)");
  else if (g_strv_contains(usages, "anyExtendedKeyUsage"))
    finding = lint_report(lint, "server-usage-missing", FINDING_INFO,
                          "is for any purpose (anyExtendedKeyUsage)");
  if (finding)
    finding_set_remedy(finding, "Works; issue the next one for serverAuth alone.");
}

/* Good by RFC 5280 and for nearly every broker, so no rule set makes more of it. */
static void
lint_client_purposes(const Lint *lint)
{
  if (certificate_extended_key_usage(lint->certificate) || certificate_is_ca(lint->certificate))
    return;
  Finding *finding = lint_report(lint, "client-usage-missing", FINDING_INFO,
                                 "does not say what it is for (no extendedKeyUsage); EMQX with "
                                 "verify_peer_ext_key_usage refuses it");
  finding->severity = FINDING_INFO;
  finding_set_remedy(finding, "Works elsewhere; issue the next one for clientAuth, as `mqtrust pki "
                              "renew` does.");
}

/* BR 7.1.2.7.6, 7.1.2.7.10 and 7.1.2.1.2. */
void
lint_purposes(const Lint *lint)
{
  const char *const *usages = certificate_extended_key_usage(lint->certificate);
  Extension found;
  const Extension *extension = find(lint, OID_EXTENDED_KEY_USAGE, &found);
  if (certificate_version(lint->certificate) < 3)
    return;
  if (lint_is_leaf(lint) && lint->request->purpose == VERIFY_PURPOSE_CLIENT)
    lint_client_purposes(lint);
  if (!lint_is_server(lint))
    return;
  if (lint_is_leaf(lint)) {
    if (!certificate_is_ca(lint->certificate)) /* that says more (leaf-is-ca) */
      lint_leaf_purposes(lint, usages);
    if (extension && extension->critical)
      report_malformed(lint, "has a critical extendedKeyUsage", "BR 7.1.2.7.6");
  } else if (lint_is_root(lint) && usages && g_strv_contains(usages, "serverAuth")) {
    finding_set_remedy(lint_report(lint, "intermediate-usage-narrow", FINDING_INFO,
                                   "is a root that is restricted by extendedKeyUsage"),
                       "Nothing to do in a private PKI; a public root has none (BR 7.1.2.1.2).");
  }
}

/* --- policyConstraints ------------------------------------------------------------------------ */

void
lint_policy_constraints(const Lint *lint)
{
  Extension extension;
  if (certificate_extension_find(lint->certificate, OID_POLICY_CONSTRAINTS, &extension) &&
      !extension.critical)
    report_malformed(lint, "has policyConstraints that are not critical", "RFC 5280, 4.2.1.11");
}
