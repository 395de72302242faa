/* Faults of names: what the certificate is for, and what was dialled. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

/* mosquitto with such a certificate, our side in order. */
static void
broker_with(LabScene *scene, const ForgeTemplate *template)
{
  const LabPki *pki = lab_pki(scene);
  Forged *server = lab_forge(scene, template, pki->intermediate);
  LabMosquitto options = {
      .chain_file = lab_write_chain(scene, "fullchain.pem", server, pki->intermediate, NULL),
      .key_file = lab_write_key(scene, "privkey.pem", server, NULL),
      .client_ca_file = lab_write_chain(scene, "client-ca.pem", pki->client_ca, NULL)};
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &options);
  lab_expect_certificate(scene, server);
}

static void
broker_named(LabScene *scene, const char *names)
{
  ForgeTemplate template = lab_server("broker");
  template.names = names;
  broker_with(scene, &template);
}

static void
dial(LabScene *scene, const char *host)
{
  lab_set(&lab_profile(scene)->host, host);
}

/* A name that the scene's name server leads here. */
static void
dial_name(LabScene *scene, const char *host)
{
  dial(scene, host);
  lab_dns(scene, host, "A", "127.0.0.1");
}

static void
build_mismatch(LabScene *scene)
{
  broker_named(scene, "DNS:broker.lab.test,DNS:mqtt.other.test");
}

/* To Linux 0.0.0.0 is this machine, as 127.0.0.1 is, whose names are a matter of their own. */
static void
build_address(LabScene *scene)
{
  broker_named(scene, "DNS:" LAB_HOST);
  dial(scene, "0.0.0.0");
}

static void
build_no_san(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  template.names = NULL;
  broker_with(scene, &template);
}

static void
build_wildcard_deep(LabScene *scene)
{
  broker_named(scene, "DNS:*.lab.test");
  dial_name(scene, "eu.mqtt.lab.test");
}

static void
build_wildcard_apex(LabScene *scene)
{
  broker_named(scene, "DNS:*." LAB_HOST);
}

static void
build_wildcard_partial(LabScene *scene)
{
  broker_named(scene, "DNS:mq*.lab.test");
}

static void
build_wildcard_inside(LabScene *scene)
{
  broker_named(scene, "DNS:mqtt.*.test");
}

static void
build_wrong_type(LabScene *scene)
{
  broker_named(scene, "DNS:" LAB_HOST ",DNS:127.0.0.1");
  dial(scene, "127.0.0.1");
}

#define OFFICE "b\303\274ro.lab.test"       /* büro.lab.test */
#define OFFICE_ASCII "xn--bro-hoa.lab.test" /* the same in DNS (RFC 5891) */

