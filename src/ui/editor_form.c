/* The connection editor. Every value is checked as it is typed; what a certificate, key or CA file
 * holds is read a moment after the last key, so that nothing is read, or decrypted, at every key
 * press and no half-typed path is complained about. */
#include "config.h"

#include <string.h>

#include "ui/check_view.h"
#include "ui/editor_fields.h"
#include "ui/editor_files.h"
#include "ui/form_keys.h"
#include "ui/pane.h"
#include "util/safe_text.h"

#define FILES_DELAY_MS 300
#define EDITOR_COLUMNS 110

typedef struct {
  Ui *ui;
  guint64 connection; /* its number, 0: a new one; may be gone */
  Profile *base;      /* as it was; also what the form has no field for */
  Profile *initial;   /* what the form said at first */
  Form *form;
  FormPaths *paths;
  EditorFiles *files;
  gboolean touched[EDIT_COUNT]; /* complaints wait until a field has been typed into */
  int advised;                  /* field that a finding has led to, 0: none */
  char *advice;                 /* that is shown there, or NULL */
  guint timer;                  /* that will read the files, 0: none */
} Editor;

/* --- Messages beside the fields --------------------------------------------------------------- */

static const struct {
  int field;
  EditorFile file;
} file_fields[] = {
    {EDIT_CA, EDITOR_FILE_CA},
    {EDIT_CERTIFICATE, EDITOR_FILE_CERTIFICATE},
    {EDIT_KEY, EDITOR_FILE_KEY},
    {EDIT_CRL, EDITOR_FILE_CRL},
    {EDIT_BROKER_CA, EDITOR_FILE_BROKER_CA},
};

static void
show_file_notes(Editor *editor)
{
  for (gsize i = 0; i < G_N_ELEMENTS(file_fields); i++) {
    int field = file_fields[i].field;
    Role role;
    const char *note = editor_files_note(editor->files, file_fields[i].file, &role);
    gboolean typing = form_paths_is_typing(editor->paths, field);
    if (note && typing && editor_files_is_missing(editor->files, file_fields[i].file))
      form_set_message(editor->form, field, ROLE_DIM, "there is no such file yet");
    else if (note)
      form_set_message(editor->form, field, role, note);
  }
}

/* What a file holds now is good to know beside what it should hold. That there is none is to be
 * mended first; any other fault of it is what the advice is about. */
static void
show_advice(Editor *editor)
{
  const char *note = NULL;
  Role role = ROLE_NORMAL;
  for (gsize i = 0; i < G_N_ELEMENTS(file_fields); i++) {
    if (file_fields[i].field != editor->advised)
      continue;
    note = editor_files_note(editor->files, file_fields[i].file, &role);
    if (editor_files_is_missing(editor->files, file_fields[i].file))
      return;
  }
  if (role == ROLE_ERROR)
    note = NULL;
  g_autofree char *text = note ? g_strdup_printf("%s It holds now: %s", editor->advice, note)
                               : g_strdup(editor->advice);
  form_set_message(editor->form, editor->advised, ROLE_WARNING, text);
}

static void
show_messages(Editor *editor)
{
  g_autoptr(EditorFaults) faults = editor_fields_check(editor->form, editor->base);
  for (int id = 1; id < EDIT_COUNT; id++)
    form_set_message(editor->form, id, ROLE_NORMAL, NULL);
  show_file_notes(editor);
  for (int id = 1; id < EDIT_COUNT; id++) {
    if (faults->sentence[id] && editor->touched[id])
      form_set_message(editor->form, id, ROLE_ERROR, faults->sentence[id]);
  }
  if (editor->advised && editor->advice)
    show_advice(editor);
  form_paths_show_candidates(editor->paths);
}

static void
read_files(Editor *editor)
{
  g_clear_handle_id(&editor->timer, g_source_remove);
  g_autoptr(Profile) profile = editor_fields_profile(editor->form, editor->base);
  editor_files_update(editor->files, profile, ui_now(editor->ui));
  show_messages(editor);
}

static gboolean
files_timer(gpointer data)
{
  Editor *editor = data;
  editor->timer = 0;
  read_files(editor);
  ui_redraw(editor->ui);
  return G_SOURCE_REMOVE;
}

static void
value_changed(gpointer data, int id)
{
  Editor *editor = data;
  editor->touched[id] = TRUE;
  form_paths_typed(editor->paths);
  if (id == editor->advised)
    editor->advised = 0;
  editor_fields_arrange(editor->form);
  show_messages(editor);
  g_clear_handle_id(&editor->timer, g_source_remove);
  editor->timer = g_timeout_add(FILES_DELAY_MS, files_timer, editor);
}

/* The focus has left a field: nothing is half-typed any more. */
static void
focus_changed(Editor *editor)
{
  form_paths_left(editor->paths);
  read_files(editor);
}

