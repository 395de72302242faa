#include "config.h"

#include "trust/path.h"

#include "trust/certificate_fields.h"
#include "trust/name_compare.h"

struct PathGraph {
  GPtrArray *nodes;      /* of PathNode, owned; each certificate once */
  GHashTable *by_sha256; /* fingerprint → PathNode */
  GHashTable *by_name;   /* subject's DER → GPtrArray of PathNode */
  GHashTable *by_key;    /* the same by name_compare_key(); NULL: not needed yet */
  GPtrArray *sent;       /* of PathNode, by index in the sent list */
  guint signatures_left;
  gboolean cut; /* there were candidates left when the signatures were used up */
};

/* --- nodes ------------------------------------------------------------------------------------ */

static void
node_free(PathNode *node)
{
  if (node->issuers)
    g_ptr_array_unref(node->issuers);
  if (node->namesakes)
    g_ptr_array_unref(node->namesakes);
  g_free(node);
}

static void
add_to_bucket(GHashTable *index, GBytes *name, PathNode *node)
{
  GPtrArray *bucket = g_hash_table_lookup(index, name);
  if (!bucket) {
    bucket = g_ptr_array_new();
    g_hash_table_insert(index, g_bytes_ref(name), bucket);
  }
  g_ptr_array_add(bucket, node);
}

static GHashTable *
index_new(void)
{
  return g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref,
                               (GDestroyNotify)g_ptr_array_unref);
}

static PathNode *
node_for(PathGraph *graph, Certificate *certificate)
{
  const char *key = certificate_sha256(certificate);
  PathNode *node = g_hash_table_lookup(graph->by_sha256, key);
  if (node)
    return node;
  node = g_new0(PathNode, 1);
  node->certificate = certificate;
  node->sent = node->given = node->anchor = -1;
  g_ptr_array_add(graph->nodes, node);
  g_hash_table_insert(graph->by_sha256, (gpointer)key, node);
  add_to_bucket(graph->by_name, certificate_fields(certificate)->subject_dn, node);
  return node;
}

static void
add_sent(PathGraph *graph, GPtrArray *sent)
{
  for (guint i = 0; i < sent->len && i < PATH_SENT_MAX; i++) {
    PathNode *node = node_for(graph, sent->pdata[i]);
    if (node->sent < 0)
      node->sent = i;
    g_ptr_array_add(graph->sent, node);
  }
}

static void
add_given(PathGraph *graph, GPtrArray *given)
{
  for (guint i = 0; i < given->len; i++) {
    PathNode *node = node_for(graph, given->pdata[i]);
    if (node->given < 0)
      node->given = i;
  }
}

static void
add_anchors(PathGraph *graph, const Anchors *anchors)
{
  GPtrArray *certificates = anchors_certificates(anchors);
  for (guint i = 0; i < certificates->len; i++) {
    PathNode *node = node_for(graph, certificates->pdata[i]);
    if (node->anchor < 0)
      node->anchor = i;
  }
}

/* --- edges ------------------------------------------------------------------------------------ */

/* RFC 5280, 4.2.1.1: key identifiers say which of many CAs of one name is meant. They are a hint
 * and no proof, so they only decide who is tried first: however many CAs of the right name there
 * are, the limit of signatures is not used up before the right one's turn, where it says who it is.
 * Anchors come before others: the shortest way to trust. */
#define RANKS 6
#define RANK_CONTRADICTS 4 /* from here on the identifiers are different */

static guint
rank_of(const PathNode *node, const PathNode *candidate)
{
  GBytes *wanted = certificate_fields(node->certificate)->authority_key_id;
  GBytes *found = certificate_fields(candidate->certificate)->subject_key_id;
  guint rank = !wanted || !found ? 1 : g_bytes_equal(wanted, found) ? 0 : 2;
  return 2 * rank + (candidate->anchor < 0);
}

/* Where names are compared folded, those of the same bytes have had their turn. */
static gboolean
is_candidate(const PathNode *node, const PathNode *candidate, gboolean folded)
{
  return candidate != node &&
         !(folded && g_bytes_equal(certificate_fields(node->certificate)->issuer_dn,
                                   certificate_fields(candidate->certificate)->subject_dn));
}

static void
classify_candidate(PathGraph *graph, PathNode *node, PathNode *candidate)
{
  graph->signatures_left--;
  if (certificate_is_signed_by(node->certificate, candidate->certificate))
    g_ptr_array_add(node->issuers, candidate);
  else
    g_ptr_array_add(node->namesakes, candidate);
}

/* Whose issuer is found needs no other at any price: those whose key identifier contradicts are
 * left out, and few signatures are checked in vain. */
static gboolean
is_content(const PathNode *node, guint rank)
{
  return node->issuers->len > 0 &&
         (rank >= RANK_CONTRADICTS || node->namesakes->len >= PATH_VAIN_MAX);
}

