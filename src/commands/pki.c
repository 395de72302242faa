/* mqtrust pki: keys, certificates and requests for two-way TLS. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/pki_options.h"
#include "commands/pki_report.h"
#include "commands/text_block.h"
#include "trust/pki_files.h"
#include "util/safe_text.h"
#include "util/same_file.h"
#include "util/secret.h"

/* Kept until the order is carried out. */
typedef struct {
  SecretString key, ca, pkcs12;
} Passwords;

static void
passwords_clear(Passwords *passwords)
{
  secret_clear(&passwords->key);
  secret_clear(&passwords->ca);
  secret_clear(&passwords->pkcs12);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Passwords, passwords_clear)

/* --- passwords -------------------------------------------------------------------------------- */

static gboolean
read_one(const PasswordSource *source, const char *question, gboolean twice, char **place,
         GError **error)
{
  if (!password_source_is_set(source))
    return TRUE;
  *place = password_source_read(source, question, twice, error);
  return *place != NULL;
}

static gboolean
read_passwords(const PkiOptions *options, Passwords *passwords, GError **error)
{
  gboolean is_new = !options->order.key_path;
  return read_one(&options->password, is_new ? "Password for the new key" : "Password of the key",
                  is_new, &passwords->key, error) &&
         read_one(&options->ca_password, "Password of the CA's key", FALSE, &passwords->ca,
                  error) &&
         read_one(&options->pkcs12_password, "Password for the PKCS#12 file", TRUE,
                  &passwords->pkcs12, error);
}

/* A key that turned out to need a password: NULL, nothing can be asked for. */
static char **
place_to_ask(const GError *error, Passwords *passwords, const char **question)
{
  char **place = NULL;
  if (g_error_matches(error, PKI_ERROR, PKI_FIELD_CA_PASSWORD)) {
    place = &passwords->ca;
    *question = "Password of the CA's key";
  } else if (g_error_matches(error, PKI_ERROR, PKI_FIELD_KEY_PASSWORD)) {
    place = &passwords->key;
    *question = "Password of the key";
  }
  return place && !*place && password_prompt_possible() ? place : NULL;
}

static PkiResult *
carry_out(PkiOrder *order, Passwords *passwords, GError **error)
{
  for (;;) {
    g_autoptr(GError) cause = NULL;
    const char *question;
    order->key_password = passwords->key;
    order->ca_password = passwords->ca;
    PkiResult *result = pki_carry_out(order, &cause);
    char **place = result ? NULL : place_to_ask(cause, passwords, &question);
    if (!place) {
      if (!result)
        g_propagate_error(error, g_steal_pointer(&cause));
      return result;
    }
    *place = password_prompt(question, FALSE, error);
    if (!*place)
      return NULL;
  }
}

/* --- files ------------------------------------------------------------------------------------ */

/* "device" of requests/device.csr; NULL: the subject gives the name. */
static char *
name_of_input(const PkiOptions *options)
{
  const char *path = options->order.input_path;
  if (options->name || !path || g_str_has_prefix(path, "pkcs11:"))
    return g_strdup(options->name);
  char *name = g_path_get_basename(path);
  char *dot = strrchr(name, '.');
  if (dot && dot != name)
    *dot = '\0';
  return name;
}

static GPtrArray *
write_files(const PkiOptions *options, const PkiResult *result, const Passwords *passwords,
            GError **error)
{
  g_autofree char *name = name_of_input(options);
  g_autoptr(GError) cause = NULL;
  PkiFilesOrder order = {.folder = options->folder,
                         .name = name,
                         .key_password = passwords->key,
                         .pkcs12 = options->pkcs12,
                         .pkcs12_password = passwords->pkcs12 ? passwords->pkcs12 : passwords->key,
                         .replace = options->force};
  GPtrArray *files = pki_files_write(result, &order, &cause);
  if (files)
    return files;
  gboolean exists = g_error_matches(cause, PKI_ERROR, PKI_FIELD_REPLACE);
  g_set_error(error, cause->domain, cause->code, "%s%s", cause->message,
              exists ? " Give --force to replace it, or another name with --name." : "");
  return NULL;
}

