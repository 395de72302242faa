/* core/profile and core/profile_check: the data, and every sentence on what cannot be right. */
#include "config.h"

#include "core/profile.h"

#include <string.h>

#include "core/profile_check.h"
#include "util/secret.h"

static void
set(char **place, const char *value)
{
  g_free(*place);
  *place = g_strdup(value);
}

static Profile *
good_profile(void)
{
  Profile *profile = profile_new();
  set(&profile->name, "lab");
  set(&profile->host, "mqtt.example.com");
  return profile;
}

static Profile *
full_profile(void)
{
  Profile *profile = good_profile();
  profile->port = 8884;
  profile->trust = TRUST_FILE;
  set(&profile->ca_path, "/pki/root.pem");
  set(&profile->certificate_path, "/pki/client.pem");
  set(&profile->key_path, "/pki/client.key");
  secret_set(&profile->key_password, "open");
  set(&profile->server_name, "inner.example.com");
  set(&profile->alpn, "mqtt,x-amzn-mqtt-ca");
  profile->tls_version = TLS_1_3;
  set(&profile->tls_priority, "SECURE256:-VERS-TLS1.2:%COMPAT");
  set(&profile->crl_path, "/pki/crl.pem");
  set(&profile->broker_ca_path, "/pki/broker-ca.pem");
  profile->no_probes = TRUE;
  set(&profile->dns_servers, "192.0.2.53");
  set(&profile->client_id, "desk");
  set(&profile->user_name, "ada");
  secret_set(&profile->password, "sesame");
  set(&profile->will_topic, "desk/gone");
  set(&profile->will_payload, "bye");
  profile_add_subscription(profile, "plant/#", 1);
  profile_add_subscription(profile, "lab/+/temp", 0);
  return profile;
}

/* --- Data ------------------------------------------------------------------------------------- */

static void
test_defaults(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_assert_cmpint(profile->scheme, ==, SCHEME_MQTTS);
  g_assert_cmpint(profile->trust, ==, TRUST_SYSTEM);
  g_assert_cmpint(profile->version, ==, MQTT_5);
  g_assert_cmpuint(profile->port, ==, 0);
  g_assert_cmpuint(profile->keep_alive, ==, 60);
  g_assert_true(profile->clean_start);
  g_assert_false(profile->insecure);
  g_assert_null(profile->name);
  g_assert_null(profile->host);
  g_assert_null(profile->client_id);
  g_assert_cmpuint(profile->subscriptions->len, ==, 0);
  profile_free(NULL);
}

static void
test_copy_shares_nothing(void)
{
  g_autoptr(Profile) profile = full_profile();
  g_autoptr(Profile) copy = profile_copy(profile);
  g_assert_true(profile_equal(profile, copy));
  g_assert_true(profile->password != copy->password);
  g_assert_true(profile->host != copy->host);
  g_ptr_array_set_size(profile->subscriptions, 0);
  g_assert_cmpuint(copy->subscriptions->len, ==, 2);
  const ProfileSubscription *first = copy->subscriptions->pdata[0];
  g_assert_cmpstr(first->filter, ==, "plant/#");
  g_assert_cmpint(first->qos, ==, 1);
}

static void
test_copy_keeps_an_empty_client_id(void)
{
  g_autoptr(Profile) profile = good_profile();
  set(&profile->client_id, "");
  g_autoptr(Profile) copy = profile_copy(profile);
  g_assert_cmpstr(copy->client_id, ==, "");
}

static void
check_text_matters(gsize offset)
{
  g_autoptr(Profile) a = full_profile();
  g_autoptr(Profile) b = full_profile();
  char **place = &G_STRUCT_MEMBER(char *, b, offset);
  g_assert_true(profile_equal(a, b));
  set(place, "other");
  g_assert_false(profile_equal(a, b));
  g_clear_pointer(place, g_free);
  g_assert_false(profile_equal(a, b));
}

