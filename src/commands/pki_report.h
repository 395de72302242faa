/* What `mqtrust pki` prints when it has written, or with --json why it has not. Pure: no clock, no
 * file. */
#pragma once

#include "trust/pki.h"
#include "trust/pki_files.h"

typedef struct {
  const PkiResult *result;
  const GPtrArray *files; /* of PkiFile */
  gboolean in_place;      /* a renewal: written where the old certificate was */
  gint64 now;
} PkiReport;

/* (transfer full), both ending in a newline. pki_text.c, pki_json.c */
char *pki_text(const PkiReport *report);
char *pki_json(const PkiReport *report, gboolean ascii);
/* (transfer full): the same members, of an order that nothing was written for. `refused`: a CA must
 * not sign it; `error`: the sentence why. */
char *pki_json_failed(PkiAction action, gboolean refused, const char *error, gboolean ascii);
/* (transfer full): "ECDSA P-256", of a certificate or request; pki_text.c */
char *pki_report_key(const PkiReport *report);
/* (transfer full): what to do with it now, one sentence; pki_text.c */
char *pki_report_next(const PkiReport *report);
/* The file of this kind, NULL: none. */
const PkiFile *pki_report_file(const PkiReport *report, PkiFileKind kind);
