/* What the files of the diagnosis share; see core/diagnosis.h. */
#pragma once

#include "core/diagnosis.h"

/* The number that says "no certificate was refused with an alert". */
#define NO_ALERT (-1)

/* --- diagnosis.c --- */
const char *diagnosis_tunnel_code(const TunnelEvent *closed); /* "unknown" when there is none */
/* Makes another finding of it, of severity error, with the catalogue's side and sentences, and
 * keeps what was seen. */
Finding *diagnosis_replace(Finding *general, const char *code);
const Finding *diagnosis_local(const DiagnosisCase *c, const char *code); /* NULL: none of it */

/* --- diagnosis_client.c --- */
void diagnosis_describe_identity(Finding *finding, const Identity *identity);
Finding *diagnose_client_refused(const DiagnosisCase *c);
/* The broker asked for our certificate and closed without an alert or a word of MQTT; NULL: nothing
 * shows that the certificate is why. */
Finding *diagnose_silent_refusal(const DiagnosisCase *c);
Finding *diagnose_withheld(const DiagnosisCase *c);      /* or NULL */
Finding *diagnose_refused_late(const DiagnosisCase *c);  /* or NULL */
Finding *diagnose_not_requested(const DiagnosisCase *c); /* or NULL */

/* --- diagnosis_mqtt.c --- */
Finding *diagnose_connack(const DiagnosisCase *c);
Finding *diagnose_disconnect(const DiagnosisCase *c);
char *diagnosis_who(const DiagnosisCase *c); /* (transfer full): who we are to the broker */
const char *diagnosis_client_id(const DiagnosisCase *c);

/* --- diagnosis_silence.c --- */
gboolean diagnosis_ended_after_publish(const DiagnosisCase *c);
/* Whether the broker has said so, or it has happened again and again; else it is a guess. */
gboolean diagnosis_take_over_is_sure(const DiagnosisCase *c);
/* The broker ended an open connection without a word; NULL: nothing tells why. */
Finding *diagnose_silent_end(const DiagnosisCase *c);
/* What else such an end may be, when nothing tells why. */
void diagnosis_add_silent_alternatives(const DiagnosisCase *c, Finding *finding);

/* --- diagnosis_network.c --- */
Finding *diagnose_ipv6(const DiagnosisCase *c); /* or NULL */
gboolean diagnosis_idle_pattern(const DiagnosisCase *c, gint64 *quiet_us);
Finding *diagnose_idle_drop(const DiagnosisCase *c); /* or NULL */

/* --- diagnosis_names.c --- */
/* A name-mismatch learns what DNS leads the name to, and whether the certificate is for that.
 * Returns `finding`. */
Finding *diagnosis_join_names(const DiagnosisCase *c, Finding *finding);
void diagnosis_join_all_names(const DiagnosisCase *c, GPtrArray *findings);

/* --- diagnosis_clock.c --- */
/* The broker's certificates and ours have not begun by our clock. */
gboolean diagnosis_is_clock(const DiagnosisCase *c);
/* (transfer full) both ways: then, of one of the broker's, the finding on the clock. That both have
 * ended gives an alternative. */
Finding *diagnosis_join_clock(const DiagnosisCase *c, Finding *finding);

/* --- diagnosis_probe.c --- */
/* (transfer full) both ways: `general`, or what is known better. */
Finding *diagnosis_refine(const DiagnosisCase *c, Finding *general);
