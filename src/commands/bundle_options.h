/* The words of `mqtrust bundle`, sorted and checked. */
#pragma once

#include "trust/bundle.h"
#include "util/secret.h"

typedef struct {
  BundleBroker broker;
  char *lineage, *certbot_folder;
  char *certificate, *chain, *key, *client_ca, *client;
  char *hostname, *owner, *reload;
  char *folder; /* to write to */
  char *path;   /* absolute: where the broker finds the files */
  int port;
  BundleUsers users;
  char *users_path; /* absolute, or NULL */
  char *bind;       /* an address, or NULL */
  int user, group;  /* of `owner`; -1: none */
  gint64 now;
  gboolean force, deploy_hook, json, help;
  gboolean not_meant; /* as a deploy hook: another lineage was renewed, and nothing is to be done */
  gboolean keep_settings; /* of a deploy hook without --force: a configuration that is there stays */
  SecretString password, store_password; /* NULL: none was given */
  char *word, *password_file, *store_password_file, *at, *users_word,
      *bind_word; /* as they were given */
} BundleOptions;

/* FALSE: a sentence. With `help` nothing else is checked. `renewed` is certbot's RENEWED_LINEAGE,
 * or NULL. */
gboolean bundle_options_parse(BundleOptions *options, int argc, char **argv, const char *renewed,
                              GError **error);
void bundle_options_clear(BundleOptions *options);

extern const char bundle_help[];
