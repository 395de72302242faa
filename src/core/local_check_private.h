/* What the parts of the local checks share. Private to core/local_check*.c. */
#pragma once

#include "core/local_check.h"
#include "trust/certificate_file.h"

typedef struct {
  const Profile *profile;
  gint64 now;
  LocalCheck *check;
  char *certificate_label; /* its path as it may be shown */
  GPtrArray *certificates; /* of our certificate file; NULL: none, or it cannot be read */
  GPtrArray *beside;       /* of FolderFile: its folder; NULL: not looked at yet */
} LocalWork;

/* Takes the finding; one that is there already (same code, source, certificate and file) is
 * dropped. */
void local_add(LocalWork *work, Finding *finding);
/* Why a file cannot be used, out of a TRUST_ERROR. */
Finding *local_fault(const GError *error, const char *path, FileSlot slot);
/* What is to be said of a file that can be used. */
void local_remarks(LocalWork *work, const char *path, FileSlot slot);
/* Borrowed, of FolderFile: what lies beside our certificate file. */
const GPtrArray *local_beside(LocalWork *work);

/* Each does one thing, and leaves what it has loaded in `work->check`. */
void local_check_trust(LocalWork *work);
void local_check_identity(LocalWork *work);
void local_check_broker_ca(LocalWork *work);
void local_check_acceptance(LocalWork *work);
void local_check_revocation(LocalWork *work);
