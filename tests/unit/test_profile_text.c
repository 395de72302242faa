/* core/profile_text and core/key_file_lines: the text of a profile's file. */
#include "config.h"

#include "core/profile_text.h"

#include <string.h>

#include "core/key_file_lines.h"
#include "util/secret.h"

#define PATH "/etc/p/lab.conf"

static Profile *
from_text(const char *text)
{
  g_autoptr(GError) error = NULL;
  Profile *profile = profile_from_text(PATH, text, strlen(text), &error);
  g_assert_no_error(error);
  g_assert_nonnull(profile);
  return profile;
}

static void
assert_refused_bytes(const char *text, gsize length, const char *sentence)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(profile_from_text(PATH, text, length, &error));
  g_assert_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE);
  g_assert_cmpstr(error->message, ==, sentence);
}

static void
assert_refused(const char *text, const char *sentence)
{
  assert_refused_bytes(text, strlen(text), sentence);
}

static char *
to_text(const Profile *profile, const char *old)
{
  g_autoptr(GError) error = NULL;
  gsize length = 0;
  char *text = profile_to_text(profile, PATH, old, old != NULL ? strlen(old) : 0, &length, &error);
  g_assert_no_error(error);
  g_assert_cmpuint(strlen(text), ==, length);
  return text;
}

static void
assert_becomes(const Profile *profile, const char *old, const char *expected)
{
  g_autofree char *text = to_text(profile, old);
  g_assert_cmpstr(text, ==, expected);
}

static void
set(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

/* --- Loading ---------------------------------------------------------------------------------- */

#define FULL                                                                                       \
  "# the lab's broker\n"                                                                           \
  "[connection]\n"                                                                                 \
  "scheme=mqtts\n"                                                                                 \
  "host=mqtt.example.com\n"                                                                        \
  "port=8884\n"                                                                                    \
  "dns-servers=192.0.2.53,[::1]:5353\n"                                                            \
  "connect-timeout=7\n"                                                                            \
  "probes=false\n"                                                                                 \
  "[tls]\n"                                                                                        \
  "trust=file\n"                                                                                   \
  "ca=/pki/root.pem\n"                                                                             \
  "certificate=client.pem\n"                                                                       \
  "key=~/client.key\n"                                                                             \
  "key-password=o#pen\n"                                                                           \
  "server-name=inner.example.com\n"                                                                \
  "alpn=mqtt,x\n"                                                                                  \
  "version=1.2\n"                                                                                  \
  "priority=SECURE256\n"                                                                           \
  "crl=crl.pem\n"                                                                                  \
  "broker-ca=/pki/broker.pem\n"                                                                    \
  "[mqtt]\n"                                                                                       \
  "version = 3.1.1 \n"                                                                             \
  "client-id=desk\n"                                                                               \
  "user-name=ada\n"                                                                                \
  "password=se=sa\\\\me\n"                                                                         \
  "keep-alive = 5\n"                                                                               \
  "clean-start=false\n"                                                                            \
  "[will]\n"                                                                                       \
  "topic=desk/gone\n"                                                                              \
  "payload=good\\nbye\n"                                                                           \
  "qos=2\n"                                                                                        \
  "retain=true\n"                                                                                  \
  "\n"                                                                                             \
  "[subscriptions]\n"                                                                              \
  "1 = 0 plant/#\n"                                                                                \
  "2 = 1 #\n"                                                                                      \
  "7 = 2 a=b;c [d]/x \n"

static void
test_full_connection(void)
{
  g_autoptr(Profile) profile = from_text(FULL);
  g_assert_cmpstr(profile->name, ==, "lab");
  g_assert_cmpint(profile->scheme, ==, SCHEME_MQTTS);
  g_assert_cmpstr(profile->host, ==, "mqtt.example.com");
  g_assert_cmpuint(profile->port, ==, 8884);
  g_assert_cmpint(profile->trust, ==, TRUST_FILE);
  g_assert_cmpstr(profile->ca_path, ==, "/pki/root.pem");
  g_assert_cmpstr(profile->certificate_path, ==, "/etc/p/client.pem");
  g_autofree char *key_path = g_build_filename(g_get_home_dir(), "client.key", NULL);
  g_assert_cmpstr(profile->key_path, ==, key_path);
  g_assert_cmpstr(profile->key_password, ==, "o#pen");
  g_assert_cmpstr(profile->server_name, ==, "inner.example.com");
  g_assert_cmpstr(profile->alpn, ==, "mqtt,x");
  g_assert_cmpint(profile->tls_version, ==, TLS_1_2);
  g_assert_cmpstr(profile->tls_priority, ==, "SECURE256");
  g_assert_cmpstr(profile->crl_path, ==, "/etc/p/crl.pem");
  g_assert_cmpstr(profile->broker_ca_path, ==, "/pki/broker.pem");
  g_assert_cmpstr(profile->dns_servers, ==, "192.0.2.53,[::1]:5353");
  g_assert_true(profile->no_probes);
  g_assert_cmpuint(profile->connect_timeout, ==, 7);
}

static void
test_full_mqtt(void)
{
  static const ProfileSubscription expected[] = {
      {(char *)"plant/#", 0}, {(char *)"#", 1}, {(char *)"a=b;c [d]/x ", 2}};
  g_autoptr(Profile) profile = from_text(FULL);
  g_assert_cmpint(profile->version, ==, MQTT_3_1_1);
  g_assert_cmpstr(profile->client_id, ==, "desk");
  g_assert_cmpstr(profile->user_name, ==, "ada");
  g_assert_cmpstr(profile->password, ==, "se=sa\\me");
  g_assert_cmpuint(profile->keep_alive, ==, 5);
  g_assert_false(profile->clean_start);
  g_assert_cmpstr(profile->will_topic, ==, "desk/gone");
  g_assert_cmpstr(profile->will_payload, ==, "good\nbye");
  g_assert_cmpint(profile->will_qos, ==, 2);
  g_assert_true(profile->will_retain);
  g_assert_cmpuint(profile->subscriptions->len, ==, G_N_ELEMENTS(expected));
  for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
    const ProfileSubscription *subscription = profile->subscriptions->pdata[i];
    g_assert_cmpstr(subscription->filter, ==, expected[i].filter);
    g_assert_cmpint(subscription->qos, ==, expected[i].qos);
  }
}

