/* Rules of form: what weakens nothing in a private PKI, and is against RFC 5280 or the rules of the
 * public Web PKI (CA/Browser Forum, Baseline Requirements, "BR" in the comments). The default rules
 * say it as info, or as a warning where other programs are known to refuse it; the strict ones
 * refuse. Private to trust/. */
#pragma once

#include <glib.h>

#include "trust/certificate_extensions.h"
#include "trust/certificate_fields.h"
#include "trust/verify_checks.h"

/* One certificate of a path under a rule. */
typedef struct {
  GPtrArray *findings;
  const VerifyRequest *request;
  const Path *path;
  guint position;
  const Certificate *certificate;
  const CertificateFields *fields;
  const char *label; /* of its subject */
  char *place;
} Lint;

gboolean lint_is_leaf(const Lint *lint);
/* It is judged as a server's. */
gboolean lint_is_server(const Lint *lint);
gboolean lint_is_root(const Lint *lint);
gboolean lint_is_strict(const Lint *lint);

/* "`label` in `place` `rest`.": `severity` in the default rules, an error in the strict ones. */
Finding *lint_report(const Lint *lint, const char *code, FindingSeverity severity, const char *rest,
                     ...) G_GNUC_PRINTF(4, 5);

/* --- verify_lint_form.c: what a certificate is made of ---------------------------------------- */
void lint_serial(const Lint *lint);
void lint_empty_names(const Lint *lint);
void lint_validity(const Lint *lint);
void lint_key(const Lint *lint);

/* --- verify_lint_extensions.c ---------------------------------------------------------------- */
void lint_authority_key_id(const Lint *lint);
void lint_subject_key_id(const Lint *lint);
void lint_authority_access(const Lint *lint);
void lint_basic_constraints(const Lint *lint);
void lint_key_usage(const Lint *lint);
void lint_purposes(const Lint *lint);
void lint_policy_constraints(const Lint *lint);

/* --- verify_lint_names.c --------------------------------------------------------------------- */
void lint_name_criticality(const Lint *lint);
void lint_name_syntax(const Lint *lint);
void lint_common_name(const Lint *lint);
void lint_client_name(const Lint *lint);
void lint_public_suffix(const Lint *lint);
