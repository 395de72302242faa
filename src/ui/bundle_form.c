/* The form for a broker's files. Every value is checked as it is typed; files that are named are
 * read a moment after the last key. The work is done in a thread (background_job.h), and can be
 * left: nothing is written before it has ended well, and nothing is replaced unasked. */
#include "config.h"

#include <string.h>

#include "trust/lineage.h"
#include "ui/background_job.h"
#include "ui/bundle_fields.h"
#include "ui/bundle_view.h"
#include "ui/form_keys.h"
#include "ui/workshop_fields.h"
#include "util/safe_text.h"

#define FILES_DELAY_MS 300
#define BUNDLE_COLUMNS 110

typedef struct {
  Ui *ui;
  Form *form;
  FormPaths *paths;
  char **lineages;                      /* NULL: they cannot be read */
  char *lineage;                        /* that it was opened for, or NULL */
  gboolean touched[BUNDLE_FIELD_COUNT]; /* by the user: neither filled in anew nor spared */
  gboolean blamed[BUNDLE_FIELD_COUNT];  /* its message says what cannot be right */
  gboolean asked;                       /* to write: nothing is spared a complaint */
  int refused;                          /* field that the last attempt failed for, 0: none */
  char *refusal;                        /* what is said there */
  guint timer;                          /* that will read the files; 0: none */
  BackgroundJob *job;                   /* NULL: nothing is being made */
} BundleForm;

/* Files that wait for an answer. */
typedef struct {
  BundleForm *form;
  BundleTexts *texts;
  Bundle *bundle;
} Pending;

/* The broker that was chosen last in this run. */
static int last_broker;

/* --- Messages beside the fields --------------------------------------------------------------- */

/* (transfer full): what there is to choose from, where nothing was chosen. */
static char *
lineages_text(const BundleForm *bundle)
{
  g_autofree char *names = bundle->lineages ? g_strjoinv("  ", bundle->lineages) : NULL;
  return names && *names ? g_strconcat("certbot has: ", names, NULL) : NULL;
}

static void
show_note(BundleForm *bundle, int id)
{
  Role role = ROLE_NORMAL;
  gboolean missing;
  g_autofree char *note = bundle_note(bundle->form, id, ui_certbot_folder(bundle->ui),
                                      ui_now(bundle->ui), &role, &missing);
  if (id == BUNDLE_FIELD_LINEAGE && form_text(bundle->form, id)[0] == '\0') {
    g_autofree char *names = lineages_text(bundle);
    form_set_message(bundle->form, id, ROLE_DIM, names);
    return;
  }
  if (note && missing && form_paths_is_typing(bundle->paths, id))
    form_set_message(bundle->form, id, ROLE_DIM, "there is no such file yet");
  else
    form_set_message(bundle->form, id, role, note);
}

/* A name that is being typed is none yet. */
static Role
fault_role(const BundleForm *bundle, int id)
{
  gboolean typing = !bundle->asked && form_paths_is_typing(bundle->paths, id);
  return typing && id == BUNDLE_FIELD_LINEAGE ? ROLE_DIM : ROLE_ERROR;
}

static void
show_messages(BundleForm *bundle, gboolean read)
{
  Form *form = bundle->form;
  g_autoptr(BundleFaults) faults = bundle_fields_check(form, ui_certbot_folder(bundle->ui));
  for (int id = 1; id < BUNDLE_FIELD_COUNT; id++) {
    gboolean told = bundle->touched[id] || bundle->asked;
    gboolean note = bundle_field_is_path(id) && !bundle_field_is_folder(id);
    if (faults->sentence[id] && told)
      form_set_message(form, id, fault_role(bundle, id), faults->sentence[id]);
    else if (!note)
      form_set_message(form, id, ROLE_NORMAL, NULL);
    else if (read || form_text(form, id)[0] == '\0' || bundle->blamed[id])
      show_note(bundle, id);
    bundle->blamed[id] = faults->sentence[id] && told;
  }
  if (bundle->refused)
    form_set_message(form, bundle->refused, ROLE_ERROR, bundle->refusal);
  form_paths_show_candidates(bundle->paths);
}

