/* Certificate and key files in a folder of the test's own, removed at the end. */
#pragma once

#include <glib.h>

#include "trust/pki.h"

#define FILES_START G_GINT64_CONSTANT(1735689600) /* 2025-01-01 */
#define FILES_NOW G_GINT64_CONSTANT(1751328000)   /* 2025-07-01 */
#define FILES_END G_GINT64_CONSTANT(1767225600)   /* 2026-01-01: 184 days later */

typedef struct {
  char *folder;
  PkiPair *root, *client;
  char *root_pem, *client_pem, *client_key; /* PEM */
} Files;

void files_setup(Files *files, gconstpointer unused);
void files_teardown(Files *files, gconstpointer unused);

/* (transfer full): the path of a new file of that name. */
char *files_write(Files *files, const char *name, const void *bytes, gssize length);
/* (transfer full): DER of the first PEM block. */
GBytes *files_der(const char *pem);
/* `error` has this code, and its sentence names the path and says this. Clears it. */
void files_assert_error(GError **error, int code, const char *path, const char *part);
