#include "config.h"

#include "ui/editor_files.h"

#include <sys/stat.h>

#include "trust/anchors.h"
#include "trust/certificate_file.h"
#include "trust/folder_look.h"
#include "trust/identity.h"
#include "trust/revocation.h"
#include "trust/trust_error.h"
#include "ui/path_complete.h"
#include "ui/file_dates.h"
#include "util/safe_text.h"
#include "util/secret.h"

typedef struct {
  char *stamp; /* of what `text` was made from */
  char *text;
  Role role;
  gboolean missing, readable;
} Note;

struct EditorFiles {
  Note notes[EDITOR_FILES];
  char *password; /* secret: of the key, as the notes know it */
  guint password_changes;
};

EditorFiles *
editor_files_new(void)
{
  return g_new0(EditorFiles, 1);
}

static void
note_clear(Note *note)
{
  g_clear_pointer(&note->stamp, g_free);
  g_clear_pointer(&note->text, g_free);
  note->missing = note->readable = FALSE;
  note->role = ROLE_NORMAL;
}

void
editor_files_free(EditorFiles *files)
{
  for (int i = 0; files && i < EDITOR_FILES; i++)
    note_clear(&files->notes[i]);
  if (files)
    secret_clear(&files->password);
  g_free(files);
}

/* --- What a file was when it was read --------------------------------------------------------- */

static char *
file_stamp(const char *path)
{
  struct stat st;
  if (!path)
    return g_strdup("");
  if (stat(path, &st) != 0)
    return g_strdup_printf("%s: missing", path);
  return g_strdup_printf(
      "%s: %" G_GINT64_FORMAT " bytes, %" G_GINT64_FORMAT ".%09ld, inode %" G_GUINT64_FORMAT, path,
      (gint64)st.st_size, (gint64)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec, (guint64)st.st_ino);
}

/* TRUE: it is another one now; `stamp` is taken over. */
static gboolean
note_is_stale(Note *note, char *stamp)
{
  if (g_strcmp0(note->stamp, stamp) == 0) {
    g_free(stamp);
    return FALSE;
  }
  note_clear(note);
  note->stamp = stamp;
  return TRUE;
}

static void
say(Note *note, Role role, char *text)
{
  g_free(note->text);
  note->text = text;
  note->role = role;
}

static void
say_error(Note *note, const GError *error)
{
  note->missing = g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING);
  say(note, ROLE_ERROR, safe_text_string(error->message));
}

static gboolean
may_be_read(Note *note, const char *path)
{
  const char *problem = path_no_file(path);
  if (problem)
    say(note, ROLE_ERROR, g_strdup(problem));
  return problem == NULL;
}

/* --- The files -------------------------------------------------------------------------------- */

static void
summarise(Note *note, const char *path, FileSlot slot, const char *password, gint64 now)
{
  g_autoptr(GError) error = NULL;
  if (!may_be_read(note, path))
    return;
  char *text = certificate_file_summary(path, slot, password, now, &error);
  note->readable = text != NULL;
  if (text)
    say(note, ROLE_GOOD, text);
  else
    say_error(note, error);
}

static void
summarise_folder(Note *note, const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Anchors) anchors = anchors_load_folder(path, &error);
  if (anchors)
    say(note, ROLE_GOOD, g_strdup_printf("%u certificates", anchors_certificates(anchors)->len));
  else
    say_error(note, error);
}

static void
update_ca(Note *note, const Profile *profile, gint64 now)
{
  const char *path = profile->trust == TRUST_SYSTEM ? NULL : profile->ca_path;
  g_autofree char *file = file_stamp(path);
  if (!note_is_stale(note, g_strdup_printf("%d %s", (int)profile->trust, file)) || !path)
    return;
  if (profile->trust == TRUST_FOLDER)
    summarise_folder(note, path);
  else
    summarise(note, path, FILE_SLOT_CA, NULL, now);
}

static void
update_certificate(Note *note, const Profile *profile, gint64 now)
{
  const char *path = profile->certificate_path;
  if (!note_is_stale(note, file_stamp(path)) || !path)
    return;
  summarise(note, path, FILE_SLOT_CERTIFICATE, NULL, now);
  if (note->role == ROLE_GOOD)
    note->role = file_dates_role(path, FALSE, now);
}

