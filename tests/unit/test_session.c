/* core/session: every state against every event, the backoff, whole stories, and what must hold
 * whatever comes. */
#include "config.h"

#include "core/session.h"

#include <string.h>

#define NOW 5000

/* --- Events by name --------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  SessionEvent event;
} NamedEvent;

static const NamedEvent events[] = {
    {"connect", {SESSION_EVENT_CONNECT, FALSE, FALSE}},
    {"disconnect", {SESSION_EVENT_DISCONNECT, FALSE, FALSE}},
    {"resolved", {SESSION_EVENT_RESOLVED, FALSE, FALSE}},
    {"connected plain", {SESSION_EVENT_CONNECTED, FALSE, FALSE}},
    {"connected tls", {SESSION_EVENT_CONNECTED, TRUE, FALSE}},
    {"requested, none sent", {SESSION_EVENT_CERTIFICATE_REQUESTED, FALSE, FALSE}},
    {"requested, sent", {SESSION_EVENT_CERTIFICATE_REQUESTED, TRUE, FALSE}},
    {"peer chain", {SESSION_EVENT_PEER_CHAIN, FALSE, FALSE}},
    {"refused chain", {SESSION_EVENT_VERIFIED, FALSE, FALSE}},
    {"verified", {SESSION_EVENT_VERIFIED, TRUE, FALSE}},
    {"ready", {SESSION_EVENT_READY, FALSE, FALSE}},
    {"first byte", {SESSION_EVENT_FIRST_BYTE, FALSE, FALSE}},
    {"connack refused", {SESSION_EVENT_CONNACK, FALSE, FALSE}},
    {"connack busy", {SESSION_EVENT_CONNACK, FALSE, TRUE}},
    {"connack", {SESSION_EVENT_CONNACK, TRUE, FALSE}},
    {"closed for good", {SESSION_EVENT_CLOSED, FALSE, FALSE}},
    {"closed", {SESSION_EVENT_CLOSED, FALSE, TRUE}},
    {"mqtt closed", {SESSION_EVENT_MQTT_CLOSED, FALSE, FALSE}},
    {"timer", {SESSION_EVENT_TIMER, FALSE, FALSE}},
    {"files changed", {SESSION_EVENT_FILES_CHANGED, FALSE, FALSE}},
    {"incurable", {SESSION_EVENT_INCURABLE, FALSE, FALSE}},
};

static const SessionEvent *
event_named(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
    if (strcmp(events[i].name, name) == 0)
      return &events[i].event;
  }
  g_error("no event is called \"%s\"", name);
}

static guint
handle(Session *session, const char *name)
{
  return session_handle(session, event_named(name), NOW, 0.5);
}

/* --- Situations: a state and how one gets there ----------------------------------------------- */

typedef struct {
  const char *name;
  SessionState state;
  const char *events[10];
} Situation;

#define TLS_WAY "connect", "resolved", "connected tls", "requested, sent", "peer chain"

static const Situation situations[] = {
    {"idle", SESSION_IDLE, {NULL}},
    {"stopped", SESSION_IDLE, {"connect", "closed for good", NULL}},
    {"resolving", SESSION_RESOLVING, {"connect", NULL}},
    {"connecting", SESSION_CONNECTING, {"connect", "resolved", NULL}},
    {"handshaking", SESSION_HANDSHAKING, {"connect", "resolved", "connected tls", NULL}},
    {"verifying", SESSION_VERIFYING, {TLS_WAY, NULL}},
    {"verified", SESSION_VERIFYING, {TLS_WAY, "verified", NULL}},
    {"mqtt", SESSION_MQTT_CONNECTING, {TLS_WAY, "verified", "ready", NULL}},
    {"online", SESSION_ONLINE, {TLS_WAY, "verified", "ready", "first byte", "connack", NULL}},
    {"closing",
     SESSION_CLOSING,
     {"connect", "resolved", "connected plain", "ready", "connack", "disconnect", NULL}},
    {"closing, wanted",
     SESSION_CLOSING,
     {"connect", "resolved", "connected plain", "ready", "connack", "disconnect", "connect", NULL}},
    {"waiting", SESSION_WAITING, {"connect", "closed", NULL}},
};

static Session
session_in(const Situation *situation)
{
  Session session;
  session_init(&session, 1000);
  for (int i = 0; situation->events[i] != NULL; i++)
    session_handle(&session, event_named(situation->events[i]), 1000, 0.5);
  g_assert_cmpint(session.state, ==, situation->state);
  return session;
}

