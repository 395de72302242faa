#include "config.h"

#include "net/tls_chain.h"

typedef struct {
  const guint8 *at;
  gsize left;
} Rest;

/* A vector with a length of so many octets before it (RFC 8446, 3.4); FALSE: there is none. */
static gboolean
take(Rest *rest, gsize octets, Rest *vector)
{
  gsize length = 0;
  if (rest->left < octets)
    return FALSE;
  for (gsize i = 0; i < octets; i++)
    length = length << 8 | rest->at[i];
  if (rest->left - octets < length)
    return FALSE;
  *vector = (Rest){rest->at + octets, length};
  rest->at += octets + length;
  rest->left -= octets + length;
  return TRUE;
}

GPtrArray *
tls_chain_read(const guint8 *body, gsize length, gboolean is_tls_1_3)
{
  Rest rest = {body, length}, context, list, certificate, extensions;
  g_autoptr(GPtrArray) chain = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  if ((is_tls_1_3 && !take(&rest, 1, &context)) || !take(&rest, 3, &list) || rest.left > 0)
    return NULL;
  while (list.left > 0 && chain->len < TLS_CHAIN_MAX) {
    if (!take(&list, 3, &certificate) || (is_tls_1_3 && !take(&list, 2, &extensions)))
      return NULL;
    g_ptr_array_add(chain, g_bytes_new(certificate.at, certificate.left));
  }
  return chain->len > 0 ? g_steal_pointer(&chain) : NULL;
}