static void
test_equal_looks_at_every_text(void)
{
  check_text_matters(offsetof(Profile, name));
  check_text_matters(offsetof(Profile, host));
  check_text_matters(offsetof(Profile, ca_path));
  check_text_matters(offsetof(Profile, certificate_path));
  check_text_matters(offsetof(Profile, key_path));
  check_text_matters(offsetof(Profile, key_password));
  check_text_matters(offsetof(Profile, server_name));
  check_text_matters(offsetof(Profile, alpn));
  check_text_matters(offsetof(Profile, tls_priority));
  check_text_matters(offsetof(Profile, crl_path));
  check_text_matters(offsetof(Profile, broker_ca_path));
  check_text_matters(offsetof(Profile, dns_servers));
  check_text_matters(offsetof(Profile, client_id));
  check_text_matters(offsetof(Profile, user_name));
  check_text_matters(offsetof(Profile, password));
  check_text_matters(offsetof(Profile, will_topic));
  check_text_matters(offsetof(Profile, will_payload));
}

#define CHECK_MATTERS(change)                                                                      \
  do {                                                                                             \
    g_autoptr(Profile) a = full_profile();                                                         \
    g_autoptr(Profile) b = full_profile();                                                         \
    b->change;                                                                                     \
    g_assert_false(profile_equal(a, b));                                                           \
  } while (0)

static void
test_equal_looks_at_every_number(void)
{
  CHECK_MATTERS(scheme = SCHEME_MQTT);
  CHECK_MATTERS(port = 1);
  CHECK_MATTERS(trust = TRUST_FOLDER);
  CHECK_MATTERS(insecure = TRUE);
  CHECK_MATTERS(version = MQTT_3_1_1);
  CHECK_MATTERS(connect_timeout = 3);
  CHECK_MATTERS(keep_alive = 61);
  CHECK_MATTERS(clean_start = FALSE);
  CHECK_MATTERS(will_qos = 2);
  CHECK_MATTERS(will_retain = TRUE);
}

static void
test_equal_looks_at_subscriptions(void)
{
  g_autoptr(Profile) a = full_profile();
  g_autoptr(Profile) b = full_profile();
  profile_add_subscription(b, "x", 0);
  g_assert_false(profile_equal(a, b));
  profile_add_subscription(a, "x", 1);
  g_assert_false(profile_equal(a, b));
  g_assert_false(profile_same_subscriptions(a, b));
}

static void
test_port(void)
{
  g_autoptr(Profile) profile = good_profile();
  g_assert_cmpuint(profile_port(profile), ==, 8883);
  profile->scheme = SCHEME_MQTT;
  g_assert_cmpuint(profile_port(profile), ==, 1883);
  profile->port = 443;
  g_assert_cmpuint(profile_port(profile), ==, 443);
}

static void
check_url(const char *host, guint16 port, ProfileScheme scheme, const char *expected)
{
  g_autoptr(Profile) profile = full_profile();
  set(&profile->host, host);
  profile->port = port;
  profile->scheme = scheme;
  g_autofree char *url = profile_url(profile);
  g_assert_cmpstr(url, ==, expected);
}

static void
test_url(void)
{
  check_url("mqtt.example.com", 0, SCHEME_MQTTS, "mqtts://mqtt.example.com:8883");
  check_url("mqtt.example.com", 0, SCHEME_MQTT, "mqtt://mqtt.example.com:1883");
  check_url("192.0.2.1", 443, SCHEME_MQTTS, "mqtts://192.0.2.1:443");
  check_url("2001:db8::1", 0, SCHEME_MQTTS, "mqtts://[2001:db8::1]:8883");
  check_url("a\x1b[2J", 0, SCHEME_MQTTS, "mqtts://a\\e[2J:8883");
  check_url(NULL, 0, SCHEME_MQTTS, "mqtts://:8883");
}

/* --- Checks ----------------------------------------------------------------------------------- */

static void
assert_good(const Profile *profile)
{
  g_autoptr(GError) error = NULL;
  g_assert_true(profile_check(profile, &error));
  g_assert_no_error(error);
}

static void
assert_refused(const Profile *profile, ProfileField field, const char *sentence)
{
  g_autoptr(GError) error = NULL;
  g_assert_false(profile_check(profile, &error));
  g_assert_error(error, PROFILE_ERROR, (int)field);
  g_assert_cmpstr(error->message, ==, sentence);
  g_assert_false(profile_check(profile, NULL));
}

