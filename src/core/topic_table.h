/* Topics interned: each distinct topic is kept once, for as long as somebody refers to it.
 * Owned by one message log and guarded by its lock. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

typedef struct TopicTable TopicTable;

TopicTable *topic_table_new(void);
void topic_table_free(TopicTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TopicTable, topic_table_free)

/* The number of the topic, which is added if it is new; one reference more on it. Numbers of
 * forgotten topics are given out again, so that they stay small. */
guint32 topic_table_take(TopicTable *table, const guint8 *name, guint32 length);

/* One reference less; forgets the topic after the last. */
void topic_table_release(TopicTable *table, guint32 id);

/* Borrowed until the topic is forgotten. `id` must have a reference. */
MqttBytes topic_table_name(const TopicTable *table, guint32 id);

/* Forgets all, whatever the references. */
void topic_table_clear(TopicTable *table);

guint topic_table_count(const TopicTable *table);
/* Memory that the topics take: names, and TOPIC_TABLE_COST for each. */
gsize topic_table_bytes(const TopicTable *table);
#define TOPIC_TABLE_COST 64
