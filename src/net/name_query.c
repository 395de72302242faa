#include "config.h"
#include "net/name_query.h"

#include <ares.h>
#include <string.h>

#include "net/address.h"
#include "net/dns_channel.h"
#include "net/dns_reply.h"
#include "net/resolve.h"
#include "net/tunnel_error.h"
#include "net/watch.h"
#include "util/safe_text.h"

#define DEFAULT_TIMEOUT_MS 10000
/* There are boxes that drop questions of a type that they do not know. */
#define EXTRAS_TIMEOUT_MS 3000
#define CLASS_IN 1

enum {
  ASK_V4,
  ASK_V6,
  ASK_SERVICE,
  ASK_AUTHORIZATION,
  ASK_MAX = ASK_AUTHORIZATION + SURVEY_CLIMB_MAX
};

typedef struct {
  NameQuery *query;
  char *name;
  int type;
  gboolean asked, over, asked_why;
  int status;    /* ARES_... */
  GBytes *reply; /* or NULL */
} Question;

struct NameQuery {
  GMainContext *context;
  char *host; /* as DNS has it */
  char *servers;
  DnsChannel *channel;
  DnsChannel *blunt_channel; /* says what a name server answered that would not; or NULL */
  NameQueryDone done;
  gpointer user_data;
  GSource *limit_timer, *finish;
  Question questions[ASK_MAX];
  gboolean extras_limited;
  GError *error;
};

/* --- The end --------------------------------------------------------------------------------- */

static NameAnswer
answer_of(const Question *question)
{
  if (!question->over)
    return NAME_ANSWER_SILENT;
  switch (question->status) {
  case ARES_SUCCESS:
  case ARES_ENODATA:
    return NAME_ANSWER_NONE;
  case ARES_ENOTFOUND:
  case ARES_EBADNAME:
    return NAME_ANSWER_UNKNOWN;
  case ARES_ETIMEOUT:
  case ARES_ECONNREFUSED:
    return NAME_ANSWER_SILENT;
  default:
    return NAME_ANSWER_FAILED;
  }
}

static void
tell(SurveyQuestion *told, const Question *question, gboolean found)
{
  told->answer = found ? NAME_ANSWER_FOUND : answer_of(question);
  if (told->answer == NAME_ANSWER_FAILED)
    told->failure = safe_text_string(dns_status_name(question->status));
}

static gboolean
has_family(const NameSurvey *survey, gboolean v6)
{
  for (guint i = 0; i < survey->addresses->len; i++) {
    const SurveyAddress *address = g_ptr_array_index(survey->addresses, i);
    if (address->v6 == v6)
      return TRUE;
  }
  return FALSE;
}

static const void *
reply_bytes(const Question *question, gsize *length)
{
  *length = 0;
  return question->reply != NULL ? g_bytes_get_data(question->reply, length) : NULL;
}

/* RFC 8659, 3: the nearest name that has records counts. A question that fails ends the climb: a CA
 * must not issue then, and what stands above says nothing. */
static void
take_authorizations(const NameQuery *query, NameSurvey *survey)
{
  const Question *question = &query->questions[ASK_AUTHORIZATION];
  survey->authorization.answer = NAME_ANSWER_NONE;
  for (guint i = 0; i < SURVEY_CLIMB_MAX && question[i].asked; i++) {
    gsize length = 0;
    const void *bytes = reply_bytes(&question[i], &length);
    gboolean found =
        bytes != NULL && name_survey_take_authorizations(survey, question[i].name, bytes, length);
    NameAnswer answer = answer_of(&question[i]);
    if (!found && (answer == NAME_ANSWER_NONE || answer == NAME_ANSWER_UNKNOWN))
      continue;
    tell(&survey->authorization, &question[i], found);
    if (!found)
      survey->authorization_name = safe_text_string(question[i].name);
    return;
  }
}

static NameSurvey *
make_survey(const NameQuery *query)
{
  NameSurvey *survey = name_survey_new(query->host);
  for (int i = ASK_V4; i <= ASK_V6; i++) {
    gsize length = 0;
    const void *bytes = reply_bytes(&query->questions[i], &length);
    if (bytes != NULL)
      name_survey_take_addresses(survey, bytes, length);
  }
  tell(&survey->v4, &query->questions[ASK_V4], has_family(survey, FALSE));
  tell(&survey->v6, &query->questions[ASK_V6], has_family(survey, TRUE));

  gsize length = 0;
  const void *bytes = reply_bytes(&query->questions[ASK_SERVICE], &length);
  if (bytes != NULL)
    name_survey_take_services(survey, bytes, length);
  tell(&survey->service, &query->questions[ASK_SERVICE], survey->services->len > 0);
  take_authorizations(query, survey);
  return survey;
}

