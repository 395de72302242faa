#include "config.h"

#include "ui/repair_view.h"

#include "ui/wrapped_text.h"
#include "util/safe_text.h"

#define VIEW_COLUMNS 76
#define TEXT_COLUMNS (VIEW_COLUMNS - 4) /* inside the frame and its margins */

typedef struct {
  Ui *ui;
  guint64 connection; /* its number; may be gone: see alive() */
  Repair *repair;
  WrappedText *text;
} RepairView;

/* --- What is asked ---------------------------------------------------------------------------- */

static const char *
slot_words(RepairSlot slot)
{
  static const char *const words[] = {
      [REPAIR_CA_FILE] = "CA file",
      [REPAIR_CERTIFICATE_FILE] = "client certificate",
      [REPAIR_KEY_FILE] = "client key",
  };
  return words[slot];
}

static const char *
old_path(const Profile *profile, RepairSlot slot)
{
  const char *path = slot == REPAIR_CA_FILE            ? profile->ca_path
                     : slot == REPAIR_CERTIFICATE_FILE ? profile->certificate_path
                                                       : profile->key_path;
  return path ? path : "";
}

/* (transfer full), safe lines. */
static char *
question_text(const Repair *repair, const Profile *profile, gboolean saved)
{
  g_autofree char *old = safe_text_string(old_path(profile, repair->slot));
  g_autofree char *new = safe_text_string(repair->path);
  g_autofree char *name = safe_text_string(profile->name);
  return g_strdup_printf("The copy %s.\n\n"
                         "old  %s\nnew  %s\n\n"
                         "The old file stays. %s %s the new one as %s, and connects again.\n\n"
                         "Write it and use it?",
                         repair->summary, old, new, name,
                         saved ? "is saved with" : "takes", slot_words(repair->slot));
}

static gpointer
repair_view_open(Ui *ui, gpointer argument)
{
  const RepairViewArgument *from = argument;
  RepairView *view = g_new0(RepairView, 1);
  view->ui = ui;
  view->connection = connection_number(from->connection);
  view->repair = from->repair;
  gboolean saved = workspace_is_saved(ui_workspace(ui), from->connection);
  view->text =
      wrapped_text_new(question_text(view->repair, connection_profile(from->connection), saved));
  return view;
}

static void
repair_view_close(gpointer pane)
{
  RepairView *view = pane;
  repair_free(view->repair);
  wrapped_text_free(view->text);
  g_free(view);
}

static char *
repair_view_title(gpointer pane)
{
  const RepairView *view = pane;
  return g_strdup_printf("Repair the %s", slot_words(view->repair->slot));
}

/* The lines to draw; without the empty ones where there is no room for them. */
static GPtrArray *
lines_for(const RepairView *view, int rows)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
  guint count = wrapped_text_count(view->text);
  for (guint i = 0; i < count; i++) {
    g_autofree char *line = wrapped_text_line(view->text, i);
    if (line[0] || (int)count <= rows)
      g_ptr_array_add(lines, g_steal_pointer(&line));
  }
  return lines;
}

/* The end is the question: it is seen in any case. */
static void
repair_view_draw(gpointer pane, Canvas *canvas, gboolean focused)
{
  RepairView *view = pane;
  wrapped_text_layout(view->text, canvas_columns(canvas) - 2);
  g_autoptr(GPtrArray) lines = lines_for(view, canvas_rows(canvas));
  int count = (int)lines->len, skipped = MAX(count - canvas_rows(canvas), 0);
  for (int i = skipped; i < count; i++) {
    gboolean question = i == count - 1;
    int end = paint_text(canvas, i - skipped, 1, question ? ROLE_STRONG : ROLE_NORMAL,
                         g_ptr_array_index(lines, i));
    if (question)
      paint_cursor(canvas, i - skipped, end + 1, TRUE);
  }
}

static void
repair_view_wanted(gpointer pane, int *rows, int *columns)
{
  RepairView *view = pane;
  wrapped_text_layout(view->text, TEXT_COLUMNS);
  *columns = VIEW_COLUMNS;
  *rows = (int)wrapped_text_count(view->text) + 2;
}

static const char *
repair_view_hint(gpointer pane, Action action)
{
  return action == ACTION_REPAIR ? "write and use it" : NULL;
}

/* --- What is done ----------------------------------------------------------------------------- */

static Connection *
alive(const RepairView *view)
{
  return workspace_by_number(ui_workspace(view->ui), view->connection);
}

static void
set_path(Profile *profile, RepairSlot slot, const char *path)
{
  char **place = slot == REPAIR_CA_FILE            ? &profile->ca_path
                 : slot == REPAIR_CERTIFICATE_FILE ? &profile->certificate_path
                                                   : &profile->key_path;
  g_free(*place);
  *place = g_strdup(path);
  if (slot == REPAIR_CA_FILE)
    profile->trust = TRUST_FILE;
}

/* As the editor does: who has a file keeps it true. */
static gboolean
use_profile(RepairView *view, Connection *connection, const Profile *profile, GError **error)
{
  Workspace *workspace = ui_workspace(view->ui);
  if (workspace_is_saved(workspace, connection))
    return workspace_save(workspace, connection, profile, error) != NULL;
  connection_set_profile(connection, profile);
  return TRUE;
}

static void
write_and_use(RepairView *view, Connection *connection)
{
  const Repair *repair = view->repair;
  g_autoptr(GError) error = NULL;
  if (!repair_write(repair, &error)) {
    ui_notice(view->ui, ROLE_ERROR, "Not repaired: %s", error->message);
    return;
  }
  g_autoptr(Profile) profile = profile_copy(connection_profile(connection));
  g_autofree char *name = g_path_get_basename(repair->path);
  set_path(profile, repair->slot, repair->path);
  if (!use_profile(view, connection, profile, &error)) {
    ui_notice(view->ui, ROLE_ERROR, "%s is written, but not used: %s", name, error->message);
    return;
  }
  if (!connection_session(connection)->wanted)
    connection_connect(connection);
  ui_notice(view->ui, ROLE_GOOD, "%s is written and used as %s.", name, slot_words(repair->slot));
}

static PaneResult
repair_view_act(gpointer pane, Action action)
{
  RepairView *view = pane;
  if (action != ACTION_REPAIR)
    return PANE_IGNORED;
  Connection *connection = alive(view);
  if (connection)
    write_and_use(view, connection);
  else
    ui_notice(view->ui, ROLE_WARNING, "The connection is gone.");
  return PANE_CLOSE;
}

const PaneClass repair_view = {
    .name = "repair",
    .context = CONTEXT_REPAIR,
    .open = repair_view_open,
    .close = repair_view_close,
    .title = repair_view_title,
    .draw = repair_view_draw,
    .act = repair_view_act,
    .wanted = repair_view_wanted,
    .hint = repair_view_hint,
};
