/* The identity workshop: what is to be made, and how. Every value is checked as it is typed; files
 * that are named are read a moment after the last key. Making happens in a thread
 * (background_job.h), and can be left: nothing is written before it has ended well. */
#include "config.h"

#include <string.h>

#include "ui/background_job.h"
#include "ui/file_dates.h"
#include "ui/form_keys.h"
#include "ui/workshop_notes.h"
#include "ui/workshop_view.h"
#include "ui/wrapped_text.h"
#include "util/safe_text.h"

#define FILES_DELAY_MS 300
#define PROGRESS_MS 200
#define WORKSHOP_COLUMNS 110

typedef struct {
  Ui *ui;
  Form *form;
  FormPaths *paths;
  gboolean touched[WORK_COUNT]; /* by the user: neither filled in anew nor spared a complaint */
  gboolean asked;               /* to make it: nothing is spared a complaint */
  int refused;                  /* field that the last attempt failed for, 0: none */
  char *refusal;                /* what is said there */
  guint timer;                  /* that will read the files, or redraws while it makes; 0: none */
  BackgroundJob *job;           /* NULL: nothing is being made */
  gint64 started;               /* monotonic, microseconds */
} Workshop;

/* The CA that was made, or that signed a client, last in this run: the next thing is signed by it.
 */
static char *last_ca;

const char *
workshop_last_ca(void)
{
  return last_ca;
}

/* --- Messages beside the fields --------------------------------------------------------------- */

static void
show_note(Workshop *workshop, int id)
{
  Role role = ROLE_NORMAL;
  gboolean missing;
  g_autofree char *note = workshop_note(workshop->form, id, ui_now(workshop->ui), &role, &missing);
  if (note && missing && form_paths_is_typing(workshop->paths, id))
    form_set_message(workshop->form, id, ROLE_DIM, "there is no such file yet");
  else
    form_set_message(workshop->form, id, role, note);
}

/* A date is not wrong before all of it was typed. */
static Role
role_of_fault(const Workshop *workshop, int id)
{
  gboolean date = id == WORK_FROM || id == WORK_UNTIL;
  return date && form_paths_is_typing(workshop->paths, id) ? ROLE_DIM : ROLE_ERROR;
}

static void
show_date(Form *form, int id)
{
  g_autofree char *date = workshop_field_date(form, id);
  form_set_message(form, id, ROLE_DIM, date);
}

static void
show_messages(Workshop *workshop, gboolean read)
{
  Form *form = workshop->form;
  g_autoptr(WorkshopFaults) faults = workshop_fields_check(form, ui_now(workshop->ui));
  g_autofree char *existing = workshop_fields_existing(form);
  for (int id = 1; id < WORK_COUNT; id++) {
    gboolean told = workshop->touched[id] || workshop->asked;
    if (faults->sentence[id] && told)
      form_set_message(form, id, role_of_fault(workshop, id), faults->sentence[id]);
    else if (id == WORK_FROM || id == WORK_UNTIL)
      show_date(form, id);
    else if (!workshop_field_is_path(id) || id == WORK_FOLDER)
      form_set_message(form, id, ROLE_NORMAL, NULL);
    else if (read || form_text(form, id)[0] == '\0')
      show_note(workshop, id);
  }
  if (existing && !faults->sentence[WORK_NAME]) {
    g_autofree char *text = g_strdup_printf("there already: %s", existing);
    form_set_message(form, WORK_NAME, ROLE_WARNING, text);
  }
  if (workshop->refused)
    form_set_message(form, workshop->refused, ROLE_ERROR, workshop->refusal);
  form_paths_show_candidates(workshop->paths);
}

static void
read_files(Workshop *workshop)
{
  g_clear_handle_id(&workshop->timer, g_source_remove);
  show_messages(workshop, TRUE);
}

