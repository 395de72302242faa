/* Open addressing with linear probing; a removed slot is closed by moving later ones back
 * (Knuth, vol. 3, 6.4, algorithm R), so that the table never fills with tombstones.
 *
 * Topics are chosen by peers, who must not be able to make them all collide: the hash is
 * SipHash-1-3 under a key drawn for each table. In front of it stands a small cache of topics seen
 * lately under a cheaper hash, which a peer may well make collide: that only costs its help. */
#include "config.h"

#include "core/topic_table.h"

#include <string.h>
#include <unistd.h>

#define SLOTS_MIN 64u /* a power of two */
#define RECENT_BITS 10

typedef struct {
  char *name;     /* not terminated; NULL: this number is free */
  guint32 length; /* of the name; of a free one: the next free number */
  guint32 references;
  guint32 hash;
} Topic;

typedef struct {
  guint32 hash;
  guint32 topic; /* number + 1; 0: empty */
} Slot;

struct TopicTable {
  guint64 key[2];
  Slot *slots;
  guint32 mask;  /* number of slots - 1 */
  Topic *topics; /* by number */
  guint32 topics_used, topics_allocated;
  guint32 free_topic; /* number + 1 of the first free one; 0: none */
  guint32 count;
  gsize bytes;
  guint32 recent[1 << RECENT_BITS]; /* number + 1, maybe of a forgotten topic; 0: none */
};

/* --- Hash (Aumasson and Bernstein, SipHash; one round a word, three at the end) --------------- */

static inline guint64
word_at(const guint8 *data)
{
  guint64 word;
  memcpy(&word, data, sizeof word);
  return word;
}

/* The last 1 to 8 bytes. Those before them may be read along, which is quicker than to gather a
 * few bytes one by one; equal names give equal words all the same. */
static inline guint64
last_word(const guint8 *data, gsize length)
{
  if (G_LIKELY(length >= sizeof(guint64)))
    return word_at(data + length - sizeof(guint64));
  guint64 word = 0;
  for (gsize i = 0; i < length; i++)
    word = word << 8 | data[i];
  return word;
}

typedef struct {
  guint64 v0, v1, v2, v3;
} Sip;

static inline guint64
rotate(guint64 x, int bits)
{
  return (x << bits) | (x >> (64 - bits));
}

static inline void
sip_round(Sip *s)
{
  s->v0 += s->v1;
  s->v1 = rotate(s->v1, 13) ^ s->v0;
  s->v0 = rotate(s->v0, 32);
  s->v2 += s->v3;
  s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 += s->v3;
  s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v2 += s->v1;
  s->v1 = rotate(s->v1, 17) ^ s->v2;
  s->v2 = rotate(s->v2, 32);
}

static inline void
sip_word(Sip *s, guint64 word)
{
  s->v3 ^= word;
  sip_round(s);
  s->v0 ^= word;
}

