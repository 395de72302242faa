/* Serial numbers, empty names, how long a certificate lives, odd keys. */
#include "config.h"

#include "trust/verify_lint.h"

#include <gnutls/gnutls.h>
#include <string.h>

#include "trust/date_text.h"

#define DAY (24 * 60 * 60)
#define SERIAL_MAX 20 /* octets */
#define PRIVATE_DAYS_MAX 825

/* --- serial number ---------------------------------------------------------------------------- */

static gboolean
is_zero(const char *hexadecimal)
{
  return strspn(hexadecimal, "0") == strlen(hexadecimal);
}

/* RFC 5280, 4.1.2.2: positive, at most 20 octets. Of a root nobody looks at it: some of the oldest
 * public ones have 0. */
void
lint_serial(const Lint *lint)
{
  const char *serial = lint->fields->serial;
  if (!lint_is_leaf(lint) && lint_is_root(lint))
    return;
  if (is_zero(serial))
    lint_report(lint, "certificate-malformed", FINDING_INFO,
                "has the serial number 0; it should be positive (RFC 5280)");
  else if (g_ascii_xdigit_value(serial[0]) >= 8)
    lint_report(lint, "certificate-malformed", FINDING_WARNING,
                "has a negative serial number; clients in Go refuse it");
  else if (strlen(serial) > 2 * SERIAL_MAX)
    lint_report(lint, "certificate-malformed", FINDING_WARNING,
                "has a serial number of %" G_GSIZE_FORMAT " octets; %d is the most (RFC 5280)",
                strlen(serial) / 2, SERIAL_MAX);
}

/* --- names ------------------------------------------------------------------------------------ */

/* SEQUENCE {} */
static gboolean
is_empty(GBytes *name)
{
  return g_bytes_get_size(name) == 2;
}

/* RFC 5280, 4.1.2.4 and 4.1.2.6: a leaf may leave its subject empty, an issuer has a name. */
void
lint_empty_names(const Lint *lint)
{
  const char *remedy = "Give the CA a name, and issue the certificates below it again.";
  if (is_empty(lint->fields->issuer_dn))
    finding_set_remedy(lint_report(lint, "certificate-malformed", FINDING_INFO,
                                   "has an empty issuer name; a CA has to have one (RFC 5280)"),
                       "%s", remedy);
  else if (certificate_is_ca(lint->certificate) && is_empty(lint->fields->subject_dn))
    finding_set_remedy(lint_report(lint, "certificate-malformed", FINDING_INFO,
                                   "is a CA with an empty subject name (RFC 5280)"),
                       "%s", remedy);
}

/* --- life ------------------------------------------------------------------------------------- */

/* What browsers and operating systems have enforced for a server's certificate that begins at this
 * time. */
static const struct {
  gint64 from;
  int days;
} limits[] = {
    {G_GINT64_CONSTANT(1598918400), 398},  /* 2020-09-01 */
    {G_GINT64_CONSTANT(1519862400), 825},  /* 2018-03-01 */
    {G_GINT64_CONSTANT(1427846400), 1186}, /* 2015-04-01: 39 months */
};

/* What public CAs may still issue (BR 6.3.2). */
static const struct {
  gint64 from;
  int days;
} duties[] = {
    {G_GINT64_CONSTANT(1868313600), 47},  /* 2029-03-15 */
    {G_GINT64_CONSTANT(1805068800), 100}, /* 2027-03-15 */
    {G_GINT64_CONSTANT(1773532800), 200}, /* 2026-03-15 */
};

static int
days_enforced(gint64 start)
{
  for (gsize i = 0; i < G_N_ELEMENTS(limits); i++)
    if (start >= limits[i].from)
      return limits[i].days;
  return G_MAXINT;
}

static int
days_issued(gint64 start)
{
  for (gsize i = 0; i < G_N_ELEMENTS(duties); i++)
    if (start >= duties[i].from)
      return duties[i].days;
  return G_MAXINT;
}

static void
lint_public_validity(const Lint *lint, gint64 days)
{
  gint64 start = certificate_not_before(lint->certificate);
  if (days > days_enforced(start))
    lint_report(lint, "validity-long", FINDING_INFO,
                "is valid for %" G_GINT64_FORMAT " days; browsers take %d", days,
                days_enforced(start));
  else if (days > days_issued(start))
    lint_report(lint, "validity-long", FINDING_INFO,
                "is valid for %" G_GINT64_FORMAT " days; public CAs may issue for %d", days,
                days_issued(start))
        ->severity = FINDING_WARNING;
}

/* In a private PKI only what Apple's systems refuse there, too, is worth a word: 825 days. */
static void
lint_private_validity(const Lint *lint, gint64 days)
{
  int allowed = MAX(days_enforced(certificate_not_before(lint->certificate)), PRIVATE_DAYS_MAX);
  if (days > allowed)
    lint_report(lint, "validity-long", FINDING_INFO,
                "is valid for %" G_GINT64_FORMAT " days; Apple's systems take %d for a server, "
                "also in a private PKI",
                days, allowed);
}

void
lint_validity(const Lint *lint)
{
  gint64 start = certificate_not_before(lint->certificate);
  gint64 end = certificate_not_after(lint->certificate);
  if (end < start)
    lint_report(lint, "certificate-malformed", FINDING_INFO, "ends before it begins");
  else if (!lint_is_leaf(lint) || !lint_is_server(lint) || certificate_is_ca(lint->certificate))
    return;
  else if (lint_is_strict(lint))
    lint_public_validity(lint, (end - start) / DAY);
  else
    lint_private_validity(lint, (end - start) / DAY);
}

/* --- key -------------------------------------------------------------------------------------- */

/* BR 6.1.5; small keys are verify_path.c's. */
void
lint_key(const Lint *lint)
{
  gnutls_pk_algorithm_t algorithm = lint->fields->key_algorithm;
  const char *code = lint_is_leaf(lint) ? "key-too-weak" : "issuer-key-weak";
  unsigned bits = lint->fields->key_bits;
  if (algorithm == GNUTLS_PK_DSA)
    lint_report(lint, code, FINDING_WARNING,
                "has a DSA key, which TLS 1.3 and today's clients do not know");
  else if (algorithm == GNUTLS_PK_RSA && bits % 8 != 0)
    lint_report(lint, code, FINDING_INFO,
                "has an RSA key of %u bits, which is not a multiple of 8; some programs cannot "
                "use it",
                bits);
}
