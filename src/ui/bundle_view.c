#include "config.h"

#include "ui/bundle_view.h"

#include <string.h>

#include "trust/certificate_file.h"
#include "trust/folder_look.h"
#include "trust/key_file.h"
#include "ui/bundle_lines.h"
#include "ui/line_list.h"
#include "ui/path_complete.h"

#define VIEW_COLUMNS 110

typedef struct {
  Ui *ui;
  BundleTexts *texts;
  Bundle *bundle;
  gboolean written;
  GPtrArray *left_over; /* as it was when they were written */
  LineList list;
} BundleView;

/* --- Life ------------------------------------------------------------------------------------- */

static gpointer
bundle_view_open(Ui *ui, gpointer data)
{
  const BundleViewArgument *argument = data;
  BundleView *view = g_new0(BundleView, 1);
  view->ui = ui;
  view->texts = argument->texts;
  view->bundle = argument->bundle;
  view->written = argument->written;
  view->left_over = bundle_order_left_over(&view->texts->order, view->bundle);
  line_list_init(&view->list);
  return view;
}

static void
bundle_view_close(gpointer data)
{
  BundleView *view = data;
  line_list_clear(&view->list);
  g_ptr_array_unref(view->left_over);
  bundle_free(view->bundle);
  bundle_texts_free(view->texts);
  g_free(view);
}

static char *
bundle_view_title(gpointer data)
{
  const BundleView *view = data;
  return g_strdup_printf("Broker's files for %s", bundle_broker_name(view->texts->order.broker));
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static void
compose(BundleView *view, int columns)
{
  const BundleMade made = {&view->texts->order, view->bundle, view->written, view->left_over};
  line_list_set(&view->list, bundle_lines_new(&made, columns));
}

static void
bundle_view_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  BundleView *view = data;
  compose(view, canvas_columns(canvas));
  line_list_draw(&view->list, canvas, focused, view->texts->order.now);
}

static void
bundle_view_wanted(gpointer data, int *rows, int *columns)
{
  BundleView *view = data;
  compose(view, VIEW_COLUMNS - 2);
  *columns = VIEW_COLUMNS;
  *rows = (int)view->list.lines->len;
}

/* --- Acting ----------------------------------------------------------------------------------- */

/* (transfer full): what the certificate is for, a name that can be dialled first; or NULL. */
static char *
host_of(const BundleView *view)
{
  const GPtrArray *chain = view->bundle->certificates;
  const char *const *names = chain->len > 0 ? certificate_names(chain->pdata[0]) : NULL;
  if (view->texts->order.hostname)
    return g_strdup(view->texts->order.hostname);
  for (; names && *names; names++)
    if (g_str_has_prefix(*names, "DNS:") && !strchr(*names, '*'))
      return g_strdup(*names + strlen("DNS:"));
  return NULL;
}

/* (transfer full): the file beside a certificate with its key; NULL: none is needed, or there. */
static char *
key_beside(const char *certificate_path)
{
  g_autoptr(GPtrArray) certificates = certificate_file_read(certificate_path, NULL);
  if (!certificates || key_file_holds_key(certificate_path))
    return NULL;
  return folder_find_key(certificate_path, certificate_key_id(certificates->pdata[0]));
}

/* The client certificate that was tried, and its key: that of the connection which has it, or the
 * one that lies beside it. */
static void
fill_identity(const BundleView *view, Profile *profile)
{
  const Connection *selected = ui_selected(view->ui);
  const Profile *known = selected ? connection_profile(selected) : NULL;
  profile->certificate_path = path_expand(view->texts->order.client);
  if (known && g_strcmp0(known->certificate_path, view->texts->order.client) == 0)
    profile->key_path = g_strdup(known->key_path);
  if (!profile->key_path)
    profile->key_path = key_beside(profile->certificate_path);
}

/* A connection to the broker that has these files. */
static PaneResult
describe(const BundleView *view)
{
  const BundleOrder *order = &view->texts->order;
  g_autoptr(Profile) profile = profile_new();
  profile->host = host_of(view);
  profile->port = order->port;
  if (view->bundle->root_file) {
    profile->trust = TRUST_FILE;
    profile->ca_path = path_expand(view->bundle->root_file);
  }
  if (order->client_ca)
    profile->broker_ca_path = path_expand(order->client_ca);
  if (order->client)
    fill_identity(view, profile);
  ui_open(view->ui, &editor_form, &(EditorArgument){.start = profile});
  return PANE_CLOSE;
}

static gboolean
is_openable(const CertificateLine *line)
{
  return line && (line->certificate || line->finding || line->detail);
}

static const char *
bundle_view_disabled(gpointer data, Action action)
{
  const BundleView *view = data;
  if (action == ACTION_NEW && !view->written)
    return "Nothing was written that a connection could use: Esc goes back to the form.";
  if (action == ACTION_OPEN && !is_openable(line_list_selected(&view->list)))
    return "Enter opens a finding, a certificate or a file: Up and Down go to one.";
  return NULL;
}

static PaneResult
open_line(BundleView *view, const CertificateLine *line)
{
  if (line->certificate)
    ui_open(view->ui, &certificate_view, line->certificate);
  else if (line->finding)
    ui_open(view->ui, &finding_alone_view, &(FindingViewArgument){NULL, line->finding, NULL});
  else
    ui_open(view->ui, &text_view, &(TextViewArgument){line->detail_title, line->detail});
  return PANE_HANDLED;
}

/* Nothing was written: the form with what was typed lies below. */
static PaneResult
another(BundleView *view)
{
  if (view->written)
    ui_open(view->ui, &bundle_form, &(BundleFormArgument){view->texts->order.lineage});
  return PANE_CLOSE;
}

static PaneResult
bundle_view_act(gpointer data, Action action)
{
  BundleView *view = data;
  if (line_list_act(&view->list, action))
    return PANE_HANDLED;
  if (action == ACTION_BUNDLE)
    return another(view);
  if (action == ACTION_NEW)
    return describe(view);
  if (action == ACTION_OPEN)
    return open_line(view, line_list_selected(&view->list));
  return PANE_IGNORED;
}

static const char *
bundle_view_hint(gpointer data, Action action)
{
  const BundleView *view = data;
  if (action == ACTION_BUNDLE)
    return view->written ? "for another" : "";
  if (action == ACTION_NEW)
    return view->written ? "connection" : "";
  if (action == ACTION_BACK)
    return view->written ? "" : "to the form";
  if (action == ACTION_PAGE_DOWN || action == ACTION_PAGE_UP)
    return line_list_fits(&view->list) ? "" : NULL;
  if (action == ACTION_OPEN && !is_openable(line_list_selected(&view->list)))
    return "";
  return NULL;
}

const PaneClass bundle_view = {
    .name = "bundle",
    .context = CONTEXT_BUNDLE,
    .open = bundle_view_open,
    .close = bundle_view_close,
    .title = bundle_view_title,
    .draw = bundle_view_draw,
    .act = bundle_view_act,
    .disabled = bundle_view_disabled,
    .wanted = bundle_view_wanted,
    .hint = bundle_view_hint,
};
