/* trust/repair.h: what local checks and verification find fault with, mended in a copy that they
 * find no fault with; nothing that is there is ever changed. */
#include "config.h"

#include "trust/repair.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/local_check.h"
#include "trust/certificate_file.h"
#include "trust/verify.h"
#include "lab/forge.h"
#include "unit/local_stage.h"
#include "util/secret.h"

/* --- Steps ------------------------------------------------------------------------------------ */

static RepairContext
context_of(const Stage *stage, const GPtrArray *sent)
{
  return (RepairContext){.ca_path = stage->profile->ca_path,
                         .certificate_path = stage->profile->certificate_path,
                         .key_path = stage->profile->key_path,
                         .peer_chain = sent};
}

/* (transfer full): the one finding of this code that the local checks have. */
static Finding *
find(const Stage *stage, const char *code)
{
  g_autoptr(LocalCheck) check = local_check(stage->profile, FILES_NOW);
  Finding *found = NULL;
  for (guint i = 0; i < check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_test_message("%s: %s", finding->code, finding->message);
    if (strcmp(finding->code, code) == 0 && found == NULL)
      found = finding_copy(finding);
  }
  g_assert_nonnull(found);
  return found;
}

static Repair *
propose(const Stage *stage, const char *code)
{
  g_autoptr(Finding) finding = find(stage, code);
  RepairContext context = context_of(stage, NULL);
  return repair_propose(finding, &context);
}

static char **
field_of(const Stage *stage, RepairSlot slot)
{
  switch (slot) {
  case REPAIR_CA_FILE:
    return &stage->profile->ca_path;
  case REPAIR_CERTIFICATE_FILE:
    return &stage->profile->certificate_path;
  case REPAIR_KEY_FILE:
  default:
    return &stage->profile->key_path;
  }
}

static void
assert_mode(const char *path, int mode)
{
  struct stat status;
  g_assert_cmpint(lstat(path, &status), ==, 0);
  g_assert_true(S_ISREG(status.st_mode));
  g_assert_cmpint(status.st_mode & 07777, ==, mode);
}

/* Writes the copy and uses it; the old file stays as it was. */
static void
apply(const Stage *stage, const Repair *repair, const char *name, int mode)
{
  g_autoptr(GError) error = NULL;
  char **field = field_of(stage, repair->slot);
  g_autofree char *before = NULL, *after = NULL, *base = g_path_get_basename(repair->path);
  gsize length = 0, length_after = 0;
  g_test_message("%s: %s", repair->path, repair->summary);
  g_assert_cmpstr(base, ==, name);
  g_assert_true(g_file_get_contents(*field, &before, &length, NULL));
  g_assert_true(repair_write(repair, &error));
  g_assert_no_error(error);
  g_assert_true(g_file_get_contents(*field, &after, &length_after, NULL));
  g_assert_cmpmem(before, length, after, length_after);
  assert_mode(repair->path, mode);
  use(field, g_strdup(repair->path));
}

/* Fault, copy, no fault. */
static void
assert_mends(const Stage *stage, const char *code, const char *name, int mode, const char *summary)
{
  g_autoptr(Repair) repair = propose(stage, code);
  g_assert_nonnull(repair);
  g_assert_nonnull(strstr(repair->summary, summary));
  apply(stage, repair, name, mode);
  g_autoptr(LocalCheck) check = local_check(stage->profile, FILES_NOW);
  for (guint i = 0; i < check->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(check->findings, i);
    g_test_message("left: %s: %s", finding->code, finding->message);
  }
  g_assert_cmpuint(check->findings->len, ==, 0);
  g_assert_true(check->usable);
}

static void
assert_labels(const char *path, const char *expected)
{
  g_autoptr(GPtrArray) list = certificate_file_read(path, NULL);
  g_autoptr(GString) labels = g_string_new(NULL);
  g_assert_nonnull(list);
  for (guint i = 0; i < list->len; i++)
    g_string_append_printf(labels, "%s%s", i > 0 ? " " : "",
                           certificate_subject_label(g_ptr_array_index(list, i)));
  g_assert_cmpstr(labels->str, ==, expected);
}

/* --- Our chain -------------------------------------------------------------------------------- */

/* Leaf "leaf", of "low", of "high", of the stage's root. */
typedef struct {
  PkiPair *high, *low, *leaf;
} Chain;

