/* Makes the chain and the seeds of fuzz_crl anew: FOLDER/revocation_chain.h, FOLDER/seeds/crl/.
 * To be run by hand when the target changes: `make_revocation_seeds tests/fuzz`. */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "lab/forge_crl.h"

#define SCOPE(text) .scope = text, .scope_length = sizeof text - 1

static const char *folder;
static Forged *root, *leaf, *responder;

static void
write_file(const char *name, const void *bytes, gssize length)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(folder, name, NULL);
  if (!g_file_set_contents(path, bytes, length, &error))
    g_error("%s", error->message);
}

/* The first byte says what the rest is. */
static void
write_seed(const char *name, char kind, GBytes *bytes)
{
  g_autoptr(GByteArray) seed = g_byte_array_new();
  g_autofree char *path = g_build_filename("seeds", "crl", name, NULL);
  g_byte_array_append(seed, (const guint8 *)&kind, 1);
  g_byte_array_append(seed, g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
  write_file(path, seed->data, seed->len);
  g_bytes_unref(bytes);
}

static void
append_text(GString *header, const char *name, const Forged *forged)
{
  g_autofree char *pem = certificate_to_pem(forged->certificate);
  g_auto(GStrv) lines = g_strsplit(pem, "\n", -1);
  g_string_append_printf(header, "\nstatic const char %s[] =\n", name);
  for (guint i = 0; lines[i] && *lines[i]; i++)
    g_string_append_printf(header, "    \"%s\\n\"%s\n", lines[i],
                           lines[i + 1] && *lines[i + 1] ? "" : ";");
}

static void
write_chain(void)
{
  g_autoptr(GString) header = g_string_new(
      "/* The chain that the seeds of fuzz_crl are about. Made by make_revocation_seeds. */\n"
      "#pragma once\n");
  append_text(header, "chain_leaf", leaf);
  append_text(header, "chain_root", root);
  write_file("revocation_chain.h", header->str, header->len);
}

static void
write_lists(void)
{
  write_seed("good", 'C', forge_crl(&(ForgeCrl){.issuer = root}));
  write_seed("revoked", 'C',
             forge_crl(&(ForgeCrl){.issuer = root,
                                   .filler = 2,
                                   .entries = {{.certificate = leaf->certificate, .reason = 1}}}));
  write_seed("hold", 'C',
             forge_crl(&(ForgeCrl){.issuer = root,
                                   .entries = {{.certificate = leaf->certificate, .reason = 6}}}));
  write_seed("delta", 'C', forge_crl(&(ForgeCrl){.issuer = root, .number = 300, .base = 299}));
  write_seed("scope", 'C',
             forge_crl(&(ForgeCrl){
                 .issuer = root,
                 SCOPE("\xa0\x0a\xa0\x08\x86\x06http:x\x81\x01\xff\x83\x02\x06\x40\x84\x01\xff")}));
  write_seed("relative", 'C',
             forge_crl(&(ForgeCrl){.issuer = root,
                                   SCOPE("\xa0\x0e\xa1\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
                                         "abc")}));
  write_seed(
      "indirect", 'C',
      forge_crl(&(ForgeCrl){.issuer = root,
                            SCOPE("\x84\x01\xff"),
                            .entries = {{.certificate = root->certificate, .issuer = leaf},
                                        {.certificate = leaf->certificate, .issuer = root}}}));
  write_seed(
      "unknown", 'C',
      forge_crl(&(ForgeCrl){.issuer = root,
                            .unknown_critical = TRUE,
                            .entries = {{.certificate = root->certificate, .unknown = TRUE}}}));
  g_autoptr(GBytes) one = forge_crl(&(ForgeCrl){.issuer = root});
  g_autofree char *pem = forge_crl_pem(one);
  g_autofree char *twice = g_strconcat("text\n", pem, pem, NULL);
  write_seed("two.pem", 'F', g_bytes_new(twice, strlen(twice)));
}

static void
write_answers(void)
{
  ForgeOcsp good = {.certificate = leaf->certificate, .issuer = root};
  ForgeOcsp revoked = good, delegated = good, later = good, endless = good;
  revoked.answer = FORGE_REVOKED_ANSWER;
  revoked.reason = 1;
  delegated.signer = responder;
  delegated.embed = TRUE;
  later.failure = 3;
  endless.next_update = FORGE_NO_DATE;
  write_seed("answer-good", 'O', forge_ocsp(&good));
  write_seed("answer-revoked", 'O', forge_ocsp(&revoked));
  write_seed("answer-delegated", 'O', forge_ocsp(&delegated));
  write_seed("answer-later", 'O', forge_ocsp(&later));
  write_seed("answer-endless", 'O', forge_ocsp(&endless));
}

int
main(int argc, char **argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  folder = argv[1];
  g_autofree char *seeds = g_build_filename(folder, "seeds", "crl", NULL);
  g_mkdir_with_parents(seeds, 0755);
  ForgeTemplate authority = forge_authority("Root"), server = forge_server("broker", "mqtt.test");
  ForgeTemplate answering = forge_server("Responder", NULL);
  answering.purpose = GNUTLS_KP_OCSP_SIGNING;
  root = forge(&authority, NULL);
  leaf = forge(&server, root);
  responder = forge(&answering, root);
  write_chain();
  write_lists();
  write_answers();
  forged_free(root);
  forged_free(leaf);
  forged_free(responder);
  return 0;
}