static void
show_paths(gpointer data, gboolean read)
{
  if (read)
    read_files(data);
  else
    show_messages(data);
}

/* --- Opening and closing ---------------------------------------------------------------------- */

/* A field that is hidden shows itself only when the one that decides about it is another. */
static int
field_in_sight(const Form *form, int id)
{
  gboolean tls = form_choice(form, EDIT_SCHEME) == 0;
  if (!tls && id > EDIT_SECTION_TLS && id < EDIT_SECTION_MQTT)
    return EDIT_SCHEME;
  if (id == EDIT_CA && form_choice(form, EDIT_TRUST) == TRUST_SYSTEM)
    return EDIT_TRUST;
  if (id == EDIT_KEY || id == EDIT_KEY_PASSWORD || id == EDIT_BROKER_CA)
    return form_is_visible(form, id) ? id : EDIT_CERTIFICATE;
  return id;
}

static void
go_to(Editor *editor, ProfileField field, const char *advice)
{
  int id = field_in_sight(editor->form, (int)editor_field_of(field));
  form_focus(editor->form, id);
  editor->advised = advice ? id : 0;
  g_free(editor->advice);
  editor->advice = g_strdup(advice);
}

static Profile *
base_for(const EditorArgument *argument)
{
  if (argument->connection)
    return profile_copy(connection_profile(argument->connection));
  return argument->start ? profile_copy(argument->start) : profile_new();
}

static gpointer
editor_open(Ui *ui, gpointer data)
{
  static const EditorArgument nothing = {0};
  const EditorArgument *argument = data ? data : &nothing;
  Connection *connection = argument->connection;
  Editor *editor = g_new0(Editor, 1);
  editor->ui = ui;
  editor->connection = connection ? connection_number(connection) : 0;
  editor->base = base_for(argument);
  editor->form = editor_fields_new();
  editor->paths = form_paths_new(editor->form, value_changed, show_paths, editor);
  editor->files = editor_files_new();
  editor_fields_set(editor->form, editor->base);
  editor->initial = editor_fields_profile(editor->form, editor->base);
  memset(editor->touched, connection ? 1 : 0, sizeof editor->touched);
  go_to(editor, argument->focus, argument->advice);
  read_files(editor);
  return editor;
}

static void
editor_close(gpointer data)
{
  Editor *editor = data;
  g_clear_handle_id(&editor->timer, g_source_remove);
  profile_free(editor->base);
  profile_free(editor->initial);
  form_paths_free(editor->paths);
  form_free(editor->form);
  g_free(editor->advice);
  editor_files_free(editor->files);
  g_free(editor);
}

static char *
editor_title(gpointer data)
{
  Editor *editor = data;
  if (editor->connection == 0)
    return g_strdup("New connection");
  g_autofree char *name = safe_text_string(editor->base->name);
  return g_strdup_printf("Edit %s", name);
}

static char *
editor_status(gpointer data)
{
  const char *dot = glyph(GLYPH_DOT);
  return g_strdup_printf("C-s save %s C-o save and connect %s C-y test", dot, dot);
}

static gboolean
editor_dirty(gpointer data)
{
  Editor *editor = data;
  g_autoptr(Profile) profile = editor_fields_profile(editor->form, editor->base);
  return !profile_equal(profile, editor->initial);
}

static void
editor_draw(gpointer data, Canvas *canvas, gboolean focused)
{
  Editor *editor = data;
  form_draw(editor->form, canvas, focused);
}

static void
editor_wanted(gpointer data, int *rows, int *columns)
{
  Editor *editor = data;
  *columns = EDITOR_COLUMNS;
  *rows = form_rows(editor->form, EDITOR_COLUMNS) + 1;
}

/* --- A URL ------------------------------------------------------------------------------------ */

/* A URL in the host field is taken apart: nobody wants to do that by hand. */
static void
take_url(Editor *editor)
{
  if (!profile_is_url(form_text(editor->form, EDIT_HOST)))
    return;
  g_autoptr(Profile) profile = editor_fields_profile(editor->form, editor->base);
  g_autoptr(GError) error = NULL;
  if (!profile_set_url(profile, form_text(editor->form, EDIT_HOST), &error)) {
    ui_notice(editor->ui, ROLE_WARNING, "%s", error->message);
    return;
  }
  editor_fields_set(editor->form, profile);
  show_messages(editor);
}

/* --- Saving ----------------------------------------------------------------------------------- */

/* FALSE: the first field that is wrong has the focus, and all complaints are shown. */
static gboolean
all_good(Editor *editor, const char *otherwise)
{
  g_autoptr(EditorFaults) faults = editor_fields_check(editor->form, editor->base);
  int first = editor_faults_first(faults);
  if (first == 0)
    return TRUE;
  memset(editor->touched, 1, sizeof editor->touched);
  show_messages(editor);
  form_focus(editor->form, first);
  ui_notice(editor->ui, ROLE_ERROR, "%s: %s", otherwise, faults->sentence[first]);
  return FALSE;
}

