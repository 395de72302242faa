/* Words, errors, and certificates in memory without questions; orders: pki_order.c. */
#include "config.h"

#include "trust/pki.h"

#include "trust/certificate_fields.h"
#include "trust/pki_private.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

G_DEFINE_QUARK(mqtrust - pki - error - quark, pki_error)
G_DEFINE_QUARK(mqtrust - pki - refusal - quark, pki_refusal)

/* --- words and errors ------------------------------------------------------------------------- */

const char *
pki_role_name(PkiRole role)
{
  static const char *const names[] = {[PKI_ROOT] = "CA",
                                      [PKI_INTERMEDIATE] = "CA",
                                      [PKI_SERVER] = "server",
                                      [PKI_CLIENT] = "client",
                                      [PKI_PEER] = "server and client"};
  return names[role];
}

const char *
pki_field_name(PkiField field)
{
  static const char *const names[] = {[PKI_FIELD_NONE] = "none",
                                      [PKI_FIELD_ROLE] = "role",
                                      [PKI_FIELD_SUBJECT] = "subject",
                                      [PKI_FIELD_NAMES] = "names",
                                      [PKI_FIELD_DATES] = "dates",
                                      [PKI_FIELD_PATH_LENGTH] = "path-length",
                                      [PKI_FIELD_KEY_TYPE] = "key-type",
                                      [PKI_FIELD_KEY] = "key",
                                      [PKI_FIELD_KEY_PASSWORD] = "key-password",
                                      [PKI_FIELD_CA] = "ca",
                                      [PKI_FIELD_CA_KEY] = "ca-key",
                                      [PKI_FIELD_CA_PASSWORD] = "ca-password",
                                      [PKI_FIELD_INPUT] = "input",
                                      [PKI_FIELD_OUTPUT] = "output",
                                      [PKI_FIELD_REPLACE] = "replace",
                                      [PKI_FIELD_START] = "start"};
  return names[field];
}

static gboolean set_error(GError **error, GQuark domain, PkiField field, const char *format,
                          va_list arguments) G_GNUC_PRINTF(4, 0);

static gboolean
set_error(GError **error, GQuark domain, PkiField field, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  g_autofree char *safe = safe_text_string(text);
  g_set_error_literal(error, domain, (int)field, safe);
  return FALSE;
}

gboolean
pki_fail(GError **error, PkiField field, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  set_error(error, PKI_ERROR, field, format, arguments);
  va_end(arguments);
  return FALSE;
}

gboolean
pki_refuse(GError **error, PkiField field, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  set_error(error, PKI_REFUSAL, field, format, arguments);
  va_end(arguments);
  return FALSE;
}

gboolean
pki_fail_with(GError **error, PkiField field, GError *cause)
{
  g_set_error_literal(error, PKI_ERROR, (int)field, cause->message);
  g_error_free(cause);
  return FALSE;
}

/* --- in memory -------------------------------------------------------------------------------- */

struct PkiPair {
  Certificate *certificate;
  PkiKey *key;
};

static char **
prefixed(const char *const *dns_names, const char *const *addresses)
{
  GPtrArray *names = g_ptr_array_new();
  for (; dns_names && *dns_names; dns_names++)
    g_ptr_array_add(names, g_strconcat("DNS:", *dns_names, NULL));
  for (; addresses && *addresses; addresses++)
    g_ptr_array_add(names, g_strconcat("IP:", *addresses, NULL));
  g_ptr_array_add(names, NULL);
  return (char **)g_ptr_array_free(names, FALSE);
}

static Certificate *
issue(const PkiTemplate *template, const PkiKey *key, const PkiPair *issuer, GError **error)
{
  GError *problem = NULL;
  g_auto(GStrv) list = prefixed(template->dns_names, template->ip_addresses);
  g_autoptr(GBytes) subject =
      pki_subject_of(template->country, template->organization, template->common_name, error);
  g_autoptr(GBytes) names = subject ? pki_names_encode((const char *const *)list, &problem) : NULL;
  GBytes *issuer_name = issuer ? certificate_fields(issuer->certificate)->subject_dn : NULL;
  if (problem)
    g_propagate_error(error, problem);
  if (!subject || problem)
    return NULL;
  PkiBlank blank = {.subject = subject,
                    .issuer = issuer_name,
                    .spki = pki_key_public(key),
                    .not_before = template->not_before,
                    .not_after = template->not_after,
                    .role = template->role,
                    .path_length = template->path_length,
                    .names = names,
                    .issuer_certificate = issuer ? issuer->certificate : NULL};
  return pki_build_certificate(&blank, issuer ? issuer->key : key, error);
}

static PkiPair *
explain(GError **error, GError *cause)
{
  g_set_error(error, TRUST_ERROR, TRUST_ERROR_LIBRARY, "Cannot make a certificate: %s",
              cause->message);
  g_error_free(cause);
  return NULL;
}

PkiPair *
pki_issue(const PkiTemplate *template, const PkiPair *issuer, GError **error)
{
  GError *cause = NULL;
  g_autoptr(PkiKey) key = pki_key_generate(template->key_type, &cause);
  if (!key)
    return explain(error, cause);
  Certificate *certificate = issue(template, key, issuer, &cause);
  if (!certificate)
    return explain(error, cause);
  PkiPair *pair = g_new0(PkiPair, 1);
  pair->certificate = certificate;
  pair->key = g_steal_pointer(&key);
  return pair;
}

void
pki_pair_free(PkiPair *pair)
{
  if (!pair)
    return;
  certificate_unref(pair->certificate);
  pki_key_free(pair->key);
  g_free(pair);
}

Certificate *
pki_pair_certificate(const PkiPair *pair)
{
  return pair->certificate;
}

char *
pki_pair_key_pem(const PkiPair *pair, const char *password, GError **error)
{
  return pki_key_pem(pair->key, password, error);
}