static void
test_good_ones_pass(void)
{
  g_autoptr(Profile) small = good_profile();
  assert_good(small);
  g_autoptr(Profile) full = full_profile();
  assert_good(full);
}

static void
check_name(const char *name, const char *sentence)
{
  g_autoptr(Profile) profile = good_profile();
  set(&profile->name, name);
  if (sentence == NULL)
    assert_good(profile);
  else
    assert_refused(profile, PROFILE_FIELD_NAME, sentence);
}

static void
test_name(void)
{
  g_autofree char *longest = g_strnfill(PROFILE_NAME_MAX, 'n');
  g_autofree char *longer = g_strnfill(PROFILE_NAME_MAX + 1, 'n');
  check_name("a", NULL);
  check_name("plant 7, Zürich (north)", NULL);
  check_name("mqtt.example.com:8883", NULL);
  check_name("[2001:db8::1]:8883", NULL);
  check_name(longest, NULL);
  check_name(longer, "the name has 101 bytes; at most 100 are allowed");
  check_name(NULL, "the connection needs a name");
  check_name("", "the connection needs a name");
  check_name("a/b",
             "the name \"a/b\" holds a '/': it is also the name of a file, leave the '/' out");
  check_name("../x", "the name \"../x\" holds a '/': it is also the name of a file, leave the '/' "
                     "out");
  check_name(".lab", "the name \".lab\" begins with a '.': it would be a hidden file, begin with "
                     "something else");
  check_name("..", "the name \"..\" begins with a '.': it would be a hidden file, begin with "
                   "something else");
  check_name(" lab", "the name \" lab\" begins or ends with a space: leave the space out");
  check_name("lab ", "the name \"lab \" begins or ends with a space: leave the space out");
  check_name("a\nb", "the name \"a\\nb\" holds a character that cannot be seen: leave it out");
  check_name("a\xff", "the name \"a\\xff\" holds a character that cannot be seen: leave it out");
  check_name("a\xe2\x80\xae"
             "b",
             "the name \"a\\u{202e}b\" holds a character that cannot be seen: leave it out");
}

static void
check_host(const char *host, const char *sentence)
{
  g_autoptr(Profile) profile = good_profile();
  set(&profile->host, host);
  if (sentence == NULL)
    assert_good(profile);
  else
    assert_refused(profile, PROFILE_FIELD_HOST, sentence);
}

static void
test_host(void)
{
  g_autofree char *longest = g_strnfill(253, 'h');
  g_autofree char *longer = g_strnfill(254, 'h');
  check_host("localhost", NULL);
  check_host("192.0.2.7", NULL);
  check_host("::1", NULL);
  check_host("fe80::1%eth0", NULL);
  check_host("bücher.example", NULL);
  check_host(longest, NULL);
  check_host(longer, "the host has 254 bytes; at most 253 are allowed");
  check_host(NULL, "there is no host: write the broker's name or address, such as "
                   "mqtt.example.com");
  check_host("", "there is no host: write the broker's name or address, such as mqtt.example.com");
  check_host("mqtts://h",
             "the host \"mqtts://h\" holds a scheme: write mqtts://... in the URL, only "
             "the name here");
  check_host("my host", "the host \"my host\" holds a space: write only the name or the address");
  check_host("host/topic",
             "the host \"host/topic\" holds a '/': write only the name or the address");
  check_host("ada@host",
             "the host \"ada@host\" holds an '@': the user name has a field of its own");
  check_host("[::1]", "the host \"[::1]\" holds a bracket: write an IPv6 address without brackets "
                      "here");
  check_host("host:8883",
             "the host \"host:8883\" holds a ':' and is no IPv6 address: the port has a "
             "field of its own");
  check_host("ho\x07st", "the host \"ho\\x07st\" holds a character that cannot be seen: leave it "
                         "out");
}

static void
test_ca(void)
{
  g_autoptr(Profile) profile = good_profile();
  profile->trust = TRUST_FILE;
  assert_refused(profile, PROFILE_FIELD_CA,
                 "the broker's CA is to come from a file, and none is named: name it, such as "
                 "root.pem, or trust the system's certificates");
  profile->trust = TRUST_FOLDER;
  assert_refused(profile, PROFILE_FIELD_CA,
                 "the broker's CA is to come from a folder, and none is named: name it, such as "
                 "/etc/ssl/certs, or trust the system's certificates");
  profile->scheme = SCHEME_MQTT;
  assert_good(profile);
  profile->scheme = SCHEME_MQTTS;
  set(&profile->ca_path, "/etc/ssl/certs");
  assert_good(profile);
}

