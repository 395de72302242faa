/* Certificates out of a file's content. Private to trust/. */
#pragma once

#include "trust/file_content.h"

/* (transfer full): all certificates in order, at least one; else NULL and a TRUST_ERROR that says
 * what stands there instead of what `slot` needs. Other blocks (a key) are passed over. */
GPtrArray *certificate_blocks_parse(const FileContent *content, FileSlot slot, GError **error);
