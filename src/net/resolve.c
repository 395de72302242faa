#include "config.h"
#include "net/resolve.h"

#include <string.h>

#include "net/dns_channel.h"
#include "net/tunnel_error.h"
#include "net/watch.h"
#include "util/safe_text.h"

#define DEFAULT_TIMEOUT_MS 10000
/* How long one family's addresses wait for the other's answer. RFC 8305, 3 has 50 ms, with a dialer
 * that takes addresses later; ours gets one list, and only a broken name server leaves a family
 * unanswered this long. */
#define SECOND_FAMILY_MS 1000
/* More is no broker but an attack, or a mistake in a zone. */
#define MAX_ADDRESSES 64
#define MAX_ALIASES 32

enum { FAMILY_V4, FAMILY_V6, FAMILIES };

/* One of the two questions. */
typedef struct {
  Resolve *resolve;
  gboolean over;
  int status; /* ARES_... */
} Question;

struct Resolve {
  GMainContext *context;
  DnsChannel *channel;
  char *host;    /* safe text */
  char *servers; /* or NULL: the system's */
  ResolveDone done;
  gpointer user_data;

  GSource *limit_timer; /* the whole, or what the second family gets */
  GSource *finish;      /* done() is due on the next turn of the loop */

  Question questions[FAMILIES];
  GArray *addresses; /* of Address */
  GPtrArray *names;  /* of char *, as in ResolveAnswer, not yet safe */
  guint32 ttl;       /* G_MAXUINT32: none yet */
  gboolean timed_out;
  gboolean asked_why;
  int problem; /* ARES_... of setting up, ARES_SUCCESS */
};

/* --- The end --------------------------------------------------------------------------------- */

/* A question that was answered, without an address: an empty success is no data. */
static int
status_of(const Question *question)
{
  return question->over && question->status == ARES_SUCCESS ? ARES_ENODATA : question->status;
}

/* What both answers say together. A name is unknown when one answer says so, whatever became of the
 * other (RFC 8020, 2), but not when the other knows it. */
static int
joint_status(const Resolve *resolve)
{
  int a = status_of(&resolve->questions[FAMILY_V4]);
  int aaaa = status_of(&resolve->questions[FAMILY_V6]);
  gboolean one_is_unknown = a == ARES_ENOTFOUND || aaaa == ARES_ENOTFOUND;
  if (one_is_unknown && (a == ARES_ENODATA || aaaa == ARES_ENODATA))
    return ARES_ENODATA;
  if (one_is_unknown)
    return ARES_ENOTFOUND;
  if (resolve->timed_out)
    return ARES_ETIMEOUT;
  return a == ARES_ENODATA ? aaaa : a;
}

static GError *
explain_nothing(const Resolve *resolve)
{
  int status = joint_status(resolve);
  if (resolve->problem == ARES_EBADNAME || status == ARES_ENOTFOUND || status == ARES_EBADNAME)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_UNKNOWN,
                       "\"%s\" is not known to DNS; check the spelling or use the address",
                       resolve->host);
  if (resolve->problem != ARES_SUCCESS)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_FAILURE,
                       "the resolver for \"%s\" cannot be set up (%s); check /etc/resolv.conf",
                       resolve->host, ares_strerror(resolve->problem));
  if (status == ARES_ENODATA)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_UNKNOWN,
                       "\"%s\" is in DNS but has no address (neither A nor AAAA record); check the "
                       "spelling, or add the record",
                       resolve->host);
  if (status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_DNS_FAILURE,
                       "the name server does not answer for \"%s\"; check the network and the "
                       "name server (certificates were not looked at)",
                       resolve->host);
  return g_error_new(
      TUNNEL_ERROR, TUNNEL_ERROR_DNS_FAILURE,
      "the name server could not look up \"%s\" (%s); check the network, or the domain's name "
      "servers (certificates were not looked at)",
      resolve->host, dns_status_name(status));
}

static char **
safe_names(const Resolve *resolve)
{
  GStrv names = g_new0(char *, resolve->names->len + 1);
  for (guint i = 0; i < resolve->names->len; i++)
    names[i] = safe_text_string(resolve->names->pdata[i]);
  return names;
}

static gboolean ask_why(Resolve *resolve);

