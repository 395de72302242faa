/* A TunnelSink that keeps everything, and waits for it. */
#pragma once

#include "net/tunnel.h"

typedef struct Recorder Recorder;

extern const TunnelSink recorder_sink; /* its user_data is a Recorder */

Recorder *recorder_new(void);
void recorder_free(Recorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Recorder, recorder_free)

/* Waits for the first event of this type (ends the test when it does not come within 20 s, or when
 * TUNNEL_CLOSED came instead). Borrowed. */
const TunnelEvent *recorder_wait(Recorder *recorder, TunnelEventType type);
/* The same with this text. */
const TunnelEvent *recorder_wait_text(Recorder *recorder, TunnelEventType type, const char *text);
/* The same for a packet. */
const TunnelPacket *recorder_wait_packet(Recorder *recorder, MqttDirection direction,
                                         MqttType type);
/* Waits until so many messages have come from the broker. */
void recorder_wait_messages(Recorder *recorder, guint64 count);
/* The first event of this type, or NULL. Borrowed. */
const TunnelEvent *recorder_find(Recorder *recorder, TunnelEventType type);
/* The same, counted from 0. */
const TunnelEvent *recorder_nth(Recorder *recorder, TunnelEventType type, guint n);
guint recorder_count(Recorder *recorder, TunnelEventType type);
/* (transfer full): the names of all events, "RESOLVING RESOLVED ...". */
char *recorder_story(Recorder *recorder);
/* (transfer full): "DIRECTION TOPIC QOS PAYLOAD" of each of the first 64 messages, in lines. */
char *recorder_messages(Recorder *recorder);

/* With it, payloads must be numbers that count from 0; ends the test where they do not. */
void recorder_expect_numbers(Recorder *recorder);
/* From now on a call to the sink ends the test. */
void recorder_expect_silence(Recorder *recorder);
