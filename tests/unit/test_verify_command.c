/* The binary itself: `mqtrust verify` on real files, its whole output and its exit code. */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "trust/second_opinion.h"
#include "unit/forge.h"

#define HOST "mqtt.example.com"
#define AT "--at 2025-07-01 "

typedef struct {
  char *folder; /* that the program runs in, so that file names are short */
  Forged *old_root, *root, *cross, *intermediate, *leaf;
  char *out, *err;
} Stage;

/* --- The files ---------------------------------------------------------------------------------- */

static void
write_file(Stage *stage, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename(stage->folder, name, NULL);
  g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_certificates(Stage *stage, const char *name, const Forged *first, const Forged *second,
                   const Forged *third)
{
  const Forged *all[] = {first, second, third};
  g_autoptr(GString) pem = g_string_new(NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(all) && all[i]; i++) {
    g_autofree char *one = certificate_to_pem(all[i]->certificate);
    g_string_append(pem, one);
  }
  write_file(stage, name, pem->str);
}

/* leaf ← R3 ← Root X1, and the copy of Root X1 that Old Root signed. */
static void
setup(Stage *stage, gconstpointer unused)
{
  ForgeTemplate old_root = forge_authority("Old Root"), root = forge_authority("Root X1");
  ForgeTemplate intermediate = forge_authority("R3"), leaf = forge_server("broker", HOST);
  stage->folder = g_dir_make_tmp("mqtrust-verify-XXXXXX", NULL);
  g_assert_nonnull(stage->folder);
  stage->old_root = forge(&old_root, NULL);
  stage->root = forge(&root, NULL);
  stage->cross = forge_with_key(&root, stage->old_root, stage->root);
  stage->intermediate = forge(&intermediate, stage->root);
  stage->leaf = forge(&leaf, stage->intermediate);
  write_certificates(stage, "full.pem", stage->leaf, stage->intermediate, NULL);
  write_certificates(stage, "leaf.pem", stage->leaf, NULL, NULL);
  write_certificates(stage, "r3.pem", stage->intermediate, NULL, NULL);
  write_certificates(stage, "root.pem", stage->root, NULL, NULL);
  write_certificates(stage, "cross.pem", stage->cross, NULL, NULL);
  write_certificates(stage, "old.pem", stage->old_root, NULL, NULL);
}

static void
teardown(Stage *stage, gconstpointer unused)
{
  g_autoptr(GDir) folder = g_dir_open(stage->folder, 0, NULL);
  for (const char *name = g_dir_read_name(folder); name; name = g_dir_read_name(folder)) {
    g_autofree char *path = g_build_filename(stage->folder, name, NULL);
    g_unlink(path);
  }
  g_rmdir(stage->folder);
  g_free(stage->folder);
  forged_free(stage->old_root);
  forged_free(stage->root);
  forged_free(stage->cross);
  forged_free(stage->intermediate);
  forged_free(stage->leaf);
  g_free(stage->out);
  g_free(stage->err);
}

/* --- Running ------------------------------------------------------------------------------------ */

static int
run(Stage *stage, const char *arguments)
{
  const char *folder = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program = g_build_filename(folder ? folder : ".", "mqtrust", NULL);
  g_autofree char *line = g_strdup_printf("%s verify %s", program, arguments);
  g_auto(GStrv) argv = g_strsplit(line, " ", -1);
  g_autoptr(GError) error = NULL;
  int status;
  g_clear_pointer(&stage->out, g_free);
  g_clear_pointer(&stage->err, g_free);
  g_spawn_sync(stage->folder, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &stage->out, &stage->err,
               &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* What OpenSSL says is in every text. */
static gboolean
has_openssl(void)
{
  if (!second_opinion_available())
    g_test_skip("built without OpenSSL");
  return second_opinion_available();
}

static void
assert_says(const Stage *stage, const char *part)
{
  if (!strstr(stage->out, part))
    g_error("not said: %s\n%s", part, stage->out);
}

static void
test_x(Stage *stage, gconstpointer unused)
{
const char *all[]={
"--trust root.pem --hostname " HOST " full.pem",
"--trust old.pem --hostname " HOST " full.pem",
"--trust cross.pem --hostname " HOST " full.pem",
"--trust root.pem --hostname other.example.org full.pem",
"--trust root.pem --untrusted r3.pem leaf.pem",
"--trust root.pem --trust cross.pem --trust old.pem leaf.pem --untrusted r3.pem --untrusted cross.pem",
"--trust root.pem --at 2031-01-01 full.pem",
"--trust nix.pem --crl leaf.pem full.pem",
"--json --trust nix.pem full.pem",
};
for (gsize i=0;i<G_N_ELEMENTS(all);i++){
 g_autofree char *l=g_strconcat(AT,all[i],NULL);
 int c=run(stage,l);
 printf("##### %s => %d\n%s\n-- err\n%s\n",all[i],c,stage->out,stage->err);
}
has_openssl(); assert_says(stage,"");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add("/verify-command/x", Stage, NULL, setup, test_x, teardown);
  return g_test_run();
}
