/* What other programs would make of the file as a whole. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "trust/inspection_reader.h"
#include "util/shell_word.h"

/* --- DER and bundles -------------------------------------------------------------------------- */

static const char *
der_command(InspectedKind kind)
{
  switch (kind) {
  case INSPECTED_CERTIFICATE:
    return "openssl x509";
  case INSPECTED_KEY:
    return "openssl pkey";
  case INSPECTED_REQUEST:
    return "openssl req";
  case INSPECTED_CRL:
    return "openssl crl";
  default:
    return NULL;
  }
}

static void
remark_der(Inspection *inspection)
{
  const InspectedItem *item = inspection->items->pdata[0];
  const char *command = der_command(item->kind);
  if (!g_str_equal(item->container, "DER") || !command)
    return;
  Finding *remark = inspection_add_remark(inspection, "file-der", 0);
  remark->severity = FINDING_WARNING; /* here it can be read */
  finding_set_message(remark, "%s is DER; mosquitto, MQTTX and most MQTT programs read only PEM.",
                      inspection->path);
  finding_set_remedy(remark, "Convert it with `%s -inform DER -in FILE -out FILE.pem`.", command);
}

static void
remark_bundle(Inspection *inspection)
{
  const InspectedItem *item = inspection->items->pdata[0];
  if (!g_str_equal(item->container, "PKCS#7") && !g_str_equal(item->container, "PKCS#12"))
    return;
  Finding *remark = inspection_add_remark(inspection, "file-wrong-kind", -1);
  remark->severity = FINDING_INFO;
  finding_set_message(remark,
                      "%s is a %s bundle; mosquitto and most MQTT programs read only PEM files.",
                      inspection->path, item->container);
  finding_set_remedy(remark, "Take it apart with `mqtrust split FILE`.");
}

/* --- keys ------------------------------------------------------------------------------------- */

static int
find_key(const Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind == INSPECTED_KEY ||
        (item->kind == INSPECTED_OPENSSH_KEY && strstr(item->title, "private")))
      return (int)i;
  }
  return -1;
}

/* Group rights are given on purpose (the broker's group); those of all others hardly ever. */
static void
remark_mode(Inspection *inspection, const char *path)
{
  struct stat status;
  int key = find_key(inspection);
  if (!path || key < 0 || stat(path, &status) != 0 || (status.st_mode & 077) == 0)
    return;
  gboolean all = (status.st_mode & 07) != 0;
  g_autofree char *quoted = shell_word(path);
  Finding *remark = inspection_add_remark(inspection, "key-world-readable", key);
  remark->severity = all ? FINDING_WARNING : FINDING_INFO;
  finding_set_message(remark, "%s holds a private key, and its mode %04o lets %s at it.",
                      inspection->path, status.st_mode & 07777,
                      all ? "every user of this machine" : "its group");
  finding_set_remedy(remark, "Take the rights of others away: `chmod 600 %s`.", quoted);
}

static void
remark_several_keys(Inspection *inspection)
{
  guint count = 0;
  int last = -1;
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (item->kind != INSPECTED_KEY || !item->key_pem)
      continue;
    count++;
    last = (int)i;
  }
  if (count < 2)
    return;
  Finding *remark = inspection_add_remark(inspection, "file-several-keys", last);
  finding_set_message(remark, "%s contains %u private keys; programs take the first one.",
                      inspection->path, count);
}

/* --- what a certificate is for ---------------------------------------------------------------- */

static void
remark_version(Inspection *inspection, int index, const Certificate *certificate)
{
  gboolean root = ((InspectedItem *)inspection->items->pdata[index])->self_signed;
  Finding *remark = inspection_add_remark(inspection, "certificate-v1", index);
  remark->severity = FINDING_WARNING;
  remark->side = FINDING_SIDE_LOCAL;
  finding_set_message(
      remark, "\"%s\" in %s is an X.509 version %d certificate, which cannot say %s.",
      certificate_subject_label(certificate), inspection->path, certificate_version(certificate),
      root ? "that it is a CA"
           : "what it is for; EMQX with verify_peer_ext_key_usage and programs in "
             "Rust refuse it");
  finding_set_remedy(
      remark, root ? "Create the CA's certificate again as version 3 with CA:TRUE."
                   : "Issue it again as version 3 with extendedKeyUsage; `mqtrust pki renew` "
                     "does.");
}

