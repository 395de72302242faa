/* The two sides have nothing in common: versions, suites, groups, keys. Which of them, the probes
 * tell that allow one thing more at a time. */
#include "config.h"

#include "core/diagnosis_probe.h"

#include "trust/certificate.h"

#include <string.h>

/* --- Nothing in common ------------------------------------------------------------------------ */

static char *
offered_versions(const DiagnosisCase *c)
{
  static const char *const names[] = {
      [TLS_1_0] = "1.0", [TLS_1_1] = "1.1", [TLS_1_2] = "1.2", [TLS_1_3] = "1.3"};
  g_autoptr(GString) list = g_string_new(NULL);
  for (guint i = 0; c->probes != NULL && i < c->probes->len; i++) {
    const PlannedProbe *probe = g_ptr_array_index(c->probes, i);
    if (probe->purpose == PROBE_VERSION && probe->result != NULL && probe_shook_hands(probe))
      g_string_append_printf(list, "%sTLS %s", list->len > 0 ? ", " : "", names[probe->version]);
  }
  return list->len > 0 ? g_strdup(list->str) : NULL;
}

static char *
allowed_versions(const DiagnosisCase *c)
{
  static const char *const names[] = {[TLS_ANY] = "TLS 1.2 and 1.3",
                                      [TLS_1_0] = "TLS 1.0 only",
                                      [TLS_1_1] = "TLS 1.1 only",
                                      [TLS_1_2] = "TLS 1.2 only",
                                      [TLS_1_3] = "TLS 1.3 only"};
  if (c->profile->tls_priority != NULL && c->profile->tls_version == TLS_ANY)
    return g_strdup_printf("what \"%s\" says", c->profile->tls_priority);
  return g_strdup(names[c->profile->tls_version]);
}

Finding *
probe_refine_version(const DiagnosisCase *c, Finding *general)
{
  g_autofree char *offered = offered_versions(c);
  if (offered == NULL)
    return general;
  g_autofree char *allowed = allowed_versions(c);
  Finding *better = diagnosis_replace(general, "tls-version-mismatch");
  finding_set_message(better, "The broker offers %s, and this connection allows %s.", offered, allowed);
  finding_set_remedy(better, "Allow one TLS version on both sides, best 1.2 and 1.3.");
  finding_add_evidence(better, "probe: the broker answers %s", offered);
  return better;
}

/* Whether the priority string leaves a family ("RSA", "ECDSA") its signatures and key exchanges. */
static gboolean
settings_allow(const char *priority, const char *family)
{
  gboolean signatures = TRUE, exchanges = TRUE;
  g_auto(GStrv) words = g_strsplit(priority != NULL ? priority : "NORMAL", ":", -1);
  g_autofree char *exchange = g_strconcat("ECDHE-", family, NULL);
  for (char **word = words; *word != NULL; word++) {
    gboolean plus = **word == '+';
    const char *name = *word + (**word == '+' || **word == '-' || **word == '!' ? 1 : 0);
    if (strcmp(name, "SIGN-ALL") == 0)
      signatures = plus;
    else if (strcmp(name, "KX-ALL") == 0)
      exchanges = plus;
    else if (plus && g_str_has_prefix(name, "SIGN-") && strstr(name, family) != NULL)
      signatures = TRUE;
    else if (g_str_has_prefix(name, exchange) && strcmp(name, exchange) == 0)
      exchanges = plus;
  }
  return signatures && exchanges;
}

static const char *
family_of(const Certificate *leaf)
{
  const char *label = leaf != NULL ? certificate_key_label(leaf) : "";
  if (g_str_has_prefix(label, "RSA"))
    return "RSA";
  if (g_str_has_prefix(label, "EC"))
    return "ECDSA";
  return g_str_has_prefix(label, "Ed") ? "EdDSA" : NULL;
}

static Finding *
by_key_type(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  const Certificate *leaf = probe_leaf(probe);
  const char *family = family_of(leaf);
  if (family == NULL || settings_allow(c->profile->tls_priority, family)) {
    Finding *better = diagnosis_replace(general, "tls-no-group");
    finding_set_message(better,
                        "The broker accepted none of our signature schemes; with every scheme "
                        "it answers.");
    finding_set_remedy(better, "Allow more signature schemes in the connection's priority string.");
    probe_saw(better, probe, "the broker answers");
    return better;
  }
  Finding *better = diagnosis_replace(general, "tls-key-type-mismatch");
  finding_set_message(better,
                      "The broker has only a certificate with an %s key (%s), and this "
                      "connection's settings (%s) allow no such key.",
                      family, certificate_subject_label(leaf), c->profile->tls_priority);
  finding_set_remedy(better, "Allow RSA and ECDSA in the connection's priority string.");
  probe_about_leaf(better, leaf);
  probe_saw(better, probe, "the broker answers");
  return better;
}

static Finding *
by_psk(const DiagnosisCase *c, Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "psk-only");
  finding_set_message(better,
                      "The listener on port %u uses pre-shared keys (TLS-PSK) instead of "
                      "certificates.",
                      probe_own_port(c));
  probe_saw(better, probe, "the broker answers");
  return better;
}

static Finding *
by_group(Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tls-no-group");
  finding_set_message(better,
                      "The broker accepted none of our groups; with every group it answers%s%s.",
                      probe->result->group != NULL ? " and takes " : "",
                      probe->result->group != NULL ? probe->result->group : "");
  probe_saw(better, probe, "the broker answers");
  return better;
}

static Finding *
by_cipher(Finding *general, const PlannedProbe *probe)
{
  Finding *better = diagnosis_replace(general, "tls-no-cipher");
  finding_set_message(better,
                      "The broker accepted none of our cipher suites; with every suite it "
                      "answers%s%s.",
                      probe->result->cipher != NULL ? " and takes " : "",
                      probe->result->cipher != NULL ? probe->result->cipher : "");
  probe_saw(better, probe, "the broker answers");
  return better;
}

/* All that this library knows was offered: what the broker wants is unknown here, as the key of its
 * certificate may be (secp256k1, brainpool), which shows in no alert. */
static Finding *
by_nothing(const DiagnosisCase *c, Finding *general)
{
  if (probe_find(c, PROBE_WIDER_CIPHERS) == NULL || probe_find(c, PROBE_PSK) == NULL)
    return general;
  finding_set_remedy(general, "Look at what the broker allows, and at the key of its certificate: "
                              "RSA, P-256 or P-384 and an ECDHE AES-GCM suite are known everywhere.");
  finding_add_evidence(general, "probe: with every group, key type and suite that is known here it "
                                "answers no better");
  return general;
}

/* Each probe allows one thing more than our settings: the one that is answered names the fault. */
Finding *
probe_refine_negotiation(const DiagnosisCase *c, Finding *general)
{
  const PlannedProbe *groups = probe_find(c, PROBE_WIDER_GROUPS);
  const PlannedProbe *keys = probe_find(c, PROBE_WIDER_KEYS);
  const PlannedProbe *psk = probe_find(c, PROBE_PSK);
  const PlannedProbe *ciphers = probe_find(c, PROBE_WIDER_CIPHERS);
  if (probe_shook_hands(groups))
    return by_group(general, groups);
  if (probe_shook_hands(keys))
    return by_key_type(c, general, keys);
  if (probe_shook_hands(psk) && probe_leaf(psk) == NULL)
    return by_psk(c, general, psk);
  if (probe_shook_hands(ciphers))
    return by_cipher(general, ciphers);
  if (c->profile->tls_version != TLS_ANY)
    return probe_refine_version(c, general);
  return by_nothing(c, general);
}
