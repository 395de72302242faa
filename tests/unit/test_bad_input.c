/* The binary itself with everything that can be wrong with what it is given: lineages, passwords,
 * folders, disks, pipes, names. Each gives a finding or one sentence that names it, the exit code
 * that the manual says, safe text, no secret, and a folder that is as it was before.
 *
 * Runs as a user whom file modes concern: root is left behind at the start. */
#include "config.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/bundle_stage.h"
#include "util/private_folder.h"

#define NOBODY 65534
#define SECRET "open-sesame"

typedef struct {
  const char *name;
  const char *before;  /* what is spoilt, by a shell; NULL: nothing */
  const char *command; /* MQTRUST stands for the program */
  int status;
  const char *says;   /* on either output, its blanks as one */
  const char *silent; /* what must not be said; NULL: nothing */
} Row;

static char *folder;  /* of all */
static char *program; /* a copy in it */

/* --- running ---------------------------------------------------------------------------------- */

static char *
with_program(const char *script)
{
  g_autofree char *quoted = g_shell_quote(program);
  g_auto(GStrv) parts = g_strsplit(script, "MQTRUST", -1);
  return g_strjoinv(quoted, parts);
}

static int
run(const char *place, const char *script, char **out, char **err)
{
  g_autofree char *command = with_program(script);
  char *argv[] = {(char *)"sh", (char *)"-c", command, NULL};
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(place, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, out, err, &status, &error);
  g_assert_no_error(error);
  g_assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/* (transfer full): every name with its kind, mode and size, and what is in every file. */
static char *
look(const char *place)
{
  g_autofree char *err = NULL;
  char *out = NULL;
  run(place,
      "find . -printf '%p %y %m %s %l\\n' 2>&1 | sort; "
      "find . -type f -size -1000k -exec cksum {} + 2>&1 | sort",
      &out, &err);
  return out;
}

static char *
with_single_blanks(const char *text)
{
  g_autoptr(GString) joined = g_string_new(NULL);
  g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);
  for (char **word = words; *word; word++)
    if (**word)
      g_string_append_printf(joined, "%s%s", joined->len > 0 ? " " : "", *word);
  return g_string_free(g_steal_pointer(&joined), FALSE);
}

static void
assert_safe(const char *text)
{
  g_assert_true(g_utf8_validate(text, -1, NULL));
  for (const char *at = text; *at; at = g_utf8_next_char(at)) {
    gunichar character = g_utf8_get_char(at);
    g_assert_true(character == '\n' || !g_unichar_iscntrl(character));
    g_assert_cmpint(character, !=, 0x202e);
  }
  g_assert_null(strstr(text, "PRIVATE KEY"));
  g_assert_null(strstr(text, SECRET));
}

static void
assert_one_sentence(const char *out, const char *err)
{
  g_assert_cmpstr(out, ==, "");
  g_assert_true(g_str_has_prefix(err, "mqtrust "));
  g_assert_true(strchr(err, '\n') == err + strlen(err) - 1);
}

static void
assert_said(const Row *row, const char *out, const char *err)
{
  g_autofree char *both = g_strconcat(out, " ", err, NULL), *flat = with_single_blanks(both);
  if (!strstr(flat, row->says))
    g_error("%s: \"%s\" is not in:\n%s%s", row->name, row->says, out, err);
  if (row->silent && strstr(flat, row->silent))
    g_error("%s: \"%s\" is in:\n%s%s", row->name, row->silent, out, err);
}

