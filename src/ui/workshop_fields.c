#include "config.h"

#include "ui/workshop_fields.h"

#include <string.h>

#include "trust/date_text.h"
#include "trust/pki_check.h"
#include "ui/kept_texts.h"

static const char *const kinds[] = {"CA",
                                    "client certificate",
                                    "server certificate",
                                    "request for a CA elsewhere",
                                    "sign a request",
                                    "renew a certificate",
                                    NULL};
/* Not in the order of PkiKeyType: by kind, and what fewer clients know comes last. */
static const char *const key_types[] = {"ECDSA P-256", "ECDSA P-384", "RSA 2048", "RSA 3072",
                                        "RSA 4096",    "Ed25519",     NULL};
static const PkiKeyType key_type_of[] = {PKI_KEY_ECDSA_P256, PKI_KEY_ECDSA_P384, PKI_KEY_RSA_2048,
                                         PKI_KEY_RSA_3072,   PKI_KEY_RSA_4096,   PKI_KEY_ED25519};
static const char *const purposes[] = {"client", "server", "client and server", "CA", NULL};
static const PkiRole role_of[] = {PKI_CLIENT, PKI_SERVER, PKI_PEER, PKI_INTERMEDIATE};
static const char *const again_purposes[] = {"as before", "client", "server", "client and server",
                                             NULL};

/* clang-format off */
static const FieldSpec specs[] = {
    {WORK_KIND, FIELD_CHOICE, "Make", kinds, "Space or the arrows choose; C-s makes it", NULL},
    {WORK_SUBJECT, FIELD_TEXT, "Subject", NULL,
     "a common name, or a whole one: CN=Client,O=Test Org,C=US", NULL},
    {WORK_REQUEST_FILE, FIELD_PATH, "Request", NULL, "the file that somebody sent you (PKCS#10)",
     NULL},
    {WORK_OLD_FILE, FIELD_PATH, "Certificate", NULL,
     "the one to renew: subject and names stay; its file stays, too", NULL},
    {WORK_PURPOSE, FIELD_CHOICE, "For a", purposes, "what the certificate may be used as", NULL},
    {WORK_AGAIN_PURPOSE, FIELD_CHOICE, "For a", again_purposes,
     "only to be said when the old one does not say it", NULL},
    {WORK_NAMES, FIELD_TEXT, "Names (SAN)", NULL,
     "hosts and addresses with commas between: clients of a server look only at these", "none"},
    {WORK_COPY_NAMES, FIELD_CHECK, "Its own names", NULL,
     "also the names that the request asks for: look at them first", NULL},
    {WORK_PATH_LENGTH, FIELD_NUMBER, "Path length", NULL,
     "how many CAs may stand below it: 0 signs no other CA; empty sets no limit", "no limit"},
    {WORK_FROM, FIELD_TEXT, "From", NULL,
     "when it begins, if not now: 2027-01-31, or 2027-01-31T12:00:00Z", "now"},
    {WORK_UNTIL, FIELD_TEXT, "Until", NULL,
     "when it ends, instead of days: 2027-01-31, or 2027-01-31T12:00:00Z", "counted in days"},
    {WORK_DAYS, FIELD_NUMBER, "Days", NULL, "how long it is valid, from its beginning on",
     "as before"},
    {WORK_SECTION_CA, FIELD_SECTION, "Signed by", NULL, NULL, NULL},
    {WORK_CA, FIELD_PATH, "CA", NULL,
     "the CA's certificate; without one a new CA, or a root that is renewed, signs itself",
     "none"},
    {WORK_CA_KEY, FIELD_PATH, "CA's key", NULL, "a file, or a pkcs11: URI of a token",
     "beside it, as NAME.key"},
    {WORK_CA_PASSWORD, FIELD_SECRET, "CA's password", NULL,
     "of its key, or the token's PIN; C-r shows it", "none"},
    {WORK_SECTION_KEY, FIELD_SECTION, "Key", NULL, NULL, NULL},
    {WORK_NEW_KEY, FIELD_CHECK, "New key", NULL, "else the old one stays in use", NULL},
    {WORK_KEY, FIELD_PATH, "Existing key", NULL, "a file, or a pkcs11: URI of a token",
     "none: a new one is made"},
    {WORK_KEY_TYPE, FIELD_CHOICE, "Kind of key", key_types,
     "ECDSA P-256 is good everywhere; RSA is larger, and slower to make", NULL},
    {WORK_PASSWORD, FIELD_SECRET, "Password", NULL,
     "a new key's file is encrypted with it; an existing one is opened; C-r shows it",
     "none: not encrypted"},
    {WORK_REPEAT, FIELD_SECRET, "Once more", NULL, "the same: nobody can read the key without it",
     NULL},
    {WORK_SECTION_FILES, FIELD_SECTION, "Files", NULL, NULL, NULL},
    {WORK_FOLDER, FIELD_PATH, "Folder", NULL,
     "made if need be; . is where mqtrust was started", NULL},
    {WORK_NAME, FIELD_TEXT, "Name", NULL, "of the files, without .pem and .key", NULL},
    {WORK_PKCS12, FIELD_CHECK, "PKCS#12, too", NULL,
     "certificate and key in one NAME.p12 with the same password, for browsers and Java", NULL},
};
/* clang-format on */

