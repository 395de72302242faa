/* The dashboard: screen, panes, keys and the main loop. */
#pragma once

#include <glib.h>

#include "core/workspace.h"

typedef struct {
  gboolean ascii;       /* --ascii: no glyphs beyond ASCII */
  gboolean no_color;    /* --no-color, or NO_COLOR is set and not empty */
  const char *select;   /* name of the connection to select, or NULL */
  const char *certbot_folder; /* --certbot-dir, or NULL */
  GPtrArray *problems;  /* sentences to show at the start, or NULL */
} DashboardOptions;

/* Takes over the terminal, runs until the user leaves, gives the terminal back as it was on every
 * way out. Returns the exit code: 0, or 128 + the signal that ended it. When the terminal cannot
 * be used (no TERM entry, not a terminal): -1, nothing drawn, and one sentence in `error`. */
int dashboard_run(Workspace *workspace, const DashboardOptions *options, GError **error);
