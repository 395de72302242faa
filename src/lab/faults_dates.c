/* Faults of dates: certificates that ended, that have not begun, that end soon; clocks. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"

#include "lab/forge_crl.h"

static ForgeTemplate
with_dates(ForgeTemplate template, int begin, int end)
{
  template.not_before = lab_days_from_now(begin);
  template.not_after = lab_days_from_now(end);
  return template;
}

/* --- The broker's chain ---------------------------------------------------------------------- */

/* root ← intermediate ← server, each of these dates; both sides are right in all else. */
typedef struct {
  int begin, end;
} Days;

typedef struct {
  Forged *root, *intermediate, *server;
} Chain;

static Chain
broker_with(LabScene *scene, Days root_days, Days intermediate_days, Days server_days)
{
  Chain chain;
  ForgeTemplate root = with_dates(lab_authority("Lab Root"), root_days.begin, root_days.end);
  ForgeTemplate intermediate =
      with_dates(lab_authority("Lab Issuing CA"), intermediate_days.begin, intermediate_days.end);
  ForgeTemplate server = with_dates(lab_server(LAB_HOST), server_days.begin, server_days.end);
  chain.root = lab_forge(scene, &root, NULL);
  chain.intermediate = lab_forge(scene, &intermediate, chain.root);
  chain.server = lab_forge(scene, &server, chain.intermediate);
  lab_use_good_client(scene);
  lab_set(&lab_profile(scene)->ca_path, lab_write_chain(scene, "root.pem", chain.root, NULL));
  lab_mosquitto(
      scene, &(LabMosquitto){.chain_file = lab_write_chain(scene, "fullchain.pem", chain.server,
                                                           chain.intermediate, NULL),
                             .key_file = lab_write_key(scene, "privkey.pem", chain.server, NULL),
                             .client_ca_file = lab_write_chain(scene, "client-ca.pem",
                                                               lab_pki(scene)->client_ca, NULL)});
  return chain;
}

#define CA_DAYS ((Days){-400, 3000})
#define LEAF_DAYS ((Days){-30, 60})

static void
build_leaf_expired(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, CA_DAYS, (Days){-100, -10});
  lab_expect_certificate(scene, chain.server);
}

static void
build_leaf_early(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, CA_DAYS, (Days){2, 92});
  lab_expect_certificate(scene, chain.server);
}

static void
build_intermediate_expired(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, (Days){-400, -3}, LEAF_DAYS);
  lab_expect_certificate(scene, chain.intermediate);
}

static void
build_anchor_expired(LabScene *scene)
{
  Chain chain = broker_with(scene, (Days){-4000, -3}, CA_DAYS, LEAF_DAYS);
  lab_expect_certificate(scene, chain.root);
  lab_expect_file(scene, lab_profile(scene)->ca_path);
}

static void
build_clock(LabScene *scene)
{
  broker_with(scene, (Days){400, 4000}, (Days){400, 2000}, (Days){400, 490});
}

static void
build_intermediate_early(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, (Days){2, 2000}, LEAF_DAYS);
  lab_expect_certificate(scene, chain.intermediate);
}

static void
build_leaf_soon(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, CA_DAYS, (Days){-80, 10});
  lab_expect_certificate(scene, chain.server);
}

static void
build_intermediate_soon(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, (Days){-400, 12}, LEAF_DAYS);
  lab_expect_certificate(scene, chain.intermediate);
}

static void
build_anchor_soon(LabScene *scene)
{
  Chain chain = broker_with(scene, (Days){-4000, 12}, CA_DAYS, LEAF_DAYS);
  lab_expect_certificate(scene, chain.root);
}

static void
build_validity_long(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, CA_DAYS, (Days){-30, 2000});
  lab_expect_certificate(scene, chain.server);
}

/* --- Our certificate ------------------------------------------------------------------------- */

static void
use_dated(LabScene *scene, int begin, int end)
{
  ForgeTemplate template = with_dates(lab_client("Client 7"), begin, end);
  Forged *client = lab_forge(scene, &template, lab_pki(scene)->client_ca);
  const char *file = lab_write_chain(scene, "dated.pem", client, NULL);
  lab_use_client(scene, file, lab_write_key(scene, "dated.key", client, NULL));
  lab_expect_certificate(scene, client);
  lab_expect_file(scene, file);
}

static void
use_client_of(LabScene *scene, int begin, int end)
{
  lab_good_broker(scene);
  use_dated(scene, begin, end);
}

static void
build_client_expired(LabScene *scene)
{
  use_client_of(scene, -91, -1);
}

static void
leave(LabScene *scene, TlsPeer *peer, gpointer data)
{
  gnutls_bye(peer->session, GNUTLS_SHUT_WR);
}

static void
build_client_expired_silent(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.require = FALSE;
  lab_use_good_trust(scene);
  lab_tls_peer(scene, &options, leave, NULL);
  use_dated(scene, -91, -1);
}

/* This machine's clock is behind: nothing has begun, whoever issued it. */
static void
build_clock_both(LabScene *scene)
{
  broker_with(scene, (Days){400, 4000}, (Days){400, 2000}, (Days){400, 490});
  use_dated(scene, 401, 491);
  lab_expect_nothing(scene);
}

static void
build_clock_leaves(LabScene *scene)
{
  broker_with(scene, CA_DAYS, CA_DAYS, (Days){2, 92});
  use_dated(scene, 3, 93);
  lab_expect_nothing(scene);
}

