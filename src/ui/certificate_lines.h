/* The certificates pane as lines, composed from plain data: no curses, no clock, no socket. */
#pragma once

#include "core/connection.h"
#include "ui/certificate_line.h"

/* The model: what is known of a connection at this moment. All borrowed; `profile` NULL when there
 * is no connection at all, else the three are set. */
typedef struct {
  const Profile *profile;
  const Session *session;
  const ConnectionInfo *info;
  gboolean asked; /* the attempt has got as far as the network */
  gint64 now;     /* seconds since 1970 */
} CertificatesModel;

/* (transfer full): of CertificateLine; texts are wrapped to `columns`. Never empty. */
GPtrArray *certificate_lines_new(const CertificatesModel *model, int columns);
