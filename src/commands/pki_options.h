/* The words of `mqtrust pki`. */
#pragma once

#include "commands/password_source.h"
#include "trust/pki.h"

typedef enum { PKI_VERB_CA, PKI_VERB_CLIENT, PKI_VERB_SERVER, PKI_VERB_REQUEST, PKI_VERB_SIGN,
               PKI_VERB_RENEW, PKI_VERBS } PkiVerb;

typedef struct {
  PkiVerb verb;
  char **rest; /* SUBJECT, REQUEST or CERTIFICATE */
  char *ca, *ca_key, *key, *key_type, *subject, *role, *days, *not_before, *not_after, *path_length;
  char **names;
  gboolean copy_names, new_key;
  PasswordSource password, ca_password, pkcs12_password;
  char *folder, *name;
  gboolean force, pkcs12, json, help;
  PkiOrder order; /* complete but for passwords and the time; borrows from the rest */
} PkiOptions;

/* FALSE and a sentence. With --help the rest is not looked at. */
gboolean pki_options_parse(int argc, char **argv, PkiOptions *options, GError **error);
void pki_options_clear(PkiOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PkiOptions, pki_options_clear)

const char *pki_verb_name(PkiVerb verb);
/* Static: of one verb. pki_help.c */
const char *pki_help(PkiVerb verb);
const char *pki_help_all(void);
