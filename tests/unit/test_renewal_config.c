/* certbot's renewal/NAME.conf: leading lines without a section, ConfigObj's sections, and anything
 * else that may stand there. */
#include "config.h"

#include <string.h>

#include "trust/renewal_config.h"

#define DAY G_GINT64_CONSTANT(86400)

static RenewalConfig *
parse(const char *text)
{
  return renewal_config_parse(text, strlen(text));
}

static void
test_whole(void)
{
  g_autoptr(RenewalConfig) config =
      parse("# renew_before_expiry = 30 days\n"
            "version = 2.1.0\n"
            "archive_dir = /etc/letsencrypt/archive/mqtt.test\n"
            "cert = /etc/letsencrypt/live/mqtt.test/cert.pem\n"
            "\n"
            "# Options used in the renewal process\n"
            "[renewalparams]\n"
            "account = 0123456789abcdef\n"
            "authenticator = dns-route53 # by hand\n"
            "server = \"https://acme-v02.api.letsencrypt.org/directory\"\n"
            "preferred_chain = 'ISRG Root X1'\r\n"
            "renew_hook = systemctl reload mosquitto\n"
            "[[webroot_map]]\n"
            "version = 9\n"
            "server = wrong\n");
  g_assert_cmpstr(config->version, ==, "2.1.0");
  g_assert_cmpstr(config->archive_dir, ==, "/etc/letsencrypt/archive/mqtt.test");
  g_assert_cmpstr(config->authenticator, ==, "dns-route53");
  g_assert_cmpstr(config->server, ==, "https://acme-v02.api.letsencrypt.org/directory");
  g_assert_cmpstr(config->preferred_chain, ==, "ISRG Root X1");
  g_assert_cmpstr(config->deploy_hook, ==, "systemctl reload mosquitto");
  g_assert_null(config->before_text);
  g_assert_cmpint(config->before, ==, -1);
  g_assert_true(config->autorenew);
}

static void
test_spans(void)
{
  static const struct {
    const char *text;
    gint64 seconds;
  } spans[] = {{"30 days", 30 * DAY},
               {"1 day", DAY},
               {"2 weeks", 14 * DAY},
               {"720 hours", 30 * DAY},
               {"90 minutes", 5400},
               {"10 Days", 10 * DAY},
               {"1 month", 30 * DAY},
               {"1 year", 365 * DAY},
               {"7days", 7 * DAY},
               {"30", -1},
               {"days", -1},
               {"-3 days", -1},
               {"soon", -1},
               {"1000001 days", -1},
               {"99999999999999999999 days", -1},
               {"3 daysx", -1},
               {"", -1}};
  for (gsize i = 0; i < G_N_ELEMENTS(spans); i++) {
    g_autofree char *text = g_strdup_printf("renew_before_expiry = %s\n", spans[i].text);
    g_autoptr(RenewalConfig) config = parse(text);
    g_test_message("%s", spans[i].text);
    g_assert_cmpint(config->before, ==, spans[i].seconds);
  }
}

static void
test_autorenew(void)
{
  g_autoptr(RenewalConfig) off = parse("[renewalparams]\nautorenew = False\n");
  g_autoptr(RenewalConfig) on = parse("[renewalparams]\nautorenew = True\n");
  g_autoptr(RenewalConfig) nested = parse("[renewalparams]\n[[other]]\nautorenew = False\n");
  g_assert_false(off->autorenew);
  g_assert_true(on->autorenew);
  g_assert_true(nested->autorenew);
}

static void
test_hostile(void)
{
  g_autoptr(RenewalConfig) empty = renewal_config_parse("", 0);
  g_autoptr(RenewalConfig) binary = renewal_config_parse("\0=\0\n[\n]=\n=\n", 10);
  g_autoptr(RenewalConfig) escape = parse("version = 2\x1b[31m\n[renewalparams]\nserver=\xff\n");
  g_assert_null(empty->version);
  g_assert_null(binary->version);
  g_assert_cmpstr(escape->version, ==, "2\\e[31m");
  g_assert_cmpstr(escape->server, ==, "\\xff");
}

/* What stands beyond the bounds is not read. */
static void
test_bounds(void)
{
  GString *lines = g_string_new(NULL), *bytes = g_string_new("#");
  for (guint i = 0; i < RENEWAL_CONFIG_LINES_MAX; i++)
    g_string_append_c(lines, '\n');
  g_string_append(lines, "version = 1\n");
  while (bytes->len < RENEWAL_CONFIG_MAX)
    g_string_append_c(bytes, 'x');
  g_string_append(bytes, "\nversion = 1\n");
  g_autoptr(RenewalConfig) many = parse(lines->str), large = parse(bytes->str);
  g_assert_null(many->version);
  g_assert_null(large->version);
  g_string_free(lines, TRUE);
  g_string_free(bytes, TRUE);
}

static void
assert_due(const char *text, gint64 life, gint64 due, const char *rule)
{
  g_autoptr(RenewalConfig) config = text ? parse(text) : NULL;
  const char *found = NULL;
  g_assert_cmpint(renewal_config_due(config, 1000, 1000 + life, &found), ==, 1000 + due);
  g_assert_cmpstr(found, ==, rule);
}

static void
test_due(void)
{
  assert_due(NULL, 90 * DAY, 60 * DAY, "30 days before its end");
  assert_due("version = 2.1.0\n", 90 * DAY, 60 * DAY, "30 days before its end");
  assert_due("version = 4.0.0\n", 90 * DAY, 60 * DAY, "when a third of its life is left");
  assert_due("version = 4.0.0\n", 45 * DAY, 30 * DAY, "when a third of its life is left");
  assert_due("version = 5.1.0\n", 6 * DAY, 3 * DAY, "when half of its life is left");
  assert_due("version = 4.0.0\nrenew_before_expiry = 10 days\n", 90 * DAY, 80 * DAY,
             "renew_before_expiry before its end");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/renewal-config/whole", test_whole);
  g_test_add_func("/renewal-config/spans", test_spans);
  g_test_add_func("/renewal-config/autorenew", test_autorenew);
  g_test_add_func("/renewal-config/hostile", test_hostile);
  g_test_add_func("/renewal-config/bounds", test_bounds);
  g_test_add_func("/renewal-config/due", test_due);
  return g_test_run();
}