/* In a copy of the stage. */
static void
test_row(gconstpointer data)
{
  const Row *row = data;
  g_autofree char *place = g_build_filename(folder, "work", NULL), *out = NULL, *err = NULL;
  g_assert_cmpint(
      run(folder, "chmod -R u+rwx work 2>/dev/null; rm -rf work; cp -a stage work", &out, &err), ==,
      0);
  g_clear_pointer(&out, g_free);
  g_clear_pointer(&err, g_free);
  if (row->before) {
    g_autofree char *strict = g_strconcat("set -e; ", row->before, NULL);
    if (run(place, strict, &out, &err) != 0)
      g_error("%s: %s", row->name, err);
    g_clear_pointer(&out, g_free);
    g_clear_pointer(&err, g_free);
  }
  g_autofree char *before = look(place);
  int status = run(place, row->command, &out, &err);
  g_test_message("%d %s%s", status, out, err);
  g_assert_cmpint(status, ==, row->status);
  assert_safe(out);
  assert_safe(err);
  assert_said(row, out, err);
  if (row->status == 2)
    assert_one_sentence(out, err);
  g_autofree char *after = look(place);
  g_assert_cmpstr(after, ==, before);
}

/* --- the rows --------------------------------------------------------------------------------- */

#define LIVE "le/live/mqtt.test/"
#define ARCHIVE "le/archive/mqtt.test/"
#define LINEAGE " --certbot-dir le --lineage mqtt.test "
#define BUNDLE "MQTRUST bundle --for mosquitto --client-ca ca.pem -o out "
#define INSPECT "MQTRUST inspect" LINEAGE
#define SPLIT "MQTRUST split -o out "
#define PKI "MQTRUST pki client --ca ca.pem --name made -o out "
#define FILES "--cert cert.pem --chain chain.pem --key server.key "
#define ODD "'\033[31m\n\xe2\x80\xae'"
#define HOOK "MQTRUST bundle --deploy-hook --for mosquitto -o out"

static const Row lineages[] = {
    {"no-key", "rm " ARCHIVE "privkey1.pem", BUNDLE LINEAGE, 1,
     LIVE "privkey.pem is a link to ../../archive/mqtt.test/privkey1.pem, which does not exist",
     NULL},
    {"no-key-inspected", "rm " ARCHIVE "privkey1.pem", INSPECT, 0,
     LIVE "privkey.pem is a link to ../../archive/mqtt.test/privkey1.pem, which does not exist",
     NULL},
    {"no-link", "rm " LIVE "privkey.pem", BUNDLE LINEAGE, 1,
     "Key file " LIVE "privkey.pem does not exist", NULL},
    {"no-certificate", "rm " ARCHIVE "cert1.pem", BUNDLE LINEAGE, 1,
     LIVE "cert.pem is a link to ../../archive/mqtt.test/cert1.pem, which does not exist", NULL},
    {"link-loop", "ln -sfn cert.pem " LIVE "cert.pem", BUNDLE LINEAGE, 1,
     LIVE "cert.pem cannot be read (Too many levels of symbolic links)", "does not exist"},
    {"link-loop-inspected", "ln -sfn cert.pem " LIVE "cert.pem", INSPECT, 0,
     LIVE "cert.pem cannot be read (Too many levels of symbolic links)", "does not exist"},
    {"link-loop-split", "ln -sfn fullchain.pem " LIVE "fullchain.pem", SPLIT LINEAGE, 2,
     LIVE "fullchain.pem cannot be read (Too many levels of symbolic links)", NULL},
    {"chain-of-another", "cp ca.pem " ARCHIVE "chain1.pem", BUNDLE LINEAGE, 1, "chain-gap", NULL},
    {"key-of-another-version",
     "cp other.key " ARCHIVE "privkey2.pem; ln -sfn ../../archive/mqtt.test/privkey2.pem " LIVE
     "privkey.pem",
     BUNDLE LINEAGE, 1, "key-mismatch", NULL},
    {"versions-inspected",
     "cp other.key " ARCHIVE "privkey2.pem; ln -sfn ../../archive/mqtt.test/privkey2.pem " LIVE
     "privkey.pem",
     INSPECT, 0, "privkey.pem 2", NULL},
    {"shut", "chmod 0 le/live", BUNDLE LINEAGE, 1,
     "cert.pem may not be read: the folder le/live is owned by", NULL},
    {"shut-inspected", "chmod 0 le/live", INSPECT, 2,
     "may not be looked into: the folder le/live is owned by", NULL},
    {"shut-all", "chmod 0 le/live", "MQTRUST inspect --certbot-dir le --lineages", 2,
     "The folder le/live may not be looked into: it is owned by", "does not exist"},
    {"shut-split", "chmod 0 le/live", SPLIT LINEAGE, 2,
     "may not be read: the folder le/live is owned by", NULL},
    /* The folder behind the links, which certbot keeps to root, and not that of the links. */
    {"shut-archive", "chmod 0 le/archive", BUNDLE LINEAGE, 1, "/work/le/archive is owned by",
     "live/mqtt.test is owned by"},
    {"shut-key", "chmod 0 " ARCHIVE "privkey1.pem", BUNDLE LINEAGE, 1,
     LIVE "privkey.pem may not be read: it is owned by", NULL},
    {"live-is-a-file", "rm -r le/live; echo >le/live",
     "MQTRUST inspect --certbot-dir le --lineages", 2,
     "le/live is a file, and a folder is needed here; correct the path.", NULL},
    {"hook-nowhere", NULL, "RENEWED_LINEAGE=none/here " HOOK, 1,
     "none/here/cert.pem does not exist", NULL},
    {"hook-odd", NULL, "RENEWED_LINEAGE=/" ODD " RENEWED_DOMAINS=" ODD " " HOOK, 1,
     "/\\e[31m\\n\\u{202e}/cert.pem does not exist", NULL},
    {"hook-empty", NULL, "RENEWED_LINEAGE= " HOOK, 2, "RENEWED_LINEAGE is not set", NULL},
};