static gboolean
files_timer(gpointer data)
{
  Workshop *workshop = data;
  workshop->timer = 0;
  read_files(workshop);
  ui_redraw(workshop->ui);
  return G_SOURCE_REMOVE;
}

static const Profile *
selected_profile(const Workshop *workshop)
{
  Connection *connection = ui_selected(workshop->ui);
  return connection ? connection_profile(connection) : NULL;
}

/* The name of the files follows what they are made of. */
static gboolean
decides_others(int id)
{
  return id == WORK_KIND || id == WORK_FOLDER || id == WORK_REQUEST_FILE || id == WORK_OLD_FILE ||
         id == WORK_CA;
}

static void
value_changed(gpointer data, int id)
{
  Workshop *workshop = data;
  workshop->touched[id] = TRUE;
  workshop->refused = 0;
  form_paths_typed(workshop->paths);
  if (id == WORK_KIND)
    workshop->asked = FALSE;
  if (decides_others(id))
    workshop_fields_suggest(workshop->form, selected_profile(workshop), last_ca, workshop->touched);
  workshop_fields_arrange(workshop->form);
  show_messages(workshop, id == WORK_KIND);
  g_clear_handle_id(&workshop->timer, g_source_remove);
  workshop->timer = g_timeout_add(FILES_DELAY_MS, files_timer, workshop);
}

static void
focus_left(gpointer data, int id)
{
  Workshop *workshop = data;
  form_paths_left(workshop->paths);
  read_files(workshop);
}

static void
show_paths(gpointer data, gboolean read)
{
  show_messages(data, read);
}

/* --- Opening and closing ---------------------------------------------------------------------- */

/* The selected connection's certificate has to be renewed. */
static gboolean
is_over(const Workshop *workshop)
{
  const Profile *profile = selected_profile(workshop);
  const char *path = profile ? profile->certificate_path : NULL;
  return path && !g_str_has_prefix(path, "pkcs11:") &&
         file_dates_role(path, FALSE, ui_now(workshop->ui)) == ROLE_ERROR;
}

static gpointer
workshop_open(Ui *ui, gpointer argument)
{
  Workshop *workshop = g_new0(Workshop, 1);
  workshop->ui = ui;
  workshop->form = workshop_fields_new();
  workshop->paths = form_paths_new(workshop->form, value_changed, show_paths, workshop);
  form_set_choice(workshop->form, WORK_KIND, is_over(workshop) ? WORK_RENEW : WORK_CLIENT);
  workshop_fields_suggest(workshop->form, selected_profile(workshop), last_ca, workshop->touched);
  /* Without a CA there is nothing to sign a client with. */
  if (form_text(workshop->form, WORK_CA)[0] == '\0') {
    form_set_choice(workshop->form, WORK_KIND, WORK_CA_CERTIFICATE);
    workshop_fields_suggest(workshop->form, selected_profile(workshop), last_ca, workshop->touched);
  }
  read_files(workshop);
  return workshop;
}

static void
workshop_close(gpointer data)
{
  Workshop *workshop = data;
  g_clear_handle_id(&workshop->timer, g_source_remove);
  if (workshop->job)
    background_job_leave(workshop->job);
  form_paths_free(workshop->paths);
  form_free(workshop->form);
  g_free(workshop->refusal);
  g_free(workshop);
}

static char *
workshop_title(gpointer data)
{
  return g_strdup("Identity workshop");
}

static char *
workshop_status(gpointer data)
{
  const Workshop *workshop = data;
  return g_strdup(workshop->job ? "making" : "C-s make");
}

static gboolean
workshop_dirty(gpointer data)
{
  const Workshop *workshop = data;
  for (int id = 0; id < WORK_COUNT && !workshop->job; id++) {
    if (workshop->touched[id] && id != WORK_KIND)
      return TRUE;
  }
  return FALSE;
}

/* --- Drawing ---------------------------------------------------------------------------------- */

