/* The status line: what it says as plain data, how it is filled from a connection, how it is drawn
 * at any width. */
#pragma once

#include "core/connection.h"
#include "ui/paint.h"

typedef struct {
  char *name;        /* safe text; NULL: there is no connection */
  char *state;       /* in words */
  Role state_role;
  const char *fault; /* static: what the worst error is called, when it keeps us offline; or NULL */
  char *tls;         /* "TLS 1.3", only when verified; or NULL */
  gboolean two_way;
  gboolean plain;    /* no TLS at all */
  gboolean insecure; /* the name was not checked */
  char *endpoint;    /* "mqtts://host:8883", safe text */
  char *protocol;    /* "MQTT 5" */
  gboolean online;
  double rate_in, rate_out; /* messages a second */
  gint64 rtt_us;            /* -1: not known */
  gint64 certificate_end;   /* seconds since 1970, 0: none */
  gint64 now;               /* likewise */
  guint64 events_dropped;
} HeaderModel;

void header_model_clear(HeaderModel *model);
/* `connection` NULL: says so. `now` in seconds since 1970. */
void header_model_fill(HeaderModel *model, const Connection *connection, gint64 now);
/* Name and state always, then what matters most, in the order of the line. */
void header_draw(Canvas *canvas, const HeaderModel *model);

/* Seconds until the header would say another number of days or hours; 0: never. */
gint64 header_next_change(gint64 certificate_end, gint64 now);