static const Row odd_files[] = {
    {"empty", ": >" ARCHIVE "privkey1.pem", BUNDLE LINEAGE, 1, LIVE "privkey.pem is empty", NULL},
    {"huge", "truncate -s 5G " ARCHIVE "privkey1.pem", BUNDLE LINEAGE, 1,
     LIVE "privkey.pem has more than 16 MiB", NULL},
    {"pipe", "rm " ARCHIVE "cert1.pem; mkfifo " ARCHIVE "cert1.pem", BUNDLE LINEAGE, 1,
     LIVE "cert.pem is a pipe or a device", NULL},
    {"pipe-split", "rm " ARCHIVE "fullchain1.pem; mkfifo " ARCHIVE "fullchain1.pem", SPLIT LINEAGE,
     2, LIVE "fullchain.pem is a pipe or a device", NULL},
    {"pipe-inspected", "rm " ARCHIVE "fullchain1.pem; mkfifo " ARCHIVE "fullchain1.pem", INSPECT, 0,
     LIVE "fullchain.pem is a pipe or a device", NULL},
    {"pipe-key", "mkfifo pipe", PKI "--key pipe CN=C", 2, "pipe is a pipe or a device", NULL},
    {"pipe-request", "mkfifo pipe", "MQTRUST pki sign --as client --ca ca.pem pipe", 2,
     "pipe is a pipe or a device", NULL},
    {"device", "ln -sfn /dev/zero " LIVE "privkey.pem", BUNDLE LINEAGE, 1,
     LIVE "privkey.pem is a pipe or a device", NULL},
    {"folder", "rm " ARCHIVE "cert1.pem; mkdir " ARCHIVE "cert1.pem", BUNDLE LINEAGE, 1,
     LIVE "cert.pem is a folder", NULL},
    {"request-damaged",
     "head -c 200 request.csr >half.csr; echo >>half.csr; tail -n 1 request.csr "
     ">>half.csr",
     "MQTRUST pki sign --as client --ca ca.pem -o out half.csr", 2,
     "The certificate request in half.csr is damaged", NULL},
    {"damaged", "sed -i '3s/./!/' " ARCHIVE "cert1.pem", BUNDLE LINEAGE, 1, LIVE "cert.pem",
     "cert.pem the certificate"},
    {"damaged-chain", "sed -i '3s/./!/' " ARCHIVE "chain1.pem", BUNDLE LINEAGE, 1, LIVE "chain.pem",
     "cert.pem the certificate"},
    {"damaged-second",
     "cat cert.pem chain.pem >both.pem; n=$(wc -l <both.pem); "
     "sed -i \"$((n - 3))s/./!/\" both.pem",
     BUNDLE "--cert both.pem --key server.key", 1, "nothing was written", NULL},
    {"damaged-pkcs7",
     "openssl crl2pkcs7 -nocrl -certfile cert.pem -out cert.p7b; "
     "sed -i '3s/./!/' cert.p7b",
     BUNDLE "--cert cert.p7b --key server.key", 1, "The PKCS7 block at line 1 of cert.p7b", NULL},
    {"damaged-pkcs7-replaces",
     "openssl crl2pkcs7 -nocrl -certfile cert.pem -out cert.p7b; "
     "sed -i '3s/./!/' cert.p7b; mkdir out; cp cert.pem out",
     BUNDLE "--force --cert cert.p7b --key server.key", 1, "nothing was written", NULL},
    {"damaged-split",
     "cat cert.pem chain.pem >both.pem; n=$(wc -l <both.pem); "
     "sed -i \"$((n - 3))s/./!/\" both.pem",
     SPLIT "both.pem", 1, "nothing was written: a part of the file cannot be read",
     "leaf.pem the leaf"},
    {"truncated-split",
     "cat cert.pem chain.pem >both.pem; n=$(wc -l <both.pem); sed -i \"$((n - 3)),\\$d\" both.pem; "
     "mkdir out; cp cert.pem out/leaf.pem",
     SPLIT "--force both.pem", 1, "both.pem ends inside a certificate", "leaf.pem the leaf"},
    {"damaged-client-ca", "sed -i '3s/./!/' ca.pem", BUNDLE LINEAGE, 1,
     "Certificate 1 in ca.pem is damaged", NULL},
    {"damaged-client", "sed -i '3s/./!/' client.pem", BUNDLE LINEAGE "--client-cert client.pem", 1,
     "Certificate 1 in client.pem is damaged", NULL},
    {"damaged-key", "sed -i '2s/./!/' server.key",
     BUNDLE "--cert cert.pem --chain chain.pem --key server.key", 1, "server.key", NULL},
    {"request-none", NULL, "MQTRUST pki sign --as client --ca ca.pem -o out cert.pem", 2,
     "cert.pem holds no certificate request", NULL},
};

