/* core/profile_url: what a URL says, and that no error repeats a secret. */
#include "config.h"

#include "core/profile.h"

#include <string.h>

typedef struct {
  const char *url;
  ProfileScheme scheme;
  const char *host;
  guint16 port; /* as profile_port() gives it */
  const char *user_name, *password, *filter;
} Row;

static const Row rows[] = {
    {"mqtts://h", SCHEME_MQTTS, "h", 8883, NULL, NULL, NULL},
    {"mqtt://h", SCHEME_MQTT, "h", 1883, NULL, NULL, NULL},
    {"MQTTS://H", SCHEME_MQTTS, "H", 8883, NULL, NULL, NULL},
    {"mqtts://h/", SCHEME_MQTTS, "h", 8883, NULL, NULL, NULL},
    {"mqtts://h:443", SCHEME_MQTTS, "h", 443, NULL, NULL, NULL},
    {"mqtts://h:", SCHEME_MQTTS, "h", 8883, NULL, NULL, NULL},
    {"mqtt://h:65535/#", SCHEME_MQTT, "h", 65535, NULL, NULL, "#"},
    {"mqtts://192.0.2.1:1", SCHEME_MQTTS, "192.0.2.1", 1, NULL, NULL, NULL},
    {"mqtts://[2001:db8::1]", SCHEME_MQTTS, "2001:db8::1", 8883, NULL, NULL, NULL},
    {"mqtts://[::1]:8884/a", SCHEME_MQTTS, "::1", 8884, NULL, NULL, "a"},
    {"mqtts://[fe80::1%25eth0]", SCHEME_MQTTS, "fe80::1%eth0", 8883, NULL, NULL, NULL},
    {"mqtts://ada@h", SCHEME_MQTTS, "h", 8883, "ada", NULL, NULL},
    {"mqtts://ada:pw@h:1", SCHEME_MQTTS, "h", 1, "ada", "pw", NULL},
    {"mqtts://:pw@h", SCHEME_MQTTS, "h", 8883, NULL, "pw", NULL},
    {"mqtts://ada:@h", SCHEME_MQTTS, "h", 8883, "ada", NULL, NULL},
    {"mqtts://a%40b:p%3A%2f%40@h", SCHEME_MQTTS, "h", 8883, "a@b", "p:/@", NULL},
    {"mqtts://ada:p@w:x@h", SCHEME_MQTTS, "h", 8883, "ada", "p@w:x", NULL},
    {"mqtts://h/plant/+/temp", SCHEME_MQTTS, "h", 8883, NULL, NULL, "plant/+/temp"},
    {"mqtts://h/a%20b/%23", SCHEME_MQTTS, "h", 8883, NULL, NULL, "a b/#"},
    {"mqtts://h/a@b?c", SCHEME_MQTTS, "h", 8883, NULL, NULL, "a@b?c"},
    {"mqtts://h//a", SCHEME_MQTTS, "h", 8883, NULL, NULL, "/a"},
    {"mqtts://z%C3%BCrich/", SCHEME_MQTTS, "zürich", 8883, NULL, NULL, NULL},
};

static void
check_row(const Row *row)
{
  g_autoptr(Profile) profile = profile_new();
  g_autoptr(GError) error = NULL;
  g_assert_true(profile_set_url(profile, row->url, &error));
  g_assert_no_error(error);
  g_assert_cmpint(profile->scheme, ==, row->scheme);
  g_assert_cmpstr(profile->host, ==, row->host);
  g_assert_cmpuint(profile_port(profile), ==, row->port);
  g_assert_cmpstr(profile->user_name, ==, row->user_name);
  g_assert_cmpstr(profile->password, ==, row->password);
  g_assert_cmpuint(profile->subscriptions->len, ==, row->filter != NULL ? 1 : 0);
  if (row->filter != NULL) {
    const ProfileSubscription *subscription = profile->subscriptions->pdata[0];
    g_assert_cmpstr(subscription->filter, ==, row->filter);
    g_assert_cmpint(subscription->qos, ==, 0);
  }
}

static void
test_good(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
    check_row(&rows[i]);
}

static void
test_changes_only_what_it_says(void)
{
  g_autoptr(Profile) profile = profile_new();
  g_assert_true(profile_set_url(profile, "mqtts://ada:sesame@old:9000/a", NULL));
  profile->keep_alive = 7;
  g_assert_true(profile_set_url(profile, "mqtt://new/b", NULL));
  g_assert_cmpstr(profile->host, ==, "new");
  g_assert_cmpuint(profile_port(profile), ==, 1883);
  g_assert_cmpstr(profile->user_name, ==, "ada");
  g_assert_cmpstr(profile->password, ==, "sesame");
  g_assert_cmpuint(profile->keep_alive, ==, 7);
  g_assert_cmpuint(profile->subscriptions->len, ==, 2);
  g_assert_true(profile_set_url(profile, "mqtt://bob@new/a", NULL));
  g_assert_cmpstr(profile->user_name, ==, "bob");
  g_assert_cmpstr(profile->password, ==, "sesame");
  g_assert_cmpuint(profile->subscriptions->len, ==, 2);
}

/* --- Refused ---------------------------------------------------------------------------------- */

#define SCHEME_UNKNOWN "the scheme of the URL is not known: it begins with mqtts:// or mqtt://"
#define WEBSOCKET                                                                                  \
  "MQTT over WebSocket (ws://, wss://) is not supported yet, it comes later: use mqtts:// or "     \
  "mqtt://"
