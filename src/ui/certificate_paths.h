/* The paths that are not the one in use, for the certificates pane. */
#pragma once

#include "trust/verify.h"
#include "ui/certificate_line.h"

/* Under a heading of their own: each with the reason why it fails, or the date on which it ends;
 * Enter opens its certificates. Adds nothing where there is only one path. */
void certificate_paths_add(CertificateLines *list, const Verdict *verdict);