static const Row keys[] = {
    {"client-ca-of-another", NULL, BUNDLE LINEAGE "--client-cert stranger.pem", 1,
     "client-ca-unknown", NULL},
    {"password-none", NULL, BUNDLE "--cert cert.pem --chain chain.pem --key locked.key", 1,
     "locked.key is protected by a password. → Give its password with --password-file", NULL},
    {"password-wrong", NULL,
     BUNDLE "--cert cert.pem --chain chain.pem --key locked.key --password-file wrong", 1,
     "does not open locked.key. → Give the right one with --password-file", NULL},
    {"password-empty", NULL,
     BUNDLE "--cert cert.pem --chain chain.pem --key locked.key --password-file /dev/null", 2,
     "/dev/null begins with an empty line", NULL},
    {"password-zeros", "head -c 9 /dev/zero >zeros", BUNDLE FILES "--password-file zeros", 2,
     "the first line of zeros holds a zero byte", NULL},
    {"password-folder", NULL, BUNDLE FILES "--password-file .", 2,
     ". cannot be read: Is a directory", NULL},
    {"password-long", "head -c 5000 /dev/zero | tr '\\0' a >long",
     BUNDLE FILES "--password-file long", 2, "the first line of long is longer than 4096 bytes",
     NULL},
    {"pkcs12-none", NULL, SPLIT "made.p12", 2,
     "made.p12 is protected by a password; give it with --password-file", NULL},
    {"pkcs12-wrong", NULL, SPLIT "made.p12 --password-file wrong", 2,
     "does not open made.p12; give the right one with --password-file", NULL},
    {"pkcs12-wrong-bundle", NULL, BUNDLE "--cert made.p12 --password-file wrong", 1,
     "does not open made.p12. → Give the right one with --password-file", NULL},
    {"pkcs12-password-empty", NULL, PKI "--pkcs12 --pkcs12-password-file /dev/null CN=C", 2,
     "/dev/null begins with an empty line", NULL},
    {"ca-password-wrong", NULL, PKI "--ca-key locked-ca.key --ca-password-file wrong CN=C", 2,
     "does not open locked-ca.key", NULL},
    {"ca-password-command", NULL,
     PKI "--ca-key locked-ca.key --ca-password-command 'echo " SECRET " >&2; exit 3' CN=C 2>&1 | "
         "sed /" SECRET "/d >&2; exit 2",
     2, "the password command failed (Password of the CA's key)", NULL},
    {"ca-password-none", NULL, "setsid -w " PKI "--ca-key locked-ca.key CN=C", 2,
     "locked-ca.key is protected by a password; enter the password of the key "
     "(--ca-password-file FILE).",
     NULL},
    {"ca-key-of-another", NULL, PKI "--ca-key other.key CN=C", 2, "do not belong together", NULL},
    {"ca-key-none", NULL, PKI "--ca-key none CN=C", 2,
     "Key file none does not exist; correct the path (--ca-key FILE).", "in the connection"},
    {"ca-none", NULL, "MQTRUST pki client --ca none CN=C", 2,
     "Certificate file none does not exist; correct the path (--ca FILE).", "in the connection"},
    {"ca-is-none", NULL, "MQTRUST pki client --ca client.pem --ca-key client.key -o out CN=C", 1,
     "is not a CA", NULL},
    {"command-endless", NULL, PKI "--ca-password-command yes CN=C", 2,
     "the password command printed more than any password is (Password of the CA's key)", NULL},
    {"command-long", NULL, PKI "--password-command 'head -c 5000 /dev/zero | tr \\\\0 a' CN=C", 2,
     "the password command printed more than any password is", NULL},
    {"command-zeros", NULL, PKI "--password-command 'head -c 9 /dev/zero' CN=C", 2,
     "the password command printed no password", NULL},
    /* What nobody can make again is not replaced, whatever was said. */
    {"over-the-ca", NULL, "MQTRUST pki client --ca ca.pem --name ca --force CN=C", 2,
     "ca.pem is a file of the CA or of the key that this is made with, and would be lost; nothing "
     "was written: choose another name",
     NULL},
    {"over-the-ca-by-a-link", "ln -s ca.pem link.pem",
     "MQTRUST pki client --ca ca.pem --name link --force CN=C", 2, "link.pem is a file of the CA",
     NULL},
    {"over-the-ca-key", "mkdir out; cp ca.key out/made.key",
     "MQTRUST pki client --ca ca.pem --ca-key out/made.key -o out --name made --force CN=C", 2,
     "out/made.key is a file of the CA", NULL},
    {"over-the-key", "cp client.key made.pem",
     "MQTRUST pki client --ca ca.pem --key made.pem --name made --force CN=C", 2,
     "made.pem is a file of the CA or of the key", NULL},
    {"over-a-key-in-it", "cat client.key >>client.pem; rm client.key",
     "MQTRUST pki renew --ca ca.pem --force client.pem", 2,
     "client.pem holds a private key, too, which would be lost; nothing was written", NULL},
    {"over-a-root-with-its-key", "cat ca.key >>ca.pem; rm ca.key",
     "MQTRUST pki renew --force ca.pem", 2, "ca.pem holds a private key, too", NULL},
    {"over-certbots-links", NULL,
     "RENEWED_LINEAGE=" LIVE " MQTRUST bundle --deploy-hook --for mosquitto -o " LIVE, 2,
     LIVE "cert.pem is certbot's own link, without which it renews no more; nothing was written",
     NULL},
    {"over-certbots-links-split", NULL, "MQTRUST split --force -o " LIVE LINEAGE, 2,
     LIVE "chain.pem is certbot's own link", NULL},
    {"over-a-client-ca-with-its-key", "mkdir out; cat ca.pem ca.key >out/client-ca.pem",
     "MQTRUST bundle --for mosquitto --client-ca out/client-ca.pem --force -o out " FILES, 2,
     "out/client-ca.pem holds a private key, which would be lost; nothing was written", NULL},
    {"over-a-leaf-with-its-key", "cat client.pem client.key >leaf.pem",
     "MQTRUST split --force cert.pem", 2, "leaf.pem holds a private key, which would be lost",
     NULL},
    {"key-type-of-the-old-key", NULL,
     "MQTRUST pki renew --ca ca.pem --key-type ed25519 --force client.pem", 2,
     "--key-type is that of a new key, and the old one stays: give --new-key, too", NULL},
    {"name-is-a-url", NULL, "MQTRUST names mqtts://mqtt.test:8883", 2,
     "\"mqtts://mqtt.test:8883\" is no host name; give the broker's name alone", NULL},
    {"name-with-a-blank", NULL, "MQTRUST names 'mqtt .test'", 2, "is no host name", NULL},
    {"ca-shut", "chmod 0 ca.key", PKI "CN=C", 2, "ca.key may not be read: it is owned by", NULL},
};

