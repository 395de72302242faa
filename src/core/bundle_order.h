/* What a broker is to get, as a command or a form has it; the bundle that comes of it; and its files
 * on the disk. Any thread. */
#pragma once

#include "trust/bundle.h"

/* Paths are raw; all is borrowed. */
typedef struct {
  BundleBroker broker;
  /* The certificate: certbot's, or files. */
  const char *lineage;        /* its name, or the path of its live folder; NULL: the files below */
  const char *certbot_folder; /* NULL: LINEAGE_CERTBOT_FOLDER */
  const char *certificate, *chain, *key;
  const char *password;       /* of the key, or NULL */
  /* Who is let in, and where. */
  const char *client_ca;      /* NULL: one-way TLS */
  const char *client;         /* a client certificate that must be taken, or NULL */
  const char *hostname;       /* or NULL */
  guint16 port;
  const char *bind;           /* as bundle_bind_parse() gives it; NULL: all addresses */
  BundleUsers users;
  const char *users_path;     /* absolute, of BUNDLE_USERS_FILE; else NULL */
  /* The files. */
  const char *folder;         /* to write to, as it was given */
  const char *path;           /* absolute: where the broker finds them; NULL: in `folder` */
  const char *store_password; /* of PKCS#12 files; NULL: a random one */
  const char *owner;          /* the user that the broker runs as; NULL: nobody is given them */
  int user, group;            /* of `owner`; -1: they stay as they come */
  gboolean form;              /* not of a command: what is left to do speaks of its fields */
  gboolean keep_settings;     /* a renewal: a configuration that is there stays as it is */
  gint64 now;                 /* seconds since 1970 */
} BundleOrder;

/* (transfer full). Reads the system's certificates, too: it may take some tenths of a second. */
Bundle *bundle_order_carry_out(const BundleOrder *order);

/* The bundle's files, all or none. FALSE and a G_FILE_ERROR: "...; nothing was written", and with
 * G_FILE_ERROR_EXIST one of them is there and `replace` was not said. */
gboolean bundle_order_write(const BundleOrder *order, const Bundle *bundle, gboolean replace,
                            GError **error);

/* A configuration that is there and, with `keep_settings`, is not written. */
typedef struct {
  const char *name;   /* borrowed from the bundle */
  gboolean different; /* it says something else than this order would */
} BundleKept;

/* (transfer full), of BundleKept. To be asked before bundle_order_write(). */
GPtrArray *bundle_order_kept(const BundleOrder *order, const Bundle *bundle);

/* (transfer container), of const char * borrowed from the bundle: settings that are there and are
 * written anew despite `keep_settings`, for the new certificates, key or password find no place in
 * them. To be asked before bundle_order_write(). */
GPtrArray *bundle_order_anew(const BundleOrder *order, const Bundle *bundle);

/* (transfer full): names of the bundle's files that are in the folder already, of char *. */
GPtrArray *bundle_order_existing(const BundleOrder *order, const Bundle *bundle);
/* (transfer container): names of files of another bundle that stand there still, of static strings;
 * what the configuration beside them speaks of is none. */
GPtrArray *bundle_order_left_over(const BundleOrder *order, const Bundle *bundle);
