/* A pane is a const table of functions and private state. The frame around it (border, title,
 * scroll position) is the dashboard's; a pane draws only inside its canvas.
 *
 * Views (help, a message, a certificate) and forms (editor, publish, subscribe) are panes too:
 * they lie on a stack above the tiled panes and are closed by PANE_CLOSE. */
#pragma once

#include <glib.h>

#include "core/workspace.h"
#include "ui/action.h"
#include "ui/paint.h"

typedef struct Ui Ui; /* the dashboard as panes see it; see below */

typedef enum { PANE_IGNORED, PANE_HANDLED, PANE_CLOSE } PaneResult;
typedef enum { FAULT_UNTOLD, FAULT_WHY_TOLD, FAULT_ALL_TOLD } FaultTold;

typedef struct PaneClass {
  const char *name;        /* "certificates" */
  Context context;
  /* (transfer full) private state; `argument` is the view's own (see ui_open). */
  gpointer (*open)(Ui *ui, gpointer argument);
  void (*close)(gpointer pane);
  /* (transfer full) title for the frame, safe text; and the right-hand side of it, may be NULL. */
  char *(*title)(gpointer pane);
  char *(*status)(gpointer pane);
  void (*draw)(gpointer pane, Canvas *canvas, gboolean focused);
  PaneResult (*act)(gpointer pane, Action action);
  /* A key that is no action in this context: text for a field. NULL: none taken. */
  PaneResult (*key)(gpointer pane, const Key *key);
  /* A bracketed paste; text is raw. NULL: none taken. */
  PaneResult (*paste)(gpointer pane, const char *text, gsize length);
  /* Why an action cannot run now, a static sentence, or NULL when it can. NULL: always can. */
  const char *(*disabled)(gpointer pane, Action action);
  /* The model has changed (selected connection, its state, its messages). NULL: not interested. */
  void (*changed)(gpointer pane, ConnectionChange what);
  /* Form panes: how many rows and columns the dialog wants at most; NULL: as much as there is. */
  void (*wanted)(gpointer pane, int *rows, int *columns);
  gboolean (*dirty)(gpointer pane);      /* unsaved input: closing asks first; NULL: never */
  /* The hint bar's word for an action, static: NULL for the action's own, "" for no hint at all
   * where it would do nothing now. NULL: always the action's own. */
  const char *(*hint)(gpointer pane, Action action);
  /* How much it shows, as drawn last, of why the connection is not online: the bottom line says the
   * rest. NULL: nothing. */
  FaultTold (*tells_fault)(gpointer pane);
  /* How many rows it would like to have as a tile of so many columns; 0: its share is enough. NULL:
   * always 0. */
  int (*rows_wanted)(gpointer pane, int columns);
} PaneClass;

/* The tiled panes, in tab order. */
extern const PaneClass connections_pane, certificates_pane, messages_pane, timeline_pane;
/* Views: argument types in comments. */
extern const PaneClass help_view;          /* GINT_TO_POINTER(Context) */
extern const PaneClass message_view;       /* MessageViewArgument * (messages_pane.h) */
extern const PaneClass certificate_view;   /* Certificate * (a reference is taken) */
extern const PaneClass certificate_pem_view; /* the same, its PEM first */
extern const PaneClass validity_view;      /* NULL: of the selected connection */
extern const PaneClass chain_change_view;  /* ChainChange * (a reference is taken) */
extern const PaneClass text_view;          /* TextViewArgument * */
extern const PaneClass finding_view;       /* FindingViewArgument * */
extern const PaneClass finding_alone_view; /* the same, of no connection and no test of one */
extern const PaneClass subscriptions_view; /* NULL: of the selected connection */
extern const PaneClass lineages_view;      /* NULL: certbot's, of ui_certbot_folder() */
/* Forms. */
extern const PaneClass editor_form;        /* EditorArgument *, NULL: a new connection */
extern const PaneClass publish_form, subscribe_form; /* NULL: of the selected connection */
extern const PaneClass workshop_form;      /* NULL */
extern const PaneClass bundle_form;        /* BundleFormArgument *, or NULL: nothing is filled in */

typedef struct { const char *title, *text; } TextViewArgument; /* copied */
typedef struct {
  Connection *connection; /* NULL: of none, but maybe of a test */
  const Finding *finding; /* copied */
  const char *more;       /* safe lines below it, copied; or NULL */
} FindingViewArgument;
typedef struct {
  Connection *connection; /* NULL: a new one */
  const Profile *start;   /* what a new one begins with, copied; or NULL */
  ProfileField focus;     /* the field to begin at */
  const char *advice;     /* to be said at it until it is changed, copied; or NULL */
} EditorArgument;

typedef struct {
  const char *lineage;    /* its name, or the path of its live folder, raw; copied */
} BundleFormArgument;

/* --- What a pane may ask of the dashboard ------------------------------------------------------ */
Workspace *ui_workspace(Ui *ui);
Connection *ui_selected(Ui *ui);                    /* NULL: there is none */
void ui_select(Ui *ui, Connection *connection);
void ui_open(Ui *ui, const PaneClass *pane_class, gpointer argument);
/* Closes the view with this private state, wherever on the stack it lies, without a question; for
 * what ends by itself. A pane that acts returns PANE_CLOSE instead. */
void ui_close(Ui *ui, gconstpointer pane);
void ui_focus(Ui *ui, const PaneClass *pane_class); /* a tiled pane */
/* A sentence on the line above the hints until the next key; safe text is made of it. */
void ui_notice(Ui *ui, Role role, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Asks yes or no on that line; `yes` runs when the user agrees. */
void ui_ask(Ui *ui, const char *question, void (*yes)(gpointer data), gpointer data,
            GDestroyNotify free_data);
void ui_redraw(Ui *ui);                             /* marks dirty; drawn once a turn */
/* What the tiles drawn so far in this frame tell of the selected connection's fault. */
FaultTold ui_fault_told(Ui *ui);
const char *ui_certbot_folder(Ui *ui);              /* --certbot-dir; NULL: where certbot has it */
gint64 ui_now(Ui *ui);                              /* seconds since 1970, fixed in tests */
