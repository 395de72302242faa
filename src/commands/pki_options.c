#include "config.h"

#include "commands/pki_options.h"

#include <string.h>

#include "trust/pki_check.h"
#include "util/safe_text.h"

const char *
pki_verb_name(PkiVerb verb)
{
  static const char *const names[PKI_VERBS] = {"ca",      "client", "server",
                                               "request", "sign",   "renew"};
  return names[verb];
}

void
pki_options_clear(PkiOptions *options)
{
  char **texts[] = {&options->ca,          &options->ca_key,     &options->key,
                    &options->key_type,    &options->subject,    &options->role,
                    &options->days,        &options->not_before, &options->not_after,
                    &options->path_length, &options->folder,     &options->name};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_clear_pointer(texts[i], g_free);
  g_clear_pointer(&options->rest, g_strfreev);
  g_clear_pointer(&options->names, g_strfreev);
  password_source_clear(&options->password);
  password_source_clear(&options->ca_password);
  password_source_clear(&options->pkcs12_password);
}

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *safe = safe_text_string(text);
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, safe);
  return FALSE;
}

/* --- which option goes with which verb -------------------------------------------------------- */

#define BIT(verb) (1u << (verb))
#define MAKES (BIT(PKI_VERB_CA) | BIT(PKI_VERB_CLIENT) | BIT(PKI_VERB_SERVER))
#define SIGNS (MAKES | BIT(PKI_VERB_SIGN) | BIT(PKI_VERB_RENEW))
#define HAS_KEY (MAKES | BIT(PKI_VERB_REQUEST) | BIT(PKI_VERB_RENEW))

static gboolean
check_verb(const PkiOptions *o, GError **error)
{
  const struct {
    const char *name;
    gboolean given;
    guint verbs;
  } uses[] = {
      {"--ca", o->ca != NULL, SIGNS},
      {"--ca-key", o->ca_key != NULL, SIGNS},
      {"--ca-password-...", password_source_is_set(&o->ca_password), SIGNS},
      {"--key", o->key != NULL, HAS_KEY},
      {"--key-type", o->key_type != NULL, HAS_KEY},
      {"--password-...", password_source_is_set(&o->password), HAS_KEY},
      {"--subject", o->subject != NULL, BIT(PKI_VERB_SIGN)},
      {"--as", o->role != NULL, BIT(PKI_VERB_REQUEST) | BIT(PKI_VERB_SIGN) | BIT(PKI_VERB_RENEW)},
      {"--days", o->days != NULL, SIGNS},
      {"--not-before", o->not_before != NULL, SIGNS},
      {"--not-after", o->not_after != NULL, SIGNS},
      {"--path-length", o->path_length != NULL, BIT(PKI_VERB_CA) | BIT(PKI_VERB_SIGN)},
      {"--san", o->names != NULL, HAS_KEY | BIT(PKI_VERB_SIGN)},
      {"--copy-names", o->copy_names, BIT(PKI_VERB_SIGN)},
      {"--new-key", o->new_key, BIT(PKI_VERB_RENEW)},
      {"--pkcs12", o->pkcs12, MAKES | BIT(PKI_VERB_RENEW)},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(uses); i++)
    if (uses[i].given && !(uses[i].verbs & BIT(o->verb)))
      return refuse(error, "%s does not go with pki %s; see mqtrust pki %s --help", uses[i].name,
                    pki_verb_name(o->verb), pki_verb_name(o->verb));
  return TRUE;
}

static gboolean
check_pairs(const PkiOptions *o, GError **error)
{
  const PasswordSource *sources[] = {&o->password, &o->ca_password, &o->pkcs12_password};
  for (gsize i = 0; i < G_N_ELEMENTS(sources); i++)
    if (!!sources[i]->file + !!sources[i]->command + !!sources[i]->prompt > 1)
      return refuse(error, "a password comes from one place: a file, a command or a prompt");
  if (o->days && o->not_after)
    return refuse(error, "--days and --not-after both say when it ends: give one of them");
  if (o->key && o->key_type)
    return refuse(error, "--key names a key that is there, --key-type the type of a new one: give "
                         "one of them");
  if (o->verb == PKI_VERB_RENEW && o->key_type && !o->new_key)
    return refuse(error, "--key-type is that of a new key, and the old one stays: give --new-key, "
                         "too, or leave it out");
  if (o->new_key && o->key)
    return refuse(error, "--new-key makes a key, --key names one: give one of them");
  if (password_source_is_set(&o->pkcs12_password) && !o->pkcs12)
    return refuse(error, "--pkcs12-password-... is for --pkcs12");
  if (o->pkcs12 && !password_source_is_set(&o->pkcs12_password) &&
      !password_source_is_set(&o->password))
    return refuse(error, "--pkcs12 needs a password, for itself (--pkcs12-password-file FILE) or "
                         "for the key, too (--password-file FILE)");
  return TRUE;
}

