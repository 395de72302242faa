/* Taking the chain in a file apart: the leaf, the intermediates above it in order, the root when
 * there is one that signed itself, and the key. Who issued whom is told by signatures. Dates, usage
 * and trust are not looked at (trust/verify.h). */
#pragma once

#include "trust/inspection.h"

typedef struct {
  int leaf;            /* index of the item; -1: only CAs' certificates */
  GArray *chain;       /* of guint: items, from the leaf's issuer up; each certificate once */
  int root;            /* -1: none that is self-signed */
  int key;             /* the private key, -1: none */
  int top;             /* the last certificate without a root above it; -1: there is a root */
  GArray *left_out;    /* of guint: certificates that are not part of the chain */
  guint duplicates;    /* certificates that were there before */
} ChainSplit;

/* (transfer full): NULL and a TRUST_ERROR: no certificate in it, several leaves, several roots
 * and nothing below them, several keys. */
ChainSplit *chain_split_new(const Inspection *inspection, GError **error);
void chain_split_free(ChainSplit *split);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChainSplit, chain_split_free)
