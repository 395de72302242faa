/* verify() where a path ends: which of several causes is named. */
#include "config.h"

#include "trust/verify.h"

#include <string.h>

#include "unit/verify_bench.h"

/* --- no way to an anchor ---------------------------------------------------------------------- */

static void
test_leaf_only(Bench *bench, gconstpointer unused)
{
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root); /* of the same organisation as the missing issuer */
  Finding *finding = assert_refused(bench_judge(bench), "chain-leaf-only", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "anchor-wrong");
  g_assert_cmpuint(bench->verdict->path->len, ==, 2);
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, TRUE);
  assert_link(bench->verdict, 1, "R3", PATH_MISSING, -1, FALSE);
}

static void
test_client_leaf_only(Bench *bench, gconstpointer unused)
{
  bench_make_client(bench);
  bench->request.purpose = VERIFY_PURPOSE_ANY;
  bench_send(bench, bench->leaf);
  bench_trust(bench, bench->root);
  assert_refused(bench_judge(bench), "client-chain-incomplete", FINDING_SIDE_CLIENT,
                 FINDING_SOURCE_CLIENT, 0);
}

static void
publish_issuer(gnutls_x509_crt_t crt)
{
  gnutls_datum_t uri = {(unsigned char *)"http://ca.example/r3.der", 24};
  g_assert_cmpint(gnutls_x509_crt_set_authority_info_access(crt, GNUTLS_IA_CAISSUERS_URI, &uri), >=,
                  0);
}

static void
test_leaf_only_published(Bench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other Root"), leaf = forge_server("broker", HOST);
  other.organization = "Another";
  leaf.tweak = publish_issuer;
  g_autoptr(Forged) root = forge(&other, NULL);
  g_autoptr(Forged) end = forge(&leaf, bench->intermediate);
  bench_send(bench, end);
  bench_trust(bench, root);
  Finding *finding = assert_refused(bench_judge(bench), "chain-leaf-only", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->evidence->pdata[0], "http://ca.example/r3.der"));
}

/* The common names are the same, the names are not. */
static void
test_anchor_wrong_of_like_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate like = forge_authority("Root X1");
  like.organization = "Another";
  g_autoptr(Forged) root = forge(&like, NULL);
  bench_send(bench, bench->leaf);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, root);
  Finding *finding = assert_refused(bench_judge(bench), "anchor-wrong", FINDING_SIDE_TRUST,
                                    FINDING_SOURCE_TRUST, -1);
  g_assert_nonnull(strstr(finding->message, certificate_subject(bench->root->certificate)));
  g_assert_nonnull(strstr(finding->message, certificate_subject(root->certificate)));
}

static void
test_anchor_wrong(Bench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other Root");
  other.organization = "Another";
  g_autoptr(Forged) root = forge(&other, NULL);
  bench_send(bench, bench->leaf);
  bench_trust(bench, root);
  Finding *finding = assert_refused(bench_judge(bench), "anchor-wrong", FINDING_SIDE_TRUST,
                                    FINDING_SOURCE_TRUST, -1);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "chain-leaf-only");
  g_assert_nonnull(strstr(finding->message, "\"Other Root\""));
  g_assert_cmpstr(finding->file, ==, anchors_path(bench->anchors));
  bench_send(bench, bench->intermediate);
  finding = assert_refused(bench_judge(bench), "anchor-wrong", FINDING_SIDE_TRUST,
                           FINDING_SOURCE_TRUST, -1);
  g_assert_nonnull(strstr(finding->message, "\"Root X1\""));
  assert_link(bench->verdict, 2, "Root X1", PATH_MISSING, -1, FALSE);
  bench_send(bench, bench->root);
  assert_refused(bench_judge(bench), "anchor-wrong", FINDING_SIDE_TRUST, FINDING_SOURCE_PEER, 2);
  assert_link(bench->verdict, 2, "Root X1", PATH_SENT, 2, FALSE);
  g_assert_cmpuint(bench->verdict->path->len, ==, 3);
}

