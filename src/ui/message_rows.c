#include "config.h"

#include "ui/message_rows.h"

#include <string.h>

#include "ui/figures.h"
#include "util/safe_text.h"
#include "util/text_width.h"

#define TOPIC_MIN 10
/* From these widths on: flags and size, milliseconds. */
#define FLAGS_COLUMNS 60
#define MILLISECONDS_COLUMNS 60

/* --- Copying ---------------------------------------------------------------------------------- */

static void
message_row_free(gpointer data)
{
  MessageRow *row = data;
  g_free(row->topic);
  g_free(row->preview);
  g_free(row);
}

static char *
safe_prefix(const void *bytes, gsize length, int columns)
{
  GString *out = g_string_sized_new((gsize)columns + 16);
  safe_text_append(out, bytes, length, columns);
  return g_string_free(out, FALSE);
}

/* Raw bytes of one message, as long as the lock is held. A character has at most four bytes; those
 * that take no column are cut sooner, which only shortens the line. */
typedef struct {
  MessageRow *row;
  gsize topic_length, payload_length;
  guint8 *topic, *payload;
} RawCopy;

static guint8 *
copy_bytes(const guint8 *data, gsize length)
{
  guint8 *copy = g_malloc(length + 1);
  if (length > 0)
    memcpy(copy, data, length);
  return copy;
}

static void
copy_raw(RawCopy *raw, const LoggedMessage *message, gsize bound)
{
  MessageRow *row = g_new0(MessageRow, 1);
  row->number = message->number;
  row->time_ns = message->time_ns;
  row->direction = message->direction;
  row->qos = message->qos;
  row->retain = message->retain;
  row->dup = message->dup;
  row->truncated = message->truncated;
  row->payload_length = message->payload_length;
  raw->row = row;
  raw->topic_length = MIN(message->topic.length, bound);
  raw->payload_length = MIN(message->payload.length, bound);
  raw->topic = copy_bytes(message->topic.data, raw->topic_length);
  raw->payload = copy_bytes(message->payload.data, raw->payload_length);
}

static MessageRow *
finish_raw(RawCopy *raw, int columns)
{
  raw->row->topic = safe_prefix(raw->topic, raw->topic_length, columns);
  raw->row->preview = safe_prefix(raw->payload, raw->payload_length, columns);
  g_free(raw->topic);
  g_free(raw->payload);
  return raw->row;
}

GPtrArray *
message_rows_copy(MessageLog *log, guint64 first, guint64 next, int columns)
{
  g_autoptr(GArray) raws = g_array_new(FALSE, FALSE, sizeof(RawCopy));
  gsize bound = (gsize)MAX(columns, 1) * 4;
  message_log_lock(log);
  for (guint64 number = first; number < next; number++) {
    LoggedMessage message;
    if (!message_log_get(log, number, &message))
      continue;
    RawCopy raw;
    copy_raw(&raw, &message, bound);
    g_array_append_val(raws, raw);
  }
  message_log_unlock(log);
  GPtrArray *rows = g_ptr_array_new_with_free_func(message_row_free);
  for (guint i = 0; i < raws->len; i++)
    g_ptr_array_add(rows, finish_raw(&g_array_index(raws, RawCopy, i), columns));
  return rows;
}

/* --- Columns ---------------------------------------------------------------------------------- */

static int
widest_topic(GPtrArray *rows)
{
  int width = TOPIC_MIN;
  for (guint i = 0; i < rows->len; i++)
    width = MAX(width, text_width(((const MessageRow *)g_ptr_array_index(rows, i))->topic));
  return width;
}

void
message_columns_update(MessageColumns *layout, int columns, GPtrArray *rows)
{
  if (layout->columns != columns)
    *layout = (MessageColumns){.columns = columns, .topic_width = 0};
  int limit = MAX(columns * 2 / 5, TOPIC_MIN);
  layout->topic_width = MAX(layout->topic_width, MIN(widest_topic(rows), limit));
  layout->milliseconds = columns >= MILLISECONDS_COLUMNS;
  layout->topic = 1 + (layout->milliseconds ? 12 : 8) + 1 + 2;
  int at = layout->topic + layout->topic_width + 2;
  layout->flags = layout->size = -1;
  if (columns >= FLAGS_COLUMNS) {
    layout->flags = at;
    layout->size = at + 3;
    at += 3 + 5 + 2;
  }
  layout->preview = at;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static void
draw_flags(const MessageRow *row, const MessageColumns *layout, Canvas *canvas, int line)
{
  char flags[4] = {(char)('0' + row->qos), row->retain ? 'r' : ' ', row->dup ? 'd' : ' ', '\0'};
  paint_text(canvas, line, layout->flags, row->retain ? ROLE_ACCENT : ROLE_DIM, flags);
  g_autofree char *size = figure_short(row->payload_length);
  paint_text_right(canvas, line, layout->size + 5, ROLE_NUMBER, size);
}

static void
draw_preview(const MessageRow *row, const MessageColumns *layout, Canvas *canvas, int line)
{
  int room = canvas_columns(canvas) - layout->preview - 1;
  if (room <= 0)
    return;
  if (row->payload_length == 0) {
    paint_text_in(canvas, line, layout->preview, room, ROLE_DIM, "(empty)");
    return;
  }
  paint_text_in(canvas, line, layout->preview, room, ROLE_NORMAL, row->preview);
}

void
message_row_draw(const MessageRow *row, const MessageColumns *layout, Canvas *canvas, int line)
{
  g_autofree char *time = figure_time(row->time_ns, layout->milliseconds);
  gboolean out = row->direction == MQTT_FROM_CLIENT;
  int end = paint_text(canvas, line, 1, ROLE_DIM, time);
  paint_glyph(canvas, line, end + 1, out ? ROLE_ACCENT : ROLE_DIM, out ? GLYPH_OUT : GLYPH_IN);
  paint_text_in(canvas, line, layout->topic, layout->topic_width, ROLE_TOPIC, row->topic);
  if (layout->flags >= 0)
    draw_flags(row, layout, canvas, line);
  draw_preview(row, layout, canvas, line);
}
