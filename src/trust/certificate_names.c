#include "config.h"

#include "trust/certificate_names.h"

#include <arpa/inet.h>
#include <gnutls/x509-ext.h>

#include "util/safe_text.h"

/* A distinguished name with more attributes of one type than this is nobody's name. */
#define ATTRIBUTES_MAX 32

char *
certificate_names_dn(gnutls_x509_crt_t crt, gboolean of_issuer)
{
  gnutls_datum_t text = {NULL, 0};
  int result = of_issuer ? gnutls_x509_crt_get_issuer_dn3(crt, &text, 0)
                         : gnutls_x509_crt_get_dn3(crt, &text, 0);
  if (result < 0)
    return g_strdup("");
  char *safe = safe_text(text.data, text.size);
  gnutls_free(text.data);
  return safe;
}

static char *
attribute_at(gnutls_x509_crt_t crt, gboolean of_issuer, const char *oid, unsigned index)
{
  char buffer[256];
  g_autofree char *large = NULL;
  char *text = buffer;
  size_t size = sizeof buffer;
  for (;;) {
    int result = of_issuer ? gnutls_x509_crt_get_issuer_dn_by_oid(crt, oid, index, 0, text, &size)
                           : gnutls_x509_crt_get_dn_by_oid(crt, oid, index, 0, text, &size);
    if (result == 0)
      return safe_text(text, size);
    if (result != GNUTLS_E_SHORT_MEMORY_BUFFER || large)
      return NULL;
    size += 1;
    text = large = g_malloc(size);
  }
}

char *
certificate_names_attribute(gnutls_x509_crt_t crt, gboolean of_issuer, const char *oid)
{
  char *last = NULL;
  for (unsigned i = 0; i < ATTRIBUTES_MAX; i++) {
    char *next = attribute_at(crt, of_issuer, oid, i);
    if (!next)
      break;
    g_free(last);
    last = next;
  }
  return last;
}

static char *
address_text(const gnutls_datum_t *san)
{
  char text[INET6_ADDRSTRLEN];
  int family = san->size == 4 ? AF_INET : san->size == 16 ? AF_INET6 : -1;
  if (family == -1 || !inet_ntop(family, san->data, text, sizeof text))
    return g_strdup_printf("IP:(%u bytes)", san->size);
  return g_strconcat("IP:", text, NULL);
}

static char *
alternative_text(unsigned type, const gnutls_datum_t *san, const gnutls_datum_t *other_oid)
{
  const char *prefix = NULL;
  switch (type) {
  case GNUTLS_SAN_IPADDRESS:
    return address_text(san);
  case GNUTLS_SAN_DNSNAME:
    prefix = "DNS:";
    break;
  case GNUTLS_SAN_RFC822NAME:
    prefix = "email:";
    break;
  case GNUTLS_SAN_URI:
    prefix = "URI:";
    break;
  case GNUTLS_SAN_DN:
    prefix = "DirName:";
    break;
  case GNUTLS_SAN_REGISTERED_ID:
    prefix = "RID:";
    break;
  default:
    prefix = "other:";
    san = other_oid;
  }
  g_autofree char *safe = safe_text(san->data, san->data ? san->size : 0);
  return g_strconcat(prefix, safe, NULL);
}

/* The extension is parsed once: GnuTLS's accessor by index parses it anew for every name, which
 * a peer could make us pay for. */
static gboolean
add_alternatives(GPtrArray *names, const gnutls_datum_t *extension)
{
  gnutls_subject_alt_names_t sans;
  if (gnutls_subject_alt_names_init(&sans) < 0)
    return FALSE;
  int result = gnutls_x509_ext_import_subject_alt_names(extension, sans, 0);
  for (unsigned i = 0; result >= 0; i++) {
    unsigned type;
    gnutls_datum_t san = {NULL, 0}, other_oid = {NULL, 0};
    if (gnutls_subject_alt_names_get(sans, i, &type, &san, &other_oid) < 0)
      break;
    g_ptr_array_add(names, alternative_text(type, &san, &other_oid));
  }
  gnutls_subject_alt_names_deinit(sans);
  return result >= 0;
}

char **
certificate_names_of_extension(const gnutls_datum_t *extension)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  if (extension && !add_alternatives(names, extension))
    return NULL;
  g_ptr_array_add(names, NULL);
  g_ptr_array_set_free_func(names, NULL);
  return (char **)g_ptr_array_steal(names, NULL);
}

char **
certificate_names_alternative(gnutls_x509_crt_t crt)
{
  gnutls_datum_t extension = {NULL, 0};
  if (gnutls_x509_crt_get_extension_by_oid2(crt, GNUTLS_X509EXT_OID_SAN, 0, &extension, NULL) < 0)
    return certificate_names_of_extension(NULL);
  char **names = certificate_names_of_extension(&extension);
  gnutls_free(extension.data);
  return names;
}
