/* What a client must trust to take the broker for the right one: the root that its chain ends at.
 */
#include "config.h"

#include "trust/bundle_private.h"

#include "trust/inspection.h"

/* Borrowed: of `list` the root above the chain, or NULL. */
static const Certificate *
find_root(const BundleParts *parts, const GPtrArray *list)
{
  for (guint i = 0; list && i < list->len; i++) {
    const Certificate *certificate = list->pdata[i];
    if (parts->root ? certificate_equal(certificate, parts->root)
                    : certificate_is_self_signed(certificate) &&
                          certificate_is_issued_by(parts->top, certificate))
      return certificate;
  }
  return NULL;
}

/* Of the system's store: a root that was given, or one with another certificate of the same key, is
 * issued by its own. */
static const Certificate *
find_public(const BundleParts *parts)
{
  const Certificate *last = parts->root ? parts->root : parts->top;
  const GPtrArray *roots =
      parts->request->known ? anchors_certificates(parts->request->known) : NULL;
  for (guint i = 0; roots && i < roots->len; i++)
    if (certificate_is_issued_by(last, roots->pdata[i]))
      return roots->pdata[i];
  return NULL;
}

/* The file of the chain that the root was read from. */
static const char *
file_of_root(const BundleParts *parts)
{
  const BundleRequest *request = parts->request;
  g_autofree char *chain = request->chain_path ? inspection_label(request->chain_path) : NULL;
  for (guint i = 0; i < parts->given->len; i++)
    if (certificate_equal(parts->given->pdata[i], parts->root) &&
        g_strcmp0(parts->origins->pdata[i], chain) == 0)
      return request->chain_path;
  return request->certificate_path;
}

void
bundle_find_root(BundleParts *parts)
{
  Bundle *bundle = parts->bundle;
  if (!parts->root && !parts->top)
    return;
  const Certificate *root = find_public(parts);
  bundle->root_is_public = root != NULL;
  if (!root)
    root = find_root(parts, bundle->client_ca);
  if (root && !bundle->root_is_public)
    bundle->root_file = g_strdup(parts->request->client_ca_path);
  else if (!root && parts->root)
    bundle->root_file = g_strdup(file_of_root(parts));
  bundle->root = g_strdup(root          ? certificate_subject_label(root)
                          : parts->root ? certificate_subject_label(parts->root)
                                        : certificate_issuer_label(parts->top));
}

void
bundle_add_client_step(BundleParts *parts)
{
  const Bundle *bundle = parts->bundle;
  char *step = NULL;
  if (!bundle->root)
    return;
  if (bundle->root_is_public)
    step = g_strdup_printf("Clients need no CA file: \"%s\", at which the chain ends, is in the "
                           "system's trust store.",
                           bundle->root);
  else if (bundle->root_file)
    step = g_strdup_printf("Give clients %s as their CA file: \"%s\", at which the chain ends, is "
                           "in it.",
                           bundle->root_file, bundle->root);
  else
    step = g_strdup_printf("Give clients the root certificate as their CA file: the chain stops "
                           "below \"%s\", which is in none of the files given.",
                           bundle->root);
  g_ptr_array_add(bundle->steps, step);
}