static void
classify_all(PathGraph *graph, PathNode *node, GPtrArray *bucket, gboolean folded)
{
  g_autofree guint8 *ranks = g_malloc(bucket->len);
  for (guint i = 0; i < bucket->len; i++)
    ranks[i] =
        is_candidate(node, bucket->pdata[i], folded) ? rank_of(node, bucket->pdata[i]) : RANKS;
  for (guint rank = 0; rank < RANKS; rank++)
    for (guint i = 0; i < bucket->len; i++) {
      if (ranks[i] != rank || is_content(node, rank))
        continue;
      if (graph->signatures_left == 0) {
        graph->cut = TRUE;
        return;
      }
      classify_candidate(graph, node, bucket->pdata[i]);
    }
}

/* A self-signed certificate needs no issuer. */
static void
note_namesakes(PathNode *node, GPtrArray *bucket)
{
  for (guint i = 0; i < bucket->len && node->namesakes->len < PATH_SIGNATURES_MAX; i++)
    if (bucket->pdata[i] != node)
      g_ptr_array_add(node->namesakes, bucket->pdata[i]);
}

static void
index_by_key(PathGraph *graph)
{
  graph->by_key = index_new();
  for (guint i = 0; i < graph->nodes->len; i++) {
    PathNode *node = graph->nodes->pdata[i];
    GBytes *name = certificate_fields(node->certificate)->subject_dn;
    g_autoptr(GBytes) key = name_compare_key(der_span(name));
    if (key)
      add_to_bucket(graph->by_key, key, node);
  }
}

/* RFC 5280, 7.1: names may be equal and other bytes. Asked only when bytes have found nobody. */
static void
find_issuers_by_key(PathGraph *graph, PathNode *node)
{
  GBytes *name = certificate_fields(node->certificate)->issuer_dn;
  g_autoptr(GBytes) key = name_compare_key(der_span(name));
  if (!graph->by_key)
    index_by_key(graph);
  GPtrArray *bucket = key ? g_hash_table_lookup(graph->by_key, key) : NULL;
  if (bucket)
    classify_all(graph, node, bucket, TRUE);
}

static void
find_issuers(PathGraph *graph, PathNode *node)
{
  node->issuers = g_ptr_array_new();
  node->namesakes = g_ptr_array_new();
  GBytes *name = certificate_fields(node->certificate)->issuer_dn;
  GPtrArray *bucket = g_hash_table_lookup(graph->by_name, name);
  if (certificate_is_self_signed(node->certificate)) {
    if (bucket)
      note_namesakes(node, bucket);
    return;
  }
  if (bucket)
    classify_all(graph, node, bucket, FALSE);
  if (node->issuers->len == 0)
    find_issuers_by_key(graph, node);
}

/* Looks for the issuers of `start`, of these, and so on, each node once. */
static void
expand(PathGraph *graph, PathNode *start)
{
  g_autoptr(GPtrArray) queue = g_ptr_array_new();
  g_ptr_array_add(queue, start);
  for (guint i = 0; i < queue->len; i++) {
    PathNode *node = queue->pdata[i];
    if (node->issuers)
      continue;
    find_issuers(graph, node);
    for (guint j = 0; j < node->issuers->len; j++)
      g_ptr_array_add(queue, node->issuers->pdata[j]);
  }
}

static void
mark_reached(PathGraph *graph)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    PathNode *node = graph->nodes->pdata[i];
    node->reached = node->issuers != NULL;
  }
}

/* --- the graph -------------------------------------------------------------------------------- */

PathGraph *
path_graph_new(GPtrArray *sent, GPtrArray *given, const Anchors *anchors)
{
  PathGraph *graph = g_new0(PathGraph, 1);
  graph->nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
  graph->by_sha256 = g_hash_table_new(g_str_hash, g_str_equal);
  graph->by_name = index_new();
  graph->sent = g_ptr_array_new();
  graph->signatures_left = PATH_SIGNATURES_MAX;
  if (anchors)
    add_anchors(graph, anchors);
  add_sent(graph, sent);
  if (given)
    add_given(graph, given);
  expand(graph, graph->sent->pdata[0]);
  mark_reached(graph);
  return graph;
}

void
path_graph_free(PathGraph *graph)
{
  if (!graph)
    return;
  g_hash_table_unref(graph->by_name);
  g_clear_pointer(&graph->by_key, g_hash_table_unref);
  g_hash_table_unref(graph->by_sha256);
  g_ptr_array_unref(graph->sent);
  g_ptr_array_unref(graph->nodes);
  g_free(graph);
}

gboolean
path_graph_is_cut(const PathGraph *graph)
{
  return graph->cut;
}

const PathNode *
path_graph_sent(const PathGraph *graph, guint index)
{
  return index < graph->sent->len ? graph->sent->pdata[index] : NULL;
}

/* --- paths ------------------------------------------------------------------------------------ */

static Path *
path_new(GPtrArray *nodes)
{
  Path *path = g_new0(Path, 1);
  path->nodes = g_ptr_array_new();
  for (guint i = 0; i < nodes->len; i++)
    g_ptr_array_add(path->nodes, nodes->pdata[i]);
  path->complete = path_top(path)->anchor >= 0;
  path->broken = -1;
  return path;
}

void
path_free(Path *path)
{
  if (!path)
    return;
  g_ptr_array_unref(path->nodes);
  g_free(path);
}

