/* Topic aliases of one direction of one connection (MQTT 5, 3.3.2.3.4). Owns copies of the names;
 * bounded by the alias maximum and by TOPIC_ALIAS_BYTES_MAX bytes of names. */
#pragma once

#include <glib.h>

#include "mqtt/packet.h"

#define TOPIC_ALIAS_BYTES_MAX (1024u * 1024)

typedef struct {
  GArray *names;   /* of MqttBytes, the name of alias i + 1; NULL until one is set */
  gsize bytes;     /* of all names */
  guint16 maximum; /* that the receiver of this direction has announced; 0: none allowed */
} TopicAliases;

void topic_aliases_clear(TopicAliases *aliases);

/* `alias` is from 1 to `maximum`. FALSE: all names together would be too long. */
gboolean topic_aliases_set(TopicAliases *aliases, guint16 alias, MqttBytes name);

/* Borrowed until the alias is set again; length 0: it is not known. */
MqttBytes topic_aliases_get(const TopicAliases *aliases, guint16 alias);
