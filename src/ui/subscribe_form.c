/* Subscribes the selected connection to a topic filter. */
#include "config.h"

#include <string.h>

#include "ui/form.h"
#include "ui/pane.h"
#include "util/safe_text.h"

#define SUBSCRIBE_COLUMNS 84
#define SUBSCRIBE_ROWS 5 /* two fields, a sentence under the filter, a blank line, help */

enum { SUBSCRIBE_FILTER = 1, SUBSCRIBE_QOS };

typedef struct {
  Ui *ui;
  Form *form;
} SubscribeForm;

static const char *const qualities[] = {"0: at most once", "1: at least once", "2: exactly once",
                                        NULL};
/* clang-format off */
static const FieldSpec specs[] = {
    {SUBSCRIBE_FILTER, FIELD_TEXT, "Filter", NULL,
     "+ is any one level, # at the end all that follow; # alone is everything",
     "such as plant/#"},
    {SUBSCRIBE_QOS, FIELD_CHOICE, "QoS", qualities, "the most that the broker shall use", NULL},
};
/* clang-format on */

static gpointer
subscribe_open(Ui *ui, gpointer argument)
{
  SubscribeForm *subscribe = g_new0(SubscribeForm, 1);
  subscribe->ui = ui;
  subscribe->form = form_new(specs, G_N_ELEMENTS(specs));
  return subscribe;
}

static void
subscribe_close(gpointer data)
{
  SubscribeForm *subscribe = data;
  form_free(subscribe->form);
  g_free(subscribe);
}

static char *
subscribe_title(gpointer data)
{
  SubscribeForm *subscribe = data;
  Connection *connection = ui_selected(subscribe->ui);
  if (!connection)
    return g_strdup("Subscribe");
  g_autofree char *name = safe_text_string(connection_profile(connection)->name);
  return g_strdup_printf("Subscribe %s %s", glyph(GLYPH_DOT), name);
}

static void
subscribe_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  SubscribeForm *subscribe = data;
  form_draw(subscribe->form, canvas, focused);
}

static void
subscribe_wanted(gpointer data, int *rows, int *columns)
{
  *columns = SUBSCRIBE_COLUMNS;
  *rows = SUBSCRIBE_ROWS;
}

/* MQTT 5, 4.7.1. An empty field is no fault until it is sent. */
static gboolean
check_filter(SubscribeForm *subscribe, gboolean also_empty)
{
  const char *filter = form_text(subscribe->form, SUBSCRIBE_FILTER);
  gboolean good = mqtt_filter_is_valid(filter, strlen(filter));
  const char *sentence = filter[0] ? "no filter: + stands for a whole level, # only at the end"
                                   : "a subscription needs a filter, such as plant/# or #";
  form_set_message(subscribe->form, SUBSCRIBE_FILTER, ROLE_ERROR,
                   good || (!filter[0] && !also_empty) ? NULL : sentence);
  return good;
}

static PaneResult
subscribe_now(SubscribeForm *subscribe)
{
  Connection *connection = ui_selected(subscribe->ui);
  const char *filter = form_text(subscribe->form, SUBSCRIBE_FILTER);
  g_autoptr(GError) error = NULL;
  if (!check_filter(subscribe, TRUE)) {
    form_focus(subscribe->form, SUBSCRIBE_FILTER);
    return PANE_HANDLED;
  }
  if (!connection || !connection_subscribe(connection, filter,
                                           form_choice(subscribe->form, SUBSCRIBE_QOS), &error)) {
    ui_notice(subscribe->ui, ROLE_ERROR, "Not subscribed: %s",
              error ? error->message : "the connection is gone");
    return PANE_HANDLED;
  }
  gboolean online = connection_session(connection)->state == SESSION_ONLINE;
  ui_notice(subscribe->ui, ROLE_NORMAL, "%s: %s", filter,
            online ? "asked for; u shows what the broker answers"
                   : "subscribed to as soon as the connection is online");
  return PANE_CLOSE;
}

static PaneResult
subscribe_act(gpointer data, Action action)
{
  SubscribeForm *subscribe = data;
  gboolean handled = FALSE;
  /* Enter subscribes from either field: there are but two, and QoS 0 is what most want. */
  if (action == ACTION_SAVE || action == ACTION_OPEN)
    return subscribe_now(subscribe);
  if (action == ACTION_COMPLETE)
    action = ACTION_NEXT_FIELD;
  form_act(subscribe->form, action, &handled, NULL);
  return handled ? PANE_HANDLED : PANE_IGNORED;
}

static PaneResult
subscribe_key(gpointer data, const Key *key)
{
  SubscribeForm *subscribe = data;
  gboolean handled = FALSE;
  if (form_key(subscribe->form, key, &handled, NULL))
    check_filter(subscribe, FALSE);
  return handled ? PANE_HANDLED : PANE_IGNORED;
}

static PaneResult
subscribe_paste(gpointer data, const char *text, gsize length)
{
  SubscribeForm *subscribe = data;
  if (form_paste(subscribe->form, text, length, NULL))
    check_filter(subscribe, FALSE);
  return PANE_HANDLED;
}

static const char *
subscribe_hint(gpointer data, Action action)
{
  SubscribeForm *subscribe = data;
  if (action == ACTION_SAVE || action == ACTION_SAVE_CONNECT)
    return "";
  return action == ACTION_OPEN ? "subscribe" : form_hint(subscribe->form, action);
}

const PaneClass subscribe_form = {
    .name = "subscribe",
    .context = CONTEXT_FORM,
    .open = subscribe_open,
    .close = subscribe_close,
    .title = subscribe_title,
    .draw = subscribe_draw,
    .act = subscribe_act,
    .key = subscribe_key,
    .paste = subscribe_paste,
    .wanted = subscribe_wanted,
    .hint = subscribe_hint,
};