static char *
progress_text(const Workshop *workshop)
{
  WorkshopKind kind = workshop_fields_kind(workshop->form);
  gint64 seconds = (g_get_monotonic_time() - workshop->started) / G_USEC_PER_SEC;
  return g_strdup_printf("Making the %s... %" G_GINT64_FORMAT " s", workshop_kind_name(kind),
                         seconds);
}

static void
draw_progress(const Workshop *workshop, Canvas *canvas)
{
  static const char *const text = "An RSA key of 4096 bits takes some seconds. Esc leaves: nothing "
                                  "is written then.";
  g_autofree char *progress = progress_text(workshop);
  g_auto(GStrv) lines = wrap_text(text, MAX(canvas_columns(canvas) - 2, 1));
  int column = paint_glyph(canvas, 0, 1, ROLE_ACCENT, GLYPH_BUSY) + 1;
  paint_text(canvas, 0, column, ROLE_STRONG, progress);
  for (int i = 0; lines[i]; i++)
    paint_text(canvas, 2 + i, 1, ROLE_DIM, lines[i]);
  paint_cursor(canvas, 0, 1, FALSE);
}

static void
workshop_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  Workshop *workshop = data;
  if (workshop->job)
    draw_progress(workshop, canvas);
  else
    form_draw(workshop->form, canvas, focused);
}

static void
workshop_wanted(gpointer data, int *rows, int *columns)
{
  Workshop *workshop = data;
  *columns = WORKSHOP_COLUMNS;
  *rows = form_rows(workshop->form, WORKSHOP_COLUMNS) + 1;
}

/* --- Making ----------------------------------------------------------------------------------- */

static void
refuse(Workshop *workshop, const GError *error)
{
  PkiField field = error->domain == PKI_ERROR || error->domain == PKI_REFUSAL
                       ? (PkiField)error->code
                       : PKI_FIELD_NONE;
  workshop->refused = workshop_field_of(workshop->form, field);
  g_free(workshop->refusal);
  workshop->refusal = g_strdup(error->message);
  form_focus(workshop->form, workshop->refused);
  show_messages(workshop, TRUE);
  ui_notice(workshop->ui, ROLE_ERROR, "Not made: %s", error->message);
}

static void
remember_ca(const WorkshopOrder *order, const PkiResult *result)
{
  gboolean authority = result->role == PKI_ROOT || result->role == PKI_INTERMEDIATE;
  const char *signer = order->order.ca_path;
  if (result->action != PKI_MAKE || (!authority && (result->role == PKI_SERVER || !signer)))
    return;
  char *ca = authority ? workshop_order_file(order, ".pem") : g_strdup(signer);
  g_free(last_ca);
  last_ca = ca;
}

/* In the main loop, and so never after the form was left. */
static void
made(gpointer ordered, gpointer made_of_it, const GError *error, gpointer data)
{
  Workshop *workshop = data;
  g_autoptr(WorkshopOrder) order = ordered;
  g_autoptr(PkiResult) result = made_of_it; /* freed before the order, whose PIN its key may use */
  g_autoptr(GError) cause = NULL;
  workshop->job = NULL;
  g_clear_handle_id(&workshop->timer, g_source_remove);
  GPtrArray *files = result ? pki_files_write(result, &order->files, &cause) : NULL;
  if (!files) {
    refuse(workshop, result ? cause : error);
    return;
  }
  remember_ca(order, result);
  WorkshopViewArgument argument = {g_steal_pointer(&order), g_steal_pointer(&result), files};
  ui_open(workshop->ui, &workshop_view, &argument);
  ui_close(workshop->ui, workshop);
}

static gboolean
on_progress(gpointer data)
{
  ui_redraw(((Workshop *)data)->ui);
  return G_SOURCE_CONTINUE;
}

/* In another thread. */
static gpointer
carry_out(gconstpointer order, GError **error)
{
  return pki_carry_out(&((const WorkshopOrder *)order)->order, error);
}