static void
test_nothing_gives_defaults(void)
{
  g_autoptr(Profile) expected = profile_new();
  set(&expected->name, "lab");
  static const char *const texts[] = {"", "\n\n# only a comment\n", "[connection]\n[mqtt]\n",
                                      "[connection]\nhost=\n[tls]\nca=\nkey-password=\n",
                                      "[other]\nkey=1\n[mqtt]\nunknown=2\n"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(Profile) profile = from_text(texts[i]);
    g_assert_true(profile_equal(profile, expected));
  }
}

static void
test_empty_client_id_is_one(void)
{
  g_autoptr(Profile) profile = from_text("[mqtt]\nclient-id=\n");
  g_assert_cmpstr(profile->client_id, ==, "");
}

static void
test_insecure_is_not_read(void)
{
  g_autoptr(Profile) profile = from_text("[tls]\ninsecure=true\n");
  g_assert_false(profile->insecure);
}

static void
test_windows_line_ends(void)
{
  g_autoptr(Profile) profile = from_text("[connection]\r\nhost=h\r\nport=1\r\n");
  g_assert_cmpstr(profile->host, ==, "h");
  g_assert_cmpuint(profile->port, ==, 1);
}

/* --- Errors ----------------------------------------------------------------------------------- */

#define NO_SYNTAX "this is neither a [group], a comment (#) nor KEY = VALUE"

static void
test_syntax_errors_name_the_line(void)
{
  assert_refused("host=h\n", PATH ", line 1: " NO_SYNTAX);
  assert_refused("\n# c\nhost=h\n[connection]\n", PATH ", line 3: " NO_SYNTAX);
  assert_refused("[connection]\nhost h\n", PATH ", line 2: " NO_SYNTAX);
  assert_refused("[connection]\nhost=h\n[mqtt\n", PATH ", line 3: " NO_SYNTAX);
  assert_refused("[connection]\n\n\n=h", PATH ", line 4: " NO_SYNTAX);
  assert_refused("[connection]\n[]\n", PATH ", line 2: " NO_SYNTAX);
  assert_refused("[mqtt]\npassword sesame\n", PATH ", line 2: " NO_SYNTAX);
  assert_refused("[mqtt]\nEncoding=latin1\n", PATH ", line 2: " NO_SYNTAX);
}

static void
test_no_text(void)
{
  assert_refused("[mqtt]\nuser-name=a\xff\n", PATH ", line 2: this is no UTF-8 text");
  assert_refused("\xff", PATH ", line 1: this is no UTF-8 text");
  assert_refused_bytes("[mqtt]\n\nuser-name=a\0b\n", 22, PATH ", line 3: this is no UTF-8 text");
  assert_refused("[mqtt]\nuser-name=a\x1b[2J\n", PATH ", line 2: there is a control character");
  assert_refused("[mqtt]\r\nuser-name=a\r\r\n", PATH ", line 2: there is a control character");
  assert_refused("[mqtt]\r", PATH ", line 1: there is a control character");
}

