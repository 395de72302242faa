/* Trust anchors: the wrong CA file, cross-signed and self-signed certificates. */
#include "config.h"

#include "lab/fault_row.h"
#include "lab/lab_families.h"
#include "lab/scene.h"
#include "trust/anchors.h"

/* --- The CA file of another ------------------------------------------------------------------- */

static const char *
trust(LabScene *scene, const char *name, const Forged *first, const Forged *second)
{
  const char *path = lab_write_chain(scene, name, first, second, NULL);
  lab_profile(scene)->trust = TRUST_FILE;
  lab_set(&lab_profile(scene)->ca_path, path);
  return path;
}

static Forged *
authority_of(LabScene *scene, const char *name, const Forged *issuer)
{
  ForgeTemplate template = lab_authority(name);
  return lab_forge(scene, &template, issuer);
}

static Forged *
other_root(LabScene *scene)
{
  ForgeTemplate template = lab_authority("Other Root");
  template.organization = "Somebody Else";
  return lab_forge(scene, &template, NULL);
}

static void
good_broker_alone(LabScene *scene)
{
  lab_mosquitto(scene, &(LabMosquitto){0});
}

static void
broker_sends(LabScene *scene, const char *chain_file, const Forged *key)
{
  lab_mosquitto(scene, &(LabMosquitto){.chain_file = chain_file,
                                       .key_file = lab_write_key(scene, "broker.key", key, NULL)});
}

static void
build_other_root(LabScene *scene)
{
  good_broker_alone(scene);
  lab_expect_file(scene, trust(scene, "other-root.pem", other_root(scene), NULL));
}

/* The root itself comes, which proves nothing. */
static void
build_other_root_sent(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  broker_sends(scene,
               lab_write_chain(scene, "all.pem", pki->server, pki->intermediate, pki->root, NULL),
               pki->server);
  trust(scene, "other-root.pem", other_root(scene), NULL);
  lab_expect_certificate(scene, pki->root);
}

static void
trust_store(LabScene *scene)
{
  g_autoptr(Anchors) store = anchors_load_system(NULL);
  if (store == NULL)
    lab_fail(scene, LAB_ERROR_PROGRAM,
             "The trust store of this machine is empty (Debian: install ca-certificates).");
  lab_profile(scene)->trust = TRUST_SYSTEM;
  lab_set(&lab_profile(scene)->ca_path, NULL);
}

static void
build_private_with_store(LabScene *scene)
{
  good_broker_alone(scene);
  trust_store(scene);
}

static void
build_private_root_with_store(LabScene *scene)
{
  build_other_root_sent(scene);
  trust_store(scene);
}

/* --- Not the root, but something near it ------------------------------------------------------ */

static void
build_intermediate(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  good_broker_alone(scene);
  lab_expect_file(scene, trust(scene, "issuing-ca.pem", pki->intermediate, NULL));
  lab_expect_certificate(scene, pki->intermediate);
}

static void
build_leaf(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  good_broker_alone(scene);
  lab_expect_file(scene, trust(scene, "server.pem", pki->server, NULL));
  lab_expect_certificate(scene, pki->server);
}

/* It was pinned, and the broker has a new one since. */
static void
build_old_leaf(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  const Forged *old = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  good_broker_alone(scene);
  lab_expect_file(scene, trust(scene, "server.pem", old, NULL));
  lab_expect_certificate(scene, old);
}

static void
build_self_signed(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  const Forged *server = lab_forge(scene, &template, NULL);
  broker_sends(scene, lab_write_chain(scene, "broker.pem", server, NULL), server);
  trust(scene, "root.pem", lab_pki(scene)->root, NULL);
  lab_expect_certificate(scene, server);
}

static void
build_self_signed_with_store(LabScene *scene)
{
  build_self_signed(scene);
  trust_store(scene);
}

/* --- Two CAs of one name ---------------------------------------------------------------------- */

static void
build_same_name(LabScene *scene)
{
  Forged *again = authority_of(scene, "Lab Root", NULL);
  good_broker_alone(scene);
  lab_expect_file(scene, trust(scene, "root-of-2025.pem", again, NULL));
  lab_expect_certificate(scene, again);
}

static void
build_same_name_sent(LabScene *scene)
{
  build_other_root_sent(scene);
  Forged *again = authority_of(scene, "Lab Root", NULL);
  lab_expect_file(scene, trust(scene, "root-of-2025.pem", again, NULL));
  lab_expect_certificate(scene, again);
}