static void
read_files(BundleForm *bundle)
{
  g_clear_handle_id(&bundle->timer, g_source_remove);
  show_messages(bundle, TRUE);
}

static gboolean
files_timer(gpointer data)
{
  BundleForm *bundle = data;
  bundle->timer = 0;
  read_files(bundle);
  ui_redraw(bundle->ui);
  return G_SOURCE_REMOVE;
}

/* Borrowed: the broker's own certificate, as the connection has seen it; NULL: it has not. */
static const Certificate *
certificate_seen(const Connection *connection)
{
  const GPtrArray *chain = connection ? connection_info(connection)->peer_chain : NULL;
  return chain && chain->len > 0 ? chain->pdata[0] : NULL;
}

static void
suggest(BundleForm *bundle)
{
  Connection *connection = ui_selected(bundle->ui);
  const BundleKnown known = {.profile = connection ? connection_profile(connection) : NULL,
                             .certbot_folder = ui_certbot_folder(bundle->ui),
                             .lineages = (const char *const *)bundle->lineages,
                             .lineage = bundle->lineage,
                             .seen = certificate_seen(connection),
                             .client_ca = workshop_last_ca()};
  bundle_fields_suggest(bundle->form, &known, bundle->touched);
}

static void
value_changed(gpointer data, int id)
{
  BundleForm *bundle = data;
  gboolean choice = id == BUNDLE_FIELD_BROKER || id == BUNDLE_FIELD_SOURCE;
  bundle->touched[id] = TRUE;
  bundle->refused = 0;
  form_paths_typed(bundle->paths);
  if (choice)
    bundle->asked = FALSE;
  if (id == BUNDLE_FIELD_BROKER)
    last_broker = form_choice(bundle->form, id);
  if (choice || id == BUNDLE_FIELD_LINEAGE)
    suggest(bundle);
  bundle_fields_arrange(bundle->form);
  show_messages(bundle, choice);
  g_clear_handle_id(&bundle->timer, g_source_remove);
  bundle->timer = g_timeout_add(FILES_DELAY_MS, files_timer, bundle);
}

static void
focus_left(gpointer data, int id)
{
  BundleForm *bundle = data;
  form_paths_left(bundle->paths);
  read_files(bundle);
}

