/* The broker's side of two-way TLS: a certificate, its chain, its key and the client CA, checked
 * against what a broker accepts, and as the files and the configuration text that it wants.
 *
 * Reads files, writes none (util/file_set.h does). Any thread. */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/finding.h"

typedef enum {
  BUNDLE_EMQX_CLOUD,
  BUNDLE_EMQX,
  BUNDLE_MOSQUITTO,
  BUNDLE_NANOMQ,
  BUNDLE_RABBITMQ,
  BUNDLE_HIVEMQ,
  BUNDLE_BROKERS,
} BundleBroker;

/* How the broker knows who a client is. */
typedef enum {
  BUNDLE_USERS_UNSAID, /* its other configuration says; a comment and a step tell what is needed */
  BUNDLE_USERS_CERTIFICATE, /* the client certificate's common name is the user; two-way alone */
  BUNDLE_USERS_FILE,        /* users with passwords in a file; mosquitto alone */
  BUNDLE_USERS_ANONYMOUS,   /* whoever gets through TLS is let in */
} BundleUsers;

#define BUNDLE_EMQX_CLOUD_DAYS 60 /* that a certificate must still have when it is imported */

/* Paths are raw; all is borrowed. */
typedef struct {
  BundleBroker broker;
  const char *certificate_path; /* the leaf, or leaf and chain in any order and form */
  const char *chain_path;       /* more certificates, or NULL */
  const char *key_path;         /* NULL: the key is in the certificate's file */
  const char *password;         /* of the key, or NULL */
  const char *client_ca_path;   /* whose certificates clients must show; NULL: one-way TLS */
  const char *client_path;      /* a client certificate that it must take, or NULL */
  const char *hostname;         /* that the certificate must be for, or NULL */
  const char *store_password;   /* of PKCS#12 files; NULL: a random one */
  const char *folder;           /* absolute: where the broker finds the files */
  guint16 port;                 /* of the listener */
  const char *bind;             /* its address, without brackets; NULL: all of the machine's */
  BundleUsers users;            /* for which bundle_users_fault() has nothing to say */
  const char *users_path;       /* absolute: BUNDLE_USERS_FILE's; else NULL */
  gboolean form;                /* steps and remedies name a form's fields, not a command's options */
  const Anchors *known;         /* the system's roots, or NULL */
  gint64 now;                   /* seconds since 1970 */
} BundleRequest;

typedef struct {
  char *name;          /* "key.pem" */
  GBytes *bytes;       /* of a secret text: overwritten in the end */
  gboolean secret;     /* mode 0600, else 0644 */
  gboolean settings;   /* the broker's configuration: whoever runs the broker may have changed it */
  gboolean carries;    /* settings, too, but as JSON with the certificates and the key in it */
  const char *purpose; /* static: "the private key" */
} BundleFile;

int bundle_file_mode(const BundleFile *file); /* 0600 or 0644 */

typedef struct {
  GPtrArray *certificates; /* of Certificate, as written: leaf, intermediates; maybe empty */
  GPtrArray *client_ca;    /* of Certificate; NULL: one-way */
  GPtrArray *files;        /* of BundleFile; NULL: there is an error among the findings */
  GPtrArray *findings;     /* of Finding, worst first */
  char *root;              /* label, safe text: at which the chain ends, so that clients must trust
                            * it, or the CA that stands where it stops; NULL: no chain was read */
  gboolean root_is_public; /* it is among the system's */
  char *root_file;         /* raw: of the files given one with `root` in it; NULL: there is none, or
                            * it is public */
  GPtrArray *steps;        /* of char *: raw sentences, what is left to do at the broker, in this
                            * order, and last what its clients need; empty without `files` */
} Bundle;

/* (transfer full). Never fails: what is wrong is among its findings. */
Bundle *bundle_new(const BundleRequest *request);
void bundle_free(Bundle *bundle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bundle, bundle_free)

/* Static phrase about what no configuration file can hold in this path; NULL: all is well. */
const char *bundle_folder_fault(const char *folder);

/* Static phrase: what a password of PKCS#12 files must be for Java and for config.xml; NULL: this one
 * is. */
const char *bundle_store_password_fault(const char *password);

/* Why this broker cannot know its clients so; a sentence without a full stop, and what to take
 * instead. (transfer full); NULL: it can. */
char *bundle_users_fault(BundleBroker broker, BundleUsers users, gboolean two_way);

/* (transfer full): an IPv4 or IPv6 address as it is written into configurations, from one that may
 * stand in brackets; NULL: `text` is none. Names and zones ("%eth0") are none. */
char *bundle_bind_parse(const char *text);

gboolean bundle_broker_parse(const char *word, BundleBroker *broker);
const char *bundle_broker_word(BundleBroker broker); /* "emqx-cloud" */
const char *bundle_broker_name(BundleBroker broker); /* "EMQX Cloud" */