static gboolean
finish(gpointer data)
{
  Resolve *resolve = data;
  watch_clear(&resolve->finish);
  if (resolve->addresses->len == 0 && ask_why(resolve))
    return G_SOURCE_REMOVE;
  watch_clear(&resolve->limit_timer);
  if (resolve->addresses->len == 0) {
    g_autoptr(GError) error = explain_nothing(resolve);
    resolve->done(NULL, error, resolve->user_data);
    return G_SOURCE_REMOVE;
  }
  g_auto(GStrv) names = safe_names(resolve);
  address_interleave(resolve->addresses);
  ResolveAnswer answer = {
      .names = names,
      .addresses = resolve->addresses,
      .ttl = resolve->ttl == G_MAXUINT32 ? 0 : resolve->ttl,
  };
  resolve->done(&answer, NULL, resolve->user_data);
  return G_SOURCE_REMOVE;
}

static void
finish_soon(Resolve *resolve)
{
  if (resolve->finish == NULL)
    resolve->finish = watch_timer(resolve->context, 0, finish, resolve);
}

static gboolean
on_limit(gpointer data)
{
  Resolve *resolve = data;
  resolve->timed_out = TRUE;
  watch_clear(&resolve->limit_timer);
  finish_soon(resolve);
  return G_SOURCE_REMOVE;
}

/* --- Answers --------------------------------------------------------------------------------- */

static void
take_ttl(Resolve *resolve, int ttl)
{
  if (ttl > 0)
    resolve->ttl = MIN(resolve->ttl, (guint32)ttl);
}