static void
test_key_without_certificate(void)
{
  g_autoptr(Profile) profile = good_profile();
  set(&profile->key_path, "client.key");
  assert_refused(
      profile, PROFILE_FIELD_CERTIFICATE,
      "there is a key without a certificate: name the certificate that belongs to it, or "
      "leave the key out");
  g_clear_pointer(&profile->key_path, g_free);
  secret_set(&profile->key_password, "open");
  assert_refused(profile, PROFILE_FIELD_KEY,
                 "there is a key password without a certificate and key: name them, or leave the "
                 "password out");
  set(&profile->certificate_path, "both.pem");
  assert_good(profile);
}

static void
test_server_name(void)
{
  g_autoptr(Profile) profile = good_profile();
  set(&profile->server_name, "broker 1");
  assert_refused(profile, PROFILE_FIELD_SERVER_NAME,
                 "the server name \"broker 1\" holds a space: write only the name or the address");
  set(&profile->server_name, "h:1");
  assert_refused(profile, PROFILE_FIELD_SERVER_NAME,
                 "the server name \"h:1\" holds a ':' and is no IPv6 address: the port has a field "
                 "of its own");
}

static void
test_alpn(void)
{
  g_autoptr(Profile) profile = good_profile();
  g_autofree char *longest = g_strnfill(255, 'a');
  g_autofree char *longer = g_strnfill(256, 'a');
  set(&profile->alpn, longest);
  assert_good(profile);
  set(&profile->alpn, longer);
  assert_refused(profile, PROFILE_FIELD_ALPN,
                 "an ALPN name has 256 bytes; at most 255 are allowed");
  set(&profile->alpn, "mqtt,,x");
  assert_refused(profile, PROFILE_FIELD_ALPN,
                 "the ALPN list holds an empty name: write names with single commas between, such "
                 "as mqtt");
  set(&profile->alpn, "mqtt, x");
  assert_refused(profile, PROFILE_FIELD_ALPN,
                 "the ALPN name \" x\" holds a space or a character that cannot be seen: leave it "
                 "out");
}

static void
test_priority(void)
{
  g_autoptr(Profile) profile = good_profile();
  g_autofree char *longer = g_strnfill(4097, 'a');
  set(&profile->tls_priority, "@SYSTEM,NORMAL:+VERS-TLS1.3:!AES-128-CBC:%SERVER_PRECEDENCE");
  assert_good(profile);
  set(&profile->tls_priority, "");
  assert_good(profile);
  set(&profile->tls_priority, "NORMAL -VERS-ALL");
  assert_refused(
      profile, PROFILE_FIELD_TLS_PRIORITY,
      "the TLS priority string \"NORMAL -VERS-ALL\" holds what none can hold: write words "
      "with colons between, as in SECURE256:-VERS-TLS1.2");
  set(&profile->tls_priority, "NORMAL\n");
  assert_refused(profile, PROFILE_FIELD_TLS_PRIORITY,
                 "the TLS priority string \"NORMAL\\n\" holds what none can hold: write words "
                 "with colons between, as in SECURE256:-VERS-TLS1.2");
  set(&profile->tls_priority, longer);
  assert_refused(profile, PROFILE_FIELD_TLS_PRIORITY,
                 "the TLS priority string has 4097 bytes; at most 4096 are allowed");
  profile->scheme = SCHEME_MQTT; /* nothing asks for it */
  assert_good(profile);
}

static void
test_tls_version(void)
{
  g_autoptr(Profile) profile = good_profile();
  for (int version = TLS_ANY; version <= TLS_1_3; version++) {
    profile->tls_version = (ProfileTlsVersion)version;
    assert_good(profile);
  }
  profile->tls_version = (ProfileTlsVersion)(TLS_1_3 + 1);
  assert_refused(profile, PROFILE_FIELD_TLS_VERSION, "the TLS version is not one of 1.0 to 1.3");
}

