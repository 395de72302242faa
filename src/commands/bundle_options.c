#include "config.h"

#include "commands/bundle_options.h"

#include <string.h>

#include "commands/file_input.h"
#include "core/bundle_owner.h"
#include "trust/lineage.h"
#include "util/moment.h"
#include "util/safe_text.h"

#define PORT_DEFAULT 8883
#define LAST_PORT 65535

const char bundle_help[] =
    "usage: mqtrust bundle --for BROKER --lineage NAME|--cert FILE [OPTION]... -o DIR\n"
    "\n"
    "Checks a broker's certificate, chain, key and client CA against what BROKER\n"
    "accepts, and writes the files and the configuration text that it wants:\n"
    "emqx-cloud, emqx, mosquitto, nanomq, rabbitmq or hivemq. With an error among\n"
    "what it finds nothing is written. All files are written, or none.\n"
    "\n"
    "      --for BROKER          one of these\n"
    "      --lineage NAME        certbot's certificate of that name, or the path of\n"
    "                            its folder below live/\n"
    "      --certbot-dir DIR     instead of /etc/letsencrypt\n"
    "      --cert FILE           the certificate, or it and its chain in any order\n"
    "      --chain FILE          its chain, if it is in a file of its own\n"
    "      --key FILE            its private key, if it is in a file of its own\n"
    "      --client-ca FILE      the CA whose clients are let in (two-way TLS);\n"
    "                            without it every client is (one-way TLS)\n"
    "      --client-cert FILE    a client's certificate: did that CA issue it?\n"
    "      --hostname NAME       the name that clients connect to\n"
    "      --users certificate   the user is the common name of the certificate\n"
    "              anonymous     whoever gets through TLS is let in, without a user\n"
    "              FILE          users have passwords, in this file of mosquitto's\n"
    "                            (an absolute path); without --users the broker's\n"
    "                            own configuration must say who is let in\n"
    "      --port N              of the listener (default: 8883)\n"
    "      --bind ADDRESS        of the listener, IPv4 or IPv6 (default: all)\n"
    "      --path DIR            where the broker will find the files (default: DIR\n"
    "                            of -o)\n"
    "  -o, --output DIR          the folder to write to, made if need be\n"
    "      --owner USER          gives the files to the user that the broker runs as\n"
    "      --force               replaces files that are there\n"
    "      --password-file FILE  the first line of FILE opens the key\n"
    "      --store-password-file FILE\n"
    "                            the first line of FILE is the password of PKCS#12\n"
    "                            stores (default: a random one)\n"
    "      --deploy-hook         is run by certbot renew: the lineage is the one in\n"
    "                            RENEWED_LINEAGE, and files are replaced; a\n"
    "                            configuration that is there stays (but for --force)\n"
    "      --reload COMMAND      is run when the files are written, without a shell\n"
    "      --at TIME             judges by this time instead of now\n"
    "      --json                prints one JSON object\n"
    "      --help                prints this\n"
    "\n"
    "Example:\n"
    "  certbot renew --deploy-hook 'mqtrust bundle --deploy-hook --for mosquitto \\\n"
    "    --client-ca /etc/mosquitto/client-ca.pem --users certificate \\\n"
    "    -o /etc/mosquitto/certs --owner mosquitto \\\n"
    "    --reload \"systemctl reload mosquitto\"'\n"
    "\n"
    "Exit status: 0 written, 1 nothing written because of what was found, 2 usage or\n"
    "files that cannot be written, 3 written, but the reload command failed. See\n"
    "mqtrust-bundle(1).\n";

void
bundle_options_clear(BundleOptions *options)
{
  char **const texts[] = {&options->lineage,
                          &options->certbot_folder,
                          &options->certificate,
                          &options->chain,
                          &options->key,
                          &options->client_ca,
                          &options->client,
                          &options->hostname,
                          &options->owner,
                          &options->reload,
                          &options->folder,
                          &options->path,
                          &options->word,
                          &options->password_file,
                          &options->store_password_file,
                          &options->at,
                          &options->users_path,
                          &options->users_word,
                          &options->bind,
                          &options->bind_word};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_clear_pointer(texts[i], g_free);
  secret_clear(&options->password);
  secret_clear(&options->store_password);
}

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *sentence = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *safe = safe_text_string(sentence);
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, safe);
  return FALSE;
}

/* --- words ------------------------------------------------------------------------------------ */

