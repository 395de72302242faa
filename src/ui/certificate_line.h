/* One line of the certificates pane, and the list that they are gathered in. */
#pragma once

#include "core/chain_change.h"
#include "trust/certificate.h"
#include "trust/finding.h"
#include "ui/certificate_columns.h"
#include "ui/paint.h"

typedef enum { LINE_TEXT, LINE_HEADING, LINE_CERTIFICATE } CertificateLineKind;

typedef struct {
  CertificateLineKind kind;
  int item;                 /* lines of one item are selected together; ITEM_NONE: never */
  Role role;
  int indent;               /* columns before `text` */
  Glyph glyph;              /* in front of `text`, or a certificate's mark; GLYPH_COUNT: none */
  Role glyph_role;
  char *text;               /* safe text */
  /* LINE_CERTIFICATE */
  Certificate *certificate; /* NULL: missing */
  char index[8];            /* "0"; "A" for an anchor, "-" when missing */
  int depth;                /* in the tree */
  char *subject, *issuer;   /* safe text; "self-signed", or the issuer's name with an arrow */
  char *origin;             /* "sent", "in root.pem", "missing", or the code of a fault */
  /* What the line tells of, or is marked for; or NULL. Owned. */
  Finding *finding;
  /* What has changed since another time; or NULL. Owned. */
  ChainChange *change;
  /* What Enter opens, when it is neither a certificate nor a finding; or NULL. */
  char *detail_title, *detail;
} CertificateLine;

void certificate_line_free(CertificateLine *line);

typedef struct {
  GPtrArray *lines;         /* of CertificateLine */
  int columns;              /* that texts are wrapped to */
  int items;                /* numbers given away */
} CertificateLines;

void certificate_lines_heading(CertificateLines *list, const char *text);
/* Wraps; the glyph stands on the first line, the others are indented alike. A new item, or with
 * `same_item` more lines of the last one. */
void certificate_lines_text(CertificateLines *list, Role role, Glyph glyph, Role glyph_role,
                            gboolean same_item, const char *text);
/* `certificate` may be NULL: `name` alone is known. The caller fills index, depth, origin. */
CertificateLine *certificate_lines_certificate(CertificateLines *list, Certificate *certificate,
                                               const char *name);
void certificate_lines_finding(CertificateLines *list, const Finding *finding);
/* What Enter opens on the last item: a text of safe lines, taken over. */
void certificate_lines_detail(CertificateLines *list, const char *title, char *text);

/* Enter opens what has changed: of the last item. A reference is taken. */
void certificate_lines_change(CertificateLines *list, ChainChange *change);

CertificateWidths certificate_lines_widths(GPtrArray *lines);
void certificate_line_draw(const CertificateLine *line, Canvas *canvas, int row,
                           const CertificateColumns *columns, gint64 now);
