#include "config.h"

#include "ui/workshop_notes.h"

#include "trust/certificate_file.h"
#include "trust/inspection.h"
#include "trust/trust_error.h"
#include "ui/file_dates.h"
#include "ui/path_complete.h"
#include "util/safe_text.h"

static char *
request_summary(const char *path, GError **error)
{
  g_autoptr(Inspection) inspection = inspection_read(path, NULL, error);
  for (guint i = 0; inspection && i < inspection->items->len; i++) {
    const InspectedItem *item = g_ptr_array_index(inspection->items, i);
    if (item->kind != INSPECTED_REQUEST)
      continue;
    g_autofree char *names = item->names ? g_strjoinv(", ", item->names) : NULL;
    return g_strdup_printf("%s, %s%s%s",
                           item->subject && *item->subject ? item->subject : "(no subject)",
                           item->key_label ? item->key_label : "unknown key",
                           names && *names ? "; it asks for " : "", names ? names : "");
  }
  if (inspection)
    g_set_error(error, TRUST_ERROR, TRUST_ERROR_FILE_WRONG_KIND,
                "There is no request in this file.");
  return NULL;
}

static char *
summary(const Form *form, int id, const char *path, gint64 now, GError **error)
{
  switch (id) {
  case WORK_REQUEST_FILE:
    return request_summary(path, error);
  case WORK_OLD_FILE:
  case WORK_CA:
    return certificate_file_summary(path, FILE_SLOT_CERTIFICATE, NULL, now, error);
  case WORK_CA_KEY:
    return certificate_file_summary(path, FILE_SLOT_KEY, form_text(form, WORK_CA_PASSWORD), now,
                                    error);
  default:
    return certificate_file_summary(path, FILE_SLOT_KEY, form_text(form, WORK_PASSWORD), now,
                                    error);
  }
}

char *
workshop_note(const Form *form, int id, gint64 now, Role *role, gboolean *missing)
{
  const char *typed = form_text(form, id);
  *missing = FALSE;
  if (!workshop_field_is_path(id) || id == WORK_FOLDER || !form_is_visible(form, id) ||
      *typed == '\0' || g_str_has_prefix(typed, "pkcs11:"))
    return NULL;
  g_autofree char *path = path_expand(typed);
  g_autoptr(GError) error = NULL;
  const char *problem = path_no_file(path);
  *role = ROLE_ERROR;
  if (problem)
    return g_strdup(problem);
  char *text = summary(form, id, path, now, &error);
  if (!text) {
    *missing = g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING);
    return safe_text_string(error->message);
  }
  *role = id == WORK_CA || id == WORK_OLD_FILE ? file_dates_role(path, FALSE, now) : ROLE_GOOD;
  if (id == WORK_OLD_FILE && *role == ROLE_ERROR)
    *role = ROLE_WARNING; /* which is why it is renewed */
  return text;
}
