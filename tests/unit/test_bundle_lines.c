/* What a broker was given, in lines: nothing secret is in them, whatever the broker. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "core/bundle_hook.h"
#include "ui/bundle_lines.h"
#include "ui/glyphs.h"
#include "unit/bundle_stage.h"

#define NOW G_GINT64_CONSTANT(1795000000)
#define COLUMNS 400 /* nothing is wrapped */

static BundleStage stage;

static BundleOrder
order_for(BundleBroker broker)
{
  return (BundleOrder){.broker = broker,
                       .certificate = stage.cert,
                       .chain = stage.chain,
                       .key = stage.key,
                       .client_ca = stage.ca,
                       .client = stage.client_path,
                       .store_password = "open-sesame",
                       .folder = "certs",
                       .path = "/etc/mqtt",
                       .port = 8883,
                       .user = -1,
                       .group = -1,
                       .form = TRUE,
                       .now = NOW};
}

/* (transfer full): all texts, a line each; what Enter opens stands behind it, after "=>". */
static char *
text_of(const BundleOrder *order, const Bundle *bundle, const GPtrArray *left_over)
{
  g_autoptr(GPtrArray) none = g_ptr_array_new();
  const BundleMade made = {order, bundle, bundle->files != NULL, left_over ? left_over : none};
  g_autoptr(GPtrArray) lines = bundle_lines_new(&made, COLUMNS);
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < lines->len; i++) {
    const CertificateLine *line = lines->pdata[i];
    if (line->kind == LINE_CERTIFICATE)
      g_string_append_printf(out, "%s %s, %s\n", line->index, line->subject, line->origin);
    else
      g_string_append_printf(out, "%s\n", line->text);
    if (line->detail)
      g_string_append_printf(out, "=> %s\n%s\n", line->detail_title, line->detail);
  }
  return g_string_free(out, FALSE);
}

static void
assert_has(const char *text, const char *what)
{
  if (!strstr(text, what))
    g_error("\"%s\" is not in:\n%s", what, text);
}

static void
assert_lacks(const char *text, const char *what)
{
  if (strstr(text, what))
    g_error("\"%s\" is in:\n%s", what, text);
}

/* Of each broker: every file with its mode, no key and no password. */
static void
test_secrets(void)
{
  for (int broker = 0; broker < BUNDLE_BROKERS; broker++) {
    BundleOrder order = order_for((BundleBroker)broker);
    g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
    g_assert_nonnull(bundle->files);
    g_autofree char *text = text_of(&order, bundle, NULL);
    for (guint i = 0; i < bundle->files->len; i++) {
      const BundleFile *file = bundle->files->pdata[i];
      g_autofree char *opens = g_strdup_printf("=> %s\n", file->name);
      assert_has(text, opens);
    }
    assert_lacks(text, "PRIVATE KEY");
    assert_lacks(text, "open-sesame");
    assert_has(text, "0 mqtt.test, certificate\n1 Server CA, intermediate\n");
    assert_has(text, "0 Client CA, client CA\n");
    assert_lacks(text, "certbot");
    assert_lacks(text, "--users");
  }
}

static void
test_form_fields(void)
{
  BundleOrder order = order_for(BUNDLE_EMQX_CLOUD);
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_autofree char *text = text_of(&order, bundle, NULL);
  assert_has(text, "Certificate body        → body.pem       mode 0644\n");
  assert_has(text, "Certificate chain       → chain.pem      mode 0644\n");
  assert_has(text, "Certificate private key → key.pem        mode 0600\n");
  assert_has(text, "Client CA certificate   → client-ca.pem  mode 0644\n");
  assert_has(text, "form.txt        mode 0644  which field takes which file\n");
}

