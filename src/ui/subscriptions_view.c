/* What the selected connection is subscribed to, and what the broker made of each. */
#include "config.h"

#include "ui/pane.h"
#include "ui/scroll_keys.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

typedef struct {
  Ui *ui;
  Scroll scroll; /* numbers are places in the list */
} SubscriptionsView;

static gpointer
subscriptions_open(Ui *ui, gpointer argument)
{
  SubscriptionsView *view = g_new0(SubscriptionsView, 1);
  view->ui = ui;
  return view;
}

/* NULL: there is no connection any more. */
static GPtrArray *
all_subscriptions(SubscriptionsView *view)
{
  Connection *connection = ui_selected(view->ui);
  return connection ? connection_subscriptions(connection) : NULL;
}

static char *
subscriptions_title(gpointer data)
{
  SubscriptionsView *view = data;
  Connection *connection = ui_selected(view->ui);
  if (!connection)
    return g_strdup("Subscriptions");
  g_autofree char *name = safe_text_string(connection_profile(connection)->name);
  return g_strdup_printf("Subscriptions %s %s", glyph(GLYPH_DOT), name);
}

typedef struct {
  Glyph glyph;
  Role role;
  char *text;
} State;

static State
state_of(const Subscription *subscription, MqttVersion version)
{
  switch (subscription->state) {
  case SUBSCRIPTION_GRANTED:
    return (State){GLYPH_OK, ROLE_GOOD, g_strdup_printf("granted QoS %d", subscription->granted)};
  case SUBSCRIPTION_REFUSED: {
    g_autofree char *why = mqtt_reason_words(
        mqtt_reason_text(MQTT_SUBACK, version, subscription->reason), subscription->reason);
    return (State){GLYPH_FAIL, ROLE_ERROR, g_strdup_printf("refused: %s", why)};
  }
  case SUBSCRIPTION_PENDING:
    return (State){GLYPH_BUSY, ROLE_ACCENT, g_strdup("asked, no answer yet")};
  default:
    return (State){GLYPH_OFF, ROLE_DIM, g_strdup("when it is online")};
  }
}

/* glyph | filter | QoS | state | saved: below 60 columns the last two share what is left. */
static void
draw_subscription(const Subscription *subscription, MqttVersion version, Canvas *canvas, int line)
{
  int columns = canvas_columns(canvas);
  gboolean wide = columns >= 60;
  int filter_width = wide ? columns * 2 / 5 : columns / 2 - 4;
  State state = state_of(subscription, version);
  g_autofree char *filter = safe_text_string(subscription->filter);
  paint_glyph(canvas, line, 1, state.role, state.glyph);
  paint_text_in(canvas, line, 3, filter_width, ROLE_TOPIC, filter);
  int at = 3 + filter_width + 2;
  if (wide) {
    paint_format(canvas, line, at, ROLE_DIM, "QoS %d", subscription->qos);
    at += 7;
  }
  int room = columns - at - 1;
  if (wide && subscription->from_profile && room > 30) {
    paint_text_right(canvas, line, columns - 1, ROLE_DIM, "saved");
    room -= 7;
  }
  paint_text_in(canvas, line, at, room, state.role == ROLE_GOOD ? ROLE_NORMAL : state.role,
                state.text);
  g_free(state.text);
}

static void
draw_empty(Canvas *canvas)
{
  g_auto(GStrv) lines =
      wrap_text("Nothing is subscribed to. s subscribes, for example to plant/# or to # for all.",
                canvas_columns(canvas) - 2);
  for (int i = 0; lines[i]; i++)
    paint_text(canvas, i, 1, ROLE_NORMAL, lines[i]);
}

static void
subscriptions_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  SubscriptionsView *view = data;
  GPtrArray *all = all_subscriptions(view);
  if (!all || all->len == 0) {
    draw_empty(canvas);
    return;
  }
  MqttVersion version = connection_profile(ui_selected(view->ui))->version;
  scroll_update(&view->scroll, 0, all->len, canvas_rows(canvas));
  for (guint i = 0; i < all->len; i++) {
    int line;
    if (!scroll_row(&view->scroll, i, &line))
      continue;
    draw_subscription(g_ptr_array_index(all, i), version, canvas, line);
    if (!focused || i != view->scroll.selected)
      continue;
    paint_row_role(canvas, line, ROLE_SELECTED);
    paint_cursor(canvas, line, 0, FALSE);
  }
}

static void
unsubscribe(SubscriptionsView *view)
{
  GPtrArray *all = all_subscriptions(view);
  if (!all || view->scroll.selected >= all->len) {
    ui_notice(view->ui, ROLE_NORMAL, "There is no subscription to end.");
    return;
  }
  const Subscription *subscription = g_ptr_array_index(all, view->scroll.selected);
  g_autofree char *filter = g_strdup(subscription->filter);
  gboolean from_profile = subscription->from_profile;
  g_autoptr(GError) error = NULL;
  if (!connection_unsubscribe(ui_selected(view->ui), filter, &error))
    ui_notice(view->ui, ROLE_ERROR, "%s", error->message);
  else if (from_profile)
    ui_notice(view->ui, ROLE_NORMAL, "%s is ended for now; it stays in the saved connection.",
              filter);
  else
    ui_notice(view->ui, ROLE_NORMAL, "%s is ended.", filter);
}

static PaneResult
subscriptions_act(gpointer data, Action action)
{
  SubscriptionsView *view = data;
  if (scroll_act(&view->scroll, action, FALSE))
    return PANE_HANDLED;
  if (action == ACTION_UNSUBSCRIBE) {
    unsubscribe(view);
    return PANE_HANDLED;
  }
  if (action == ACTION_SUBSCRIBE && ui_selected(view->ui)) {
    ui_open(view->ui, &subscribe_form, NULL);
    return PANE_HANDLED;
  }
  return PANE_IGNORED;
}

const PaneClass subscriptions_view = {
    .name = "subscriptions",
    .context = CONTEXT_SUBSCRIPTIONS,
    .open = subscriptions_open,
    .close = g_free,
    .title = subscriptions_title,
    .draw = subscriptions_draw,
    .act = subscriptions_act,
};
