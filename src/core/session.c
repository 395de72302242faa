/* The session as a state machine. Each arrow carries the name of the function that is the
 * transition.
 *
 *                +------+  begin, begin_if_stopped           try_now, open_tunnel +---------+
 *                | IDLE |----------------.     .----------------------------------| WAITING |
 *                +------+                |     |                                  +---------+
 *                   ^                    v     v                                       ^
 *                   |               +-------------------+                              |
 *                   |               |  RESOLVING        |                              |
 *                   |               |     | resolved    |                              |
 *                   |               |     v             |                              |
 *                   |               |  CONNECTING       |---. mqtt_connect (no TLS)    |
 *    lost           |               |     | connected   |   |                          |
 *    (cannot heal), |<--------------|     v             |   |          lost (may heal) |
 *    give_up        |               |  HANDSHAKING      |---|------------------------->|
 *                   |               |     | peer_chain  |   |                          |
 *                   |               |     v             |   |                          |
 *                   |               |  VERIFYING        |   |                          |
 *                   |               +-----|-------------+   |                          |
 *                   |                     | mqtt_connect_if_verified                   |
 *    lost           |                     v                 v                          |
 *    (cannot heal)  |               +-----------------------------+    lost (may heal) |
 *                   |<--------------|       MQTT_CONNECTING       |------------------->|
 *                   |               +-----------------------------+                    |
 *                   |                     | connack         | say_goodbye              |
 *    lost           |                     v                 |                          |
 *    (cannot heal)  |               +------------+          |          lost (may heal) |
 *                   |<--------------|   ONLINE   |----------|--------------------------'
 *                   |               +------------+          |
 *    goodbye_done,  |                     | say_goodbye     |
 *    out_of_time    |                     v                 v
 *                   |               +-----------------------------+
 *                   '---------------|           CLOSING           |---> RESOLVING
 *                                   +-----------------------------+
 *                                     goodbye_done, out_of_time: when the user has asked
 *                                     for a connection meanwhile (remember)
 *
 * Besides: stop_waiting and cannot_heal lead from WAITING to IDLE; the latter when it is found out
 * later than the connection was lost (by a second connection) that the fault will not go by itself.
 *
 * A session that was lost for a reason that cannot heal is "stopped": it is still wanted, but only
 * the user (connect) or another file on disk (files changed) starts it again.
 *
 * The table `transitions` below is the same picture, complete: a state and an event that meet in
 * no cell of it change nothing. A tunnel is open from OPEN to CLOSE, and these alternate. A timer
 * runs in WAITING and in CLOSING and nowhere else.
 *
 * The order of the events from the tunnel is not taken for granted where the standards leave it
 * open: in TLS 1.2 the broker asks for a certificate after it has shown its own (RFC 5246, 7.3),
 * in TLS 1.3 before (RFC 8446, 2); a literal address need not be resolved; and the MQTT client's
 * word that it is online may overtake the transport thread's word on the first byte. */
#include "config.h"

#include "core/session.h"

#define STATES (SESSION_WAITING + 1)
#define EVENTS (SESSION_EVENT_INCURABLE + 1)

typedef struct {
  const SessionEvent *event;
  gint64 now_ms;
  double random;
} Step;

typedef guint (*Transition)(Session *session, const Step *step);

