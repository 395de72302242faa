/* The parts of trust/bundle.h. */
#pragma once

#include "trust/bundle.h"

/* What has been read. */
typedef struct {
  const BundleRequest *request;
  Bundle *bundle;
  GPtrArray *given;    /* of Certificate: as they stand in the files */
  GPtrArray *origins;  /* of char *: the file of each, safe text */
  GArray *places;      /* of guint: its index there */
  char *key_pem;       /* PKCS#8, not encrypted: a secret; NULL: not read */
  char *key_id;        /* or NULL */
  Certificate *root;   /* that was given, or NULL */
  Certificate *top;    /* the last one of the chain when there is no root, or NULL */
  GPtrArray *left_out; /* of Certificate: not part of the chain */
} BundleParts;

/* bundle_read.c: fills all of the parts, and says what cannot be read. */
void bundle_read(BundleParts *parts);
/* (transfer full): about a certificate that was given, with its file and index there. */
Finding *bundle_finding(const BundleParts *parts, const char *code, const Certificate *certificate);
void bundle_add(BundleParts *parts, Finding *finding);

/* bundle_lint.c: the chain by itself, and by the rules of the broker. */
void bundle_lint(BundleParts *parts);
/* bundle_lint.c: after bundle_client(), for the issuer may be the client CA. */
void bundle_judge_completeness(BundleParts *parts);
/* Its key is one of Ed25519 or Ed448. */
gboolean bundle_is_edwards(const Certificate *certificate);
/* bundle_client.c: the client CA and the client certificate. */
void bundle_client(BundleParts *parts);
/* bundle_files.c: what is to be written; an error of the library becomes a finding. */
void bundle_make_files(BundleParts *parts);

/* bundle_root.c: after bundle_client(); and when the files are made. */
void bundle_find_root(BundleParts *parts);
void bundle_add_client_step(BundleParts *parts);

/* bundle_users.c: what is left to do, when the files are made. */
void bundle_add_steps(BundleParts *parts);

/* bundle_words.c: the findings name a form's fields, not a command's options. */
void bundle_speak_of_form(BundleParts *parts);

typedef struct {
  const BundleRequest *request;
  gboolean two_way;
  gboolean chain;             /* there are intermediates */
  const char *store_password; /* of HiveMQ's */
  const char *certificate_pem, *key_pem, *client_ca_pem;
} BundleText;

/* bundle_text.c: configuration, (transfer full). */
char *bundle_text_form(const BundleText *text);
char *bundle_text_mosquitto(const BundleText *text);
char *bundle_text_rabbitmq(const BundleText *text);
char *bundle_text_nanomq(const BundleText *text);
char *bundle_text_emqx(const BundleText *text);
char *bundle_text_emqx_rest(const BundleText *text);
char *bundle_text_hivemq(const BundleText *text);
