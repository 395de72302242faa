#include "config.h"

#include "lab/odd_chain.h"

typedef struct {
  Forged *root, *intermediate, *leaf;
} Chain;

/* Each template in its place; NULL: the good one. */
static Chain
forge_chain(LabScene *scene, ForgeTemplate good_leaf, OddWho who, const ForgeTemplate *odd)
{
  ForgeTemplate root = lab_authority("Lab Site Root");
  ForgeTemplate intermediate = lab_authority("Lab Site Issuing CA");
  Chain chain;
  chain.root = lab_forge(scene, who == OF_ROOT ? odd : &root, NULL);
  chain.intermediate = lab_forge(scene, who == OF_INTERMEDIATE ? odd : &intermediate, chain.root);
  chain.leaf = lab_forge(scene, who == OF_LEAF ? odd : &good_leaf, chain.intermediate);
  return chain;
}

static const Forged *
member(const Chain *chain, OddWho who)
{
  return who == OF_ROOT ? chain->root : who == OF_INTERMEDIATE ? chain->intermediate : chain->leaf;
}

/* mosquitto shows it, one-way; its root is our CA file. */
void
odd_broker(LabScene *scene, OddWho who, const ForgeTemplate *odd)
{
  Chain chain = forge_chain(scene, lab_server(LAB_HOST), who, odd);
  lab_broker_with(scene, chain.leaf, chain.intermediate);
  const char *ca_file = lab_write_chain(scene, "site-root.pem", chain.root, NULL);
  lab_set(&lab_profile(scene)->ca_path, ca_file);
  lab_expect_certificate(scene, member(&chain, who));
  if (who == OF_ROOT)
    lab_expect_file(scene, ca_file);
}

/* Our certificate, of which mosquitto knows the root. */
void
odd_client(LabScene *scene, OddWho who, const ForgeTemplate *odd)
{
  Chain chain = forge_chain(scene, lab_client("Client"), who, odd);
  const char *file = lab_broker_for(scene, chain.leaf, chain.intermediate, chain.root);
  lab_expect_certificate(scene, member(&chain, who));
  lab_expect_file(scene, file);
}

ForgeTemplate
odd_root(void)
{
  return lab_authority("Lab Site Root");
}

ForgeTemplate
odd_authority(void)
{
  return lab_authority("Lab Site Issuing CA");
}
