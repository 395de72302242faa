#include "config.h"

#include "unit/chain_stage.h"

#include <stdarg.h>

ForgeTemplate
chain_stage_leaf(void)
{
  ForgeTemplate template = forge_server("mqtt.example.com", "mqtt.example.com");
  template.not_before = CHAIN_BEGIN;
  template.not_after = CHAIN_END;
  return template;
}

void
chain_stage_setup(ChainStage *stage, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Root X1"), intermediate = forge_authority("R3");
  ForgeTemplate leaf = chain_stage_leaf();
  stage->root = forge(&root, NULL);
  stage->intermediate = forge(&intermediate, stage->root);
  stage->leaf = forge(&leaf, stage->intermediate);
}

void
chain_stage_teardown(ChainStage *stage, gconstpointer unused)
{
  forged_free(stage->leaf);
  forged_free(stage->intermediate);
  forged_free(stage->root);
}

static void
add_link(GPtrArray *path, const Forged *forged, PathOrigin origin)
{
  PathLink *link = g_new0(PathLink, 1);
  link->certificate = forged->certificate;
  link->origin = origin;
  g_ptr_array_add(path, link);
}

SeenChain *
chain_stage_seen(gint64 seen, const Forged *root, const Forged *sent, ...)
{
  g_autoptr(GPtrArray) certificates = certificate_list_new();
  g_autoptr(GPtrArray) path = g_ptr_array_new_with_free_func(g_free);
  va_list more;
  va_start(more, sent);
  for (const Forged *one = sent; one != NULL; one = va_arg(more, const Forged *)) {
    g_ptr_array_add(certificates, certificate_ref(one->certificate));
    add_link(path, one, PATH_SENT);
  }
  va_end(more);
  if (root != NULL)
    add_link(path, root, PATH_IN_TRUST);
  const Verdict verdict = {.accepted = root != NULL, .path = path};
  return seen_chain_new(CHAIN_TARGET, seen, certificates, &verdict);
}

SeenChain *
chain_stage_before(const ChainStage *stage)
{
  return chain_stage_seen(CHAIN_SEEN, stage->root, stage->leaf, stage->intermediate, NULL);
}
