/* Files that mend themselves: what a finding is about, and the copy that would be right. Only what
 * needs no secret that is not in the files and no judgement that is the user's: the order of a
 * chain, an issuer that lies in another file, strangers and duplicates, the self-signed twin of a
 * cross-signed root, PEM with broken lines, DER as PEM. Nothing is overwritten: the copy gets a
 * name of its own beside the old file. Any thread. */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/finding.h"

typedef enum { REPAIR_CA_FILE, REPAIR_CERTIFICATE_FILE, REPAIR_KEY_FILE } RepairSlot;

typedef struct {
  RepairSlot slot;    /* which field of the connection is to name the copy */
  char *path;         /* of the copy, not there yet: "chain-sorted.pem" beside the old one */
  char *summary;      /* what is different, one sentence, safe text: "sorts the 3 certificates: leaf
                       * first, each followed by its issuer" */
  GBytes *content;    /* of the copy; a key in it is overwritten when this is freed */
} Repair;

typedef struct {
  const char *ca_path, *certificate_path, *key_path; /* of the connection; each may be NULL */
  const GPtrArray *peer_chain; /* of Certificate that the broker sent, or NULL: issuers may be in it */
} RepairContext;

/* (transfer full): NULL when this finding is none that a copy mends, or the files needed for it are
 * not there. */
Repair *repair_propose(const Finding *finding, const RepairContext *context);
/* Writes the copy: atomically, never over an existing file, 0600 when a key is in it, else 0644. */
gboolean repair_write(const Repair *repair, GError **error);
void repair_free(Repair *repair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Repair, repair_free)
