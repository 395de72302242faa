/* The visible part of a message log: copied under its lock, as much as the screen shows and no
 * more, then made into safe text and drawn without the lock. */
#pragma once

#include "core/message_log.h"
#include "ui/paint.h"

typedef struct {
  guint64 number;
  gint64 time_ns;
  MqttDirection direction;
  guint8 qos;
  gboolean retain, dup, truncated;
  guint32 payload_length;  /* as it came */
  char *topic;             /* safe text, cut to the columns that were asked for */
  char *preview;           /* safe text, likewise */
} MessageRow;

/* (transfer full): of MessageRow, for the numbers first <= n < next that are still kept. */
GPtrArray *message_rows_copy(MessageLog *log, guint64 first, guint64 next, int columns);

/* Where the columns are. The topic's width only grows while the width of the pane stays, so that
 * nothing jumps when another message scrolls in. */
typedef struct {
  int columns;             /* that this is laid out for; 0: not yet */
  int topic_width;
  int topic, flags, size, preview; /* start columns; -1: not shown */
  gboolean milliseconds;
} MessageColumns;

void message_columns_update(MessageColumns *layout, int columns, GPtrArray *rows);
void message_row_draw(const MessageRow *row, const MessageColumns *layout, Canvas *canvas,
                      int line);