/* (transfer full): the name of the file beside the certificate that holds its key, safe text; or
 * NULL. */
static char *
key_beside(const Profile *profile)
{
  g_autoptr(GPtrArray) certificates = certificate_file_read(profile->certificate_path, NULL);
  if (!certificates || certificates->len == 0)
    return NULL;
  g_autofree char *path =
      folder_find_key(profile->certificate_path, certificate_key_id(certificates->pdata[0]));
  g_autofree char *name = path ? g_path_get_basename(path) : NULL;
  return name ? safe_text_string(name) : NULL;
}

/* Does the key belong to the certificate? Said beside the key, after what the key is. */
static void
join_identity(Note *note, const Profile *profile)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Identity) identity =
      identity_load(profile->certificate_path, profile->key_path, profile->key_password, &error);
  g_autofree char *right = identity ? NULL : key_beside(profile);
  if (right && !profile->key_path)
    say(note, ROLE_ERROR,
        g_strdup_printf("the key is missing: it is in %s, beside the certificate", right));
  else if (right && g_error_matches(error, TRUST_ERROR, TRUST_ERROR_KEY_MISMATCH))
    say(note, ROLE_ERROR,
        g_strdup_printf("it is not the one of the certificate: that is in %s, beside it", right));
  else if (!identity)
    say_error(note, error);
  else if (note->text)
    say(note, ROLE_GOOD, g_strdup_printf("%s; it belongs to the certificate", note->text));
  else
    say(note, ROLE_GOOD, g_strdup("the key is in the certificate file"));
}

static void
update_key(EditorFiles *files, const Profile *profile, gint64 now)
{
  Note *note = &files->notes[EDITOR_FILE_KEY];
  const Note *certificate = &files->notes[EDITOR_FILE_CERTIFICATE];
  if (g_strcmp0(files->password, profile->key_password) != 0) {
    secret_set(&files->password, profile->key_password);
    files->password_changes++;
  }
  g_autofree char *file = file_stamp(profile->key_path);
  if (!note_is_stale(
          note, g_strdup_printf("%s | %s | %u", certificate->stamp, file, files->password_changes)))
    return;
  if (profile->key_path)
    summarise(note, profile->key_path, FILE_SLOT_KEY, profile->key_password, now);
  gboolean key_good = !profile->key_path || note->readable;
  if (key_good && profile->certificate_path && certificate->readable)
    join_identity(note, profile);
}

static void
update_crl(Note *note, const Profile *profile)
{
  const char *path = profile->crl_path;
  g_autoptr(GError) error = NULL;
  g_autoptr(RevocationData) data = revocation_data_new();
  if (!note_is_stale(note, file_stamp(path)) || !path || !may_be_read(note, path))
    return;
  if (!revocation_data_add_crl_file(data, path, &error)) {
    say_error(note, error);
    return;
  }
  guint count = revocation_data_crls(data);
  say(note, ROLE_GOOD, g_strdup_printf("%u revocation list%s", count, count == 1 ? "" : "s"));
}

static void
update_broker_ca(Note *note, const Profile *profile, gint64 now)
{
  const char *path = profile->broker_ca_path;
  if (note_is_stale(note, file_stamp(path)) && path)
    summarise(note, path, FILE_SLOT_CA, NULL, now);
}

void
editor_files_update(EditorFiles *files, const Profile *profile, gint64 now)
{
  gboolean tls = profile->scheme == SCHEME_MQTTS;
  if (!tls) {
    for (int i = 0; i < EDITOR_FILES; i++)
      note_clear(&files->notes[i]);
    return;
  }
  update_ca(&files->notes[EDITOR_FILE_CA], profile, now);
  update_certificate(&files->notes[EDITOR_FILE_CERTIFICATE], profile, now);
  update_key(files, profile, now);
  update_crl(&files->notes[EDITOR_FILE_CRL], profile);
  update_broker_ca(&files->notes[EDITOR_FILE_BROKER_CA], profile, now);
}

const char *
editor_files_note(const EditorFiles *files, EditorFile file, Role *role)
{
  *role = files->notes[file].role;
  return files->notes[file].text;
}

gboolean
editor_files_is_missing(const EditorFiles *files, EditorFile file)
{
  return files->notes[file].missing;
}