static const Situation *
situation_named(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(situations); i++) {
    if (strcmp(situations[i].name, name) == 0)
      return &situations[i];
  }
  g_error("no situation is called \"%s\"", name);
}

/* --- The table: every pair that is not here changes nothing ----------------------------------- */

#define OPEN SESSION_EFFECT_OPEN
#define MQTT_GO SESSION_EFFECT_MQTT_CONNECT
#define GOODBYE SESSION_EFFECT_MQTT_DISCONNECT
#define CLOSE SESSION_EFFECT_CLOSE
#define TIMER SESSION_EFFECT_TIMER
#define CANCEL SESSION_EFFECT_CANCEL_TIMER
#define SUBSCRIBE SESSION_EFFECT_SUBSCRIBE

typedef struct {
  const char *situation, *event;
  SessionState state;
  guint effects;
} Cell;

static const Cell cells[] = {
    {"idle", "connect", SESSION_RESOLVING, OPEN},
    {"idle", "disconnect", SESSION_IDLE, 0},
    {"stopped", "connect", SESSION_RESOLVING, OPEN},
    {"stopped", "disconnect", SESSION_IDLE, 0},
    {"stopped", "files changed", SESSION_RESOLVING, OPEN},

    {"resolving", "disconnect", SESSION_IDLE, CLOSE},
    {"resolving", "resolved", SESSION_CONNECTING, 0},
    {"resolving", "connected plain", SESSION_CONNECTING, 0},
    {"resolving", "connected tls", SESSION_HANDSHAKING, 0},
    {"resolving", "closed for good", SESSION_IDLE, CLOSE},
    {"resolving", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"connecting", "disconnect", SESSION_IDLE, CLOSE},
    {"connecting", "connected plain", SESSION_CONNECTING, 0},
    {"connecting", "connected tls", SESSION_HANDSHAKING, 0},
    {"connecting", "ready", SESSION_MQTT_CONNECTING, MQTT_GO},
    {"connecting", "closed for good", SESSION_IDLE, CLOSE},
    {"connecting", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"handshaking", "disconnect", SESSION_IDLE, CLOSE},
    {"handshaking", "requested, none sent", SESSION_HANDSHAKING, 0},
    {"handshaking", "requested, sent", SESSION_HANDSHAKING, 0},
    {"handshaking", "peer chain", SESSION_VERIFYING, 0},
    {"handshaking", "closed for good", SESSION_IDLE, CLOSE},
    {"handshaking", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"verifying", "disconnect", SESSION_IDLE, CLOSE},
    {"verifying", "requested, none sent", SESSION_VERIFYING, 0},
    {"verifying", "requested, sent", SESSION_VERIFYING, 0},
    {"verifying", "refused chain", SESSION_VERIFYING, 0},
    {"verifying", "verified", SESSION_VERIFYING, 0},
    {"verifying", "closed for good", SESSION_IDLE, CLOSE},
    {"verifying", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"verified", "disconnect", SESSION_IDLE, CLOSE},
    {"verified", "requested, none sent", SESSION_VERIFYING, 0},
    {"verified", "requested, sent", SESSION_VERIFYING, 0},
    {"verified", "refused chain", SESSION_VERIFYING, 0},
    {"verified", "verified", SESSION_VERIFYING, 0},
    {"verified", "ready", SESSION_MQTT_CONNECTING, MQTT_GO},
    {"verified", "closed for good", SESSION_IDLE, CLOSE},
    {"verified", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"mqtt", "disconnect", SESSION_CLOSING, GOODBYE | TIMER},
    {"mqtt", "first byte", SESSION_MQTT_CONNECTING, 0},
    {"mqtt", "connack refused", SESSION_IDLE, CLOSE},
    {"mqtt", "connack busy", SESSION_WAITING, CLOSE | TIMER},
    {"mqtt", "connack", SESSION_ONLINE, SUBSCRIBE},
    {"mqtt", "closed for good", SESSION_IDLE, CLOSE},
    {"mqtt", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"online", "disconnect", SESSION_CLOSING, GOODBYE | TIMER},
    {"online", "first byte", SESSION_ONLINE, 0},
    {"online", "closed for good", SESSION_IDLE, CLOSE},
    {"online", "closed", SESSION_WAITING, CLOSE | TIMER},

    {"closing", "connect", SESSION_CLOSING, 0},
    {"closing", "disconnect", SESSION_CLOSING, 0},
    {"closing", "closed for good", SESSION_IDLE, CLOSE | CANCEL},
    {"closing", "closed", SESSION_IDLE, CLOSE | CANCEL},
    {"closing", "mqtt closed", SESSION_IDLE, CLOSE | CANCEL},
    {"closing", "timer", SESSION_IDLE, CLOSE},

    {"closing, wanted", "connect", SESSION_CLOSING, 0},
    {"closing, wanted", "disconnect", SESSION_CLOSING, 0},
    {"closing, wanted", "closed for good", SESSION_RESOLVING, CLOSE | CANCEL | OPEN},
    {"closing, wanted", "closed", SESSION_RESOLVING, CLOSE | CANCEL | OPEN},
    {"closing, wanted", "mqtt closed", SESSION_RESOLVING, CLOSE | CANCEL | OPEN},
    {"closing, wanted", "timer", SESSION_RESOLVING, CLOSE | OPEN},

    {"waiting", "connect", SESSION_RESOLVING, CANCEL | OPEN},
    {"waiting", "disconnect", SESSION_IDLE, CANCEL},
    {"waiting", "timer", SESSION_RESOLVING, OPEN},
    {"waiting", "incurable", SESSION_IDLE, CANCEL},
};

