/* One mapping, reserved and not yet used:
 *
 *   [ index: where every 64th message lies ][ ring of records ....... ]
 *
 * A record is a Header, the properties, the payload, padded to 8 bytes. It never wraps: when it
 * does not fit between `head` and the ring's end, the ring is left at `wrap` and begun again at 0.
 *
 *   not wrapped    0 ... tail [records] head ... end
 *   wrapped        0 [newer records] head ... tail [older records] wrap ... end
 *
 * Overhead: 24 bytes of header, up to 7 of padding, 8/64 of index. */
#include "config.h"

#include "core/message_log.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/topic_table.h"
#include "util/turn_lock.h"

#define BLOCK 64u         /* messages for each index entry */
#define YIELD_EVERY 1024u /* messages of one batch after which waiting readers are let in */
#define ALIGNMENT 8u
#define PREFETCH_AHEAD 1024u
#define CACHE_LINE 64u

enum {
  FLAG_FROM_BROKER = 1 << 0,
  FLAG_RETAIN = 1 << 1,
  FLAG_DUP = 1 << 2,
  FLAG_TRUNCATED = 1 << 3,
  FLAG_QOS_SHIFT = 4, /* two bits */
};

typedef struct {
  gint64 time_ns;
  guint32 topic_id;
  guint32 payload_length;    /* as it came */
  guint32 properties_length; /* as kept */
  guint16 packet_id;
  guint8 flags;
  guint8 unused;
} Header;
G_STATIC_ASSERT(sizeof(Header) == 24);

/* Of a truncated message alone stands between header and properties. */
typedef guint32 KeptLength;

typedef struct {
  gsize size; /* of the record, padding included */
  guint32 properties, payload;
  gboolean truncated;
} Plan;

/* Where the messages of the block that was looked at last lie: reading on, in either direction,
 * need not walk from the index again. */
typedef struct {
  guint64 number;  /* messages number * BLOCK and on */
  guint low, high; /* offset[low] to offset[high - 1] are known; equal: none */
  gsize offset[BLOCK];
} BlockCache;

struct MessageLog {
  TurnLock lock;
  guint8 *mapping;
  gsize capacity; /* of the mapping */
  guint64 *index; /* offset of message n * BLOCK at n % index_entries */
  gsize index_entries;
  guint8 *ring;
  gsize ring_size, record_max, topic_bytes_max;

  gsize head, tail, wrap; /* offsets in the ring */
  gboolean wrapped;
  guint64 first, next, dropped, count[2], payload_bytes[2];
  TopicTable *topics;
  guint since_yield;
  BlockCache cache;
};

/* --- Life ------------------------------------------------------------------------------------- */

static gsize
round_up(gsize size, gsize unit)
{
  return (size + unit - 1) / unit * unit;
}

static void
lay_out(MessageLog *log)
{
  /* As many entries as the smallest records would need, and two for blocks cut at the ends. */
  log->index_entries = log->capacity / (sizeof(Header) * BLOCK) + 2;
  gsize index_size = round_up(log->index_entries * sizeof(guint64), CACHE_LINE);
  log->index = (guint64 *)(void *)log->mapping;
  log->ring = log->mapping + index_size;
  log->ring_size = log->capacity - index_size;
  log->record_max = log->ring_size / 2 / ALIGNMENT * ALIGNMENT;
  log->topic_bytes_max = log->capacity / 4;
}

MessageLog *
message_log_new(gsize capacity, GError **error)
{
  gsize page = (gsize)sysconf(_SC_PAGESIZE);
  capacity = round_up(CLAMP(capacity, MESSAGE_LOG_MIN_BYTES, G_MAXSIZE / 2), page);
  void *mapping = mmap(NULL, capacity, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code),
                "cannot reserve %" G_GSIZE_FORMAT " bytes for the message log: %s", capacity,
                g_strerror(code));
    return NULL;
  }
  MessageLog *log = g_new0(MessageLog, 1);
  turn_lock_init(&log->lock);
  log->mapping = mapping;
  log->capacity = capacity;
  lay_out(log);
  log->topics = topic_table_new();
  return log;
}

void
message_log_free(MessageLog *log)
{
  if (log == NULL)
    return;
  munmap(log->mapping, log->capacity);
  topic_table_free(log->topics);
  turn_lock_clear(&log->lock);
  g_free(log);
}

/* --- Records ---------------------------------------------------------------------------------- */

static inline Header *
header_at(const MessageLog *log, gsize offset)
{
  return (Header *)(void *)(log->ring + offset);
}

static inline guint32
kept_payload(const Header *header)
{
  if ((header->flags & FLAG_TRUNCATED) == 0)
    return header->payload_length;
  KeptLength kept;
  memcpy(&kept, header + 1, sizeof kept);
  return kept;
}

