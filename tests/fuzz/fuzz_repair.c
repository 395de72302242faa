/* Any file in one of a connection's three fields, the findings that the local check has on it, and
 * the copies that would mend them.
 *
 * The first byte says which field the file stands in and, with the second, one more finding, which
 * nobody has made: a proposal must be right whatever it is asked for. A copy holds nothing but PEM
 * that can be read again, lies beside the file under a name that was free, and needs no other
 * mending of the same kind. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/local_check.h"
#include "fuzz/revocation_chain.h"
#include "trust/certificate_file.h"
#include "trust/inspection.h"
#include "trust/repair.h"
#include "util/private_folder.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1751328000) /* 2025-07-01 */

static const char *const codes[] = {
    "chain-wrong-order",
    "leaf-not-first",
    "chain-unrelated",
    "chain-includes-root",
    "certificate-duplicate",
    "client-chain-incomplete",
    "chain-stale-intermediate",
    "issuer-key-differs",
    "file-several-keys",
    "pem-damaged",
    "file-der",
    "pem-trusted-label",
    "anchor-cross-signed",
    "anchor-legacy-expired",
    "anchor-expired",
    "anchor-intermediate",
    "key-mismatch",
    "unknown",
};

static char *folder;

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

/* Where a longer one stood, too: g_file_set_contents_full() would leave its end there. */
static void
write_file(const char *name, const void *bytes, gsize length)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  FILE *file = fopen(path, "wb");
  check(file != NULL && fwrite(bytes, 1, length, file) == length);
  check(fclose(file) == 0);
  check(chmod(path, 0600) == 0);
}

static void
remove_folder(void)
{
  private_folder_remove(folder, NULL);
}

/* The file's neighbours: a root and a leaf that it signed. */
static void
set_up(void)
{
  g_autoptr(GError) error = NULL;
  folder = private_folder_new("mqtrust-fuzz", &error);
  if (folder == NULL)
    g_error("%s", error->message);
  write_file("root.pem", chain_root, strlen(chain_root));
  write_file("leaf.pem", chain_leaf, strlen(chain_leaf));
  atexit(remove_folder);
}

/* --- A copy ----------------------------------------------------------------------------------- */

static void
check_safe(const char *text)
{
  check(text != NULL && *text != '\0' && g_utf8_validate(text, -1, NULL));
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

/* Lines of printable ASCII: PEM (RFC 7468, 2). */
static void
check_pem(const char *text, gsize length)
{
  check(length > 0 && text[length - 1] == '\n');
  for (gsize i = 0; i < length; i++)
    check(g_ascii_isprint(text[i]) || text[i] == '\n');
}

static void
check_content(const Repair *repair)
{
  gsize length;
  const char *text = g_bytes_get_data(repair->content, &length);
  check_pem(text, length);
  g_autoptr(Inspection) inspection = inspection_parse(text, length, "copy", NULL, NULL);
  check(inspection != NULL && inspection->items->len > 0);
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    gboolean is_key = item->kind == INSPECTED_KEY;
    check(is_key || item->kind == INSPECTED_CERTIFICATE);
    check(!is_key || repair->slot != REPAIR_CA_FILE);
    check(is_key || repair->slot != REPAIR_KEY_FILE);
  }
}

static gboolean
is_about_chain(const char *code)
{
  for (gsize i = 0; i < 8; i++)
    if (g_str_equal(codes[i], code))
      return TRUE;
  return FALSE;
}

static RepairContext
context_of(RepairSlot slot, const char *path, const GPtrArray *peer_chain)
{
  return (RepairContext){.ca_path = slot == REPAIR_CA_FILE ? path : NULL,
                         .certificate_path = slot == REPAIR_CA_FILE ? NULL : path,
                         .key_path = slot == REPAIR_KEY_FILE ? path : NULL,
                         .peer_chain = peer_chain};
}

/* Written, it is what was proposed; and a chain that was put in order is in order. */
static void
check_written(const Repair *repair, const Finding *finding)
{
  g_autoptr(GError) error = NULL;
  check(repair_write(repair, &error));
  check(!repair_write(repair, NULL)); /* never over what is there */
  Finding *again = finding_copy(finding);
  g_free(again->file);
  again->file = g_strdup(repair->path);
  RepairContext context = context_of(repair->slot, repair->path, NULL);
  g_autoptr(Repair) more = is_about_chain(finding->code) && repair->slot != REPAIR_CA_FILE
                               ? repair_propose(again, &context)
                               : NULL;
  check(more == NULL);
  finding_free(again);
  unlink(repair->path);
}

static void
check_repair(const Finding *finding, const RepairContext *context)
{
  g_autoptr(Repair) repair = repair_propose(finding, context);
  if (repair == NULL)
    return;
  g_autofree char *where = g_path_get_dirname(repair->path);
  check(g_str_equal(where, folder));
  check(!g_file_test(repair->path, G_FILE_TEST_EXISTS));
  check_safe(repair->summary);
  check_content(repair);
  check_written(repair, finding);
}

/* --- The findings ----------------------------------------------------------------------------- */

/* One of the certificates in it, as a finding would name it. */
static void
name_certificate(Finding *finding, const GPtrArray *certificates, guint8 number)
{
  if (certificates == NULL || certificates->len == 0)
    return;
  const Certificate *certificate = certificates->pdata[number % certificates->len];
  finding->sha256 = g_strdup(certificate_sha256(certificate));
}

static void
check_invented(RepairSlot slot, guint8 number, const char *path, const RepairContext *context,
               const GPtrArray *certificates)
{
  static const FindingSource sources[] = {[REPAIR_CA_FILE] = FINDING_SOURCE_TRUST,
                                          [REPAIR_CERTIFICATE_FILE] = FINDING_SOURCE_CLIENT,
                                          [REPAIR_KEY_FILE] = FINDING_SOURCE_KEY};
  g_autoptr(Finding) finding = finding_new(codes[number % G_N_ELEMENTS(codes)]);
  finding->source = sources[slot];
  finding->file = g_strdup(path);
  name_certificate(finding, certificates, number);
  check_repair(finding, context);
}

static void
check_local(RepairSlot slot, const char *path, const RepairContext *context)
{
  g_autoptr(Profile) profile = profile_new();
  profile->scheme = SCHEME_MQTTS;
  profile->trust = slot == REPAIR_CA_FILE ? TRUST_FILE : TRUST_SYSTEM;
  profile->ca_path = g_strdup(context->ca_path);
  profile->certificate_path = g_strdup(context->certificate_path);
  profile->key_path = g_strdup(context->key_path);
  g_autoptr(LocalCheck) local = local_check(profile, NOW);
  for (guint i = 0; i < local->findings->len; i++) {
    const Finding *finding = local->findings->pdata[i];
    check_safe(finding->message);
    check(finding->remedy == NULL || *finding->remedy == '\0' ||
          g_utf8_validate(finding->remedy, -1, NULL));
    check_repair(finding, context);
  }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  if (size < 2)
    return 0;
  if (folder == NULL)
    set_up();
  RepairSlot slot = (RepairSlot)(data[0] % 3);
  g_autofree char *path = g_build_filename(folder, "file.pem", NULL);
  write_file("file.pem", data + 2, size - 2);
  g_autoptr(GPtrArray) certificates = certificate_file_read(path, NULL);
  RepairContext context = context_of(slot, path, (data[0] & 4) != 0 ? certificates : NULL);
  check_invented(slot, data[1], path, &context, certificates);
  if ((data[0] & 8) != 0)
    check_local(slot, path, &context);
  return 0;
}
