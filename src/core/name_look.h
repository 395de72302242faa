/* What DNS has on a connection's host, asked once for a view (net/name_query.h), and what the
 * broker's certificate makes of it (core/name_report.h). Main thread. */
#pragma once

#include <glib.h>

#include "core/profile.h"
#include "trust/certificate.h"

typedef struct NameLook NameLook;
/* Once, from the main loop, never before name_look_start() has returned. Must not free the look. */
typedef void (*NameLookDone)(NameLook *look, gpointer user_data);

/* `leaf`: the broker's; NULL: none came. Both are copied or referenced. */
NameLook *name_look_start(const Profile *profile, Certificate *leaf, NameLookDone done,
                          gpointer user_data);
/* At any time, at once; `done` is not called any more. NULL is allowed. */
void name_look_free(NameLook *look);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NameLook, name_look_free)

/* Borrowed: safe text in lines, sentences not wrapped; NULL: no answer yet. */
const char *name_look_text(const NameLook *look);
