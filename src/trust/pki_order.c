/* An order carried out:
 *
 *   what it names is loaded → may this CA sign that? → key, subject, names, dates → signed → judged
 *
 * Nothing is written here. */
#include "config.h"

#include "trust/pki_private.h"

#include <string.h>

#include "trust/certificate_extensions.h"
#include "trust/certificate_fields.h"
#include "trust/date_text.h"
#include "trust/inspection.h"
#include "trust/key_file.h"
#include "trust/token.h"
#include "util/safe_text.h"

#define DAY (24 * 60 * 60)
#define SLOW_CLOCK (5 * 60)
#define CA_DAYS 3650
#define LEAF_DAYS 365
#define DAYS_MAX 36500

/* What is known while an order is carried out. */
typedef struct {
  const PkiOrder *order;
  PkiResult *result;
  PkiIssuer *issuer; /* NULL: signed by itself, or a request */
  PkiInput *input;   /* of PKI_SIGN and PKI_RENEW */
  GBytes *subject, *names, *more;
  PkiKey *signer_only; /* of a root that is renewed: signs, and is not written */
  int path_length;
  gint64 not_before, not_after;
} Job;

static void
job_clear(Job *job)
{
  g_clear_pointer(&job->issuer, pki_issuer_free);
  g_clear_pointer(&job->input, pki_input_free);
  g_clear_pointer(&job->subject, g_bytes_unref);
  g_clear_pointer(&job->names, g_bytes_unref);
  g_clear_pointer(&job->more, g_bytes_unref);
  g_clear_pointer(&job->signer_only, pki_key_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Job, job_clear)

static void note(PkiResult *result, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
note(PkiResult *result, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_ptr_array_add(result->notes, safe_text_string(text));
}

void
pki_result_free(PkiResult *result)
{
  if (!result)
    return;
  g_clear_pointer(&result->certificate, certificate_unref);
  g_clear_pointer(&result->request, g_bytes_unref);
  g_clear_pointer(&result->old, certificate_unref);
  g_clear_pointer(&result->verdict, verdict_free);
  pki_key_free(result->key);
  g_free(result->subject);
  g_strfreev(result->names);
  g_free(result->label);
  g_free(result->ca_file);
  g_ptr_array_unref(result->issuers);
  g_ptr_array_unref(result->notes);
  g_ptr_array_unref(result->inputs);
  g_free(result);
}

char *
pki_result_ca_words(const PkiResult *result)
{
  if (result->ca_file_has_key)
    return g_strdup_printf("the certificate in %s, without the key that stands there,",
                           result->ca_file);
  return g_strdup_printf("%s%s", token_is_uri(result->ca_file) ? "the certificate in " : "",
                         result->ca_file);
}

static PkiResult *
result_new(const PkiOrder *order)
{
  PkiResult *result = g_new0(PkiResult, 1);
  result->action = order->action;
  result->role = order->role;
  result->issuers = certificate_list_new();
  result->notes = g_ptr_array_new_with_free_func(g_free);
  result->inputs = g_ptr_array_new_with_free_func(g_free);
  return result;
}

/* --- the old certificate ---------------------------------------------------------------------- */

static gboolean
is_for(const Certificate *certificate, const char *purpose)
{
  const char *const *purposes = certificate_extended_key_usage(certificate);
  return purposes && g_strv_contains(purposes, purpose);
}

static gboolean
find_role(Job *job, GError **error)
{
  const Certificate *old = job->result->old;
  gboolean server = is_for(old, "serverAuth"), client = is_for(old, "clientAuth");
  if (certificate_is_ca(old))
    job->result->role = certificate_is_self_issued(old) ? PKI_ROOT : PKI_INTERMEDIATE;
  else if (job->order->has_role)
    job->result->role = job->order->role;
  else if (server || client)
    job->result->role = server && client ? PKI_PEER : server ? PKI_SERVER : PKI_CLIENT;
  else
    return pki_fail(error, PKI_FIELD_ROLE,
                    "The certificate in %s does not say what it is for (no extendedKeyUsage); say "
                    "whether the new one is for a server or a client.",
                    job->input->label);
  return TRUE;
}

/* What is made anew, and what belongs to the old one alone (RFC 6962). A CA's extendedKeyUsage is a
 * constraint on all below it, and follows from no role. */
static gboolean
is_made_anew(const Extension *extension, gboolean authority)
{
  static const char *const oids[] = {"2.5.29.14",
                                     "2.5.29.15",
                                     "2.5.29.17",
                                     "2.5.29.19",
                                     "2.5.29.35",
                                     "1.3.6.1.4.1.11129.2.4.2",
                                     "1.3.6.1.4.1.11129.2.4.3"};
  for (gsize i = 0; i < G_N_ELEMENTS(oids); i++)
    if (der_oid_is(extension->oid, oids[i]))
      return TRUE;
  return !authority && der_oid_is(extension->oid, "2.5.29.37");
}

/* Constraints and policies of a CA, where its lists are: a renewal loses none of them. */
static GBytes *
other_extensions(const Certificate *certificate)
{
  DerSpan rest = certificate_extensions(certificate), before = rest;
  GByteArray *out = g_byte_array_new();
  Extension extension;
  while (certificate_extension_next(&rest, &extension)) {
    if (!is_made_anew(&extension, certificate_is_ca(certificate)))
      g_byte_array_append(out, before.bytes, (guint)(before.length - rest.length));
    before = rest;
  }
  return g_byte_array_free_to_bytes(out);
}

static gboolean
load_old(Job *job, GError **error)
{
  GError *cause = NULL;
  const char *path = job->order->input_path;
  g_autoptr(GPtrArray) certificates = key_file_certificates(path, NULL, &cause);
  if (!certificates)
    return pki_fail_with(error, PKI_FIELD_INPUT, cause);
  Certificate *old = certificates->pdata[0];
  job->result->old = certificate_ref(old);
  job->input = pki_input_certificate(path, old);
  job->more = other_extensions(old);
  job->path_length = certificate_fields(old)->path_length;
  if (!certificate_extensions_whole(old))
    return pki_fail(error, PKI_FIELD_INPUT,
                    "The certificate in %s has extensions that cannot be read; have a new one "
                    "made instead.",
                    job->input->label);
  return find_role(job, error);
}

/* --- who signs -------------------------------------------------------------------------------- */

static gboolean
signs_itself(const Job *job)
{
  return job->result->role == PKI_ROOT;
}

/* The names are compared, not the signature: a CA that was renewed with a new key goes on. */
static gboolean
check_same_issuer(const Job *job, GError **error)
{
  const Certificate *old = job->result->old, *ca = job->issuer->certificate;
  if (g_bytes_equal(certificate_fields(old)->issuer_dn, certificate_fields(ca)->subject_dn))
    return TRUE;
  return pki_refuse(error, PKI_FIELD_CA,
                    "The certificate in %s was issued by \"%s\", and the CA in %s is \"%s\"; renew "
                    "it by the CA that issued it.",
                    job->input->label, certificate_issuer_label(old), job->issuer->label,
                    certificate_subject_label(ca));
}

/* NULL and what is on a token cannot be overwritten. */
static void
add_input(Job *job, const char *path)
{
  if (path && !token_is_uri(path))
    g_ptr_array_add(job->result->inputs, g_strdup(path));
}

static gboolean
load_issuer(Job *job, GError **error)
{
  if (signs_itself(job))
    return TRUE;
  if (!job->order->ca_path)
    return pki_fail(error, PKI_FIELD_CA,
                    "A %s certificate is signed by a CA; name the CA's certificate.",
                    pki_role_name(job->result->role));
  job->issuer = pki_issuer_load(job->order, error);
  if (!job->issuer || (job->result->old && !check_same_issuer(job, error)))
    return FALSE;
  PkiOrder order = *job->order;
  order.path_length = job->path_length;
  if (!pki_guard_issuer(job->issuer, &order, job->result->role, error))
    return FALSE;
  job->result->ca_file = g_strdup(job->issuer->label);
  job->result->ca_file_has_key = key_file_holds_key(job->order->ca_path);
  add_input(job, job->order->ca_path);
  add_input(job, job->issuer->key_path);
  for (guint i = 0; i < job->issuer->chain->len; i++)
    g_ptr_array_add(job->result->issuers, certificate_ref(job->issuer->chain->pdata[i]));
  return TRUE;
}

/* --- the key ---------------------------------------------------------------------------------- */

/* The key that an order names must be that of the old certificate. */
static gboolean
check_old_key(const Job *job, const PkiKey *key, GError **error)
{
  if (!strcmp(pki_key_id(key), certificate_key_id(job->result->old)))
    return TRUE;
  return pki_fail(error, PKI_FIELD_KEY,
                  "The key that was named is not the one of the certificate in %s; name that one, "
                  "or ask for a new key.",
                  job->input->label);
}

/* A root signs its renewal, so its key is needed although nothing of it is written. */
static gboolean
load_root_key(Job *job, GError **error)
{
  const PkiOrder *order = job->order;
  PkiOrder own = *order;
  own.ca_path = order->input_path;
  own.ca_key_path = order->ca_key_path ? order->ca_key_path : order->key_path;
  own.ca_password = order->ca_password ? order->ca_password : order->key_password;
  g_autoptr(PkiIssuer) issuer = pki_issuer_load(&own, error);
  if (!issuer || !check_old_key(job, issuer->key, error))
    return FALSE;
  job->signer_only = g_steal_pointer(&issuer->key);
  return TRUE;
}

static gboolean
take_key(Job *job, GError **error)
{
  const PkiOrder *order = job->order;
  PkiResult *result = job->result;
  if (order->action == PKI_SIGN)
    return TRUE;
  if (order->action == PKI_RENEW && !order->new_key && signs_itself(job))
    return load_root_key(job, error);
  if (order->action == PKI_RENEW && !order->new_key && !order->key_path)
    return TRUE;
  result->key_is_new = order->new_key || !order->key_path;
  result->key = result->key_is_new ? pki_key_generate(order->key_type, error)
                                   : pki_key_load(order->key_path, order->key_password,
                                                  PKI_FIELD_KEY, PKI_FIELD_KEY_PASSWORD, error);
  if (!result->key)
    return FALSE;
  add_input(job, result->key_is_new ? NULL : order->key_path);
  return result->key_is_new || !result->old || check_old_key(job, result->key, error);
}

/* --- subject and names ------------------------------------------------------------------------ */

/* Of what was made: for a file's name. */
static void
set_label(Job *job)
{
  g_autofree char *name = pki_subject_common_name(job->subject);
  const char *first = job->result->names[0];
  job->result->label = safe_text_string(name ? name : first ? strchr(first, ':') + 1 : "");
}

static gboolean
take_subject(Job *job, GError **error)
{
  const char *text = job->order->subject;
  if (text)
    job->subject = pki_subject_parse(text, error);
  else if (job->input)
    job->subject = g_bytes_ref(job->input->subject);
  else
    return pki_fail(error, PKI_FIELD_SUBJECT,
                    "No subject was given; write one, such as CN=Client,O=Test Org,C=US.");
  return job->subject != NULL;
}

static void
append_all(GPtrArray *to, const char *const *names)
{
  for (; names && *names; names++)
    g_ptr_array_add(to, (gpointer)*names);
}

static gboolean
is_server(const Job *job)
{
  return job->result->role == PKI_SERVER || job->result->role == PKI_PEER;
}

static gboolean
has_role(const Job *job)
{
  return job->order->has_role || job->result->old;
}

/* A server's common name that is a host: clients look only at the subjectAltName. */
static char *
host_in_subject(const Job *job)
{
  if (!has_role(job) || !is_server(job) || job->result->old)
    return NULL;
  g_autofree char *name = pki_subject_common_name(job->subject);
  return name && pki_names_is_host(name) ? g_steal_pointer(&name) : NULL;
}

static void
note_names_left_out(Job *job)
{
  if (job->order->action != PKI_SIGN || job->order->copy_names || !job->input->name_texts[0])
    return;
  g_autofree char *names = g_strjoinv(", ", job->input->name_texts);
  note(job->result, "The names that the request asks for were not taken over: %s.", names);
}

static gboolean
take_names(Job *job, GError **error)
{
  GError *cause = NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  g_autofree char *host = host_in_subject(job);
  if (job->result->old && !job->order->names) {
    job->names = job->input->names ? g_bytes_ref(job->input->names) : NULL;
    return TRUE;
  }
  if (host)
    g_ptr_array_add(names, host);
  append_all(names, job->order->names);
  if (job->order->copy_names)
    append_all(names, (const char *const *)job->input->name_texts);
  g_ptr_array_add(names, NULL);
  job->names = pki_names_encode((const char *const *)names->pdata, &cause);
  note_names_left_out(job);
  if (!cause)
    return TRUE;
  g_propagate_error(error, cause);
  return FALSE;
}

/* RFC 5280, 4.1.2.6 and 4.2.1.6. */
static gboolean
check_identity(const Job *job, GError **error)
{
  gboolean empty = g_bytes_get_size(job->subject) == 2;
  gboolean authority = has_role(job) && pki_role_is_authority(job->result->role);
  if (empty && (authority || !job->names))
    return pki_fail(error, PKI_FIELD_SUBJECT,
                    authority ? "A CA needs a subject, such as CN=Test CA,O=Test Org,C=US."
                              : "A certificate needs a subject or a name.");
  if (has_role(job) && is_server(job) && !job->names)
    return pki_fail(error, PKI_FIELD_NAMES,
                    "A server's certificate needs the names that clients connect to, for they "
                    "look nowhere else; give its host names and addresses.");
  return TRUE;
}

/* --- dates ------------------------------------------------------------------------------------ */

static gint64
default_days(const Job *job)
{
  const Certificate *old = job->result->old;
  if (job->order->days > 0)
    return job->order->days;
  if (old)
    return MAX((certificate_not_after(old) - certificate_not_before(old)) / DAY, 1);
  return pki_role_is_authority(job->result->role) ? CA_DAYS : LEAF_DAYS;
}

/* With its CA; a date that was asked for was checked before (pki_guard.c). */
static gboolean
fit_into_issuer(Job *job, GError **error)
{
  const PkiOrder *order = job->order;
  gint64 start = certificate_not_before(job->issuer->certificate);
  gint64 end = certificate_not_after(job->issuer->certificate);
  g_autofree char *last = date_text(end);
  if (order->not_before == 0)
    job->not_before = MAX(job->not_before, start);
  if (job->not_after <= end)
    return TRUE;
  if (order->days > 0)
    return pki_refuse(
        error, PKI_FIELD_DATES,
        "The certificate would outlive its CA \"%s\", which ends on %s; give it fewer "
        "days, %" G_GINT64_FORMAT " at most.",
        certificate_subject_label(job->issuer->certificate), last,
        MAX((end - job->not_before) / DAY, 0));
  job->not_after = end;
  note(job->result, "It ends with its CA, on %s, for nobody would accept it after that.", last);
  if (job->result->old && end <= certificate_not_after(job->result->old))
    note(job->result, "That is no later than the old one: renew the CA first, then this.");
  return TRUE;
}

static gboolean
take_dates(Job *job, GError **error)
{
  const PkiOrder *order = job->order;
  if (order->days < 0 || order->days > DAYS_MAX)
    return pki_fail(error, PKI_FIELD_DATES, "A certificate lives for 1 to %d days.", DAYS_MAX);
  job->not_before = order->not_before ? order->not_before : order->now - SLOW_CLOCK;
  gint64 first = order->not_before ? order->not_before : order->now;
  job->not_after = order->not_after ? order->not_after : first + default_days(job) * DAY;
  if (job->issuer && !fit_into_issuer(job, error))
    return FALSE;
  if (job->not_after <= job->not_before)
    return pki_fail(error, PKI_FIELD_DATES, "The certificate would end before it begins.");
  if (job->not_after <= order->now)
    return pki_fail(error, PKI_FIELD_DATES, "The certificate would be expired already.");
  return TRUE;
}

/* --- making it -------------------------------------------------------------------------------- */

static void
describe_request(PkiResult *result, GBytes *names)
{
  g_autoptr(GError) error = NULL;
  gsize length;
  const void *bytes = g_bytes_get_data(result->request, &length);
  g_autoptr(Inspection) inspection = inspection_parse(bytes, length, "the request", NULL, &error);
  g_assert(inspection && inspection->items->len == 1); /* it was made a moment ago */
  const InspectedItem *item = inspection->items->pdata[0];
  result->subject = g_strdup(item->subject);
  result->names = names ? g_strdupv(item->names) : g_new0(char *, 1);
}

static gboolean
make_request(Job *job, GError **error)
{
  PkiResult *result = job->result;
  if (!take_subject(job, error) || !take_names(job, error) || !check_identity(job, error) ||
      !take_key(job, error))
    return FALSE;
  result->request = pki_build_request(job->subject, job->names, job->order->has_role, result->role,
                                      result->key, error);
  if (!result->request)
    return FALSE;
  describe_request(result, job->names);
  set_label(job);
  return TRUE;
}

/* Names that are given take the place of the old ones. */
static void
note_names_lost(const Job *job)
{
  const PkiResult *result = job->result;
  g_autoptr(GPtrArray) lost = g_ptr_array_new();
  for (char **name = job->input->name_texts; *name; name++)
    if (!g_strv_contains((const char *const *)result->names, *name))
      g_ptr_array_add(lost, *name);
  if (lost->len == 0)
    return;
  g_ptr_array_add(lost, NULL);
  g_autofree char *names = g_strjoinv(", ", (char **)lost->pdata);
  note(job->result, "These names of the old certificate are not in the new one: %s.", names);
}

static void
add_notes(Job *job)
{
  PkiResult *result = job->result;
  if (result->old)
    note_names_lost(job);
  const GPtrArray *issuers = result->issuers;
  if (issuers->len > 0) {
    const Certificate *top = issuers->pdata[issuers->len - 1];
    if (!certificate_is_self_signed(top))
      note(result,
           "The file of the CA does not go up to a root: \"%s\", which signed \"%s\", is not "
           "in it, so what that one allows was not looked at.",
           certificate_issuer_label(top), certificate_subject_label(top));
  }
  if (result->old && signs_itself(job) && result->key_is_new)
    note(result, "With its new key this is another CA: what the old one signed is not accepted by "
                 "it; keep both until all of that is replaced.");
}

static gboolean
build(Job *job, GError **error)
{
  PkiResult *result = job->result;
  const Certificate *ca = job->issuer ? job->issuer->certificate : NULL;
  const PkiKey *signer = job->issuer        ? job->issuer->key
                         : job->signer_only ? job->signer_only
                                            : result->key;
  PkiBlank blank = {.subject = job->subject,
                    .issuer = ca ? certificate_fields(ca)->subject_dn : NULL,
                    .spki = result->key ? pki_key_public(result->key) : job->input->spki,
                    .not_before = job->not_before,
                    .not_after = job->not_after,
                    .role = result->role,
                    .path_length = job->path_length,
                    .names = job->names,
                    .more = job->more,
                    .issuer_certificate = ca};
  result->certificate = pki_build_certificate(&blank, signer, error);
  if (!result->certificate)
    return FALSE;
  result->subject = g_strdup(certificate_subject(result->certificate));
  result->names = g_strdupv((char **)certificate_names(result->certificate));
  set_label(job);
  result->verdict = pki_guard_judge(result->certificate, result->issuers, result->ca_file,
                                    result->role, job->order->now, error);
  return result->verdict != NULL;
}

static gboolean
load_input(Job *job, GError **error)
{
  job->path_length = job->order->path_length;
  if (job->order->action == PKI_RENEW)
    return load_old(job, error);
  if (job->order->action == PKI_SIGN)
    job->input = pki_input_request(job->order->input_path, error);
  return job->order->action != PKI_SIGN || job->input;
}

static gboolean
make_certificate(Job *job, GError **error)
{
  if (!load_input(job, error) || !load_issuer(job, error) || !take_subject(job, error) ||
      !take_names(job, error) || !check_identity(job, error) || !take_dates(job, error) ||
      !take_key(job, error) || !build(job, error))
    return FALSE;
  add_notes(job);
  return TRUE;
}

PkiResult *
pki_carry_out(const PkiOrder *order, GError **error)
{
  g_autoptr(PkiResult) result = result_new(order);
  g_auto(Job) job = {.order = order, .result = result};
  gboolean good =
      order->action == PKI_REQUEST ? make_request(&job, error) : make_certificate(&job, error);
  return good ? g_steal_pointer(&result) : NULL;
}
