/* What a probe says, and what it makes of the answer. Pure. */
#pragma once

#include "net/probe.h"

/* (transfer full): the CONNECT or the WebSocket upgrade request; NULL: this probe says nothing. */
GByteArray *probe_words(const ProbeRequest *request);

typedef enum {
  PROBE_HEARD_MORE,    /* not known yet */
  PROBE_HEARD_PART,    /* no MQTT; the rest may follow at once */
  PROBE_HEARD_CONNACK, /* `*connack` is its reason */
  PROBE_HEARD_HTTP,    /* an answer to an upgrade request */
  PROBE_HEARD_OTHER,   /* something else, and enough of it */
} ProbeHeard;

/* `bytes`: all that came so far. */
ProbeHeard probe_hear(const ProbeRequest *request, const guint8 *bytes, gsize length, int *connack);