/* --- values ----------------------------------------------------------------------------------- */

static gboolean
parse_number(const char *option, const char *word, guint max, int *number, GError **error)
{
  guint64 value;
  if (!g_ascii_string_to_unsigned(word, 10, strcmp(option, "--days") ? 0 : 1, max, &value, NULL))
    return refuse(error, "%s %s is not a number from %d to %u", option, word,
                  strcmp(option, "--days") ? 0 : 1, max);
  *number = (int)value;
  return TRUE;
}

static gboolean
parse_moment(const char *option, const char *word, gint64 *moment, GError **error)
{
  if (pki_check_moment(word, moment))
    return TRUE;
  return refuse(error, "%s %s is not a time: write 2027-01-31, or 2027-01-31T12:00:00Z", option,
                word);
}

static gboolean
parse_role(PkiOptions *o, GError **error)
{
  static const struct {
    const char *name;
    PkiRole role;
  } roles[] = {
      {"client", PKI_CLIENT}, {"server", PKI_SERVER}, {"both", PKI_PEER}, {"ca", PKI_INTERMEDIATE}};
  for (gsize i = 0; i < G_N_ELEMENTS(roles); i++) {
    if (strcmp(o->role, roles[i].name) == 0) {
      o->order.role = roles[i].role;
      o->order.has_role = TRUE;
      return TRUE;
    }
  }
  return refuse(error, "--as %s is none of client, server, both, ca", o->role);
}

static void
set_role(PkiOptions *o)
{
  static const PkiRole roles[] = {
      [PKI_VERB_CA] = PKI_ROOT, [PKI_VERB_CLIENT] = PKI_CLIENT, [PKI_VERB_SERVER] = PKI_SERVER};
  static const PkiAction actions[] = {
      [PKI_VERB_CA] = PKI_MAKE,         [PKI_VERB_CLIENT] = PKI_MAKE, [PKI_VERB_SERVER] = PKI_MAKE,
      [PKI_VERB_REQUEST] = PKI_REQUEST, [PKI_VERB_SIGN] = PKI_SIGN,   [PKI_VERB_RENEW] = PKI_RENEW};
  o->order.action = actions[o->verb];
  o->order.has_role = o->verb <= PKI_VERB_SERVER;
  if (o->order.has_role)
    o->order.role = o->verb == PKI_VERB_CA && o->ca ? PKI_INTERMEDIATE : roles[o->verb];
}

static gboolean
parse_values(PkiOptions *o, GError **error)
{
  PkiOrder *order = &o->order;
  set_role(o);
  if (o->role && !parse_role(o, error))
    return FALSE;
  order->path_length = order->has_role && order->role == PKI_INTERMEDIATE ? 0 : -1;
  if (o->key_type && !pki_key_type_parse(o->key_type, &order->key_type))
    return refuse(error,
                  "--key-type %s is none of ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072, "
                  "rsa-4096, ed25519",
                  o->key_type);
  return (!o->days || parse_number("--days", o->days, PKI_DAYS_MAX, &order->days, error)) &&
         (!o->path_length || parse_number("--path-length", o->path_length, PKI_PATH_LENGTH_MAX,
                                          &order->path_length, error)) &&
         (!o->not_before ||
          parse_moment("--not-before", o->not_before, &order->not_before, error)) &&
         (!o->not_after || parse_moment("--not-after", o->not_after, &order->not_after, error));
}

static gboolean
take_rest(PkiOptions *o, GError **error)
{
  static const char *const wanted[] = {"the subject, such as CN=\"Test CA\"",
                                       "the subject, such as CN=Client",
                                       "the subject, such as CN=mqtt.example.com",
                                       "the subject, such as CN=Client",
                                       "the file of the request",
                                       "the file of the certificate"};
  const char *verb = pki_verb_name(o->verb);
  if (!o->rest)
    return refuse(error, "give %s; see mqtrust pki %s --help", wanted[o->verb], verb);
  if (o->rest[1])
    return refuse(error,
                  "one thing at a time: \"%s\" is too much (a subject with blanks stands in "
                  "quotes); see mqtrust pki %s --help",
                  o->rest[1], verb);
  if (o->order.action == PKI_SIGN || o->order.action == PKI_RENEW)
    o->order.input_path = o->rest[0];
  else
    o->order.subject = o->rest[0];
  if (o->verb == PKI_VERB_SIGN && !o->role)
    return refuse(error, "say what the certificate is to be for: --as client, server, both or ca");
  return TRUE;
}

/* A comma is in no name but a URI's. */
static gboolean
check_names(const PkiOptions *o, GError **error)
{
  for (char **name = o->names; name && *name; name++) {
    gboolean uri = g_ascii_strncasecmp(*name, "URI:", 4) == 0 || strstr(*name, "://");
    if (!uri && strchr(*name, ','))
      return refuse(error, "--san %s is more than one name: write --san again for each", *name);
  }
  return TRUE;
}

