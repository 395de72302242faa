/* The dashboard behind pane.h: tiles, the stack of views above them, focus, notice and question.
 * ui_state.c keeps them, dispatch.c turns keys into actions and actions into calls, frame.c draws.
 * None of them touches the terminal; dashboard.c does, and so a test can be one. */
#pragma once

#include "ui/canvas.h"
#include "ui/layout.h"
#include "ui/pane.h"

typedef struct {
  const PaneClass *pane_class;
  gpointer pane;
} View;

typedef void (*QuestionYes)(gpointer data);

typedef struct {
  char *text; /* safe text; NULL: no question stands */
  QuestionYes yes;
  gpointer data;
  GDestroyNotify free_data;
} Question;

struct Ui {
  Workspace *workspace;
  Connection *selected;      /* may be gone: read it by ui_selected() */
  View tiles[LAYOUT_TILES];
  int focused, lower;        /* indices of tiles; see layout_compute() */
  gboolean zoomed;
  GPtrArray *views;          /* of View, the top one last */
  char *notice;              /* safe text, or NULL */
  Role notice_role;
  gboolean faulty;           /* the selected connection's fault was told at its last change */
  Question question;
  char *repair_key;          /* what `repairable` was found out for; see finding_actions.c */
  gboolean repairable;
  FaultTold fault_told;      /* by the tiles of the frame that is drawn */
  char *certbot_folder;      /* NULL: where certbot has it */
  gint64 fixed_now;          /* for tests: seconds since 1970; 0: the clock's */

  /* What has happened since the last turn, for the main loop. */
  gboolean dirty;            /* something shown is different because of a key or a clock */
  gboolean data_dirty;       /* ... because of what came from the network */
  gboolean state_dirty;      /* ... and that was a change of state: it does not wait as long */
  gboolean in_model_change;
  gboolean leave, redraw_all, suspend;
  void (*wake)(gpointer data); /* dirty or data_dirty was set; NULL: nobody waits */
  gpointer wake_data;
};

/* `tiles` in tab order; `workspace` must outlive it. */
Ui *ui_new(Workspace *workspace, const PaneClass *const tiles[LAYOUT_TILES]);
void ui_free(Ui *ui);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ui, ui_free)

/* The pane that gets keys: the top view, else the focused tile. */
View *ui_top(Ui *ui);
gboolean ui_has_view(const Ui *ui);
void ui_close_view(Ui *ui, View *view);
void ui_focus_tile(Ui *ui, int tile);
void ui_clear_notice(Ui *ui);
void ui_clear_question(Ui *ui);
/* A connection is online or being made: leaving would end it. */
gboolean ui_any_connected(Ui *ui);
/* To be called for every change that the workspace reports. */
void ui_connection_changed(Ui *ui, Connection *connection, ConnectionChange what);

/* `paste`: the bytes of a KEY_PASTE. */
void ui_handle_key(Ui *ui, const Key *key, const char *paste, gsize length);
void ui_act(Ui *ui, Action action);
/* Why an action that needs a connection cannot run in the tiles; NULL: it can. */
const char *ui_missing_connection(Ui *ui, Action action);

/* A whole frame for this size into curses' stdscr, and where the cursor rests. */
void ui_draw(Ui *ui, int rows, int columns, CanvasCursor *cursor);