Form *
workshop_fields_new(void)
{
  return form_new(specs, G_N_ELEMENTS(specs));
}

WorkshopKind
workshop_fields_kind(const Form *form)
{
  return (WorkshopKind)form_choice(form, WORK_KIND);
}

const char *
workshop_kind_name(WorkshopKind kind)
{
  static const char *const names[] = {
      "CA",      "client certificate",         "server certificate",
      "request", "certificate of the request", "renewed certificate"};
  return names[kind];
}

gboolean
workshop_field_is_path(int id)
{
  return id == WORK_REQUEST_FILE || id == WORK_OLD_FILE || id == WORK_CA || id == WORK_CA_KEY ||
         id == WORK_KEY || id == WORK_FOLDER;
}

/* --- What is shown ---------------------------------------------------------------------------- */

static gboolean
has_text(const Form *form, int id)
{
  return form_text(form, id)[0] != '\0';
}

/* A key is made, and so it has a kind and may get a password. */
static gboolean
makes_key(const Form *form)
{
  WorkshopKind kind = workshop_fields_kind(form);
  if (kind == WORK_SIGN)
    return FALSE;
  if (kind == WORK_RENEW)
    return form_checked(form, WORK_NEW_KEY);
  return !has_text(form, WORK_KEY);
}

static gboolean
makes_authority(const Form *form)
{
  WorkshopKind kind = workshop_fields_kind(form);
  return kind == WORK_CA_CERTIFICATE ||
         (kind == WORK_SIGN && role_of[form_choice(form, WORK_PURPOSE)] == PKI_INTERMEDIATE);
}

static void
arrange_key(Form *form, WorkshopKind kind)
{
  gboolean renew = kind == WORK_RENEW, made = makes_key(form);
  gboolean named = kind != WORK_SIGN && !(renew && made);
  form_set_visible(form, WORK_SECTION_KEY, kind != WORK_SIGN);
  form_set_visible(form, WORK_NEW_KEY, renew);
  form_set_visible(form, WORK_KEY, named && !renew);
  form_set_visible(form, WORK_KEY_TYPE, made);
  form_set_visible(form, WORK_PASSWORD, made || (named && !renew));
  form_set_visible(form, WORK_REPEAT, made && has_text(form, WORK_PASSWORD));
  form_set_visible(form, WORK_PKCS12,
                   kind == WORK_CLIENT || kind == WORK_SERVER || (renew && made));
}

void
workshop_fields_arrange(Form *form)
{
  WorkshopKind kind = workshop_fields_kind(form);
  gboolean signs = kind != WORK_REQUEST;
  form_set_visible(form, WORK_SUBJECT, kind != WORK_SIGN && kind != WORK_RENEW);
  form_set_visible(form, WORK_REQUEST_FILE, kind == WORK_SIGN);
  form_set_visible(form, WORK_OLD_FILE, kind == WORK_RENEW);
  form_set_visible(form, WORK_PURPOSE, kind == WORK_SIGN || kind == WORK_REQUEST);
  form_set_visible(form, WORK_AGAIN_PURPOSE, kind == WORK_RENEW);
  form_set_visible(form, WORK_NAMES, kind != WORK_CA_CERTIFICATE && kind != WORK_RENEW);
  form_set_visible(form, WORK_COPY_NAMES, kind == WORK_SIGN);
  form_set_visible(form, WORK_PATH_LENGTH, makes_authority(form));
  form_set_visible(form, WORK_FROM, signs);
  form_set_visible(form, WORK_UNTIL, signs);
  form_set_visible(form, WORK_DAYS, signs && !has_text(form, WORK_UNTIL));
  form_set_visible(form, WORK_SECTION_CA, signs);
  form_set_visible(form, WORK_CA, signs);
  /* A root is signed by the key that is made for it. */
  gboolean by_another = signs && (kind != WORK_CA_CERTIFICATE || has_text(form, WORK_CA));
  form_set_visible(form, WORK_CA_KEY, by_another);
  form_set_visible(form, WORK_CA_PASSWORD, by_another);
  arrange_key(form, kind);
}

/* --- An order --------------------------------------------------------------------------------- */

static char **
names_of(const Form *form)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
  g_auto(GStrv) parts = g_strsplit_set(form_text(form, WORK_NAMES), ", ", -1);
  gboolean any = FALSE;
  for (int i = 0; parts[i]; i++) {
    if (parts[i][0])
      g_strv_builder_add(builder, parts[i]);
    any |= parts[i][0] != '\0';
  }
  return any ? g_strv_builder_end(builder) : NULL;
}

