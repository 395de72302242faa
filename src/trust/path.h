/* Paths from a leaf to a trust anchor (RFC 5280, 6.1): who issued whom, by name and signature.
 * Nothing else is judged here; that is verify_path.h. Private to trust/.
 *
 * What a peer can make us do is bounded by the numbers below. */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/certificate.h"

#define PATH_SENT_MAX 64        /* certificates of the peer that are looked at */
#define PATH_LENGTH_MAX 16      /* certificates on a path */
#define PATH_COUNT_MAX 64       /* paths that are compared */
#define PATH_STEPS_MAX 3000     /* steps of one search */
#define PATH_SIGNATURES_MAX 256 /* signatures that are checked */
#define PATH_VAIN_MAX 16        /* of them in vain, for a certificate whose issuer is found */

typedef struct {
  Certificate *certificate; /* borrowed */
  int sent;                 /* index among the sent ones (of its first copy), or -1 */
  int given;                /* index among the untrusted ones that were given besides, or -1 */
  int anchor;               /* index among the anchors, or -1 */
  gboolean reached;         /* there is a way from the leaf to here */
  /* The rest is path.c's own. */
  GPtrArray *issuers;   /* of PathNode, name and signature fit; NULL: not looked for yet */
  GPtrArray *namesakes; /* of PathNode, the name fits and the signature does not */
} PathNode;

typedef struct {
  GPtrArray *nodes;  /* borrowed PathNode, leaf first */
  gboolean complete; /* the last one is an anchor */
  int broken;        /* the signature of this position is not the next one's; -1: all are */
} Path;

typedef struct PathGraph PathGraph;

/* `sent` has at least one; `given` (certificates that may join a path without being trusted) and
 * `anchors` may be NULL. All must outlive the graph. */
PathGraph *path_graph_new(GPtrArray *sent, GPtrArray *given, const Anchors *anchors);
void path_graph_free(PathGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PathGraph, path_graph_free)

/* The search for issuers ended at PATH_SIGNATURES_MAX: there may be paths that were not found. */
gboolean path_graph_is_cut(const PathGraph *graph);

/* Borrowed: the node of a sent certificate; NULL beyond PATH_SENT_MAX. */
const PathNode *path_graph_sent(const PathGraph *graph, guint index);

/* (transfer full), of Path: every complete path that was found, those first whose anchor is
 * self-signed, then the shorter ones. Maybe empty. The paths live no longer than the graph. */
GPtrArray *path_graph_complete(PathGraph *graph);

/* (transfer full): when there is no complete path, the best that there is: the longest by
 * signatures, continued by name alone where an issuer of the right name has another key. */
Path *path_graph_partial(PathGraph *graph);

void path_free(Path *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Path, path_free)

PathNode *path_node(const Path *path, guint position);
PathNode *path_top(const Path *path);