static void
test_gap(Bench *bench, gconstpointer unused)
{
  ForgeTemplate second = forge_authority("R4"), leaf = forge_server("broker", HOST);
  g_autoptr(Forged) a = forge(&second, bench->intermediate);
  g_autoptr(Forged) end = forge(&leaf, a);
  bench_send(bench, end);
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  Finding *finding =
      assert_refused(bench_judge(bench), "chain-gap", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->message, "Between \"broker\" and \"R3\""));
  g_assert_nonnull(strstr(finding->message, "\"R4\" is missing"));
  g_assert_null(bench_find(bench->verdict, "chain-unrelated"));
  assert_link(bench->verdict, 1, "R4", PATH_MISSING, -1, FALSE);
}

static void
test_self_signed(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  g_autoptr(Forged) end = forge(&leaf, NULL);
  bench_send(bench, end);
  bench_trust(bench, bench->root);
  Finding *finding = assert_refused(bench_judge(bench), "self-signed-untrusted", FINDING_SIDE_TRUST,
                                    FINDING_SOURCE_PEER, 0);
  g_assert_nonnull(strstr(finding->remedy, certificate_sha256(end->certificate)));
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, FALSE);
  bench_trust(bench, end); /* pinned */
  assert_clean(bench_judge(bench));
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, TRUE);
}

/* --- anchors that others refuse --------------------------------------------------------------- */

static void
test_anchor_cross_signed(Bench *bench, gconstpointer unused)
{
  ForgeTemplate top = forge_authority("DST Root X3"), cross = forge_authority("Root X1");
  g_autoptr(Forged) dst = forge(&top, NULL);
  g_autoptr(Forged) crossed = forge_with_key(&cross, dst, bench->root);
  bench_send_good(bench);
  bench_trust(bench, bench->intermediate);
  bench_trust(bench, crossed);
  Finding *finding = assert_remarked(bench_judge(bench), "anchor-intermediate", FINDING_WARNING,
                                     FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_trust(bench, crossed);
  finding = assert_remarked(bench_judge(bench), "anchor-cross-signed", FINDING_WARNING,
                            FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  g_assert_nonnull(strstr(finding->message, "OpenSSL clients"));
  g_assert_nonnull(strstr(finding->message, "\"DST Root X3\" signed"));
  g_assert_cmpuint(finding->alternatives->len, ==, 1); /* judged by its name alone */
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "anchor-intermediate");
  bench_trust(bench, bench->root); /* the cure */
  assert_clean(bench_judge(bench));
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 1, TRUE);
}

static void
test_anchor_leaf(Bench *bench, gconstpointer unused)
{
  bench_send_good(bench);
  bench_trust(bench, bench->leaf);
  assert_remarked(bench_judge(bench), "anchor-leaf", FINDING_WARNING, FINDING_SIDE_TRUST,
                  FINDING_SOURCE_TRUST, 0);
  ForgeTemplate renewed = forge_server("broker", HOST);
  g_autoptr(Forged) other = forge(&renewed, bench->intermediate);
  g_ptr_array_set_size(bench->trusted, 0);
  bench_trust(bench, other);
  assert_refused(bench_judge(bench), "anchor-leaf", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
}

static void
test_anchor_same_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate again = forge_authority("Root X1");
  g_autoptr(Forged) other = forge(&again, NULL);
  bench_send_good(bench);
  bench_trust(bench, other);
  assert_refused(bench_judge(bench), "anchor-same-name", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST,
                 0);
  g_assert_cmpuint(bench->verdict->path->len, ==, 3);
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 0, FALSE);
  bench_send(bench, bench->root); /* the real one is sent: still nobody trusts it */
  const Finding *both = assert_refused(bench_judge(bench), "anchor-same-name", FINDING_SIDE_TRUST,
                                       FINDING_SOURCE_TRUST, 0);
  g_assert_nonnull(strstr(both->message, "has another key than the one in"));
  g_assert_nonnull(strstr(both->remedy, certificate_sha256(bench->root->certificate)));
}