static gboolean
knows_name(const Resolve *resolve, const char *name)
{
  for (guint i = 0; i < resolve->names->len; i++) {
    if (g_ascii_strcasecmp(resolve->names->pdata[i], name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The answer section may come in any order: follow the chain from the name asked. A loop ends at
 * the first name that is known already. */
static void
take_aliases(Resolve *resolve, const struct ares_addrinfo *info)
{
  for (guint step = 0; step < MAX_ALIASES; step++) {
    const char *last = resolve->names->pdata[resolve->names->len - 1];
    const struct ares_addrinfo_cname *cname = info->cnames;
    while (cname != NULL && (cname->alias == NULL || cname->name == NULL ||
                             g_ascii_strcasecmp(cname->alias, last) != 0))
      cname = cname->next;
    if (cname == NULL || knows_name(resolve, cname->name))
      return;
    take_ttl(resolve, cname->ttl);
    g_ptr_array_add(resolve->names, g_strdup(cname->name));
  }
}

static gboolean
has_address(const Resolve *resolve, const Address *address)
{
  for (guint i = 0; i < resolve->addresses->len; i++) {
    if (address_equal(&g_array_index(resolve->addresses, Address, i), address))
      return TRUE;
  }
  return FALSE;
}

static void
take_addresses(Resolve *resolve, const struct ares_addrinfo *info)
{
  for (const struct ares_addrinfo_node *node = info->nodes; node != NULL; node = node->ai_next) {
    Address address;
    if (resolve->addresses->len >= MAX_ADDRESSES || !address_set(&address, node->ai_addr))
      continue;
    take_ttl(resolve, node->ai_ttl);
    if (!has_address(resolve, &address))
      g_array_append_val(resolve->addresses, address);
  }
}

static void
on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
  Question *question = arg;
  Resolve *resolve = question->resolve;
  if (status == ARES_EDESTRUCTION || question->over) {
    ares_freeaddrinfo(info);
    return;
  }
  question->over = TRUE;
  question->status = status;
  if (status == ARES_SUCCESS && info != NULL) {
    take_aliases(resolve, info);
    take_addresses(resolve, info);
  }
  ares_freeaddrinfo(info);

  if (resolve->questions[FAMILY_V4].over && resolve->questions[FAMILY_V6].over) {
    finish_soon(resolve);
  } else if (resolve->addresses->len > 0) {
    watch_clear(&resolve->limit_timer);
    resolve->limit_timer = watch_timer(resolve->context, SECOND_FAMILY_MS, on_limit, resolve);
  }
}

/* --- The beginning --------------------------------------------------------------------------- */

static gboolean
open_channel(Resolve *resolve, int flags)
{
  resolve->channel = dns_channel_new(resolve->context, resolve->servers, flags, &resolve->problem);
  return resolve->channel != NULL;
}

static void
ask(Resolve *resolve, const char *name, int which, int family)
{
  /* With a service of NULL and a socket type, one node comes for each address. */
  struct ares_addrinfo_hints hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
  Question *question = &resolve->questions[which];
  question->resolve = resolve;
  ares_getaddrinfo(dns_channel_ares(resolve->channel), name, NULL, &hints, on_answer, question);
}

/* c-ares goes on to the next server after SERVFAIL, REFUSED and the like, and when it has been
 * through all of them it tells no more than "no server could be contacted". So one question is put
 * once more, to hear what they say; it may even be answered now. */
static gboolean
ask_why(Resolve *resolve)
{
  if (resolve->asked_why || resolve->timed_out || resolve->problem != ARES_SUCCESS ||
      joint_status(resolve) != ARES_ECONNREFUSED)
    return FALSE;
  resolve->asked_why = TRUE;
  g_clear_pointer(&resolve->channel, dns_channel_free);
  if (!open_channel(resolve, ARES_FLAG_NOCHECKRESP))
    return FALSE;
  resolve->questions[FAMILY_V4].over = FALSE;
  ask(resolve, resolve->names->pdata[0], FAMILY_V4, AF_INET);
  dns_channel_sent(resolve->channel);
  return TRUE;
}

static gboolean
take_literal(Resolve *resolve, const char *literal)
{
  Address address;
  if (!address_parse(&address, literal))
    return FALSE;
  g_array_append_val(resolve->addresses, address);
  return TRUE;
}

/* RFC 6761, 6.3: these never go to a name server. */
gboolean
resolve_is_localhost(const char *host)
{
  g_autofree char *lower = g_ascii_strdown(host, -1);
  if (g_str_has_suffix(lower, "."))
    lower[strlen(lower) - 1] = '\0';
  return strcmp(lower, "localhost") == 0 || g_str_has_suffix(lower, ".localhost");
}

/* What needs no resolver at all; c-ares knows no zones ("fe80::1%eth0"). */
static gboolean
answer_here(Resolve *resolve, const char *host)
{
  if (resolve_is_localhost(host)) {
    take_literal(resolve, "::1");
    take_literal(resolve, "127.0.0.1");
  } else if (!take_literal(resolve, host)) {
    return FALSE;
  }
  g_ptr_array_add(resolve->names, g_strdup(host));
  return TRUE;
}

static void
begin(Resolve *resolve, const char *host)
{
  if (answer_here(resolve, host)) {
    finish_soon(resolve);
    return;
  }
  g_autofree char *ascii = g_hostname_to_ascii(host);
  if (ascii == NULL)
    resolve->problem = ARES_EBADNAME;
  if (ascii == NULL || !open_channel(resolve, 0)) {
    finish_soon(resolve);
    return;
  }
  g_ptr_array_add(resolve->names, g_strdup(ascii));
  ask(resolve, ascii, FAMILY_V6, AF_INET6);
  ask(resolve, ascii, FAMILY_V4, AF_INET);
  dns_channel_sent(resolve->channel);
}

Resolve *
resolve_start(GMainContext *context, const char *host, const char *servers, guint timeout_ms,
              ResolveDone done, gpointer user_data)
{
  Resolve *resolve = g_new0(Resolve, 1);
  resolve->context = g_main_context_ref(context);
  resolve->host = safe_text_string(host);
  resolve->servers = g_strdup(servers);
  resolve->done = done;
  resolve->user_data = user_data;
  resolve->addresses = g_array_new(FALSE, FALSE, sizeof(Address));
  resolve->names = g_ptr_array_new_with_free_func(g_free);
  resolve->ttl = G_MAXUINT32;
  resolve->limit_timer =
      watch_timer(context, timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : timeout_ms, on_limit, resolve);
  begin(resolve, host);
  return resolve;
}

void
resolve_free(Resolve *resolve)
{
  if (resolve == NULL)
    return;
  dns_channel_free(resolve->channel);
  watch_clear(&resolve->limit_timer);
  watch_clear(&resolve->finish);
  g_array_unref(resolve->addresses);
  g_ptr_array_unref(resolve->names);
  g_main_context_unref(resolve->context);
  g_free(resolve->host);
  g_free(resolve->servers);
  g_free(resolve);
}
