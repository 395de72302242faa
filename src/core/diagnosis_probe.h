/* What the files on second connections share. Private to the diagnosis. */
#pragma once

#include "core/diagnosis_private.h"

/* All borrowed. NULL: not asked, or not answered yet. */
const PlannedProbe *probe_find(const DiagnosisCase *c, ProbePurpose purpose);
/* A TLS server has answered it; `probe` may be NULL. */
gboolean probe_shook_hands(const PlannedProbe *probe);
/* What it was shown, NULL: nothing. */
const Certificate *probe_leaf(const PlannedProbe *probe);
guint16 probe_own_port(const DiagnosisCase *c);

/* The finding is about this certificate of the broker. */
void probe_about_leaf(Finding *finding, const Certificate *leaf);
void probe_saw(Finding *finding, const PlannedProbe *probe, const char *what);

/* --- diagnosis_probe_tls.c: (transfer full) both ways --- */
Finding *probe_refine_version(const DiagnosisCase *c, Finding *general);
Finding *probe_refine_negotiation(const DiagnosisCase *c, Finding *general);

/* --- diagnosis_probe_connect.c: (transfer full) both ways --- */
Finding *probe_refine_connect(const DiagnosisCase *c, Finding *general);