#define FULL "ulimit -f 0; "
#define TOO_LARGE "File too large; nothing was written"

static const Row places[] = {
    {"full-bundle", NULL, FULL BUNDLE FILES, 2, TOO_LARGE, NULL},
    {"full-bundle-there", "mkdir out; echo mine >out/cert.pem", FULL BUNDLE FILES "--force", 2,
     "out/cert.pem cannot be written: " TOO_LARGE, NULL},
    {"full-pki", NULL, FULL PKI "CN=C", 2, TOO_LARGE, NULL},
    {"full-split", NULL, FULL SPLIT "cert.pem", 2, TOO_LARGE, NULL},
    {"full-hook", "mkdir out; echo mine >out/cert.pem",
     FULL "RENEWED_LINEAGE=" LIVE " " HOOK " --reload 'touch told'", 2, TOO_LARGE, NULL},
    {"not-writable-bundle", "mkdir -m 500 out", BUNDLE FILES, 2,
     "out/cert.pem cannot be written: Permission denied; nothing was written: run this as a user "
     "who may write there, or choose another folder",
     NULL},
    {"not-writable-pki", "mkdir -m 500 out", PKI "CN=C", 2,
     "out/made.pem cannot be written: Permission denied; nothing was written: run this as", NULL},
    {"not-writable-split", "mkdir -m 500 out", SPLIT "cert.pem", 2,
     "out/leaf.pem cannot be written: Permission denied; nothing was written: run this as", NULL},
    {"shut", "mkdir -m 0 out", BUNDLE FILES, 2, "cannot be written: Permission denied", NULL},
    {"nowhere-bundle", NULL, "MQTRUST bundle --for emqx " FILES "-o none/out", 2,
     "none/out cannot be written: No such file or directory; nothing was written: make the folder "
     "above it first",
     NULL},
    {"nowhere-pki", NULL, "MQTRUST pki ca -o none/out CN=C", 2,
     "none/out cannot be written: No such file or directory; nothing was written: make the folder "
     "above it first",
     NULL},
    {"file-bundle", "echo >out", BUNDLE FILES, 2,
     "out cannot be written: Not a directory; nothing was written: give the path of a folder",
     NULL},
    {"file-above", "echo >out", "MQTRUST pki ca -o out/deep CN=C", 2, "Not a directory", NULL},
    {"link-to-nothing", "ln -s nowhere out", BUNDLE FILES, 2, "out cannot be written: ", NULL},
    {"link-loop", "ln -s out out", BUNDLE FILES, 2,
     "out cannot be written: Too many levels of symbolic links", NULL},
    {"name-is-a-link", "mkdir out; ln -s ../cert.pem out/key.pem", BUNDLE FILES, 2,
     "out/key.pem cannot be written: File exists; nothing was written: give --force", NULL},
    {"name-is-a-folder", "mkdir -p out/made.key", PKI "--force CN=C", 2,
     "out/made.key cannot be written: Is a directory; nothing was written", NULL},
    {"odd-name", NULL, "MQTRUST split cert.pem -o none/" ODD, 2,
     "none/\\e[31m\\n\\u{202e} cannot be written", NULL},
    {"odd-ca", NULL, "MQTRUST pki client --ca " ODD " CN=C", 2,
     "\\e[31m\\n\\u{202e} does not exist", NULL},
    {"odd-subject", NULL, "MQTRUST pki ca CN=" ODD, 2, "has a control character", NULL},
    {"odd-owner", NULL, BUNDLE FILES "--owner " ODD, 2, "is no user of this machine", NULL},
};

