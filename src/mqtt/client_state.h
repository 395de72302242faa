/* The state of a client between the program and Paho's threads, and the events that follow from it.
 * Knows no Paho.
 *
 * Paho calls back on its own threads, some of the time with its own lock held. So that nobody waits
 * for anybody in a circle:
 *   - the state's lock is never held while Paho is called: these functions return before;
 *   - the handler runs under that lock, so that client_state_close(), which takes it to remove the
 *     handler, knows that it has returned;
 *   - Paho is given numbers (client_request.h), not pointers: a callback that comes too late finds
 *     nothing.
 *
 *   IDLE ─connect─→ CONNECTING ─CONNACK 0─→ ONLINE ─disconnect─→ LEAVING ─said goodbye─→ OVER
 *                       │ refused, lost        │ lost               │ lost
 *                       └───────→ OVER ←───────┴────────────────────┘
 *   OVER ─connect─→ CONNECTING; disconnect in any other phase ─→ OVER at once */
#pragma once

#include <glib.h>

#include "mqtt/client.h"
#include "mqtt/client_request.h"

typedef struct ClientState ClientState;

/* --- By the program --------------------------------------------------------------------------- */

ClientState *client_state_new(MqttVersion version, MqttClientHandler handler, gpointer user_data);
/* Waits until no handler runs; none will afterwards. Frees `state` for the caller. */
void client_state_close(ClientState *state);

/* The number for callbacks about the connection. */
guint client_state_connection(const ClientState *state);

/* FALSE: it is connected, or about to be. */
gboolean client_state_begin_connecting(ClientState *state, guint timeout_seconds);
/* Paho did not even begin. */
void client_state_not_connecting(ClientState *state);

/* TRUE: a goodbye must be sent, and client_state_gone() said when that cannot be. FALSE: one is on
 * its way already, or there was nobody to say it to. */
gboolean client_state_begin_leaving(ClientState *state);

/* A number for a request that Paho is about to get, and what to do when it does not take it. */
guint client_state_add_request(ClientState *state, RequestKind kind);
void client_state_drop_request(guint number);

/* --- By Paho's callbacks, on its threads ------------------------------------------------------ */

void client_state_connected(guint number);
/* `reason`: of the CONNACK, -1: none came. `timed_out`: within the time to connect. `detail`: words
 * of Paho, or NULL. */
void client_state_connect_failed(guint number, int reason, gboolean timed_out, const char *detail);
/* `reason`: of the broker's DISCONNECT (MQTT 5), -1: none came. */
void client_state_lost(guint number, int reason);
void client_state_gone(guint number);
/* The broker's answer: a reason code, in 3.1.1 the code of a SUBACK or 0. */
void client_state_answered(guint number, int reason);
/* No answer: why, in any words. */
void client_state_unanswered(guint number, const char *detail);
