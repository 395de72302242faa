/* A client side made by the openssl commands that most guides have, and what this program says of
 * it: `openssl x509 -req` writes version 1 up to OpenSSL 3.1, and version 3 without
 * extendedKeyUsage since. Both are taken by most brokers, and refused by some: inspect, verify,
 * check and the dashboard name the certificate, what is missing and who refuses it. */
#include "config.h"

#include <string.h>
#include <sys/wait.h>

#include "pty/program.h"
#include "util/private_folder.h"

#define REFUSED_BY "EMQX with verify_peer_ext_key_usage"
#define CONNECTION                                                                                 \
  "--cafile ca.pem --cert client.pem --key client.key --no-probes mqtts://127.0.0.1:1"

typedef struct {
  char *folder, *said;
  int version; /* of the client's certificate */
} Stage;

/* MQTRUST stands for the program. What it says, with the line ends of its paragraphs taken away. */
static int
run(Stage *stage, const char *line)
{
  g_autofree char *quoted = g_shell_quote(program_path());
  g_autoptr(GString) script = g_string_new("exec 2>&1\n");
  g_string_append(script, line);
  g_string_replace(script, "MQTRUST", quoted, 0);
  char *argv[] = {(char *)"sh", (char *)"-c", script->str, NULL};
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  int status;
  g_spawn_sync(stage->folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text, NULL, &status,
               &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  g_test_message("%s\n%s", line, text);
  g_autoptr(GString) flat = g_string_new(text);
  while (g_string_replace(flat, "\n  ", "\n ", 0) > 0)
    continue;
  g_string_replace(flat, "\n ", " ", 0);
  g_free(stage->said);
  stage->said = g_strdup(flat->str);
  return WEXITSTATUS(status);
}

static void
says(const Stage *stage, const char *what)
{
  if (!strstr(stage->said, what))
    g_error("\"%s\" was not said:\n%s", what, stage->said);
}

/* Step 1 of the journey as openssl does it: a CA, a client's key, its request, its certificate. */
static void
make(Stage *stage, const char *more)
{
  g_autofree char *script = g_strdup_printf(
      "set -e\n"
      "openssl genrsa -out ca.key 2048\n"
      "openssl req -new -x509 -days 3650 -key ca.key -subj '/C=US/O=Test Org/CN=Test CA' "
      "-out ca.pem\n"
      "openssl genrsa -out client.key 2048\n"
      "openssl req -new -key client.key -subj /CN=Client -out client.csr\n"
      "openssl x509 -req -days 365 -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
      "-out client.pem %s\n"
      "chmod 600 ca.key client.key\n"
      "openssl verify -CAfile ca.pem client.pem\n",
      more);
  g_assert_cmpint(run(stage, script), ==, 0);
  g_assert_cmpint(run(stage, "openssl x509 -noout -text -in client.pem"), ==, 0);
  stage->version = strstr(stage->said, "Version: 1 (0x0)") ? 1 : 3;
}

static const char *
code(const Stage *stage)
{
  return stage->version == 1 ? "certificate-v1" : "client-usage-missing";
}

static void
says_what_and_who(const Stage *stage)
{
  says(stage, code(stage));
  says(stage, stage->version == 1 ? "\"Client\" in client.pem is an X.509 version 1 certificate"
                                  : "\"Client\" in client.pem does not say what it is for (no "
                                    "extendedKeyUsage)");
  says(stage, REFUSED_BY);
  if (stage->version == 1)
    says(stage, "in Rust");
}

static void
commands_say(Stage *stage)
{
  g_assert_cmpint(run(stage, "MQTRUST inspect client.pem"), ==, 0);
  says_what_and_who(stage);
  g_assert_cmpint(run(stage, "MQTRUST inspect --json client.pem"), ==, 0);
  says(stage, code(stage));
  g_assert_cmpint(run(stage, "MQTRUST verify --trust ca.pem --purpose client client.pem"), ==, 0);
  says_what_and_who(stage);
  says(stage, "mqtrust pki renew");
  /* Nobody listens there: what is said of our file comes from the file alone. */
  g_assert_cmpint(run(stage, "MQTRUST check " CONNECTION), ==, 3);
  says_what_and_who(stage);
  says(stage, "tcp-refused");
}

static void
dashboard_says(const Stage *stage)
{
  g_autofree char *command = g_strdup_printf("cd %s && exec MQTRUST " CONNECTION, stage->folder);
  g_autoptr(Pty) pty = program_start_in_shell(command, NULL);
  pty_expect_text(pty, PROGRAM_HINT);
  pty_key(pty, "2");
  pty_expect_text(pty, code(stage));
  pty_expect_text(pty, REFUSED_BY);
  pty_expect_text(pty, "Client");
  pty_key(pty, "C-c");
  pty_expect_exit_code(pty, 130); /* C-c */
}

static void
renewed_is_good(Stage *stage)
{
  g_assert_cmpint(run(stage, "MQTRUST pki renew --ca ca.pem --as client --name new client.pem"), ==,
                  0);
  g_assert_cmpint(run(stage, "MQTRUST inspect --json new.pem"), ==, 0);
  g_assert_null(strstr(stage->said, "severity"));
  g_assert_cmpint(run(stage, "MQTRUST verify --trust ca.pem --purpose client new.pem"), ==, 0);
  says(stage, "Findings: none");
}

static void
test_openssl(Stage *stage, gconstpointer data)
{
  g_autofree char *openssl = g_find_program_in_path("openssl");
  if (openssl == NULL) {
    g_test_skip("no openssl on this machine");
    return;
  }
  stage->folder = private_folder_new("mqtrust-openssl", NULL);
  g_assert_nonnull(stage->folder);
  make(stage, data);
  commands_say(stage);
  dashboard_says(stage);
  renewed_is_good(stage);
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->said);
}

/* As OpenSSL 3.2 and newer write it, whatever this one does. */
#define VERSION_3                                                                                  \
  "-extfile /dev/stdin <<'X'\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nX\n"

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/openssl-identity/as-it-is", Stage, "", NULL, test_openssl, NULL);
  g_test_add("/openssl-identity/version-3", Stage, VERSION_3, NULL, test_openssl, NULL);
  return g_test_run();
}