static const Cell *
cell_of(const char *situation, const char *event)
{
  for (gsize i = 0; i < G_N_ELEMENTS(cells); i++) {
    if (strcmp(cells[i].situation, situation) == 0 && strcmp(cells[i].event, event) == 0)
      return &cells[i];
  }
  return NULL;
}

static gboolean
as_expected(const Cell *cell, const Session *before, const Session *after, guint effects)
{
  if (cell == NULL)
    return effects == 0 && memcmp(before, after, sizeof *before) == 0;
  if (strcmp(cell->event, "connect") == 0 && !after->wanted)
    return FALSE;
  if (strcmp(cell->event, "disconnect") == 0 && (after->wanted || after->stopped_by_fault))
    return FALSE;
  return after->state == cell->state && effects == cell->effects &&
         after->since_ms == (after->state == before->state ? 1000 : NOW);
}

static void
test_every_state_and_event(void)
{
  for (gsize s = 0; s < G_N_ELEMENTS(situations); s++) {
    for (gsize e = 0; e < G_N_ELEMENTS(events); e++) {
      const Session before = session_in(&situations[s]);
      Session after = before;
      guint effects = session_handle(&after, &events[e].event, NOW, 0.5);
      const Cell *cell = cell_of(situations[s].name, events[e].name);
      if (!as_expected(cell, &before, &after, effects))
        g_error("%s, %s: state %d and effects %#x are wrong", situations[s].name, events[e].name,
                after.state, effects);
    }
  }
}

/* A cell with a misspelt name would never be compared. */
static void
test_table_names_are_right(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(cells); i++) {
    situation_named(cells[i].situation);
    event_named(cells[i].event);
    g_assert_true(cell_of(cells[i].situation, cells[i].event) == &cells[i]);
  }
}

/* --- Backoff ---------------------------------------------------------------------------------- */

static void
fail_once(Session *session, double random)
{
  guint effects = session_handle(session, event_named("closed"), NOW, random);
  g_assert_cmphex(effects, ==, CLOSE | TIMER);
  g_assert_cmpint(session->next_try_ms, ==, NOW + session->timer_ms);
}

static void
test_backoff_doubles_to_its_bound(void)
{
  static const guint whole[] = {1000,  2000,  4000,   8000,   16000,
                                32000, 64000, 120000, 120000, 120000};
  for (gsize i = 0; i < G_N_ELEMENTS(whole); i++) {
    Session session = session_in(situation_named("resolving"));
    session.attempt = (guint)i + 1;
    fail_once(&session, 0.0);
    g_assert_cmpuint(session.timer_ms, ==, whole[i] / 2);
    session = session_in(situation_named("resolving"));
    session.attempt = (guint)i + 1;
    fail_once(&session, 0.5);
    g_assert_cmpuint(session.timer_ms, ==, whole[i] / 4 * 3);
    session = session_in(situation_named("resolving"));
    session.attempt = (guint)i + 1;
    fail_once(&session, 0.9999999);
    g_assert_cmpuint(session.timer_ms, ==, whole[i] - 1);
  }
}