/* In the machine's own byte order: the value never leaves the process. */
static guint32
hash_bytes(const guint64 key[2], const guint8 *data, gsize length)
{
  Sip s = {key[0] ^ G_GUINT64_CONSTANT(0x736f6d6570736575),
           key[1] ^ G_GUINT64_CONSTANT(0x646f72616e646f6d),
           key[0] ^ G_GUINT64_CONSTANT(0x6c7967656e657261),
           key[1] ^ G_GUINT64_CONSTANT(0x7465646279746573)};
  for (gsize i = 0; i + sizeof(guint64) < length; i += sizeof(guint64))
    sip_word(&s, word_at(data + i));
  sip_word(&s, last_word(data, length));
  sip_word(&s, length);
  s.v2 ^= 0xff;
  sip_round(&s);
  sip_round(&s);
  sip_round(&s);
  return (guint32)(s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
}

/* Place in `recent`. */
static inline guint32
place_of(const guint8 *data, gsize length)
{
  const guint64 odd = G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
  guint64 hash = length;
  for (gsize i = 0; i + sizeof(guint64) < length; i += sizeof(guint64)) {
    hash = (hash ^ word_at(data + i)) * odd;
    hash ^= hash >> 32;
  }
  return (guint32)(((hash ^ last_word(data, length)) * odd) >> (64 - RECENT_BITS));
}

/* --- Life ------------------------------------------------------------------------------------- */

static void
draw_key(guint64 key[2])
{
  if (getentropy(key, 2 * sizeof key[0]) == 0)
    return;
  for (int i = 0; i < 2; i++)
    key[i] = (guint64)g_random_int() << 32 | g_random_int();
}

TopicTable *
topic_table_new(void)
{
  TopicTable *table = g_new0(TopicTable, 1);
  draw_key(table->key);
  table->slots = g_new0(Slot, SLOTS_MIN);
  table->mask = SLOTS_MIN - 1;
  return table;
}

void
topic_table_clear(TopicTable *table)
{
  for (guint32 id = 0; id < table->topics_used; id++)
    g_free(table->topics[id].name);
  g_free(table->topics);
  g_free(table->slots);
  memset(table->recent, 0, sizeof table->recent);
  table->topics = NULL;
  table->topics_used = table->topics_allocated = table->free_topic = table->count = 0;
  table->bytes = 0;
  table->slots = g_new0(Slot, SLOTS_MIN);
  table->mask = SLOTS_MIN - 1;
}

void
topic_table_free(TopicTable *table)
{
  if (table == NULL)
    return;
  topic_table_clear(table);
  g_free(table->slots);
  g_free(table);
}

/* --- Slots ------------------------------------------------------------------------------------ */

static guint32
empty_slot(const TopicTable *table, guint32 hash)
{
  guint32 i = hash & table->mask;
  while (table->slots[i].topic != 0)
    i = (i + 1) & table->mask;
  return i;
}

static void
grow_slots(TopicTable *table)
{
  Slot *old = table->slots;
  guint32 old_mask = table->mask;
  table->mask = old_mask * 2 + 1;
  table->slots = g_new0(Slot, (gsize)table->mask + 1);
  for (guint32 i = 0; i <= old_mask; i++) {
    if (old[i].topic != 0)
      table->slots[empty_slot(table, old[i].hash)] = old[i];
  }
  g_free(old);
}

/* Empties slot `hole`, and moves back into it what was pushed beyond it by what stood there. */
static void
close_slot(TopicTable *table, guint32 hole)
{
  Slot *slots = table->slots;
  for (guint32 i = (hole + 1) & table->mask; slots[i].topic != 0; i = (i + 1) & table->mask) {
    guint32 from_home = (i - slots[i].hash) & table->mask;
    guint32 from_hole = (i - hole) & table->mask;
    if (from_home >= from_hole) {
      slots[hole] = slots[i];
      hole = i;
    }
  }
  slots[hole].topic = 0;
}

static gboolean
topic_is(const Topic *topic, const guint8 *name, guint32 length)
{
  return topic->length == length && (length == 0 || memcmp(topic->name, name, length) == 0);
}

/* --- Topics ----------------------------------------------------------------------------------- */

static guint32
unused_number(TopicTable *table)
{
  if (table->free_topic != 0) {
    guint32 id = table->free_topic - 1;
    table->free_topic = table->topics[id].length;
    return id;
  }
  if (table->topics_used == table->topics_allocated) {
    table->topics_allocated = MAX(SLOTS_MIN, table->topics_allocated * 2);
    table->topics = g_renew(Topic, table->topics, table->topics_allocated);
  }
  return table->topics_used++;
}

static guint32
add_topic(TopicTable *table, const guint8 *name, guint32 length, guint32 hash)
{
  if (table->count >= table->mask / 3 * 2)
    grow_slots(table);
  guint32 id = unused_number(table);
  Topic *topic = &table->topics[id];
  *topic = (Topic){g_malloc((gsize)length + 1), length, 1, hash};
  if (length > 0)
    memcpy(topic->name, name, length);
  table->slots[empty_slot(table, hash)] = (Slot){hash, id + 1};
  table->count++;
  table->bytes += (gsize)length + TOPIC_TABLE_COST;
  return id;
}

static guint32
find_or_add(TopicTable *table, const guint8 *name, guint32 length)
{
  guint32 hash = hash_bytes(table->key, name, length);
  for (guint32 i = hash & table->mask; table->slots[i].topic != 0; i = (i + 1) & table->mask) {
    Slot slot = table->slots[i];
    if (slot.hash == hash && topic_is(&table->topics[slot.topic - 1], name, length)) {
      table->topics[slot.topic - 1].references++;
      return slot.topic - 1;
    }
  }
  return add_topic(table, name, length, hash);
}

guint32
topic_table_take(TopicTable *table, const guint8 *name, guint32 length)
{
  guint32 *recent = &table->recent[place_of(name, length)];
  if (*recent != 0) {
    Topic *candidate = &table->topics[*recent - 1];
    if (candidate->name != NULL && topic_is(candidate, name, length)) {
      candidate->references++;
      return *recent - 1;
    }
  }
  guint32 id = find_or_add(table, name, length);
  *recent = id + 1;
  return id;
}

static void
forget(TopicTable *table, guint32 id)
{
  Topic *topic = &table->topics[id];
  guint32 i = topic->hash & table->mask;
  while (table->slots[i].topic != id + 1)
    i = (i + 1) & table->mask;
  close_slot(table, i);
  table->count--;
  table->bytes -= (gsize)topic->length + TOPIC_TABLE_COST;
  g_free(topic->name);
  *topic = (Topic){.length = table->free_topic};
  table->free_topic = id + 1;
}

void
topic_table_release(TopicTable *table, guint32 id)
{
  if (--table->topics[id].references == 0)
    forget(table, id);
}

MqttBytes
topic_table_name(const TopicTable *table, guint32 id)
{
  const Topic *topic = &table->topics[id];
  return (MqttBytes){topic->length > 0 ? (const guint8 *)topic->name : NULL, topic->length};
}

guint
topic_table_count(const TopicTable *table)
{
  return table->count;
}

gsize
topic_table_bytes(const TopicTable *table)
{
  return table->bytes;
}
