/* What a verdict costs: the command `verify` beside `certtool --verify` and `openssl verify` on the
 * same files, process against process, and the engine by itself beside the bare signature checks
 * that its path needs. Ours gives both verdicts, our own and OpenSSL's. */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "trust/second_opinion.h"
#include "trust/verify.h"
#include "lab/forge.h"

#define DAY_SECONDS 86400
#define RUNS 41      /* of each program, by turns */
#define VERDICTS 201 /* in process */
#define CHAIN_MAX 12
#define RATIO_BAR 1.5   /* of the faster one of the two */
#define OVERHEAD_BAR 25 /* percent */

typedef struct {
  const char *name;
  gnutls_pk_algorithm_t algorithm;
  unsigned bits;
  guint intermediates;
} Kind;

static const Kind kinds[] = {
    {"ECDSA P-256, 1 intermediate", GNUTLS_PK_ECDSA, 0, 1},
    {"RSA 2048, 1 intermediate", GNUTLS_PK_RSA, 2048, 1},
    {"ECDSA P-256, 8 intermediates", GNUTLS_PK_ECDSA, 0, 8},
};

typedef struct {
  char *folder, *leaf, *chain, *root; /* files; `chain` has the leaf, too */
  Forged *forged[CHAIN_MAX];          /* root first */
  guint count;
  gint64 now; /* certtool takes no other time */
} Stage;

/* --- The files -------------------------------------------------------------------------------- */

static void
forge_chain(Stage *stage, const Kind *kind)
{
  stage->count = kind->intermediates + 2;
  g_assert(stage->count <= CHAIN_MAX);
  for (guint i = 0; i < stage->count; i++) {
    g_autofree char *name = g_strdup_printf("CA %u", i);
    ForgeTemplate template =
        i + 1 < stage->count ? forge_authority(name) : forge_server("broker", "mqtt.example.com");
    template.not_before = stage->now - DAY_SECONDS;
    template.not_after = stage->now + 90 * DAY_SECONDS;
    template.key_algorithm = kind->algorithm;
    template.key_bits = kind->bits;
    stage->forged[i] = forge(&template, i > 0 ? stage->forged[i - 1] : NULL);
  }
}

/* The certificates from `first` down to `last`, by their place from the root. */
static char *
write_chain(const Stage *stage, const char *name, guint first, guint last)
{
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = first + 1; i-- > last;) {
    g_autofree char *one = certificate_to_pem(stage->forged[i]->certificate);
    g_string_append(pem, one);
  }
  char *path = g_build_filename(stage->folder, name, NULL);
  g_assert(g_file_set_contents(path, pem->str, -1, NULL));
  return path;
}

static void
stage_open(Stage *stage, const Kind *kind, const Bench *bench)
{
  stage->folder = g_build_filename(bench->folder, "chain-XXXXXX", NULL);
  g_assert(g_mkdtemp(stage->folder));
  stage->now = g_get_real_time() / G_USEC_PER_SEC;
  forge_chain(stage, kind);
  stage->leaf = write_chain(stage, "leaf.pem", stage->count - 1, stage->count - 1);
  stage->chain = write_chain(stage, "chain.pem", stage->count - 1, 1);
  stage->root = write_chain(stage, "root.pem", 0, 0);
}

static void
stage_close(Stage *stage)
{
  char *files[] = {stage->leaf, stage->chain, stage->root};
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_unlink(files[i]);
    g_free(files[i]);
  }
  g_rmdir(stage->folder);
  g_free(stage->folder);
  for (guint i = 0; i < stage->count; i++)
    forged_free(stage->forged[i]);
}

/* --- Processes -------------------------------------------------------------------------------- */

/* Milliseconds from the start to the end of a program that must accept. */
static double
run_once(const char *const *argv)
{
  g_autoptr(GError) error = NULL;
  int status;
  double before = bench_now();
  gboolean ran =
      g_spawn_sync(NULL, (char **)argv, NULL,
                   G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                   NULL, NULL, NULL, NULL, &status, &error);
  double milliseconds = (bench_now() - before) * 1000;
  if (!ran || status != 0)
    g_error("%s does not accept the chain%s%s", argv[0], error ? ": " : "",
            error ? error->message : "");
  return milliseconds;
}

enum { OURS, CERTTOOL, OPENSSL, PROGRAMS };