static void
add_local(NameSurvey *survey, const char *text, gboolean v6)
{
  SurveyAddress *address = g_new0(SurveyAddress, 1);
  address->name = g_strdup(survey->host);
  address->address = g_strdup(text);
  address->v6 = v6;
  g_ptr_array_add(survey->addresses, address);
}

static NameSurvey *
make_local_survey(const NameQuery *query)
{
  NameSurvey *survey = name_survey_new(query->host);
  survey->is_local = TRUE;
  add_local(survey, "127.0.0.1", FALSE);
  add_local(survey, "::1", TRUE);
  survey->v4.answer = survey->v6.answer = NAME_ANSWER_FOUND;
  survey->authorization.answer = survey->service.answer = NAME_ANSWER_NONE;
  return survey;
}

static gboolean
finish(gpointer data)
{
  NameQuery *query = data;
  watch_clear(&query->finish);
  watch_clear(&query->limit_timer);
  if (query->error != NULL)
    query->done(NULL, query->error, query->user_data);
  else if (resolve_is_localhost(query->host))
    query->done(make_local_survey(query), NULL, query->user_data);
  else
    query->done(make_survey(query), NULL, query->user_data);
  return G_SOURCE_REMOVE;
}

static void
finish_soon(NameQuery *query)
{
  if (query->finish == NULL)
    query->finish = watch_timer(query->context, 0, finish, query);
}

static gboolean
on_limit(gpointer data)
{
  NameQuery *query = data;
  watch_clear(&query->limit_timer);
  finish_soon(query);
  return G_SOURCE_REMOVE;
}

/* --- Answers --------------------------------------------------------------------------------- */

static void ask_rest(NameQuery *query);

static gboolean ask_why(Question *question);

static gboolean
is_over(const NameQuery *query, int from, int until)
{
  for (int i = from; i < until; i++) {
    if (query->questions[i].asked && !query->questions[i].over)
      return FALSE;
  }
  return TRUE;
}

static void
go_on(NameQuery *query)
{
  if (is_over(query, 0, ASK_MAX)) {
    finish_soon(query);
  } else if (!query->extras_limited && is_over(query, ASK_V4, ASK_SERVICE)) {
    query->extras_limited = TRUE;
    watch_clear(&query->limit_timer);
    query->limit_timer = watch_timer(query->context, EXTRAS_TIMEOUT_MS, on_limit, query);
  }
}

/* A search domain made a whole name of it; all other questions are about that one. */
static void
take_whole_name(NameQuery *query, const Question *question)
{
  DnsReply reply;
  char name[DNS_NAME_BYTES];
  gsize length = 0;
  const void *bytes = reply_bytes(question, &length);
  if (bytes == NULL || question->status != ARES_SUCCESS ||
      !dns_reply_begin(&reply, bytes, length) || !dns_reply_question(&reply, name))
    return;
  g_free(query->host);
  query->host = g_strdup(name);
}

static void
on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int length)
{
  Question *question = arg;
  NameQuery *query = question->query;
  if (status == ARES_EDESTRUCTION || question->over ||
      (status == ARES_ECONNREFUSED && ask_why(question)))
    return;
  question->over = TRUE;
  question->status = status;
  if (bytes != NULL && length > 0)
    question->reply = g_bytes_new(bytes, (gsize)length);
  if (!query->questions[ASK_V6].asked) {
    take_whole_name(query, question);
    ask_rest(query);
  }
  go_on(query);
}

/* --- Questions ------------------------------------------------------------------------------- */

static void
ask(NameQuery *query, int which, const char *name, int type)
{
  Question *question = &query->questions[which];
  question->query = query;
  question->name = g_strdup(name);
  question->type = type;
  question->asked = TRUE;
}

/* All of them stand there before the first is put: an answer may come at once. */
static void
put_questions(NameQuery *query, int from)
{
  for (int i = from; i < ASK_MAX; i++) {
    Question *question = &query->questions[i];
    if (question->asked)
      ares_query(dns_channel_ares(query->channel), question->name, CLASS_IN, question->type,
                 on_answer, question);
  }
  dns_channel_sent(query->channel);
}

