/* What cannot be right in the workshop's form, a sentence a field. */
#include "config.h"

#include <string.h>

#include "trust/pki_check.h"
#include "ui/path_complete.h"
#include "ui/workshop_fields.h"

static void
take_error(WorkshopFaults *faults, int id, GError *error)
{
  faults->sentence[id] = g_strdup(error->message);
  g_error_free(error);
}

static void
check_subject(const Form *form, WorkshopFaults *faults)
{
  const char *subject = form_text(form, WORK_SUBJECT);
  GError *error = NULL;
  if (*subject == '\0')
    faults->sentence[WORK_SUBJECT] = g_strdup("a name is needed, such as CN=Client,O=Test Org");
  else if (!pki_check_subject(subject, &error))
    take_error(faults, WORK_SUBJECT, error);
}

static void
check_names(const Form *form, WorkshopFaults *faults)
{
  g_autoptr(WorkshopOrder) order = workshop_fields_order(form, 0);
  GError *error = NULL;
  if (order->names && !pki_check_names((const char *const *)order->names, &error))
    take_error(faults, WORK_NAMES, error);
}

static void
check_days(const Form *form, WorkshopFaults *faults)
{
  const char *text = form_text(form, WORK_DAYS);
  gint64 days = g_ascii_strtoll(text, NULL, 10);
  gboolean empty = *text == '\0' && workshop_fields_kind(form) == WORK_RENEW;
  if (!empty && (days < 1 || days > PKI_DAYS_MAX))
    faults->sentence[WORK_DAYS] = g_strdup_printf("1 to %d days", PKI_DAYS_MAX);
}

/* Seconds since 1970; 0: nothing is said there, or what is no date. */
static gint64
check_moment(const Form *form, WorkshopFaults *faults, int id)
{
  gint64 moment = 0;
  const char *text = form_text(form, id);
  if (*text == '\0' || pki_check_moment(text, &moment))
    return moment;
  faults->sentence[id] = g_strdup("write a date, such as 2027-01-31 or 2027-01-31T12:00:00Z");
  return 0;
}

static void
check_dates(const Form *form, WorkshopFaults *faults, gint64 now)
{
  gint64 from = check_moment(form, faults, WORK_FROM);
  gint64 until = check_moment(form, faults, WORK_UNTIL);
  if (until && until <= now)
    faults->sentence[WORK_UNTIL] = g_strdup("this has passed: it would be expired already");
  else if (until && from && until <= from)
    faults->sentence[WORK_UNTIL] = g_strdup("it would end before it begins");
}

static void
check_path_length(const Form *form, WorkshopFaults *faults)
{
  const char *text = form_text(form, WORK_PATH_LENGTH);
  guint64 number;
  if (*text && !g_ascii_string_to_unsigned(text, 10, 0, PKI_PATH_LENGTH_MAX, &number, NULL))
    faults->sentence[WORK_PATH_LENGTH] =
        g_strdup_printf("0 to %d, or empty for no limit", PKI_PATH_LENGTH_MAX);
}

static void
check_wanted_path(const Form *form, WorkshopFaults *faults, int id, const char *sentence)
{
  if (form_is_visible(form, id) && form_text(form, id)[0] == '\0')
    faults->sentence[id] = g_strdup(sentence);
}

static void
check_folder(const Form *form, WorkshopFaults *faults)
{
  g_autofree char *folder = path_expand(form_text(form, WORK_FOLDER));
  g_autofree char *parent = folder ? g_path_get_dirname(folder) : NULL;
  const char *sentence = NULL;
  if (!folder)
    sentence = "a folder is needed; . is where mqtrust was started";
  else if (g_file_test(folder, G_FILE_TEST_EXISTS) && !g_file_test(folder, G_FILE_TEST_IS_DIR))
    sentence = "this is a file, not a folder";
  else if (!g_file_test(folder, G_FILE_TEST_IS_DIR) && !g_file_test(parent, G_FILE_TEST_IS_DIR))
    sentence = "neither this folder nor the one above it is there";
  faults->sentence[WORK_FOLDER] = g_strdup(sentence);
}

