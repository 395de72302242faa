#include "config.h"

#include "commands/check_exit.h"

#include <string.h>

#include "commands/commands.h"
#include "trust/catalogue.h"

/* Codes of one group of the catalogue share a stage, but these. */
static const struct {
  const char *code;
  int exit;
} exceptions[] = {
    {"certificate-duplicate", 0}, /* by its side */
    {"leaf-not-first", EXIT_LOCAL_FILE},
    {"key-too-weak", 0},
    {"key-type-refused", EXIT_CLIENT_REFUSED},
    {"key-signature-refused", EXIT_CLIENT_REFUSED},
    {"broker-clock-wrong", EXIT_CLIENT_REFUSED},
    {"broker-crl-suspected", EXIT_CLIENT_REFUSED},
    {"client-name-missing", EXIT_MQTT},
    {"strength-refused", EXIT_CLIENT_REFUSED},
};

/* Each group by its first code, in the catalogue's order. 0: a certificate's fault, by its side. */
static const struct {
  const char *first;
  int exit;
} groups[] = {
    {"file-missing", EXIT_LOCAL_FILE},
    {"key-mismatch", EXIT_LOCAL_FILE},
    {"chain-leaf-only", 0},
    {"leaf-expired", 0},
    {"name-mismatch", 0},
    {"issuer-not-ca", 0},
    {"signature-weak", 0},
    {"anchor-wrong", 0},
    {"server-revoked", 0},
    {"client-cert-required", EXIT_CLIENT_REFUSED},
    {"tls-version-mismatch", EXIT_TLS},
    {"port-plain-mqtt", EXIT_TLS},
    {"dns-unknown", EXIT_NETWORK},
    {"mqtt-bad-credentials", EXIT_MQTT},
    {"unknown", -1},
};

static int
exit_of_group(const char *code)
{
  gsize count, group = 0;
  const CatalogueEntry *entries = catalogue_entries(&count);
  for (gsize i = 0; i < count; i++) {
    if (group + 1 < G_N_ELEMENTS(groups) && strcmp(entries[i].code, groups[group + 1].first) == 0)
      group++;
    if (strcmp(entries[i].code, code) == 0)
      return groups[group].exit;
  }
  g_assert_not_reached();
}

int
check_exit_of_code(const char *code, FindingSide side, int stopped)
{
  int exit = exit_of_group(code);
  for (gsize i = 0; i < G_N_ELEMENTS(exceptions); i++) {
    if (strcmp(exceptions[i].code, code) == 0)
      exit = exceptions[i].exit;
  }
  if (exit < 0)
    return stopped;
  if (exit > 0)
    return exit;
  return side == FINDING_SIDE_CLIENT ? EXIT_CLIENT_REFUSED : EXIT_SERVER_REFUSED;
}

int
check_exit_of_stage(const Evidence *evidence, gboolean tls)
{
  const gint64 *at = evidence->at_us;
  if (!evidence_has_begun(evidence))
    return EXIT_LOCAL_FILE;
  if (at[EVIDENCE_CONNECTED] == 0)
    return EXIT_NETWORK;
  if (tls && at[EVIDENCE_ESTABLISHED] == 0)
    return EXIT_TLS;
  return EXIT_MQTT;
}

/* Faults of an earlier stage are not why it stopped: what was past it went well. After the
 * handshake the broker may still refuse our certificate (TLS 1.3), until its first byte has come.
 */
static gboolean
may_have_stopped(int exit, int stopped, const Evidence *evidence)
{
  if (stopped == EXIT_LOCAL_FILE || stopped == EXIT_NETWORK)
    return exit == stopped;
  if (stopped == EXIT_TLS)
    return exit == EXIT_TLS || exit == EXIT_SERVER_REFUSED || exit == EXIT_CLIENT_REFUSED;
  if (evidence->at_us[EVIDENCE_FIRST_BYTE] != 0)
    return exit == EXIT_MQTT;
  return exit == EXIT_MQTT || exit == EXIT_CLIENT_REFUSED || exit == EXIT_TLS;
}

/* Before the first packet nobody has refused a certificate: a file of ours cannot be read. */
static int
exit_of_failure(const GPtrArray *findings, const Evidence *evidence, gboolean tls)
{
  int stopped = check_exit_of_stage(evidence, tls), first = 0, best = 0;
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    if (finding->severity != FINDING_ERROR)
      continue;
    int exit = check_exit_of_code(finding->code, finding->side, stopped);
    if (first == 0)
      first = exit;
    if (may_have_stopped(exit, stopped, evidence) && (best == 0 || exit < best))
      best = exit;
  }
  int exit = best != 0 ? best : first != 0 ? first : stopped;
  gboolean of_certificate = exit == EXIT_SERVER_REFUSED || exit == EXIT_CLIENT_REFUSED;
  return stopped == EXIT_LOCAL_FILE && of_certificate ? EXIT_LOCAL_FILE : exit;
}

/* An error that did not stop anything (a certificate of ours that has ended, and the broker does
 * not mind) is a warning here; what MQTT was asked for and did not get is not. */
static int
exit_of_success(const GPtrArray *findings)
{
  int exit = EXIT_GOOD;
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = findings->pdata[i];
    if (finding->severity == FINDING_INFO)
      continue;
    exit = MAX(exit, EXIT_WARNINGS);
    if (finding->severity == FINDING_ERROR &&
        check_exit_of_code(finding->code, finding->side, EXIT_MQTT) == EXIT_MQTT)
      exit = EXIT_MQTT;
  }
  return exit;
}

int
check_exit(CheckOutcome outcome, const GPtrArray *findings, const Evidence *evidence, gboolean tls)
{
  return outcome == CHECK_ONLINE ? exit_of_success(findings)
                                 : exit_of_failure(findings, evidence, tls);
}

int
check_exit_worse(int a, int b)
{
  return MAX(a, b);
}