static Chain
make_chain(Stage *stage)
{
  Chain chain = {.high = authority(PKI_INTERMEDIATE, "high", stage->files.root)};
  chain.low = authority(PKI_INTERMEDIATE, "low", chain.high);
  chain.leaf = client_of("leaf", chain.low);
  g_free(write_key(stage, "client.key", chain.leaf, NULL));
  return chain;
}

static void
chain_clear(Chain *chain)
{
  pki_pair_free(chain->high);
  pki_pair_free(chain->low);
  pki_pair_free(chain->leaf);
}

static void
test_order(Stage *stage, gconstpointer unused)
{
  Chain chain = make_chain(stage);
  STAGE_WRITE(stage, "client.pem", chain.leaf, chain.high, chain.low);
  assert_mends(stage, "chain-wrong-order", "client-sorted.pem", 0644,
               "sorts the 3 certificates: leaf first, each followed by its issuer");
  assert_labels(stage->profile->certificate_path, "leaf low high");
  chain_clear(&chain);
}

static void
test_leaf_not_first(Stage *stage, gconstpointer unused)
{
  Chain chain = make_chain(stage);
  STAGE_WRITE(stage, "client.pem", chain.low, chain.high, chain.leaf);
  assert_mends(stage, "leaf-not-first", "client-sorted.pem", 0644, "sorts the 3 certificates");
  assert_labels(stage->profile->certificate_path, "leaf low high");
  chain_clear(&chain);
}

/* From the folder; what is not there, from the CA file or from what the broker sent. */
static void
test_complete(Stage *stage, gconstpointer unused)
{
  Chain chain = make_chain(stage);
  STAGE_WRITE(stage, "client.pem", chain.leaf);
  g_free(write_pem(stage, "low.pem", chain.low));
  STAGE_WRITE(stage, "root.pem", stage->files.root, chain.high);
  assert_mends(stage, "client-chain-incomplete", "client-complete.pem", 0644,
               "adds \"low\", \"high\"");
  assert_labels(stage->profile->certificate_path, "leaf low high");
  chain_clear(&chain);
}

static void
test_complete_from_peer(Stage *stage, gconstpointer unused)
{
  Chain chain = make_chain(stage);
  STAGE_WRITE(stage, "client.pem", chain.leaf);
  g_autoptr(Finding) finding = finding_new("client-chain-incomplete");
  finding->source = FINDING_SOURCE_CLIENT;
  finding->file = g_strdup(stage->certificate);
  RepairContext context = context_of(stage, NULL);
  g_assert_null(repair_propose(finding, &context));
  g_autoptr(GPtrArray) sent = certificate_list_new();
  g_ptr_array_add(sent, certificate_ref(pki_pair_certificate(chain.high)));
  g_ptr_array_add(sent, certificate_ref(pki_pair_certificate(chain.low)));
  context.peer_chain = sent;
  g_autoptr(Repair) repair = repair_propose(finding, &context);
  g_assert_nonnull(repair);
  apply(stage, repair, "client-complete.pem", 0644);
  assert_labels(stage->profile->certificate_path, "leaf low high");
  chain_clear(&chain);
}

static void
test_clean(Stage *stage, gconstpointer unused)
{
  Chain chain = make_chain(stage);
  g_autoptr(PkiPair) stranger = authority(PKI_ROOT, "stranger", NULL);
  STAGE_WRITE(stage, "client.pem", chain.leaf, chain.low, chain.high, stranger);
  assert_mends(stage, "chain-unrelated", "client-clean.pem", 0644, "leaves out \"stranger\"");
  use(&stage->profile->certificate_path, g_strdup(stage->certificate));
  STAGE_WRITE(stage, "client.pem", chain.leaf, chain.low, chain.low, chain.high);
  assert_mends(stage, "certificate-duplicate", "client-clean-2.pem", 0644, "one copy");
  use(&stage->profile->certificate_path, g_strdup(stage->certificate));
  STAGE_WRITE(stage, "client.pem", chain.leaf, chain.low, chain.high, stage->files.root);
  assert_mends(stage, "chain-includes-root", "client-clean-3.pem", 0644, "leaves out \"Test CA\"");
  assert_labels(stage->profile->certificate_path, "leaf low high");
  chain_clear(&chain);
}

