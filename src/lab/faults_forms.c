/* Files of this side that hold the right thing in a form that not everybody reads, or not all of
 * it. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

/* --- Putting a file into its field ------------------------------------------------------------ */

static void
use_ca(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->ca_path, path);
  lab_expect_file(scene, path);
}

static void
use_certificate(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->certificate_path, path);
  lab_expect_file(scene, path);
}

static void
use_key(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->key_path, path);
  lab_expect_file(scene, path);
}

static const char *
write_text(LabScene *scene, const char *name, const char *text)
{
  return lab_write(scene, name, text, -1);
}

/* --- file-der, file-truncated ---------------------------------------------------------------- */

static const char *
write_der(LabScene *scene, const char *name, const Forged *forged)
{
  GBytes *der = certificate_der(forged->certificate);
  gsize length;
  const void *bytes = g_bytes_get_data(der, &length);
  return lab_write(scene, name, bytes, (gssize)length);
}

static void
build_der_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, write_der(scene, "ca.der", lab_pki(scene)->root));
}

static void
build_der_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  use_certificate(scene, write_der(scene, "client.der", lab_pki(scene)->client));
}

/* The text without its last `bytes`. */
static const char *
write_cut(LabScene *scene, const char *name, const char *text, gsize bytes)
{
  return lab_write(scene, name, text, (gssize)(strlen(text) - bytes));
}

#define END_LINE "-----END CERTIFICATE-----\n"

static void
build_truncated_ca(LabScene *scene)
{
  lab_good_broker(scene);
  use_ca(scene, write_cut(scene, "ca.pem", lab_pem(scene, lab_pki(scene)->root), 100));
}

static void
build_truncated_certificate(LabScene *scene)
{
  lab_good_broker(scene);
  const LabPki *pki = lab_pki(scene);
  const char *both = lab_keep(
      scene, g_strconcat(lab_pem(scene, pki->client), lab_pem(scene, pki->client_ca), NULL));
  use_certificate(scene, write_cut(scene, "chain.pem", both, strlen(END_LINE)));
}

static void
build_truncated_key(LabScene *scene)
{
  lab_good_broker(scene);
  use_key(scene, write_cut(scene, "cut.key", lab_key_pem(scene, lab_pki(scene)->client), 40));
}

/* --- pem-damaged, pem-trusted-label ---------------------------------------------------------- */

/* (transfer full): every `from` of the text made a `to`. */
static char *
with_all(const char *text, const char *from, const char *to)
{
  g_auto(GStrv) parts = g_strsplit(text, from, -1);
  return g_strjoinv(to, parts);
}

/* As from a field of a web form or an environment variable. */
static void
build_one_line(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *line = with_all(lab_pem(scene, lab_pki(scene)->root), "\n", "");
  use_ca(scene, write_text(scene, "ca.pem", line));
}

static void
build_indented(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text = with_all(lab_pem(scene, lab_pki(scene)->client), "\n", "\n    ");
  g_autofree char *indented = g_strconcat("    ", text, NULL);
  use_certificate(scene, write_text(scene, "indented.pem", indented));
}

/* As from JSON. */
static void
build_literal_line_ends(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *line = with_all(lab_pem(scene, lab_pki(scene)->client), "\n", "\\n");
  use_certificate(scene, write_text(scene, "json.pem", line));
}

/* As a mail program or a key server adds them (RFC 1421, 4.6). */
static void
build_header_lines(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text =
      with_all(lab_pem(scene, lab_pki(scene)->client), "BEGIN CERTIFICATE-----\n",
               "BEGIN CERTIFICATE-----\nComment: our certificate\n\n");
  use_certificate(scene, write_text(scene, "commented.pem", text));
}

static void
build_trusted_label(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text =
      with_all(lab_pem(scene, lab_pki(scene)->root), " CERTIFICATE", " TRUSTED CERTIFICATE");
  use_ca(scene, write_text(scene, "ca.pem", text));
}

/* --- All of them ---------------------------------------------------------------------------- */

static const LabFault faults[] = {
    FAULT("file-der", NULL, "mosquitto; the CA file is DER", WARNING, LOCAL, TRUST, -1, 0,
          build_der_ca),
    FAULT("file-der", "certificate", "mosquitto; our certificate file is DER", WARNING, LOCAL,
          CLIENT, -1, 0, build_der_certificate),
    FAULT("file-truncated", NULL, "the CA file ends within its certificate", ERROR, LOCAL, TRUST,
          -1, LAB_NO_TLS, build_truncated_ca),
    FAULT("file-truncated", "certificate", "our second certificate has no END line", ERROR, LOCAL,
          CLIENT, -1, LAB_NO_TLS, build_truncated_certificate),
    FAULT("file-truncated", "key", "our key file ends within the key", ERROR, LOCAL, KEY, -1,
          LAB_NO_TLS, build_truncated_key),
    FAULT("pem-damaged", NULL, "mosquitto; the CA file is PEM in one line", WARNING, LOCAL, TRUST,
          -1, 0, build_one_line),
    FAULT("pem-damaged", "indented", "mosquitto; our certificate file is indented PEM", WARNING,
          LOCAL, CLIENT, -1, 0, build_indented),
    FAULT("pem-damaged", "literal", "our certificate file has \\n for its line ends", ERROR, LOCAL,
          CLIENT, -1, LAB_NO_TLS, build_literal_line_ends),
    FAULT("pem-damaged", "header", "our certificate's PEM has a line \"Comment: ...\"", ERROR,
          LOCAL, CLIENT, -1, LAB_NO_TLS, build_header_lines),
    FAULT("pem-trusted-label", NULL, "the CA file is labelled TRUSTED CERTIFICATE", ERROR, LOCAL,
          TRUST, -1, LAB_NO_TLS, build_trusted_label),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_forms = {faults, missing};
