#include "config.h"

#include "trust/file_remarks.h"

#include <sys/stat.h>

#include "trust/file_content.h"
#include "trust/pem_block.h"

FindingSource
file_remarks_source(FileSlot slot)
{
  switch (slot) {
  case FILE_SLOT_CA:
    return FINDING_SOURCE_TRUST;
  case FILE_SLOT_CERTIFICATE:
    return FINDING_SOURCE_CLIENT;
  case FILE_SLOT_KEY:
    return FINDING_SOURCE_KEY;
  case FILE_SLOT_CRL:
    return FINDING_SOURCE_CRL;
  case FILE_SLOT_ANY:
    break;
  }
  return FINDING_SOURCE_NONE;
}

static Finding *
finding_about(const FileContent *content, FileSlot slot, const char *code)
{
  Finding *finding = finding_new(code);
  finding->source = file_remarks_source(slot);
  finding->file = g_strdup(content->label);
  return finding;
}

/* --- PEM -------------------------------------------------------------------------------------- */

static gboolean
is_key(ContentKind kind)
{
  return kind == CONTENT_KEY || kind == CONTENT_ENCRYPTED_KEY;
}

static gboolean
is_wanted(ContentKind kind, FileSlot slot)
{
  return slot == FILE_SLOT_KEY   ? is_key(kind)
         : slot == FILE_SLOT_CRL ? kind == CONTENT_CRL
                                 : kind == CONTENT_CERTIFICATE;
}

/* The first one that is damaged: one is enough, for the file is written anew as a whole. */
static PemBlock *
find_damage(const FileContent *content, FileSlot slot, guint *number)
{
  *number = 0;
  for (guint i = 0; !content->der && i < content->blocks->len; i++) {
    const ContentBlock *block = &g_array_index(content->blocks, ContentBlock, i);
    g_autoptr(PemBlock) pem = block->complete ? pem_block_read(content, block) : NULL;
    if (!pem || !is_wanted(pem->kind, slot))
      continue;
    ++*number;
    if (pem->damage && pem->der)
      return g_steal_pointer(&pem);
  }
  return NULL;
}

static Finding *
damage_finding(const FileContent *content, FileSlot slot)
{
  guint number = 0;
  g_autoptr(PemBlock) pem = find_damage(content, slot, &number);
  if (!pem)
    return NULL;
  Finding *finding = finding_about(content, slot, "pem-damaged");
  finding_set_message(finding,
                      "%s %u in %s can be read here, but programs with OpenSSL (mosquitto, MQTTX) "
                      "refuse it: %s.",
                      slot == FILE_SLOT_KEY ? "Private key" : "Certificate", number, content->label,
                      pem->damage);
  finding_set_remedy(finding, "%s", pem_block_remedy(pem));
  if (pem->gnutls_reads)
    return finding;
  finding->severity = FINDING_ERROR;
  finding_set_message(finding, "The PEM of %s %u in %s is damaged: %s.",
                      slot == FILE_SLOT_KEY ? "private key" : "certificate", number, content->label,
                      pem->damage);
  return finding;
}

Finding *
file_remarks_damage(const char *path, FileSlot slot)
{
  g_autoptr(FileContent) content = file_content_read(path, slot, NULL);
  if (!content || content->der || !file_content_check_whole(content, NULL))
    return NULL;
  g_autoptr(Finding) finding = damage_finding(content, slot);
  return finding && finding->severity == FINDING_ERROR ? g_steal_pointer(&finding) : NULL;
}

/* --- DER -------------------------------------------------------------------------------------- */

static void
add_der(GPtrArray *findings, const FileContent *content, const char *path, FileSlot slot)
{
  static const char *const commands[] = {[FILE_SLOT_CA] = "openssl x509",
                                         [FILE_SLOT_CERTIFICATE] = "openssl x509",
                                         [FILE_SLOT_KEY] = "openssl pkey",
                                         [FILE_SLOT_CRL] = "openssl crl",
                                         [FILE_SLOT_ANY] = "openssl x509"};
  if (!content->der || content->blocks->len == 0 ||
      !is_wanted(g_array_index(content->blocks, ContentBlock, 0).kind, slot))
    return;
  Finding *finding = finding_about(content, slot, "file-der");
  finding->severity = FINDING_WARNING;
  finding_set_message(finding, "%s is DER; mosquitto, MQTTX and most MQTT programs read only PEM.",
                      content->label);
  g_autofree char *pem = g_strconcat(path, ".pem", NULL);
  g_autofree char *from = g_shell_quote(path), *to = g_shell_quote(pem);
  finding_set_remedy(finding, "Convert it with `%s -inform DER -in %s -out %s`.", commands[slot],
                     from, to);
  g_ptr_array_add(findings, finding);
}

/* --- who may read it -------------------------------------------------------------------------- */

static gboolean
holds_key(const FileContent *content)
{
  return file_content_count(content, CONTENT_KEY) +
             file_content_count(content, CONTENT_ENCRYPTED_KEY) >
         0;
}

/* The group's rights are given on purpose: they are how a service gets at its key. */
static void
add_mode(GPtrArray *findings, const FileContent *content, const char *path, FileSlot slot)
{
  struct stat status;
  if (!holds_key(content) || stat(path, &status) != 0 || (status.st_mode & S_IROTH) == 0)
    return;
  Finding *finding = finding_about(content, slot, "key-world-readable");
  finding->source = FINDING_SOURCE_KEY;
  finding_set_message(finding,
                      "%s holds a private key, and its mode %04o lets every user of this machine "
                      "read it.",
                      content->label, status.st_mode & 07777);
  g_autofree char *quoted = g_shell_quote(path);
  finding_set_remedy(finding, "Take the rights of others away: `chmod 600 %s`.", quoted);
  g_ptr_array_add(findings, finding);
}

void
file_remarks_add(GPtrArray *findings, const char *path, FileSlot slot)
{
  g_autoptr(FileContent) content = file_content_read(path, slot, NULL);
  if (!content)
    return;
  Finding *damage = damage_finding(content, slot);
  if (damage)
    g_ptr_array_add(findings, damage);
  add_der(findings, content, path, slot);
  if (slot != FILE_SLOT_CA)
    add_mode(findings, content, path, slot);
}
