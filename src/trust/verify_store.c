#include "config.h"

#include "trust/verify_store.h"

#include <string.h>

#include "trust/folder_look.h"

/* What verify_known.c may say more of. */
static const char *const codes[] = {"anchor-cross-signed", "anchor-intermediate", "anchor-expired",
                                    "anchor-wrong",        "issuer-key-differs",  NULL};

/* The system's store is trusted as it is, alone or among others. */
static gboolean
trusts_store(const VerifyRequest *request)
{
  GPtrArray *certificates = anchors_certificates(request->anchors);
  for (guint i = 0; i < certificates->len; i++)
    if (!anchors_origin(request->anchors, i, NULL))
      return TRUE;
  return FALSE;
}

static gboolean
may_be_known_better(const Verdict *verdict)
{
  for (guint i = 0; i < verdict->findings->len; i++)
    if (g_strv_contains(codes, ((Finding *)verdict->findings->pdata[i])->code))
      return TRUE;
  return FALSE;
}

/* An issuer in the chain has another key than the one that signed, or the chain leads to no CA of
 * the file. */
static gboolean
misses_issuer(const Verdict *verdict)
{
  static const char *const missing[] = {"issuer-key-differs", "anchor-wrong", NULL};
  for (guint i = 0; i < verdict->findings->len; i++)
    if (g_strv_contains(missing, ((Finding *)verdict->findings->pdata[i])->code))
      return TRUE;
  return FALSE;
}

/* (transfer full): the files beside the CA file, where its CA's other certificates may lie; NULL:
 * they would not help. */
static GPtrArray *
files_beside(const VerifyRequest *request, const Verdict *verdict)
{
  const char *path = request->anchors ? anchors_path(request->anchors) : NULL;
  gboolean wanted = path && !request->beside && misses_issuer(verdict);
  return wanted ? folder_certificates(path) : NULL;
}

/* (transfer full): the system's store; NULL: it would not help, or there is none. */
static Anchors *
store_for(const VerifyRequest *request, const Verdict *verdict)
{
  if (!request->anchors || !may_be_known_better(verdict) || trusts_store(request))
    return NULL;
  return anchors_load_system(NULL);
}

Verdict *
verify_with_store(const VerifyRequest *request)
{
  Verdict *verdict = verify(request);
  g_autoptr(GPtrArray) files = files_beside(request, verdict);
  g_autoptr(Anchors) store = store_for(request, verdict);
  if (!store && !files)
    return verdict;
  VerifyRequest knowing = *request;
  knowing.known = store;
  if (files)
    knowing.beside = files;
  verdict_free(verdict);
  return verify(&knowing);
}
