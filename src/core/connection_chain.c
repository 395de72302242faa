/* The broker's certificates now against those that were accepted last.
 *
 * Every chain that comes is compared, and one that is refused is told of, too: that the broker
 * shows another one than before may be the reason. Only one that was accepted is remembered, and
 * only when the handshake is over: then the broker has proved that the key is its own (with TLS 1.2
 * it has not when the chain comes). A chain counts for the address and name that it was seen at. */
#include "config.h"

#include "core/connection_private.h"

#include "util/safe_text.h"

/* One that stays the same is written again after this time, so that a broker which is lost every
 * few seconds costs the disk nothing. */
#define SEEN_AGAIN_S 60

/* (transfer full) */
static char *
target_of(const Profile *profile)
{
  g_autofree char *url = profile_url(profile);
  if (profile->server_name == NULL)
    return g_steal_pointer(&url);
  g_autofree char *name = safe_text_string(profile->server_name);
  return g_strdup_printf("%s as %s", url, name);
}

/* --- What is kept beyond this run ------------------------------------------------------------- */

static void
store(Connection *connection)
{
  g_autoptr(GError) error = NULL;
  if (connection->memory == NULL || connection->seen == NULL ||
      chain_memory_store(connection->memory, connection->profile->name, connection->seen, &error) ||
      connection->memory_failed)
    return;
  connection->memory_failed = TRUE;
  connection_log_event(connection, TIMELINE_WARNING, "local", NULL,
                       "the broker's certificates cannot be kept for the next time: %s",
                       error->message);
}

/* Once, and not before it is needed. */
static void
recall(Connection *connection)
{
  g_autoptr(GError) error = NULL;
  if (connection->memory == NULL || connection->seen != NULL || connection->memory_read)
    return;
  connection->memory_read = TRUE;
  connection->seen = chain_memory_load(connection->memory, connection->profile->name, &error);
  if (error != NULL)
    connection_log_event(connection, TIMELINE_WARNING, "local", NULL,
                         "what was kept of the broker's certificates is not used: %s",
                         error->message);
}

void
connection_keep_chain(Connection *connection, ChainMemory *memory)
{
  if (connection->memory == memory)
    return;
  connection->memory = memory;
  store(connection);
}

/* --- What has changed ------------------------------------------------------------------------- */

static ChainChange *
last_change(const Connection *connection)
{
  return g_queue_peek_tail((GQueue *)&connection->changes);
}

static void
show(Connection *connection, ChainChange *change)
{
  connection->info.chain_change = change;
  connection->connects_since_change = 0;
}

static gboolean
is_told(const Connection *connection, const ChainChange *change)
{
  const ChainChange *last = last_change(connection);
  return last != NULL && seen_chain_same(last->before, change->before) &&
         seen_chain_same(last->now, change->now);
}

static void
tell(Connection *connection, const TunnelEvent *event, const ChainChange *change)
{
  g_autofree char *text =
      event->verdict->accepted ? chain_change_sentence(change) : chain_change_refused_line(change);
  timeline_add(connection->timeline, event->time_ns, event->monotonic_us, connection->first_entry,
               change->warning ? TIMELINE_WARNING : TIMELINE_INFO, "cert", NULL, text);
  connection->first_entry = FALSE;
  timeline_set_change(connection->timeline, connection->change_count);
}

/* The same one again (a refused one, at each try) is shown, and not told anew. */
static void
take_change(Connection *connection, const TunnelEvent *event, ChainChange *change)
{
  if (is_told(connection, change)) {
    chain_change_unref(change);
    show(connection, last_change(connection));
    return;
  }
  g_queue_push_tail(&connection->changes, change);
  connection->change_count++;
  show(connection, change);
  tell(connection, event, change);
  if (connection->changes.length > CHAIN_CHANGES_MAX)
    chain_change_unref(g_queue_pop_head(&connection->changes));
}

/* It came as it did the last time: what was shown goes on being true, unless it was a chain that
 * was refused and is gone. */
static void
take_same(Connection *connection)
{
  const ChainChange *shown = connection->info.chain_change;
  if (shown != NULL && !seen_chain_same(shown->now, connection->arrived))
    connection->info.chain_change = NULL;
}

void
connection_take_chain(Connection *connection, const TunnelEvent *event)
{
  GPtrArray *certificates = connection->info.peer_chain;
  g_clear_pointer(&connection->arrived, seen_chain_unref);
  if (certificates == NULL)
    return;
  g_autofree char *target = target_of(connection->profile);
  recall(connection);
  connection->arrived =
      seen_chain_new(target, event->time_ns / 1000000000, certificates, event->verdict);
  gboolean known = connection->seen != NULL && g_str_equal(connection->seen->target, target);
  ChainChange *change = known ? chain_change_new(connection->seen, connection->arrived) : NULL;
  if (change != NULL)
    take_change(connection, event, change);
  else if (known)
    take_same(connection);
  else
    connection->info.chain_change = NULL;
}

void
connection_prove_chain(Connection *connection)
{
  g_autoptr(SeenChain) arrived = g_steal_pointer(&connection->arrived);
  const SeenChain *seen = connection->seen;
  if (arrived == NULL || connection->info.verdict == NULL || !connection->info.verdict->accepted)
    return;
  gboolean fresh = seen != NULL && g_str_equal(seen->target, arrived->target) &&
                   seen_chain_same(seen, arrived) && arrived->seen - seen->seen < SEEN_AGAIN_S &&
                   arrived->seen >= seen->seen;
  if (fresh)
    return;
  g_clear_pointer(&connection->seen, seen_chain_unref);
  connection->seen = g_steal_pointer(&arrived);
  store(connection);
}

void
connection_count_connect(Connection *connection)
{
  if (connection->info.chain_change != NULL && ++connection->connects_since_change >= 2)
    connection->info.chain_change = NULL;
}

ChainChange *
connection_chain_change(const Connection *connection, guint number)
{
  guint behind = connection->change_count - number;
  if (number == 0 || number > connection->change_count || behind >= connection->changes.length)
    return NULL;
  return g_queue_peek_nth((GQueue *)&connection->changes, connection->changes.length - 1 - behind);
}

void
connection_forget_chains(Connection *connection)
{
  connection->info.chain_change = NULL;
  g_clear_pointer(&connection->seen, seen_chain_unref);
  g_clear_pointer(&connection->arrived, seen_chain_unref);
  g_queue_clear_full(&connection->changes, (GDestroyNotify)chain_change_unref);
}
