/* The fields of the form for a broker's files: what is filled in beforehand, an order out of the
 * form, and a sentence beside each field that cannot be right. */
#pragma once

#include "core/profile.h"
#include "ui/bundle_texts.h"
#include "ui/form.h"

typedef enum { BUNDLE_FROM_CERTBOT, BUNDLE_FROM_FILES } BundleSource;

typedef enum {
  BUNDLE_FIELD_BROKER = 1,
  BUNDLE_FIELD_SECTION_CERTIFICATE, BUNDLE_FIELD_SOURCE, BUNDLE_FIELD_LINEAGE,
  BUNDLE_FIELD_CERTIFICATE, BUNDLE_FIELD_CHAIN, BUNDLE_FIELD_KEY, BUNDLE_FIELD_PASSWORD,
  BUNDLE_FIELD_HOSTNAME,
  BUNDLE_FIELD_SECTION_CLIENTS, BUNDLE_FIELD_CLIENT_CA, BUNDLE_FIELD_CLIENT,
  BUNDLE_FIELD_USERS, BUNDLE_FIELD_USERS_FILE,
  BUNDLE_FIELD_SECTION_FILES, BUNDLE_FIELD_FOLDER, BUNDLE_FIELD_PATH, BUNDLE_FIELD_PORT,
  BUNDLE_FIELD_BIND, BUNDLE_FIELD_OWNER, BUNDLE_FIELD_STORE_PASSWORD, BUNDLE_FIELD_COUNT,
} BundleField;

Form *bundle_fields_new(void);
BundleBroker bundle_fields_broker(const Form *form);
BundleSource bundle_fields_source(const Form *form);
BundleUsers bundle_fields_users(const Form *form);
/* Shows only the fields that have a meaning with the choices that are made. */
void bundle_fields_arrange(Form *form);
gboolean bundle_field_is_path(int id); /* of a file or a folder */
gboolean bundle_field_is_folder(int id);

/* What is known when nobody has typed yet. All borrowed. */
typedef struct {
  const Profile *profile;          /* of the selected connection; NULL: there is none */
  const char *certbot_folder;      /* NULL: certbot's own */
  const char *const *lineages;     /* names of certbot's, NULL-terminated; NULL: none can be read */
  const char *lineage;             /* that the form was opened for, or NULL */
  const Certificate *seen;         /* what that connection's broker showed last, or NULL */
  const char *client_ca;           /* that was made last in the workshop, or NULL */
} BundleKnown;

/* Fills in what is sensible; fields of which `touched` is TRUE stay as they are. */
void bundle_fields_suggest(Form *form, const BundleKnown *known, const gboolean *touched);

/* A sentence a field, or NULL. */
typedef struct {
  char *sentence[BUNDLE_FIELD_COUNT];
} BundleFaults;

BundleFaults *bundle_fields_check(const Form *form, const char *certbot_folder);
void bundle_faults_free(BundleFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BundleFaults, bundle_faults_free)
/* The first visible field with a fault, 0: none. */
int bundle_faults_first(const Form *form, const BundleFaults *faults);

/* The visible field that a finding is about, 0: none in particular. */
int bundle_field_of(const Form *form, const Finding *finding);

/* (transfer full): a sentence on the file in this field, safe text; NULL: nothing to say. `missing`:
 * there is no such file, which is no fault while it is being typed. `now` in seconds since 1970. */
char *bundle_note(const Form *form, int id, const char *certbot_folder, gint64 now, Role *role,
                  gboolean *missing);

/* (transfer full). What is hidden was not asked for. */
BundleTexts *bundle_fields_order(const Form *form, const char *certbot_folder, gint64 now);
