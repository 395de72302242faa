/* From nothing to two-way TLS with a public certificate: docs/two-way-tls.md, command by command,
 * with the real programs. What each must show stands here; the page's last command is the test's.
 */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "live/journey/stage.h"
#include "pty/program.h"

#define GREEN 34 /* the dashboard's, on a terminal with 256 colours */

static void
expect(const char *output, const char *text)
{
  if (strstr(output, text) == NULL)
    g_error("\"%s\" is missing in:\n%s", text, output);
}

/* --- The steps, as the page has them ---------------------------------------------------------- */

static void
make_client_side(Stage *stage)
{
  expect(stage_run(stage, "pki ca", 0), "client-ca.pem");
  expect(stage_run(stage, "pki client", 0), "client.key");
  expect(stage_run(stage, "inspect client.pem", 0), "CN=Client");
  expect(stage_run(stage, "verify --trust client-ca.pem --purpose client", 0), "accepted");
  stage_shell(stage,
              "openssl verify -x509_strict -purpose sslclient -CAfile client-ca.pem client.pem");
}

static void
look_at_name(Stage *stage)
{
  const char *output = stage_run(stage, "names mqtt.example.com", 0);
  expect(output, "broker-7.cloud.example  CNAME");
  expect(output, "127.0.0.1");
}

static void
get_certificate(Stage *stage)
{
  expect(stage_run(stage, "certbot certonly", 0), "Successfully received certificate.");
  const char *output = stage_run(stage, "inspect --lineage", 0);
  expect(output, "privkey.pem    version 1");
  expect(output, "leaf              mqtt.example.com");
  expect(stage_run(stage, "names --cert", 0), "mqtt.example.com");
}

static void
set_up_broker(Stage *stage)
{
  expect(stage_run(stage, "bundle --for mosquitto", 0), "mosquitto.conf");
  expect(stage_run(stage, "bundle --for emqx-cloud", 0), "form.txt");
  stage_run(stage, "cp client-ca.pem", 0);
  stage_run(stage, "ln -s", 0);
  stage_run(stage, "mosquitto_passwd", 0);
  stage_start_broker(stage, "systemctl restart mosquitto");
}

#define SIGN "TLS 1.3 two-way ✓"

static void
expect_green_sign(Pty *pty)
{
  int row = 0, column = 0;
  pty_expect_text(pty, SIGN);
  g_assert_true(pty_find(pty, SIGN, &row, &column));
  g_assert_cmpint(row, ==, 0);
  g_assert_cmpint(pty_cell(pty, row, column).foreground, ==, GREEN);
}

/* Saves the connection by the editor. The dashboard stays open, to see what comes. */
static Pty *
connect_and_save(Stage *stage)
{
  expect(stage_run(stage, "check --cafile", 0), "two-way");
  Pty *pty = stage_open(stage, "mqtrust --name plant");
  expect_green_sign(pty);
  pty_key(pty, "e");
  pty_expect_text(pty, "C-o save");
  pty_key(pty, "C-o");
  pty_expect_gone(pty, "C-o save");
  expect_green_sign(pty);
  expect(stage_run(stage, "check plant", 0), "two-way");
  return pty;
}

static void
exchange_message(Stage *stage, Pty *pty)
{
  stage_run(stage, "mosquitto_pub", 0);
  pty_expect_text(pty, "plant/line1");
  pty_expect_text(pty, "21.3 degrees");
  expect(stage_run(stage, "mosquitto_sub", 0), "21.3 degrees");
  expect(stage_run(stage, "check --cafile", 6), "client-cert-required");
}

/* The authority's root once more, signed by one that has expired. */
static void
make_cross_signed(Stage *stage)
{
  stage_shell(stage, "mkdir old && : >old/index.txt && "
                     "printf '%s\\n' '[ca]' default_ca=old '[old]' database=old/index.txt "
                     "new_certs_dir=old rand_serial=yes default_md=sha256 policy=any "
                     "x509_extensions=v3 '[any]' commonName=supplied '[v3]' "
                     "basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign "
                     "subjectKeyIdentifier=hash authorityKeyIdentifier=keyid >old/ca.cnf && "
                     "openssl req -new -newkey rsa:2048 -nodes -keyout old/key.pem "
                     "-subj '/CN=Old Root X3' -out old/request.pem");
  stage_shell(stage, "openssl ca -config old/ca.cnf -batch -notext -selfsign -keyfile old/key.pem "
                     "-in old/request.pem -startdate 20000930000000Z -enddate 20210930000000Z "
                     "-out old/root.pem");
  stage_shell(stage, "openssl ca -config old/ca.cnf -batch -notext -cert old/root.pem -keyfile "
                     "old/key.pem -ss_cert /etc/ssl/certs/ISRG_Root_X1.pem "
                     "-startdate 20210120000000Z -enddate 20450930000000Z -out last.pem");
}

