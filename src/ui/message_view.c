/* One message in full: fields, MQTT 5 properties, and the payload as text or as bytes. */
#include "config.h"

#include "ui/figures.h"
#include "ui/hex_dump.h"
#include "ui/message_detail.h"
#include "ui/messages_pane.h"
#include "ui/pane.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"
#include "util/text_width.h"

typedef struct {
  char *name; /* "" on the further lines of a long value */
  char *value;
} FieldLine;

typedef struct {
  Ui *ui;
  guint64 connection; /* its number; may be gone */
  MessageDetail *detail;  /* NULL: it was gone already */
  gboolean hex, no_wrap;
  int left;          /* columns scrolled to the right, unless wrapped */
  int columns;       /* that `fields` is laid out for */
  GPtrArray *fields; /* of FieldLine */
  WrappedText *text; /* of the payload; made when it is first shown */
  Scroll scroll;     /* lines: fields, a blank one, payload */
} MessageView;

static void
field_line_free(gpointer data)
{
  FieldLine *line = data;
  g_free(line->name);
  g_free(line->value);
  g_free(line);
}

static void
forget_detail(MessageView *view)
{
  g_clear_pointer(&view->detail, message_detail_free);
  g_clear_pointer(&view->fields, g_ptr_array_unref);
  g_clear_pointer(&view->text, wrapped_text_free);
  view->columns = 0;
  view->left = 0;
  view->scroll = (Scroll){0};
}

static gpointer
message_open(Ui *ui, gpointer argument)
{
  const MessageViewArgument *wanted = argument;
  MessageView *view = g_new0(MessageView, 1);
  view->ui = ui;
  view->connection = connection_number(wanted->connection);
  view->detail = message_detail_copy(connection_log(wanted->connection), wanted->number);
  view->hex = view->detail && message_detail_is_binary(view->detail);
  return view;
}

static void
message_close(gpointer data)
{
  MessageView *view = data;
  forget_detail(view);
  g_free(view);
}

static char *
message_title(gpointer data)
{
  MessageView *view = data;
  if (!view->detail)
    return g_strdup("Message");
  return g_strdup_printf("Message %s %s", glyph(GLYPH_DOT), view->detail->topic);
}

static char *
message_status(gpointer data)
{
  MessageView *view = data;
  return g_strdup(view->hex ? "hex" : view->no_wrap ? "text, not wrapped" : "text");
}

/* --- Layout ----------------------------------------------------------------------------------- */

static int
name_width(GPtrArray *pairs, int columns)
{
  int width = 0;
  for (guint i = 0; i + 1 < pairs->len; i += 2)
    width = MAX(width, text_width(g_ptr_array_index(pairs, i)));
  return MIN(width, columns / 3);
}

static int
layout_fields(MessageView *view, int columns)
{
  g_autoptr(GPtrArray) pairs = message_detail_fields(view->detail);
  int names = name_width(pairs, columns);
  if (view->fields && view->columns == columns)
    return names;
  view->columns = columns;
  g_clear_pointer(&view->fields, g_ptr_array_unref);
  view->fields = g_ptr_array_new_with_free_func(field_line_free);
  for (guint i = 0; i + 1 < pairs->len; i += 2) {
    g_auto(GStrv) rows = wrap_text(g_ptr_array_index(pairs, i + 1), columns - names - 4);
    for (int row = 0; rows[row]; row++) {
      FieldLine *line = g_new0(FieldLine, 1);
      line->name = g_strdup(row == 0 ? g_ptr_array_index(pairs, i) : "");
      line->value = g_strdup(rows[row]);
      g_ptr_array_add(view->fields, line);
    }
  }
  return names;
}