static PaneResult
save(Editor *editor, gboolean connect)
{
  take_url(editor);
  if (!all_good(editor, "Not saved"))
    return PANE_HANDLED;
  g_autoptr(Profile) profile = editor_fields_profile(editor->form, editor->base);
  g_autoptr(GError) error = NULL;
  Workspace *workspace = ui_workspace(editor->ui);
  Connection *saved = workspace_save(workspace, workspace_by_number(workspace, editor->connection),
                                     profile, &error);
  if (!saved) {
    ui_notice(editor->ui, ROLE_ERROR, "Not saved: %s", error->message);
    return PANE_HANDLED;
  }
  profile_free(editor->initial);
  editor->initial = profile_copy(profile); /* nothing is left to lose */
  ui_select(editor->ui, saved);
  ui_notice(editor->ui, ROLE_GOOD, "%s is saved.", profile->name);
  if (connect)
    connection_connect(saved);
  return PANE_CLOSE;
}

/* --- Testing ---------------------------------------------------------------------------------- */

static void
mend(gpointer data, ProfileField field, const char *advice)
{
  Editor *editor = data;
  go_to(editor, field, advice);
  focus_changed(editor);
}

static PaneResult
test(Editor *editor)
{
  take_url(editor);
  if (!all_good(editor, "Not tested"))
    return PANE_HANDLED;
  g_autoptr(Profile) profile = editor_fields_profile(editor->form, editor->base);
  CheckViewArgument argument = {profile, mend, editor};
  ui_open(editor->ui, &check_view, &argument);
  return PANE_HANDLED;
}

/* --- Paths ------------------------------------------------------------------------------------ */

static gboolean
path_wanted(gpointer data, int id, GFileTest *wanted, gboolean *made)
{
  Editor *editor = data;
  gboolean folder = id == EDIT_CA && form_choice(editor->form, EDIT_TRUST) == TRUST_FOLDER;
  *wanted = folder ? G_FILE_TEST_IS_DIR : G_FILE_TEST_IS_REGULAR;
  *made = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS(file_fields); i++) {
    if (file_fields[i].field == id)
      return TRUE;
  }
  return FALSE;
}

/* --- Acting ----------------------------------------------------------------------------------- */

/* A line without bracketed paste brings a pasted URL as letters: then it is taken apart here. */
static void
left(gpointer data, int id)
{
  Editor *editor = data;
  if (id == EDIT_HOST)
    take_url(editor);
  focus_changed(editor);
}

static PaneResult
submit(gpointer data)
{
  return save(data, FALSE);
}

static const FormKeys keys = {
    .path = path_wanted, .changed = value_changed, .left = left, .submit = submit};

static PaneResult
editor_act(gpointer data, Action action)
{
  Editor *editor = data;
  if (action == ACTION_SAVE_CONNECT)
    return save(editor, TRUE);
  if (action == ACTION_TEST)
    return test(editor);
  return form_keys_act(&keys, editor->form, editor->paths, editor, action);
}

static PaneResult
editor_key(gpointer data, const Key *key)
{
  Editor *editor = data;
  return form_keys_key(&keys, editor->form, editor, key);
}

static PaneResult
editor_paste(gpointer data, const char *text, gsize length)
{
  Editor *editor = data;
  int id = 0;
  if (form_paste(editor->form, text, length, &id))
    value_changed(editor, id);
  if (id == EDIT_HOST)
    take_url(editor);
  return PANE_HANDLED;
}

static const char *
editor_hint(gpointer data, Action action)
{
  Editor *editor = data;
  return action == ACTION_TEST ? NULL : form_hint(editor->form, action);
}

/* A field says what is wrong with its file, unless the advice stands there. */
static FaultTold
editor_tells_fault(gpointer data)
{
  Editor *editor = data;
  for (gsize i = 0; i < G_N_ELEMENTS(file_fields); i++) {
    Role role = ROLE_NORMAL;
    EditorFile file = file_fields[i].file;
    gboolean noted = editor_files_note(editor->files, file, &role) && role == ROLE_ERROR;
    if (noted &&
        (file_fields[i].field != editor->advised || editor_files_is_missing(editor->files, file)))
      return FAULT_ALL_TOLD;
  }
  return FAULT_UNTOLD;
}

const PaneClass editor_form = {
    .name = "editor",
    .context = CONTEXT_FORM,
    .open = editor_open,
    .close = editor_close,
    .title = editor_title,
    .status = editor_status,
    .draw = editor_draw,
    .act = editor_act,
    .key = editor_key,
    .paste = editor_paste,
    .wanted = editor_wanted,
    .tells_fault = editor_tells_fault,
    .dirty = editor_dirty,
    .hint = editor_hint,
};
