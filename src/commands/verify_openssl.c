#include "config.h"

#include "commands/verify_openssl.h"

#include <string.h>

#include "trust/certificate_ders.h"

static gboolean
only_unparsed(const VerifyInput *input)
{
  for (guint i = 0; i < input->problems->len; i++) {
    const Finding *problem = input->problems->pdata[i];
    if (problem->source == FINDING_SOURCE_CRL || strcmp(problem->code, "certificate-malformed"))
      return FALSE;
  }
  return TRUE;
}

static gboolean
append_file(GPtrArray *to, const char *path)
{
  GPtrArray *ders = certificate_ders_read(path, NULL);
  if (ders)
    g_ptr_array_extend_and_steal(to, ders);
  return ders != NULL;
}

/* Takes `anchors`. */
static gboolean
append_anchors(GPtrArray *to, Anchors *anchors)
{
  if (!anchors)
    return FALSE;
  GPtrArray *certificates = anchors_certificates(anchors);
  for (guint i = 0; i < certificates->len; i++)
    g_ptr_array_add(to, g_bytes_ref(certificate_der(certificates->pdata[i])));
  anchors_unref(anchors);
  return TRUE;
}

static gboolean
append_trust(GPtrArray *to, const VerifyOptions *options)
{
  for (char **path = options->trust; path && *path; path++) {
    gboolean folder = g_file_test(*path, G_FILE_TEST_IS_DIR);
    if (!(folder ? append_anchors(to, anchors_load_folder(*path, NULL)) : append_file(to, *path)))
      return FALSE;
  }
  return !options->system_trust || append_anchors(to, anchors_load_system(NULL));
}

static void
append_crls(GPtrArray *to, const RevocationData *data)
{
  for (guint i = 0; data && i < revocation_data_crls(data); i++)
    g_ptr_array_add(to, g_bytes_ref(revocation_data_crl_der(data, i)));
}

static GPtrArray *
ders_new(void)
{
  return g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

SecondOpinion *
verify_openssl_alone(const VerifyOptions *options, const VerifyInput *input)
{
  g_autoptr(GPtrArray) certificates = ders_new();
  g_autoptr(GPtrArray) untrusted = ders_new();
  g_autoptr(GPtrArray) anchors = ders_new();
  g_autoptr(GPtrArray) crls = ders_new();
  if (!only_unparsed(input) || !append_file(certificates, options->file) ||
      !append_trust(anchors, options))
    return NULL;
  for (char **path = options->untrusted; path && *path; path++)
    if (!append_file(untrusted, *path))
      return NULL;
  append_crls(crls, input->revocation);
  const SecondOpinionInput bytes = {.certificates = certificates,
                                    .untrusted = untrusted,
                                    .anchors = anchors,
                                    .crls = crls,
                                    .name = options->name,
                                    .email = options->email,
                                    .purpose = options->purpose,
                                    .rules = options->rules,
                                    .limits_depth = options->limits_depth,
                                    .max_depth = options->max_depth,
                                    .time = options->time};
  return second_opinion_of_bytes(&bytes);
}
