/* One connection with a scene's profile, as a user makes it, until the fault has its name or all
 * that can be known is known. Main thread, on the default main context, which it runs meanwhile. */
#pragma once

#include "core/connection.h"
#include "lab/lab.h"

typedef struct LabTrial LabTrial;

/* (transfer full). `profile`: the scene's, or what was saved of it. NULL when there is no memory
 * for a connection. */
LabTrial *lab_trial_run(const LabFault *fault, const Profile *profile, GError **error);
void lab_trial_free(LabTrial *trial);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LabTrial, lab_trial_free)

/* FALSE: given up after LAB_TRIAL_MS. */
gboolean lab_trial_is_over(const LabTrial *trial);
#define LAB_TRIAL_MS 30000

/* Borrowed: its findings, evidence and timeline. */
const Connection *lab_trial_connection(const LabTrial *trial);
/* Borrowed: the session as it was when the trial was over, before it was closed. */
const Session *lab_trial_session(const LabTrial *trial);
