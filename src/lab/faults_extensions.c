/* Certificates whose form is wrong: extensions and policies that nobody can process, version 1, DER
 * that cannot be read. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/odd_chain.h"
#include "lab/scene.h"

#include <string.h>

/* --- Extensions ------------------------------------------------------------------------------- */

static void
must(int result)
{
  if (result < 0)
    g_error("%s", gnutls_strerror(result));
}

static ForgeTemplate
tweaked(ForgeTemplate template, void (*tweak)(gnutls_x509_crt_t crt))
{
  template.tweak = tweak;
  return template;
}

/* An OID of the arc for examples (RFC 7229's neighbour: 2.999, X.660), NULL as its content. */
static void
add_unknown_extension(gnutls_x509_crt_t crt)
{
  static const guint8 nothing[] = {0x05, 0x00};
  must(gnutls_x509_crt_set_extension_by_oid(crt, "2.999.7", nothing, sizeof nothing, 1));
}

static void
build_unknown_extension(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_server(LAB_HOST), add_unknown_extension);
  odd_broker(scene, OF_LEAF, &odd);
}

static void
build_unknown_extension_ca(LabScene *scene)
{
  ForgeTemplate odd = tweaked(odd_authority(), add_unknown_extension);
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_unknown_extension_client(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_client("Client"), add_unknown_extension);
  odd_client(scene, OF_LEAF, &odd);
}