/* The key in the same file stays in the copy, which nobody else may read. */
static void
test_combined(Stage *stage, gconstpointer unused)
{
  Chain chain = make_chain(stage);
  secret_auto key = pki_pair_key_pem(chain.leaf, NULL, NULL);
  g_autoptr(GString) all = g_string_new(key);
  const PkiPair *const order[] = {chain.low, chain.leaf, chain.high};
  for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
    g_autofree char *pem = certificate_to_pem(pki_pair_certificate(order[i]));
    g_string_append(all, pem);
  }
  g_autofree char *path = files_write(&stage->files, "all.pem", all->str, -1);
  g_assert_cmpint(g_chmod(path, 0600), ==, 0);
  use(&stage->profile->certificate_path, g_strdup(path));
  use(&stage->profile->key_path, NULL);
  assert_mends(stage, "leaf-not-first", "all-sorted.pem", 0600, "sorts");
  chain_clear(&chain);
}

/* The intermediate was renewed with another key, and the leaf with it. */
static void
test_stale_intermediate(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) old = issue(PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Issuing CA",
                                 stage->files.root, FILES_START, FILES_END);
  g_autoptr(PkiPair) new = issue(PKI_INTERMEDIATE, PKI_KEY_ECDSA_P256, "Issuing CA",
                                 stage->files.root, FILES_START + DAY, FILES_END);
  g_autoptr(PkiPair) leaf = client_of("leaf", new);
  g_free(write_key(stage, "client.key", leaf, NULL));
  STAGE_WRITE(stage, "client.pem", leaf, old);
  RepairContext context = context_of(stage, NULL);
  g_autoptr(Finding) finding = find(stage, "issuer-key-differs");
  g_assert_null(repair_propose(finding, &context)); /* the right one is nowhere yet */
  g_free(write_pem(stage, "new.pem", new));
  assert_mends(stage, "chain-stale-intermediate", "client-complete.pem", 0644, "leaves out");
}

/* --- The text --------------------------------------------------------------------------------- */

static void
test_rewrap(Stage *stage, gconstpointer unused)
{
  g_autofree char *written = replace(stage->files.client_pem, "\n", "\\n");
  g_free(files_write(&stage->files, "client.pem", written, -1));
  assert_mends(stage, "pem-damaged", "client-clean.pem", 0644, "writes the PEM anew");
  g_autofree char *indented = replace(stage->files.root_pem, "\n-----END", "\n  -----END");
  g_free(files_write(&stage->files, "root.pem", indented, -1));
  assert_mends(stage, "pem-damaged", "root-clean.pem", 0644, "writes the PEM anew");
  secret_auto key = replace(stage->files.client_key, "\n-----END", "\n  -----END");
  g_free(files_write(&stage->files, "client.key", key, -1));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  assert_mends(stage, "pem-damaged", "client-clean.key", 0600, "writes the PEM anew");
}

static void
test_der(Stage *stage, gconstpointer unused)
{
  g_autoptr(GBytes) root = files_der(stage->files.root_pem);
  g_autoptr(GBytes) certificate = files_der(stage->files.client_pem);
  g_autoptr(GBytes) key = files_der(stage->files.client_key);
  g_free(files_write(&stage->files, "root.pem", g_bytes_get_data(root, NULL),
                     (gssize)g_bytes_get_size(root)));
  assert_mends(stage, "file-der", "root-pem.pem", 0644, "as PEM");
  g_free(files_write(&stage->files, "client.pem", g_bytes_get_data(certificate, NULL),
                     (gssize)g_bytes_get_size(certificate)));
  assert_mends(stage, "file-der", "client-pem.pem", 0644, "as PEM");
  g_free(files_write(&stage->files, "client.key", g_bytes_get_data(key, NULL),
                     (gssize)g_bytes_get_size(key)));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  assert_mends(stage, "file-der", "client-pem.key", 0600, "as PEM");
}

static void
test_trusted_label(Stage *stage, gconstpointer unused)
{
  g_autofree char *trusted = replace(stage->files.root_pem, " CERTIFICATE", " TRUSTED CERTIFICATE");
  g_free(files_write(&stage->files, "root.pem", trusted, -1));
  assert_mends(stage, "pem-trusted-label", "root-clean.pem", 0644, "plain CERTIFICATE");
}

static void
test_keys(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  secret_auto other_key = pki_pair_key_pem(other, NULL, NULL);
  secret_auto both = g_strconcat(other_key, stage->files.client_key, NULL);
  g_free(files_write(&stage->files, "client.key", both, -1));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  assert_mends(stage, "file-several-keys", "client-single.key", 0600, "belongs to \"Client\"");
}

