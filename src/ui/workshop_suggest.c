/* What the workshop fills in before anybody has typed. */
#include "config.h"

#include <string.h>

#include "ui/path_complete.h"
#include "ui/workshop_fields.h"

#define LEAF_DAYS "365"
#define CA_DAYS "3650"
#define COMMON_NAME_MAX 64 /* RFC 5280, appendix A.1 */
#define NAMES_MAX 99       /* tried before the first one is taken after all */

char *
workshop_folder(const Profile *profile)
{
  if (!profile)
    return g_strdup(".");
  const char *const paths[] = {profile->certificate_path, profile->key_path,
                               profile->trust == TRUST_FILE ? profile->ca_path : NULL};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    if (paths[i] && !g_str_has_prefix(paths[i], "pkcs11:"))
      return g_path_get_dirname(paths[i]);
  }
  return g_strdup(".");
}

static char *
in_folder(const char *folder, const char *name, const char *ending)
{
  g_autofree char *file = g_strconcat(name, ending, NULL);
  return strcmp(folder, ".") == 0 ? g_steal_pointer(&file) : g_build_filename(folder, file, NULL);
}

static gboolean
is_taken(const char *folder, const char *name)
{
  static const char *const endings[] = {".pem", ".key", ".csr", ".p12"};
  for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
    g_autofree char *path = in_folder(folder, name, endings[i]);
    g_autofree char *expanded = path_expand(path);
    if (g_file_test(expanded, G_FILE_TEST_EXISTS))
      return TRUE;
  }
  return FALSE;
}

/* "client", or the first of client-2, client-3, ... that is free there. */
static char *
free_name(const char *folder, const char *stem)
{
  for (int number = 1; number <= NAMES_MAX; number++) {
    g_autofree char *name = number == 1 ? g_strdup(stem) : g_strdup_printf("%s-%d", stem, number);
    if (!is_taken(folder, name))
      return g_steal_pointer(&name);
  }
  return g_strdup(stem);
}

/* "device" of requests/device.csr; "" gives `otherwise`. */
static char *
stem_of(const char *path, const char *otherwise)
{
  if (!*path || g_str_has_prefix(path, "pkcs11:"))
    return g_strdup(otherwise);
  char *name = g_path_get_basename(path);
  char *dot = strrchr(name, '.');
  if (dot && dot != name)
    *dot = '\0';
  return name;
}

static char *
file_stem(const Form *form)
{
  switch (workshop_fields_kind(form)) {
  case WORK_CA_CERTIFICATE:
    return g_strdup(form_text(form, WORK_CA)[0] ? "client-issuing-ca" : "client-ca");
  case WORK_SERVER:
    return g_strdup("server");
  case WORK_SIGN:
    return stem_of(form_text(form, WORK_REQUEST_FILE), "signed");
  case WORK_RENEW: {
    g_autofree char *old = stem_of(form_text(form, WORK_OLD_FILE), "certificate");
    return g_strconcat(old, "-renewed", NULL);
  }
  default:
    return g_strdup("client");
  }
}

/* A name that stands for itself in a subject; a connection that was given as a URL has none. */
static gboolean
is_plain(const char *name)
{
  return name && *name && strlen(name) <= COMMON_NAME_MAX && !strpbrk(name, "=,+\\\"<>;#:/");
}

static const char *
subject_for(WorkshopKind kind, const Profile *profile)
{
  if (kind == WORK_CA_CERTIFICATE)
    return "CN=Client CA";
  if (kind == WORK_SERVER)
    return profile && profile->host ? profile->host : "";
  if (profile && is_plain(profile->client_id))
    return profile->client_id;
  return profile && is_plain(profile->name) ? profile->name : "client";
}

static const char *
host_of(const Profile *profile)
{
  if (!profile)
    return "";
  const char *host = profile->server_name ? profile->server_name : profile->host;
  return host ? host : "";
}

char *
workshop_ca_in(const char *folder)
{
  g_autofree char *path = in_folder(folder, "client-ca", ".pem");
  g_autofree char *expanded = path_expand(path);
  return g_file_test(expanded, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : g_strdup("");
}

/* The CA of a moment ago, else one that lies where the files go. */
static char *
ca_for(const char *folder, const char *last_ca)
{
  gboolean is_there = last_ca && g_file_test(last_ca, G_FILE_TEST_IS_REGULAR);
  return is_there ? g_strdup(last_ca) : workshop_ca_in(folder);
}

/* A root goes on as it likes; what stands below a CA is there to sign clients, unless it is said.
 */
static gboolean
has_no_ca_below(const Form *form)
{
  WorkshopKind kind = workshop_fields_kind(form);
  return kind == WORK_SIGN || (kind == WORK_CA_CERTIFICATE && form_text(form, WORK_CA)[0] != '\0');
}

typedef struct {
  Form *form;
  const gboolean *touched;
} Suggestion;

static void
suggest(const Suggestion *to, int id, const char *text)
{
  if (!to->touched[id])
    form_set_text(to->form, id, text ? text : "");
}

void
workshop_fields_suggest(Form *form, const Profile *profile, const char *last_ca,
                        const gboolean *touched)
{
  Suggestion to = {form, touched};
  WorkshopKind kind = workshop_fields_kind(form);
  g_autofree char *folder = workshop_folder(profile);
  suggest(&to, WORK_FOLDER, folder);
  suggest(&to, WORK_SUBJECT, subject_for(kind, profile));
  suggest(&to, WORK_NAMES, kind == WORK_SERVER ? host_of(profile) : "");
  suggest(&to, WORK_DAYS,
          kind == WORK_CA_CERTIFICATE ? CA_DAYS
          : kind == WORK_RENEW        ? ""
                                      : LEAF_DAYS);
  suggest(&to, WORK_OLD_FILE, profile ? profile->certificate_path : NULL);
  g_autofree char *ca = ca_for(form_text(form, WORK_FOLDER), last_ca);
  suggest(&to, WORK_CA, kind == WORK_CA_CERTIFICATE ? "" : ca);
  suggest(&to, WORK_PATH_LENGTH, has_no_ca_below(form) ? "0" : "");
  g_autofree char *stem = file_stem(form);
  g_autofree char *name = free_name(form_text(form, WORK_FOLDER), stem);
  suggest(&to, WORK_NAME, name);
  workshop_fields_arrange(form);
}
