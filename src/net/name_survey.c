#include "config.h"
#include "net/name_survey.h"

#include <arpa/inet.h>
#include <string.h>

#include "net/dns_reply.h"
#include "util/safe_text.h"

/* --- Life ------------------------------------------------------------------------------------ */

static void
alias_free(gpointer data)
{
  SurveyAlias *alias = data;
  g_free(alias->name);
  g_free(alias->target);
  g_free(alias);
}

static void
address_free(gpointer data)
{
  SurveyAddress *address = data;
  g_free(address->name);
  g_free(address->address);
  g_free(address);
}

static void
authorization_free(gpointer data)
{
  SurveyAuthorization *authorization = data;
  g_free(authorization->tag);
  g_free(authorization->value);
  g_free(authorization);
}

static void
service_free(gpointer data)
{
  SurveyService *service = data;
  g_free(service->target);
  g_free(service);
}

NameSurvey *
name_survey_new(const char *host)
{
  NameSurvey *survey = g_new0(NameSurvey, 1);
  survey->host = safe_text_string(host);
  survey->aliases = g_ptr_array_new_with_free_func(alias_free);
  survey->addresses = g_ptr_array_new_with_free_func(address_free);
  survey->authorizations = g_ptr_array_new_with_free_func(authorization_free);
  survey->services = g_ptr_array_new_with_free_func(service_free);
  survey->service_name = g_strconcat("_secure-mqtt._tcp.", survey->host, NULL);
  survey->v4.answer = survey->v6.answer = NAME_ANSWER_SILENT;
  survey->authorization.answer = survey->service.answer = NAME_ANSWER_SILENT;
  return survey;
}

void
name_survey_free(NameSurvey *survey)
{
  if (survey == NULL)
    return;
  SurveyQuestion *questions[] = {&survey->v4, &survey->v6, &survey->authorization,
                                 &survey->service};
  for (gsize i = 0; i < G_N_ELEMENTS(questions); i++)
    g_free(questions[i]->failure);
  g_free(survey->host);
  g_ptr_array_unref(survey->aliases);
  g_ptr_array_unref(survey->addresses);
  g_free(survey->authorization_name);
  g_ptr_array_unref(survey->authorizations);
  g_free(survey->service_name);
  g_ptr_array_unref(survey->services);
  g_free(survey);
}

static gboolean
same_name(const char *a, const char *b)
{
  return g_ascii_strcasecmp(a, b) == 0;
}

const char *
name_survey_target(const NameSurvey *survey)
{
  const char *name = survey->host;
  for (guint i = 0; i < survey->aliases->len; i++) {
    const SurveyAlias *alias = g_ptr_array_index(survey->aliases, i);
    if (same_name(alias->name, name))
      name = alias->target;
  }
  return name;
}

/* --- Aliases --------------------------------------------------------------------------------- */

static void
add_alias(NameSurvey *survey, const char *name, const char *target, guint32 ttl)
{
  for (guint i = 0; i < survey->aliases->len; i++) {
    const SurveyAlias *alias = g_ptr_array_index(survey->aliases, i);
    if (same_name(alias->name, name) && same_name(alias->target, target))
      return;
  }
  if (survey->aliases->len >= SURVEY_ALIASES_MAX)
    return;
  SurveyAlias *alias = g_new0(SurveyAlias, 1);
  alias->name = g_strdup(name);
  alias->target = g_strdup(target);
  alias->ttl = ttl;
  g_ptr_array_add(survey->aliases, alias);
}

static gboolean
holds_name(const GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++) {
    if (same_name(g_ptr_array_index(names, i), name))
      return TRUE;
  }
  return FALSE;
}

/* (transfer full): where the alias of `name` in this message leads to; NULL: it has none. */
static char *
find_target(DnsReply reply, const char *name, guint32 *ttl)
{
  DnsRecord record;
  char target[DNS_NAME_BYTES];
  while (dns_reply_next(&reply, &record)) {
    g_autofree char *owner = safe_text_string(record.owner);
    if (!same_name(owner, name) || !dns_record_alias(&reply, &record, target))
      continue;
    *ttl = record.ttl;
    return safe_text_string(target);
  }
  return NULL;
}

/* The answer section may come in any order: follow the chain from the name asked.
 * (transfer full): its end; NULL: it has none, for it goes in circles or is too long. */
static char *
follow(NameSurvey *survey, const DnsReply *reply, const char *from)
{
  g_autoptr(GPtrArray) passed = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(passed, g_strdup(from));
  for (guint step = 0; step < SURVEY_ALIASES_MAX; step++) {
    guint32 ttl = 0;
    const char *name = g_ptr_array_index(passed, passed->len - 1);
    g_autofree char *target = find_target(*reply, name, &ttl);
    if (target == NULL)
      return g_strdup(name);
    add_alias(survey, name, target, ttl);
    if (holds_name(passed, target)) {
      survey->is_loop = TRUE;
      return NULL;
    }
    g_ptr_array_add(passed, g_steal_pointer(&target));
  }
  return NULL;
}

