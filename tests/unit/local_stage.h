/* A good set of files, root.pem, client.pem and client.key, and a profile that names them. */
#pragma once

#include "core/profile.h"
#include "unit/trust_files.h"

#define DAY (24 * 3600)

typedef struct {
  Files files;
  char *root, *certificate, *key;
  Profile *profile;
} Stage;

void local_stage_setup(Stage *stage, gconstpointer unused);
void local_stage_teardown(Stage *stage, gconstpointer unused);

/* (transfer full) */
PkiPair *issue(PkiRole role, PkiKeyType type, const char *name, const PkiPair *issuer, gint64 from,
               gint64 to);
PkiPair *client_of(const char *name, const PkiPair *issuer);
PkiPair *authority(PkiRole role, const char *name, const PkiPair *issuer);

/* (transfer full): the path of what was written into the stage's folder; a key has mode 0600. */
char *write_pem(Stage *stage, const char *name, const PkiPair *pair);
char *write_key(Stage *stage, const char *name, const PkiPair *pair, const char *password);
void write_list(Stage *stage, const char *name, const PkiPair *const *pairs, guint count);

/* Several certificates into one file. */
#define STAGE_WRITE(stage, name, ...)                                                              \
  write_list(stage, name, (const PkiPair *const[]){__VA_ARGS__},                                   \
             G_N_ELEMENTS(((const PkiPair *const[]){__VA_ARGS__})))

/* Takes `path`. */
void use(char **place, char *path);
/* (transfer full): `text` with each `what` replaced. */
char *replace(const char *text, const char *what, const char *with);
