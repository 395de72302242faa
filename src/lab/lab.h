/* The fault lab: every fault of the catalogue that can be made on one machine, made with real peers
 * (mosquitto, openssl s_server, a scripted peer on GnuTLS for what no program does on purpose).
 * The tests prove with it that each fault gets its name; `mqtrust demo --fault` shows it.
 *
 * A fault is a row of a table and a function that builds its scene: certificates as files in the
 * scene's folder, peers on loopback ports, and the profile with which a user meets the fault. The
 * scenes of one family stand in one file, faults_*.c; lab/scene.h is what they are built with. */
#pragma once

#include <glib.h>

#include "core/connection.h"
#include "core/profile.h"
#include "trust/finding.h"

typedef struct LabScene LabScene;

typedef enum { LAB_TLS_1_2, LAB_TLS_1_3 } LabTls;

/* How it is shown. */
typedef enum {
  LAB_TLS_12_ONLY = 1 << 0,  /* the fault exists with this version alone */
  LAB_TLS_13_ONLY = 1 << 1,
  LAB_NO_TLS = 1 << 2,       /* no handshake decides anything: shown once */
  LAB_AFTER_ONLINE = 1 << 3, /* the finding comes after the connection was there */
  LAB_REPEATED = 1 << 5, /* with LAB_AFTER_ONLINE: comes after several connections were lost */
  LAB_WITHOUT_PROBES = 1 << 4, /* is told without a second connection; the test runs it so */
} LabFlags;

/* What a user does once it is online, so that the fault comes: called once (LAB_REPEATED: whenever
 * it is online again), with a connection of the scene's profile. Only with LAB_AFTER_ONLINE. */
typedef void (*LabAct)(Connection *connection);

typedef struct {
  const char *code;     /* of the catalogue: what must be found */
  const char *variant;  /* "no-names": another way to the same code; NULL: the code's only one, or
                         * the first */
  const char *made_by;  /* "mosquitto; our certificate is from another CA": for lists */
  FindingSeverity severity;
  FindingSide side;
  FindingSource source; /* what the finding is about */
  int index;            /* which certificate of it; -1: none */
  guint flags;          /* of LabFlags */
  void (*build)(LabScene *scene);
  const char *error;    /* the warning or info comes with this error, which it explains ("not sent"
                         * with "refused"); NULL: a warning or info comes without any error */
  LabAct act;           /* or NULL */
} LabFault;

/* Codes that the lab does not show, each with the reason. */
typedef struct {
  const char *code, *reason;
} LabMissing;

/* The scenes of one family: faults_*.c. Both tables end with a row of NULLs. */
typedef struct {
  const LabFault *faults;
  const LabMissing *missing;
} LabFamily;

/* Static: all of them, in the catalogue's order; `*count` of them. */
const LabFault *const *lab_faults(gsize *count);
/* "client-ca-unknown" or "client-ca-unknown/no-names"; NULL: no such fault. */
const LabFault *lab_fault_find(const char *name);
/* (transfer full): its name as above. */
char *lab_fault_name(const LabFault *fault);

/* Static: what the lab does not show, in the catalogue's order; ended by {NULL, NULL}. */
const LabMissing *lab_missing(void);
/* (transfer full): up to `count` names like `name`, maybe none, nearest first; NULL-terminated. */
char **lab_fault_like(const char *name, guint count);

/* Whether the fault is there to be seen with this version: a fault without TLS with LAB_TLS_1_3
 * alone. */
gboolean lab_fault_has_tls(const LabFault *fault, LabTls tls);

/* (transfer full): a scene that runs: files written, peers listening. Peers are processes and
 * threads of this process and end with it, whatever ends it. Main thread. NULL and one sentence when a program
 * that it needs is not on this machine (LAB_ERROR_PROGRAM) or does not come up. */
LabScene *lab_scene_start(const LabFault *fault, LabTls tls, GError **error);
/* Ends the peers and removes the folder. */
void lab_scene_free(LabScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LabScene, lab_scene_free)

#define LAB_ERROR (lab_error_quark())
GQuark lab_error_quark(void);
typedef enum { LAB_ERROR_PROGRAM, LAB_ERROR_START } LabError;

/* Borrowed: with what the fault is met. */
const Profile *lab_scene_profile(const LabScene *scene);
/* Borrowed: where its files lie. */
const char *lab_scene_folder(const LabScene *scene);
/* Borrowed: SHA-256 of the certificate that the finding must name, NULL: about none. */
const char *lab_scene_expected_sha256(const LabScene *scene);
/* Borrowed: the file that it must name, NULL: any or none. */
const char *lab_scene_expected_file(const LabScene *scene);
