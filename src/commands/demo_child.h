/* A process of the demo's own, so that nothing is left behind, however mqtrust ends: it holds one
 * end of a pipe, and when the other end is gone (also after SIGKILL) it cleans up and ends. It lives
 * in a session of its own, where the terminal's signals do not reach it. */
#pragma once

#include <glib.h>

/* --- In the process itself ---------------------------------------------------------------------- */

typedef struct DemoChildEnd DemoChildEnd;

/* Builds what there is to build, calls one of the two below, lives, cleans up, and returns. */
typedef void (*DemoChildMain)(DemoChildEnd *end, gconstpointer data);

/* One line for who started it, and then: until that is gone, or a signal comes. */
void demo_child_live(DemoChildEnd *end, const char *line);
/* Why there is nothing to live for. */
void demo_child_fail(DemoChildEnd *end, const GError *error);

/* --- In the process of who starts it ------------------------------------------------------------ */

typedef struct DemoChild DemoChild;

/* Forks; call it before the process has a second thread. Waits for the line of
 * demo_child_live(), which goes to `*line` (transfer full). NULL and the sentence of
 * demo_child_fail(), after which nothing is left. */
DemoChild *demo_child_start(DemoChildMain run, gconstpointer data, char **line, GError **error);
/* Lets it go and waits until it has ended. NULL is allowed. */
void demo_child_stop(DemoChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoChild, demo_child_stop)