/* The field of the key gets a key alone, whatever else stood in its file. */
static void
test_keys_among_certificates(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  secret_auto other_key = pki_pair_key_pem(other, NULL, NULL);
  secret_auto all = g_strconcat(stage->files.client_pem, other_key, stage->files.client_key, NULL);
  g_free(files_write(&stage->files, "client.key", all, -1));
  g_assert_cmpint(g_chmod(stage->key, 0600), ==, 0);
  g_autoptr(Repair) repair = propose(stage, "file-several-keys");
  g_assert_nonnull(repair);
  gsize length = 0;
  const char *text = g_bytes_get_data(repair->content, &length);
  g_assert_cmpmem(text, length, stage->files.client_key, strlen(stage->files.client_key));
}

/* None fits: which one is meant is not ours to say. */
static void
test_keys_of_others(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other = client_of("Other", stage->files.root);
  secret_auto other_key = pki_pair_key_pem(other, NULL, NULL);
  secret_auto both = g_strconcat(other_key, other_key, NULL);
  g_free(files_write(&stage->files, "client.key", both, -1));
  g_assert_null(propose(stage, "file-several-keys"));
}

/* --- The CA file ------------------------------------------------------------------------------ */

static void
test_anchor_duplicate(Stage *stage, gconstpointer unused)
{
  STAGE_WRITE(stage, "root.pem", stage->files.root, stage->files.root);
  assert_mends(stage, "certificate-duplicate", "root-clean.pem", 0644, "leaves out 1 certificate");
}

/* (transfer full): the finding of this code that the broker's chain gets with the CA file. */
static Finding *
judge(const Stage *stage, GPtrArray *sent, const char *code, guint *count)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Anchors) anchors = anchors_load_file(stage->profile->ca_path, &error);
  g_assert_no_error(error);
  VerifyRequest request = {.certificates = sent,
                           .anchors = anchors,
                           .purpose = VERIFY_PURPOSE_SERVER,
                           .time = FILES_NOW,
                           .source = FINDING_SOURCE_PEER};
  g_autoptr(Verdict) verdict = verify(&request);
  Finding *found = NULL;
  *count = 0;
  for (guint i = 0; i < verdict->findings->len; i++) {
    const Finding *finding = g_ptr_array_index(verdict->findings, i);
    g_test_message("%s: %s", finding->code, finding->message);
    if (finding->source != FINDING_SOURCE_TRUST)
      continue;
    ++*count;
    if (strcmp(finding->code, code) == 0)
      found = finding_copy(finding);
  }
  return found;
}

/* As assert_mends(), with the chain that the broker sends. */
static void
assert_mends_trust(const Stage *stage, GPtrArray *sent, const char *code, const char *name,
                   const char *labels)
{
  guint count = 0;
  RepairContext context = context_of(stage, sent);
  g_autoptr(Finding) finding = judge(stage, sent, code, &count);
  g_assert_nonnull(finding);
  g_autoptr(Repair) repair = repair_propose(finding, &context);
  g_assert_nonnull(repair);
  g_assert_cmpint(repair->slot, ==, REPAIR_CA_FILE);
  apply(stage, repair, name, 0644);
  assert_labels(stage->profile->ca_path, labels);
  g_assert_null(judge(stage, sent, code, &count));
  g_assert_cmpuint(count, ==, 0);
}

static GPtrArray *
chain_sent(const PkiPair *leaf, const PkiPair *issuer)
{
  GPtrArray *sent = certificate_list_new();
  g_ptr_array_add(sent, certificate_ref(pki_pair_certificate(leaf)));
  if (issuer != NULL)
    g_ptr_array_add(sent, certificate_ref(pki_pair_certificate(issuer)));
  return sent;
}

static PkiPair *
server_of(const PkiPair *issuer)
{
  return issue(PKI_SERVER, PKI_KEY_ECDSA_P256, "broker", issuer, FILES_START, FILES_END);
}

