/* Any bytes as a broker's certificate, chain, key (a PKCS#12 file may hold all of them, and is
 * opened with a password) and client CA: the findings are safe text, and files come out only where
 * nothing is wrong: whole PEM, and a key for nobody else. */
#include "config.h"

#include <string.h>

#include "fuzz/memory_file.h"
#include "trust/bundle.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define NOW G_GINT64_CONSTANT(1798761600) /* 2027-01-01 */
#define PARTS 4
#define SEPARATOR "\n====\n" /* between the files of one input */

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_line(const char *line)
{
  check(g_utf8_validate(line, -1, NULL));
  for (const char *at = line; *at; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

static void
check_file(const BundleFile *file)
{
  gsize length;
  const char *bytes = g_bytes_get_data(file->bytes, &length);
  check(length > 0);
  check(file->secret || !memmem(bytes, length, "PRIVATE KEY", 11));
  check(!g_str_has_suffix(file->name, ".pem") || g_str_has_prefix(bytes, "-----BEGIN "));
}

static void
check_bundle(const Bundle *bundle)
{
  gboolean wrong = FALSE;
  for (guint i = 0; i < bundle->findings->len; i++) {
    const Finding *finding = bundle->findings->pdata[i];
    check_line(finding->message);
    check_line(finding->remedy);
    wrong |= finding->severity == FINDING_ERROR;
  }
  check(wrong == (bundle->files == NULL));
  for (guint i = 0; bundle->files && i < bundle->files->len; i++)
    check_file(bundle->files->pdata[i]);
}

/* How many there are; what stands behind the last separator is the last one. */
static guint
open_parts(MemoryFile *files, const guint8 *data, gsize size)
{
  guint count = 0;
  for (const guint8 *end = data + size; count < PARTS;) {
    const guint8 *next = memmem(data, (gsize)(end - data), SEPARATOR, strlen(SEPARATOR));
    gboolean last = !next || count == PARTS - 1;
    memory_file_open(&files[count++], data, (gsize)((last ? end : next) - data));
    if (last)
      break;
    data = next + strlen(SEPARATOR);
  }
  return count;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  MemoryFile files[PARTS];
  guint count = open_parts(files, data, size);
  const BundleRequest request = {.broker = (BundleBroker)(size % BUNDLE_BROKERS),
                                 .certificate_path = files[0].path,
                                 .chain_path = count > 1 ? files[1].path : NULL,
                                 .key_path = count > 2 ? files[2].path : NULL,
                                 .client_ca_path = count > 3 ? files[3].path : NULL,
                                 .password = "secret",
                                 .store_password = "secret",
                                 .folder = "/etc/mqtt",
                                 .port = 8883,
                                 .now = NOW};
  g_autoptr(Bundle) bundle = bundle_new(&request);
  for (guint i = 0; i < count; i++)
    memory_file_close(&files[i]);
  check_bundle(bundle);
  return 0;
}
