/* A file of a private key, looked at without keeping the key. */
#pragma once

#include <glib.h>

/* (transfer full): SHA-256 of the SubjectPublicKeyInfo, hexadecimal, of the one private key in the
 * file; `password` may be NULL. NULL and a TRUST_ERROR as identity_load() has it. */
char *key_file_id(const char *path, const char *password, GError **error);
