/* Certificates out of a file: PEM (text around it, CRLF and a BOM are allowed), or DER.
 * Bounded: files up to CERTIFICATE_FILE_MAX bytes, CERTIFICATE_FILE_COUNT_MAX certificates. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

#define CERTIFICATE_FILE_MAX (16 * 1024 * 1024)
#define CERTIFICATE_FILE_COUNT_MAX 20000
#define REVOCATION_FILE_MAX (64 * 1024 * 1024)

/* (transfer full): all certificates in file order, at least one; else NULL and a TRUST_ERROR. */
GPtrArray *certificate_file_read(const char *path, GError **error);

/* The same from memory; `label` names the source in errors. */
GPtrArray *certificate_file_parse(const void *bytes, gsize length, const char *label,
                                  GError **error);

/* The slots of a connection that take a file, and what a command takes besides: a CRL, and any file
 * at all, to look into. */
typedef enum {
  FILE_SLOT_CA, FILE_SLOT_CERTIFICATE, FILE_SLOT_KEY, FILE_SLOT_CRL, FILE_SLOT_ANY,
} FileSlot;

/* (transfer full): one line on what a file holds, for the connection editor:
 * "2 certificates: Client ← Test CA, 364 days left", "RSA 2048 key, not encrypted". On a fault
 * NULL and the sentence in `error`. `password` may be NULL; `now` in seconds since 1970. */
char *certificate_file_summary(const char *path, FileSlot slot, const char *password, gint64 now,
                               GError **error);
