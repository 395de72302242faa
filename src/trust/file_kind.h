/* Which kind of thing bytes are, and what to do with it when it is the wrong one.
 * Private to trust/. */
#pragma once

#include <glib.h>

#include "trust/file_content.h"

/* From the label of a BEGIN line, and the headers that traditional encrypted keys have. */
ContentKind file_kind_of_pem(const guint8 *label, gsize label_length, const guint8 *body,
                             gsize body_length);

/* From bytes without PEM. `*complete` FALSE: a DER structure that is longer than the bytes. */
ContentKind file_kind_of_binary(const guint8 *bytes, gsize length, gboolean *complete);

/* "a private key"; static. */
const char *file_kind_name(ContentKind kind);
/* What to do when `slot` was given this; static, no full stop. */
const char *file_kind_remedy(ContentKind kind, FileSlot slot);

/* Text in which nothing was found, and what it seems to be all the same: the words for it, and what
 * to do (both static, no full stop). FALSE: nothing is known of it. */
gboolean file_kind_guess(const guint8 *bytes, gsize length, const char **name, const char **remedy);