/* --- what is written all the same ------------------------------------------------------------- */

/* Files, and no way to tell it: exit code 2, and no byte of the report in any of them. */
static void
test_no_output(void)
{
  static const char *const closed[] = {">/dev/full", ">&-", "<&- >&- 2>&-"};
  for (gsize i = 0; i < G_N_ELEMENTS(closed); i++) {
    g_autofree char *out = NULL, *err = NULL, *key = NULL;
    g_autofree char *script = g_strdup_printf(
        "rm -rf work; cp -a stage work; cd work; %s %s %s; a=$?; %s CN=C %s; b=$?; %s cert.pem %s; "
        "test $a$b$? = 222 && ls -A out | tr '\\n' ' '",
        BUNDLE, FILES, closed[i], PKI, closed[i], SPLIT, closed[i]);
    g_assert_cmpint(run(folder, script, &out, &err), ==, 0);
    g_assert_cmpstr(out, ==,
                    "cert.pem client-ca.pem key.pem leaf.pem made.key made.pem mosquitto.conf ");
    if (i < 2)
      g_assert_cmpstr(err, ==,
                      "mqtrust bundle: the files were written, but the report of them cannot be\n"
                      "mqtrust pki: the files were written, but the report of them cannot be\n"
                      "mqtrust split: the files were written, but the report of them cannot be\n");
    g_autofree char *path = g_build_filename(folder, "work", "out", "made.key", NULL);
    g_assert_true(g_file_get_contents(path, &key, NULL, NULL));
    g_assert_true(g_str_has_prefix(key, "-----BEGIN PRIVATE KEY-----\n"));
    g_assert_true(g_str_has_suffix(key, "-----END PRIVATE KEY-----\n"));
  }
}

