/* Revoked certificates, revocation lists, stapled answers. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/forge_crl.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include <string.h>

/* --- Lists ------------------------------------------------------------------------------------ */

static const char *
write_list(LabScene *scene, const char *name, const ForgeCrl *crl)
{
  g_autoptr(GBytes) der = forge_crl(crl);
  g_autofree char *pem = forge_crl_pem(der);
  return lab_write(scene, name, pem, -1);
}

/* Of this issuer, good for a week; who is revoked is revoked since yesterday, for its key was
 * stolen; NULL: nobody is. */
static ForgeCrl
list_of(const Forged *issuer, const Forged *revoked)
{
  ForgeCrl crl = {
      .issuer = issuer, .this_update = lab_days_from_now(-1), .next_update = lab_days_from_now(6)};
  if (revoked != NULL)
    crl.entries[0] = (ForgeEntry){
        .certificate = revoked->certificate, .date = lab_days_from_now(-1), .reason = 1};
  return crl;
}

static void
use_list(LabScene *scene, const char *path)
{
  lab_set(&lab_profile(scene)->crl_path, path);
}

static void
use_list_of(LabScene *scene, const Forged *issuer, const Forged *revoked)
{
  ForgeCrl crl = list_of(issuer, revoked);
  use_list(scene, write_list(scene, "revoked.crl", &crl));
}

static void
build_server(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  lab_good_broker(scene);
  use_list_of(scene, pki->intermediate, pki->server);
  lab_expect_certificate(scene, pki->server);
}

static void
build_intermediate(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  lab_good_broker(scene);
  use_list_of(scene, pki->root, pki->intermediate);
  lab_expect_certificate(scene, pki->intermediate);
}

/* mosquitto that knows this list of its clients' CA. */
static void
broker_with_list(LabScene *scene, const ForgeCrl *crl)
{
  const LabPki *pki = lab_pki(scene);
  g_autofree char *extra = g_strdup_printf("crlfile %s", write_list(scene, "mosquitto.crl", crl));
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_mosquitto(scene, &(LabMosquitto){.client_ca_file = lab_write_chain(scene, "client-ca.pem",
                                                                         pki->client_ca, NULL),
                                       .extra = extra});
  lab_expect_certificate(scene, pki->client);
  lab_expect_file(scene, lab_profile(scene)->certificate_path);
}

static void
build_client(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeCrl crl = list_of(pki->client_ca, pki->client);
  broker_with_list(scene, &crl);
}

/* We have the list, too, and a copy of its CA file, with which the list can be believed. */
static void
build_client_known(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  build_client(scene);
  lab_set(&lab_profile(scene)->broker_ca_path,
          lab_write_chain(scene, "copy-of-client-ca.pem", pki->client_ca, NULL));
  use_list_of(scene, pki->client_ca, pki->client);
}

/* The broker has no list: it takes us as long as nobody gives it one. */
static void
build_client_accepted(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  lab_good_broker(scene);
  use_list_of(scene, pki->client_ca, pki->client);
  lab_set(&lab_profile(scene)->broker_ca_path,
          lab_write_chain(scene, "copy-of-client-ca.pem", pki->client_ca, NULL));
  lab_expect_certificate(scene, pki->client);
  lab_expect_file(scene, lab_profile(scene)->certificate_path);
}

/* mosquitto has no list of our CA and then takes nobody of it; its CA file is known to be right. */
static void
build_no_list(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeCrl crl = list_of(pki->root, NULL);
  broker_with_list(scene, &crl);
  lab_set(&lab_profile(scene)->broker_ca_path,
          lab_write_chain(scene, "copy-of-client-ca.pem", pki->client_ca, NULL));
}

/* --- Lists that say nothing ------------------------------------------------------------------- */

static void
build_list_of_another(LabScene *scene)
{
  ForgeTemplate template = lab_authority("Other CA");
  lab_good_broker(scene);
  use_list_of(scene, lab_forge(scene, &template, NULL), NULL);
  lab_expect_certificate(scene, lab_pki(scene)->server);
}

static void
build_list_of_namesake(LabScene *scene)
{
  ForgeTemplate template = lab_authority("Lab Issuing CA");
  ForgeCrl crl = list_of(lab_pki(scene)->intermediate, NULL);
  crl.signer = lab_forge(scene, &template, NULL);
  lab_good_broker(scene);
  const char *path = write_list(scene, "issuing-ca.crl", &crl);
  use_list(scene, path);
  lab_expect_file(scene, path);
}

static void
build_damaged_list(LabScene *scene)
{
  ForgeCrl crl = list_of(lab_pki(scene)->intermediate, NULL);
  crl.damaged = TRUE;
  lab_good_broker(scene);
  const char *path = write_list(scene, "issuing-ca.crl", &crl);
  use_list(scene, path);
  lab_expect_file(scene, path);
}

/* --- Stapled answers -------------------------------------------------------------------------- */

/* RFC 7633: status_request (5) */
static void
demand_staple(gnutls_x509_crt_t crt)
{
  static const guint8 features[] = {0x30, 0x03, 0x02, 0x01, 0x05};
  if (gnutls_x509_crt_set_extension_by_oid(crt, "1.3.6.1.5.5.7.1.24", features, sizeof features,
                                           0) < 0)
    g_error("no TLS feature could be set");
}

static Forged *
server_that_demands(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  template.tweak = demand_staple;
  return lab_forge(scene, &template, lab_pki(scene)->intermediate);
}

