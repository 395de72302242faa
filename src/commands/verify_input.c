#include "config.h"

#include "commands/verify_input.h"

#include <string.h>

#include "commands/verify_bundle.h"
#include "trust/certificate_file.h"
#include "trust/revocation.h"
#include "trust/trust_error.h"
#include "util/safe_text.h"

static char *
file_label(const char *path)
{
  if (strcmp(path, "-") == 0)
    return g_strdup("standard input");
  g_autofree char *name = g_path_get_basename(path);
  return safe_text_string(name);
}

/* Takes `error`. */
static void
add_problem(VerifyInput *input, GError *error, FindingSource source, const char *path)
{
  g_ptr_array_add(input->problems, finding_from_error(error, source, path));
  g_error_free(error);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Nothing else than this can be made of the file. */
static gboolean
is_certain(const GError *error)
{
  return g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_EMPTY) ||
         g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_TRUNCATED) ||
         g_error_matches(error, TRUST_ERROR, TRUST_ERROR_MALFORMED);
}

/* What is not certificates alone may still hold some; if not, the first sentence is the better. */
static GPtrArray *
read_certificates(const char *path, GError **error)
{
  g_autoptr(GError) cause = NULL;
  GPtrArray *certificates = certificate_file_read(path, &cause);
  if (!certificates && (strcmp(path, "-") == 0 || !is_certain(cause)))
    certificates = verify_bundle_read(path);
  if (!certificates)
    g_propagate_error(error, g_steal_pointer(&cause));
  return certificates;
}

static void
read_chain(VerifyInput *input, const char *path)
{
  GError *error = NULL;
  input->label = file_label(path);
  input->certificates = read_certificates(path, &error);
  if (error)
    add_problem(input, error, FINDING_SOURCE_CHAIN, path);
}

static void
read_given(VerifyInput *input, const char *path)
{
  GError *error = NULL;
  GPtrArray *certificates = read_certificates(path, &error);
  if (error) {
    add_problem(input, error, FINDING_SOURCE_UNTRUSTED, path);
    return;
  }
  GivenFile file = {safe_text_string(path), certificates->len};
  g_array_append_val(input->given, file);
  g_ptr_array_extend_and_steal(input->untrusted, certificates);
}

static void
add_anchors(VerifyInput *input, GPtrArray *parts, Anchors *anchors, GError *error, const char *path)
{
  if (anchors)
    g_ptr_array_add(parts, anchors);
  else
    add_problem(input, error, FINDING_SOURCE_TRUST, path);
}

static void
read_trust(VerifyInput *input, const VerifyOptions *options)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)anchors_unref);
  for (char **path = options->trust; path && *path; path++) {
    GError *error = NULL;
    gboolean folder = g_file_test(*path, G_FILE_TEST_IS_DIR);
    Anchors *anchors =
        folder ? anchors_load_folder(*path, &error) : anchors_load_file(*path, &error);
    add_anchors(input, parts, anchors, error, *path);
  }
  if (options->system_trust) {
    GError *error = NULL;
    Anchors *anchors = anchors_load_system(&error);
    add_anchors(input, parts, anchors, error, NULL);
  }
  if (parts->len > 0)
    input->anchors = anchors_join((Anchors *const *)parts->pdata, parts->len);
}

static void
read_crls(VerifyInput *input, char **paths)
{
  if (!paths)
    return;
  input->revocation = revocation_data_new();
  for (char **path = paths; *path; path++) {
    GError *error = NULL;
    if (!revocation_data_add_crl_file(input->revocation, *path, &error))
      add_problem(input, error, FINDING_SOURCE_CRL, *path);
  }
}

static void
clear_given(gpointer file)
{
  g_free(((GivenFile *)file)->path);
}

VerifyInput *
verify_input_read(const VerifyOptions *options)
{
  VerifyInput *input = g_new0(VerifyInput, 1);
  input->problems = finding_list_new();
  input->untrusted = certificate_list_new();
  input->given = g_array_new(FALSE, FALSE, sizeof(GivenFile));
  g_array_set_clear_func(input->given, clear_given);
  read_chain(input, options->file);
  for (char **path = options->untrusted; path && *path; path++)
    read_given(input, *path);
  read_trust(input, options);
  read_crls(input, options->crls);
  input->request =
      (VerifyRequest){.certificates = input->certificates,
                      .untrusted = input->untrusted,
                      .anchors = input->anchors,
                      .name = options->name,
                      .email = options->email,
                      .purpose = options->purpose,
                      .rules = options->rules,
                      .limits_depth = options->limits_depth,
                      .max_depth = options->max_depth,
                      .revocation = input->revocation,
                      .time = options->time,
                      .source = FINDING_SOURCE_CHAIN,
                      .file = strcmp(options->file, "-") ? options->file : input->label};
  return input;
}

void
verify_input_free(VerifyInput *input)
{
  g_free(input->label);
  g_clear_pointer(&input->certificates, g_ptr_array_unref);
  g_ptr_array_unref(input->untrusted);
  g_array_unref(input->given);
  g_clear_pointer(&input->anchors, anchors_unref);
  g_clear_pointer(&input->revocation, revocation_data_free);
  g_ptr_array_unref(input->problems);
  g_free(input);
}

/* --- Where from ------------------------------------------------------------------------------- */

/* NULL: there are no so many certificates. */
static const GivenFile *
given_file(const VerifyInput *input, guint position, int *index)
{
  for (guint i = 0; i < input->given->len; i++) {
    const GivenFile *file = &g_array_index(input->given, GivenFile, i);
    *index = (int)position;
    if (position < file->count)
      return file;
    position -= file->count;
  }
  return NULL;
}

static char *
given_place(const VerifyInput *input, guint position, int *index)
{
  const GivenFile *file = given_file(input, position, index);
  return file ? g_path_get_basename(file->path) : g_strdup("given");
}

static char *
anchor_place(const VerifyInput *input, guint position, int *index)
{
  guint in_file = 0;
  const char *path = anchors_origin(input->anchors, position, &in_file);
  *index = (int)in_file;
  return path ? g_path_get_basename(path) : g_strdup("system store");
}

char *
verify_input_place(const VerifyInput *input, const PathLink *link, int *index)
{
  *index = link->index;
  switch (link->origin) {
  case PATH_IN_TRUST:
    return anchor_place(input, (guint)link->index, index);
  case PATH_GIVEN:
    return given_place(input, (guint)link->index, index);
  case PATH_MISSING:
    return g_strdup("missing");
  default:
    return g_strdup(input->label);
  }
}

void
verify_input_place_findings(const VerifyInput *input, GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    Finding *finding = findings->pdata[i];
    if (finding->source != FINDING_SOURCE_UNTRUSTED || finding->index < 0)
      continue;
    const GivenFile *file = given_file(input, (guint)finding->index, &finding->index);
    g_free(finding->file);
    finding->file = file ? g_strdup(file->path) : NULL;
  }
}
