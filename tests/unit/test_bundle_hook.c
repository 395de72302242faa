/* certbot's command for the same files at each renewal: a shell must make of it what was meant. */
#include "config.h"

#include <string.h>

#include "core/bundle_hook.h"

static BundleOrder
order_for(BundleBroker broker)
{
  return (BundleOrder){.broker = broker,
                       .lineage = "mqtt.example.com",
                       .client_ca = "/etc/mqtt/client-ca.pem",
                       .client = "/root/client.pem",
                       .hostname = "mqtt.example.com",
                       .port = 8883,
                       .folder = "/etc/mqtt/certs",
                       .user = -1,
                       .group = -1};
}

static void
assert_command(const BundleOrder *order, const char *expected)
{
  g_autofree char *command = bundle_hook_command(order);
  g_assert_cmpstr(command, ==, expected);
}

static void
test_mosquitto(void)
{
  BundleOrder order = order_for(BUNDLE_MOSQUITTO);
  order.owner = "mosquitto";
  assert_command(&order, "certbot renew --cert-name mqtt.example.com --force-renewal --deploy-hook "
                         "'mqtrust bundle --deploy-hook --for mosquitto "
                         "--client-ca /etc/mqtt/client-ca.pem --hostname mqtt.example.com "
                         "--port 8883 --owner mosquitto -o /etc/mqtt/certs "
                         "--reload \"systemctl reload mosquitto\"'");
}

/* One-way, at an address of its own, with files that the broker finds elsewhere. */
static void
test_all_options(void)
{
  BundleOrder order = order_for(BUNDLE_NANOMQ);
  order.client_ca = order.client = order.hostname = NULL;
  order.bind = "2001:db8::1";
  order.users = BUNDLE_USERS_ANONYMOUS;
  order.path = "/opt/nanomq/etc";
  g_autofree char *hook = bundle_hook_alone(&order);
  g_assert_cmpstr(hook, ==,
                  "mqtrust bundle --deploy-hook --for nanomq --port 8883 --users anonymous "
                  "--bind 2001:db8::1 --path /opt/nanomq/etc -o /etc/mqtt/certs "
                  "--reload \"systemctl restart nanomq\"");
  order = order_for(BUNDLE_MOSQUITTO);
  order.users = BUNDLE_USERS_FILE;
  order.users_path = "/etc/mosquitto/passwd";
  g_autofree char *with_file = bundle_hook_alone(&order);
  g_assert_nonnull(strstr(with_file, " --users /etc/mosquitto/passwd "));
  order.users = BUNDLE_USERS_CERTIFICATE;
  g_autofree char *by_name = bundle_hook_alone(&order);
  g_assert_nonnull(strstr(by_name, " --users certificate "));
}

/* A form has no port and no reload; a store has a password that must stay the same. */
static void
test_other_brokers(void)
{
  BundleOrder order = order_for(BUNDLE_EMQX_CLOUD);
  g_autofree char *form = bundle_hook_alone(&order);
  g_assert_cmpstr(form, ==,
                  "mqtrust bundle --deploy-hook --for emqx-cloud "
                  "--client-ca /etc/mqtt/client-ca.pem --hostname mqtt.example.com "
                  "-o /etc/mqtt/certs");
  order = order_for(BUNDLE_HIVEMQ);
  order.store_password = "open sesame";
  g_autofree char *stores = bundle_hook_alone(&order);
  g_assert_nonnull(strstr(stores, "--store-password-file /etc/mqtt/certs/store-password "));
  g_assert_null(strstr(stores, "sesame"));
}

/* certbot is told of a folder of its own; the name is the folder's. */
static void
test_live_folder(void)
{
  BundleOrder order = order_for(BUNDLE_EMQX);
  order.lineage = "/srv/le/live/shop/";
  g_autofree char *command = bundle_hook_command(&order);
  g_assert_true(g_str_has_prefix(command, "certbot renew --config-dir /srv/le --cert-name shop "));
  order.lineage = "shop";
  order.certbot_folder = "/srv/le";
  g_autofree char *named = bundle_hook_command(&order);
  g_assert_cmpstr(named, ==, command);
  order.lineage = "/etc/letsencrypt/live/shop";
  g_autofree char *usual = bundle_hook_command(&order);
  g_assert_true(g_str_has_prefix(usual, "certbot renew --cert-name shop "));
}

static void
test_files_are_not_renewed(void)
{
  BundleOrder order = order_for(BUNDLE_MOSQUITTO);
  order.lineage = NULL;
  order.certificate = "cert.pem";
  g_assert_null(bundle_hook_command(&order));
  g_assert_null(bundle_hook_alone(&order));
}

/* Whatever stands in a path reaches mqtrust as it is: once through the shell that runs certbot,
 * once through the one that certbot runs. */
static void
test_quoting(void)
{
  static const char *const folders[] = {"/srv/it's here",   "/srv/a \"b\" c",
                                        "/srv/$HOME/`id`",  "/srv/über; rm -rf x",
                                        "/srv/back\\slash", "/srv/!!"};
  for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) outer = NULL, inner = NULL;
    BundleOrder order = order_for(BUNDLE_EMQX);
    order.folder = folders[i];
    order.client_ca = folders[i];
    g_autofree char *command = bundle_hook_command(&order);
    g_assert_true(g_shell_parse_argv(command, NULL, &outer, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(outer), ==, 7);
    g_assert_cmpstr(outer[5], ==, "--deploy-hook");
    g_assert_true(g_shell_parse_argv(outer[6], NULL, &inner, &error));
    g_assert_no_error(error);
    const char *const expected[] = {
        "mqtrust",  "bundle",     "--deploy-hook",    "--for",  "emqx", "--client-ca",
        folders[i], "--hostname", "mqtt.example.com", "--port", "8883", "-o",
        folders[i], NULL};
    g_assert_true(g_strv_equal((const char *const *)inner, expected));
  }
}

/* certbot may run it anywhere. */
static void
test_relative(void)
{
  BundleOrder order = order_for(BUNDLE_EMQX);
  order.folder = "certs";
  order.client_ca = "ca.pem";
  g_autofree char *here = g_get_current_dir();
  g_autofree char *ca = g_strdup_printf(" --client-ca %s/ca.pem ", here);
  g_autofree char *folder = g_strdup_printf(" -o %s/certs", here);
  g_autofree char *hook = bundle_hook_alone(&order);
  g_auto(GStrv) words = NULL;
  g_assert_true(g_shell_parse_argv(hook, NULL, &words, NULL));
  g_autofree char *plain = g_strjoinv(" ", words);
  g_assert_nonnull(strstr(plain, ca));
  g_assert_true(g_str_has_suffix(plain, folder));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bundle-hook/mosquitto", test_mosquitto);
  g_test_add_func("/bundle-hook/options", test_all_options);
  g_test_add_func("/bundle-hook/brokers", test_other_brokers);
  g_test_add_func("/bundle-hook/live-folder", test_live_folder);
  g_test_add_func("/bundle-hook/files", test_files_are_not_renewed);
  g_test_add_func("/bundle-hook/quoting", test_quoting);
  g_test_add_func("/bundle-hook/relative", test_relative);
  return g_test_run();
}