static const BackgroundKind making = {"workshop", carry_out, (GDestroyNotify)workshop_order_free,
                                      (GDestroyNotify)pki_result_free};

static void
start(Workshop *workshop, gboolean replace)
{
  WorkshopOrder *order = workshop_fields_order(workshop->form, ui_now(workshop->ui));
  order->files.replace = replace;
  workshop->started = g_get_monotonic_time();
  g_clear_handle_id(&workshop->timer, g_source_remove);
  workshop->timer = g_timeout_add(PROGRESS_MS, on_progress, workshop);
  workshop->job = background_job_start(&making, order, made, workshop);
  ui_redraw(workshop->ui);
}

/* A question takes all keys until it is answered, so the form is still there. */
static void
start_replacing(gpointer data)
{
  start(data, TRUE);
}

static PaneResult
make(gpointer data)
{
  Workshop *workshop = data;
  g_autoptr(WorkshopFaults) faults = workshop_fields_check(workshop->form, ui_now(workshop->ui));
  int first = workshop_faults_first(workshop->form, faults);
  workshop->refused = 0;
  form_paths_left(workshop->paths);
  if (first) {
    workshop->asked = TRUE;
    form_focus(workshop->form, first);
    show_messages(workshop, TRUE);
    ui_notice(workshop->ui, ROLE_ERROR, "Not made: %s", faults->sentence[first]);
    return PANE_HANDLED;
  }
  g_autofree char *existing = workshop_fields_existing(workshop->form);
  if (!existing) {
    start(workshop, FALSE);
    return PANE_HANDLED;
  }
  g_autofree char *question = g_strdup_printf("Overwrite %s?", existing);
  ui_ask(workshop->ui, question, start_replacing, workshop, NULL);
  return PANE_HANDLED;
}

/* --- Paths ------------------------------------------------------------------------------------ */

/* A folder that is not there is made. */
static gboolean
path_wanted(gpointer data, int id, GFileTest *wanted, gboolean *made)
{
  *made = id == WORK_FOLDER;
  *wanted = *made ? G_FILE_TEST_IS_DIR : G_FILE_TEST_IS_REGULAR;
  return workshop_field_is_path(id);
}

/* --- Acting ----------------------------------------------------------------------------------- */

static const FormKeys keys = {
    .path = path_wanted, .changed = value_changed, .left = focus_left, .submit = make};

static PaneResult
workshop_act(gpointer data, Action action)
{
  Workshop *workshop = data;
  if (workshop->job)
    return action == ACTION_BACK ? PANE_CLOSE : PANE_HANDLED;
  return form_keys_act(&keys, workshop->form, workshop->paths, workshop, action);
}

static PaneResult
workshop_key(gpointer data, const Key *key)
{
  Workshop *workshop = data;
  return workshop->job ? PANE_IGNORED : form_keys_key(&keys, workshop->form, workshop, key);
}

static PaneResult
workshop_paste(gpointer data, const char *text, gsize length)
{
  Workshop *workshop = data;
  return workshop->job ? PANE_HANDLED
                       : form_keys_paste(&keys, workshop->form, workshop, text, length);
}

static const char *
workshop_hint(gpointer data, Action action)
{
  const Workshop *workshop = data;
  if (workshop->job)
    return "";
  if (action == ACTION_SAVE)
    return "make";
  return action == ACTION_SAVE_CONNECT ? "" : form_hint(workshop->form, action);
}

const PaneClass workshop_form = {
    .name = "workshop",
    .context = CONTEXT_FORM,
    .open = workshop_open,
    .close = workshop_close,
    .title = workshop_title,
    .status = workshop_status,
    .draw = workshop_draw,
    .act = workshop_act,
    .key = workshop_key,
    .paste = workshop_paste,
    .wanted = workshop_wanted,
    .dirty = workshop_dirty,
    .hint = workshop_hint,
};