static gboolean
parse_words(BundleOptions *options, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
      {"for", 0, 0, G_OPTION_ARG_STRING, &options->word, NULL, NULL},
      {"lineage", 0, 0, G_OPTION_ARG_FILENAME, &options->lineage, NULL, NULL},
      {"certbot-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->certbot_folder, NULL, NULL},
      {"cert", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate, NULL, NULL},
      {"chain", 0, 0, G_OPTION_ARG_FILENAME, &options->chain, NULL, NULL},
      {"key", 0, 0, G_OPTION_ARG_FILENAME, &options->key, NULL, NULL},
      {"client-ca", 0, 0, G_OPTION_ARG_FILENAME, &options->client_ca, NULL, NULL},
      {"client-cert", 0, 0, G_OPTION_ARG_FILENAME, &options->client, NULL, NULL},
      {"hostname", 0, 0, G_OPTION_ARG_STRING, &options->hostname, NULL, NULL},
      {"port", 0, 0, G_OPTION_ARG_INT, &options->port, NULL, NULL},
      {"bind", 0, 0, G_OPTION_ARG_STRING, &options->bind_word, NULL, NULL},
      {"users", 0, 0, G_OPTION_ARG_FILENAME, &options->users_word, NULL, NULL},
      {"path", 0, 0, G_OPTION_ARG_FILENAME, &options->path, NULL, NULL},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->folder, NULL, NULL},
      {"owner", 0, 0, G_OPTION_ARG_STRING, &options->owner, NULL, NULL},
      {"force", 0, 0, G_OPTION_ARG_NONE, &options->force, NULL, NULL},
      {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file, NULL, NULL},
      {"store-password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->store_password_file, NULL,
       NULL},
      {"deploy-hook", 0, 0, G_OPTION_ARG_NONE, &options->deploy_hook, NULL, NULL},
      {"reload", 0, 0, G_OPTION_ARG_STRING, &options->reload, NULL, NULL},
      {"at", 0, 0, G_OPTION_ARG_STRING, &options->at, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_autoptr(GError) cause = NULL;
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &cause))
    return refuse(error, "%s; see mqtrust bundle --help", cause->message);
  return argc == 1 ||
         refuse(error, "\"%s\" is no option of mqtrust bundle; see mqtrust bundle --help", argv[1]);
}

/* --- what they mean --------------------------------------------------------------------------- */

static gboolean
check_broker(BundleOptions *options, GError **error)
{
  if (!options->word)
    return refuse(error,
                  "say for which broker: --for emqx-cloud, emqx, mosquitto, nanomq, rabbitmq "
                  "or hivemq");
  return bundle_broker_parse(options->word, &options->broker) ||
         refuse(error,
                "--for \"%s\" is no broker that is known here: write emqx-cloud, emqx, "
                "mosquitto, nanomq, rabbitmq or hivemq",
                options->word);
}

/* The same lineage, whether by name or by path. */
static gboolean
is_same_lineage(const BundleOptions *options, const char *renewed)
{
  g_autofree char *wanted = lineage_path(options->certbot_folder, options->lineage, LINEAGE_CERT);
  g_autofree char *given = g_build_filename(renewed, "cert.pem", NULL);
  g_autofree char *a = g_canonicalize_filename(wanted, NULL);
  g_autofree char *b = g_canonicalize_filename(given, NULL);
  return g_str_equal(a, b);
}

/* certbot runs the hooks in renewal-hooks/deploy for every lineage. */
static gboolean
check_hook(BundleOptions *options, const char *renewed, GError **error)
{
  if (!options->deploy_hook)
    return TRUE;
  if (options->certificate)
    return refuse(error, "--deploy-hook takes the certificate from certbot; leave --cert out");
  if (!renewed || *renewed == '\0')
    return refuse(error, "RENEWED_LINEAGE is not set: --deploy-hook is to be run by certbot renew; "
                         "by hand write --lineage NAME");
  if (options->broker == BUNDLE_HIVEMQ && !options->store_password_file)
    return refuse(error, "with --deploy-hook the stores need a password that stays the same: give "
                         "--store-password-file");
  options->keep_settings = !options->force;
  options->force = TRUE;
  options->not_meant = options->lineage && !is_same_lineage(options, renewed);
  if (!options->lineage)
    options->lineage = strchr(renewed, '/') ? g_strdup(renewed) : g_strconcat("./", renewed, NULL);
  return TRUE;
}

static gboolean
check_source(const BundleOptions *options, GError **error)
{
  gboolean files = options->certificate || options->chain || options->key;
  if (options->lineage && files)
    return refuse(error, "give --lineage, or --cert with --chain and --key; not both");
  if (!options->lineage && !options->certificate)
    return refuse(error, "give the broker's certificate: --lineage NAME, or --cert FILE with --key "
                         "FILE; see mqtrust bundle --help");
  return !options->client || options->client_ca ||
         refuse(error, "--client-cert is judged by the client CA; give --client-ca, too");
}

