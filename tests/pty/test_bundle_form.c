/* A broker's files by the form alone, with the real program on the real terminal: what it writes is
 * what the command writes, and what certbot's hook writes. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/bundle_hook.h"
#include "pty/program.h"
#include "unit/bundle_stage.h"

#define NOWHERE "-h 127.0.0.1 -p 1 --no-probes --tls-use-os-certs"
#define LINEAGE "le/live/mqtt.test"

static const char *const written[] = {"cert.pem", "key.pem", "client-ca.pem", "mosquitto.conf"};

typedef struct {
  BundleStage files;
} Stage;

static void
setup(Stage *stage, gconstpointer unused)
{
  bundle_stage_init(&stage->files, g_get_real_time() / G_USEC_PER_SEC, PKI_KEY_RSA_2048);
  bundle_stage_archive(&stage->files, "mqtt.test", 1, stage->files.server);
  bundle_stage_live(&stage->files, "mqtt.test", 1);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  bundle_stage_clear(&stage->files);
}

static char *
path_in(const Stage *stage, const char *name)
{
  return g_build_filename(stage->files.folder, name, NULL);
}

/* In the stage's folder; MQTRUST stands for the program. */
static int
run(const Stage *stage, const char *script)
{
  g_autoptr(GError) error = NULL;
  int status;
  g_autofree char *quoted = g_shell_quote(program_path());
  g_auto(GStrv) parts = g_strsplit(script, "MQTRUST", -1);
  g_autofree char *command = g_strjoinv(quoted, parts);
  char *argv[] = {(char *)"sh", (char *)"-c", command, NULL};
  g_spawn_sync(stage->files.folder, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
               NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void
assert_same(const Stage *stage, const char *folder, const char *other)
{
  for (gsize i = 0; i < G_N_ELEMENTS(written); i++) {
    struct stat a, b;
    g_autofree char *left = g_build_filename(folder, written[i], NULL);
    g_autofree char *right = g_build_filename(other, written[i], NULL);
    g_autofree char *left_path = path_in(stage, left), *right_path = path_in(stage, right);
    g_autofree char *left_text = bundle_stage_read(&stage->files, left);
    g_autofree char *right_text = bundle_stage_read(&stage->files, right);
    g_assert_cmpstr(left_text, ==, right_text);
    g_assert_cmpint(stat(left_path, &a), ==, 0);
    g_assert_cmpint(stat(right_path, &b), ==, 0);
    g_assert_cmpint(a.st_mode, ==, b.st_mode);
  }
}

/* --- By the form ------------------------------------------------------------------------------ */

static Pty *
start(const Stage *stage)
{
  g_autofree char *command = g_strdup_printf("cd %s && exec MQTRUST " NOWHERE, stage->files.folder);
  return program_start_in_shell(command, &(PtyOptions){.rows = 50, .columns = 120});
}

static gboolean
has_left_row(Pty *pty, gpointer data)
{
  int row, column;
  pty_cursor(pty, &row, &column);
  return row != *(const int *)data;
}

/* Down until the cursor stands in the row of this label. */
static void
go_to(Pty *pty, const char *label)
{
  for (int i = 0; i < 20; i++) {
    int row, column, label_row, label_column;
    pty_expect_text(pty, label);
    g_assert_true(pty_find(pty, label, &label_row, &label_column));
    pty_cursor(pty, &row, &column);
    if (row == label_row)
      return;
    pty_key(pty, "Down");
    g_assert_true(pty_wait(pty, has_left_row, &row, "the cursor in another row"));
  }
  g_error("the field \"%s\" was not reached", label);
}

static void
fill(Pty *pty, const char *label, const char *text)
{
  go_to(pty, label);
  pty_keys(pty, "End C-u");
  pty_text(pty, text);
}

/* mosquitto's from the lineage, to the folder `by-form`. */
static void
fill_form(Pty *pty)
{
  pty_expect_text(pty, PROGRAM_HINT);
  pty_key(pty, "b");
  pty_expect_text(pty, "< EMQX Cloud >");
  pty_keys(pty, "Right Right");
  pty_expect_text(pty, "< mosquitto >");
  go_to(pty, "From  ");
  if (pty_shows(pty, "< files >"))
    pty_key(pty, "Right");
  pty_expect_text(pty, "< certbot >");
  fill(pty, "Lineage  ", LINEAGE);
  pty_expect_text(pty, " days left");
  fill(pty, "Client CA  ", "ca.pem");
  fill(pty, "A client  ", "client.pem");
  go_to(pty, "Users  ");
  pty_key(pty, "Right");
  pty_expect_text(pty, "< named by their certificates >");
  fill(pty, "Folder  ", "by-form");
  fill(pty, "Port  ", "8883");
  pty_key(pty, "C-s");
}

static void
leave(Pty *pty)
{
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130); /* C-c */
}

static void
test_same_as_command(Stage *stage, gconstpointer unused)
{
  g_autoptr(Pty) pty = start(stage);
  fill_form(pty);
  pty_expect_text(pty, "mqtt.test: 4 files written to the folder by-form");
  pty_expect_text(pty, "certbot renew");
  pty_expect_text(pty, "--cert-name mqtt.test");
  g_autofree char *script = g_strdup_printf(
      "MQTRUST bundle --for mosquitto --lineage " LINEAGE " --client-ca ca.pem "
      "--client-cert client.pem --hostname mqtt.test --users certificate --port 8883 "
      "--path %s/by-form -o by-command",
      stage->files.folder);
  g_assert_cmpint(run(stage, script), ==, 0);
  assert_same(stage, "by-form", "by-command");
  leave(pty);
}

/* The hook that the form shows, run as certbot runs it, does the same once more; a stand-in for
 * systemctl notes what it is told. */
static void
test_same_as_hook(Stage *stage, gconstpointer unused)
{
  g_autoptr(Pty) pty = start(stage);
  fill_form(pty);
  pty_expect_text(pty, "4 files written to the folder by-form");
  pty_key(pty, "End");
  pty_key(pty, "Enter");
  pty_expect_text(pty, "At each renewal");
  leave(pty);
  g_autofree char *folder = path_in(stage, "by-form"), *ca = path_in(stage, "ca.pem");
  const BundleOrder order = {.broker = BUNDLE_MOSQUITTO,
                             .lineage = LINEAGE,
                             .client_ca = ca,
                             .hostname = "mqtt.test",
                             .port = 8883,
                             .users = BUNDLE_USERS_CERTIFICATE,
                             .folder = folder};
  g_autofree char *hook = bundle_hook_alone(&order);
  g_autofree char *quoted = g_shell_quote(hook);
  g_assert_cmpint(run(stage, "cp -r by-form before && echo old >by-form/cert.pem && mkdir bin && "
                             "ln -s MQTRUST bin/mqtrust && "
                             "printf '#!/bin/sh\\necho \"$@\" >told\\n' >bin/systemctl && "
                             "chmod +x bin/systemctl"),
                  ==, 0);
  g_autofree char *script =
      g_strdup_printf("PATH=$PWD/bin:$PATH RENEWED_LINEAGE=$PWD/" LINEAGE " sh -c %s", quoted);
  g_assert_cmpint(run(stage, script), ==, 0);
  assert_same(stage, "by-form", "before");
  g_autofree char *told = bundle_stage_read(&stage->files, "told");
  g_assert_cmpstr(told, ==, "reload mosquitto\n");
}

/* --- Refused ---------------------------------------------------------------------------------- */

/* The form is there again with what was typed, and is good once the one thing is mended. */
static void
test_mended(Stage *stage, gconstpointer unused)
{
  g_autoptr(PkiPair) other =
      bundle_stage_issue(&stage->files, PKI_ROOT, PKI_KEY_ECDSA_P256, "Other CA", NULL);
  g_free(bundle_stage_write_certificate(&stage->files, "other.pem", other));
  g_autofree char *folder = path_in(stage, "mosquitto");
  g_autoptr(Pty) pty = start(stage);
  pty_expect_text(pty, PROGRAM_HINT);
  pty_key(pty, "b");
  pty_expect_text(pty, "< EMQX Cloud >");
  pty_keys(pty, "Right Right");
  pty_expect_text(pty, "< mosquitto >");
  go_to(pty, "From  ");
  if (pty_shows(pty, "< certbot >"))
    pty_key(pty, "Right");
  pty_expect_text(pty, "< files >");
  fill(pty, "Certificate  ", "cert.pem");
  fill(pty, "Chain  ", "chain.pem");
  fill(pty, "Key  ", "server.key");
  fill(pty, "Client CA  ", "other.pem");
  fill(pty, "A client  ", "client.pem");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "Nothing was written: 1 error to mend first.");
  pty_expect_text(pty, "client-ca-unknown");
  g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
  pty_key(pty, "Esc");
  pty_expect_text(pty, "server.key");
  fill(pty, "Client CA  ", "ca.pem");
  pty_key(pty, "C-s");
  pty_expect_text(pty, "4 files written to the folder mosquitto");
  pty_key(pty, "b");
  pty_expect_text(pty, "< mosquitto >");
  leave(pty);
}

#define ADD(name, function) g_test_add("/bundle-form/" name, Stage, NULL, setup, function, teardown)

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  ADD("command", test_same_as_command);
  ADD("hook", test_same_as_hook);
  ADD("mended", test_mended);
  return g_test_run();
}
