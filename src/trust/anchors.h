/* Trust anchors: what this side believes without proof. From a file, a folder or the system store.
 * Immutable and atomically reference-counted. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef struct Anchors Anchors;

/* At least one anchor, else NULL and a TRUST_ERROR: GnuTLS itself reports an empty, wrong or
 * damaged file as success with nothing in it. */
Anchors *anchors_load_file(const char *path, GError **error);
/* Every certificate in the regular files of a folder; files that hold none are passed over. */
Anchors *anchors_load_folder(const char *path, GError **error);
/* Maybe one that was read within the last 10 seconds. */
Anchors *anchors_load_system(GError **error);
/* (transfer full): of these Certificates, at least one, as if they stood in this file (safe text). */
Anchors *anchors_from_list(const GPtrArray *certificates, const char *path);
/* (transfer full): all that the `count` of them (at least one) hold, in their order, as one. */
Anchors *anchors_join(Anchors *const *parts, gsize count);
Anchors *anchors_ref(Anchors *anchors);
void anchors_unref(Anchors *anchors);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Anchors, anchors_unref)

/* Borrowed: the Certificates, in file order. */
GPtrArray *anchors_certificates(const Anchors *anchors);
/* "root.pem" or "system trust store", safe text. */
const char *anchors_label(const Anchors *anchors);
/* The file's path, safe text; NULL for the system store. Of several joined ones NULL, too. */
const char *anchors_path(const Anchors *anchors);
/* How many files, folders and stores they were joined of. */
guint anchors_parts(const Anchors *anchors);
/* Where one of the certificates comes from: the path of its file, safe text, NULL for the system
 * store; `*index` (may be NULL) receives its place there. Of a folder: the folder's path. */
const char *anchors_origin(const Anchors *anchors, guint position, guint *index);
