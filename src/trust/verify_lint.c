#include "config.h"

#include "trust/verify_lint.h"

static void (*const rules[])(const Lint *) = {
    lint_serial,           lint_empty_names,    lint_validity,           lint_key,
    lint_authority_key_id, lint_subject_key_id, lint_authority_access,   lint_basic_constraints,
    lint_key_usage,        lint_purposes,       lint_policy_constraints, lint_name_criticality,
    lint_name_syntax,      lint_common_name,    lint_client_name,        lint_public_suffix,
};

gboolean
lint_is_leaf(const Lint *lint)
{
  return lint->position == 0;
}

gboolean
lint_is_server(const Lint *lint)
{
  return lint->request->purpose == VERIFY_PURPOSE_SERVER;
}

gboolean
lint_is_root(const Lint *lint)
{
  return certificate_is_self_signed(lint->certificate);
}

gboolean
lint_is_strict(const Lint *lint)
{
  return lint->request->rules == VERIFY_RULES_STRICT;
}

Finding *
lint_report(const Lint *lint, const char *code, FindingSeverity severity, const char *rest, ...)
{
  va_list arguments;
  va_start(arguments, rest);
  g_autofree char *text = g_strdup_vprintf(rest, arguments);
  va_end(arguments);
  Finding *finding =
      report_position(lint->findings, lint->request, lint->path, lint->position, code);
  report_rule(finding, lint->request, severity);
  finding_set_message(finding, "\"%s\" in %s %s.", lint->label, lint->place, text);
  return finding;
}

static void
lint_certificate(GPtrArray *findings, const VerifyRequest *request, const Path *path,
                 guint position)
{
  const Certificate *certificate = path_node(path, position)->certificate;
  g_autofree char *place = report_place(request, path, position);
  Lint lint = {.findings = findings,
               .request = request,
               .path = path,
               .position = position,
               .certificate = certificate,
               .fields = certificate_fields(certificate),
               .label = certificate_subject_label(certificate),
               .place = place};
  for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
    rules[i](&lint);
}

void
check_form(GPtrArray *findings, const VerifyRequest *request, const Path *path)
{
  for (guint i = 0; i < path->nodes->len; i++)
    lint_certificate(findings, request, path, i);
}
