/* One line of the connections pane: what it says (composed from plain data, no curses, no clock)
 * and how it is drawn at a width. */
#pragma once

#include "core/connection.h"
#include "ui/paint.h"

typedef struct {
  Glyph glyph;             /* state at a glance, with `state` as its word */
  Role glyph_role;
  char *name;              /* safe text */
  gboolean saved;
  char *state;             /* "online", "resolving", "key mismatch": safe text */
  Role state_role;
  gboolean fault;          /* `state` says a fault: it takes the place of days and rate */
  char *left;              /* of the earliest certificate end, "87 d"; NULL: not known */
  Role left_role;
  char *rate;              /* "1.2k/s" received; NULL: not online */
  char *rate_out;
  char *url;               /* "mqtts://mqtt.example.com:8883" */
} ConnectionRow;

/* The model of a row: everything it is composed from. */
typedef struct {
  const Profile *profile;
  const Session *session;
  const ConnectionInfo *info;
  ConnectionRates rates;
  gboolean saved, probing; /* probing: more is being found out about what failed */
  gint64 now;              /* seconds since 1970 */
} ConnectionRowInput;

ConnectionRow *connection_row_new(const ConnectionRowInput *input);
void connection_row_free(ConnectionRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConnectionRow, connection_row_free)

/* Width of the widest name, for connection_row_draw(); of ConnectionRow. */
int connection_rows_name_width(GPtrArray *rows);
void connection_row_draw(const ConnectionRow *row, Canvas *canvas, int line, int name_width,
                         gboolean selected);