static void
check_name(const Form *form, WorkshopFaults *faults)
{
  const char *name = form_text(form, WORK_NAME);
  if (*name == '\0')
    faults->sentence[WORK_NAME] = g_strdup("the files need a name");
  else if (strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
    faults->sentence[WORK_NAME] = g_strdup("a name without a /: the folder has its own field");
}

static void
check_passwords(const Form *form, WorkshopFaults *faults)
{
  if (form_is_visible(form, WORK_REPEAT) &&
      strcmp(form_text(form, WORK_PASSWORD), form_text(form, WORK_REPEAT)) != 0)
    faults->sentence[WORK_REPEAT] = g_strdup("not the same as the password above");
}

WorkshopFaults *
workshop_fields_check(const Form *form, gint64 now)
{
  WorkshopFaults *faults = g_new0(WorkshopFaults, 1);
  WorkshopKind kind = workshop_fields_kind(form);
  if (form_is_visible(form, WORK_SUBJECT))
    check_subject(form, faults);
  if (form_is_visible(form, WORK_NAMES))
    check_names(form, faults);
  if (kind == WORK_SERVER && form_text(form, WORK_NAMES)[0] == '\0')
    faults->sentence[WORK_NAMES] = g_strdup("a server needs the names that clients connect to");
  if (form_is_visible(form, WORK_DAYS))
    check_days(form, faults);
  if (form_is_visible(form, WORK_FROM))
    check_dates(form, faults, now);
  if (form_is_visible(form, WORK_PATH_LENGTH))
    check_path_length(form, faults);
  check_wanted_path(form, faults, WORK_REQUEST_FILE, "the request's file is needed");
  check_wanted_path(form, faults, WORK_OLD_FILE, "the old certificate's file is needed");
  if (kind == WORK_CLIENT || kind == WORK_SERVER || kind == WORK_SIGN)
    check_wanted_path(form, faults, WORK_CA, "a CA is needed to sign it: make one first");
  check_passwords(form, faults);
  check_folder(form, faults);
  check_name(form, faults);
  return faults;
}

void
workshop_faults_free(WorkshopFaults *faults)
{
  for (int id = 0; faults && id < WORK_COUNT; id++)
    g_free(faults->sentence[id]);
  g_free(faults);
}

int
workshop_faults_first(const Form *form, const WorkshopFaults *faults)
{
  for (int id = 1; id < WORK_COUNT; id++) {
    if (faults->sentence[id] && form_is_visible(form, id))
      return id;
  }
  return 0;
}

static int
field_of_dates(const Form *form)
{
  return form_is_visible(form, WORK_DAYS) ? WORK_DAYS : WORK_UNTIL;
}

int
workshop_field_of(const Form *form, PkiField field)
{
  gboolean renew = workshop_fields_kind(form) == WORK_RENEW;
  static const WorkshopField fields[] = {
      [PKI_FIELD_SUBJECT] = WORK_SUBJECT,
      [PKI_FIELD_NAMES] = WORK_NAMES,
      [PKI_FIELD_START] = WORK_FROM,
      [PKI_FIELD_KEY_TYPE] = WORK_KEY_TYPE,
      [PKI_FIELD_KEY] = WORK_KEY,
      [PKI_FIELD_KEY_PASSWORD] = WORK_PASSWORD,
      [PKI_FIELD_CA] = WORK_CA,
      [PKI_FIELD_CA_KEY] = WORK_CA_KEY,
      [PKI_FIELD_CA_PASSWORD] = WORK_CA_PASSWORD,
      [PKI_FIELD_OUTPUT] = WORK_FOLDER,
      [PKI_FIELD_REPLACE] = WORK_NAME,
  };
  if (field == PKI_FIELD_DATES)
    return field_of_dates(form);
  if (field == PKI_FIELD_PATH_LENGTH)
    return form_is_visible(form, WORK_PATH_LENGTH) ? WORK_PATH_LENGTH : WORK_CA;
  if (field == PKI_FIELD_ROLE)
    return renew ? WORK_AGAIN_PURPOSE : WORK_PURPOSE;
  if (field == PKI_FIELD_INPUT)
    return renew ? WORK_OLD_FILE : WORK_REQUEST_FILE;
  int id = field < G_N_ELEMENTS(fields) && fields[field] ? (int)fields[field] : WORK_KIND;
  return form_is_visible(form, id) ? id : WORK_KIND;
}
