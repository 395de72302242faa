/* certbot's lineages with the real program on the real terminal, and with a real mosquitto that is
 * told later than certbot's folder has the new certificate. */
#include "config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/broker.h"
#include "pty/program.h"
#include "unit/bundle_stage.h"

#define NAME "mqtt.test"
#define NOWHERE "-h 127.0.0.1 -p 1 --no-probes --tls-use-os-certs"

static void
set_up(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_init(stage, g_get_real_time() / G_USEC_PER_SEC, PKI_KEY_ECDSA_P256);
  bundle_stage_archive(stage, NAME, 1, stage->server);
  bundle_stage_live(stage, NAME, 1);
}

static void
tear_down(BundleStage *stage, gconstpointer unused)
{
  bundle_stage_clear(stage);
}

/* The dashboard in the stage's folder, where le is certbot's. */
static Pty *
start_in(const BundleStage *stage, const char *arguments)
{
  g_autofree char *command =
      g_strdup_printf("cd %s && exec MQTRUST --certbot-dir le %s", stage->folder, arguments);
  Pty *pty = program_start_in_shell(command, &(PtyOptions){.rows = 40, .columns = 120});
  pty_expect_text(pty, PROGRAM_HINT);
  return pty;
}

static void
leave(Pty *pty)
{
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130); /* C-c */
}

static void
test_open(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Pty) pty = start_in(stage, NOWHERE);
  pty_key(pty, "L");
  pty_expect_text(pty, "certbot · le");
  pty_expect_text(pty, "1 lineage");
  pty_expect_text(pty, "renewed in ");
  pty_key(pty, "Enter");
  pty_expect_text(pty, NAME ": version 1, the newest one in archive/");
  pty_expect_text(pty, "the last one, Server CA, is no root");
  pty_key(pty, "b");
  pty_expect_text(pty, "Broker's files");
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "Broker's files");
  pty_key(pty, "Esc");
  pty_expect_gone(pty, NAME ": version 1");
  pty_key(pty, "Esc");
  pty_expect_gone(pty, "1 lineage");
  leave(pty);
}

static void
test_none(BundleStage *stage, gconstpointer unused)
{
  g_autoptr(Pty) pty = start_in(stage, "--certbot-dir elsewhere " NOWHERE);
  pty_key(pty, "L");
  pty_expect_text(pty, "The folder elsewhere/live does not exist.");
  pty_expect_text(pty, "--certbot-dir DIR");
  leave(pty);
}

/* Runs a command as somebody who is nobody; TRUE: it went well. Through env, as the program will be:
 * setpriv itself may still go where nobody may. */
static gboolean
works_as_nobody(const char *command)
{
  g_autofree char *script =
      g_strdup_printf("setpriv --reuid 65534 --clear-groups env %s >/dev/null 2>&1", command);
  char *argv[] = {(char *)"sh", (char *)"-c", script, NULL};
  int status = 1;
  return g_spawn_sync("/", argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status,
                      NULL) &&
         status == 0;
}

/* Root may look into everything, so the program becomes somebody else then. */
static void
test_unreadable(BundleStage *stage, gconstpointer unused)
{
  const char *other = geteuid() == 0 ? "setpriv --reuid 65534 --clear-groups" : "";
  g_autofree char *quoted = g_shell_quote(program_path());
  g_autofree char *try = g_strconcat(quoted, " --version", NULL);
  g_autofree char *certbot = g_build_filename(stage->folder, "le", NULL);
  g_autofree char *live = g_build_filename(certbot, "live", NULL);
  if (*other && !works_as_nobody(try)) {
    g_test_skip("root sees everything, and nobody else may run the program from here");
    return;
  }
  g_assert_cmpint(g_chmod(live, 0), ==, 0);
  g_assert_cmpint(g_chmod(certbot, 0755), ==, 0);
  g_assert_cmpint(g_chmod(stage->folder, 0755), ==, 0);
  g_autofree char *command =
      g_strdup_printf("cd %s && exec %s env HOME=/nowhere XDG_CONFIG_HOME=/nowhere MQTRUST "
                      "--certbot-dir le " NOWHERE,
                      stage->folder, other);
  g_autoptr(Pty) pty = program_start_in_shell(command, NULL);
  pty_expect_text(pty, PROGRAM_HINT);
  pty_key(pty, "L");
  pty_expect_text(pty, "The folder le/live may not be looked into: it is owned by");
  pty_expect_text(pty, "mode 0000");
  pty_expect_text(pty, "sudo mqtrust");
  leave(pty);
  g_assert_cmpint(g_chmod(live, 0700), ==, 0);
}

static void
write_broker_files(const BundleStage *stage, const PkiPair *server)
{
  g_autofree char *leaf = certificate_to_pem(pki_pair_certificate(server));
  g_autofree char *above = certificate_to_pem(pki_pair_certificate(stage->intermediate));
  g_autofree char *both = g_strconcat(leaf, above, NULL);
  g_free(bundle_stage_write(stage, "broker.pem", both, 0644));
  g_free(bundle_stage_write_key(stage, "broker.key", server, NULL));
}

/* certbot has renewed, and the broker serves the old certificate until it is told. */
static void
test_served(BundleStage *stage, gconstpointer unused)
{
  if (!broker_available_or_skip())
    return;
  const BundleStage later = {.now = stage->now + DAY};
  g_autoptr(PkiPair) renewed =
      bundle_stage_issue(&later, PKI_SERVER, PKI_KEY_ECDSA_P256, NAME, stage->intermediate);
  g_autofree char *certificate = g_build_filename(stage->folder, "broker.pem", NULL);
  g_autofree char *key = g_build_filename(stage->folder, "broker.key", NULL);
  write_broker_files(stage, stage->server);
  const BrokerOptions options = {.certificate_file = certificate, .key_file = key};
  g_autoptr(Broker) broker = broker_start(&options);
  g_autofree char *arguments =
      g_strdup_printf("--name plant --cafile root.pem mqtts://127.0.0.1:%u", broker_port(broker));
  bundle_stage_archive(stage, NAME, 2, renewed);
  bundle_stage_live(stage, NAME, 2);
  g_autoptr(Pty) pty = start_in(stage, arguments);
  pty_key(pty, "L");
  pty_expect_text(pty, "! plant serves the old one");
  pty_key(pty, "Enter");
  pty_expect_text(pty, "Give the broker the renewed files");
  write_broker_files(stage, renewed);
  broker_restart(broker);
  /* The connection comes back by itself, and the view says so without a key. */
  pty_expect_text(pty, "✓ plant serves this certificate");
  pty_expect_gone(pty, "Give the broker the renewed files");
  pty_key(pty, "Esc");
  pty_expect_text(pty, "✓ plant serves it");
  leave(pty);
}

#define ADD(name, function)                                                                        \
  g_test_add("/pty-lineages/" name, BundleStage, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("open", test_open);
  ADD("none", test_none);
  ADD("unreadable", test_unreadable);
  ADD("served", test_served);
  return g_test_run();
}
