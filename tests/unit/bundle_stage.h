/* The files of a broker in a folder of the test's own: server root ← intermediate ← mqtt.test, a
 * client CA and its client; certbot's layout of them; removed at the end. */
#pragma once

#include <glib.h>

#include "trust/bundle.h"
#include "trust/pki.h"

#define DAY G_GINT64_CONSTANT(86400)

typedef struct {
  char *folder;
  gint64 now;
  PkiPair *root, *intermediate, *server, *client_ca, *client;
  char *root_path, *chain, *cert, *key, *ca, *client_path;
} BundleStage;

/* Certificates that are valid at `now`: of a server for 90 days, 10 of which have passed. */
void bundle_stage_init(BundleStage *stage, gint64 now, PkiKeyType key_type);
void bundle_stage_clear(BundleStage *stage);

/* (transfer full) */
PkiPair *bundle_stage_issue(const BundleStage *stage, PkiRole role, PkiKeyType key_type,
                            const char *name, const PkiPair *issuer);
/* (transfer full): the path of a new file. */
char *bundle_stage_write(const BundleStage *stage, const char *name, const char *text, int mode);
char *bundle_stage_write_certificate(const BundleStage *stage, const char *name,
                                     const PkiPair *pair);
char *bundle_stage_write_key(const BundleStage *stage, const char *name, const PkiPair *pair,
                             const char *password);
/* The whole text of a file of the stage's folder. */
char *bundle_stage_read(const BundleStage *stage, const char *name);

/* A request for all files of the stage, two-way, for a broker that finds them in /etc/mqtt. */
BundleRequest bundle_stage_request(const BundleStage *stage, BundleBroker broker);

/* Version `version` of the lineage NAME below folder/le, and the links to it. */
void bundle_stage_archive(const BundleStage *stage, const char *name, guint version,
                          const PkiPair *server);
void bundle_stage_link(const BundleStage *stage, const char *name, const char *stem, guint version);
void bundle_stage_live(const BundleStage *stage, const char *name, guint version);