static void
test_backoff_bears_any_number(void)
{
  static const struct {
    guint attempt;
    double random;
    guint timer_ms;
  } rows[] = {
      {0, 0.0, 500}, {1, -1.0, 500}, {1, 7.0, 1000}, {G_MAXUINT, 0.0, 60000}, {33, 1.0, 120000},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    Session session = session_in(situation_named("resolving"));
    session.attempt = rows[i].attempt;
    fail_once(&session, rows[i].random);
    g_assert_cmpuint(session.timer_ms, ==, rows[i].timer_ms);
  }
}

static void
test_attempts_are_counted(void)
{
  Session session = session_in(situation_named("resolving"));
  g_assert_cmpuint(session.attempt, ==, 1);
  for (guint attempt = 2; attempt < 6; attempt++) {
    handle(&session, "closed");
    handle(&session, "timer");
    g_assert_cmpuint(session.attempt, ==, attempt);
  }
  handle(&session, "connected plain");
  handle(&session, "ready");
  g_assert_cmpuint(session.attempt, ==, 5);
  handle(&session, "connack");
  g_assert_cmpuint(session.attempt, ==, 0);
  handle(&session, "closed");
  g_assert_cmpuint(session.timer_ms, ==, 750);
  handle(&session, "timer");
  g_assert_cmpuint(session.attempt, ==, 1);
}

static void
test_attempts_begin_anew_when_the_user_asks(void)
{
  Session session = session_in(situation_named("waiting"));
  handle(&session, "connect");
  g_assert_cmpuint(session.attempt, ==, 2);
  handle(&session, "closed for good");
  g_assert_cmpuint(session.attempt, ==, 2);
  handle(&session, "connect");
  g_assert_cmpuint(session.attempt, ==, 1);
  handle(&session, "disconnect");
  g_assert_cmpuint(session.attempt, ==, 0);
}

/* --- TLS and two-way -------------------------------------------------------------------------- */

static void
check_two_way(const char *const *names, gboolean tls_verified, gboolean two_way)
{
  Session session;
  session_init(&session, 0);
  gboolean first_byte = FALSE;
  for (int i = 0; names[i] != NULL; i++) {
    handle(&session, names[i]);
    first_byte = first_byte || strcmp(names[i], "first byte") == 0;
    g_assert_true(first_byte || !session.two_way);
  }
  g_assert_cmpint(session.state, ==, SESSION_ONLINE);
  g_assert_cmpint(session.tls_verified, ==, tls_verified);
  g_assert_cmpint(session.two_way, ==, two_way);
}

#define BEGIN "connect", "resolved", "connected tls"
#define END "ready", "first byte", "connack", NULL

static void
test_two_way_needs_everything(void)
{
  check_two_way((const char *[]){BEGIN, "requested, sent", "peer chain", "verified", END}, TRUE,
                TRUE);
  check_two_way((const char *[]){BEGIN, "peer chain", "requested, sent", "verified", END}, TRUE,
                TRUE);
  check_two_way((const char *[]){BEGIN, "peer chain", "verified", "requested, sent", END}, TRUE,
                TRUE);
  check_two_way((const char *[]){BEGIN, "requested, none sent", "peer chain", "verified", END},
                TRUE, FALSE);
  check_two_way((const char *[]){BEGIN, "peer chain", "verified", END}, TRUE, FALSE);
  check_two_way((const char *[]){BEGIN, "requested, sent", "peer chain", "verified", "ready",
                                 "connack", NULL},
                TRUE, FALSE);
  check_two_way((const char *[]){BEGIN, "requested, sent", "peer chain", "verified", "ready",
                                 "connack", "first byte", NULL},
                TRUE, TRUE);
}

static void
test_plain_mqtt_is_never_tls(void)
{
  Session session = session_in(situation_named("connecting"));
  handle(&session, "connected plain");
  g_assert_cmpint(session.state, ==, SESSION_CONNECTING);
  handle(&session, "requested, sent");
  handle(&session, "verified");
  handle(&session, "ready");
  handle(&session, "first byte");
  handle(&session, "connack");
  g_assert_cmpint(session.state, ==, SESSION_ONLINE);
  g_assert_false(session.tls);
  g_assert_false(session.tls_verified);
  g_assert_false(session.certificate_requested);
  g_assert_false(session.two_way);
}

static void
test_no_mqtt_before_verification(void)
{
  Session session = session_in(situation_named("verifying"));
  g_assert_cmphex(handle(&session, "ready"), ==, 0);
  g_assert_cmpint(session.state, ==, SESSION_VERIFYING);
  handle(&session, "refused chain");
  g_assert_cmphex(handle(&session, "ready"), ==, 0);
  g_assert_cmpint(session.state, ==, SESSION_VERIFYING);
  g_assert_false(session.tls_verified);
  handle(&session, "verified");
  handle(&session, "refused chain");
  g_assert_cmphex(handle(&session, "ready"), ==, 0);
  g_assert_true(session.tls);
  g_assert_false(session.tls_verified);
}