/* --- errors ----------------------------------------------------------------------------------- */

/* What says it on the command line, where the sentence asks for it; NULL: nothing to add. */
static const char *
option_of(const GError *error)
{
  if (error->domain != PKI_ERROR)
    return NULL;
  switch ((PkiField)error->code) {
  case PKI_FIELD_ROLE:
    return "--as ROLE";
  case PKI_FIELD_NAMES:
    return "--san NAME";
  case PKI_FIELD_KEY:
    return "--key FILE";
  case PKI_FIELD_KEY_PASSWORD:
    return "--password-file FILE";
  case PKI_FIELD_CA:
    return "--ca FILE";
  case PKI_FIELD_CA_KEY:
    return "--ca-key FILE";
  case PKI_FIELD_CA_PASSWORD:
    return "--ca-password-file FILE";
  default:
    return NULL;
  }
}

/* (transfer full): "... name the CA's certificate (--ca FILE)." */
static char *
error_text(const GError *error)
{
  const char *option = option_of(error);
  gsize length = strlen(error->message);
  gboolean open = g_str_has_suffix(error->message, ".") && !g_str_has_suffix(error->message, ").");
  return option && open ? g_strdup_printf("%.*s (%s).", (int)length - 1, error->message, option)
                        : g_strdup(error->message);
}

static void
print_error(const GError *error)
{
  g_autofree char *text = error_text(error);
  fprintf(stderr, "mqtrust pki: %s\n", text);
}

/* A program that reads standard output learns why there is nothing, too. */
static void
print_failure(const PkiOptions *options, const GError *error)
{
  g_autofree char *why = error_text(error);
  g_autofree char *text = pki_json_failed(options->order.action, error->domain == PKI_REFUSAL, why,
                                          !g_get_charset(NULL));
  text_block_print(stdout, text); /* stderr says it in any case */
}

/* --- the run ---------------------------------------------------------------------------------- */

static gboolean
is_in_place(const PkiOptions *options, const GPtrArray *files)
{
  const PkiFile *first = files->pdata[0]; /* the certificate, but for a request */
  return options->order.action == PKI_RENEW && same_file(options->order.input_path, first->path);
}

static gboolean
print(const PkiOptions *options, const PkiResult *result, const GPtrArray *files, GError **error)
{
  PkiReport report = {result, files, is_in_place(options, files), options->order.now};
  g_autofree char *text =
      options->json ? pki_json(&report, !g_get_charset(NULL)) : pki_text(&report);
  if (text_block_print(stdout, text))
    return TRUE;
  g_set_error_literal(error, PKI_ERROR, PKI_FIELD_NONE,
                      "the files were written, but the report of them cannot be");
  return FALSE;
}

static gboolean
run(PkiOptions *options, GError **error)
{
  g_auto(Passwords) passwords = {NULL, NULL, NULL};
  g_autoptr(GError) cause = NULL;
  options->order.now = g_get_real_time() / G_USEC_PER_SEC;
  gboolean ready = read_passwords(options, &passwords, &cause);
  g_autoptr(PkiResult) result = ready ? carry_out(&options->order, &passwords, &cause) : NULL;
  g_autoptr(GPtrArray) files = result ? write_files(options, result, &passwords, &cause) : NULL;
  if (files)
    return print(options, result, files, error);
  if (options->json)
    print_failure(options, cause);
  g_propagate_error(error, g_steal_pointer(&cause));
  return FALSE;
}

static gboolean
print_help(const PkiOptions *options)
{
  const char *text = options->verb == PKI_VERBS ? pki_help_all() : pki_help(options->verb);
  return fputs(text, stdout) >= 0 && fflush(stdout) == 0;
}

int
command_pki(int argc, char **argv)
{
  g_auto(PkiOptions) options = {0};
  g_autoptr(GError) error = NULL;
  gboolean good = pki_options_parse(argc, argv, &options, &error);
  if (good)
    good = options.help ? print_help(&options) : run(&options, &error);
  if (error)
    print_error(error);
  gboolean refused = error && error->domain == PKI_REFUSAL;
  return good ? EXIT_GOOD : refused ? EXIT_WARNINGS : EXIT_USAGE;
}
