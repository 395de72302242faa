#include "config.h"

#include "commands/verify_options.h"

#include <string.h>

#include "util/moment.h"
#include "util/safe_text.h"

#define DEPTH_MAX 64

const char verify_help[] =
    "usage: mqtrust verify [OPTION]... FILE\n"
    "\n"
    "Says whether the certificate in FILE, with the chain that follows it there, is\n"
    "to be trusted, and why or why not; and what clients built on OpenSSL say.\n"
    "FILE is PEM, DER, PKCS#7 or PKCS#12, a pipe, a pkcs11: URI, or - for standard\n"
    "input.\n"
    "\n"
    "What is trusted (without any: the system's trust store):\n"
    "      --trust FILE       a file or folder of CA certificates; may be repeated\n"
    "      --system-trust     the system's trust store, too\n"
    "\n"
    "What is known besides:\n"
    "      --untrusted FILE   further certificates for a path; may be repeated\n"
    "      --crl FILE         a certificate revocation list; may be repeated\n"
    "\n"
    "What is asked:\n"
    "      --hostname NAME    the certificate is for this host\n"
    "      --ip ADDRESS       the certificate is for this address\n"
    "      --email MAILBOX    the certificate is for this mailbox\n"
    "      --purpose PURPOSE  server, client or any (server with --hostname or --ip,\n"
    "                         else any)\n"
    "      --at TIME          at this time instead of now: 2027-01-31, or\n"
    "                         2027-01-31T12:00:00Z, or seconds since 1970\n"
    "      --max-depth N      at most N intermediates between leaf and anchor\n"
    "      --strict           by the rules of the public Web PKI\n"
    "\n"
    "      --json             prints one JSON object\n"
    "      --help             prints this\n"
    "\n"
    "Example:\n"
    "  mqtrust verify --trust root.pem --hostname mqtt.example.com fullchain.pem\n"
    "\n"
    "Exit status: 0 accepted, 1 rejected, 2 usage or unreadable input. See\n"
    "mqtrust-verify(1), and mqtrust-findings(7) for every finding.\n";

/* As the option parser gives them. */
typedef struct {
  char **files;
  char *host, *ip, *email, *purpose, *at, *depth;
  gboolean strict;
} Words;

static void
words_clear(Words *words)
{
  g_strfreev(words->files);
  g_free(words->host);
  g_free(words->ip);
  g_free(words->email);
  g_free(words->purpose);
  g_free(words->at);
  g_free(words->depth);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean
refuse(GError **error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *text = g_strdup_vprintf(format, arguments);
  g_autofree char *safe = safe_text_string(text);
  va_end(arguments);
  g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, safe);
  return FALSE;
}

/* --- One after the other ---------------------------------------------------------------------- */

static gboolean
take_file(VerifyOptions *options, char **files, GError **error)
{
  guint count = files ? g_strv_length(files) : 0;
  if (count == 0)
    return refuse(error, "give the file whose certificate is to be verified; see mqtrust verify "
                         "--help");
  if (count > 1)
    return refuse(error,
                  "one FILE is verified at a time, and \"%s\" is the second; name further "
                  "certificates with --untrusted or --trust",
                  files[1]);
  options->file = g_strdup(files[0]);
  return TRUE;
}

static gboolean
take_names(VerifyOptions *options, Words *words, GError **error)
{
  if ((words->host != NULL) + (words->ip != NULL) + (words->email != NULL) > 1)
    return refuse(error, "--hostname, --ip and --email exclude each other: give one of them");
  if ((words->host && !*words->host) || (words->email && !*words->email))
    return refuse(error, "the name that is asked for is empty; leave the option out to ask for "
                         "none");
  if (words->ip && !g_hostname_is_ip_address(words->ip))
    return refuse(error, "--ip \"%s\" is no IP address; use --hostname for a name", words->ip);
  options->name = words->ip ? g_steal_pointer(&words->ip) : g_steal_pointer(&words->host);
  options->email = g_steal_pointer(&words->email);
  return TRUE;
}

