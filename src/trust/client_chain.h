/* Our own certificate file among the files beside it and against the broker's CA file: is it the
 * right one of its set, is it complete, would the broker take it? Reads the file's folder at most;
 * any thread. */
#pragma once

#include "trust/anchors.h"
#include "trust/finding.h"
#include "trust/folder_look.h"

typedef struct {
  GPtrArray *certificates;  /* of our file, leaf first */
  const char *path;         /* of that file */
  const char *file;         /* the same as it may be shown: safe text */
  const Anchors *anchors;   /* of the connection, or NULL */
  const Anchors *broker_ca; /* that the broker has for its clients, or NULL */
  GPtrArray **beside;       /* of FolderFile; *beside NULL: read from the file's folder when it is
                             * needed, and left to the caller */
} ClientChain;

/* All (transfer full), NULL: nothing to say. */

/* `file-wrong-role`: only certificates of CAs are in the file, and none is for the key `key_id`:
 * chain.pem, or a CA file, where the client's certificate belongs. */
Finding *client_chain_wrong_role(const ClientChain *chain, const char *key_id);
/* `file-wrong-role`: the CA file is the file of a certificate: our own one (an error), or the first
 * of a set whose issuer lies beside it (a warning: it may be pinned on purpose).
 * `anchors_beside`: of FolderFile, the CA file's folder. */
Finding *client_chain_wrong_anchor(const Anchors *anchors, const GPtrArray *anchors_beside,
                                   const Certificate *own);
/* `client-chain-incomplete`, a warning: the issuer of the file's last certificate is known, is an
 * intermediate, and is not in it. Not where the broker's CA file holds it. */
Finding *client_chain_incomplete(const ClientChain *chain);
/* `chain-stale-intermediate` (or `issuer-key-differs`, where it is not the older one): a certificate
 * of the file has the name of an issuer and another key, and the right one is known. */
Finding *client_chain_stale(const ClientChain *chain);
/* Whether `other` of our file issued that missing intermediate: no stranger, then, but the far side of
 * the gap. */
gboolean client_chain_is_beyond_gap(const ClientChain *chain, const Certificate *other);
/* A warning when the broker's CA file is known, and a broker that has it refuses our certificate:
 * `client-ca-unknown`, `client-chain-incomplete`, `client-partial-chain-refused`,
 * `anchor-same-name`. Dates, usage and the like are not looked at. */
Finding *client_chain_refused(const ClientChain *chain);
