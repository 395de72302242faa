/* Which columns a certificate's line has at a width, and where: as the room shrinks they go in the
 * order of how little one misses them (first date, bar, origin, issuer, last date), and mark,
 * number, subject and days left stay to the end. Pure. */
#pragma once

#include <glib.h>

typedef struct {
  int start, width; /* width 0: not shown */
} Column;

typedef struct {
  Column mark, index, subject, issuer, from, until, bar, left, origin;
} CertificateColumns;

/* The widths that the texts would like to have. */
typedef struct {
  int index, subject, issuer, origin;
} CertificateWidths;

CertificateColumns certificate_columns(int columns, const CertificateWidths *wanted);
