/* certbot's lineages: what stands in live/NAME, which version in archive/NAME its links mean, what
 * each file is, which certificate is leaf, intermediate or root, and when certbot renews it.
 *
 * Reads files and folders, bounded by the numbers below; no key is kept. Any thread. */
#pragma once

#include <glib.h>

#include "trust/anchors.h"
#include "trust/finding.h"
#include "trust/renewal_config.h"

#define LINEAGE_CERTBOT_FOLDER "/etc/letsencrypt"
#define LINEAGE_COUNT_MAX 1000     /* lineages of one certbot folder */
#define LINEAGE_ARCHIVE_MAX 16384  /* names in archive/NAME that are looked at */
#define LINEAGE_BROKERS_MAX 64     /* of which it is noted what they serve */

typedef enum {
  LINEAGE_CERT,      /* cert.pem: the certificate alone */
  LINEAGE_CHAIN,     /* chain.pem: everything above it */
  LINEAGE_FULLCHAIN, /* fullchain.pem: both */
  LINEAGE_KEY,       /* privkey.pem */
  LINEAGE_FILES,
} LineageFileKind;

typedef struct {
  char *path;       /* live/NAME/cert.pem, raw */
  char *target;     /* what the link says, raw: "../../archive/NAME/cert3.pem"; NULL: is no link */
  guint version;    /* 3; 0: not to be told */
  gboolean there;   /* it can be opened, or at least is there */
} LineageFile;

typedef enum {
  LINEAGE_LEAF,
  LINEAGE_INTERMEDIATE,
  LINEAGE_CROSS_SIGNED, /* a root's name and key, signed by another root */
  LINEAGE_ROOT,         /* signed by itself */
} LineageRole;

/* What brokers serve, held against the lineage; the later ones ask for more attention. */
typedef enum {
  LINEAGE_NOT_ASKED,
  LINEAGE_SERVED,       /* this very certificate */
  LINEAGE_SERVED_OTHER, /* a newer one, or one of other names */
  LINEAGE_SERVED_OLD,   /* an older one of the same names */
} LineageServed;

typedef struct {
  LineageServed served; /* never LINEAGE_NOT_ASKED */
  char *place;          /* which broker, safe text */
  Certificate *shown;   /* what it showed */
} LineageBroker;

/* How far the renewal is. */
typedef enum {
  LINEAGE_RENEWAL_UNKNOWN,
  LINEAGE_RENEWAL_NEVER,   /* autorenew is off, or the files are copies without links */
  LINEAGE_RENEWAL_COMING,
  LINEAGE_RENEWAL_HALF,    /* archive/ has a newer version, and live/ means the old one */
  LINEAGE_RENEWAL_DUE,     /* certbot's timer does it at its next run */
  LINEAGE_RENEWAL_OVERDUE, /* it should have, more than once */
} LineageRenewal;

typedef struct {
  char *name;               /* safe text */
  char *folder;             /* live/NAME, raw */
  LineageFile files[LINEAGE_FILES];
  GPtrArray *certificates;  /* of Certificate: fullchain.pem, or cert.pem and chain.pem; maybe empty */
  GArray *roles;            /* of LineageRole, as many */
  char *key_label;          /* "ECDSA P-256"; NULL: no key that can be read */
  guint version;            /* that live/NAME/cert.pem means; 0: not to be told */
  guint newest;             /* version in archive/NAME of which all four files are there; 0: none */
  RenewalConfig *renewal;   /* NULL: there is none, or it cannot be read */
  gint64 due;               /* when certbot renews it, seconds since 1970; 0: not to be told */
  const char *due_rule;     /* static, or NULL */
  GPtrArray *brokers;       /* of LineageBroker, as they were added; at first none */
  GPtrArray *findings;      /* of Finding, worst first */
} Lineage;

/* (transfer full). `name` is a lineage of `certbot` (NULL: LINEAGE_CERTBOT_FOLDER), or, when it holds
 * a '/', the path of a live folder, as certbot gives it to its hooks. `known` (the system's roots, or
 * NULL) tells cross-signed copies of roots. What is wrong with it is among its findings; NULL and a
 * TRUST_ERROR when there is no such lineage, or its folder may not be looked into. */
Lineage *lineage_load(const char *certbot, const char *name, const Anchors *known, gint64 now,
                      GError **error);
void lineage_free(Lineage *lineage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lineage, lineage_free)

/* (transfer full): the path of a lineage's file, without looking whether it is there. */
char *lineage_path(const char *certbot, const char *name, LineageFileKind kind);

/* (transfer full), sorted: the names in live/. NULL and a TRUST_ERROR when it cannot be read. */
char **lineage_names(const char *certbot, GError **error);

/* Notes what the broker `place` (safe text) showed, and adds `file-stale-copy` of the broker's side
 * when that is an older certificate of the same names. Of a lineage without a certificate nothing
 * is noted. LINEAGE_BROKERS_MAX at most. */
void lineage_add_served(Lineage *lineage, Certificate *shown, const char *place);
/* Forgets all brokers and what was found about them. */
void lineage_clear_served(Lineage *lineage);
/* Of all brokers what asks for most attention; LINEAGE_NOT_ASKED: there is none. */
LineageServed lineage_served(const Lineage *lineage);

/* The certificate that was issued; borrowed, NULL: there is none that can be read. */
const Certificate *lineage_leaf(const Lineage *lineage);
LineageRole lineage_role(const Lineage *lineage, guint index);
LineageRenewal lineage_renewal(const Lineage *lineage, gint64 now);
/* Somebody has to look after it. */
gboolean lineage_renewal_is_doubtful(LineageRenewal renewal);

const char *lineage_file_name(LineageFileKind kind);    /* "cert.pem" */
const char *lineage_file_purpose(LineageFileKind kind); /* "the certificate alone" */
const char *lineage_role_name(LineageRole role);        /* "leaf", "cross-signed root" */
