/* Asks DNS all that net/name_survey.h holds, side by side, on a GMainContext (c-ares). */
#pragma once

#include <glib.h>

#include "net/name_survey.h"

typedef struct NameQuery NameQuery;

/* Once, on the thread of the context, never before name_query_start() has returned. `survey`
 * (transfer full) holds what came, however little; NULL: it could not begin, see `error`
 * (TUNNEL_ERROR, borrowed). May call name_query_free(). */
typedef void (*NameQueryDone)(NameSurvey *survey, const GError *error, gpointer user_data);

/* `host` is a name; one in Unicode is asked in its ASCII form, one without a dot is looked for in
 * the system's search domains, "localhost" is nowhere asked. `servers`: "127.0.0.1:5353,[::1]:53",
 * NULL: the system's. `timeout_ms` bounds the whole; 0: 10,000. When the addresses are there, the
 * rest has three seconds. To be called on the thread that runs `context`. */
NameQuery *name_query_start(GMainContext *context, const char *host, const char *servers,
                            guint timeout_ms, NameQueryDone done, gpointer user_data);

/* Gives up if it is still under way: `done` is not called any more. NULL is allowed. */
void name_query_free(NameQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameQuery, name_query_free)