/* RFC 5280, 4.2.1.11: requireExplicitPolicy from here on. */
static void
demand_policies(gnutls_x509_crt_t crt)
{
  static const guint8 constraints[] = {0x30, 0x03, 0x80, 0x01, 0x00};
  must(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.36", constraints, sizeof constraints, 1));
}

static void
build_policies(LabScene *scene)
{
  ForgeTemplate odd = tweaked(odd_authority(), demand_policies);
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_policies_client(LabScene *scene)
{
  ForgeTemplate odd = tweaked(odd_authority(), demand_policies);
  odd_client(scene, OF_INTERMEDIATE, &odd);
}

/* RFC 5280, 4.2.1.4: policy 2.999.1, which a private CA made up. */
static void
name_policy(gnutls_x509_crt_t crt)
{
  char oid[] = "2.999.1";
  struct gnutls_x509_policy_st policy = {.oid = oid};
  must(gnutls_x509_crt_set_policy(crt, &policy, 0));
}

static void
build_policies_unasked(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_server(LAB_HOST), name_policy);
  odd_broker(scene, OF_LEAF, &odd);
}

/* --- Version 1 -------------------------------------------------------------------------------- */

static ForgeTemplate
as_version_1(ForgeTemplate template)
{
  template.version = 1;
  return template;
}

static void
build_v1_ca(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(odd_authority());
  odd_broker(scene, OF_INTERMEDIATE, &odd);
}

static void
build_v1_root(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(odd_root());
  odd_broker(scene, OF_ROOT, &odd);
}

static void
build_v1_server(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(lab_server(LAB_HOST));
  odd_broker(scene, OF_LEAF, &odd);
}

/* What `openssl x509 -req` makes without an extension file. */
static void
build_v1_client(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(lab_client("Client"));
  odd_client(scene, OF_LEAF, &odd);
}

static void
build_v1_client_ca(LabScene *scene)
{
  ForgeTemplate odd = as_version_1(odd_authority());
  odd_client(scene, OF_INTERMEDIATE, &odd);
}

/* --- Malformed -------------------------------------------------------------------------------- */

/* RFC 5280, 4.1.2.2: at most 20 octets, positive. */
static void
make_serial_negative(gnutls_x509_crt_t crt)
{
  must(gnutls_x509_crt_set_serial(crt, "\x80\x01\x02\x03", 4));
}

static void
build_negative_serial(LabScene *scene)
{
  ForgeTemplate odd = tweaked(lab_server(LAB_HOST), make_serial_negative);
  odd_broker(scene, OF_LEAF, &odd);
}

/* (transfer none): a PEM block of two empty SEQUENCEs. */
static const char *
broken_pem(LabScene *scene)
{
  static const char text[] = "-----BEGIN CERTIFICATE-----\nMAAwAA==\n-----END CERTIFICATE-----\n";
  return lab_keep(scene, g_strdup(text));
}

/* The BIT STRING in keyUsage (RFC 5280, 4.2.1.3) becomes an OCTET STRING. */
static const char *
pem_with_bad_usage(LabScene *scene, const Forged *forged)
{
  static const guint8 good[] = {0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04};
  static const char label[] = "CERTIFICATE";
  const char *text = lab_pem(scene, forged);
  gnutls_datum_t pem = {(unsigned char *)text, (unsigned)strlen(text)}, der, out;
  must(gnutls_pem_base64_decode2(label, &pem, &der));
  guint8 *usage = memmem(der.data, der.size, good, sizeof good);
  if (usage == NULL)
    g_error("the certificate has no keyUsage");
  usage[sizeof good + 1] = 0x04; /* behind the length of the value */
  must(gnutls_pem_base64_encode2(label, &der, &out));
  gnutls_free(der.data);
  char *changed = g_strndup((const char *)out.data, out.size);
  gnutls_free(out.data);
  return lab_keep(scene, changed);
}

static void
build_broken_sent(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  g_autofree char *text =
      g_strconcat(lab_pem(scene, pki->server), pem_with_bad_usage(scene, pki->intermediate), NULL);
  lab_use_good_trust(scene);
  lab_mosquitto(scene,
                &(LabMosquitto){.chain_file = lab_write(scene, "broker.pem", text, -1),
                                .key_file = lab_write_key(scene, "broker.key", pki->server, NULL)});
}

static void
build_broken_client(LabScene *scene)
{
  lab_good_broker(scene);
  const char *file = lab_write(scene, "client.pem", broken_pem(scene), -1);
  lab_set(&lab_profile(scene)->certificate_path, file);
  lab_expect_file(scene, file);
}

static void
build_broken_ca(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *text =
      g_strconcat(lab_pem(scene, lab_pki(scene)->root), broken_pem(scene), NULL);
  const char *file = lab_write(scene, "cas.pem", text, -1);
  lab_set(&lab_profile(scene)->ca_path, file);
  lab_expect_file(scene, file);
}

/* --- All of them ------------------------------------------------------------------------------ */

static const LabFault faults[] = {
    FAULT("critical-extension-unknown", NULL,
          "mosquitto; its certificate has a critical extension 2.999.7", ERROR, SERVER, PEER, 0, 0,
          build_unknown_extension),
    FAULT("critical-extension-unknown", "intermediate",
          "mosquitto; its intermediate has a critical extension 2.999.7", ERROR, SERVER, PEER, 1, 0,
          build_unknown_extension_ca),
    FAULT("critical-extension-unknown", "client",
          "mosquitto; our certificate has a critical extension 2.999.7", ERROR, CLIENT, CLIENT, 0,
          0, build_unknown_extension_client),
    FAULT("policies-unsupported", NULL,
          "mosquitto; its intermediate demands policies, and no certificate has one", ERROR, SERVER,
          PEER, 1, 0, build_policies),
    FAULT(
        "policies-unsupported", "client",
        "mosquitto, which takes it; our intermediate demands policies, and no certificate has one",
        WARNING, CLIENT, CLIENT, 1, 0, build_policies_client),
    FAULT("policies-unsupported", "unasked", "mosquitto; its certificate names a private policy",
          INFO, SERVER, PEER, 0, 0, build_policies_unasked),
    FAULT("certificate-v1", NULL, "mosquitto; its intermediate is of X.509 version 1", ERROR,
          SERVER, PEER, 1, 0, build_v1_ca),
    FAULT("certificate-v1", "root", "mosquitto; the root in our CA file is of X.509 version 1",
          WARNING, TRUST, TRUST, 0, 0, build_v1_root),
    FAULT("certificate-v1", "server", "mosquitto; its certificate is of X.509 version 1", WARNING,
          SERVER, PEER, 0, 0, build_v1_server),
    FAULT("certificate-v1", "client", "mosquitto; our certificate is of X.509 version 1", WARNING,
          CLIENT, CLIENT, 0, 0, build_v1_client),
    FAULT("certificate-v1", "client-intermediate",
          "mosquitto; our intermediate is of X.509 version 1", ERROR, CLIENT, CLIENT, 1, 0,
          build_v1_client_ca),
    FAULT("certificate-malformed", NULL,
          "mosquitto; the keyUsage of its intermediate is not what it should be in DER", ERROR,
          SERVER, PEER, 1, 0, build_broken_sent),
    FAULT("certificate-malformed", "client", "our certificate file holds no readable certificate",
          ERROR, CLIENT, CLIENT, -1, 0, build_broken_client),
    FAULT("certificate-malformed", "trust",
          "our CA file holds the root and a certificate that cannot be read", ERROR, TRUST, TRUST,
          -1, 0, build_broken_ca),
    FAULT("certificate-malformed", "serial",
          "mosquitto; its certificate has a negative serial number", WARNING, SERVER, PEER, 0, 0,
          build_negative_serial),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_extensions = {faults, missing};
