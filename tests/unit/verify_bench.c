#include "config.h"

#include "unit/verify_bench.h"

#include <glib/gstdio.h>
#include <string.h>

void
bench_setup(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Root X1"), intermediate = forge_authority("R3");
  ForgeTemplate leaf = forge_server("broker", HOST);
  bench->root = forge(&root, NULL);
  bench->intermediate = forge(&intermediate, bench->root);
  bench->leaf = forge(&leaf, bench->intermediate);
  bench->sent = certificate_list_new();
  bench->trusted = certificate_list_new();
  bench->request = (VerifyRequest){.certificates = bench->sent,
                                   .name = HOST,
                                   .purpose = VERIFY_PURPOSE_SERVER,
                                   .time = FORGE_NOW,
                                   .source = FINDING_SOURCE_PEER};
}

void
bench_teardown(Bench *bench, gconstpointer unused)
{
  forged_free(bench->root);
  forged_free(bench->intermediate);
  forged_free(bench->leaf);
  g_ptr_array_unref(bench->sent);
  g_ptr_array_unref(bench->trusted);
  g_clear_pointer(&bench->anchors, anchors_unref);
  g_clear_pointer(&bench->verdict, verdict_free);
}

void
bench_send(Bench *bench, const Forged *forged)
{
  g_ptr_array_add(bench->sent, certificate_ref(forged->certificate));
}

void
bench_trust(Bench *bench, const Forged *forged)
{
  g_ptr_array_add(bench->trusted, certificate_ref(forged->certificate));
}

void
bench_send_good(Bench *bench)
{
  bench_send(bench, bench->leaf);
  bench_send(bench, bench->intermediate);
}

/* Through a real CA file, as the program gets them. */
static Anchors *
load_anchors(GPtrArray *trusted)
{
  GError *error = NULL;
  g_autoptr(GString) pem = g_string_new(NULL);
  for (guint i = 0; i < trusted->len; i++) {
    g_autofree char *one = certificate_to_pem(trusted->pdata[i]);
    g_string_append(pem, one);
  }
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "mqtrust-verify-XXXXXX", NULL);
  int file = g_mkstemp(path);
  g_assert_cmpint(file, >=, 0);
  close(file);
  g_assert_true(g_file_set_contents(path, pem->str, pem->len, &error));
  Anchors *anchors = anchors_load_file(path, &error);
  g_assert_no_error(error);
  g_unlink(path);
  return anchors;
}

Verdict *
bench_judge(Bench *bench)
{
  g_clear_pointer(&bench->verdict, verdict_free);
  g_clear_pointer(&bench->anchors, anchors_unref);
  if (bench->trusted->len > 0)
    bench->anchors = load_anchors(bench->trusted);
  bench->request.anchors = bench->anchors;
  bench->verdict = verify(&bench->request);
  return bench->verdict;
}

Finding *
bench_find(const Verdict *verdict, const char *code)
{
  for (guint i = 0; i < verdict->findings->len; i++) {
    Finding *finding = verdict->findings->pdata[i];
    if (!strcmp(finding->code, code))
      return finding;
  }
  return NULL;
}

guint
bench_count(const Verdict *verdict, FindingSeverity severity)
{
  guint n = 0;
  for (guint i = 0; i < verdict->findings->len; i++)
    n += ((Finding *)verdict->findings->pdata[i])->severity == severity;
  return n;
}

static void
dump(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = verdict->findings->pdata[i];
    g_test_message("%s %s %s[%d]: %s %s", finding_severity_name(finding->severity), finding->code,
                   finding_source_name(finding->source), finding->index, finding->message,
                   finding->remedy);
  }
}

/* Two whole sentences, and the certificate that the finding says it is about. */
static void
assert_sound(const Finding *finding)
{
  g_assert_true(g_str_has_suffix(finding->message, "."));
  g_assert_true(g_str_has_suffix(finding->remedy, ".") || g_str_has_suffix(finding->remedy, ")."));
  g_assert_null(strstr(finding->message, "(null)"));
  g_assert_null(strstr(finding->remedy, "(null)"));
  if (finding->index >= 0) {
    g_assert_nonnull(finding->subject);
    g_assert_nonnull(finding->sha256);
  }
}

