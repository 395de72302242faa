/* What can be known before the first packet: every file that a profile names, read and judged. All
 * faults at once, for nobody should mend one, try again and meet the next.
 *
 * CA file, certificate, key, revocation list and the broker's CA file: missing, unreadable, of
 * another kind, damaged, in the wrong order or the wrong field; whether certificate and key belong
 * together (and which other file of the folder would fit); dates, usage, strength, completeness of
 * our own chain; whether our certificate is on the revocation list; whether the broker's CA file
 * would take it. Reads files; nothing of the network. Any thread. */
#pragma once

#include "core/profile.h"
#include "trust/anchors.h"
#include "trust/finding.h"
#include "trust/identity.h"
#include "trust/revocation.h"

typedef struct {
  guint references;
  GPtrArray *findings;   /* of Finding, worst first; maybe empty */
  Anchors *anchors;      /* NULL: cannot be used, and a finding of severity error says why */
  Identity *identity;    /* NULL: none configured, or the same */
  RevocationData *revocation; /* of crl_path, or NULL */
  Anchors *broker_ca;    /* of broker_ca_path, or NULL */
  gboolean usable;       /* nothing that was found keeps us from trying */
} LocalCheck;

/* (transfer full), for a profile with SCHEME_MQTTS. `now` in seconds since 1970. */
LocalCheck *local_check(const Profile *profile, gint64 now);
/* One more owner, each of which frees it; nobody changes it then. All on one thread. */
LocalCheck *local_check_ref(LocalCheck *check);
void local_check_free(LocalCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocalCheck, local_check_free)
