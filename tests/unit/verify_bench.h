/* A bench to try chains on: leaf ← R3 ← Root X1 as they should be, to be changed in one point, and
 * what a verdict is expected to be. */
#pragma once

#include "trust/verify.h"
#include "lab/forge.h"

#define DAY 86400
#define HOST "mqtt.example.com"

typedef struct {
  Forged *root, *intermediate, *leaf;
  GPtrArray *sent; /* what the next bench_judge() is given */
  GPtrArray *trusted;
  VerifyRequest request;
  Anchors *anchors;
  Verdict *verdict;
} Bench;

void bench_setup(Bench *bench, gconstpointer unused);
void bench_teardown(Bench *bench, gconstpointer unused);
void bench_send(Bench *bench, const Forged *forged);
void bench_trust(Bench *bench, const Forged *forged);
void bench_send_good(Bench *bench);
/* Borrowed, until the next one. Anchors come through a real CA file, as the program gets them. */
Verdict *bench_judge(Bench *bench);
Finding *bench_find(const Verdict *verdict, const char *code);
guint bench_count(const Verdict *verdict, FindingSeverity severity);
Finding *assert_found(const Verdict *verdict, const char *code, FindingSeverity severity,
                      FindingSide side, FindingSource source, int index);
/* Refused for this and for nothing else. */
Finding *assert_refused(const Verdict *verdict, const char *code, FindingSide side,
                        FindingSource source, int index);
/* Accepted, and nothing to say. */
void assert_clean(const Verdict *verdict);
/* Accepted, with this and nothing else to say. */
Finding *assert_remarked(const Verdict *verdict, const char *code, FindingSeverity severity,
                         FindingSide side, FindingSource source, int index);
void assert_link(const Verdict *verdict, guint position, const char *name, PathOrigin origin,
                 int index, gboolean good);
/* leaf ← R3 ← Root X1, sent and trusted, where the one called `which` (NULL: every one) has these
 * dates instead. */
void bench_send_dated(Bench *bench, const char *which, gint64 not_before, gint64 not_after);
/* What is judged is our own file from now on. */
void bench_make_client(Bench *bench);
/* This leaf ← R3 ← Root X1. */
void bench_judge_leaf(Bench *bench, const ForgeTemplate *template);
/* A good leaf ← this intermediate ← Root X1. */
void bench_judge_intermediate(Bench *bench, const ForgeTemplate *template);

#define BENCH_TEST(folder, name)                                                                   \
  g_test_add("/verify/" folder #name, Bench, NULL, bench_setup, test_##name, bench_teardown)
