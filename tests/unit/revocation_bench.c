#include "config.h"

#include "unit/revocation_bench.h"

#include <string.h>

void
revocation_setup(RevocationBench *bench, gconstpointer unused)
{
  bench_setup(&bench->bench, unused);
  bench->data = revocation_data_new();
  bench->bench.request.revocation = bench->data;
  bench_send_good(&bench->bench);
  bench_trust(&bench->bench, bench->bench.root);
}

void
revocation_teardown(RevocationBench *bench, gconstpointer unused)
{
  bench_teardown(&bench->bench, unused);
  revocation_data_free(bench->data);
}

void
revocation_give(RevocationBench *bench, const ForgeCrl *crl, const char *label)
{
  GError *error = NULL;
  gsize length;
  g_autoptr(GBytes) der = forge_crl(crl);
  const void *bytes = g_bytes_get_data(der, &length);
  revocation_data_add_crl(bench->data, bytes, length, label, &error);
  g_assert_no_error(error);
}

void
revocation_give_root(RevocationBench *bench)
{
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.root}, "root.crl");
}

void
revocation_give_good(RevocationBench *bench)
{
  revocation_give_root(bench);
  revocation_give(bench, &(ForgeCrl){.issuer = bench->bench.intermediate}, "r3.crl");
}

void
revocation_staple(RevocationBench *bench, guint index, const ForgeOcsp *ocsp)
{
  gsize length;
  g_autoptr(GBytes) der = forge_ocsp(ocsp);
  const void *bytes = g_bytes_get_data(der, &length);
  revocation_data_add_staple(bench->data, index, bytes, length);
}

Verdict *
revocation_judge(RevocationBench *bench)
{
  return bench_judge(&bench->bench);
}

void
assert_not_checked(const Verdict *verdict, const char *part)
{
  guint count = 0;
  for (guint i = 0; i < verdict->not_checked->len; i++) {
    const char *sentence = verdict->not_checked->pdata[i];
    if (!g_str_has_prefix(sentence, "Revocation"))
      continue;
    g_test_message("%s", sentence);
    count++;
    g_assert_nonnull(part);
    g_assert_nonnull(strstr(sentence, part));
  }
  g_assert_cmpuint(count, ==, part ? 1 : 0);
}
