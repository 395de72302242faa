/* Strings, topic names and topic filters: are they what MQTT allows? */
#pragma once

#include <glib.h>

typedef enum {
  MQTT_TEXT_GOOD,
  MQTT_TEXT_ILL_FORMED, /* no UTF-8: surrogate, overlong, beyond U+10FFFF, cut off, stray byte */
  MQTT_TEXT_NULL,       /* U+0000 */
  MQTT_TEXT_WILDCARD,   /* '+' or '#' in a topic name */
} MqttTextFlaw;

/* A UTF-8 Encoded String (MQTT 5, 1.5.4). `*at` receives the offset of the first flaw. */
MqttTextFlaw mqtt_text_check(const guint8 *text, gsize length, gsize *at);
/* The same for a topic name, which has no wildcards (4.7). Does not object to an empty one. */
MqttTextFlaw mqtt_text_check_topic(const guint8 *topic, gsize length, gsize *at);

typedef enum {
  MQTT_FILTER_GOOD,
  MQTT_FILTER_EMPTY,
  MQTT_FILTER_MULTI_LEVEL,  /* '#' not alone in the last level */
  MQTT_FILTER_SINGLE_LEVEL, /* '+' not alone in its level */
  MQTT_FILTER_SHARE_NAME,   /* "$share/" and then no name, or one with a wildcard */
  MQTT_FILTER_SHARE_FILTER, /* "$share/name" and then no filter */
} MqttFilterFlaw;

/* The form of a topic filter that is good UTF-8. `shared`: "$share/" is special (MQTT 5, 4.8.2). */
MqttFilterFlaw mqtt_text_check_filter(const guint8 *filter, gsize length, gboolean shared,
                                      gsize *at);
/* Begins with "$share/". */
gboolean mqtt_text_is_shared(const guint8 *filter, gsize length);