static void
show_paths(gpointer data, gboolean read)
{
  show_messages(data, read);
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static gpointer
bundle_open(Ui *ui, gpointer data)
{
  const BundleFormArgument *argument = data;
  BundleForm *bundle = g_new0(BundleForm, 1);
  bundle->ui = ui;
  bundle->form = bundle_fields_new();
  bundle->lineages = lineage_names(ui_certbot_folder(ui), NULL, NULL);
  bundle->paths = form_paths_new(bundle->form, value_changed, show_paths, bundle);
  form_paths_set_names(bundle->paths, BUNDLE_FIELD_LINEAGE, (const char *const *)bundle->lineages);
  form_set_choice(bundle->form, BUNDLE_FIELD_BROKER, last_broker);
  if (argument && argument->lineage)
    bundle->lineage = g_filename_display_name(argument->lineage);
  suggest(bundle);
  read_files(bundle);
  return bundle;
}

static void
bundle_close(gpointer data)
{
  BundleForm *bundle = data;
  g_clear_handle_id(&bundle->timer, g_source_remove);
  if (bundle->job)
    background_job_leave(bundle->job);
  form_paths_free(bundle->paths);
  form_free(bundle->form);
  g_strfreev(bundle->lineages);
  g_free(bundle->lineage);
  g_free(bundle->refusal);
  g_free(bundle);
}

static char *
bundle_title(gpointer data)
{
  return g_strdup("Broker's files");
}

static char *
bundle_status(gpointer data)
{
  const BundleForm *bundle = data;
  return g_strdup(bundle->job ? "checking" : "C-s check and write");
}

static gboolean
bundle_dirty(gpointer data)
{
  const BundleForm *bundle = data;
  for (int id = 0; id < BUNDLE_FIELD_COUNT && !bundle->job; id++)
    if (bundle->touched[id] && id != BUNDLE_FIELD_BROKER && id != BUNDLE_FIELD_SOURCE)
      return TRUE;
  return FALSE;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static void
draw_progress(const BundleForm *bundle, Canvas *canvas)
{
  int column = paint_glyph(canvas, 0, 1, ROLE_ACCENT, GLYPH_BUSY) + 1;
  paint_format(canvas, 0, column, ROLE_STRONG, "Checking what %s is to get...",
               bundle_broker_name(bundle_fields_broker(bundle->form)));
  paint_text(canvas, 2, 1, ROLE_DIM, "Esc leaves: nothing is written then.");
  paint_cursor(canvas, 0, 1, FALSE);
}

static void
bundle_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  BundleForm *bundle = data;
  if (bundle->job)
    draw_progress(bundle, canvas);
  else
    form_draw(bundle->form, canvas, focused);
}

static void
bundle_wanted(gpointer data, int *rows, int *columns)
{
  BundleForm *bundle = data;
  *columns = BUNDLE_COLUMNS;
  *rows = form_rows(bundle->form, BUNDLE_COLUMNS) + 1;
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void
show_result(BundleForm *bundle, BundleTexts *texts, Bundle *made, gboolean written)
{
  BundleViewArgument argument = {texts, made, written};
  ui_open(bundle->ui, &bundle_view, &argument);
  if (written)
    ui_close(bundle->ui, bundle);
}

static void
refuse(BundleForm *bundle, const char *sentence)
{
  bundle->refused = BUNDLE_FIELD_FOLDER;
  g_free(bundle->refusal);
  bundle->refusal = g_strdup(sentence);
  form_focus(bundle->form, bundle->refused);
  show_messages(bundle, TRUE);
  ui_notice(bundle->ui, ROLE_ERROR, "Not written: %s", sentence);
}

/* The worst finding is what the user goes back to the form for. */
static void
show_faults(BundleForm *bundle, BundleTexts *texts, Bundle *made)
{
  int id = bundle_field_of(bundle->form, made->findings->pdata[0]);
  if (id)
    form_focus(bundle->form, id);
  read_files(bundle);
  show_result(bundle, texts, made, FALSE);
}

/* What is written is shown: it leaves the pending question. */
static void
write_files(Pending *pending, gboolean replace)
{
  g_autoptr(GError) error = NULL;
  if (bundle_order_write(&pending->texts->order, pending->bundle, replace, &error))
    show_result(pending->form, g_steal_pointer(&pending->texts), g_steal_pointer(&pending->bundle),
                TRUE);
  else
    refuse(pending->form, error->message);
}

/* A question takes all keys until it is answered, so the form is still there. */
static void
write_replacing(gpointer data)
{
  write_files(data, TRUE);
}

static void
pending_free(gpointer data)
{
  Pending *pending = data;
  bundle_texts_free(pending->texts);
  bundle_free(pending->bundle);
  g_free(pending);
}

/* In the main loop, and so never after the form was left. */
static void
on_made(gpointer order, gpointer result, const GError *error, gpointer data)
{
  BundleForm *bundle = data;
  BundleTexts *texts = order;
  Bundle *made = result; /* never NULL: what is wrong is among its findings */
  bundle->job = NULL;
  ui_redraw(bundle->ui);
  if (!made->files) {
    show_faults(bundle, texts, made);
    return;
  }
  Pending *pending = g_new(Pending, 1);
  *pending = (Pending){bundle, texts, made};
  g_autoptr(GPtrArray) existing = bundle_order_existing(&texts->order, made);
  if (existing->len == 0) {
    write_files(pending, FALSE);
    pending_free(pending);
    return;
  }
  g_ptr_array_add(existing, NULL);
  g_autofree char *names = g_strjoinv(", ", (char **)existing->pdata);
  g_autofree char *question = g_strdup_printf("Overwrite %s?", names);
  ui_ask(bundle->ui, question, write_replacing, pending, pending_free);
}

/* In another thread. */
static gpointer
make_bundle(gconstpointer order, GError **error)
{
  return bundle_order_carry_out(&((const BundleTexts *)order)->order);
}

static const BackgroundKind bundle_making = {
    "bundle", make_bundle, (GDestroyNotify)bundle_texts_free, (GDestroyNotify)bundle_free};

static PaneResult
start(gpointer data)
{
  BundleForm *bundle = data;
  const char *certbot = ui_certbot_folder(bundle->ui);
  g_autoptr(BundleFaults) faults = bundle_fields_check(bundle->form, certbot);
  int first = bundle_faults_first(bundle->form, faults);
  bundle->refused = 0;
  form_paths_left(bundle->paths);
  if (first) {
    bundle->asked = TRUE;
    form_focus(bundle->form, first);
    show_messages(bundle, TRUE);
    ui_notice(bundle->ui, ROLE_ERROR, "Not written: %s", faults->sentence[first]);
    return PANE_HANDLED;
  }
  g_clear_handle_id(&bundle->timer, g_source_remove);
  BundleTexts *texts = bundle_fields_order(bundle->form, certbot, ui_now(bundle->ui));
  bundle->job = background_job_start(&bundle_making, texts, on_made, bundle);
  ui_redraw(bundle->ui);
  return PANE_HANDLED;
}

/* --- Paths and names -------------------------------------------------------------------------- */

static gboolean
path_wanted(gpointer data, int id, GFileTest *wanted, gboolean *made)
{
  gboolean folder = bundle_field_is_folder(id) || id == BUNDLE_FIELD_LINEAGE;
  *wanted = folder ? G_FILE_TEST_IS_DIR : G_FILE_TEST_IS_REGULAR;
  *made = bundle_field_is_folder(id);
  return bundle_field_is_path(id);
}

/* --- Acting ----------------------------------------------------------------------------------- */

static const FormKeys keys = {
    .path = path_wanted, .changed = value_changed, .left = focus_left, .submit = start};

static PaneResult
bundle_act(gpointer data, Action action)
{
  BundleForm *bundle = data;
  if (bundle->job)
    return action == ACTION_BACK ? PANE_CLOSE : PANE_HANDLED;
  return form_keys_act(&keys, bundle->form, bundle->paths, bundle, action);
}

static PaneResult
bundle_key(gpointer data, const Key *key)
{
  BundleForm *bundle = data;
  return bundle->job ? PANE_IGNORED : form_keys_key(&keys, bundle->form, bundle, key);
}

static PaneResult
bundle_paste(gpointer data, const char *text, gsize length)
{
  BundleForm *bundle = data;
  return bundle->job ? PANE_HANDLED : form_keys_paste(&keys, bundle->form, bundle, text, length);
}

static const char *
bundle_hint(gpointer data, Action action)
{
  const BundleForm *bundle = data;
  if (bundle->job)
    return "";
  if (action == ACTION_SAVE)
    return "write";
  return action == ACTION_SAVE_CONNECT ? "" : form_hint(bundle->form, action);
}

const PaneClass bundle_form = {
    .name = "bundle-form",
    .context = CONTEXT_FORM,
    .open = bundle_open,
    .close = bundle_close,
    .title = bundle_title,
    .status = bundle_status,
    .draw = bundle_draw,
    .act = bundle_act,
    .key = bundle_key,
    .paste = bundle_paste,
    .wanted = bundle_wanted,
    .dirty = bundle_dirty,
    .hint = bundle_hint,
};