static void
test_trust_ends_with_the_connection(void)
{
  static const char *const ends[] = {"closed", "closed for good"};
  for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
    Session session = session_in(situation_named("online"));
    g_assert_true(session.tls_verified && session.two_way);
    handle(&session, ends[i]);
    g_assert_false(session.tls_verified);
    g_assert_false(session.two_way);
    g_assert_true(session.tls && session.certificate_requested && session.certificate_sent);
    g_assert_true(session.certificate_accepted);
    handle(&session, "connect");
    g_assert_cmpint(session.state, ==, SESSION_RESOLVING);
    g_assert_false(session.tls || session.certificate_requested || session.certificate_sent);
    g_assert_false(session.certificate_accepted);
  }
}

/* In TLS 1.3 the refusal of our certificate comes after the handshake. */
static void
test_late_refusal_of_our_certificate(void)
{
  Session session = session_in(situation_named("mqtt"));
  g_assert_true(session.tls_verified);
  g_assert_false(session.two_way);
  g_assert_cmphex(handle(&session, "closed for good"), ==, CLOSE);
  g_assert_false(session.two_way);
  g_assert_true(session.stopped_by_fault && session.wanted);
  g_assert_cmpstr(session_state_text(&session), ==, "stopped");
}

/* --- Stopping and starting -------------------------------------------------------------------- */

static void
test_files_changed_starts_only_what_is_stopped(void)
{
  Session session = session_in(situation_named("stopped"));
  g_assert_true(session.wanted);
  g_assert_cmphex(handle(&session, "files changed"), ==, OPEN);
  g_assert_false(session.stopped_by_fault);
  session = session_in(situation_named("stopped"));
  handle(&session, "disconnect");
  g_assert_cmpstr(session_state_text(&session), ==, "idle");
  g_assert_cmphex(handle(&session, "files changed"), ==, 0);
  g_assert_cmpint(session.state, ==, SESSION_IDLE);
}

/* Found out while it waits: as if it had been known when the connection was lost. */
static void
test_incurable_stops_the_retries(void)
{
  Session session = session_in(situation_named("waiting"));
  g_assert_cmphex(handle(&session, "incurable"), ==, CANCEL);
  g_assert_true(session.wanted);
  g_assert_true(session.stopped_by_fault);
  g_assert_cmpint(session.next_try_ms, ==, 0);
  g_assert_cmpstr(session_state_text(&session), ==, "stopped");
  g_assert_cmphex(handle(&session, "timer"), ==, 0);
  g_assert_cmphex(handle(&session, "files changed"), ==, OPEN);
  g_assert_false(session.stopped_by_fault);
}

static void
test_connect_while_closing_is_remembered(void)
{
  Session session = session_in(situation_named("closing"));
  g_assert_cmpuint(session.timer_ms, ==, SESSION_GOODBYE_MS);
  g_assert_cmpint(session.next_try_ms, ==, 0);
  handle(&session, "connect");
  g_assert_true(session.wanted);
  handle(&session, "disconnect");
  g_assert_cmphex(handle(&session, "mqtt closed"), ==, CLOSE | CANCEL);
  g_assert_cmpint(session.state, ==, SESSION_IDLE);
  session = session_in(situation_named("closing, wanted"));
  handle(&session, "mqtt closed");
  g_assert_cmpint(session.state, ==, SESSION_RESOLVING);
  g_assert_cmpuint(session.attempt, ==, 1);
}

