#include "config.h"

#include "trust/extension_list.h"

#include <string.h>

#include "trust/gnutls_bridge.h"

/* GnuTLS finds each by counting from the first. */
#define EXTENSIONS_MAX 64

static void
extension_free(ListedExtension *extension)
{
  g_free(extension->oid);
  gnutls_free(extension->value.data);
  g_free(extension);
}

GPtrArray *
extension_list_new(const Certificate *certificate)
{
  GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)extension_free);
  gnutls_x509_crt_t crt = certificate_gnutls(certificate);
  for (unsigned i = 0; i < EXTENSIONS_MAX; i++) {
    char oid[128];
    size_t size = sizeof oid;
    unsigned critical = 0;
    gnutls_datum_t value = {NULL, 0};
    if (gnutls_x509_crt_get_extension_info(crt, i, oid, &size, &critical) < 0 ||
        gnutls_x509_crt_get_extension_data2(crt, i, &value) < 0)
      break;
    ListedExtension *extension = g_new(ListedExtension, 1);
    *extension = (ListedExtension){.oid = g_strdup(oid), .critical = critical != 0, .value = value};
    g_ptr_array_add(list, extension);
  }
  return list;
}

const ListedExtension *
extension_list_find(GPtrArray *extensions, const char *oid)
{
  for (guint i = 0; i < extensions->len; i++) {
    const ListedExtension *extension = extensions->pdata[i];
    if (!strcmp(extension->oid, oid))
      return extension;
  }
  return NULL;
}
