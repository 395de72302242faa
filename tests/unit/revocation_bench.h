/* The bench with revocation lists and stapled answers on it: leaf ← R3 ← Root X1. */
#pragma once

#include "lab/forge_crl.h"
#include "unit/verify_bench.h"

typedef struct {
  Bench bench;
  RevocationData *data;
} RevocationBench;

void revocation_setup(RevocationBench *bench, gconstpointer unused);
void revocation_teardown(RevocationBench *bench, gconstpointer unused);
/* One more list, as file `label`. */
void revocation_give(RevocationBench *bench, const ForgeCrl *crl, const char *label);
/* Good lists of Root X1 ("root.crl") and of R3 ("r3.crl"). */
void revocation_give_root(RevocationBench *bench);
void revocation_give_good(RevocationBench *bench);
/* One more staple, for the sent certificate `index`. */
void revocation_staple(RevocationBench *bench, guint index, const ForgeOcsp *ocsp);
/* Judges leaf and R3 with the lists given so far. */
Verdict *revocation_judge(RevocationBench *bench);
/* `not_checked` has exactly one sentence about revocation, with this part; NULL: it has none. */
void assert_not_checked(const Verdict *verdict, const char *part);

#define REVOCATION_TEST(folder, name)                                                              \
  g_test_add("/revocation/" folder #name, RevocationBench, NULL, revocation_setup, test_##name,    \
             revocation_teardown)
