/* The fields of the identity workshop: what can be made, what is filled in beforehand, an order out
 * of the form, and a sentence beside each field that cannot be right. Looks into no file but to see
 * whether it is there. */
#pragma once

#include "core/profile.h"
#include "ui/form.h"
#include "ui/workshop_order.h"

typedef enum {
  WORK_CA_CERTIFICATE, WORK_CLIENT, WORK_SERVER, WORK_REQUEST, WORK_SIGN, WORK_RENEW, WORK_KINDS
} WorkshopKind;

typedef enum {
  WORK_KIND = 1, WORK_SUBJECT, WORK_REQUEST_FILE, WORK_OLD_FILE, WORK_PURPOSE, WORK_AGAIN_PURPOSE,
  WORK_NAMES, WORK_COPY_NAMES, WORK_PATH_LENGTH, WORK_FROM, WORK_UNTIL, WORK_DAYS,
  WORK_SECTION_CA, WORK_CA, WORK_CA_KEY, WORK_CA_PASSWORD,
  WORK_SECTION_KEY, WORK_NEW_KEY, WORK_KEY, WORK_KEY_TYPE, WORK_PASSWORD, WORK_REPEAT,
  WORK_SECTION_FILES, WORK_FOLDER, WORK_NAME, WORK_PKCS12, WORK_COUNT,
} WorkshopField;

Form *workshop_fields_new(void);
WorkshopKind workshop_fields_kind(const Form *form);
/* "CA", "client certificate", ...; static. */
const char *workshop_kind_name(WorkshopKind kind);
/* Fills in what is sensible for this kind, for a connection (NULL: none) and with the CA that was
 * made last (NULL: none); fields of which `touched` is TRUE stay as they are. */
void workshop_fields_suggest(Form *form, const Profile *profile, const char *last_ca,
                             const gboolean *touched);
/* The CA that was made, or that signed a client, last in this run; or NULL. */
const char *workshop_last_ca(void);
/* Where the files of a connection lie, "." when it has none. (transfer full) */
char *workshop_folder(const Profile *profile);
/* The client CA that lies in a folder, "" when there is none. (transfer full) */
char *workshop_ca_in(const char *folder);
/* Shows only the fields that have a meaning with the choices that are made. */
void workshop_fields_arrange(Form *form);
gboolean workshop_field_is_path(int id);

/* "2027-01-31 00:00:00 UTC" beside a field that says a date, when it does. (transfer full) */
char *workshop_field_date(const Form *form, int id);

/* A sentence a field, or NULL. */
typedef struct {
  char *sentence[WORK_COUNT];
} WorkshopFaults;

/* `now` in seconds since 1970. */
WorkshopFaults *workshop_fields_check(const Form *form, gint64 now);
void workshop_faults_free(WorkshopFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkshopFaults, workshop_faults_free)
/* The first visible field with a fault, 0: none. */
int workshop_faults_first(const Form *form, const WorkshopFaults *faults);
/* The field that an error of the order is about. */
int workshop_field_of(const Form *form, PkiField field);

/* (transfer full). */
WorkshopOrder *workshop_fields_order(const Form *form, gint64 now);
/* (transfer full): names of the files that making would replace, with commas between; NULL: none. */
char *workshop_fields_existing(const Form *form);