static void
apply_remedy(Stage *stage)
{
  g_autoptr(Pty) pty = stage_open(stage, "mqtrust --name trap");
  expect_green_sign(pty);
  pty_expect_text(pty, "anchor-cross-signed");
  pty_expect_text(pty, "R repair");
  pty_key(pty, "R");
  pty_expect_text(pty, "Write it and use it?");
  pty_key(pty, "y");
  pty_expect_text(pty, "is written and used as");
  pty_expect_gone(pty, "anchor-cross-signed");
  expect_green_sign(pty);
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
}

static void
meet_trap(Stage *stage)
{
  make_cross_signed(stage);
  expect(stage_run(stage, "openssl verify", 2), "unable to get issuer certificate");
  expect(stage_run(stage, "openssl s_client", 1), "unable to get issuer certificate");
  expect(stage_run(stage, "mosquitto_sub", STAGE_FAILS), "A TLS error occurred");
  const char *output = stage_run(stage, "check --cafile last.pem", 1);
  expect(output, "! anchor-cross-signed (trust) last.pem #0");
  expect(output, "→ Replace it by the self-signed \"Pebble Root CA");
  apply_remedy(stage);
  expect(stage_run(stage, "openssl verify", 0), "OK");
  expect(stage_run(stage, "openssl s_client", 0), "Verify return code: 0 (ok)");
  expect(stage_run(stage, "mosquitto_sub", 0), "21.3 degrees");
  output = stage_run(stage, "check --cafile last-root.pem", 0);
  expect(output, "OpenSSL clients accept");
  g_assert_null(strstr(output, "anchor-cross-signed"));
}

/* (transfer full): SHA-256 of the certificate in certbot's folder, as mqtrust writes it. */
static char *
digest_of_lineage(Stage *stage)
{
  const char *output = stage_shell(stage, "openssl x509 -outform DER "
                                          "-in /etc/letsencrypt/live/mqtt.example.com/cert.pem "
                                          "| openssl dgst -sha256 -r");
  return g_strndup(output, 64);
}

/* The dashboard has this certificate from the broker. */
static void
expect_certificate(Pty *pty, const char *digest)
{
  pty_keys(pty, "2 Home Down Enter");
  pty_expect_text(pty, "Serial number");
  pty_expect_text(pty, digest);
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "Serial number");
}

/* (transfer full): the common name of one of the authority's roots. */
static char *
root_name(Stage *stage, const char *file)
{
  g_autofree char *command =
      g_strdup_printf("openssl x509 -noout -subject -nameopt RFC2253 -in %s", file);
  const char *output = stage_shell(stage, command);
  g_assert_true(g_str_has_prefix(output, "subject=CN="));
  return g_strchomp(g_strdup(output + strlen("subject=CN=")));
}

/* From now on certbot takes the authority's other chain, as when an authority changes its root. */
static void
prefer_other_chain(Stage *stage, const char *root)
{
  g_autofree char *command =
      g_strdup_printf("printf 'preferred-chain = %%s\\n' '%s' >>config/letsencrypt/cli.ini", root);
  stage_shell(stage, command);
}

/* The open dashboard keeps its connection, and has what the broker sends now after a new one. */
static void
connect_anew(Pty *pty)
{
  pty_key(pty, "d");
  pty_expect_gone(pty, SIGN);
  pty_key(pty, "c");
  expect_green_sign(pty);
}

/* Both sides of the change, by Enter on its line below the certificates. */
static void
expect_change(Pty *pty, const char *old, const char *new, const char *old_root, const char *new_root)
{
  /* As the view has them, in two parts. */
  g_autofree char *before = g_strndup(old, 32), *now = g_strndup(new, 32);
  pty_expect_text(pty, "changed since 2");
  pty_expect_text(pty, "renewed, ends 2");
  pty_keys(pty, "2 Home Down Down Down Down Down Enter");
  pty_expect_text(pty, "What has changed");
  pty_expect_text(pty, "certificate renewed: ends 2");
  pty_expect_text(pty, before);
  pty_expect_text(pty, now);
  pty_expect_text(pty, old_root);
  pty_expect_text(pty, new_root);
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "What has changed");
}