static inline gsize
size_with(gboolean truncated, guint32 properties, guint32 payload)
{
  gsize size = sizeof(Header) + (truncated ? sizeof(KeptLength) : 0);
  return (size + properties + payload + ALIGNMENT - 1) & ~(gsize)(ALIGNMENT - 1);
}

static inline gsize
record_size(const Header *header)
{
  return size_with((header->flags & FLAG_TRUNCATED) != 0, header->properties_length,
                   kept_payload(header));
}

/* Offset of the record after the one at `offset`. */
static inline gsize
offset_after(const MessageLog *log, gsize offset)
{
  gsize after = offset + record_size(header_at(log, offset));
  return log->wrapped && after == log->wrap ? 0 : after;
}

/* --- Room ------------------------------------------------------------------------------------- */

static void
drop_oldest(MessageLog *log)
{
  /* What lies here was written a whole ring ago and is in no cache: without this the wait for it
   * is a third of the time that an append takes. */
  __builtin_prefetch(log->ring + log->tail + PREFETCH_AHEAD);
  topic_table_release(log->topics, header_at(log, log->tail)->topic_id);
  gsize after = offset_after(log, log->tail);
  if (after < log->tail)
    log->wrapped = FALSE;
  log->tail = after;
  log->first++;
  log->dropped++;
  if (log->first == log->next) {
    log->head = log->tail = 0;
    log->wrapped = FALSE;
  }
}

static gboolean
has_room(MessageLog *log, gsize size)
{
  if (!log->wrapped && log->ring_size - log->head >= size)
    return TRUE;
  if (!log->wrapped) {
    log->wrap = log->head;
    log->head = 0;
    log->wrapped = TRUE;
  }
  return log->tail - log->head >= size;
}

/* Drops messages until `size` bytes are free in one piece at the head. It ends, since an empty
 * ring has room for record_max. */
static inline void
make_room(MessageLog *log, gsize size)
{
  while (!has_room(log, size))
    drop_oldest(log);
}

/* --- Writing ---------------------------------------------------------------------------------- */

void
message_log_begin(MessageLog *log)
{
  turn_lock_lock(&log->lock);
  log->since_yield = 0;
}

void
message_log_end(MessageLog *log)
{
  turn_lock_unlock(&log->lock);
}

/* A batch may be long; between two messages everything is in order and a reader may look. */
static inline void
let_readers_in(MessageLog *log)
{
  if (++log->since_yield < YIELD_EVERY)
    return;
  log->since_yield = 0;
  turn_lock_yield(&log->lock);
}

/* What is kept of a giant: its properties if they fit, since half a property block cannot be
 * read, and the payload's beginning. */
static Plan
plan_truncated(const MessageLog *log, const MqttPublish *publish)
{
  gsize room = log->record_max - sizeof(Header) - sizeof(KeptLength);
  Plan plan = {.truncated = TRUE};
  if (publish->properties.length <= room)
    plan.properties = publish->properties.length;
  plan.payload = (guint32)MIN(room - plan.properties, publish->payload.length);
  plan.size = size_with(TRUE, plan.properties, plan.payload);
  return plan;
}

static inline Plan
plan_record(const MessageLog *log, const MqttPublish *publish)
{
  Plan plan = {.properties = publish->properties.length, .payload = publish->payload.length};
  plan.size = size_with(FALSE, plan.properties, plan.payload);
  return G_LIKELY(plan.size <= log->record_max) ? plan : plan_truncated(log, publish);
}

static inline guint8
flags_of(MqttDirection direction, const MqttPublish *publish, gboolean truncated)
{
  return (guint8)((direction == MQTT_FROM_BROKER ? FLAG_FROM_BROKER : 0) |
                  (publish->retain ? FLAG_RETAIN : 0) | (publish->dup ? FLAG_DUP : 0) |
                  (truncated ? FLAG_TRUNCATED : 0) | (publish->qos & 3) << FLAG_QOS_SHIFT);
}

static inline guint8 *
put(guint8 *to, const void *bytes, gsize length)
{
  if (length > 0)
    memcpy(to, bytes, length);
  return to + length;
}

static inline void
write_body(Header *header, const MqttPublish *publish, const Plan *plan)
{
  guint8 *p = (guint8 *)(header + 1);
  if (plan->truncated) {
    KeptLength kept = plan->payload;
    p = put(p, &kept, sizeof kept);
  }
  p = put(p, publish->properties.data, plan->properties);
  put(p, publish->payload.data, plan->payload);
}