/* Without a home, and with any umask: a key is for its owner, a folder that is made not for all. */
static void
test_modes(void)
{
  static const char *const masks[] = {"000", "022", "077"};
  static const char *const modes[] = {"755 600 600 600 644 ", "755 600 600 600 644 ",
                                      "700 600 600 600 644 "};
  for (gsize i = 0; i < G_N_ELEMENTS(masks); i++) {
    g_autofree char *out = NULL, *err = NULL;
    g_autofree char *script = g_strdup_printf(
        "set -e; rm -rf work; cp -a stage work; cd work; umask %s; unset HOME; %s %s >log; "
        "%s --pkcs12 --pkcs12-password-file word CN=C >log; "
        "stat -c %%a out out/key.pem out/made.key out/made.p12 out/made.pem | tr '\\n' ' '",
        masks[i], BUNDLE, FILES, PKI);
    g_assert_cmpint(run(folder, script, &out, &err), ==, 0);
    g_assert_cmpstr(out, ==, modes[i]);
  }
}

/* --- the stage -------------------------------------------------------------------------------- */

/* Makes what the rows want, in folder/stage. */
static void
prepare(void)
{
  BundleStage stage;
  bundle_stage_init(&stage, g_get_real_time() / G_USEC_PER_SEC, PKI_KEY_ECDSA_P256);
  g_autoptr(PkiPair) other_ca =
      bundle_stage_issue(&stage, PKI_ROOT, PKI_KEY_ECDSA_P256, "Other CA", NULL);
  g_autoptr(PkiPair) stranger =
      bundle_stage_issue(&stage, PKI_CLIENT, PKI_KEY_ECDSA_P256, "Stranger", other_ca);
  bundle_stage_archive(&stage, "mqtt.test", 1, stage.server);
  bundle_stage_live(&stage, "mqtt.test", 1);
  g_free(bundle_stage_write_key(&stage, "locked.key", stage.server, SECRET));
  g_free(bundle_stage_write_key(&stage, "ca.key", stage.client_ca, NULL));
  g_free(bundle_stage_write_key(&stage, "locked-ca.key", stage.client_ca, SECRET));
  g_free(bundle_stage_write_key(&stage, "client.key", stage.client, NULL));
  g_free(bundle_stage_write_key(&stage, "other.key", other_ca, NULL));
  g_free(bundle_stage_write_certificate(&stage, "stranger.pem", stranger));
  g_free(bundle_stage_write(&stage, "word", SECRET "\n", 0600));
  g_free(bundle_stage_write(&stage, "wrong", "abracadabra\n", 0600));
  g_autofree char *path = g_shell_quote(stage.folder), *out = NULL, *err = NULL;
  g_autofree char *script = g_strdup_printf(
      "set -e; cp -a %s stage; cd stage; MQTRUST pki request --name request CN=C; "
      "MQTRUST pki server --ca ca.pem --name made --pkcs12 --pkcs12-password-file word made.test",
      path);
  if (run(folder, script, &out, &err) != 0)
    g_error("%s", err);
  bundle_stage_clear(&stage);
}

