/* The text of a profile's file; no disk. */
#pragma once

#include <glib.h>

#include "core/profile.h"

#define PROFILE_FILE_MAX (1024 * 1024) /* bytes */

/* `path` names the file in errors, names the profile (NAME.conf), and is where relative paths in
 * it begin. An error names path and line; it repeats no secret. */
Profile *profile_from_text(const char *path, const char *text, gsize length, GError **error);

/* (transfer full): `old` (the present text of that file, or NULL) with what is different. Holds
 * passwords: to be wiped. */
char *profile_to_text(const Profile *profile, const char *path, const char *old, gsize old_length,
                      gsize *length, GError **error);
