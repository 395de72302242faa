/* Chains of certificates for tests of what has changed: leaf ← R3 ← Root X1, to be changed in one
 * point. */
#pragma once

#include "core/seen_chain.h"
#include "lab/forge.h"

#define CHAIN_TARGET "mqtts://mqtt.example.com:8883"
#define CHAIN_BEGIN G_GINT64_CONSTANT(1790000000) /* 2026-09-21 14:13:20 UTC */
#define CHAIN_END G_GINT64_CONSTANT(1797811200)   /* 2026-12-21 00:00 UTC */
#define CHAIN_SEEN G_GINT64_CONSTANT(1795269780)  /* 2026-11-21 14:03 UTC */
#define CHAIN_DAY 86400

typedef struct {
  Forged *root, *intermediate, *leaf;
} ChainStage;

void chain_stage_setup(ChainStage *stage, gconstpointer unused);
void chain_stage_teardown(ChainStage *stage, gconstpointer unused);

/* The leaf's, to be changed. */
ForgeTemplate chain_stage_leaf(void);
/* (transfer full): sent are `sent`, ended by NULL; `root` is what the path ends at, NULL: at
 * nothing that is trusted. */
SeenChain *chain_stage_seen(gint64 seen, const Forged *root, const Forged *sent,
                            ...) G_GNUC_NULL_TERMINATED;
/* (transfer full): leaf ← R3 ← Root X1 as set up. */
SeenChain *chain_stage_before(const ChainStage *stage);
