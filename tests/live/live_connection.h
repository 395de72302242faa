/* A Connection without a screen, and what happened to it, for tests against a real broker. */
#pragma once

#include <glib.h>

#include "core/connection.h"
#include "live/broker.h"
#include "live/certificates.h"

typedef struct {
  Transport *transport;
  Connection *connection;
  /* Whether it was ever so, at any change that a screen would have drawn. */
  gboolean ever_online, ever_verified, ever_two_way, ever_waiting;
} LiveConnection;

/* (transfer full): mqtts:// to the broker on 127.0.0.1, MQTT 5, with its root and the good client,
 * no subscriptions; or mqtt:// when `certificates` is NULL. */
Profile *live_profile_new(const Broker *broker, const Certificates *certificates);
void live_profile_set_client(Profile *profile, const CertificateFiles *client); /* NULL: none */

/* (transfer full). Begins to connect. */
LiveConnection *live_connect(const Profile *profile);
void live_free(LiveConnection *live);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LiveConnection, live_free)

/* Run the main loop until it is so. FALSE, and the timeline on stderr, when it does not come. */
gboolean live_wait_online(LiveConnection *live);
gboolean live_wait_waiting(LiveConnection *live);
/* It has stopped by a fault that trying again would not mend. */
gboolean live_wait_stopped(LiveConnection *live);
gboolean live_wait_idle(LiveConnection *live);
gboolean live_wait_granted(LiveConnection *live, const char *filter, int qos);
/* `count` messages have come from the broker, ever. */
gboolean live_wait_messages(LiveConnection *live, guint64 count);

gboolean live_has_finding(const LiveConnection *live, const char *code);
/* The timeline has an entry with `text` in it. */
gboolean live_timeline_says(const LiveConnection *live, const char *text);

typedef struct {
  char *topic, *payload;
  int qos;
  gboolean retain;
} LiveMessage;
/* (transfer full): the `index`th message that came from the broker; aborts if there is none. */
LiveMessage *live_message(const LiveConnection *live, guint64 index);
void live_message_free(LiveMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LiveMessage, live_message_free)