/* GnuTLS itself would write the name as DNS has it. */
static void
name_unencoded(gnutls_x509_crt_t crt)
{
  static const char san[] = "\x30\x10\x82\x0e" OFFICE;
  if (gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17", san, sizeof san - 1, 0) < 0)
    g_error("no subjectAltName could be set");
}

static void
broker_unencoded(LabScene *scene)
{
  ForgeTemplate template = lab_server("broker");
  template.names = NULL;
  template.tweak = name_unencoded;
  broker_with(scene, &template);
}

static void
build_idn(LabScene *scene)
{
  broker_unencoded(scene);
  dial_name(scene, OFFICE_ASCII);
}

static void
build_idn_dialled(LabScene *scene)
{
  broker_unencoded(scene);
  dial(scene, OFFICE);
  lab_dns(scene, OFFICE_ASCII, "A", "127.0.0.1");
}

static void
build_override(LabScene *scene)
{
  broker_named(scene, LAB_SERVER_NAMES);
  lab_set(&lab_profile(scene)->server_name, "mqtt.example.com");
}

static void
build_localhost(LabScene *scene)
{
  broker_named(scene, "DNS:" LAB_HOST);
  dial(scene, "localhost");
}

static void
build_loopback(LabScene *scene)
{
  broker_named(scene, "DNS:" LAB_HOST);
  dial(scene, "127.0.0.1");
}

static void
build_single_label(LabScene *scene)
{
  broker_named(scene, "DNS:" LAB_HOST);
  dial_name(scene, "mosquitto");
}

static void
build_client_nameless(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  const char *client_ca = lab_write_chain(scene, "client-ca.pem", pki->client_ca, NULL);
  ForgeTemplate template = lab_client(NULL);
  template.organization = "Lab Devices";
  Forged *client = lab_forge(scene, &template, pki->client_ca);
  const char *file = lab_write_chain(scene, "nameless.pem", client, NULL);
  lab_use_good_trust(scene);
  lab_use_client(scene, file, lab_write_key(scene, "nameless.key", client, NULL));
  lab_mosquitto(scene,
                &(LabMosquitto){.client_ca_file = client_ca,
                                .extra = "allow_anonymous false\nuse_identity_as_username true"});
  lab_expect_certificate(scene, client);
  lab_expect_file(scene, file);
}

/* --- All of them ----------------------------------------------------------------------------- */

static const LabFault faults[] = {
    FAULT("name-mismatch", NULL, "mosquitto; its certificate is for other names", ERROR, SERVER,
          PEER, 0, 0, build_mismatch),
    FAULT("name-ip-not-listed", NULL,
          "mosquitto, dialled by its address; the certificate has DNS names", ERROR, SERVER, PEER,
          0, 0, build_address),
    FAULT("name-no-san", NULL, "mosquitto; its certificate has its name as common name alone",
          WARNING, SERVER, PEER, 0, 0, build_no_san),
    FAULT("name-wildcard-depth", NULL,
          "mosquitto at eu.mqtt.lab.test; its certificate is for *.lab.test", ERROR, SERVER, PEER,
          0, 0, build_wildcard_deep),
    FAULT("name-wildcard-depth", "apex",
          "mosquitto at mqtt.lab.test; its certificate is for *.mqtt.lab.test", ERROR, SERVER, PEER,
          0, 0, build_wildcard_apex),
    FAULT("name-wildcard-unusable", NULL, "mosquitto; its certificate is for mq*.lab.test", ERROR,
          SERVER, PEER, 0, 0, build_wildcard_partial),
    FAULT("name-wildcard-unusable", "inside", "mosquitto; its certificate is for mqtt.*.test",
          ERROR, SERVER, PEER, 0, 0, build_wildcard_inside),
    FAULT("name-wrong-type", NULL, "mosquitto; its certificate has 127.0.0.1 as a DNS name", ERROR,
          SERVER, PEER, 0, 0, build_wrong_type),
    FAULT("name-idn", NULL,
          "mosquitto at xn--bro-hoa.lab.test; its certificate has the name with an ü", ERROR,
          SERVER, PEER, 0, 0, build_idn),
    FAULT("name-idn", "dialled", "mosquitto; certificate and host both have the name with an ü",
          ERROR, SERVER, PEER, 0, 0, build_idn_dialled),
    FAULT("name-override-wrong", NULL, "mosquitto; the profile's server name is another one", ERROR,
          LOCAL, PEER, 0, 0, build_override),
    FAULT("name-local", NULL, "mosquitto, dialled as localhost; its certificate does not name it",
          ERROR, SERVER, PEER, 0, 0, build_localhost),
    FAULT("name-local", "address",
          "mosquitto, dialled as 127.0.0.1; its certificate does not name it", ERROR, SERVER, PEER,
          0, 0, build_loopback),
    FAULT("name-local", "container",
          "mosquitto, dialled as \"mosquitto\"; its certificate has its full name", ERROR, SERVER,
          PEER, 0, 0, build_single_label),
    FAULT("client-name-missing", NULL,
          "mosquitto with use_identity_as_username; our certificate has no common name", ERROR,
          CLIENT, CLIENT, 0, 0, build_client_nameless),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_names = {faults, missing};
