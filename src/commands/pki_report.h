/* What `mqtrust pki` prints when it has written. Pure: no clock, no file. */
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
/* (transfer full): "ECDSA P-256", of a certificate or request; pki_text.c */
char *pki_report_key(const PkiReport *report);
/* (transfer full): what to do with it now, one sentence; pki_text.c */
char *pki_report_next(const PkiReport *report);
/* The file of this kind, NULL: none. */
const PkiFile *pki_report_file(const PkiReport *report, PkiFileKind kind);