static void
test_dns_servers(void)
{
  static const char *const good[] = {
      "192.0.2.53",
      "192.0.2.53:5353",
      "2001:db8::53",
      "[2001:db8::53]",
      "127.0.0.53,[::1]:65535",
      "fe80::53%eth0",
      "[fe80::53%eth0]:53",
      "",
  };
  static const char *const bad[] = {
      "dns.example.com", "192.0.2.53:0",  "192.0.2.53:65536", "192.0.2.53:", "[2001:db8::53",
      "[192.0.2.53]:53", "[::1]53",       "[::1]:",           ":53",         "192.0.2.53/24",
      " 192.0.2.53",     "192.0.2.53:5x", "fe80::53%",        "::1%a%b",     "1.2.3",
  };
  g_autoptr(Profile) profile = good_profile();
  for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
    set(&profile->dns_servers, good[i]);
    assert_good(profile);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autofree char *sentence =
        g_strdup_printf("the DNS server \"%s\" is no address: write addresses with single commas "
                        "between, a port behind a ':', as in 192.0.2.53,[2001:db8::53]:5353",
                        bad[i]);
    set(&profile->dns_servers, bad[i]);
    assert_refused(profile, PROFILE_FIELD_DNS_SERVERS, sentence);
  }
  set(&profile->dns_servers, "192.0.2.53,");
  assert_refused(profile, PROFILE_FIELD_DNS_SERVERS,
                 "the DNS server \"\" is no address: write addresses with single commas between, a "
                 "port behind a ':', as in 192.0.2.53,[2001:db8::53]:5353");
}

static void
test_many_dns_servers(void)
{
  g_autoptr(Profile) profile = good_profile();
  g_autoptr(GString) servers = g_string_new("192.0.2.1");
  for (int i = 2; i <= 16; i++)
    g_string_append_printf(servers, ",192.0.2.%d", i);
  set(&profile->dns_servers, servers->str);
  assert_good(profile);
  g_string_append(servers, ",192.0.2.17");
  set(&profile->dns_servers, servers->str);
  assert_refused(profile, PROFILE_FIELD_DNS_SERVERS,
                 "there are more than 16 DNS servers: leave the last ones out");
}

static void
test_client_id(void)
{
  g_autoptr(Profile) profile = good_profile();
  g_autofree char *longest = g_strnfill(65535, 'c');
  g_autofree char *longer = g_strnfill(65536, 'c');
  set(&profile->client_id, longest);
  assert_good(profile);
  set(&profile->client_id, longer);
  assert_refused(profile, PROFILE_FIELD_CLIENT_ID,
                 "the client id has 65536 bytes; at most 65535 are allowed");
  set(&profile->client_id, "a\tb");
  assert_refused(profile, PROFILE_FIELD_CLIENT_ID,
                 "the client id \"a\\tb\" holds a character that cannot be seen: leave it out");
  set(&profile->client_id, "");
  assert_good(profile);
  profile->clean_start = FALSE;
  assert_refused(profile, PROFILE_FIELD_CLIENT_ID,
                 "an empty client id needs a clean start, for a session without a name cannot be "
                 "found again (MQTT 3.1.1, 3.1.3-7): give a client id, or start clean");
  g_clear_pointer(&profile->client_id, g_free);
  assert_good(profile);
}

static void
test_user_and_password(void)
{
  g_autoptr(Profile) profile = good_profile();
  secret_set(&profile->password, "sesame");
  assert_good(profile);
  profile->version = MQTT_3_1_1;
  assert_refused(
      profile, PROFILE_FIELD_USER_NAME,
      "MQTT 3.1.1 allows no password without a user name (3.1.2-22): give a user name, or "
      "use MQTT 5");
  set(&profile->user_name, "ada");
  assert_good(profile);
  set(&profile->user_name, "a\xff");
  assert_refused(profile, PROFILE_FIELD_USER_NAME,
                 "the user name \"a\\xff\" holds a character that cannot be seen: leave it out");
  set(&profile->user_name, "ada");
  g_autofree char *longer = g_strnfill(65536, 'p');
  secret_set(&profile->password, longer);
  assert_refused(profile, PROFILE_FIELD_PASSWORD,
                 "the password has 65536 bytes; at most 65535 are allowed");
}