/* A self-signed broker that was set up anew: the old certificate is what is trusted. */
static void
test_self_signed_same_name(Bench *bench, gconstpointer unused)
{
  ForgeTemplate template = forge_server("broker", HOST);
  g_autoptr(Forged) old = forge(&template, NULL);
  g_autoptr(Forged) new = forge(&template, NULL);
  bench_send(bench, new);
  bench_trust(bench, old);
  assert_refused(bench_judge(bench), "anchor-same-name", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST,
                 0);
}

/* The root that is sent tells which copy it is that is trusted, whatever its name. */
static void
test_anchor_twin(Bench *bench, gconstpointer unused)
{
  ForgeTemplate top = forge_authority("Top"), cross = forge_authority("Authority");
  ForgeTemplate leaf = forge_server("broker", HOST);
  g_autoptr(Forged) a = forge(&top, NULL);
  g_autoptr(Forged) twin = forge(&cross, NULL);
  g_autoptr(Forged) crossed = forge_with_key(&cross, a, twin);
  g_autoptr(Forged) end = forge(&leaf, twin);
  bench_send(bench, end);
  bench_trust(bench, crossed);
  assert_remarked(bench_judge(bench), "anchor-intermediate", FINDING_WARNING, FINDING_SIDE_TRUST,
                  FINDING_SOURCE_TRUST, 0);
  bench_send(bench, twin);
  assert_found(bench_judge(bench), "anchor-cross-signed", FINDING_WARNING, FINDING_SIDE_TRUST,
               FINDING_SOURCE_TRUST, 0);
  g_assert_true(bench->verdict->accepted);
  g_assert_null(bench_find(bench->verdict, "anchor-intermediate"));
}

typedef guint8 Oid[8];

/* (transfer full): with the one for the other wherever it stands, `expected` times. */
static Certificate *
with_oid(const Certificate *certificate, const Oid from, const Oid to, guint expected)
{
  g_autofree char *pem = certificate_to_pem(certificate);
  gnutls_datum_t text = {(unsigned char *)pem, strlen(pem)}, der;
  GError *error = NULL;
  guint count = 0;
  g_assert_cmpint(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der), >=, 0);
  for (gsize i = 0; i + sizeof(Oid) <= der.size; i++)
    if (!memcmp(der.data + i, from, sizeof(Oid))) {
      memcpy(der.data + i, to, sizeof(Oid));
      count++;
    }
  g_assert_cmpuint(count, ==, expected);
  Certificate *strange = certificate_new_from_der(der.data, der.size, &error);
  g_assert_no_error(error);
  gnutls_free(der.data);
  return strange;
}

/* ecdsa-with-SHA256 becomes an algorithm that nobody has given a number. */
static Certificate *
with_strange_algorithm(const Certificate *certificate)
{
  static const Oid from = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  static const Oid to = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x7f};
  return with_oid(certificate, from, to, 2);
}

/* P-256 becomes SM2's curve, which GnuTLS does not know. */
static Certificate *
with_strange_key(const Certificate *certificate)
{
  static const Oid from = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
  static const Oid to = {0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d};
  return with_oid(certificate, from, to, 1);
}

