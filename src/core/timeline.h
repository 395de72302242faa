/* What happened to a connection, in order, with times. Bounded: TIMELINE_MAX entries, oldest go
 * first; positions are numbers that never shift. Main thread. */
#pragma once

#include <glib.h>

#define TIMELINE_MAX 2000
#define TIMELINE_TEXT_MAX 4096 /* bytes of an entry's text; more is cut off, and that is said */

typedef enum { TIMELINE_INFO, TIMELINE_GOOD, TIMELINE_WARNING, TIMELINE_ERROR } TimelineLevel;

typedef struct {
  guint64 number;
  gint64 time_ns;       /* real time */
  gint64 step_us;       /* since the entry before it of the same attempt; -1: first */
  TimelineLevel level;
  char *stage;          /* "dns", "tcp", "tls", "cert", "mqtt", "local": short, for a column */
  char *text;           /* safe text, one sentence */
  char *code;           /* finding code, or NULL */
  guint chain_change;   /* that it tells of; 0: of none. See connection_chain_change(). */
} TimelineEntry;

typedef struct Timeline Timeline;

Timeline *timeline_new(void);
void timeline_free(Timeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Timeline, timeline_free)

/* `first`: begins an attempt (no step time). `text` is passed through safe_text(). */
void timeline_add(Timeline *timeline, gint64 time_ns, gint64 monotonic_us, gboolean first,
                  TimelineLevel level, const char *stage, const char *code, const char *text);
/* Of the entry that was added last. */
void timeline_set_change(Timeline *timeline, guint chain_change);
guint64 timeline_first(const Timeline *timeline);
guint64 timeline_next(const Timeline *timeline);
/* NULL: gone or not there yet. Borrowed until the next timeline_add(). */
const TimelineEntry *timeline_get(const Timeline *timeline, guint64 number);