static void
test_will(void)
{
  g_autoptr(Profile) profile = good_profile();
  g_autofree char *longer = g_strnfill(65536, 'w');
  set(&profile->will_payload, "bye");
  assert_refused(profile, PROFILE_FIELD_WILL,
                 "the last will has a payload but no topic: give the topic, or leave the payload "
                 "out");
  set(&profile->will_topic, "a/#");
  assert_refused(profile, PROFILE_FIELD_WILL,
                 "the last will's topic \"a/#\" is none that can be published to: it is UTF-8, "
                 "without '+' and '#'");
  set(&profile->will_topic, "a");
  assert_good(profile);
  profile->will_qos = 3;
  assert_refused(profile, PROFILE_FIELD_WILL, "the last will's QoS is not 0, 1 or 2");
  profile->will_qos = 2;
  set(&profile->will_payload, longer);
  assert_refused(profile, PROFILE_FIELD_WILL,
                 "the last will's payload has 65536 bytes; at most 65535 are allowed");
}

static void
check_subscription(const char *filter, int qos, const char *sentence)
{
  g_autoptr(Profile) profile = good_profile();
  profile_add_subscription(profile, "good/#", 0);
  profile_add_subscription(profile, filter, qos);
  if (sentence == NULL)
    assert_good(profile);
  else
    assert_refused(profile, PROFILE_FIELD_SUBSCRIPTIONS, sentence);
}

static void
test_subscriptions(void)
{
  g_autofree char *longer = g_strnfill(65536, 'f');
  check_subscription("#", 2, NULL);
  check_subscription("+/a", 0, NULL);
  check_subscription("a b", 1, NULL);
  check_subscription("", 0, "a topic filter is empty: write one such as plant/#, or leave it out");
  check_subscription(
      "a#", 0,
      "the topic filter \"a#\" is not allowed: '+' takes the place of a whole level, "
      "'#' that of the last, as in a/+/b and a/#");
  check_subscription("a\xff", 0,
                     "the topic filter \"a\\xff\" is not allowed: '+' takes the place of a whole "
                     "level, '#' that of the last, as in a/+/b and a/#");
  check_subscription("a", 3, "the topic filter \"a\" is to have a QoS that is not 0, 1 or 2");
  check_subscription("a", -1, "the topic filter \"a\" is to have a QoS that is not 0, 1 or 2");
  check_subscription(longer, 0, "a topic filter has 65536 bytes; at most 65535 are allowed");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/profile/defaults", test_defaults);
  g_test_add_func("/profile/copy", test_copy_shares_nothing);
  g_test_add_func("/profile/copy/empty-client-id", test_copy_keeps_an_empty_client_id);
  g_test_add_func("/profile/equal/texts", test_equal_looks_at_every_text);
  g_test_add_func("/profile/equal/numbers", test_equal_looks_at_every_number);
  g_test_add_func("/profile/equal/subscriptions", test_equal_looks_at_subscriptions);
  g_test_add_func("/profile/port", test_port);
  g_test_add_func("/profile/url", test_url);
  g_test_add_func("/profile/check/good", test_good_ones_pass);
  g_test_add_func("/profile/check/name", test_name);
  g_test_add_func("/profile/check/host", test_host);
  g_test_add_func("/profile/check/ca", test_ca);
  g_test_add_func("/profile/check/key", test_key_without_certificate);
  g_test_add_func("/profile/check/server-name", test_server_name);
  g_test_add_func("/profile/check/alpn", test_alpn);
  g_test_add_func("/profile/check/priority", test_priority);
  g_test_add_func("/profile/check/tls-version", test_tls_version);
  g_test_add_func("/profile/check/dns-servers", test_dns_servers);
  g_test_add_func("/profile/check/many-dns-servers", test_many_dns_servers);
  g_test_add_func("/profile/check/client-id", test_client_id);
  g_test_add_func("/profile/check/user", test_user_and_password);
  g_test_add_func("/profile/check/will", test_will);
  g_test_add_func("/profile/check/subscriptions", test_subscriptions);
  return g_test_run();
}