static void
enter(Session *session, SessionState state, const Step *step)
{
  if (session->state != state)
    session->since_ms = step->now_ms;
  session->state = state;
  session->timer_ms = 0;
  session->next_try_ms = 0;
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* What the last attempt has shown is forgotten: nothing of it may be said of this one. */
static guint
open_tunnel(Session *session, const Step *step)
{
  session->stopped_by_fault = FALSE;
  session->tls = FALSE;
  session->tls_verified = FALSE;
  session->certificate_requested = FALSE;
  session->certificate_sent = FALSE;
  session->certificate_accepted = FALSE;
  session->two_way = FALSE;
  session->attempt++;
  enter(session, SESSION_RESOLVING, step);
  return SESSION_EFFECT_OPEN;
}

static guint
begin(Session *session, const Step *step)
{
  session->wanted = TRUE;
  session->attempt = 0;
  return open_tunnel(session, step);
}

static guint
begin_if_stopped(Session *session, const Step *step)
{
  return session->stopped_by_fault ? begin(session, step) : 0;
}

static guint
try_now(Session *session, const Step *step)
{
  return SESSION_EFFECT_CANCEL_TIMER | open_tunnel(session, step);
}

static guint
remember(Session *session, const Step *step)
{
  session->wanted = TRUE;
  return 0;
}

/* --- On the way ------------------------------------------------------------------------------- */

static guint
resolved(Session *session, const Step *step)
{
  enter(session, SESSION_CONNECTING, step);
  return 0;
}

static guint
connected(Session *session, const Step *step)
{
  session->tls = step->event->flag;
  enter(session, session->tls ? SESSION_HANDSHAKING : SESSION_CONNECTING, step);
  return 0;
}

static guint
certificate_requested(Session *session, const Step *step)
{
  session->certificate_requested = TRUE;
  session->certificate_sent = step->event->flag;
  return 0;
}

static guint
peer_chain(Session *session, const Step *step)
{
  enter(session, SESSION_VERIFYING, step);
  return 0;
}

/* Stays in VERIFYING: the handshake goes on, and a refusal brings CLOSED with its reason. */
static guint
verified(Session *session, const Step *step)
{
  session->tls_verified = step->event->flag;
  return 0;
}

static guint
mqtt_connect(Session *session, const Step *step)
{
  enter(session, SESSION_MQTT_CONNECTING, step);
  return SESSION_EFFECT_MQTT_CONNECT;
}

/* User name and password leave this machine after READY: never to a broker that was not verified.
 */
static guint
mqtt_connect_if_verified(Session *session, const Step *step)
{
  return session->tls_verified ? mqtt_connect(session, step) : 0;
}

/* In TLS 1.3 the client's handshake is over before the broker has looked at the client's
 * certificate (RFC 8446, 4.6.2 and appendix A.1); only what the broker sends then tells. */
static guint
first_byte(Session *session, const Step *step)
{
  session->two_way =
      session->tls_verified && session->certificate_requested && session->certificate_sent;
  session->certificate_accepted = session->two_way;
  return 0;
}

/* --- Losing ----------------------------------------------------------------------------------- */

/* The connection is no more: what it was worth must not be shown of nothing. What was asked for
 * and sent stays until the next attempt, for it may explain the end. */
static void
forget_trust(Session *session)
{
  session->tls_verified = FALSE;
  session->two_way = FALSE;
}

static guint
backoff_ms(guint attempt, double random)
{
  guint whole = SESSION_BACKOFF_FIRST_MS;
  for (guint i = 1; i < attempt && whole < SESSION_BACKOFF_MAX_MS; i++)
    whole *= 2;
  whole = MIN(whole, SESSION_BACKOFF_MAX_MS);
  return whole / 2 + (guint)(CLAMP(random, 0.0, 1.0) * (whole / 2));
}

static guint
wait_for_next_try(Session *session, const Step *step)
{
  enter(session, SESSION_WAITING, step);
  session->timer_ms = backoff_ms(session->attempt, step->random);
  session->next_try_ms = step->now_ms + session->timer_ms;
  return SESSION_EFFECT_CLOSE | SESSION_EFFECT_TIMER;
}

static guint
lost(Session *session, const Step *step)
{
  forget_trust(session);
  if (step->event->heals)
    return wait_for_next_try(session, step);
  session->stopped_by_fault = TRUE;
  enter(session, SESSION_IDLE, step);
  return SESSION_EFFECT_CLOSE;
}

static guint
connack(Session *session, const Step *step)
{
  if (!step->event->flag)
    return lost(session, step);
  session->attempt = 0;
  enter(session, SESSION_ONLINE, step);
  return SESSION_EFFECT_SUBSCRIBE;
}

/* --- Leaving ---------------------------------------------------------------------------------- */

static guint
forget(Session *session, const Step *step)
{
  session->wanted = FALSE;
  session->stopped_by_fault = FALSE;
  return 0;
}

static guint
stop_waiting(Session *session, const Step *step)
{
  session->wanted = FALSE;
  session->attempt = 0;
  enter(session, SESSION_IDLE, step);
  return SESSION_EFFECT_CANCEL_TIMER;
}

/* The fault was thought to go by itself, and a closer look has shown that it does not. */
static guint
cannot_heal(Session *session, const Step *step)
{
  session->stopped_by_fault = TRUE;
  enter(session, SESSION_IDLE, step);
  return SESSION_EFFECT_CANCEL_TIMER;
}

static guint
give_up(Session *session, const Step *step)
{
  session->wanted = FALSE;
  session->attempt = 0;
  forget_trust(session);
  enter(session, SESSION_IDLE, step);
  return SESSION_EFFECT_CLOSE;
}

static guint
say_goodbye(Session *session, const Step *step)
{
  session->wanted = FALSE;
  enter(session, SESSION_CLOSING, step);
  session->timer_ms = SESSION_GOODBYE_MS;
  return SESSION_EFFECT_MQTT_DISCONNECT | SESSION_EFFECT_TIMER;
}

/* The goodbye took too long, or it is done (below); the user may have changed their mind. */
static guint
out_of_time(Session *session, const Step *step)
{
  if (session->wanted)
    return SESSION_EFFECT_CLOSE | begin(session, step);
  return give_up(session, step);
}

static guint
goodbye_done(Session *session, const Step *step)
{
  return SESSION_EFFECT_CANCEL_TIMER | out_of_time(session, step);
}

/* --- The table -------------------------------------------------------------------------------- */

static const Transition transitions[STATES][EVENTS] = {
    [SESSION_IDLE] =
        {
            [SESSION_EVENT_CONNECT] = begin,
            [SESSION_EVENT_DISCONNECT] = forget,
            [SESSION_EVENT_FILES_CHANGED] = begin_if_stopped,
        },
    [SESSION_RESOLVING] =
        {
            [SESSION_EVENT_DISCONNECT] = give_up,
            [SESSION_EVENT_RESOLVED] = resolved,
            [SESSION_EVENT_CONNECTED] = connected,
            [SESSION_EVENT_CLOSED] = lost,
        },
    [SESSION_CONNECTING] =
        {
            [SESSION_EVENT_DISCONNECT] = give_up,
            [SESSION_EVENT_CONNECTED] = connected,
            [SESSION_EVENT_READY] = mqtt_connect,
            [SESSION_EVENT_CLOSED] = lost,
        },
    [SESSION_HANDSHAKING] =
        {
            [SESSION_EVENT_DISCONNECT] = give_up,
            [SESSION_EVENT_CERTIFICATE_REQUESTED] = certificate_requested,
            [SESSION_EVENT_PEER_CHAIN] = peer_chain,
            [SESSION_EVENT_CLOSED] = lost,
        },
    [SESSION_VERIFYING] =
        {
            [SESSION_EVENT_DISCONNECT] = give_up,
            [SESSION_EVENT_CERTIFICATE_REQUESTED] = certificate_requested,
            [SESSION_EVENT_VERIFIED] = verified,
            [SESSION_EVENT_READY] = mqtt_connect_if_verified,
            [SESSION_EVENT_CLOSED] = lost,
        },
    [SESSION_MQTT_CONNECTING] =
        {
            [SESSION_EVENT_DISCONNECT] = say_goodbye,
            [SESSION_EVENT_FIRST_BYTE] = first_byte,
            [SESSION_EVENT_CONNACK] = connack,
            [SESSION_EVENT_CLOSED] = lost,
        },
    [SESSION_ONLINE] =
        {
            [SESSION_EVENT_DISCONNECT] = say_goodbye,
            [SESSION_EVENT_FIRST_BYTE] = first_byte,
            [SESSION_EVENT_CLOSED] = lost,
        },
    [SESSION_CLOSING] =
        {
            [SESSION_EVENT_CONNECT] = remember,
            [SESSION_EVENT_DISCONNECT] = forget,
            [SESSION_EVENT_CLOSED] = goodbye_done,
            [SESSION_EVENT_MQTT_CLOSED] = goodbye_done,
            [SESSION_EVENT_TIMER] = out_of_time,
        },
    [SESSION_WAITING] =
        {
            [SESSION_EVENT_CONNECT] = try_now,
            [SESSION_EVENT_DISCONNECT] = stop_waiting,
            [SESSION_EVENT_TIMER] = open_tunnel,
            [SESSION_EVENT_INCURABLE] = cannot_heal,
        },
};

void
session_init(Session *session, gint64 now_ms)
{
  *session = (Session){.state = SESSION_IDLE, .since_ms = now_ms};
}

guint
session_handle(Session *session, const SessionEvent *event, gint64 now_ms, double random)
{
  g_return_val_if_fail((guint)event->type < EVENTS, 0);

  const Step step = {.event = event, .now_ms = now_ms, .random = random};
  Transition transition = transitions[session->state][event->type];
  return transition == NULL ? 0 : transition(session, &step);
}

const char *
session_state_text(const Session *session)
{
  static const char *const texts[STATES] = {
      [SESSION_IDLE] = "idle",
      [SESSION_RESOLVING] = "resolving",
      [SESSION_CONNECTING] = "connecting",
      [SESSION_HANDSHAKING] = "handshaking",
      [SESSION_VERIFYING] = "verifying",
      [SESSION_MQTT_CONNECTING] = "MQTT connecting",
      [SESSION_ONLINE] = "online",
      [SESSION_CLOSING] = "closing",
      [SESSION_WAITING] = "waiting for the next try",
  };
  if (session->state == SESSION_IDLE && session->stopped_by_fault)
    return "stopped";
  return texts[session->state];
}