static void
test_wrong_values(void)
{
  assert_refused("[connection]\nport=99999\n",
                 PATH ", line 2: port in [connection] is \"99999\"; allowed is a number from 1 to "
                      "65535");
  assert_refused("[connection]\nport=0\n", PATH
                 ", line 2: port in [connection] is \"0\"; allowed is a number from 1 to 65535");
  assert_refused("[connection]\nport=\n", PATH
                 ", line 2: port in [connection] is \"\"; allowed is a number from 1 to 65535");
  assert_refused("[connection]\nport=+1\n", PATH
                 ", line 2: port in [connection] is \"+1\"; allowed is a number from 1 to 65535");
  assert_refused("[connection]\nscheme=ws\n",
                 PATH ", line 2: scheme in [connection] is \"ws\"; allowed is mqtts or mqtt");
  assert_refused("[tls]\ntrust=all\n",
                 PATH ", line 2: trust in [tls] is \"all\"; allowed is system, file or folder");
  assert_refused("[tls]\nversion=1.4\n",
                 PATH ", line 2: version in [tls] is \"1.4\"; allowed is any, 1.3, 1.2, 1.1 or 1.0");
  assert_refused("[connection]\nprobes=no\n",
                 PATH ", line 2: probes in [connection] is \"no\"; allowed is true or false");
  assert_refused("[mqtt]\n# c\nversion=3.1\n",
                 PATH ", line 3: version in [mqtt] is \"3.1\"; allowed is 5 or 3.1.1");
  assert_refused("[mqtt]\nkeep-alive=65536\n",
                 PATH ", line 2: keep-alive in [mqtt] is \"65536\"; allowed is a number of seconds "
                      "from 0 to 65535");
  assert_refused("[mqtt]\nclean-start=yes\n",
                 PATH ", line 2: clean-start in [mqtt] is \"yes\"; allowed is true or false");
  assert_refused("[will]\nqos=7\n", PATH ", line 2: qos in [will] is \"7\"; allowed is 0, 1 or 2");
  assert_refused("[will]\nretain=1\n",
                 PATH ", line 2: retain in [will] is \"1\"; allowed is true or false");
}

static void
test_wrong_value_is_safe_and_its_line_right(void)
{
  assert_refused("[mqtt]\nport=1\n[connection]\nport=1\n[will]\nport=1\n[connection]\n"
                 "  port = 2\xe2\x80\xae\n#port=3\n",
                 PATH
                 ", line 8: port in [connection] is \"2\\u{202e}\"; allowed is a number from 1 to "
                 "65535");
}

static void
test_wrong_escape_says_nothing_of_the_value(void)
{
  assert_refused("[mqtt]\npassword=ses\\ame\n",
                 PATH ", line 2: password in [mqtt] holds a '\\' that begins no escape; write a "
                      "backslash as \\\\");
}

#define SUBSCRIPTION_FORM "allowed is NUMBER = QOS FILTER, such as 1 = 0 plant/#"

static void
test_wrong_subscriptions(void)
{
  assert_refused("[subscriptions]\nplant/#=0\n",
                 PATH ", line 2: plant/# in [subscriptions] is \"0\"; " SUBSCRIPTION_FORM);
  assert_refused("[subscriptions]\n1=0 a\n2=plant/#\n",
                 PATH ", line 3: 2 in [subscriptions] is \"plant/#\"; " SUBSCRIPTION_FORM);
  assert_refused("[subscriptions]\n1=7 a\n",
                 PATH ", line 2: 1 in [subscriptions] is \"7 a\"; " SUBSCRIPTION_FORM);
  assert_refused("[subscriptions]\n1=\n",
                 PATH ", line 2: 1 in [subscriptions] is \"\"; " SUBSCRIPTION_FORM);
  assert_refused("[subscriptions]\n1=1\n",
                 PATH ", line 2: 1 in [subscriptions] is \"1\"; " SUBSCRIPTION_FORM);
  assert_refused("[subscriptions]\n1=0 a\\q\n",
                 PATH ", line 2: 1 in [subscriptions] is \"0 a\\q\"; " SUBSCRIPTION_FORM);
  assert_refused("[subscriptions]\n1=0 a#\n",
                 PATH ", line 2: the topic filter \"a#\" is not allowed: '+' takes the place of a "
                      "whole level, '#' that of the last, as in a/+/b and a/#");
  assert_refused("[subscriptions]\n1=0 \n",
                 PATH ", line 2: a topic filter is empty: write one such as plant/#, or leave it "
                      "out");
}