/* --- Addresses ------------------------------------------------------------------------------- */

static void
add_address(NameSurvey *survey, const char *name, const DnsReply *reply, const DnsRecord *record)
{
  char text[INET6_ADDRSTRLEN];
  gboolean v6 = record->type == DNS_TYPE_AAAA;
  if (record->length != (v6 ? 16 : 4) || survey->addresses->len >= SURVEY_ADDRESSES_MAX)
    return;
  inet_ntop(v6 ? AF_INET6 : AF_INET, reply->bytes + record->at, text, sizeof text);
  for (guint i = 0; i < survey->addresses->len; i++) {
    const SurveyAddress *address = g_ptr_array_index(survey->addresses, i);
    if (same_name(address->name, name) && strcmp(address->address, text) == 0)
      return;
  }
  SurveyAddress *address = g_new0(SurveyAddress, 1);
  address->name = g_strdup(name);
  address->address = g_strdup(text);
  address->v6 = v6;
  address->ttl = record->ttl;
  g_ptr_array_add(survey->addresses, address);
}

void
name_survey_take_addresses(NameSurvey *survey, const void *bytes, gsize length)
{
  DnsReply reply;
  DnsRecord record;
  if (!dns_reply_begin(&reply, bytes, length))
    return;
  g_autofree char *end = follow(survey, &reply, survey->host);
  while (end != NULL && dns_reply_next(&reply, &record)) {
    g_autofree char *owner = safe_text_string(record.owner);
    if ((record.type == DNS_TYPE_A || record.type == DNS_TYPE_AAAA) && same_name(owner, end))
      add_address(survey, end, &reply, &record);
  }
}

/* --- Services (RFC 2782) --------------------------------------------------------------------- */

/* The weights are chances; for people the likelier one comes first. */
static int
compare_services(gconstpointer a, gconstpointer b)
{
  const SurveyService *one = *(SurveyService *const *)a;
  const SurveyService *other = *(SurveyService *const *)b;
  if (one->priority != other->priority)
    return one->priority < other->priority ? -1 : 1;
  if (one->weight != other->weight)
    return one->weight > other->weight ? -1 : 1;
  return strcmp(one->target, other->target);
}

static void
add_service(NameSurvey *survey, const DnsService *service, guint32 ttl)
{
  if (survey->services->len >= SURVEY_SERVICES_MAX)
    return;
  SurveyService *copy = g_new0(SurveyService, 1);
  copy->priority = service->priority;
  copy->weight = service->weight;
  copy->port = service->port;
  copy->target = safe_text_string(service->target);
  copy->ttl = ttl;
  g_ptr_array_add(survey->services, copy);
}

void
name_survey_take_services(NameSurvey *survey, const void *bytes, gsize length)
{
  DnsReply reply;
  DnsRecord record;
  DnsService service;
  if (!dns_reply_begin(&reply, bytes, length))
    return;
  while (dns_reply_next(&reply, &record)) {
    if (dns_record_service(&reply, &record, &service))
      add_service(survey, &service, record.ttl);
  }
  g_ptr_array_sort(survey->services, compare_services);
}

/* --- Who may issue (RFC 8659) ---------------------------------------------------------------- */

static void
add_authorization(NameSurvey *survey, const DnsAuthorization *from, guint32 ttl)
{
  if (survey->authorizations->len >= SURVEY_AUTHORIZATIONS_MAX)
    return;
  GString *value = g_string_new(NULL);
  safe_text_append(value, from->value, from->value_length, SURVEY_VALUE_COLUMNS);
  SurveyAuthorization *authorization = g_new0(SurveyAuthorization, 1);
  /* Tags are compared in any case (RFC 8659, 4.1). */
  authorization->tag = g_ascii_strdown(from->tag, (gssize)from->tag_length);
  authorization->value = g_string_free(value, FALSE);
  authorization->critical = (from->flags & 128) != 0;
  authorization->ttl = ttl;
  g_ptr_array_add(survey->authorizations, authorization);
}

gboolean
name_survey_take_authorizations(NameSurvey *survey, const char *name, const void *bytes,
                                gsize length)
{
  DnsReply reply;
  DnsRecord record;
  DnsAuthorization authorization;
  if (!dns_reply_begin(&reply, bytes, length))
    return FALSE;
  while (dns_reply_next(&reply, &record)) {
    if (dns_record_authorization(&reply, &record, &authorization))
      add_authorization(survey, &authorization, record.ttl);
  }
  if (survey->authorizations->len == 0)
    return FALSE;
  g_free(survey->authorization_name);
  survey->authorization_name = safe_text_string(name);
  return TRUE;
}
