/* commands/options: mosquitto's option names into a profile, the rules among them, and --help. */
#include "config.h"

#include "commands/options.h"

#include <string.h>
#include <unistd.h>

#include "commands/option_table.h"
#include "core/message_log.h"
#include "util/private_folder.h"

#define WORDS_MAX 24

/* A command line of our own, for the parser writes into it. */
typedef struct {
  int argc;
  char *argv[WORDS_MAX];
  Options options;
  GError *error;
  gboolean good;
} Run;

static void
run_clear(Run *run)
{
  for (int i = 0; i < run->argc; i++)
    g_free(run->argv[i]);
  options_clear(&run->options);
  g_clear_error(&run->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static Run
run_words(const char *const *words)
{
  Run run = {.argc = 1};
  run.argv[0] = g_strdup("mqtrust");
  for (int i = 0; words[i] != NULL; i++) {
    g_assert_cmpint(run.argc, <, WORDS_MAX);
    run.argv[run.argc++] = g_strdup(words[i]);
  }
  run.good = options_parse(run.argc, run.argv, &run.options, &run.error);
  return run;
}

#define RUN(...) run_words((const char *const[]){__VA_ARGS__, NULL})

static const Profile *
profile_of(const Run *run)
{
  g_assert_no_error(run->error);
  g_assert_true(run->good);
  g_assert_nonnull(run->options.profile);
  return run->options.profile;
}

static void
assert_refused(Run run, const char *sentence)
{
  g_assert_false(run.good);
  g_assert_nonnull(run.error);
  g_assert_cmpstr(run.error->message, ==, sentence);
  g_assert_null(run.options.profile);
  g_assert_null(run.options.profile_name);
  run_clear(&run);
}

static void
assert_subscription(const Profile *profile, guint number, const char *filter, int qos)
{
  g_assert_cmpuint(number, <, profile->subscriptions->len);
  const ProfileSubscription *subscription = profile->subscriptions->pdata[number];
  g_assert_cmpstr(subscription->filter, ==, filter);
  g_assert_cmpint(subscription->qos, ==, qos);
}

/* --- What is described ------------------------------------------------------------------------ */

static void
test_nothing(void)
{
  g_auto(Run) run = run_words((const char *const[]){NULL});
  g_assert_true(run.good);
  g_assert_null(run.options.profile);
  g_assert_null(run.options.profile_name);
  g_assert_cmpuint(run.options.log_bytes, ==, MESSAGE_LOG_DEFAULT_BYTES);
  g_assert_false(run.options.ascii || run.options.no_color);
  g_assert_false(run.options.show_help || run.options.show_version);
}

static void
test_name_of_a_saved_one(void)
{
  g_auto(Run) run = RUN("--ascii", "prod-eu", "--no-color", "--log-size", "1M");
  g_assert_true(run.good);
  g_assert_null(run.options.profile);
  g_assert_cmpstr(run.options.profile_name, ==, "prod-eu");
  g_assert_true(run.options.ascii && run.options.no_color);
  g_assert_cmpuint(run.options.log_bytes, ==, 1024 * 1024);
  g_assert_null(run.options.certbot_folder);
}

/* It describes no connection, and the last one counts. */
static void
test_certbot_folder(void)
{
  g_auto(Run) run = RUN("--certbot-dir", "other", "prod-eu", "--certbot-dir=/srv/le");
  g_assert_true(run.good);
  g_assert_null(run.options.profile);
  g_assert_cmpstr(run.options.profile_name, ==, "prod-eu");
  g_assert_cmpstr(run.options.certbot_folder, ==, "/srv/le");
  assert_refused(RUN("--certbot-dir", ""), "--certbot-dir is empty: write --certbot-dir DIR");
  assert_refused(RUN("--certbot-dir"), "--certbot-dir needs a value: --certbot-dir DIR");
}

static void
test_host_alone(void)
{
  g_auto(Run) run = RUN("-h", "h");
  const Profile *profile = profile_of(&run);
  g_assert_cmpstr(profile->name, ==, "h:1883");
  g_assert_cmpstr(profile->host, ==, "h");
  g_assert_cmpint(profile->scheme, ==, SCHEME_MQTT);
  g_assert_cmpuint(profile_port(profile), ==, 1883);
  g_assert_true(profile->clean_start);
  g_assert_null(profile->client_id);
  g_assert_cmpuint(profile->subscriptions->len, ==, 0);
}

static void
test_default_host(void)
{
  g_auto(Run) run = RUN("-t", "#");
  g_assert_cmpstr(profile_of(&run)->host, ==, "localhost");
  g_assert_cmpstr(profile_of(&run)->name, ==, "localhost:1883");
}

static void
test_two_way_tls(void)
{
  g_auto(Run) run =
      RUN("--host=h", "--cafile", "root.pem", "--cert", "c.pem", "--key", "c.key", "--server-name",
          "inner", "--tls-alpn", "mqtt", "--insecure", "--name", "lab");
  const Profile *profile = profile_of(&run);
  g_assert_cmpstr(profile->name, ==, "lab");
  g_assert_cmpint(profile->scheme, ==, SCHEME_MQTTS);
  g_assert_cmpuint(profile_port(profile), ==, 8883);
  g_assert_cmpint(profile->trust, ==, TRUST_FILE);
  g_assert_cmpstr(profile->ca_path, ==, "root.pem");
  g_assert_cmpstr(profile->certificate_path, ==, "c.pem");
  g_assert_cmpstr(profile->key_path, ==, "c.key");
  g_assert_cmpstr(profile->server_name, ==, "inner");
  g_assert_cmpstr(profile->alpn, ==, "mqtt");
  g_assert_true(profile->insecure);
}

static void
test_tls_details(void)
{
  g_auto(Run) run = RUN("-h", "h", "--cafile", "root.pem", "--tls-version", "tlsv1.2",
                        "--tls-priority", "SECURE256", "--crl", "crl.pem", "--broker-ca", "ca.pem",
                        "--no-probes", "--dns-server", "192.0.2.53", "--dns-server=[::1]:5353");
  const Profile *profile = profile_of(&run);
  g_assert_cmpint(profile->tls_version, ==, TLS_1_2);
  g_assert_cmpstr(profile->tls_priority, ==, "SECURE256");
  g_assert_cmpstr(profile->crl_path, ==, "crl.pem");
  g_assert_cmpstr(profile->broker_ca_path, ==, "ca.pem");
  g_assert_cmpstr(profile->dns_servers, ==, "192.0.2.53,[::1]:5353");
  g_assert_true(profile->no_probes);
  g_auto(Run) plain = RUN("-h", "h");
  g_assert_cmpint(profile_of(&plain)->tls_version, ==, TLS_ANY);
  g_assert_false(profile_of(&plain)->no_probes);
  g_assert_null(profile_of(&plain)->dns_servers);
}

static void
test_tls_versions(void)
{
  static const struct {
    const char *text;
    ProfileTlsVersion version;
  } known[] = {{"tlsv1.3", TLS_1_3}, {"tlsv1.1", TLS_1_1}, {"tlsv1.0", TLS_1_0},
               {"tlsv1", TLS_1_0},   {"1.2", TLS_1_2}};
  for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
    g_auto(Run) run = RUN("-p", "8883", "--tls-version", known[i].text);
    g_assert_cmpint(profile_of(&run)->tls_version, ==, known[i].version);
  }
}

static void
test_mqtt_values(void)
{
  g_auto(Run) run = RUN("-hh", "-u", "ada", "-P", "sesame", "-i", "desk", "-k5", "-V", "mqttv311",
                        "-c", "-t", "a/#", "-q2", "--topic=b");
  const Profile *profile = profile_of(&run);
  g_assert_cmpstr(profile->user_name, ==, "ada");
  g_assert_cmpstr(profile->password, ==, "sesame");
  g_assert_cmpstr(profile->client_id, ==, "desk");
  g_assert_cmpuint(profile->keep_alive, ==, 5);
  g_assert_cmpint(profile->version, ==, MQTT_3_1_1);
  g_assert_false(profile->clean_start);
  g_assert_cmpuint(profile->subscriptions->len, ==, 2);
  assert_subscription(profile, 0, "a/#", 2);
  assert_subscription(profile, 1, "b", 2);
}

static void
test_last_will(void)
{
  g_auto(Run) run =
      RUN("--will-topic", "gone", "--will-payload", "bye", "--will-qos", "1", "--will-retain");
  const Profile *profile = profile_of(&run);
  g_assert_cmpstr(profile->will_topic, ==, "gone");
  g_assert_cmpstr(profile->will_payload, ==, "bye");
  g_assert_cmpint(profile->will_qos, ==, 1);
  g_assert_true(profile->will_retain);
}

static void
test_versions(void)
{
  static const struct {
    const char *text;
    MqttVersion version;
  } rows[] = {{"5", MQTT_5},
              {"mqttv5", MQTT_5},
              {"311", MQTT_3_1_1},
              {"mqttv311", MQTT_3_1_1},
              {"3.1.1", MQTT_3_1_1}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_auto(Run) run = RUN("-V", rows[i].text);
    g_assert_cmpint(profile_of(&run)->version, ==, rows[i].version);
  }
}

static void
test_client_ids(void)
{
  g_auto(Run) empty = RUN("-i", "");
  g_assert_cmpstr(profile_of(&empty)->client_id, ==, "");
  g_auto(Run) prefixed = RUN("-I", "desk-");
  g_autofree char *expected = g_strdup_printf("desk-%d", (int)getpid());
  g_assert_cmpstr(profile_of(&prefixed)->client_id, ==, expected);
}

static void
test_last_one_wins(void)
{
  g_auto(Run) run = RUN("-h", "a", "-p", "1", "-h", "b", "-p", "2");
  g_assert_cmpstr(profile_of(&run)->name, ==, "b:2");
}

static void
test_two_dashes_end_the_options(void)
{
  g_auto(Run) run = RUN("--ascii", "--", "--prod");
  g_assert_true(run.good);
  g_assert_cmpstr(run.options.profile_name, ==, "--prod");
}

static void
check_name(const char *host, const char *expected)
{
  g_auto(Run) run = RUN("-h", host);
  g_assert_cmpstr(profile_of(&run)->name, ==, expected);
}

static void
test_made_up_names(void)
{
  g_autofree char *host = g_strnfill(200, 'h'), *name = g_strnfill(100, 'h');
  check_name("::1", "[::1]:1883");
  check_name(host, name);
  /* A name is never cut within a character: 1 + 49 * 2 bytes, and half of the next would fit. */
  g_autoptr(GString) wide = g_string_new("x");
  g_autoptr(GString) cut = g_string_new("x");
  for (int i = 0; i < 50; i++)
    g_string_append(wide, "\u00fc");
  for (int i = 0; i < 49; i++)
    g_string_append(cut, "\u00fc");
  check_name(wide->str, cut->str);
}

/* --- When TLS is on --------------------------------------------------------------------------- */

static void
check_scheme(Run run, ProfileScheme scheme, guint16 port)
{
  g_assert_cmpint(profile_of(&run)->scheme, ==, scheme);
  g_assert_cmpuint(profile_port(profile_of(&run)), ==, port);
  run_clear(&run);
}

static void
test_when_tls_is_on(void)
{
  check_scheme(RUN("-h", "h"), SCHEME_MQTT, 1883);
  check_scheme(RUN("-p", "8883"), SCHEME_MQTTS, 8883);
  check_scheme(RUN("-p", "8884"), SCHEME_MQTT, 8884);
  check_scheme(RUN("--cafile", "f"), SCHEME_MQTTS, 8883);
  check_scheme(RUN("--capath", "f"), SCHEME_MQTTS, 8883);
  check_scheme(RUN("--tls-use-os-certs"), SCHEME_MQTTS, 8883);
  check_scheme(RUN("--cert", "f", "-p", "1883"), SCHEME_MQTTS, 1883);
  check_scheme(RUN("mqtt://h"), SCHEME_MQTT, 1883);
  check_scheme(RUN("mqtts://h"), SCHEME_MQTTS, 8883);
  check_scheme(RUN("mqtt://h:8883"), SCHEME_MQTT, 8883);
  check_scheme(RUN("-L", "mqtts://h", "--cert", "f"), SCHEME_MQTTS, 8883);
}

static void
test_trust(void)
{
  g_auto(Run) folder = RUN("--capath", "/pki");
  g_assert_cmpint(profile_of(&folder)->trust, ==, TRUST_FOLDER);
  g_assert_cmpstr(profile_of(&folder)->ca_path, ==, "/pki");
  g_auto(Run) system = RUN("--tls-use-os-certs");
  g_assert_cmpint(profile_of(&system)->trust, ==, TRUST_SYSTEM);
  g_assert_null(profile_of(&system)->ca_path);
}

/* --- URL -------------------------------------------------------------------------------------- */

static void
test_url(void)
{
  g_auto(Run) run = RUN("mqtts://ada:sesame@h:99/a", "-t", "b", "-q", "1");
  const Profile *profile = profile_of(&run);
  g_assert_cmpstr(profile->name, ==, "h:99");
  g_assert_cmpstr(profile->user_name, ==, "ada");
  g_assert_cmpstr(profile->password, ==, "sesame");
  assert_subscription(profile, 0, "b", 1);
  assert_subscription(profile, 1, "a", 1);
}

static void
test_options_say_more_than_the_url(void)
{
  for (int first = 0; first < 2; first++) {
    g_auto(Run) run = first
                          ? RUN("-L", "mqtts://u:p@a:1", "-h", "b", "-p", "2", "-u", "v", "-P", "q")
                          : RUN("-h", "b", "-p", "2", "-u", "v", "-P", "q", "mqtts://u:p@a:1");
    const Profile *profile = profile_of(&run);
    g_assert_cmpstr(profile->name, ==, "b:2");
    g_assert_cmpstr(profile->user_name, ==, "v");
    g_assert_cmpstr(profile->password, ==, "q");
  }
}

/* --- Secrets ---------------------------------------------------------------------------------- */

static void
test_no_password_stays_in_argv(void)
{
  g_auto(Run) apart = RUN("-P", "sesame");
  g_assert_cmpstr(profile_of(&apart)->password, ==, "sesame");
  g_assert_cmpmem(apart.argv[2], 7, "\0\0\0\0\0\0", 7);
  g_auto(Run) joined = RUN("-Psesame");
  g_assert_cmpstr(profile_of(&joined)->password, ==, "sesame");
  g_assert_cmpmem(joined.argv[1], 9, "-P\0\0\0\0\0\0", 9);
  g_auto(Run) equals = RUN("--pw=sesame");
  g_assert_cmpstr(profile_of(&equals)->password, ==, "sesame");
  g_assert_cmpmem(equals.argv[1], 12, "--pw=\0\0\0\0\0\0", 12);
  g_auto(Run) url = RUN("-L", "mqtts://ada:ses@me@h/a:b@c");
  g_assert_cmpstr(profile_of(&url)->password, ==, "ses@me");
  g_assert_cmpmem(url.argv[2], 27, "mqtts://ada@h/a:b@c\0\0\0\0\0\0\0", 27);
  g_auto(Run) plain = RUN("mqtts://ada@h:1/a");
  profile_of(&plain);
  g_assert_cmpstr(plain.argv[1], ==, "mqtts://ada@h:1/a");
}

typedef struct {
  char *folder, *path;
} SecretFile;

static SecretFile
secret_file_new(const char *bytes, gssize length)
{
  g_autoptr(GError) error = NULL;
  SecretFile file = {private_folder_new("mqtrust-test", &error), NULL};
  g_assert_no_error(error);
  file.path = g_build_filename(file.folder, "secret", NULL);
  g_assert_true(private_folder_write(file.folder, "secret", bytes, length, 0600, &error));
  return file;
}

static void
secret_file_clear(SecretFile *file)
{
  g_assert_true(private_folder_remove(file->folder, NULL));
  g_free(file->folder);
  g_free(file->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SecretFile, secret_file_clear)

static void
check_secret_file(const char *bytes, const char *expected)
{
  g_auto(SecretFile) file = secret_file_new(bytes, -1);
  g_auto(Run) run =
      RUN("--pw-file", file.path, "--cert", "c.pem", "--key-password-file", file.path);
  g_assert_cmpstr(profile_of(&run)->password, ==, expected);
  g_assert_cmpstr(profile_of(&run)->key_password, ==, expected);
}

static void
test_secrets_from_files(void)
{
  g_autofree char *longest = g_strnfill(65535, 'p');
  check_secret_file("sesame", "sesame");
  check_secret_file("sesame\n", "sesame");
  check_secret_file("sesame\r\nmore\n", "sesame");
  check_secret_file(" se same \n", " se same ");
  check_secret_file(longest, longest);
}

static void
check_bad_secret_file(const char *bytes, gssize length, const char *rest)
{
  g_auto(SecretFile) file = secret_file_new(bytes, length);
  g_autofree char *sentence = g_strdup_printf("--pw-file %s: %s", file.path, rest);
  assert_refused(RUN("--pw-file", file.path), sentence);
}

static void
test_bad_secret_files(void)
{
  g_autofree char *longer = g_strnfill(65536, 'p');
  check_bad_secret_file("", 0, "there is no password on the first line");
  check_bad_secret_file("\nsesame", -1, "there is no password on the first line");
  check_bad_secret_file("se\0same", 7, "there is a NUL byte in the password");
  check_bad_secret_file(longer, -1, "the first line is longer than 65535 bytes");
  assert_refused(RUN("--pw-file", "/no/such"),
                 "--pw-file /no/such: cannot be read: No such file or directory");
  assert_refused(RUN("--key-password-file", "/"),
                 "--key-password-file /: cannot be read: Is a directory");
}

/* --- Refused ---------------------------------------------------------------------------------- */

static void
test_unknown(void)
{
  assert_refused(RUN("--foo"), "unknown option --foo; see mqtrust --help");
  assert_refused(RUN("--cafil", "x"),
                 "unknown option --cafil, did you mean --cafile? See mqtrust --help");
  assert_refused(RUN("--passwrd=sesame"), "unknown option --passwrd; see mqtrust --help");
  assert_refused(RUN("--hots=h"), "unknown option --hots, did you mean --host? See mqtrust --help");
  assert_refused(RUN("--tpoic=h"),
                 "unknown option --tpoic, did you mean --topic? See mqtrust --help");
  assert_refused(RUN("-Zsesame"), "unknown option -Z; see mqtrust --help");
  assert_refused(RUN("-\xff"), "unknown option -\\xff; see mqtrust --help");
  assert_refused(RUN("-help"), "unknown option -help: write --help, with two dashes");
  assert_refused(RUN("--"
                     "a\x1b[2J"),
                 "unknown option --a\\e[2J; see mqtrust --help");
  assert_refused(
      RUN("--abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"),
      "unknown option --abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz; see mqtrust "
      "--help");
}

static void
test_missing_and_superfluous_values(void)
{
  assert_refused(RUN("-h"), "--host needs a value: --host HOST");
  assert_refused(RUN("--cafile"), "--cafile needs a value: --cafile FILE");
  assert_refused(RUN("--cafile="), "--cafile is empty: write --cafile FILE");
  assert_refused(RUN("--host", ""), "--host is empty: write --host HOST");
  assert_refused(RUN("--pw-file", ""), "--pw-file is empty: write --pw-file FILE");
  assert_refused(RUN("--id-prefix", ""), "--id-prefix is empty: write --id-prefix PREFIX");
  assert_refused(RUN("--insecure=yes"), "--insecure takes no value");
  assert_refused(RUN("-cx"), "--disable-clean-session takes no value");
}

static void
test_wrong_values(void)
{
  assert_refused(RUN("-p", "99999"), "--port takes a number from 1 to 65535, not \"99999\"");
  assert_refused(RUN("-p", "0"), "--port takes a number from 1 to 65535, not \"0\"");
  assert_refused(RUN("-p", "-1"), "--port takes a number from 1 to 65535, not \"-1\"");
  assert_refused(RUN("-p", "mqtt"), "--port takes a number from 1 to 65535, not \"mqtt\"");
  assert_refused(RUN("-k", "65536"), "--keepalive takes a number from 0 to 65535, not \"65536\"");
  assert_refused(RUN("-q", "3"), "--qos takes 0, 1 or 2, not \"3\"");
  assert_refused(RUN("--will-qos", "x"), "--will-qos takes 0, 1 or 2, not \"x\"");
  assert_refused(RUN("-V", "4"),
                 "--protocol-version takes 5 (mqttv5) or 311 (mqttv311), not \"4\"");
  assert_refused(RUN("-V", "mqttv31"), "--protocol-version mqttv31 is not supported: use 311 or 5");
  assert_refused(RUN("--tls-version", "tlsv1.4"),
                 "--tls-version takes tlsv1.3, tlsv1.2, tlsv1.1 or tlsv1.0, not \"tlsv1.4\"");
  assert_refused(RUN("--dns-server", ""), "--dns-server is empty: write --dns-server ADDRESS[:PORT]");
  assert_refused(RUN("--dns-server", "dns.lab"),
                 "--dns-server does not fit: the DNS server \"dns.lab\" is no address: write "
                 "addresses with single commas between, a port behind a ':', as in "
                 "192.0.2.53,[2001:db8::53]:5353");
  assert_refused(RUN("-V", "31"), "--protocol-version 31 is not supported: use 311 or 5");
  assert_refused(
      RUN("-t", "a#"),
      "--topic does not fit: the topic filter \"a#\" is not allowed: '+' takes the place "
      "of a whole level, '#' that of the last, as in a/+/b and a/#");
  assert_refused(RUN("-t", ""), "--topic does not fit: a topic filter is empty: write one such as "
                                "plant/#, or leave it out");
}

static void
test_log_sizes(void)
{
  static const struct {
    const char *text;
    gsize bytes;
  } rows[] = {{"65536", 65536}, {"64K", 65536}, {"64k", 65536}, {"3M", 3 * 1024 * 1024}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_auto(Run) run = RUN("--log-size", rows[i].text);
    g_assert_true(run.good);
    g_assert_cmpuint(run.options.log_bytes, ==, rows[i].bytes);
    g_assert_null(run.options.profile);
  }
  assert_refused(RUN("--log-size", "63K"), "--log-size takes at least 64K, not \"63K\"");
  static const char *const bad[] = {
      "", "M", "-1M", "1.5M", "64 M", "64T", "64MB", "99999999999999999999", "9999999999999G"};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autofree char *sentence =
        g_strdup_printf("--log-size takes a size such as 64M (K, M or G), not \"%s\"", bad[i]);
    assert_refused(RUN("--log-size", bad[i]), sentence);
  }
  g_auto(Run) huge = RUN("--log-size", "1000000000G");
  g_assert_false(huge.good);
  g_assert_true(g_str_has_prefix(
      huge.error->message, "--log-size 1000000000G is more than the memory of this machine, "));
}

static void
test_what_does_not_go_together(void)
{
  static const char needs_tls[] =
      "--insecure needs TLS: write mqtts://, give port 8883, or one of --cafile, --capath, "
      "--tls-use-os-certs and --cert";
  assert_refused(RUN("-h", "h", "--insecure"), needs_tls);
  assert_refused(RUN("mqtt://h", "--insecure"), needs_tls);
  assert_refused(RUN("mqtt://h", "--tls-version", "tlsv1.2"),
                 "--tls-version needs TLS: write mqtts://, give port 8883, or one of --cafile, "
                 "--capath, --tls-use-os-certs and --cert");
  assert_refused(RUN("mqtts://h", "--tls-priority", "NORMAL;"),
                 "the TLS priority string \"NORMAL;\" holds what none can hold: write words with "
                 "colons between, as in SECURE256:-VERS-TLS1.2");
  assert_refused(RUN("mqtt://h", "--cafile", "f"),
                 "--cafile needs TLS, and the URL says mqtt://: write mqtts://");
  assert_refused(RUN("--cafile", "a", "--tls-use-os-certs"),
                 "--cafile, --capath and --tls-use-os-certs exclude each other: give the one that "
                 "holds the broker's CA");
  assert_refused(
      RUN("mqtts://h", "--key", "k"),
      "there is a key without a certificate: name the certificate that belongs to it, or "
      "leave the key out");
  assert_refused(RUN("-P", "x", "--pw-file", "/dev/null"),
                 "--pw-file /dev/null: there is no password on the first line");
  assert_refused(RUN("-i", "a", "-I", "b"),
                 "--id and --id-prefix exclude each other: give one of them");
  assert_refused(RUN("-c"), "--disable-clean-session needs --id: without the same client id the "
                            "session cannot be found again");
  assert_refused(RUN("--will-retain"), "--will-retain needs --will-topic");
  assert_refused(RUN("--will-qos", "1"), "--will-qos needs --will-topic");
  assert_refused(
      RUN("-P", "x", "-V", "311"),
      "MQTT 3.1.1 allows no password without a user name (3.1.2-22): give a user name, or "
      "use MQTT 5");
}

static void
test_two_passwords(void)
{
  g_auto(SecretFile) file = secret_file_new("sesame", -1);
  assert_refused(RUN("-P", "x", "--pw-file", file.path),
                 "--pw and --pw-file exclude each other: give one of them");
}

static void
test_one_connection_only(void)
{
  assert_refused(RUN("a", "b"), "two saved connections are named: mqtrust begins with one");
  assert_refused(RUN("mqtt://a", "mqtt://b"),
                 "two URLs are given: mqtrust begins with one connection");
  assert_refused(RUN("prod", "-t", "x"),
                 "a saved connection is named and another one described: give its name alone, and "
                 "change it in the dashboard");
  assert_refused(RUN("mqtt://h", "prod"),
                 "a saved connection is named and another one described: give its name alone, and "
                 "change it in the dashboard");
  assert_refused(RUN("a/b"),
                 "the name \"a/b\" holds a '/': it is also the name of a file, leave the '/' out");
}

static void
test_bad_hosts_and_urls(void)
{
  assert_refused(RUN("-h", "mqtts://h"), "the host \"mqtts://h\" holds a scheme: write mqtts://... "
                                         "in the URL, only the name here");
  assert_refused(RUN("-h", "h:1"), "the host \"h:1\" holds a ':' and is no IPv6 address: the port "
                                   "has a field of its own");
  assert_refused(RUN("wss://h"),
                 "MQTT over WebSocket (ws://, wss://) is not supported yet, it comes "
                 "later: use mqtts:// or mqtt://");
  assert_refused(
      RUN("--name", ".x", "-h", "h"),
      "the name \".x\" begins with a '.': it would be a hidden file, begin with something "
      "else");
}

/* --- Help ------------------------------------------------------------------------------------- */

static void
test_help_and_version_come_first(void)
{
  g_auto(Run) help = RUN("-h", "h", "--help", "--foo");
  g_assert_true(help.good && help.options.show_help);
  g_assert_null(help.options.profile);
  g_auto(Run) version = RUN("--version", "-p", "x");
  g_assert_true(version.good && version.options.show_version);
}

static const Command commands[] = {
    {"brew", "a command that is as long in its words as any command of this program could be",
     NULL},
    {"serve", "what another one does", NULL},
};

static void
test_help_fits_80_columns(void)
{
  g_autofree char *help = options_help(commands, G_N_ELEMENTS(commands));
  g_auto(GStrv) lines = g_strsplit(help, "\n", -1);
  for (int i = 0; lines[i] != NULL; i++) {
    g_assert_cmpuint(strlen(lines[i]), <=, 79);
    g_assert_false(g_str_has_suffix(lines[i], " "));
  }
  g_assert_true(g_str_has_suffix(help, "files.\n"));
}

static void
test_help_lists_everything(void)
{
  g_autofree char *help = options_help(commands, G_N_ELEMENTS(commands));
  for (int id = 0; id < OPTION_COUNT; id++) {
    const OptionSpec *spec = option_by_id((OptionId)id);
    g_autofree char *with = g_strdup_printf("\n  -%c, --%s", spec->letter, spec->name);
    g_autofree char *without = g_strdup_printf("\n      --%s", spec->name);
    g_assert_nonnull(strstr(help, spec->letter != 0 ? with : without));
  }
}

static void
test_help_text(void)
{
  g_autofree char *help = options_help(commands, G_N_ELEMENTS(commands));
  g_assert_nonnull(strstr(help, "usage: mqtrust [OPTION]... [CONNECTION|URL]\n"));
  g_assert_nonnull(
      strstr(help, "\n  brew     a command that is as long in its words as any command of this\n"
                   "           program could be\n"
                   "  serve    what another one does\n"));
  g_assert_nonnull(strstr(
      help, "\n  -h, --host HOST               broker's name or address (default: localhost)\n"));
  g_assert_nonnull(
      strstr(help, "\n      --name NAME               what to call this connection (default:\n"
                   "                                HOST:PORT)\n"));
  g_assert_nonnull(strstr(
      help, "\n      --key-password-file FILE  the key's password is the first line of FILE\n"));
}

/* The manual is written by hand, so somebody has to look after it. */
static void
test_manual_lists_everything(void)
{
  const char *source = g_getenv("MQTRUST_TEST_SRCDIR");
  if (source == NULL) {
    g_test_skip("MQTRUST_TEST_SRCDIR is not set: run it with tests/run-test");
    return;
  }
  g_autofree char *path = g_build_filename(source, "man", "mqtrust.1", NULL);
  g_autofree char *manual = NULL;
  g_autoptr(GError) error = NULL;
  g_file_get_contents(path, &manual, NULL, &error);
  g_assert_no_error(error);
  for (int id = 0; id < OPTION_COUNT; id++) {
    const OptionSpec *spec = option_by_id((OptionId)id);
    g_autoptr(GString) item = g_string_new("\n.It ");
    if (spec->letter != 0)
      g_string_append_printf(item, "Fl %c , ", spec->letter);
    g_string_append_printf(item, "Fl -%s%s", spec->name, spec->argument != NULL ? " Ar " : "\n");
    if (strstr(manual, item->str) == NULL)
      g_error("the manual has no --%s", spec->name);
  }
}

int
main(int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*run)(void);
  } tests[] = {
      {"/options/nothing", test_nothing},
      {"/options/saved", test_name_of_a_saved_one},
      {"/options/host", test_host_alone},
      {"/options/default-host", test_default_host},
      {"/options/two-way", test_two_way_tls},
      {"/options/mqtt", test_mqtt_values},
      {"/options/will", test_last_will},
      {"/options/versions", test_versions},
      {"/options/client-id", test_client_ids},
      {"/options/last-wins", test_last_one_wins},
      {"/options/two-dashes", test_two_dashes_end_the_options},
      {"/options/name", test_made_up_names},
      {"/options/tls", test_when_tls_is_on},
      {"/options/tls-details", test_tls_details},
      {"/options/tls-versions", test_tls_versions},
      {"/options/trust", test_trust},
      {"/options/url", test_url},
      {"/options/url-and-options", test_options_say_more_than_the_url},
      {"/options/secret/argv", test_no_password_stays_in_argv},
      {"/options/secret/file", test_secrets_from_files},
      {"/options/secret/bad-file", test_bad_secret_files},
      {"/options/refused/unknown", test_unknown},
      {"/options/refused/missing", test_missing_and_superfluous_values},
      {"/options/refused/value", test_wrong_values},
      {"/options/certbot-dir", test_certbot_folder},
      {"/options/log-size", test_log_sizes},
      {"/options/refused/together", test_what_does_not_go_together},
      {"/options/refused/two-passwords", test_two_passwords},
      {"/options/refused/two-connections", test_one_connection_only},
      {"/options/refused/host", test_bad_hosts_and_urls},
      {"/options/help/first", test_help_and_version_come_first},
      {"/options/help/columns", test_help_fits_80_columns},
      {"/options/help/everything", test_help_lists_everything},
      {"/options/help/text", test_help_text},
      {"/options/manual", test_manual_lists_everything},
  };
  g_test_init(&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
    g_test_add_func(tests[i].path, tests[i].run);
  return g_test_run();
}
