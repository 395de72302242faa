/* What the files on our certificate at the broker share. Private to the diagnosis. */
#pragma once

#include "core/diagnosis_private.h"

/* Ours, in file order; there is an identity. Borrowed. */
const Certificate *client_certificate(const DiagnosisCase *c, guint index);
guint client_certificate_count(const DiagnosisCase *c);
const char *client_file(const DiagnosisCase *c);

/* (transfer full): an error about our leaf. */
Finding *client_finding(const DiagnosisCase *c, const char *code);

/* --- diagnosis_client_ca.c --- */
/* (transfer full): the CAs that the broker accepts, "" when it named none. */
char *client_ca_names(const DiagnosisCase *c);
/* It named some, and none that issued one of ours. */
gboolean client_is_of_unnamed_ca(const DiagnosisCase *c);
/* (transfer full): alert 48. */
Finding *diagnose_refused_ca(const DiagnosisCase *c);

/* --- diagnosis_strength.c --- */
/* (transfer full): one of ours is weak, which a security level refuses; NULL: none is. */
Finding *diagnose_weakness(const DiagnosisCase *c);