PathNode *
path_node(const Path *path, guint position)
{
  return path->nodes->pdata[position];
}

PathNode *
path_top(const Path *path)
{
  return path->nodes->pdata[path->nodes->len - 1];
}

/* Walks every way up from the last node of `trail` and shows each to `visit`, which may end the
 * search by returning FALSE. */
typedef struct {
  GPtrArray *trail;
  guint steps_left;
  gboolean (*visit)(GPtrArray *trail, gpointer data);
  gpointer data;
} Walk;

static gboolean
walk_up(Walk *walk)
{
  if (walk->steps_left == 0 || !walk->visit(walk->trail, walk->data))
    return FALSE;
  walk->steps_left--;
  PathNode *top = walk->trail->pdata[walk->trail->len - 1];
  for (guint i = 0; i < top->issuers->len && walk->trail->len < PATH_LENGTH_MAX; i++) {
    PathNode *issuer = top->issuers->pdata[i];
    if (g_ptr_array_find(walk->trail, issuer, NULL))
      continue;
    g_ptr_array_add(walk->trail, issuer);
    gboolean on = walk_up(walk);
    g_ptr_array_set_size(walk->trail, walk->trail->len - 1);
    if (!on)
      return FALSE;
  }
  return TRUE;
}

static void
walk_from(PathNode *start, gboolean (*visit)(GPtrArray *, gpointer), gpointer data)
{
  g_autoptr(GPtrArray) trail = g_ptr_array_new();
  g_ptr_array_add(trail, start);
  Walk walk = {trail, PATH_STEPS_MAX, visit, data};
  walk_up(&walk);
}

static gboolean
keep_complete(GPtrArray *trail, gpointer data)
{
  GPtrArray *paths = data;
  PathNode *top = trail->pdata[trail->len - 1];
  if (top->anchor >= 0)
    g_ptr_array_add(paths, path_new(trail));
  return paths->len < PATH_COUNT_MAX;
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
  const Path *first = *(const Path *const *)a, *second = *(const Path *const *)b;
  gboolean first_root = certificate_is_self_signed(path_top(first)->certificate);
  gboolean second_root = certificate_is_self_signed(path_top(second)->certificate);
  if (first_root != second_root)
    return second_root - first_root;
  return (int)first->nodes->len - (int)second->nodes->len;
}

GPtrArray *
path_graph_complete(PathGraph *graph)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func((GDestroyNotify)path_free);
  walk_from(graph->sent->pdata[0], keep_complete, paths);
  g_ptr_array_sort(paths, compare_paths);
  return paths;
}

/* --- the best of a bad lot -------------------------------------------------------------------- */

/* A way that ends in an anchor is better than a longer one that does not. */
static gboolean
keep_best(GPtrArray *trail, gpointer data)
{
  Path **best = data;
  PathNode *top = trail->pdata[trail->len - 1];
  gboolean complete = top->anchor >= 0;
  if (*best && ((*best)->complete > complete ||
                ((*best)->complete == complete && (*best)->nodes->len >= trail->len)))
    return TRUE;
  path_free(*best);
  *best = path_new(trail);
  return TRUE;
}

static Path *
best_from(PathNode *start)
{
  Path *best = NULL;
  walk_from(start, keep_best, &best);
  return best;
}

static PathNode *
namesake_of(const PathNode *node, gboolean anchor)
{
  if (certificate_is_self_signed(node->certificate))
    return NULL; /* it needs no issuer */
  for (guint i = 0; i < node->namesakes->len; i++) {
    PathNode *namesake = node->namesakes->pdata[i];
    if ((namesake->anchor >= 0) == anchor)
      return namesake;
  }
  return NULL;
}

/* An anchor of the right name says more about the fault than anything sent, so it is looked for
 * along the whole way; another sent certificate of that name only at its end. */
static PathNode *
find_namesake(const Path *path, guint *position)
{
  for (guint i = path->nodes->len; i-- > 0;) {
    PathNode *namesake = namesake_of(path_node(path, i), TRUE);
    *position = i;
    if (namesake)
      return namesake;
  }
  *position = path->nodes->len - 1;
  return namesake_of(path_top(path), FALSE);
}

/* Joins `upper` to the path above `position`, where only the name fits. */
static void
join_by_name(Path *path, guint position, const Path *upper)
{
  g_ptr_array_set_size(path->nodes, position + 1);
  for (guint i = 0; i < upper->nodes->len; i++) {
    if (g_ptr_array_find(path->nodes, upper->nodes->pdata[i], NULL))
      break;
    g_ptr_array_add(path->nodes, upper->nodes->pdata[i]);
  }
  path->broken = position;
  path->complete = path_top(path)->anchor >= 0;
}

Path *
path_graph_partial(PathGraph *graph)
{
  guint position;
  Path *path = best_from(graph->sent->pdata[0]);
  PathNode *namesake = find_namesake(path, &position);
  if (!namesake || g_ptr_array_find(path->nodes, namesake, NULL))
    return path;
  expand(graph, namesake);
  g_autoptr(Path) upper = best_from(namesake);
  join_by_name(path, position, upper);
  return path;
}