static ForgeOcsp
answer_about(LabScene *scene, const Forged *server)
{
  return (ForgeOcsp){.certificate = server->certificate,
                     .issuer = lab_pki(scene)->intermediate,
                     .this_update = lab_days_from_now(-1),
                     .next_update = lab_days_from_now(6)};
}

/* mosquitto staples nothing: a broker on GnuTLS does. */
static void
broker_staples(LabScene *scene, const Forged *server, const ForgeOcsp *ocsp)
{
  const LabPki *pki = lab_pki(scene);
  TlsPeerOptions options = lab_tls_options(scene, FALSE);
  options.chain_pem =
      lab_keep(scene, g_strconcat(lab_pem(scene, server), lab_pem(scene, pki->intermediate), NULL));
  options.key_pem = lab_key_pem(scene, server);
  options.staple = lab_keep_bytes(scene, forge_ocsp(ocsp));
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
  lab_expect_certificate(scene, server);
}

static void
build_staple_revoked(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeOcsp ocsp = answer_about(scene, pki->server);
  ocsp.answer = FORGE_REVOKED_ANSWER;
  ocsp.reason = 1;
  broker_staples(scene, pki->server, &ocsp);
}

static void
build_staple_missing(LabScene *scene)
{
  const Forged *server = server_that_demands(scene);
  lab_broker_with(scene, server, lab_pki(scene)->intermediate);
  lab_expect_certificate(scene, server);
}

static void
build_staple_old(LabScene *scene)
{
  const Forged *server = server_that_demands(scene);
  ForgeOcsp ocsp = answer_about(scene, server);
  ocsp.this_update = lab_days_from_now(-10);
  ocsp.next_update = lab_days_from_now(-3);
  broker_staples(scene, server, &ocsp);
}

static void
build_staple_of_another(LabScene *scene)
{
  const Forged *server = server_that_demands(scene);
  ForgeOcsp ocsp = answer_about(scene, lab_pki(scene)->server);
  broker_staples(scene, server, &ocsp);
}

static void
build_staple_damaged(LabScene *scene)
{
  const Forged *server = server_that_demands(scene);
  ForgeOcsp ocsp = answer_about(scene, server);
  ocsp.damaged = TRUE;
  broker_staples(scene, server, &ocsp);
}

/* Nobody demanded one. */
static void
build_staple_old_unneeded(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  ForgeOcsp ocsp = answer_about(scene, pki->server);
  ocsp.this_update = lab_days_from_now(-10);
  ocsp.next_update = lab_days_from_now(-3);
  broker_staples(scene, pki->server, &ocsp);
}

/* --- All of them ------------------------------------------------------------------------------ */

static const LabFault faults[] = {
    FAULT("server-revoked", NULL, "mosquitto; its certificate is on our revocation list", ERROR,
          SERVER, PEER, 0, 0, build_server),
    FAULT("server-revoked", "intermediate", "mosquitto; its intermediate is on our revocation list",
          ERROR, SERVER, PEER, 1, 0, build_intermediate),
    FAULT("server-revoked", "stapled",
          "a broker on GnuTLS; the OCSP answer that it sends says that its certificate is revoked",
          ERROR, SERVER, PEER, 0, 0, build_staple_revoked),
    FAULT("client-revoked", NULL, "mosquitto; our certificate is on its revocation list", ERROR,
          CLIENT, CLIENT, 0, 0, build_client),
    FAULT("client-revoked", "known",
          "mosquitto; our certificate is on its revocation list, and on ours", ERROR, CLIENT,
          CLIENT, 0, 0, build_client_known),
    FAULT("client-revoked", "accepted",
          "mosquitto without a revocation list; our certificate is on ours", WARNING, CLIENT,
          CLIENT, 0, 0, build_client_accepted),
    FAULT("broker-crl-suspected", NULL,
          "mosquitto; its CA file holds our CA, and its revocation list is of another CA", ERROR,
          BROKER, CLIENT, 0, 0, build_no_list),
    FAULT("crl-unusable", NULL, "mosquitto; our revocation list is of another CA", WARNING, TRUST,
          PEER, 0, 0, build_list_of_another),
    FAULT("crl-unusable", "namesake",
          "mosquitto; another CA of its issuer's name signed our revocation list", WARNING, TRUST,
          CRL, 0, 0, build_list_of_namesake),
    FAULT("crl-unusable", "damaged",
          "mosquitto; one bit of our revocation list's signature is flipped", WARNING, TRUST, CRL,
          0, 0, build_damaged_list),
    FAULT("staple-missing", NULL,
          "mosquitto; its certificate demands a stapled OCSP answer, and it sends none", ERROR,
          SERVER, PEER, 0, 0, build_staple_missing),
    FAULT("staple-bad", NULL, "a broker on GnuTLS; the OCSP answer that it has to send is too old",
          ERROR, SERVER, PEER, 0, 0, build_staple_old),
    FAULT("staple-bad", "another",
          "a broker on GnuTLS; the OCSP answer that it has to send is about another certificate",
          ERROR, SERVER, PEER, 0, 0, build_staple_of_another),
    FAULT("staple-bad", "damaged",
          "a broker on GnuTLS; the OCSP answer that it has to send is badly signed", ERROR, SERVER,
          PEER, 0, 0, build_staple_damaged),
    FAULT("staple-bad", "unneeded",
          "a broker on GnuTLS; the OCSP answer that it sends unasked is too old", WARNING, SERVER,
          PEER, 0, 0, build_staple_old_unneeded),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_revocation = {faults, missing};