/* mosquitto names no CA; a copy of its CA file shows it. */
static void
build_same_name_client(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  Forged *again = authority_of(scene, "Lab Client CA", NULL);
  lab_expect_file(scene, lab_broker_for(scene, pki->client, NULL, again));
  lab_set(&lab_profile(scene)->broker_ca_path,
          lab_write_chain(scene, "copy-of-client-ca.pem", again, NULL));
  lab_expect_certificate(scene, pki->client);
}

/* openssl s_server names its CAs. */
static void
build_same_name_named(LabScene *scene)
{
  const LabPki *pki = lab_pki(scene);
  Forged *again = authority_of(scene, "Lab Client CA", NULL);
  const char *const arguments[] = {"-Verify",
                                   "4",
                                   "-verify_return_error",
                                   "-CAfile",
                                   lab_write_chain(scene, "client-ca.pem", again, NULL),
                                   NULL};
  lab_use_good_trust(scene);
  lab_use_good_client(scene);
  lab_openssl(scene, NULL, NULL, FALSE, arguments);
  lab_expect_file(scene, lab_profile(scene)->certificate_path);
  lab_expect_certificate(scene, pki->client);
}

/* --- An old root and its successor ------------------------------------------------------------ */

/* As DST Root CA X3, ISRG Root X1 and R3 were: the successor exists self-signed and signed by the
 * old root, with one key. */
typedef struct {
  Forged *old, *successor, *cross, *intermediate, *server;
} Succession;

static Succession
forge_succession(LabScene *scene, int old_ends)
{
  Succession all;
  ForgeTemplate old = lab_authority("Old Lab Root X3"),
                successor = lab_authority("New Lab Root X1");
  ForgeTemplate server = lab_server(LAB_HOST);
  old.not_before = lab_days_from_now(-4000);
  old.not_after = lab_days_from_now(old_ends);
  all.old = lab_forge(scene, &old, NULL);
  all.successor = lab_forge(scene, &successor, NULL);
  all.cross = lab_forge_with_key(scene, &successor, all.old, all.successor);
  all.intermediate = authority_of(scene, "Lab R3", all.successor);
  all.server = lab_forge(scene, &server, all.intermediate);
  return all;
}

static void
send_succession(LabScene *scene, const Succession *all, const Forged *fourth)
{
  broker_sends(scene,
               lab_write_chain(scene, "broker.pem", all->server, all->intermediate, all->cross,
                               fourth, NULL),
               all->server);
}

/* The last certificate of the broker's fullchain.pem was taken for the root. */
static void
build_cross_signed(LabScene *scene)
{
  Succession all = forge_succession(scene, -700);
  send_succession(scene, &all, NULL);
  lab_expect_file(scene, trust(scene, "root.pem", all.cross, NULL));
  lab_expect_certificate(scene, all.cross);
}

/* Without a word in its name that says "root", the self-signed one beside it does. */
static void
build_cross_signed_twin(LabScene *scene)
{
  Succession all = forge_succession(scene, -700);
  send_succession(scene, &all, all.successor);
  lab_expect_file(scene, trust(scene, "root.pem", all.cross, NULL));
  lab_expect_certificate(scene, all.cross);
}

/* The broker sends both copies of the successor. */
static void
build_legacy(LabScene *scene)
{
  Succession all = forge_succession(scene, -700);
  send_succession(scene, &all, all.successor);
  lab_expect_file(scene, trust(scene, "old-root.pem", all.old, NULL));
  lab_expect_certificate(scene, all.old);
}

static void
build_two_paths(LabScene *scene)
{
  Succession all = forge_succession(scene, -700);
  send_succession(scene, &all, NULL);
  trust(scene, "roots.pem", all.old, all.successor);
}

/* --- Somebody reads along --------------------------------------------------------------------- */

static void
build_interception(LabScene *scene)
{
  ForgeTemplate authority = lab_authority("FortiGate CA"), server = lab_server(LAB_HOST);
  authority.organization = "Fortinet";
  const Forged *proxy = lab_forge(scene, &authority, NULL);
  const Forged *made_up = lab_forge(scene, &server, proxy);
  broker_sends(scene, lab_write_chain(scene, "made-up.pem", made_up, proxy, NULL), made_up);
  trust(scene, "root.pem", lab_pki(scene)->root, NULL);
  lab_expect_certificate(scene, proxy);
}

