/* From a key to an action, and from an action to the pane that can do it. */
#include "config.h"

#include <string.h>

#include "ui/keymap.h"
#include "ui/ui_state.h"

/* A key that is for what lies below the view on top. */
#define CLOSE_FIRST "Close this first: q or Esc"

/* --- Leaving ---------------------------------------------------------------------------------- */

static void
leave(gpointer data)
{
  Ui *ui = data;
  ui->leave = TRUE;
}

static void
close_top(gpointer data)
{
  Ui *ui = data;
  if (ui_has_view(ui))
    ui_close_view(ui, ui_top(ui));
}

static gboolean
view_is_dirty(const View *view)
{
  return view->pane_class->dirty && view->pane_class->dirty(view->pane);
}

/* Closes what is on top; what was typed into it is not thrown away unasked. */
static gboolean
back(Ui *ui)
{
  if (ui_has_view(ui)) {
    if (view_is_dirty(ui_top(ui)))
      ui_ask(ui, "Throw away what you have changed?", close_top, ui, NULL);
    else
      close_top(ui);
    return TRUE;
  }
  gboolean was_zoomed = ui->zoomed;
  ui->zoomed = FALSE;
  return was_zoomed;
}

static void
quit(Ui *ui)
{
  if (ui_has_view(ui))
    back(ui);
  else if (ui_any_connected(ui))
    ui_ask(ui, "Disconnect and leave mqtrust?", leave, ui, NULL);
  else
    leave(ui);
}

/* --- Actions of the dashboard itself ---------------------------------------------------------- */

static void
switch_tile(Ui *ui, int tile)
{
  if (ui_has_view(ui))
    ui_notice(ui, ROLE_NORMAL, CLOSE_FIRST);
  else
    ui_focus_tile(ui, (tile + LAYOUT_TILES) % LAYOUT_TILES);
}

static gboolean
act_on_tiles(Ui *ui, Action action)
{
  switch (action) {
  case ACTION_NEXT_PANE:
    switch_tile(ui, ui->focused + 1);
    return TRUE;
  case ACTION_PREVIOUS_PANE:
    switch_tile(ui, ui->focused - 1);
    return TRUE;
  case ACTION_PANE_CONNECTIONS:
  case ACTION_PANE_CERTIFICATES:
  case ACTION_PANE_MESSAGES:
  case ACTION_PANE_TIMELINE:
    switch_tile(ui, (int)action - ACTION_PANE_CONNECTIONS);
    return TRUE;
  case ACTION_ZOOM:
    ui->zoomed = !ui->zoomed;
    return TRUE;
  default:
    return FALSE;
  }
}

static void
open_help(Ui *ui)
{
  const PaneClass *top = ui_top(ui)->pane_class;
  if (top != &help_view)
    ui_open(ui, &help_view, GINT_TO_POINTER(top->context));
}

/* Those that no pane may take for itself. */
static gboolean
act_everywhere(Ui *ui, Action action)
{
  switch (action) {
  case ACTION_QUIT_NOW:
    leave(ui);
    return TRUE;
  case ACTION_REDRAW:
    ui->redraw_all = TRUE;
    return TRUE;
  case ACTION_SUSPEND:
    ui->suspend = TRUE;
    return TRUE;
  case ACTION_HELP:
    open_help(ui);
    return TRUE;
  case ACTION_QUIT:
    quit(ui);
    return TRUE;
  default:
    return FALSE;
  }
}

/* --- Actions of panes ------------------------------------------------------------------------- */

/* Of the tiles. A view may be about what is no connection, and says itself what it cannot do. */
const char *
ui_missing_connection(Ui *ui, Action action)
{
  guint flags = ui_has_view(ui) ? 0 : action_info(action)->flags;
  Connection *connection = flags ? ui_selected(ui) : NULL;
  if ((flags & (ACTION_NEEDS_CONNECTION | ACTION_NEEDS_ONLINE)) && !connection)
    return "There is no connection yet: n describes one";
  if ((flags & ACTION_NEEDS_ONLINE) && connection_session(connection)->state != SESSION_ONLINE)
    return "Not connected: c connects";
  return NULL;
}