static gboolean
take_purpose(VerifyOptions *options, const char *word, GError **error)
{
  static const char *const names[] = {[VERIFY_PURPOSE_ANY] = "any",
                                      [VERIFY_PURPOSE_SERVER] = "server",
                                      [VERIFY_PURPOSE_CLIENT] = "client"};
  options->purpose = options->name ? VERIFY_PURPOSE_SERVER : VERIFY_PURPOSE_ANY;
  for (gsize i = 0; word && i < G_N_ELEMENTS(names); i++) {
    if (strcmp(word, names[i]) != 0)
      continue;
    options->purpose = (VerifyPurpose)i;
    return TRUE;
  }
  return !word || refuse(error, "--purpose \"%s\" is unknown; write server, client or any", word);
}

static gboolean
take_time(VerifyOptions *options, const char *word, gint64 now, GError **error)
{
  options->time = now;
  if (!word || moment_parse(word, &options->time))
    return TRUE;
  return refuse(error,
                "--at \"%s\" is no time; write 2027-01-31, 2027-01-31T12:00:00Z or the "
                "seconds since 1970",
                word);
}

static gboolean
take_depth(VerifyOptions *options, const char *word, GError **error)
{
  guint64 depth = 0;
  if (!word)
    return TRUE;
  if (!g_ascii_string_to_unsigned(word, 10, 0, DEPTH_MAX, &depth, NULL))
    return refuse(error, "--max-depth \"%s\" is no number of intermediates; write 0 to %d", word,
                  DEPTH_MAX);
  options->limits_depth = TRUE;
  options->max_depth = (guint)depth;
  return TRUE;
}

/* --- All together ----------------------------------------------------------------------------- */

static gboolean
parse_words(int argc, char **argv, VerifyOptions *options, Words *words, GError **error)
{
  const GOptionEntry entries[] = {
      {"trust", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->trust, NULL, NULL},
      {"system-trust", 0, 0, G_OPTION_ARG_NONE, &options->system_trust, NULL, NULL},
      {"untrusted", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->untrusted, NULL, NULL},
      {"crl", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->crls, NULL, NULL},
      {"hostname", 0, 0, G_OPTION_ARG_STRING, &words->host, NULL, NULL},
      {"ip", 0, 0, G_OPTION_ARG_STRING, &words->ip, NULL, NULL},
      {"email", 0, 0, G_OPTION_ARG_STRING, &words->email, NULL, NULL},
      {"purpose", 0, 0, G_OPTION_ARG_STRING, &words->purpose, NULL, NULL},
      {"at", 0, 0, G_OPTION_ARG_STRING, &words->at, NULL, NULL},
      {"max-depth", 0, 0, G_OPTION_ARG_STRING, &words->depth, NULL, NULL},
      {"strict", 0, 0, G_OPTION_ARG_NONE, &words->strict, NULL, NULL},
      {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, NULL, NULL},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words->files, NULL, NULL},
      {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
  };
  g_autoptr(GOptionContext) context = g_option_context_new(NULL);
  g_option_context_set_help_enabled(context, FALSE);
  g_option_context_add_main_entries(context, entries, NULL);
  g_autoptr(GError) cause = NULL;
  if (g_option_context_parse(context, &argc, &argv, &cause))
    return TRUE;
  return refuse(error, "%s; see mqtrust verify --help", cause->message);
}

gboolean
verify_options_parse(int argc, char **argv, gint64 now, VerifyOptions *options, GError **error)
{
  g_auto(Words) words = {0};
  *options = (VerifyOptions){0};
  if (!parse_words(argc, argv, options, &words, error))
    return FALSE;
  if (options->help)
    return TRUE;
  options->system_trust |= !options->trust;
  options->rules = words.strict ? VERIFY_RULES_STRICT : VERIFY_RULES_DEFAULT;
  return take_file(options, words.files, error) && take_names(options, &words, error) &&
         take_purpose(options, words.purpose, error) && take_time(options, words.at, now, error) &&
         take_depth(options, words.depth, error);
}

void
verify_options_clear(VerifyOptions *options)
{
  g_free(options->file);
  g_strfreev(options->trust);
  g_strfreev(options->untrusted);
  g_strfreev(options->crls);
  g_free(options->name);
  g_free(options->email);
}