/* c-ares goes on to the next server after SERVFAIL, REFUSED and the like, and tells no more than
 * that none could be reached in the end: ask once more, to hear what they say. */
static gboolean
ask_why(Question *question)
{
  NameQuery *query = question->query;
  int status = ARES_SUCCESS;
  if (question->asked_why)
    return FALSE;
  question->asked_why = TRUE;
  if (query->blunt_channel == NULL)
    query->blunt_channel =
        dns_channel_new(query->context, query->servers, ARES_FLAG_NOCHECKRESP, &status);
  if (query->blunt_channel == NULL)
    return FALSE;
  ares_query(dns_channel_ares(query->blunt_channel), question->name, CLASS_IN, question->type,
             on_answer, question);
  dns_channel_sent(query->blunt_channel);
  return TRUE;
}

static void
prepare_rest(NameQuery *query)
{
  g_autofree char *service = g_strconcat("_secure-mqtt._tcp.", query->host, NULL);
  ask(query, ASK_V6, query->host, DNS_TYPE_AAAA);
  ask(query, ASK_SERVICE, service, DNS_TYPE_SRV);
  const char *domain = query->host;
  for (int i = 0; i < SURVEY_CLIMB_MAX && domain != NULL && *domain != '\0'; i++) {
    ask(query, ASK_AUTHORIZATION + i, domain, DNS_TYPE_CAA);
    domain = strchr(domain, '.');
    domain = domain != NULL ? domain + 1 : NULL;
  }
}

static void
ask_rest(NameQuery *query)
{
  prepare_rest(query);
  put_questions(query, ASK_V6);
}

static void
ask_all(NameQuery *query)
{
  ask(query, ASK_V4, query->host, DNS_TYPE_A);
  if (strchr(query->host, '.') != NULL) {
    prepare_rest(query);
    put_questions(query, ASK_V4);
    return;
  }
  ares_search(dns_channel_ares(query->channel), query->host, CLASS_IN, DNS_TYPE_A, on_answer,
              &query->questions[ASK_V4]);
  dns_channel_sent(query->channel);
}

/* --- Life ------------------------------------------------------------------------------------ */

/* (transfer full): as DNS has it, without the full stop at the end; NULL: no name. */
static char *
wire_name(const char *host)
{
  Address address;
  char *ascii = address_parse(&address, host) ? NULL : g_hostname_to_ascii(host);
  if (ascii != NULL && g_str_has_suffix(ascii, "."))
    ascii[strlen(ascii) - 1] = '\0';
  if (ascii != NULL && *ascii == '\0')
    g_clear_pointer(&ascii, g_free);
  return ascii;
}

static void
begin(NameQuery *query, const char *host)
{
  int status = ARES_SUCCESS;
  query->host = wire_name(host);
  g_autofree char *safe = safe_text_string(host);
  if (query->host == NULL)
    query->error = g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_UNKNOWN,
                               "\"%s\" is no host name; give a name that DNS may know", safe);
  else if (!resolve_is_localhost(query->host))
    query->channel = dns_channel_new(query->context, query->servers, 0, &status);
  if (status != ARES_SUCCESS)
    query->error = g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_FAILURE,
                               "the resolver for \"%s\" cannot be set up (%s); check "
                               "/etc/resolv.conf",
                               safe, ares_strerror(status));
  if (query->channel != NULL)
    ask_all(query);
  else
    finish_soon(query);
}

NameQuery *
name_query_start(GMainContext *context, const char *host, const char *servers, guint timeout_ms,
                 NameQueryDone done, gpointer user_data)
{
  NameQuery *query = g_new0(NameQuery, 1);
  query->context = g_main_context_ref(context);
  query->servers = g_strdup(servers);
  query->done = done;
  query->user_data = user_data;
  query->limit_timer =
      watch_timer(context, timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : timeout_ms, on_limit, query);
  begin(query, host);
  return query;
}

void
name_query_free(NameQuery *query)
{
  if (query == NULL)
    return;
  dns_channel_free(query->channel);
  dns_channel_free(query->blunt_channel);
  watch_clear(&query->limit_timer);
  watch_clear(&query->finish);
  for (int i = 0; i < ASK_MAX; i++) {
    g_free(query->questions[i].name);
    g_clear_pointer(&query->questions[i].reply, g_bytes_unref);
  }
  g_clear_error(&query->error);
  g_main_context_unref(query->context);
  g_free(query->host);
  g_free(query->servers);
  g_free(query);
}