/* The root is added, or takes the intermediate's place when the broker sends that. */
static void
test_intermediate(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) middle = authority(PKI_INTERMEDIATE, "Issuing CA", stage->files.root);
  g_autoptr(PkiPair) broker = server_of(middle);
  g_autoptr(GPtrArray) alone = chain_sent(broker, NULL), full = chain_sent(broker, middle);
  use(&stage->profile->ca_path, write_pem(stage, "ca.pem", middle));
  assert_mends_trust(stage, alone, "anchor-intermediate", "ca-root.pem", "Issuing CA Test CA");
  use(&stage->profile->ca_path, write_pem(stage, "ca.pem", middle));
  assert_mends_trust(stage, full, "anchor-intermediate", "ca-root-2.pem", "Test CA");
}

/* No root is at hand; what a broker sends is never trusted for that. */
static void
test_root_from_peer(Stage *stage, gconstpointer unused)
{
  guint count = 0;
  g_autoptr(PkiPair) middle = authority(PKI_INTERMEDIATE, "Issuing CA", stage->files.root);
  g_autoptr(PkiPair) broker = server_of(middle);
  g_autoptr(GPtrArray) sent = chain_sent(broker, middle);
  g_ptr_array_add(sent, certificate_ref(pki_pair_certificate(stage->files.root)));
  g_assert_cmpint(g_unlink(stage->root), ==, 0);
  use(&stage->profile->ca_path, write_pem(stage, "ca.pem", middle));
  g_autoptr(Finding) finding = judge(stage, sent, "anchor-intermediate", &count);
  g_assert_nonnull(finding);
  RepairContext context = context_of(stage, sent);
  g_assert_null(repair_propose(finding, &context));
}

/* A root, an older one, and the copy of the first that the second signed, as ISRG Root X1 and DST
 * Root CA X3 were. */
typedef struct {
  Forged *old, *root, *cross, *broker;
} CrossSign;

static CrossSign
cross_sign(gint64 old_end)
{
  CrossSign made = {0};
  ForgeTemplate old = forge_authority("Old Root"), root = forge_authority("New Root");
  ForgeTemplate broker = forge_server("broker", "broker.example");
  old.not_before = FORGE_START - 3650 * DAY;
  old.not_after = old_end;
  made.old = forge(&old, NULL);
  made.root = forge(&root, NULL);
  made.cross = forge_with_key(&root, made.old, made.root);
  made.broker = forge(&broker, made.root);
  return made;
}

static void
cross_sign_clear(CrossSign *made)
{
  forged_free(made->old);
  forged_free(made->root);
  forged_free(made->cross);
  forged_free(made->broker);
}

static char *
write_forged(Stage *stage, const char *name, const Forged *forged)
{
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  return files_write(&stage->files, name, pem, -1);
}

static GPtrArray *
forged_sent(const Forged *leaf, const Forged *issuer)
{
  GPtrArray *sent = certificate_list_new();
  g_ptr_array_add(sent, certificate_ref(leaf->certificate));
  if (issuer != NULL)
    g_ptr_array_add(sent, certificate_ref(issuer->certificate));
  return sent;
}

static void
test_cross_signed(Stage *stage, gconstpointer unused)
{
  guint count = 0;
  CrossSign made = cross_sign(FORGE_END);
  g_autoptr(GPtrArray) sent = forged_sent(made.broker, NULL);
  use(&stage->profile->ca_path, write_forged(stage, "ca.pem", made.cross));
  g_autoptr(Finding) finding = judge(stage, sent, "anchor-cross-signed", &count);
  RepairContext context = context_of(stage, sent);
  g_assert_null(repair_propose(finding, &context)); /* there is no twin yet */
  g_free(write_forged(stage, "new.pem", made.root));
  assert_mends_trust(stage, sent, "anchor-cross-signed", "ca-root.pem", "New Root");
  g_autoptr(GPtrArray) list = certificate_file_read(stage->profile->ca_path, NULL);
  g_assert_true(certificate_equal(g_ptr_array_index(list, 0), made.root->certificate));
  cross_sign_clear(&made);
}

/* The successor comes from the folder; the broker goes on sending the old cross-signed copy. */
static void
test_legacy(Stage *stage, gconstpointer unused)
{
  CrossSign made = cross_sign(FORGE_NOW - DAY);
  g_autoptr(GPtrArray) sent = forged_sent(made.broker, made.cross);
  use(&stage->profile->ca_path, write_forged(stage, "ca.pem", made.old));
  g_free(write_forged(stage, "new.pem", made.root));
  g_autoptr(Finding) finding = finding_new("anchor-legacy-expired");
  finding->source = FINDING_SOURCE_TRUST;
  finding->file = g_strdup(stage->profile->ca_path);
  finding->sha256 = g_strdup(certificate_sha256(made.old->certificate));
  RepairContext context = context_of(stage, sent);
  g_autoptr(Repair) repair = repair_propose(finding, &context);
  g_assert_nonnull(repair);
  apply(stage, repair, "ca-root.pem", 0644);
  assert_labels(stage->profile->ca_path, "New Root");
  guint count = 0;
  g_assert_null(judge(stage, sent, "anchor-legacy-expired", &count));
  g_assert_cmpuint(count, ==, 0);
  cross_sign_clear(&made);
}