static void
build_clock_chain(LabScene *scene)
{
  Chain chain = broker_with(scene, CA_DAYS, (Days){2, 2000}, (Days){3, 93});
  lab_expect_certificate(scene, chain.intermediate);
}

static void
build_client_early(LabScene *scene)
{
  use_client_of(scene, 2, 92);
}

static void
build_client_soon(LabScene *scene)
{
  use_client_of(scene, -80, 10);
}

static void
build_broker_clock(LabScene *scene)
{
  TlsPeerOptions options = lab_tls_options(scene, TRUE);
  options.refuse = GNUTLS_A_CERTIFICATE_EXPIRED;
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_tls_peer(scene, &options, NULL, NULL);
}

/* --- Revocation data ------------------------------------------------------------------------- */

/* (transfer full) */
static char *
list_of(const Forged *issuer, int begin, int end)
{
  ForgeCrl crl = {.issuer = issuer,
                  .this_update = lab_days_from_now(begin),
                  .next_update = lab_days_from_now(end)};
  g_autoptr(GBytes) der = forge_crl(&crl);
  return forge_crl_pem(der);
}

static void
build_stale_list(LabScene *scene)
{
  lab_good_broker(scene);
  g_autofree char *stale = list_of(lab_pki(scene)->intermediate, -9, -2);
  g_autofree char *current = list_of(lab_pki(scene)->root, -2, 5);
  g_autofree char *both = g_strconcat(stale, current, NULL);
  const char *path = lab_write(scene, "lab.crl", both, -1);
  lab_set(&lab_profile(scene)->crl_path, path);
  lab_expect_file(scene, path);
}

/* --- All of them ----------------------------------------------------------------------------- */

static const LabFault faults[] = {
    FAULT("leaf-expired", NULL, "mosquitto; its certificate ended 10 days ago", ERROR, SERVER, PEER,
          0, 0, build_leaf_expired),
    FAULT("leaf-not-yet-valid", NULL, "mosquitto; its certificate begins the day after tomorrow",
          ERROR, SERVER, PEER, 0, 0, build_leaf_early),
    FAULT("intermediate-expired", NULL, "mosquitto; its intermediate ended three days ago", ERROR,
          SERVER, PEER, 1, 0, build_intermediate_expired),
    FAULT("anchor-expired", NULL, "mosquitto; the root in our CA file ended three days ago", ERROR,
          TRUST, TRUST, 0, 0, build_anchor_expired),
    FAULT("client-expired", NULL, "mosquitto; our certificate ended yesterday", ERROR, CLIENT,
          CLIENT, 0, 0, build_client_expired),
    FAULT("client-expired", "silent",
          "a peer on GnuTLS; closes without an alert after our certificate, which ended yesterday",
          ERROR, CLIENT, CLIENT, 0, 0, build_client_expired_silent),
    FAULT("client-not-yet-valid", NULL, "mosquitto; our certificate begins the day after tomorrow",
          ERROR, CLIENT, CLIENT, 0, 0, build_client_early),
    FAULT("clock-wrong", NULL, "mosquitto; its whole chain begins in 400 days", ERROR, LOCAL, NONE,
          -1, 0, build_clock),
    FAULT("clock-wrong", "intermediate",
          "mosquitto; its intermediate begins the day after tomorrow", ERROR, LOCAL, PEER, 1, 0,
          build_intermediate_early),
    FAULT("clock-wrong", "chain",
          "mosquitto; its intermediate begins the day after tomorrow, its certificate a day later",
          ERROR, LOCAL, PEER, 1, 0, build_clock_chain),
    FAULT("clock-wrong", "both-sides",
          "mosquitto; its whole chain begins in 400 days, and so does our certificate", ERROR, LOCAL,
          NONE, -1, 0, build_clock_both),
    FAULT("clock-wrong", "both-leaves",
          "mosquitto; its certificate begins the day after tomorrow, and so does ours", ERROR, LOCAL,
          NONE, -1, 0, build_clock_leaves),
    FAULT("broker-clock-wrong", NULL, "a peer on GnuTLS; calls our valid certificate expired",
          ERROR, BROKER, CLIENT, 0, 0, build_broker_clock),
    FAULT("expires-soon", NULL, "mosquitto; its certificate ends in 10 days", INFO, SERVER, PEER, 0,
          0, build_leaf_soon),
    FAULT("expires-soon", "intermediate", "mosquitto; its intermediate ends in 12 days", INFO,
          SERVER, PEER, 1, 0, build_intermediate_soon),
    FAULT("expires-soon", "anchor", "mosquitto; the root in our CA file ends in 12 days", INFO,
          TRUST, TRUST, 0, 0, build_anchor_soon),
    FAULT("expires-soon", "client", "mosquitto; our certificate ends in 10 days", INFO, CLIENT,
          CLIENT, 0, 0, build_client_soon),
    FAULT("validity-long", NULL, "mosquitto; its certificate is valid for 2030 days", INFO, SERVER,
          PEER, 0, 0, build_validity_long),
    FAULT("revocation-data-stale", NULL, "mosquitto; our revocation list ended two days ago",
          WARNING, TRUST, CRL, 0, 0, build_stale_list),
    {0},
};

static const LabMissing missing[] = {
    {0},
};

const LabFamily lab_family_dates = {faults, missing};
