/* Every option, once: what the parser reads and what --help prints come from this table. */
#pragma once

#include <glib.h>

#include "commands/options.h"

/* clang-format off */
typedef enum {
  /* these describe a connection */
  OPTION_URL, OPTION_HOST, OPTION_PORT, OPTION_NAME, OPTION_DNS_SERVER, OPTION_NO_PROBES,
  OPTION_CAFILE, OPTION_CAPATH, OPTION_OS_CERTS, OPTION_CERT, OPTION_KEY, OPTION_KEY_PASSWORD_FILE,
  OPTION_SERVER_NAME, OPTION_ALPN, OPTION_TLS_VERSION, OPTION_TLS_PRIORITY, OPTION_CRL,
  OPTION_BROKER_CA, OPTION_INSECURE,
  OPTION_USERNAME, OPTION_PW, OPTION_PW_FILE, OPTION_ID, OPTION_ID_PREFIX, OPTION_VERSION_OF_MQTT,
  OPTION_KEEPALIVE, OPTION_NO_CLEAN_SESSION, OPTION_TOPIC, OPTION_QOS,
  OPTION_WILL_TOPIC, OPTION_WILL_PAYLOAD, OPTION_WILL_QOS, OPTION_WILL_RETAIN,
  /* these do not */
  OPTION_ASCII, OPTION_NO_COLOR, OPTION_LOG_SIZE, OPTION_CERTBOT_DIR, OPTION_HELP, OPTION_VERSION,
  OPTION_COUNT,
} OptionId;
/* clang-format on */

#define OPTION_FIRST_OF_SCREEN OPTION_ASCII

/* What the command line says, before it is judged as a whole. */
typedef struct {
  Profile *profile;
  Profile *from_url; /* NULL: no URL was given */
  gboolean seen[OPTION_COUNT];
  char *profile_name; /* NULL: none */
  char *id_prefix;
  int qos;
  gsize log_bytes;
  char *certbot_folder; /* NULL: certbot's own */
} Given;

void option_given_clear(Given *given);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, option_given_clear)

typedef struct OptionSpec OptionSpec;

/* `value` is the argument's place in argv: what must not be seen in ps is overwritten there. */
typedef gboolean (*OptionTaker)(Given *given, const OptionSpec *spec, char *value, GError **error);

struct OptionSpec {
  OptionId id;
  char letter;          /* 0: none */
  const char *name;     /* without dashes */
  const char *argument; /* as --help calls it; NULL: takes none */
  OptionTaker take;     /* NULL for those without an argument: `seen` is enough */
  gsize offset;         /* in Profile, of what a general taker sets */
  guint least, most;    /* of numbers */
  const char *help;
};

typedef struct {
  const char *title;
  const OptionSpec *options;
  gsize count;
} OptionGroup;

extern const OptionGroup option_groups[];
extern const gsize option_group_count;

/* NULL: there is none. `name` is without dashes. */
const OptionSpec *option_by_name(const char *name);
const OptionSpec *option_by_letter(char letter);
const OptionSpec *option_by_id(OptionId id);
/* The one whose name is the nearest to a misspelt one; NULL: none is near. */
const OptionSpec *option_near(const char *name);

/* Takes a URL from -L or from the end of the command line, and its password out of argv. */
gboolean option_take_url(Given *given, const OptionSpec *spec, char *url, GError **error);

/* Each word by itself: options, a URL, the name of a saved connection. */
gboolean option_take_words(Given *given, int count, char **words, GError **error);
/* The options of a connection all together, with the URL if there is one: completes the profile,
 * or says what does not fit. */
gboolean option_finish_profile(Given *given, GError **error);

/* The options that describe a connection, as --help shows them, group by group. */
void options_append_connection_help(GString *out);