void
message_log_append(MessageLog *log, gint64 time_ns, MqttDirection direction,
                   const MqttPublish *publish)
{
  let_readers_in(log);
  guint32 topic_id = topic_table_take(log->topics, publish->topic.data, publish->topic.length);
  while (topic_table_bytes(log->topics) > log->topic_bytes_max && log->first < log->next)
    drop_oldest(log);
  Plan plan = plan_record(log, publish);
  make_room(log, plan.size);

  Header *header = header_at(log, log->head);
  *header = (Header){
      .time_ns = time_ns,
      .topic_id = topic_id,
      .payload_length = publish->payload.length,
      .properties_length = plan.properties,
      .packet_id = publish->packet_id,
      .flags = flags_of(direction, publish, plan.truncated),
  };
  write_body(header, publish, &plan);
  if (log->next % BLOCK == 0)
    log->index[log->next / BLOCK % log->index_entries] = log->head;
  log->head += plan.size;
  log->next++;
  log->count[direction]++;
  log->payload_bytes[direction] += publish->payload.length;
}

/* --- Reading ---------------------------------------------------------------------------------- */

void
message_log_lock(MessageLog *log)
{
  turn_lock_lock(&log->lock);
}

void
message_log_unlock(MessageLog *log)
{
  turn_lock_unlock(&log->lock);
}

/* Makes the cache begin at the first message of block `number` that is still kept. */
static void
load_block(MessageLog *log, guint64 number)
{
  BlockCache *cache = &log->cache;
  gboolean whole = number * BLOCK >= log->first;
  cache->number = number;
  cache->low = whole ? 0 : (guint)(log->first % BLOCK);
  cache->offset[cache->low] = whole ? (gsize)log->index[number % log->index_entries] : log->tail;
  cache->high = cache->low + 1;
}

/* Offsets of messages dropped since are stale; one can walk on from any that is still kept. */
static gboolean
cache_serves(const MessageLog *log, guint64 block)
{
  const BlockCache *cache = &log->cache;
  return cache->number == block && cache->high > cache->low &&
         block * BLOCK + cache->high > log->first;
}

static gsize
offset_of(MessageLog *log, guint64 number)
{
  BlockCache *cache = &log->cache;
  guint i = (guint)(number % BLOCK);
  if (!cache_serves(log, number / BLOCK))
    load_block(log, number / BLOCK);
  for (; cache->high <= i; cache->high++)
    cache->offset[cache->high] = offset_after(log, cache->offset[cache->high - 1]);
  return cache->offset[i];
}

static MqttBytes
bytes_at(const guint8 *data, guint32 length)
{
  return (MqttBytes){length > 0 ? data : NULL, length};
}

gboolean
message_log_get(MessageLog *log, guint64 number, LoggedMessage *message)
{
  if (number < log->first || number >= log->next)
    return FALSE;
  const Header *header = header_at(log, offset_of(log, number));
  gboolean truncated = (header->flags & FLAG_TRUNCATED) != 0;
  const guint8 *body = (const guint8 *)(header + 1) + (truncated ? sizeof(KeptLength) : 0);
  *message = (LoggedMessage){
      .number = number,
      .time_ns = header->time_ns,
      .direction = header->flags & FLAG_FROM_BROKER ? MQTT_FROM_BROKER : MQTT_FROM_CLIENT,
      .qos = header->flags >> FLAG_QOS_SHIFT & 3,
      .retain = (header->flags & FLAG_RETAIN) != 0,
      .dup = (header->flags & FLAG_DUP) != 0,
      .truncated = truncated,
      .packet_id = header->packet_id,
      .topic_id = header->topic_id,
      .topic = topic_table_name(log->topics, header->topic_id),
      .properties = bytes_at(body, header->properties_length),
      .payload = bytes_at(body + header->properties_length, kept_payload(header)),
      .payload_length = header->payload_length,
  };
  return TRUE;
}

/* Index entries that belong to kept messages. */
static gsize
index_used(const MessageLog *log)
{
  return (gsize)((log->next + BLOCK - 1) / BLOCK - (log->first + BLOCK - 1) / BLOCK);
}

void
message_log_status(MessageLog *log, MessageLogStatus *status)
{
  message_log_lock(log);
  gsize records = log->wrapped ? log->wrap - log->tail + log->head : log->head - log->tail;
  *status = (MessageLogStatus){
      .first = log->first,
      .next = log->next,
      .dropped = log->dropped,
      .count = {log->count[0], log->count[1]},
      .payload_bytes = {log->payload_bytes[0], log->payload_bytes[1]},
      .bytes_used = records + index_used(log) * sizeof(guint64),
      .capacity = log->capacity,
      .topics = topic_table_count(log->topics),
  };
  message_log_unlock(log);
}

void
message_log_clear(MessageLog *log)
{
  message_log_lock(log);
  log->first = log->next;
  log->head = log->tail = 0;
  log->wrapped = FALSE;
  topic_table_clear(log->topics);
  /* Gives the memory back, and leaves no message behind in it. */
  madvise(log->mapping, log->capacity, MADV_DONTNEED);
  message_log_unlock(log);
}