/* By turns, so that a machine that is busy for a while slows all of them. */
static void
measure_processes(const Stage *stage, const Bench *bench)
{
  const char *const ours[] = {bench->program, "verify", "--trust", stage->root, stage->chain, NULL};
  const char *const certtool[] = {
      "certtool", "--verify", "--load-ca-certificate", stage->root, "--infile", stage->chain, NULL};
  const char *const openssl[] = {"openssl",    "verify",     "-CAfile",   stage->root,
                                 "-untrusted", stage->chain, stage->leaf, NULL};
  const char *const *const commands[PROGRAMS] = {ours, certtool, openssl};
  double times[PROGRAMS][RUNS], medians[PROGRAMS];
  for (int run = 0; run < RUNS; run++)
    for (int i = 0; i < PROGRAMS; i++)
      times[i][run] = run_once(commands[i]);
  for (int i = 0; i < PROGRAMS; i++)
    medians[i] = bench_median(times[i], RUNS);
  double faster = MIN(medians[CERTTOOL], medians[OPENSSL]);
  bench_line("mqtrust verify, both verdicts", medians[OURS], "ms");
  bench_no_bar();
  bench_line("certtool --verify", medians[CERTTOOL], "ms");
  bench_no_bar();
  bench_line("openssl verify", medians[OPENSSL], "ms");
  bench_no_bar();
  bench_line("ours to the faster one", medians[OURS] / faster, "times");
  bench_at_most(medians[OURS] / faster, RATIO_BAR, "times");
  bench_line("ours to the two together", medians[OURS] / (medians[CERTTOOL] + medians[OPENSSL]),
             "times");
  bench_no_bar();
}

/* --- In process ------------------------------------------------------------------------------- */

/* Microseconds of this thread's processor time. */
static double
cpu_now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double
time_of_verdict(const VerifyRequest *request)
{
  double before = cpu_now();
  g_autoptr(Verdict) verdict = verify(request);
  double time = cpu_now() - before;
  g_assert(verdict->accepted);
  return time;
}

/* Each certificate of the path but the anchor, by its issuer's key. */
static double
time_of_signatures(const Stage *stage)
{
  double before = cpu_now();
  for (guint i = 1; i < stage->count; i++)
    g_assert(
        certificate_is_issued_by(stage->forged[i]->certificate, stage->forged[i - 1]->certificate));
  return cpu_now() - before;
}

static double
time_of_opinion(const VerifyRequest *request)
{
  double before = cpu_now();
  g_autoptr(SecondOpinion) opinion = second_opinion(request);
  double time = cpu_now() - before;
  g_assert(!opinion || opinion->accepted);
  return time;
}

static void
measure_engine(const Stage *stage)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Anchors) anchors = anchors_load_file(stage->root, &error);
  g_autoptr(GPtrArray) chain = certificate_list_new();
  for (guint i = stage->count; i-- > 1;)
    g_ptr_array_add(chain, certificate_ref(stage->forged[i]->certificate));
  VerifyRequest request = {.certificates = chain,
                           .anchors = anchors,
                           .time = stage->now,
                           .source = FINDING_SOURCE_CHAIN};
  double verdicts[VERDICTS], signatures[VERDICTS], opinions[VERDICTS];
  for (int i = 0; i < VERDICTS; i++) {
    verdicts[i] = time_of_verdict(&request);
    signatures[i] = time_of_signatures(stage);
    opinions[i] = time_of_opinion(&request);
  }
  double bare = bench_median(signatures, VERDICTS), whole = bench_median(verdicts, VERDICTS);
  bench_line("bare signature checks of the path", bare, "µs");
  bench_no_bar();
  bench_line("OpenSSL's verdict", bench_median(opinions, VERDICTS), "µs");
  bench_no_bar();
  bench_line("our verdict", whole, "µs");
  bench_no_bar();
  bench_line("our verdict beyond the signatures", (whole - bare) / bare * 100, "%");
  bench_at_most((whole - bare) / bare * 100, OVERHEAD_BAR, "%");
}

int
main(int argc, char **argv)
{
  g_autoptr(Bench) bench = bench_new(argv[0]);
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    Stage stage = {0};
    stage_open(&stage, &kinds[i], bench);
    printf("verify: %s\n", kinds[i].name);
    measure_processes(&stage, bench);
    measure_engine(&stage);
    stage_close(&stage);
  }
  return bench_missed() > 0;
}