/* The command for the renewal is there whole, and Enter shows the very same. */
static void
test_renewal(void)
{
  bundle_stage_archive(&stage, "mqtt.test", 1, stage.server);
  bundle_stage_live(&stage, "mqtt.test", 1);
  g_autofree char *live = g_build_filename(stage.folder, "le", "live", "mqtt.test", NULL);
  BundleOrder order = order_for(BUNDLE_HIVEMQ);
  order.certificate = order.chain = order.key = NULL;
  order.lineage = live;
  order.folder = "/etc/hivemq";
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_assert_nonnull(bundle->files);
  g_autofree char *text = text_of(&order, bundle, NULL);
  g_autofree char *command = bundle_hook_command(&order);
  g_autofree char *opens = g_strdup_printf("=> At each renewal\n%s\n", command);
  assert_has(text, opens);
  assert_has(text, "into /etc/hivemq/store-password, mode 0600.");
  assert_lacks(text, "open-sesame");
}

/* The broker finds them elsewhere, so that the folder may have any name: its controls are shown. */
static void
test_renewal_folder(void)
{
  bundle_stage_archive(&stage, "mqtt.two", 1, stage.server);
  bundle_stage_live(&stage, "mqtt.two", 1);
  g_autofree char *live = g_build_filename(stage.folder, "le", "live", "mqtt.two", NULL);
  BundleOrder order = order_for(BUNDLE_HIVEMQ);
  order.certificate = order.chain = order.key = NULL;
  order.lineage = live;
  order.folder = "/etc/hive\u202emq";
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_assert_nonnull(bundle->files);
  g_autofree char *text = text_of(&order, bundle, NULL);
  assert_has(text, "into /etc/hive\\u{202e}mq/store-password, mode 0600.");
}

static void
test_left_over(void)
{
  BundleOrder order = order_for(BUNDLE_MOSQUITTO);
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_autoptr(GPtrArray) left_over = g_ptr_array_new();
  g_ptr_array_add(left_over, (gpointer) "body.pem");
  g_autofree char *text = text_of(&order, bundle, left_over);
  assert_has(text, "body.pem of before stands there still, and does not belong to these files: "
                   "remove it\n");
}

static void
test_owner(void)
{
  static const char *const step = "Give the files to the user that mosquitto runs as";
  BundleOrder order = order_for(BUNDLE_MOSQUITTO);
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_autofree char *without = text_of(&order, bundle, NULL);
  assert_has(without, step);
  order.owner = "mosquitto";
  g_autofree char *with = text_of(&order, bundle, NULL);
  assert_lacks(with, step);
}

/* Errors first, each with its remedy; the certificate that one is about is marked with it. */
static void
test_refused(void)
{
  BundleOrder order = order_for(BUNDLE_MOSQUITTO);
  order.hostname = "other.test";
  order.now = NOW + 100 * DAY;
  g_autoptr(Bundle) bundle = bundle_order_carry_out(&order);
  g_assert_null(bundle->files);
  g_autofree char *text = text_of(&order, bundle, NULL);
  g_assert_true(g_str_has_prefix(text, "Nothing was written: 2 errors to mend first. Esc goes back "
                                       "to the form.\nFindings\n"));
  assert_has(text, "leaf-expired: error");
  assert_has(text, "name-mismatch: error");
  assert_has(text, "0 mqtt.test, leaf-expired\n");
  assert_lacks(text, "=> ");
  assert_lacks(text, "Next");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  setlocale(LC_ALL, "");
  glyphs_choose(FALSE);
  bundle_stage_init(&stage, NOW, PKI_KEY_RSA_2048);
  g_test_add_func("/bundle-lines/secrets", test_secrets);
  g_test_add_func("/bundle-lines/form-fields", test_form_fields);
  g_test_add_func("/bundle-lines/renewal", test_renewal);
  g_test_add_func("/bundle-lines/renewal-folder", test_renewal_folder);
  g_test_add_func("/bundle-lines/left-over", test_left_over);
  g_test_add_func("/bundle-lines/owner", test_owner);
  g_test_add_func("/bundle-lines/refused", test_refused);
  int result = g_test_run();
  bundle_stage_clear(&stage);
  return result;
}