static void
fill_order(PkiOptions *o)
{
  PkiOrder *order = &o->order;
  if (o->subject)
    order->subject = o->subject;
  order->names = (const char *const *)o->names;
  order->copy_names = o->copy_names;
  order->key_path = o->key;
  order->new_key = o->new_key;
  order->ca_path = o->ca;
  order->ca_key_path = o->ca_key;
}

/* --- the command line ------------------------------------------------------------------------- */

static gboolean
parse_words(int argc, char **argv, PkiOptions *o, GError **error)
{
  const GOptionEntry entries[] = {
      {"ca", 0, 0, G_OPTION_ARG_FILENAME, &o->ca, NULL, NULL},
      {"ca-key", 0, 0, G_OPTION_ARG_FILENAME, &o->ca_key, NULL, NULL},
      {"ca-password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->ca_password.file, NULL, NULL},
      {"ca-password-command", 0, 0, G_OPTION_ARG_STRING, &o->ca_password.command, NULL, NULL},
      {"key", 0, 0, G_OPTION_ARG_FILENAME, &o->key, NULL, NULL},
      {"key-type", 0, 0, G_OPTION_ARG_STRING, &o->key_type, NULL, NULL},
      {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->password.file, NULL, NULL},
      {"password-command", 0, 0, G_OPTION_ARG_STRING, &o->password.command, NULL, NULL},
      {"password-prompt", 0, 0, G_OPTION_ARG_NONE, &o->password.prompt, NULL, NULL},
      {"subject", 0, 0, G_OPTION_ARG_STRING, &o->subject, NULL, NULL},
      {"as", 0, 0, G_OPTION_ARG_STRING, &o->role, NULL, NULL},
      {"san", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->names, NULL, NULL},
      {"copy-names", 0, 0, G_OPTION_ARG_NONE, &o->copy_names, NULL, NULL},
      {"days", 0, 0, G_OPTION_ARG_STRING, &o->days, NULL, NULL},
      {"not-before", 0, 0, G_OPTION_ARG_STRING, &o->not_before, NULL, NULL},
      {"not-after", 0, 0, G_OPTION_ARG_STRING, &o->not_after, NULL, NULL},
      {"path-length", 0, 0, G_OPTION_ARG_STRING, &o->path_length, NULL, NULL},
      {"new-key", 0, 0, G_OPTION_ARG_NONE, &o->new_key, NULL, NULL},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->folder, NULL, NULL},
      {"name", 0, 0, G_OPTION_ARG_FILENAME, &o->name, NULL, NULL},
      {"pkcs12", 0, 0, G_OPTION_ARG_NONE, &o->pkcs12, NULL, NULL},
      {"pkcs12-password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->pkcs12_password.file, NULL, NULL},
      {"pkcs12-password-command", 0, 0, G_OPTION_ARG_STRING, &o->pkcs12_password.command, NULL,
       NULL},
      {"force", 0, 0, G_OPTION_ARG_NONE, &o->force, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &o->json, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &o->help, NULL, NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->rest, NULL, NULL},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_autoptr(GError) cause = NULL;
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, entries, NULL);
  if (g_option_context_parse(context, &argc, &argv, &cause))
    return TRUE;
  return refuse(error, "%s; see mqtrust pki %s --help", cause->message, pki_verb_name(o->verb));
}

static gboolean
find_verb(const char *word, PkiVerb *verb)
{
  for (int i = 0; i < PKI_VERBS; i++) {
    if (strcmp(word, pki_verb_name((PkiVerb)i)) == 0) {
      *verb = (PkiVerb)i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
pki_options_parse(int argc, char **argv, PkiOptions *o, GError **error)
{
  if (argc < 2)
    return refuse(error, "say what to make: ca, client, server, request, sign or renew; see "
                         "mqtrust pki --help");
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    o->verb = PKI_VERBS;
    o->help = TRUE;
    return TRUE;
  }
  if (argv[1][0] == '-')
    return refuse(error,
                  "what is to be made comes before %s: ca, client, server, request, sign or renew; "
                  "see mqtrust pki --help",
                  argv[1]);
  if (!find_verb(argv[1], &o->verb))
    return refuse(error,
                  "%s is none of ca, client, server, request, sign, renew; see mqtrust pki "
                  "--help",
                  argv[1]);
  if (!parse_words(argc - 1, argv + 1, o, error))
    return FALSE;
  if (o->help)
    return TRUE;
  if (!check_verb(o, error) || !parse_values(o, error) || !check_pairs(o, error) ||
      !check_names(o, error) || !take_rest(o, error))
    return FALSE;
  if (o->folder && *o->folder == '\0')
    return refuse(error, "--output is empty: write -o DIR");
  if (!o->folder)
    o->folder = g_strdup(".");
  fill_order(o);
  return TRUE;
}