static void
test_lines(void)
{
  const char *text = "[a]\nx=1\n[b]\nx=2\n [a] \n x = 3";
  g_assert_cmpuint(key_file_line_of(text, strlen(text), "a", "x"), ==, 6);
  g_assert_cmpuint(key_file_line_of(text, strlen(text), "b", "x"), ==, 4);
  g_assert_cmpuint(key_file_line_of(text, strlen(text), "b", "y"), ==, 0);
  g_assert_cmpuint(key_file_line_of(text, strlen(text), "c", "x"), ==, 0);
  g_assert_cmpuint(key_file_line_of("[", 1, "", "x"), ==, 0);
  g_assert_cmpuint(key_file_bad_line(text, strlen(text)), ==, 0);
  g_assert_cmpuint(key_file_bad_line("", 0), ==, 0);
}

/* --- Saving ----------------------------------------------------------------------------------- */

static void
test_small_profile_is_a_small_file(void)
{
  g_autoptr(Profile) profile = profile_new();
  set(&profile->name, "lab");
  set(&profile->host, "h");
  assert_becomes(profile, NULL, "[connection]\nhost=h\n");
}

static void
test_everything_is_written(void)
{
  g_autoptr(Profile) profile = from_text(FULL);
  profile->scheme = SCHEME_MQTT;
  g_autofree char *text = to_text(profile, NULL);
  g_autoptr(Profile) again = from_text(text);
  g_assert_true(profile_equal(profile, again));
}

static void
test_nothing_changed_changes_nothing(void)
{
  g_autoptr(Profile) profile = from_text(FULL);
  g_autofree char *text = to_text(profile, FULL);
  g_autofree char *again = to_text(profile, text);
  g_assert_cmpstr(text, ==, again);
  g_assert_nonnull(strstr(text, "# the lab's broker\n"));
  g_assert_nonnull(strstr(text, "certificate=client.pem\n"));
  g_assert_nonnull(strstr(text, "key=~/client.key\n"));
  g_assert_nonnull(strstr(text, "7=2 a=b;c [d]/x \n"));
}

static void
test_comments_and_unknown_keys_stay(void)
{
  static const char *const old = "# top\n\n[connection]\n# which host\nhost=a\nmood=good\n"
                                 "[theirs]\nx=y\n[mqtt]\nkeep-alive=60\n";
  g_autoptr(Profile) profile = from_text(old);
  set(&profile->host, "b");
  profile->port = 7;
  assert_becomes(profile, old,
                 "# top\n\n[connection]\n# which host\nhost=b\nmood=good\nport=7\n\n"
                 "[theirs]\nx=y\n\n[mqtt]\nkeep-alive=60\n");
}

static void
test_what_is_gone_is_removed(void)
{
  static const char *const old = "[connection]\nhost=a\nport=1\n[mqtt]\npassword=sesame\n"
                                 "keep-alive=0\n[subscriptions]\n1=0 a\n2=0 b\n";
  g_autoptr(Profile) profile = from_text(old);
  secret_set(&profile->password, NULL);
  profile->port = 0;
  profile->keep_alive = 60;
  g_ptr_array_remove_index(profile->subscriptions, 0);
  assert_becomes(profile, old,
                 "[connection]\nhost=a\n\n[mqtt]\nkeep-alive=60\n\n[subscriptions]\n1=0 b\n");
}

static void
test_insecure_is_not_written(void)
{
  g_autoptr(Profile) profile = profile_new();
  set(&profile->host, "h");
  profile->insecure = TRUE;
  assert_becomes(profile, NULL, "[connection]\nhost=h\n");
}

/* RFC 7512: no file, and so nowhere beside the profile nor where the program was started. */
static void
test_token_is_no_path(void)
{
  static const char text[] = "[tls]\ncertificate=pkcs11:token=gate;object=client\n";
  g_autoptr(Profile) profile = profile_new();
  set(&profile->certificate_path, "pkcs11:token=gate;object=client");
  assert_becomes(profile, NULL, text);
  g_autoptr(Profile) again = from_text(text);
  g_assert_cmpstr(again->certificate_path, ==, "pkcs11:token=gate;object=client");
}