static void
test_state_texts(void)
{
  static const char *const texts[][2] = {
      {"idle", "idle"},
      {"stopped", "stopped"},
      {"resolving", "resolving"},
      {"connecting", "connecting"},
      {"handshaking", "handshaking"},
      {"verifying", "verifying"},
      {"mqtt", "MQTT connecting"},
      {"online", "online"},
      {"closing", "closing"},
      {"waiting", "waiting for the next try"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    Session session = session_in(situation_named(texts[i][0]));
    g_assert_cmpstr(session_state_text(&session), ==, texts[i][1]);
  }
}

/* --- Whatever comes --------------------------------------------------------------------------- */

typedef struct {
  gboolean open, timer, client;
} World;

static void
change_world(World *world, guint effects)
{
  if (effects & CLOSE) {
    g_assert_true(world->open);
    world->open = world->client = FALSE;
  }
  if (effects & CANCEL) {
    g_assert_true(world->timer);
    world->timer = FALSE;
  }
  if (effects & OPEN) {
    g_assert_false(world->open);
    world->open = TRUE;
  }
  if (effects & MQTT_GO) {
    g_assert_true(world->open && !world->client);
    world->client = TRUE;
  }
  if (effects & (GOODBYE | SUBSCRIBE))
    g_assert_true(world->client);
  if (effects & TIMER) {
    g_assert_false(world->timer);
    world->timer = TRUE;
  }
}

static void
check_invariants(const Session *session, const World *world)
{
  SessionState state = session->state;
  g_assert_cmpint(world->open, ==, state != SESSION_IDLE && state != SESSION_WAITING);
  g_assert_cmpint(world->timer, ==, state == SESSION_WAITING || state == SESSION_CLOSING);
  g_assert_true(!session->tls_verified || session->tls);
  g_assert_true(!session->tls_verified || state >= SESSION_VERIFYING);
  g_assert_true(!session->tls_verified || world->open);
  g_assert_true(!session->two_way || (session->tls_verified && session->certificate_requested &&
                                      session->certificate_sent && world->client));
  g_assert_true(session->certificate_requested || !session->certificate_sent);
  g_assert_true(!session->stopped_by_fault || (state == SESSION_IDLE && session->wanted));
  g_assert_true(session->wanted || state == SESSION_IDLE || state == SESSION_CLOSING);
  g_assert_true(state != SESSION_ONLINE || session->attempt == 0);
  g_assert_cmpint(session->next_try_ms != 0, ==, state == SESSION_WAITING);
}

/* Half of the events lead on, or a run of chances would hardly ever come online. */
static const SessionEvent *
next_event(GRand *rand, SessionState state)
{
  static const char *const forward[] = {
      "connect", "resolved",   "connected tls", "peer chain", "ready",
      "connack", "first byte", "mqtt closed",   "timer",
  };
  if (g_rand_boolean(rand))
    return event_named(forward[state]);
  return &events[g_rand_int_range(rand, 0, G_N_ELEMENTS(events))].event;
}

static void
test_invariants_in_a_long_run(void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(20240607);
  guint seen[SESSION_WAITING + 1] = {0};
  guint two_way = 0;
  World world = {FALSE, FALSE, FALSE};
  Session session;
  session_init(&session, 0);
  for (gint64 now = 1; now < 300000; now++) {
    const SessionEvent *event = next_event(rand, session.state);
    /* Without one that runs, it is a timer that came too late to be taken back. */
    if (event->type == SESSION_EVENT_TIMER)
      world.timer = FALSE;
    change_world(&world, session_handle(&session, event, now, g_rand_double(rand)));
    check_invariants(&session, &world);
    seen[session.state]++;
    two_way += session.two_way ? 1 : 0;
  }
  for (guint state = 0; state <= SESSION_WAITING; state++)
    g_assert_cmpuint(seen[state], >, 1000);
  g_assert_cmpuint(two_way, >, 1000);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/session/every-state-and-event", test_every_state_and_event);
  g_test_add_func("/session/table-names", test_table_names_are_right);
  g_test_add_func("/session/backoff/doubles", test_backoff_doubles_to_its_bound);
  g_test_add_func("/session/backoff/any-number", test_backoff_bears_any_number);
  g_test_add_func("/session/attempts/counted", test_attempts_are_counted);
  g_test_add_func("/session/attempts/anew", test_attempts_begin_anew_when_the_user_asks);
  g_test_add_func("/session/two-way", test_two_way_needs_everything);
  g_test_add_func("/session/plain", test_plain_mqtt_is_never_tls);
  g_test_add_func("/session/verified-first", test_no_mqtt_before_verification);
  g_test_add_func("/session/trust-ends", test_trust_ends_with_the_connection);
  g_test_add_func("/session/late-refusal", test_late_refusal_of_our_certificate);
  g_test_add_func("/session/files-changed", test_files_changed_starts_only_what_is_stopped);
  g_test_add_func("/session/incurable", test_incurable_stops_the_retries);
  g_test_add_func("/session/connect-while-closing", test_connect_while_closing_is_remembered);
  g_test_add_func("/session/state-text", test_state_texts);
  g_test_add_func("/session/invariants", test_invariants_in_a_long_run);
  return g_test_run();
}