static void
remark_no_purpose(Inspection *inspection, int index, const Certificate *certificate)
{
  Finding *remark = inspection_add_remark(inspection, "client-usage-missing", index);
  remark->severity = FINDING_INFO;
  remark->side = FINDING_SIDE_LOCAL;
  finding_set_message(remark,
                      "\"%s\" in %s does not say what it is for (no extendedKeyUsage); as a "
                      "client's, EMQX with verify_peer_ext_key_usage refuses it.",
                      certificate_subject_label(certificate), inspection->path);
  finding_set_remedy(remark, "Works elsewhere; issue the next one for what it is used as.");
}

/* As `openssl x509 -req` writes certificates when nobody tells it more. */
static void
remark_purpose(Inspection *inspection)
{
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    if (!item->certificate)
      continue;
    if (certificate_version(item->certificate) < 3)
      remark_version(inspection, (int)i, item->certificate);
    else if (!certificate_is_ca(item->certificate) &&
             !certificate_extended_key_usage(item->certificate))
      remark_no_purpose(inspection, (int)i, item->certificate);
  }
}

/* --- certbot's sets --------------------------------------------------------------------------- */

typedef struct {
  guint leaves, authorities, keys;
  gboolean leaf_first;
} Content;

static Content
content_of(const Inspection *inspection)
{
  Content content = {0};
  for (guint i = 0; i < inspection->items->len; i++) {
    const InspectedItem *item = inspection->items->pdata[i];
    content.keys += item->kind == INSPECTED_KEY;
    if (!item->certificate)
      continue;
    gboolean authority = certificate_is_ca(item->certificate);
    if (content.leaves + content.authorities == 0)
      content.leaf_first = !authority;
    content.leaves += !authority;
    content.authorities += authority;
  }
  return content;
}

static gboolean
is_certbot_set(const char *path)
{
  static const char *const names[] = {"cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"};
  g_autofree char *folder = g_path_get_dirname(path);
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *name = g_build_filename(folder, names[i], NULL);
    if (!g_file_test(name, G_FILE_TEST_EXISTS))
      return FALSE;
  }
  return TRUE;
}

/* What the name promises; NULL: it is kept, or there is no such name. */
static const char *
broken_promise(const char *name, const Content *content)
{
  guint certificates = content->leaves + content->authorities;
  if (g_str_equal(name, "cert.pem"))
    return certificates == 1 && content->leaves == 1 ? NULL : "the certificate alone";
  if (g_str_equal(name, "chain.pem"))
    return certificates > 0 && content->leaves == 0 ? NULL : "the intermediates alone";
  if (g_str_equal(name, "fullchain.pem"))
    return certificates > 1 && content->leaf_first ? NULL
                                                   : "the certificate and then its intermediates";
  if (g_str_equal(name, "privkey.pem"))
    return content->keys == 1 && certificates == 0 ? NULL : "the private key alone";
  return NULL;
}

static void
remark_role(Inspection *inspection, const char *path)
{
  if (!path)
    return;
  Content content = content_of(inspection);
  g_autofree char *name = g_path_get_basename(path);
  const char *promise = broken_promise(name, &content);
  if (!promise || !is_certbot_set(path))
    return;
  Finding *remark = inspection_add_remark(inspection, "file-wrong-role", -1);
  remark->severity = FINDING_WARNING;
  finding_set_message(remark,
                      "%s is named as in a set of certbot's, where %s is %s, but it holds "
                      "%u certificate%s of CAs, %u other%s and %u key%s.",
                      inspection->path, name, promise, content.authorities,
                      content.authorities == 1 ? "" : "s", content.leaves,
                      content.leaves == 1 ? "" : "s", content.keys, content.keys == 1 ? "" : "s");
  finding_set_remedy(remark,
                     "Write the set anew (`certbot renew --force-renewal`), or use the file "
                     "that holds what the field needs.");
}

void
inspection_remark(Inspection *inspection, const char *path)
{
  remark_der(inspection);
  remark_bundle(inspection);
  remark_mode(inspection, path);
  remark_several_keys(inspection);
  remark_purpose(inspection);
  remark_role(inspection, path);
  inspection_remark_order(inspection);
  finding_list_sort(inspection->remarks);
}
