/* What the other certificates at hand say about a path that is not good: the file that should have
 * been used is often there already. None of them is trusted for it. */
#include "config.h"

#include "trust/verify_checks.h"

#include <string.h>

#include "trust/certificate_fields.h"

typedef enum { KNOWN, TRUSTED, SENT, GIVEN, LISTS } List;

/* NULL: there is no such list. */
static GPtrArray *
list_of(const VerifyRequest *request, List list)
{
  switch (list) {
  case KNOWN:
    return request->known ? anchors_certificates(request->known) : NULL;
  case TRUSTED:
    return request->anchors ? anchors_certificates(request->anchors) : NULL;
  case SENT:
    return request->certificates;
  case GIVEN:
    return request->untrusted;
  case LISTS:
    break;
  }
  g_return_val_if_reached(NULL);
}

static char *
place_of(const VerifyRequest *request, List list)
{
  const char *path = list == KNOWN ? anchors_path(request->known) : NULL;
  switch (list) {
  case KNOWN:
    return g_strdup(path ? path : "the system's trust store");
  case TRUSTED:
    return report_trust(request);
  case SENT:
    return report_sender(request);
  case GIVEN:
  case LISTS:
    break;
  }
  return g_strdup("the untrusted certificates");
}

static gboolean
same_subject(const Certificate *a, const Certificate *b)
{
  return g_bytes_equal(certificate_fields(a)->subject_dn, certificate_fields(b)->subject_dn);
}

static gboolean
is_twin(const Certificate *candidate, const Certificate *certificate)
{
  return same_subject(candidate, certificate) &&
         g_str_equal(certificate_key_id(candidate), certificate_key_id(certificate)) &&
         certificate_is_self_signed(candidate);
}

static const Certificate *
find(GPtrArray *list, const Certificate *certificate,
     gboolean (*fits)(const Certificate *candidate, const Certificate *certificate))
{
  for (guint i = 0; list && i < list->len; i++)
    if (fits(list->pdata[i], certificate))
      return list->pdata[i];
  return NULL;
}

const Certificate *
known_twin(const VerifyRequest *request, const Certificate *certificate, char **place)
{
  for (List list = 0; list < LISTS; list++) {
    const Certificate *twin = find(list_of(request, list), certificate, is_twin);
    if (!twin)
      continue;
    *place = place_of(request, list);
    return twin;
  }
  return NULL;
}

static gboolean
is_root_of(const Certificate *candidate, const Certificate *top)
{
  return is_twin(candidate, top) || certificate_is_issued_by(top, candidate);
}

const Certificate *
known_root(const VerifyRequest *request, const Certificate *top)
{
  return find(list_of(request, KNOWN), top, is_root_of);
}

static gboolean
is_newer(const Certificate *candidate, const Certificate *certificate)
{
  return same_subject(candidate, certificate) &&
         certificate_not_before(candidate) > certificate_not_before(certificate);
}

gboolean
known_newer(const VerifyRequest *request, const Certificate *certificate)
{
  for (List list = 0; list < LISTS; list++)
    if (find(list_of(request, list), certificate, is_newer))
      return TRUE;
  return FALSE;
}

/* As they stand in the names of the CAs that these products make. */
static const char *const interceptors[] = {
    "avast",          "bitdefender", "blue coat", "burp",      "charles proxy",
    "cisco umbrella", "eset ssl",    "fiddler",   "fortigate", "fortinet",
    "kaspersky",      "mitmproxy",   "netskope",  "palo alto", "portswigger",
    "sophos",         "sonicwall",   "untangle",  "websense",  "zscaler",
};

gboolean
known_interceptor(const char *name)
{
  g_autofree char *lower = g_ascii_strdown(name, -1);
  for (gsize i = 0; i < G_N_ELEMENTS(interceptors); i++)
    if (strstr(lower, interceptors[i]))
      return TRUE;
  return FALSE;
}