static void
test_relative_path_is_written_whole(void)
{
  g_autoptr(Profile) profile = profile_new();
  set(&profile->ca_path, "pki/../root.pem");
  g_autofree char *whole = g_canonicalize_filename("root.pem", NULL);
  g_autofree char *expected = g_strdup_printf("[tls]\nca=%s\n", whole);
  assert_becomes(profile, NULL, expected);
}

static void
test_odd_texts_come_back(void)
{
  static const char *const odd[] = {" lead", "trail ", "a=b",   "#",  ";x", "\\",     "a\\nb",
                                    "[x]",   "ü",      "\"q\"", "%s", "  ", "tab\tin"};
  for (gsize i = 0; i < G_N_ELEMENTS(odd); i++) {
    g_autoptr(Profile) profile = profile_new();
    set(&profile->name, "lab");
    set(&profile->user_name, odd[i]);
    set(&profile->client_id, "");
    secret_set(&profile->password, odd[i]);
    set(&profile->will_payload, odd[i]);
    profile_add_subscription(profile, "\\a ", 1);
    g_autofree char *text = to_text(profile, NULL);
    g_autoptr(Profile) again = from_text(text);
    g_assert_true(profile_equal(profile, again));
  }
}

static void
assert_not_kept(const Profile *profile, const char *sentence)
{
  g_autoptr(GError) error = NULL;
  gsize length = 0;
  g_assert_null(profile_to_text(profile, PATH, NULL, 0, &length, &error));
  g_assert_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE);
  g_assert_cmpstr(error->message, ==, sentence);
}

static void
test_what_a_file_cannot_keep(void)
{
  g_autoptr(Profile) profile = profile_new();
  secret_set(&profile->password, "sesa\vme");
  assert_not_kept(profile,
                  "password of [mqtt] holds control characters, or bytes that are no UTF-8: "
                  "a profile's file cannot keep it");
  secret_set(&profile->password, NULL);
  set(&profile->ca_path, "/pki/\xff.pem");
  assert_not_kept(profile, "ca of [tls] holds control characters, or bytes that are no UTF-8: a "
                           "profile's file cannot keep it");
}

static void
test_broken_old_text_is_refused(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(GError) error = NULL;
  gsize length = 0;
  g_assert_null(profile_to_text(profile, PATH, "oops", 4, &length, &error));
  g_assert_cmpstr(error->message, ==, PATH ", line 1: " NO_SYNTAX);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/profile-text/load/connection", test_full_connection);
  g_test_add_func("/profile-text/load/mqtt", test_full_mqtt);
  g_test_add_func("/profile-text/load/nothing", test_nothing_gives_defaults);
  g_test_add_func("/profile-text/load/empty-client-id", test_empty_client_id_is_one);
  g_test_add_func("/profile-text/load/insecure", test_insecure_is_not_read);
  g_test_add_func("/profile-text/load/windows", test_windows_line_ends);
  g_test_add_func("/profile-text/error/syntax", test_syntax_errors_name_the_line);
  g_test_add_func("/profile-text/error/no-text", test_no_text);
  g_test_add_func("/profile-text/error/value", test_wrong_values);
  g_test_add_func("/profile-text/error/line", test_wrong_value_is_safe_and_its_line_right);
  g_test_add_func("/profile-text/error/escape", test_wrong_escape_says_nothing_of_the_value);
  g_test_add_func("/profile-text/error/subscription", test_wrong_subscriptions);
  g_test_add_func("/profile-text/lines", test_lines);
  g_test_add_func("/profile-text/save/small", test_small_profile_is_a_small_file);
  g_test_add_func("/profile-text/save/everything", test_everything_is_written);
  g_test_add_func("/profile-text/save/unchanged", test_nothing_changed_changes_nothing);
  g_test_add_func("/profile-text/save/comments", test_comments_and_unknown_keys_stay);
  g_test_add_func("/profile-text/save/removed", test_what_is_gone_is_removed);
  g_test_add_func("/profile-text/save/insecure", test_insecure_is_not_written);
  g_test_add_func("/profile-text/save/token", test_token_is_no_path);
  g_test_add_func("/profile-text/save/relative-path", test_relative_path_is_written_whole);
  g_test_add_func("/profile-text/save/odd-texts", test_odd_texts_come_back);
  g_test_add_func("/profile-text/save/cannot-keep", test_what_a_file_cannot_keep);
  g_test_add_func("/profile-text/save/broken", test_broken_old_text_is_refused);
  return g_test_run();
}