/* Nobody can say whether such an issuer signed: that is no damage. */
static void
test_key_unsupported(Bench *bench, gconstpointer unused)
{
  g_autoptr(Certificate) root = with_strange_key(bench->root->certificate);
  g_assert_cmpstr(certificate_key_label(root), ==, "ECDSA SM2");
  g_assert_cmpuint(strlen(certificate_key_id(root)), ==, 64);
  g_assert_cmpstr(certificate_key_id(root), !=, certificate_key_id(bench->root->certificate));
  bench_send(bench, bench->leaf);
  bench_send(bench, bench->intermediate);
  g_ptr_array_add(bench->trusted, certificate_ref(root));
  const Verdict *verdict = bench_judge(bench);
  assert_refused(verdict, "algorithm-unsupported", FINDING_SIDE_TRUST, FINDING_SOURCE_TRUST, 0);
  const Finding *finding = bench_find(verdict, "algorithm-unsupported");
  g_assert_nonnull(strstr(finding->message, "(ECDSA SM2)"));
  g_assert_cmpstr(finding->sha256, ==, certificate_sha256(root));
}

/* The same, self-signed and sent. */
static void
test_key_unsupported_sent(Bench *bench, gconstpointer unused)
{
  g_ptr_array_add(bench->sent, with_strange_key(bench->root->certificate));
  bench_trust(bench, bench->intermediate);
  assert_found(bench_judge(bench), "algorithm-unsupported", FINDING_ERROR, FINDING_SIDE_SERVER,
               FINDING_SOURCE_PEER, 0);
  g_assert_null(bench_find(bench->verdict, "signature-invalid"));
}

static void
test_algorithm_unsupported(Bench *bench, gconstpointer unused)
{
  g_ptr_array_add(bench->sent, with_strange_algorithm(bench->leaf->certificate));
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  assert_refused(bench_judge(bench), "algorithm-unsupported", FINDING_SIDE_SERVER,
                 FINDING_SOURCE_PEER, 0);
}

/* Without key identifiers it cannot be told from a damaged signature, and that is said. */
static void
test_anchor_same_name_without_ids(Bench *bench, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Root X1"), leaf = forge_server("broker", HOST);
  root.no_key_ids = leaf.no_key_ids = TRUE;
  g_autoptr(Forged) a = forge(&root, NULL);
  g_autoptr(Forged) b = forge(&root, NULL);
  g_autoptr(Forged) end = forge(&leaf, a);
  bench_send(bench, end);
  bench_trust(bench, b);
  Finding *finding = assert_refused(bench_judge(bench), "anchor-same-name", FINDING_SIDE_TRUST,
                                    FINDING_SOURCE_TRUST, 0);
  g_assert_cmpstr(finding->alternatives->pdata[0], ==, "signature-invalid");
}

static void
test_issuer_key_differs(Bench *bench, gconstpointer unused)
{
  ForgeTemplate again = forge_authority("R3");
  g_autoptr(Forged) other = forge(&again, bench->root);
  bench_send(bench, bench->leaf);
  bench_send(bench, other);
  bench_trust(bench, bench->root);
  Finding *finding = assert_refused(bench_judge(bench), "issuer-key-differs", FINDING_SIDE_SERVER,
                                    FINDING_SOURCE_PEER, 1);
  g_assert_nonnull(strstr(finding->message, "\"broker\""));
  g_assert_cmpuint(bench->verdict->path->len, ==, 3);
  assert_link(bench->verdict, 1, "R3", PATH_SENT, 1, FALSE);
  assert_link(bench->verdict, 2, "Root X1", PATH_IN_TRUST, 0, TRUE);
}

static void
test_signature_invalid(Bench *bench, gconstpointer unused)
{
  g_ptr_array_add(bench->sent, forge_damaged(bench->leaf->certificate));
  bench_send(bench, bench->intermediate);
  bench_trust(bench, bench->root);
  assert_refused(bench_judge(bench), "signature-invalid", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, FALSE);
  g_ptr_array_set_size(bench->sent, 0);
  bench_send(bench, bench->leaf);
  g_ptr_array_add(bench->sent, forge_damaged(bench->intermediate->certificate));
  assert_refused(bench_judge(bench), "signature-invalid", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 1);
  assert_link(bench->verdict, 0, "broker", PATH_SENT, 0, TRUE);
}