#define NO_HOST "there is no host in the URL: write mqtts://HOST, such as mqtts://mqtt.example.com"
#define BAD_HOST                                                                                   \
  "the host in the URL is neither a name nor an address (an IPv6 address stands in brackets; in "  \
  "a "                                                                                             \
  "password, write '/' as %2F, '@' as %40 and ':' as %3A)"
#define BAD_PORT                                                                                   \
  "the port in the URL is not a number from 1 to 65535 (in a password, write '/' as %2F, '@' as "  \
  "%40 and ':' as %3A)"
#define BAD_TOPIC                                                                                  \
  "the topic in the URL is no topic filter: '+' takes the place of a whole level, '#' that of "    \
  "the "                                                                                           \
  "last, as in a/+/b and a/#"

static const struct {
  const char *url;
  ProfileField field;
  const char *sentence;
} refused[] = {
    {"", PROFILE_FIELD_SCHEME, SCHEME_UNKNOWN},
    {"h", PROFILE_FIELD_SCHEME, SCHEME_UNKNOWN},
    {"http://h", PROFILE_FIELD_SCHEME, SCHEME_UNKNOWN},
    {"mqtts:/h", PROFILE_FIELD_SCHEME, SCHEME_UNKNOWN},
    {"mqttsx://h", PROFILE_FIELD_SCHEME, SCHEME_UNKNOWN},
    {" mqtts://h", PROFILE_FIELD_SCHEME, SCHEME_UNKNOWN},
    {"ws://h", PROFILE_FIELD_SCHEME, WEBSOCKET},
    {"WSS://h/mqtt", PROFILE_FIELD_SCHEME, WEBSOCKET},
    {"mqtts://", PROFILE_FIELD_HOST, NO_HOST},
    {"mqtts:///topic", PROFILE_FIELD_HOST, NO_HOST},
    {"mqtts://ada:sesame@", PROFILE_FIELD_HOST, NO_HOST},
    {"mqtts://:1883", PROFILE_FIELD_HOST, NO_HOST},
    {"mqtts://[]", PROFILE_FIELD_HOST, NO_HOST},
    {"mqtts://a b", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://a%00b", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://a%zz", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://a%0ab", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://a%2Fb", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://h]", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://[::g]", PROFILE_FIELD_HOST, BAD_HOST},
    {"mqtts://[::1", PROFILE_FIELD_HOST, "the host in the URL begins with '[' and has no ']'"},
    {"mqtts://[h]", PROFILE_FIELD_HOST,
     "what stands in brackets in the URL is no IPv6 address: write a name or an IPv4 address "
     "without them"},
    {"mqtts://[::1]8883", PROFILE_FIELD_PORT,
     "behind the ']' in the URL comes ':' and the port, or nothing"},
    {"mqtts://h:0", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://h:65536", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://h:99999999999999999999", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://h:-1", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://h:+1", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://h: 1", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://h:1x", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://::1", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://ada:sesame/2@h", PROFILE_FIELD_PORT, BAD_PORT},
    {"mqtts://a%@h", PROFILE_FIELD_USER_NAME,
     "the user name in the URL holds a '%' that is no escape, or an escape that is no UTF-8: write "
     "'%' as %25"},
    {"mqtts://a:sesame%ff@h", PROFILE_FIELD_PASSWORD,
     "the password in the URL holds a '%' that is no escape, or an escape that is no UTF-8: write "
     "'%' as %25"},
    {"mqtts://h/a%", PROFILE_FIELD_SUBSCRIPTIONS,
     "the topic in the URL holds a '%' that is no escape, or an escape that is no UTF-8: write '%' "
     "as %25"},
    {"mqtts://h/a#", PROFILE_FIELD_SUBSCRIPTIONS, BAD_TOPIC},
    {"mqtts://h/a+/b", PROFILE_FIELD_SUBSCRIPTIONS, BAD_TOPIC},
};

static void
test_refused(void)
{
  for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(Profile) before = profile_copy(profile);
    g_autoptr(GError) error = NULL;
    g_assert_false(profile_set_url(profile, refused[i].url, &error));
    g_assert_error(error, PROFILE_ERROR, (int)refused[i].field);
    g_assert_cmpstr(error->message, ==, refused[i].sentence);
    g_assert_true(profile_equal(profile, before));
  }
}

static void
test_no_error_repeats_the_password(void)
{
  static const char *const urls[] = {
      "mqtts://ada:sesame@",           "mqtts://ada:sesame@h:x",  "mqtts://ada:sesame@h/a#",
      "mqtts://ada:sesame%@h",         "mqtts://ada:x/sesame@h#", "mqtts://ada:sesame/@h",
      "mqtts://ada:x@sesame @h:99999", "mqtts://ada:1/sesame#@h", "x://ada:sesame@h",
      "mqtts://[ada:sesame",           "wss://ada:sesame@h",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(profile_set_url(profile, urls[i], &error));
    g_assert_null(strstr(error->message, "sesame"));
  }
}

static void
test_is_url(void)
{
  g_assert_true(profile_is_url("mqtts://h"));
  g_assert_true(profile_is_url("ws://h"));
  g_assert_true(profile_is_url("http://"));
  g_assert_false(profile_is_url("mqtts:h"));
  g_assert_false(profile_is_url("prod-eu"));
  g_assert_false(profile_is_url("://h"));
  g_assert_false(profile_is_url("a b://h"));
  g_assert_false(profile_is_url(""));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/profile-url/good", test_good);
  g_test_add_func("/profile-url/changes-only", test_changes_only_what_it_says);
  g_test_add_func("/profile-url/refused", test_refused);
  g_test_add_func("/profile-url/no-password", test_no_error_repeats_the_password);
  g_test_add_func("/profile-url/is-url", test_is_url);
  return g_test_run();
}
