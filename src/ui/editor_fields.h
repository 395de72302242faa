/* The fields of the connection editor: a profile into a form and back, and what profile_check()
 * says beside the field that it is about. */
#pragma once

#include "core/profile.h"
#include "ui/form.h"

typedef enum {
  EDIT_SECTION_GENERAL = 1, EDIT_NAME, EDIT_SCHEME, EDIT_HOST, EDIT_PORT,
  EDIT_DNS_SERVERS, EDIT_PROBES,
  EDIT_SECTION_TLS, EDIT_TRUST, EDIT_CA, EDIT_CERTIFICATE, EDIT_KEY, EDIT_KEY_PASSWORD,
  EDIT_SERVER_NAME, EDIT_ALPN, EDIT_TLS_VERSION, EDIT_TLS_PRIORITY, EDIT_CRL, EDIT_BROKER_CA,
  EDIT_SECTION_MQTT, EDIT_USER_NAME, EDIT_PASSWORD, EDIT_CLIENT_ID, EDIT_VERSION, EDIT_KEEP_ALIVE,
  EDIT_CLEAN_START, EDIT_SUBSCRIPTIONS,
  EDIT_SECTION_WILL, EDIT_WILL_TOPIC, EDIT_WILL_PAYLOAD, EDIT_WILL_QOS, EDIT_WILL_RETAIN,
  EDIT_COUNT,
} EditorField;

Form *editor_fields_new(void);
void editor_fields_set(Form *form, const Profile *profile);
/* Shows only the fields that have a meaning with the choices that are made. */
void editor_fields_arrange(Form *form);
/* (transfer full): what the form says; what it has no field for is taken from `base`. */
Profile *editor_fields_profile(const Form *form, const Profile *base);

/* A sentence a field, or NULL: (transfer full) array of EDIT_COUNT strings. */
typedef struct {
  char *sentence[EDIT_COUNT];
} EditorFaults;

EditorFaults *editor_fields_check(const Form *form, const Profile *base);
void editor_faults_free(EditorFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EditorFaults, editor_faults_free)
/* The field that shows what a part of a profile is. */
EditorField editor_field_of(ProfileField field);
/* The first field with a fault, 0: none. */
int editor_faults_first(const EditorFaults *faults);