static void
test_damaged_root(Bench *bench, gconstpointer unused)
{
  ForgeTemplate leaf = forge_server("broker", HOST);
  g_autoptr(Forged) end = forge(&leaf, NULL);
  g_ptr_array_add(bench->sent, forge_damaged(end->certificate));
  bench_trust(bench, bench->root);
  assert_refused(bench_judge(bench), "signature-invalid", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER,
                 0);
}

/* All faults at once: nobody should mend one and meet the next. */
static void
test_everything_is_said(Bench *bench, gconstpointer unused)
{
  ForgeTemplate other = forge_authority("Other Root");
  g_autoptr(Forged) root = forge(&other, NULL);
  bench_send_good(bench);
  bench_trust(bench, root);
  bench->request.name = "other.example.org";
  bench->request.time = FORGE_END + DAY;
  bench->request.purpose = VERIFY_PURPOSE_CLIENT;
  const Verdict *verdict = bench_judge(bench);
  static const char *const codes[] = {"anchor-wrong", "leaf-expired", "intermediate-expired",
                                      "name-mismatch", "client-usage-missing"};
  for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
    g_assert_nonnull(bench_find(verdict, codes[i]));
  g_assert_cmpuint(bench_count(verdict, FINDING_ERROR), ==, G_N_ELEMENTS(codes));
}

/* A crowd of CAs of one name, each signed by each: bounded work, and an honest answer. */
static void
test_crowd(Bench *bench, gconstpointer unused)
{
  ForgeTemplate crowd = forge_authority("Crowd"), leaf = forge_server("broker", HOST);
  g_autoptr(Forged) first = forge(&crowd, NULL);
  g_autoptr(Forged) end = forge(&leaf, first);
  bench_send(bench, end);
  for (guint i = 0; i < 60; i++) {
    g_autoptr(Forged) copy = forge_with_key(&crowd, first, first);
    bench_send(bench, copy);
  }
  bench_trust(bench, bench->root);
  g_assert_false(bench_judge(bench)->accepted);
  g_assert_cmpuint(bench_count(bench->verdict, FINDING_ERROR), >=, 1);
}

static void
test_copy(Bench *bench, gconstpointer unused)
{
  bench_send_dated(bench, "broker", FORGE_START, FORGE_NOW - DAY);
  g_autoptr(Verdict) copy = verdict_copy(bench_judge(bench));
  g_clear_pointer(&bench->verdict, verdict_free);
  assert_refused(copy, "leaf-expired", FINDING_SIDE_SERVER, FINDING_SOURCE_PEER, 0);
  assert_link(copy, 0, "broker", PATH_SENT, 0, FALSE);
  g_assert_cmpuint(copy->not_checked->len, ==, 2);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  BENCH_TEST("trust/", leaf_only);
  BENCH_TEST("trust/", client_leaf_only);
  BENCH_TEST("trust/", leaf_only_published);
  BENCH_TEST("trust/", anchor_wrong);
  BENCH_TEST("trust/", anchor_wrong_of_like_name);
  BENCH_TEST("trust/", gap);
  BENCH_TEST("trust/", self_signed);
  BENCH_TEST("trust/", anchor_cross_signed);
  BENCH_TEST("trust/", anchor_leaf);
  BENCH_TEST("trust/", anchor_same_name);
  BENCH_TEST("trust/", self_signed_same_name);
  BENCH_TEST("trust/", anchor_twin);
  BENCH_TEST("trust/", algorithm_unsupported);
  BENCH_TEST("trust/", key_unsupported);
  BENCH_TEST("trust/", key_unsupported_sent);
  BENCH_TEST("trust/", anchor_same_name_without_ids);
  BENCH_TEST("trust/", issuer_key_differs);
  BENCH_TEST("trust/", signature_invalid);
  BENCH_TEST("trust/", damaged_root);
  BENCH_TEST("trust/", everything_is_said);
  BENCH_TEST("trust/", crowd);
  BENCH_TEST("trust/", copy);
  return g_test_run();
}
