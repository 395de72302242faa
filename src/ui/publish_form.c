/* Publishes one message on the selected connection. The values of the last time are there again:
 * who tests a device publishes the same many times. */
#include "config.h"

#include <string.h>

#include "ui/form_keys.h"
#include "util/safe_text.h"

#define PUBLISH_COLUMNS 90
#define PUBLISH_ROWS 7 /* four fields, a sentence under the topic, a blank line, help */

enum { PUBLISH_TOPIC = 1, PUBLISH_PAYLOAD, PUBLISH_QOS, PUBLISH_RETAIN };

typedef struct {
  Ui *ui;
  Form *form;
} PublishForm;

/* What was published last, for the next time; of this run, for all connections. */
static struct {
  char *topic, *payload;
  int qos;
  gboolean retain;
} last;

static const char *const qualities[] = {"0: at most once", "1: at least once", "2: exactly once",
                                        NULL};
/* clang-format off */
static const FieldSpec specs[] = {
    {PUBLISH_TOPIC, FIELD_TEXT, "Topic", NULL, "where to, without wildcards",
     "such as plant/line1/set"},
    {PUBLISH_PAYLOAD, FIELD_TEXT, "Payload", NULL, "text as it is sent; C-s publishes", "empty"},
    {PUBLISH_QOS, FIELD_CHOICE, "QoS", qualities, "Space or the arrows choose", NULL},
    {PUBLISH_RETAIN, FIELD_CHECK, "Retain", NULL,
     "the broker keeps it for later subscribers; an empty payload removes it there", NULL},
};
/* clang-format on */

static gpointer
publish_open(Ui *ui, gpointer argument)
{
  PublishForm *publish = g_new0(PublishForm, 1);
  publish->ui = ui;
  publish->form = form_new(specs, G_N_ELEMENTS(specs));
  form_set_text(publish->form, PUBLISH_TOPIC, last.topic);
  form_set_text(publish->form, PUBLISH_PAYLOAD, last.payload);
  form_set_choice(publish->form, PUBLISH_QOS, last.qos);
  form_set_check(publish->form, PUBLISH_RETAIN, last.retain);
  if (last.topic)
    form_focus(publish->form, PUBLISH_PAYLOAD);
  return publish;
}

static void
remember(PublishForm *publish)
{
  g_free(last.topic);
  g_free(last.payload);
  last.topic = g_strdup(form_text(publish->form, PUBLISH_TOPIC));
  last.payload = g_strdup(form_text(publish->form, PUBLISH_PAYLOAD));
  last.qos = form_choice(publish->form, PUBLISH_QOS);
  last.retain = form_checked(publish->form, PUBLISH_RETAIN);
}

static void
publish_close(gpointer data)
{
  PublishForm *publish = data;
  form_free(publish->form);
  g_free(publish);
}

static char *
publish_title(gpointer data)
{
  PublishForm *publish = data;
  Connection *connection = ui_selected(publish->ui);
  if (!connection)
    return g_strdup("Publish");
  g_autofree char *name = safe_text_string(connection_profile(connection)->name);
  return g_strdup_printf("Publish %s %s", glyph(GLYPH_DOT), name);
}

static void
publish_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  PublishForm *publish = data;
  form_draw(publish->form, canvas, focused);
}

static void
publish_wanted(gpointer data, int *rows, int *columns)
{
  *columns = PUBLISH_COLUMNS;
  *rows = PUBLISH_ROWS;
}

static gboolean
check_topic(PublishForm *publish, gboolean also_empty)
{
  const char *topic = form_text(publish->form, PUBLISH_TOPIC);
  gboolean good = mqtt_topic_is_valid(topic, strlen(topic));
  const char *sentence =
      topic[0] ? "no topic to publish to: + and # belong in filters" : "a message needs a topic";
  form_set_message(publish->form, PUBLISH_TOPIC, ROLE_ERROR,
                   good || (!topic[0] && !also_empty) ? NULL : sentence);
  return good;
}

static PaneResult
publish_now(gpointer data)
{
  PublishForm *publish = data;
  Connection *connection = ui_selected(publish->ui);
  const char *payload = form_text(publish->form, PUBLISH_PAYLOAD);
  g_autoptr(GError) error = NULL;
  if (!check_topic(publish, TRUE)) {
    form_focus(publish->form, PUBLISH_TOPIC);
    return PANE_HANDLED;
  }
  remember(publish);
  if (!connection || !connection_publish(connection, last.topic, payload, strlen(payload), last.qos,
                                         last.retain, &error)) {
    ui_notice(publish->ui, ROLE_ERROR, "Not published: %s",
              error ? error->message : "the connection is gone");
    return PANE_HANDLED;
  }
  ui_notice(publish->ui, ROLE_GOOD, "Published to %s%s", last.topic,
            last.qos == 0 ? "." : ": the timeline tells when the broker has acknowledged it.");
  return PANE_CLOSE;
}

static void
value_changed(gpointer data, int id)
{
  PublishForm *publish = data;
  if (id == PUBLISH_TOPIC)
    check_topic(publish, FALSE);
}

static const FormKeys keys = {.changed = value_changed, .submit = publish_now};

static PaneResult
publish_act(gpointer data, Action action)
{
  PublishForm *publish = data;
  return form_keys_act(&keys, publish->form, NULL, publish, action);
}

static PaneResult
publish_key(gpointer data, const Key *key)
{
  PublishForm *publish = data;
  return form_keys_key(&keys, publish->form, publish, key);
}

static PaneResult
publish_paste(gpointer data, const char *text, gsize length)
{
  PublishForm *publish = data;
  return form_keys_paste(&keys, publish->form, publish, text, length);
}

static const char *
publish_hint(gpointer data, Action action)
{
  PublishForm *publish = data;
  gboolean last_field = form_focused(publish->form) == PUBLISH_RETAIN;
  switch (action) {
  case ACTION_SAVE:
    return "publish";
  case ACTION_OPEN:
    return last_field ? "publish" : "";
  case ACTION_SAVE_CONNECT:
    return "";
  default:
    return form_hint(publish->form, action);
  }
}

const PaneClass publish_form = {
    .name = "publish",
    .context = CONTEXT_FORM,
    .open = publish_open,
    .close = publish_close,
    .title = publish_title,
    .draw = publish_draw,
    .act = publish_act,
    .key = publish_key,
    .paste = publish_paste,
    .wanted = publish_wanted,
    .hint = publish_hint,
};
