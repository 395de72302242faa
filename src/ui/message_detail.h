/* One message, copied out of the log: it stays when the log has trimmed it. */
#pragma once

#include "core/message_log.h"

#define MESSAGE_DETAIL_MAX (4u * 1024 * 1024) /* bytes of payload that a view copies */

typedef struct {
  guint64 number;
  gint64 time_ns;
  MqttDirection direction;
  guint8 qos;
  gboolean retain, dup, truncated;
  guint16 packet_id;
  char *topic;             /* safe text */
  GPtrArray *properties;   /* of char *, name and value in turn, safe text */
  GBytes *payload;         /* at most MESSAGE_DETAIL_MAX */
  guint32 payload_length;  /* as it came */
} MessageDetail;

/* (transfer full); NULL: trimmed already, or not there yet. */
MessageDetail *message_detail_copy(MessageLog *log, guint64 number);
void message_detail_free(MessageDetail *detail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageDetail, message_detail_free)

/* The payload is no text: show its bytes. */
gboolean message_detail_is_binary(const MessageDetail *detail);
/* (transfer full): every field but the payload, a name and a value in turn, of char *. */
GPtrArray *message_detail_fields(const MessageDetail *detail);
