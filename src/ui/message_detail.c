#include "config.h"

#include "ui/message_detail.h"

#include <string.h>

#include "ui/figures.h"
#include "util/safe_text.h"

/* --- Copying ---------------------------------------------------------------------------------- */

static void
add_pair(GPtrArray *pairs, const char *name, char *value)
{
  g_ptr_array_add(pairs, g_strdup(name));
  g_ptr_array_add(pairs, value);
}

/* MQTT 5, 2.2.2.2: the properties of a PUBLISH whose value is text or bytes. */
static gboolean
has_bytes(guint8 id)
{
  return id == MQTT_PROPERTY_CONTENT_TYPE || id == MQTT_PROPERTY_RESPONSE_TOPIC ||
         id == MQTT_PROPERTY_CORRELATION_DATA;
}

static void
add_property(GPtrArray *pairs, const MqttProperty *property)
{
  const char *name = mqtt_property_name(property->id);
  if (property->id == MQTT_PROPERTY_USER_PROPERTY) {
    g_autofree char *key = safe_text(property->name.data, property->name.length);
    g_autofree char *value = safe_text(property->value.data, property->value.length);
    add_pair(pairs, "User Property", g_strdup_printf("%s = %s", key, value));
  } else if (has_bytes(property->id)) {
    add_pair(pairs, name, safe_text(property->value.data, property->value.length));
  } else {
    add_pair(pairs, name ? name : "Property",
             g_strdup_printf("%" G_GUINT32_FORMAT, property->number));
  }
}

static GPtrArray *
copy_properties(MqttBytes block)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func(g_free);
  gsize cursor = 0;
  MqttProperty property;
  while (block.length > 0 && mqtt_property_next(block, &cursor, &property))
    add_property(pairs, &property);
  return pairs;
}

static MessageDetail *
copy_locked(const LoggedMessage *message)
{
  MessageDetail *detail = g_new0(MessageDetail, 1);
  detail->number = message->number;
  detail->time_ns = message->time_ns;
  detail->direction = message->direction;
  detail->qos = message->qos;
  detail->retain = message->retain;
  detail->dup = message->dup;
  detail->truncated = message->truncated;
  detail->packet_id = message->packet_id;
  detail->topic = safe_text(message->topic.data, message->topic.length);
  detail->properties = copy_properties(message->properties);
  detail->payload =
      g_bytes_new(message->payload.data, MIN(message->payload.length, MESSAGE_DETAIL_MAX));
  detail->payload_length = message->payload_length;
  return detail;
}

MessageDetail *
message_detail_copy(MessageLog *log, guint64 number)
{
  MessageDetail *detail = NULL;
  LoggedMessage message;
  message_log_lock(log);
  if (message_log_get(log, number, &message))
    detail = copy_locked(&message);
  message_log_unlock(log);
  return detail;
}

void
message_detail_free(MessageDetail *detail)
{
  if (!detail)
    return;
  g_free(detail->topic);
  g_ptr_array_unref(detail->properties);
  g_bytes_unref(detail->payload);
  g_free(detail);
}

/* --- Telling ---------------------------------------------------------------------------------- */

gboolean
message_detail_is_binary(const MessageDetail *detail)
{
  gsize length;
  const char *bytes = g_bytes_get_data(detail->payload, &length);
  gsize looked_at = MIN(length, 4096);
  const char *end;
  if (looked_at == 0)
    return FALSE;
  if (memchr(bytes, '\0', looked_at))
    return TRUE;
  /* A character cut in half at the end of the sample is no fault. */
  return !g_utf8_validate(bytes, (gssize)looked_at, &end) && (gsize)(end - bytes) + 4 <= looked_at;
}

static char *
delivery_text(const MessageDetail *detail)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_string_append_printf(out, "QoS %u", detail->qos);
  if (detail->retain)
    g_string_append(out, ", retained");
  if (detail->dup)
    g_string_append(out, ", duplicate (DUP)");
  if (detail->packet_id != 0)
    g_string_append_printf(out, ", packet id %u", detail->packet_id);
  return g_strdup(out->str);
}

static char *
size_text(const MessageDetail *detail)
{
  g_autofree char *size = figure_bytes(detail->payload_length);
  gsize kept = g_bytes_get_size(detail->payload);
  if (kept == detail->payload_length)
    return g_steal_pointer(&size);
  g_autofree char *shown = figure_count(kept);
  return g_strdup_printf("%s; only the first %s are %s", size, shown,
                         detail->truncated ? "kept" : "shown");
}

GPtrArray *
message_detail_fields(const MessageDetail *detail)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *number = figure_count(detail->number);
  add_pair(fields, "Topic", g_strdup(detail->topic));
  add_pair(fields, "Time", figure_date_time(detail->time_ns));
  add_pair(fields, "Number",
           g_strdup_printf("%s, %s", number,
                           detail->direction == MQTT_FROM_BROKER ? "received" : "sent"));
  add_pair(fields, "Delivery", delivery_text(detail));
  for (guint i = 0; i + 1 < detail->properties->len; i += 2)
    add_pair(fields, g_ptr_array_index(detail->properties, i),
             g_strdup(g_ptr_array_index(detail->properties, i + 1)));
  add_pair(fields, "Payload", size_text(detail));
  return fields;
}
