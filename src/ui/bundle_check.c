/* What cannot be right in the form for a broker's files, a sentence a field; and what the files
 * that it names hold. */
#include "config.h"

#include <string.h>

#include "core/bundle_owner.h"
#include "trust/certificate_file.h"
#include "trust/client_chain.h"
#include "trust/identity.h"
#include "trust/inspection.h"
#include "trust/lineage.h"
#include "trust/trust_error.h"
#include "ui/bundle_fields.h"
#include "ui/file_dates.h"
#include "ui/path_complete.h"
#include "util/safe_text.h"

#define PORT_LAST 65535

static void fault(BundleFaults *faults, int id, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The first one counts. */
static void
fault(BundleFaults *faults, int id, const char *format, ...)
{
  if (faults->sentence[id])
    return;
  va_list arguments;
  va_start(arguments, format);
  faults->sentence[id] = g_strdup_vprintf(format, arguments);
  va_end(arguments);
}

/* --- The certificate -------------------------------------------------------------------------- */

/* (transfer full): the live folder of what was typed. */
static char *
live_folder(const char *certbot, const char *typed)
{
  g_autofree char *expanded = strchr(typed, '/') ? path_expand(typed) : g_strdup(typed);
  g_autofree char *path = lineage_path(certbot, expanded, LINEAGE_CERT);
  return g_path_get_dirname(path);
}

static void
check_lineage(const Form *form, const char *certbot, BundleFaults *faults)
{
  const char *typed = form_text(form, BUNDLE_FIELD_LINEAGE);
  g_autoptr(GError) error = NULL;
  if (!form_is_visible(form, BUNDLE_FIELD_LINEAGE))
    return;
  g_auto(GStrv) names = lineage_names(certbot, NULL, &error);
  if (*typed == '\0') {
    fault(faults, BUNDLE_FIELD_LINEAGE, "%s",
          names && names[0] ? "certbot's name for the certificate is needed"
          : names           ? "certbot has no certificate here: choose files above"
                            : error->message);
    return;
  }
  g_autofree char *folder = live_folder(certbot, typed);
  if (g_file_test(folder, G_FILE_TEST_IS_DIR))
    return;
  if (!strchr(typed, '/') && !names)
    fault(faults, BUNDLE_FIELD_LINEAGE, "%s", error->message);
  else
    fault(faults, BUNDLE_FIELD_LINEAGE, "certbot has no certificate of this name: there is no %s",
          folder);
}

static void
check_host(const Form *form, BundleFaults *faults)
{
  if (strpbrk(form_text(form, BUNDLE_FIELD_HOSTNAME), "/ *@"))
    fault(faults, BUNDLE_FIELD_HOSTNAME, "a name alone, such as mqtt.example.com");
}

/* --- The files -------------------------------------------------------------------------------- */

static void
check_folder(const Form *form, BundleFaults *faults)
{
  g_autofree char *folder = path_expand(form_text(form, BUNDLE_FIELD_FOLDER));
  g_autofree char *parent = folder ? g_path_get_dirname(folder) : NULL;
  gboolean same =
      !form_is_visible(form, BUNDLE_FIELD_PATH) || form_text(form, BUNDLE_FIELD_PATH)[0] == '\0';
  const char *problem = folder && same ? bundle_folder_fault(folder) : NULL;
  if (!folder)
    fault(faults, BUNDLE_FIELD_FOLDER, "a folder is needed");
  else if (g_file_test(folder, G_FILE_TEST_EXISTS) && !g_file_test(folder, G_FILE_TEST_IS_DIR))
    fault(faults, BUNDLE_FIELD_FOLDER, "this is a file, not a folder");
  else if (!g_file_test(folder, G_FILE_TEST_IS_DIR) && !g_file_test(parent, G_FILE_TEST_IS_DIR))
    fault(faults, BUNDLE_FIELD_FOLDER, "neither this folder nor the one above it is there");
  else if (problem)
    fault(faults, BUNDLE_FIELD_FOLDER, "its path has %s, which configuration files do not hold",
          problem);
}

static void
check_path(const Form *form, BundleFaults *faults)
{
  const char *path = form_text(form, BUNDLE_FIELD_PATH);
  const char *problem = *path ? bundle_folder_fault(path) : NULL;
  if (*path && !g_path_is_absolute(path))
    fault(faults, BUNDLE_FIELD_PATH,
          "a path that begins with /: the broker does not know this folder");
  else if (problem)
    fault(faults, BUNDLE_FIELD_PATH, "it has %s, which configuration files do not hold", problem);
}

static void
check_users(const Form *form, BundleFaults *faults)
{
  BundleUsers users = bundle_fields_users(form);
  gboolean two_way = form_text(form, BUNDLE_FIELD_CLIENT_CA)[0] != '\0';
  const char *path = form_text(form, BUNDLE_FIELD_USERS_FILE);
  const char *problem = bundle_folder_fault(path);
  g_autofree char *users_fault = bundle_users_fault(bundle_fields_broker(form), users, two_way);
  if (users == BUNDLE_USERS_CERTIFICATE && !two_way)
    fault(faults, BUNDLE_FIELD_USERS, "without a client CA no client shows a certificate");
  else if (users_fault)
    fault(faults, BUNDLE_FIELD_USERS, "%s", users_fault);
  if (!g_path_is_absolute(path))
    fault(faults, BUNDLE_FIELD_USERS_FILE, "its path at the broker, which begins with /");
  else if (problem)
    fault(faults, BUNDLE_FIELD_USERS_FILE, "it has %s, which configuration files do not hold",
          problem);
}

static void
check_bind(const Form *form, BundleFaults *faults)
{
  const char *typed = form_text(form, BUNDLE_FIELD_BIND);
  g_autofree char *bind = bundle_bind_parse(typed);
  if (*typed && !bind)
    fault(faults, BUNDLE_FIELD_BIND, "an address, such as 192.0.2.1 or 2001:db8::1");
}

static void
check_port(const Form *form, BundleFaults *faults)
{
  guint64 port = g_ascii_strtoull(form_text(form, BUNDLE_FIELD_PORT), NULL, 10);
  if (port < 1 || port > PORT_LAST)
    fault(faults, BUNDLE_FIELD_PORT, "1 to %d", PORT_LAST);
}

static void
check_owner(const Form *form, BundleFaults *faults)
{
  int user, group;
  const char *owner = form_text(form, BUNDLE_FIELD_OWNER);
  if (*owner && !bundle_owner_find(owner, &user, &group))
    fault(faults, BUNDLE_FIELD_OWNER, "no user of this machine");
}

/* None: a random one is taken. */
static void
check_store_password(const Form *form, BundleFaults *faults)
{
  const char *password = form_text(form, BUNDLE_FIELD_STORE_PASSWORD);
  if (!g_str_is_ascii(password))
    fault(faults, BUNDLE_FIELD_STORE_PASSWORD,
          "letters, digits and signs of ASCII: Java wants it so");
  else if (*password && bundle_store_password_fault(password))
    fault(faults, BUNDLE_FIELD_STORE_PASSWORD, "no \"${\", which HiveMQ takes for a variable");
}

BundleFaults *
bundle_fields_check(const Form *form, const char *certbot_folder)
{
  BundleFaults *faults = g_new0(BundleFaults, 1);
  check_lineage(form, certbot_folder, faults);
  if (form_text(form, BUNDLE_FIELD_CERTIFICATE)[0] == '\0')
    fault(faults, BUNDLE_FIELD_CERTIFICATE, "the certificate's file is needed");
  check_host(form, faults);
  check_users(form, faults);
  check_bind(form, faults);
  check_folder(form, faults);
  check_path(form, faults);
  check_port(form, faults);
  check_owner(form, faults);
  check_store_password(form, faults);
  for (int id = 1; id < BUNDLE_FIELD_COUNT; id++)
    if (!form_is_visible(form, id))
      g_clear_pointer(&faults->sentence[id], g_free);
  return faults;
}

void
bundle_faults_free(BundleFaults *faults)
{
  for (int id = 0; faults && id < BUNDLE_FIELD_COUNT; id++)
    g_free(faults->sentence[id]);
  g_free(faults);
}

int
bundle_faults_first(const Form *form, const BundleFaults *faults)
{
  for (int id = 1; id < BUNDLE_FIELD_COUNT; id++)
    if (faults->sentence[id] && form_is_visible(form, id))
      return id;
  return 0;
}

/* --- Where a finding is mended ---------------------------------------------------------------- */

/* The finding has the path as the order has it: with "~/" replaced. */
static gboolean
is_of_file(const Form *form, int id, const char *file)
{
  const char *typed = form_text(form, id);
  g_autofree char *path = g_str_has_prefix(typed, "~") ? path_expand(typed) : g_strdup(typed);
  g_autofree char *label = *path ? inspection_label(path) : NULL;
  return label && g_strcmp0(label, file) == 0;
}

int
bundle_field_of(const Form *form, const Finding *finding)
{
  static const struct {
    const char *code;
    BundleField field;
  } fields[] = {{"name-mismatch", BUNDLE_FIELD_HOSTNAME},
                {"key-mismatch", BUNDLE_FIELD_KEY},
                {"key-password-needed", BUNDLE_FIELD_PASSWORD},
                {"key-password-wrong", BUNDLE_FIELD_PASSWORD},
                {"client-ca-unknown", BUNDLE_FIELD_CLIENT_CA}};
  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
    if (g_str_equal(finding->code, fields[i].code) && form_is_visible(form, fields[i].field))
      return fields[i].field;
  for (int id = 1; id < BUNDLE_FIELD_COUNT; id++)
    if (bundle_field_is_path(id) && form_is_visible(form, id) &&
        is_of_file(form, id, finding->file))
      return id;
  return bundle_fields_source(form) == BUNDLE_FROM_CERTBOT ? BUNDLE_FIELD_LINEAGE : 0;
}

/* --- What a file holds ------------------------------------------------------------------------ */

/* (transfer full): what the key is, and whether it belongs to the certificate, where that can be
 * read. */
static char *
key_summary(const Form *form, const char *path, gint64 now, GError **error)
{
  const char *password = form_text(form, BUNDLE_FIELD_PASSWORD);
  g_autofree char *certificate = path_expand(form_text(form, BUNDLE_FIELD_CERTIFICATE));
  g_autofree char *text =
      certificate_file_summary(path, FILE_SLOT_KEY, *password ? password : NULL, now, error);
  g_autofree char *beside =
      text && certificate && !path_no_file(certificate)
          ? certificate_file_summary(certificate, FILE_SLOT_CERTIFICATE, NULL, now, NULL)
          : NULL;
  if (!beside)
    return g_steal_pointer(&text);
  g_autoptr(GError) cause = NULL;
  g_autoptr(Identity) identity =
      identity_load(certificate, path, *password ? password : NULL, &cause);
  if (identity)
    return g_strdup_printf("%s; it belongs to the certificate", text);
  /* All else that an identity may not be, certificates in another order, is no fault here. */
  if (!g_error_matches(cause, TRUST_ERROR, TRUST_ERROR_KEY_MISMATCH))
    return g_steal_pointer(&text);
  g_propagate_error(error, g_steal_pointer(&cause));
  return NULL;
}

/* Would a broker with these CAs take the client's certificate? What cannot be read is no answer;
 * its own field says so. */
static gboolean
takes_client(const Form *form, const char *ca_path, const Certificate **leaf, GPtrArray **client)
{
  const char *typed = form_text(form, BUNDLE_FIELD_CLIENT);
  g_autofree char *path = *typed ? path_expand(typed) : NULL;
  gboolean named = path && form_is_visible(form, BUNDLE_FIELD_CLIENT) && !path_no_file(path);
  *client = named ? certificate_file_read(path, NULL) : NULL;
  g_autoptr(Anchors) anchors = *client ? anchors_load_file(ca_path, NULL) : NULL;
  if (!anchors || (*client)->len == 0)
    return TRUE;
  GPtrArray *beside = NULL;
  *leaf = (*client)->pdata[0];
  const ClientChain chain = {
      .certificates = *client, .path = path, .file = path, .broker_ca = anchors, .beside = &beside};
  Finding *refused = client_chain_refused(&chain);
  g_clear_pointer(&beside, g_ptr_array_unref);
  gboolean taken = refused == NULL;
  finding_free(refused);
  return taken;
}

static char *
ca_summary(const Form *form, const char *path, gint64 now, gboolean *wrong, GError **error)
{
  g_autofree char *text = certificate_file_summary(path, FILE_SLOT_CA, NULL, now, error);
  const Certificate *leaf;
  g_autoptr(GPtrArray) client = NULL;
  if (!text || takes_client(form, path, &leaf, &client))
    return g_steal_pointer(&text);
  *wrong = TRUE;
  return g_strdup_printf("%s; with it the broker refuses \"%s\", which is from \"%s\"", text,
                         certificate_subject_label(leaf), certificate_issuer_label(leaf));
}

/* `wrong`: what the file holds does not go with another one. */
static char *
summary(const Form *form, int id, const char *path, gint64 now, gboolean *wrong, GError **error)
{
  switch (id) {
  case BUNDLE_FIELD_KEY:
    return key_summary(form, path, now, error);
  case BUNDLE_FIELD_CLIENT_CA:
    return ca_summary(form, path, now, wrong, error);
  default:
    return certificate_file_summary(path, FILE_SLOT_CERTIFICATE, NULL, now, error);
  }
}

char *
bundle_note(const Form *form, int id, const char *certbot_folder, gint64 now, Role *role,
            gboolean *missing)
{
  const char *typed = form_text(form, id);
  *missing = FALSE;
  if (!bundle_field_is_path(id) || bundle_field_is_folder(id) || !form_is_visible(form, id) ||
      *typed == '\0' || g_str_has_prefix(typed, "pkcs11:"))
    return NULL;
  g_autofree char *folder = id == BUNDLE_FIELD_LINEAGE ? live_folder(certbot_folder, typed) : NULL;
  g_autofree char *path =
      folder ? g_build_filename(folder, lineage_file_name(LINEAGE_CERT), NULL) : path_expand(typed);
  g_autoptr(GError) error = NULL;
  const char *problem = path_no_file(path);
  *role = ROLE_ERROR;
  if (problem)
    return g_strdup(problem);
  gboolean wrong = FALSE;
  char *text = summary(form, id, path, now, &wrong, &error);
  if (!text) {
    *missing = g_error_matches(error, TRUST_ERROR, TRUST_ERROR_FILE_MISSING);
    return safe_text_string(error->message);
  }
  *role = wrong                    ? ROLE_ERROR
          : id == BUNDLE_FIELD_KEY ? ROLE_GOOD
                                   : file_dates_role(path, id == BUNDLE_FIELD_CLIENT_CA, now);
  return text;
}
