#include "config.h"

#include "trust/verify_store.h"

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

Verdict *
verify_with_store(const VerifyRequest *request)
{
  Verdict *verdict = verify(request);
  if (!request->anchors || !may_be_known_better(verdict) || trusts_store(request))
    return verdict;
  g_autoptr(Anchors) store = anchors_load_system(NULL);
  if (!store)
    return verdict;
  VerifyRequest knowing = *request;
  knowing.known = store;
  verdict_free(verdict);
  return verify(&knowing);
}