/* The CA has renewed its root and kept the key. */
static void
test_expired(Stage *stage, gconstpointer unused)
{
  ForgeTemplate root = forge_authority("Root"), broker = forge_server("broker", "broker.example");
  root.not_before = FORGE_START - 3650 * DAY;
  root.not_after = FORGE_NOW - DAY;
  g_autoptr(Forged) old = forge(&root, NULL);
  root.not_before = FORGE_START;
  root.not_after = FORGE_END;
  g_autoptr(Forged) new = forge_with_key(&root, NULL, old);
  g_autoptr(Forged) leaf = forge(&broker, old);
  g_autoptr(GPtrArray) sent = forged_sent(leaf, NULL);
  g_free(write_forged(stage, "new.pem", new));
  use(&stage->profile->ca_path, write_forged(stage, "ca.pem", old));
  assert_mends_trust(stage, sent, "anchor-expired", "ca-root.pem", "Root");
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* A link that somebody put there, even one that leads nowhere, is neither followed nor replaced. */
static void
test_never_over(Stage *stage, gconstpointer unused)
{
  g_autoptr(GError) error = NULL;
  STAGE_WRITE(stage, "client.pem", stage->files.client, stage->files.root);
  g_autoptr(Repair) repair = propose(stage, "chain-includes-root");
  g_assert_nonnull(repair);
  g_autofree char *elsewhere = g_build_filename(stage->files.folder, "elsewhere", NULL);
  g_assert_cmpint(symlink(elsewhere, repair->path), ==, 0);
  g_assert_false(repair_write(repair, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_assert_false(g_file_test(elsewhere, G_FILE_TEST_EXISTS));
  g_autoptr(Repair) next = propose(stage, "chain-includes-root");
  g_assert_true(g_str_has_suffix(next->path, "/client-clean-2.pem"));
}

/* --- Nothing to do ---------------------------------------------------------------------------- */

static void
test_none(Stage *stage, gconstpointer unused)
{
  static const char *const codes[] = {"chain-wrong-order", "client-expired", "key-mismatch",
                                      "client-chain-incomplete", "certificate-duplicate"};
  RepairContext context = context_of(stage, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
    g_autoptr(Finding) finding = finding_new(codes[i]);
    finding->source = FINDING_SOURCE_CLIENT;
    finding->file = g_strdup(stage->certificate);
    g_assert_null(repair_propose(finding, &context));
    finding->source = FINDING_SOURCE_PEER;
    g_assert_null(repair_propose(finding, &context));
  }
}

/* About another file than the connection's. */
static void
test_other_file(Stage *stage, gconstpointer unused)
{
  STAGE_WRITE(stage, "client.pem", stage->files.client, stage->files.root);
  g_autoptr(Finding) finding = find(stage, "chain-includes-root");
  RepairContext context = {.certificate_path = stage->key};
  g_assert_null(repair_propose(finding, &context));
  context.certificate_path = NULL;
  g_assert_null(repair_propose(finding, &context));
}

#define TEST(name)                                                                                 \
  g_test_add("/repair/" #name, Stage, NULL, local_stage_setup, test_##name, local_stage_teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  TEST(order);
  TEST(leaf_not_first);
  TEST(complete);
  TEST(complete_from_peer);
  TEST(clean);
  TEST(combined);
  TEST(stale_intermediate);
  TEST(rewrap);
  TEST(der);
  TEST(trusted_label);
  TEST(keys);
  TEST(keys_among_certificates);
  TEST(keys_of_others);
  TEST(anchor_duplicate);
  TEST(intermediate);
  TEST(root_from_peer);
  TEST(cross_signed);
  TEST(legacy);
  TEST(expired);
  TEST(never_over);
  TEST(none);
  TEST(other_file);
  return g_test_run();
}