Finding *
assert_found(const Verdict *verdict, const char *code, FindingSeverity severity, FindingSide side,
             FindingSource source, int index)
{
  dump(verdict);
  Finding *finding = bench_find(verdict, code);
  g_assert_nonnull(finding);
  g_assert_cmpstr(finding_severity_name(finding->severity), ==, finding_severity_name(severity));
  g_assert_cmpstr(finding_side_name(finding->side), ==, finding_side_name(side));
  g_assert_cmpstr(finding_source_name(finding->source), ==, finding_source_name(source));
  g_assert_cmpint(finding->index, ==, index);
  assert_sound(finding);
  return finding;
}

/* Refused for this and for nothing else. */
Finding *
assert_refused(const Verdict *verdict, const char *code, FindingSide side, FindingSource source,
               int index)
{
  Finding *finding = assert_found(verdict, code, FINDING_ERROR, side, source, index);
  g_assert_false(verdict->accepted);
  g_assert_cmpuint(bench_count(verdict, FINDING_ERROR), ==, 1);
  g_assert_true(verdict->findings->pdata[0] == finding); /* worst first */
  return finding;
}

void
assert_clean(const Verdict *verdict)
{
  dump(verdict);
  g_assert_true(verdict->accepted);
  g_assert_cmpuint(verdict->findings->len, ==, 0);
}

/* Accepted, with this and nothing else to say. */
Finding *
assert_remarked(const Verdict *verdict, const char *code, FindingSeverity severity,
                FindingSide side, FindingSource source, int index)
{
  Finding *finding = assert_found(verdict, code, severity, side, source, index);
  g_assert_true(verdict->accepted);
  g_assert_cmpuint(verdict->findings->len, ==, 1);
  return finding;
}

void
assert_link(const Verdict *verdict, guint position, const char *name, PathOrigin origin, int index,
            gboolean good)
{
  g_assert_cmpuint(position, <, verdict->path->len);
  const PathLink *link = verdict->path->pdata[position];
  g_assert_cmpstr(link->name, ==, name);
  g_assert_cmpint(link->origin, ==, origin);
  g_assert_cmpint(link->index, ==, index);
  g_assert_cmpint(link->good, ==, good);
  g_assert_cmpint(link->certificate == NULL, ==, origin == PATH_MISSING);
}

/* A chain of which the certificate of each name has these dates instead. */
void
bench_send_dated(Bench *bench, const char *which, gint64 not_before, gint64 not_after)
{
  ForgeTemplate root = forge_authority("Root X1"), inner = forge_authority("R3");
  ForgeTemplate leaf = forge_server("broker", HOST);
  ForgeTemplate *all[] = {&root, &inner, &leaf};
  for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
    if (!which || !strcmp(all[i]->name, which)) {
      all[i]->not_before = not_before;
      all[i]->not_after = not_after;
    }
  leaf.purpose = bench->request.purpose == VERIFY_PURPOSE_CLIENT ? GNUTLS_KP_TLS_WWW_CLIENT
                                                                 : GNUTLS_KP_TLS_WWW_SERVER;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&inner, a);
  g_autoptr(Forged) c = forge(&leaf, b);
  bench_send(bench, c);
  bench_send(bench, b);
  bench_trust(bench, a);
}

void
bench_make_client(Bench *bench)
{
  bench->request.purpose = VERIFY_PURPOSE_CLIENT;
  bench->request.source = FINDING_SOURCE_CLIENT;
  bench->request.file = "/x/client.pem";
  bench->request.name = NULL;
}

void
bench_judge_leaf(Bench *bench, const ForgeTemplate *template)
{
  g_autoptr(Forged) leaf = forge(template, bench->intermediate);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, leaf);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  bench_judge(bench);
}

/* leaf ← this intermediate ← root; the intermediate is what is strange. */
void
bench_judge_intermediate(Bench *bench, const ForgeTemplate *template)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  g_autoptr(Forged) inner = forge(template, bench->root);
  g_autoptr(Forged) end = forge(&leaf, inner);
  g_ptr_array_set_size(bench->sent, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_send(bench, end);
  bench_send(bench, inner);
  bench_trust(bench, bench->root);
  bench_judge(bench);
}