static void
build_interception_leaf(LabScene *scene)
{
  ForgeTemplate authority = lab_authority("FortiGate CA"), server = lab_server(LAB_HOST);
  authority.organization = "Fortinet";
  const Forged *proxy = lab_forge(scene, &authority, NULL);
  const Forged *made_up = lab_forge(scene, &server, proxy);
  broker_sends(scene, lab_write_chain(scene, "made-up.pem", made_up, NULL), made_up);
  lab_expect_file(scene, trust(scene, "root.pem", lab_pki(scene)->root, NULL));
}

/* --- All of them ------------------------------------------------------------------------------ */

static const LabFault faults[] = {
    FAULT("anchor-wrong", NULL, "mosquitto; our CA file is the one of another CA", ERROR, TRUST,
          TRUST, -1, 0, build_other_root),
    FAULT("anchor-wrong", "root-sent",
          "mosquitto; sends its root, too, and our CA file is the one of another CA", ERROR, TRUST,
          PEER, 2, 0, build_other_root_sent),
    FAULT("anchor-cross-signed", NULL,
          "mosquitto; our CA file holds the new root as the old one signed it", WARNING, TRUST,
          TRUST, 0, 0, build_cross_signed),
    FAULT("anchor-cross-signed", "both-sent",
          "mosquitto; the same, and it sends the self-signed new root, too", WARNING, TRUST, TRUST,
          0, 0, build_cross_signed_twin),
    FAULT("anchor-intermediate", NULL, "mosquitto; our CA file holds its intermediate", WARNING,
          TRUST, TRUST, 0, 0, build_intermediate),
    FAULT("anchor-leaf", NULL, "mosquitto; our CA file holds its certificate", WARNING, TRUST,
          TRUST, 0, 0, build_leaf),
    FAULT("anchor-leaf", "old", "mosquitto; our CA file holds a certificate that it had before",
          ERROR, TRUST, TRUST, 0, 0, build_old_leaf),
    FAULT("anchor-same-name", NULL,
          "mosquitto; our CA file holds a root of the same name with another key", ERROR, TRUST,
          TRUST, 0, 0, build_same_name),
    FAULT("anchor-same-name", "root-sent", "mosquitto; the same, and it sends its root, too", ERROR,
          TRUST, TRUST, 0, 0, build_same_name_sent),
    FAULT("anchor-same-name", "client",
          "mosquitto; its CA file, of which we have a copy, holds a CA of our CA's name with "
          "another key",
          ERROR, CLIENT, CLIENT, 0, 0, build_same_name_client),
    FAULT("anchor-same-name", "client-named",
          "openssl s_server; names a CA of our CA's name, which has another key", ERROR, CLIENT,
          CLIENT, 0, 0, build_same_name_named),
    FAULT("trust-public-private-mixup", NULL,
          "mosquitto; its CA is a private one, and we trust the system's store", ERROR, TRUST,
          TRUST, -1, 0, build_private_with_store),
    FAULT("trust-public-private-mixup", "root-sent",
          "mosquitto; the same, and it sends its root, too", ERROR, TRUST, PEER, 2, 0,
          build_private_root_with_store),
    FAULT("self-signed-untrusted", NULL,
          "mosquitto; its certificate is self-signed, and not in our CA file", ERROR, TRUST, PEER,
          0, 0, build_self_signed),
    FAULT("self-signed-untrusted", "system",
          "mosquitto; its certificate is self-signed, and we trust the system's store", ERROR,
          TRUST, PEER, 0, 0, build_self_signed_with_store),
    FAULT("interception-suspected", NULL,
          "mosquitto; its certificate is from a CA called FortiGate CA, which it sends", ERROR,
          NETWORK, PEER, 1, 0, build_interception),
    FAULT("interception-suspected", "leaf-only",
          "mosquitto; its certificate is from a CA called FortiGate CA, and it sends that alone",
          ERROR, NETWORK, TRUST, -1, 0, build_interception_leaf),
    FAULT("paths-differ", NULL,
          "mosquitto; our CA file holds the expired old root and the new one, and two paths lead "
          "there",
          INFO, SERVER, NONE, -1, 0, build_two_paths),
    FAULT("anchor-legacy-expired", NULL,
          "mosquitto; our CA file holds the expired old root alone, and the new one is sent, too",
          ERROR, TRUST, TRUST, 0, 0, build_legacy),
    {0},
};

static const LabMissing missing[] = {
    {"trust-setting-wrong", "The issuer would have to be a CA of this machine's trust store, and "
                            "only the CA has its key."},
    {0},
};

const LabFamily lab_family_trust = {faults, missing};