/* TRUE: the pane has done it, or has said why it cannot. */
static gboolean
offer(Ui *ui, View *view, Action action)
{
  const PaneClass *class = view->pane_class;
  const char *reason = class->disabled ? class->disabled(view->pane, action) : NULL;
  if (reason) {
    ui_notice(ui, ROLE_WARNING, "%s", reason);
    return TRUE;
  }
  PaneResult result = class->act ? class->act(view->pane, action) : PANE_IGNORED;
  if (result == PANE_CLOSE)
    ui_close_view(ui, view);
  return result != PANE_IGNORED;
}

/* What is about a connection or its messages works in every tile; moving only where one stands. */
static gboolean
is_for_all_tiles(Action action)
{
  const char *group = action_info(action)->group;
  return strcmp(group, "Connections") == 0 || strcmp(group, "Messages") == 0;
}

static gboolean
offer_to_panes(Ui *ui, Action action)
{
  gboolean on_tiles = !ui_has_view(ui);
  if (offer(ui, ui_top(ui), action))
    return TRUE;
  for (int i = 0; i < LAYOUT_TILES && on_tiles && is_for_all_tiles(action); i++) {
    if (i != ui->focused && offer(ui, &ui->tiles[i], action))
      return TRUE;
  }
  return FALSE;
}

void
ui_act(Ui *ui, Action action)
{
  ui_redraw(ui);
  if (action == ACTION_NONE || act_everywhere(ui, action))
    return;
  const char *reason = ui_missing_connection(ui, action);
  if (reason) {
    ui_notice(ui, ROLE_WARNING, "%s", reason);
    return;
  }
  if (offer_to_panes(ui, action) || act_on_tiles(ui, action))
    return;
  if (action == ACTION_BACK)
    back(ui);
  else if (ui_has_view(ui) && is_for_all_tiles(action))
    ui_notice(ui, ROLE_NORMAL, CLOSE_FIRST);
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void
answer(Ui *ui, const Key *key)
{
  Action action = keymap_lookup(CONTEXT_QUESTION, key);
  if (action == ACTION_QUIT_NOW || action == ACTION_REDRAW || action == ACTION_SUSPEND) {
    ui_act(ui, action);
  } else if (action == ACTION_OPEN) {
    /* The answer may ask again, so the question is over before it runs. */
    Question question = ui->question;
    ui->question = (Question){0};
    question.yes(question.data);
    g_free(question.text);
    if (question.free_data)
      question.free_data(question.data);
  } else if (action == ACTION_BACK) {
    ui_clear_question(ui);
  }
  ui_redraw(ui);
}

static void
take_result(Ui *ui, View *view, PaneResult result)
{
  if (result == PANE_CLOSE)
    ui_close_view(ui, view);
  ui_redraw(ui);
}

static void
paste_into(Ui *ui, View *view, const char *paste, gsize length)
{
  PaneResult result = PANE_IGNORED;
  if (view->pane_class->paste)
    result = view->pane_class->paste(view->pane, paste, length);
  if (result == PANE_IGNORED)
    ui_notice(ui, ROLE_NORMAL, "There is no field here to paste into");
  take_result(ui, view, result);
}

/* A slow line brings Escape and the key after it in one packet, which looks like Alt. Alt means
 * nothing outside of fields, so there it is taken for the two keys that it was. */
static void
take_apart(Ui *ui, const Key *key)
{
  Key escape = {.code = KEY_ESCAPE}, plain = *key;
  plain.alt = FALSE;
  ui_handle_key(ui, &escape, NULL, 0);
  ui_handle_key(ui, &plain, NULL, 0);
}

void
ui_handle_key(Ui *ui, const Key *key, const char *paste, gsize length)
{
  View *view = ui_top(ui);
  if (ui->question.text) {
    answer(ui, key);
    return;
  }
  ui_clear_notice(ui);
  ui_redraw(ui);
  if (key->code == KEY_PASTE) {
    paste_into(ui, view, paste, length);
    return;
  }
  Action action = keymap_lookup(view->pane_class->context, key);
  if (action != ACTION_NONE)
    ui_act(ui, action);
  else if (key->alt && view->pane_class->context != CONTEXT_FORM)
    take_apart(ui, key);
  else if (view->pane_class->key)
    take_result(ui, view, view->pane_class->key(view->pane, key));
}
