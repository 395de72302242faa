/* One connection, tried once and reported: what `mqtrust check`, the editor's test and the fault lab
 * share. It is a Connection (core/connection.h) without a screen that is watched until all that can
 * be known is known: online with its subscriptions (or, without any, a PINGREQ) answered, or failed
 * with its second probes over. A PINGREQ is waited for a second at most, and is no fault when it
 * stays open. Then it is closed politely. Any number at once. Main thread. */
#pragma once

#include <glib.h>

#include "core/connection.h"

typedef struct Check Check;

/* Once, from the main loop, when the check is over. Must not free the check. */
typedef void (*CheckDone)(Check *check, gpointer user_data);

/* `profile` is copied. `timeout_ms` bounds the whole; 0: CHECK_TIMEOUT_MS. (transfer full); NULL
 * when there is no memory for it. */
Check *check_start(Transport *transport, const Profile *profile, guint timeout_ms, CheckDone done,
                   gpointer user_data, GError **error);
/* The same with our files read once for many (core/local_share.h): `files` is borrowed and must
 * outlive the check. */
Check *check_start_sharing(Transport *transport, const Profile *profile, LocalShare *files,
                           guint timeout_ms, CheckDone done, gpointer user_data, GError **error);
void check_free(Check *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Check, check_free)

#define CHECK_TIMEOUT_MS 30000

typedef enum {
  CHECK_RUNNING,
  CHECK_ONLINE,    /* the broker accepted us, and answered every subscription */
  CHECK_FAILED,
  CHECK_TIMED_OUT, /* neither in time */
} CheckOutcome;

CheckOutcome check_outcome(const Check *check);
/* Borrowed; its info, evidence and timeline stay what they were when the check was over. */
const Connection *check_connection(const Check *check);
/* The session at its best: verified, requested, sent, two-way. */
const Session *check_session(const Check *check);
