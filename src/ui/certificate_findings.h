/* The findings in the certificates pane: errors above the certificates, the others below them. */
#pragma once

#include "core/connection.h"
#include "ui/certificate_line.h"

/* What stops the connection, worst first, each with its remedy. Nothing where nothing does. */
void certificate_findings_add_errors(CertificateLines *list, const ConnectionInfo *info);

/* Behind the item added last, for Enter: OpenSSL's verdict where it is another one than ours. */
void certificate_findings_add_opinion(CertificateLines *list, const ConnectionInfo *info);

/* Warnings and notes under a heading that counts them, and OpenSSL's verdict where it is another
 * one than ours. "Findings: none" is said of an accepted chain alone. */
void certificate_findings_add_others(CertificateLines *list, const ConnectionInfo *info);