static void
renew(Stage *stage, Pty *pty)
{
  g_autofree char *first_root = root_name(stage, "first-root.pem");
  g_autofree char *other_root = root_name(stage, "other-root.pem");
  pty_expect_text(pty, first_root);
  prefer_other_chain(stage, other_root);
  g_autofree char *old = digest_of_lineage(stage);
  expect(stage_shell(stage, "mqtrust check --json plant"), old);
  expect_certificate(pty, old);
  expect(stage_run(stage, "certbot renew", 0), "succeeded");
  stage_wait_broker_log(stage, "Reloading config", 1);
  g_autofree char *new = digest_of_lineage(stage);
  g_assert_cmpstr(new, !=, old);
  expect(stage_run(stage, "inspect --lineage", 0), "version 2");
  expect(stage_run(stage, "check plant", 0), "two-way");
  const char *output = stage_shell(stage, "mqtrust check --json plant");
  expect(output, new);
  g_assert_null(strstr(output, old));
  pty_expect_gone(pty, "changed since");
  connect_anew(pty);
  expect_certificate(pty, new);
  pty_expect_text(pty, other_root);
  expect_change(pty, old, new, first_root, other_root);
}

/* --- A renewal that does not fit -------------------------------------------------------------- */

#define BROKER_FILES "sha256sum mosquitto/certs/* && stat -c '%n %i %y' mosquitto/certs/*"

/* (transfer full): the broker's files, each with content, inode and time. */
static char *
broker_files(Stage *stage)
{
  return g_strdup(stage_shell(stage, BROKER_FILES));
}

static void
assert_unchanged(Stage *stage, const char *files, const char *served, guint reloads)
{
  g_assert_cmpstr(stage_shell(stage, BROKER_FILES), ==, files);
  g_assert_cmpuint(stage_broker_log_count(stage, "Reloading config"), ==, reloads);
  expect(stage_shell(stage, "mqtrust check --json plant"), served);
}

/* Somebody's script gives the new certificate the key that he knows. certbot runs it before the hook
 * that it remembers. */
static void
plant_spoiler(Stage *stage)
{
  stage_shell(stage, "mkdir -p /etc/letsencrypt/renewal-hooks/deploy && "
                     "printf '%s\\n' '#!/bin/sh' "
                     "'ln -sf ../../archive/mqtt.example.com/privkey1.pem "
                     "\"$RENEWED_LINEAGE/privkey.pem\"' "
                     ">/etc/letsencrypt/renewal-hooks/deploy/spoiler && "
                     "chmod 700 /etc/letsencrypt/renewal-hooks/deploy/spoiler");
}

static void
renew_badly(Stage *stage)
{
  g_autofree char *served = digest_of_lineage(stage), *files = broker_files(stage);
  stage_run(stage, "cp -RL", 0);
  stage_run(stage, "privkey1.pem bad/privkey.pem", 0);
  const char *output = stage_run(stage, "RENEWED_LINEAGE=$PWD/bad", 1);
  expect(output, "key-mismatch");
  expect(output, "nothing was written");
  assert_unchanged(stage, files, served, 1);
  expect(stage_run(stage, "--served-by", 0), "version 2");
  plant_spoiler(stage);
  output = stage_shell(stage, "certbot renew --cert-name mqtt.example.com --force-renewal 2>&1; :");
  expect(output, "key-mismatch");
  expect(output, "nothing was written");
  assert_unchanged(stage, files, served, 1);
  g_autofree char *new = digest_of_lineage(stage);
  g_assert_cmpstr(new, !=, served);
}

/* What the page advises: mend certbot's files, and run the hook by hand. */
static void
mend_renewal(Stage *stage, Pty *pty)
{
  g_autofree char *root = root_name(stage, "other-root.pem");
  g_autofree char *old = digest_of_lineage(stage);
  stage_shell(stage, "rm /etc/letsencrypt/renewal-hooks/deploy/spoiler && "
                     "ln -sf ../../archive/mqtt.example.com/privkey3.pem "
                     "/etc/letsencrypt/live/mqtt.example.com/privkey.pem");
  stage_run(stage, "RENEWED_LINEAGE=/etc/letsencrypt/live", 0);
  stage_wait_broker_log(stage, "Reloading config", 2);
  g_assert_cmpuint(stage_broker_log_count(stage, "Reloading config"), ==, 2);
  expect(stage_run(stage, "--served-by", 0), "version 3");
  connect_anew(pty);
  expect_certificate(pty, old);
  pty_expect_text(pty, root);
}

static void
test_journey(void)
{
  if (!stage_available_or_skip())
    return;
  const char *srcdir = g_getenv("MQTRUST_TEST_SRCDIR");
  g_autofree char *page =
      g_build_filename(srcdir != NULL ? srcdir : ".", "docs", "two-way-tls.md", NULL);
  g_autoptr(Stage) stage = stage_new(page);
  make_client_side(stage);
  look_at_name(stage);
  get_certificate(stage);
  set_up_broker(stage);
  g_autoptr(Pty) pty = connect_and_save(stage);
  exchange_message(stage, pty);
  meet_trap(stage);
  renew(stage, pty);
  renew_badly(stage);
  mend_renewal(stage, pty);
  stage_assert_read(stage);
  pty_key(pty, "Q");
  pty_expect_exit_code(pty, 0);
}

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/journey/two-way", test_journey);
  return g_test_run();
}