static gboolean
check_place(BundleOptions *options, GError **error)
{
  if (!options->folder || *options->folder == '\0')
    return refuse(error, "say where to write: -o DIR");
  if (options->path && !g_path_is_absolute(options->path))
    return refuse(error, "--path \"%s\" must begin with '/': the broker does not know this folder",
                  options->path);
  if (!options->path)
    options->path = g_canonicalize_filename(options->folder, NULL);
  const char *fault = bundle_folder_fault(options->path);
  return !fault || refuse(error,
                          "the folder \"%s\" has %s, which configuration files do not hold; "
                          "use another one, or say with --path where the broker finds it",
                          options->path, fault);
}

/* "certificate", "anonymous", or what begins with '/', so that a slip of the pen is no file. */
static gboolean
parse_users(BundleOptions *options, GError **error)
{
  const char *word = options->users_word;
  if (!word)
    return TRUE;
  if (g_str_equal(word, "certificate"))
    options->users = BUNDLE_USERS_CERTIFICATE;
  else if (g_str_equal(word, "anonymous"))
    options->users = BUNDLE_USERS_ANONYMOUS;
  else if (g_path_is_absolute(word))
    options->users = BUNDLE_USERS_FILE;
  else
    return refuse(error,
                  "--users \"%s\" is not understood: write certificate, anonymous, or the "
                  "path of a password file, beginning with '/'",
                  word);
  if (options->users == BUNDLE_USERS_FILE)
    options->users_path = g_strdup(word);
  return TRUE;
}

static gboolean
check_users(BundleOptions *options, GError **error)
{
  if (!parse_users(options, error))
    return FALSE;
  g_autofree char *fault =
      bundle_users_fault(options->broker, options->users, options->client_ca != NULL);
  if (fault)
    return refuse(error, "--users %s does not fit: %s", options->users_word, fault);
  const char *place = options->users_path ? bundle_folder_fault(options->users_path) : NULL;
  return !place || refuse(error,
                          "the password file \"%s\" has %s, which configuration files do not "
                          "hold; use another one",
                          options->users_path, place);
}

static gboolean
check_bind(BundleOptions *options, GError **error)
{
  if (!options->bind_word)
    return TRUE;
  if (options->broker == BUNDLE_EMQX_CLOUD)
    return refuse(error, "--bind is for a broker of your own: EMQX Cloud has its addresses");
  options->bind = bundle_bind_parse(options->bind_word);
  return options->bind || refuse(error,
                                 "--bind \"%s\" is no address: write one of the broker's machine, "
                                 "such as 192.0.2.1 or 2001:db8::1",
                                 options->bind_word);
}

static gboolean
check_numbers(BundleOptions *options, GError **error)
{
  options->now = g_get_real_time() / G_USEC_PER_SEC;
  if (options->port < 1 || options->port > LAST_PORT)
    return refuse(error, "--port %d is no port: write 1 to 65535", options->port);
  return !options->at || moment_parse(options->at, &options->now) ||
         refuse(error,
                "--at \"%s\" is no time; write 2027-01-31, 2027-01-31T12:00:00Z or the "
                "seconds since 1970",
                options->at);
}

static gboolean
find_owner(BundleOptions *options, GError **error)
{
  return !options->owner || bundle_owner_find(options->owner, &options->user, &options->group) ||
         refuse(error, "--owner \"%s\" is no user of this machine", options->owner);
}

static gboolean
check_reload(const BundleOptions *options, GError **error)
{
  g_autoptr(GError) cause = NULL;
  g_auto(GStrv) words = NULL;
  if (!options->reload || g_shell_parse_argv(options->reload, NULL, &words, &cause))
    return TRUE;
  return refuse(error, "--reload \"%s\" is no command: %s", options->reload, cause->message);
}

static gboolean
read_passwords(BundleOptions *options, GError **error)
{
  if (options->password_file) {
    options->password = file_input_some_password(options->password_file, error);
    if (!options->password)
      return FALSE;
  }
  if (!options->store_password_file)
    return TRUE;
  options->store_password = file_input_password(options->store_password_file, error);
  if (!options->store_password)
    return FALSE;
  const char *fault = bundle_store_password_fault(options->store_password);
  return !fault || refuse(error, "the first line of %s is no password for a store: %s",
                          options->store_password_file, fault);
}

gboolean
bundle_options_parse(BundleOptions *options, int argc, char **argv, const char *renewed,
                     GError **error)
{
  options->port = PORT_DEFAULT;
  options->user = options->group = -1;
  if (!parse_words(options, argc, argv, error))
    return FALSE;
  if (options->help)
    return TRUE;
  return check_broker(options, error) && check_hook(options, renewed, error) &&
         check_source(options, error) && check_place(options, error) &&
         check_users(options, error) && check_bind(options, error) &&
         check_numbers(options, error) && find_owner(options, error) &&
         check_reload(options, error) && read_passwords(options, error);
}