static guint64
layout_payload(MessageView *view, int columns)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data(view->detail->payload, &length);
  if (view->hex)
    return hex_dump_lines(length, hex_dump_per_line(length, columns - 2));
  if (!view->text)
    view->text = wrapped_text_new(safe_text_lines(bytes, length));
  wrapped_text_layout(view->text, view->no_wrap ? 0 : columns - 2);
  return length == 0 ? 0 : wrapped_text_count(view->text);
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static void
draw_field(const FieldLine *line, Canvas *canvas, int row, int names)
{
  paint_text_in(canvas, row, 1, names, ROLE_DIM, line->name);
  paint_text(canvas, row, names + 3, ROLE_NORMAL, line->value);
}

static void
draw_payload_line(MessageView *view, Canvas *canvas, int row, guint64 number)
{
  int room = canvas_columns(canvas) - 2;
  gsize length;
  const guint8 *bytes = g_bytes_get_data(view->detail->payload, &length);
  g_autofree char *line = NULL;
  if (view->hex)
    line = hex_dump_line(bytes, length, number, hex_dump_per_line(length, room));
  else
    line = wrapped_text_part(view->text, (guint)number, view->left, room + 1);
  paint_text_in(canvas, row, 1, room, ROLE_NORMAL, line);
}

static void
message_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  MessageView *view = data;
  int columns = canvas_columns(canvas);
  if (!view->detail) {
    paint_text(canvas, 0, 1, ROLE_WARNING, "This message is gone: newer ones took its place.");
    return;
  }
  int names = layout_fields(view, columns);
  guint64 fields = view->fields->len;
  guint64 lines = fields + 1 + layout_payload(view, columns);
  scroll_update(&view->scroll, 0, lines, canvas_rows(canvas));
  for (int row = 0; row < canvas_rows(canvas); row++) {
    guint64 number = view->scroll.top + (guint64)row;
    if (number < fields)
      draw_field(g_ptr_array_index(view->fields, number), canvas, row, names);
    else if (number > fields && number < lines)
      draw_payload_line(view, canvas, row, number - fields - 1);
  }
  if (focused)
    paint_cursor(canvas, 0, 0, FALSE);
}

/* --- Acting ----------------------------------------------------------------------------------- */

/* The message after or before this one; the way of showing it stays. */
static void
go(MessageView *view, int step)
{
  Connection *connection = workspace_by_number(ui_workspace(view->ui), view->connection);
  if (!view->detail || !connection)
    return;
  MessageDetail *other = message_detail_copy(connection_log(connection),
                                             view->detail->number + (guint64)(gint64)step);
  if (!other) {
    ui_notice(view->ui, ROLE_NORMAL, "%s",
              step > 0 ? "This is the newest message."
                       : "This is the oldest message that is kept.");
    return;
  }
  forget_detail(view);
  view->detail = other;
  view->hex = view->hex || message_detail_is_binary(other);
}

static void
go_sideways(MessageView *view, int direction)
{
  if (view->no_wrap && !view->hex)
    view->left = MAX(view->left + direction * 8, 0);
  else
    go(view, direction);
}

static PaneResult
message_act(gpointer data, Action action)
{
  MessageView *view = data;
  if (scroll_act_text(&view->scroll, action))
    return PANE_HANDLED;
  switch (action) {
  case ACTION_VIEW_TEXT:
  case ACTION_VIEW_HEX:
    view->hex = action == ACTION_VIEW_HEX;
    return PANE_HANDLED;
  case ACTION_WRAP:
    view->no_wrap = !view->no_wrap;
    view->left = 0;
    return PANE_HANDLED;
  case ACTION_NEXT_MESSAGE:
  case ACTION_PREVIOUS_MESSAGE:
    go(view, action == ACTION_NEXT_MESSAGE ? 1 : -1);
    return PANE_HANDLED;
  case ACTION_LEFT:
  case ACTION_RIGHT:
    go_sideways(view, action == ACTION_LEFT ? -1 : 1);
    return PANE_HANDLED;
  default:
    return PANE_IGNORED;
  }
}

const PaneClass message_view = {
    .name = "message",
    .context = CONTEXT_MESSAGE_VIEW,
    .open = message_open,
    .close = message_close,
    .title = message_title,
    .status = message_status,
    .draw = message_draw,
    .act = message_act,
};