static void
copy_program(void)
{
  const char *build = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *source = g_canonicalize_filename("mqtrust", build ? build : NULL);
  g_autofree char *bytes = NULL;
  gsize length;
  g_autoptr(GError) error = NULL;
  program = g_build_filename(folder, "mqtrust", NULL);
  g_file_get_contents(source, &bytes, &length, &error);
  g_assert_no_error(error);
  g_assert_true(private_folder_write(folder, "mqtrust", bytes, (gssize)length, 0755, NULL));
}

/* Modes do not stop root. */
static void
leave_root(void)
{
  if (geteuid() != 0)
    return;
  g_assert_cmpint(chown(folder, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint(setgroups(0, NULL), ==, 0);
  g_assert_cmpint(setgid(NOBODY), ==, 0);
  g_assert_cmpint(setuid(NOBODY), ==, 0);
  prctl(PR_SET_DUMPABLE, 1); /* LeakSanitizer looks at its own process */
}

static void
add_rows(const char *group, const Row *rows, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    g_autofree char *path = g_strdup_printf("/bad-input/%s/%s", group, rows[i].name);
    g_test_add_data_func(path, &rows[i], test_row);
  }
}

int
main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  g_test_init(&argc, &argv, NULL);
  folder = private_folder_new("mqtrust-bad", &error);
  g_assert_no_error(error);
  copy_program();
  leave_root();
  prepare();
  add_rows("lineage", lineages, G_N_ELEMENTS(lineages));
  add_rows("file", odd_files, G_N_ELEMENTS(odd_files));
  add_rows("key", keys, G_N_ELEMENTS(keys));
  add_rows("place", places, G_N_ELEMENTS(places));
  g_test_add_func("/bad-input/no-output", test_no_output);
  g_test_add_func("/bad-input/modes", test_modes);
  int status = g_test_run();
  g_autofree char *out = NULL, *err = NULL;
  run(folder, "chmod -R u+rwx work", &out, &err);
  private_folder_remove(folder, NULL);
  g_free(folder);
  g_free(program);
  return status;
}