static void
set_role(const Form *form, PkiOrder *order)
{
  int again = form_choice(form, WORK_AGAIN_PURPOSE);
  order->has_role = TRUE;
  switch (workshop_fields_kind(form)) {
  case WORK_CA_CERTIFICATE:
    order->role = has_text(form, WORK_CA) ? PKI_INTERMEDIATE : PKI_ROOT;
    break;
  case WORK_CLIENT:
  case WORK_SERVER:
    order->role = workshop_fields_kind(form) == WORK_CLIENT ? PKI_CLIENT : PKI_SERVER;
    break;
  case WORK_RENEW:
    order->has_role = again > 0;
    order->role = role_of[MAX(again - 1, 0)];
    break;
  default:
    order->role = role_of[form_choice(form, WORK_PURPOSE)];
  }
}

static PkiAction
action_of(WorkshopKind kind)
{
  return kind == WORK_REQUEST ? PKI_REQUEST
         : kind == WORK_SIGN  ? PKI_SIGN
         : kind == WORK_RENEW ? PKI_RENEW
                              : PKI_MAKE;
}

/* What is hidden was not asked for. */
static const char *
visible_text(const Form *form, int id)
{
  return form_is_visible(form, id) ? form_text(form, id) : "";
}

static gboolean
has_visible_text(const Form *form, int id)
{
  return visible_text(form, id)[0] != '\0';
}

static gint64
moment_of(const Form *form, int id)
{
  gint64 moment;
  return pki_check_moment(visible_text(form, id), &moment) ? moment : 0;
}

static void
set_dates(const Form *form, PkiOrder *order)
{
  order->not_before = moment_of(form, WORK_FROM);
  order->not_after = moment_of(form, WORK_UNTIL);
  order->days = (int)g_ascii_strtoll(visible_text(form, WORK_DAYS), NULL, 10);
}

char *
workshop_field_date(const Form *form, int id)
{
  gint64 moment = id == WORK_FROM || id == WORK_UNTIL ? moment_of(form, id) : 0;
  return moment ? date_text_full(moment) : NULL;
}

static void
set_files(const Form *form, WorkshopOrder *order)
{
  const char *password = makes_key(form) ? order->order.key_password : NULL;
  order->files = (PkiFilesOrder){
      .folder = kept_path(order->texts, form_text(form, WORK_FOLDER)),
      .name = kept_text(order->texts, form_text(form, WORK_NAME)),
      .key_password = password,
      .pkcs12 = form_is_visible(form, WORK_PKCS12) && form_checked(form, WORK_PKCS12),
      .pkcs12_password = order->order.key_password ? order->order.key_password : "",
  };
}

WorkshopOrder *
workshop_fields_order(const Form *form, gint64 now)
{
  WorkshopOrder *all = workshop_order_new();
  PkiOrder *order = &all->order;
  WorkshopKind kind = workshop_fields_kind(form);
  order->action = action_of(kind);
  set_role(form, order);
  order->subject = kept_text(all->texts, visible_text(form, WORK_SUBJECT));
  all->names = form_is_visible(form, WORK_NAMES) ? names_of(form) : NULL;
  order->names = (const char *const *)all->names;
  order->copy_names = kind == WORK_SIGN && form_checked(form, WORK_COPY_NAMES);
  order->key_type = key_type_of[form_choice(form, WORK_KEY_TYPE)];
  order->key_path = kept_path(all->texts, visible_text(form, WORK_KEY));
  order->key_password = kept_text(all->texts, visible_text(form, WORK_PASSWORD));
  order->new_key = kind == WORK_RENEW && makes_key(form);
  order->ca_path = kept_path(all->texts, visible_text(form, WORK_CA));
  order->ca_key_path = kept_path(all->texts, visible_text(form, WORK_CA_KEY));
  order->ca_password = kept_text(all->texts, visible_text(form, WORK_CA_PASSWORD));
  order->input_path =
      kept_path(all->texts, form_text(form, kind == WORK_SIGN ? WORK_REQUEST_FILE : WORK_OLD_FILE));
  if (kind != WORK_SIGN && kind != WORK_RENEW)
    order->input_path = NULL;
  set_dates(form, order);
  order->path_length = has_visible_text(form, WORK_PATH_LENGTH)
                           ? (int)g_ascii_strtoll(form_text(form, WORK_PATH_LENGTH), NULL, 10)
                           : -1;
  order->now = now;
  set_files(form, all);
  return all;
}

char *
workshop_fields_existing(const Form *form)
{
  WorkshopKind kind = workshop_fields_kind(form);
  g_autoptr(WorkshopOrder) order = workshop_fields_order(form, 0);
  g_autoptr(GString) found = g_string_new(NULL);
  const struct {
    const char *ending;
    gboolean wanted;
  } endings[] = {{".pem", kind != WORK_REQUEST},
                 {".csr", kind == WORK_REQUEST},
                 {".key", makes_key(form)},
                 {".p12", order->files.pkcs12}};
  for (gsize i = 0; i < G_N_ELEMENTS(endings) && order->files.folder && order->files.name; i++) {
    g_autofree char *name = g_strconcat(order->files.name, endings[i].ending, NULL);
    g_autofree char *path = g_build_filename(order->files.folder, name, NULL);
    if (endings[i].wanted &&
        (g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK)))
      g_string_append_printf(found, "%s%s", found->len > 0 ? ", " : "", name);
  }
  return found->len > 0 ? g_string_free(g_steal_pointer(&found), FALSE) : NULL;
}
