/* The content of a PKCS#12 with trusted certificates, before it gets its MAC. Private to trust/. */
#pragma once

#include <glib.h>

/* (transfer full): DER of a PFX whose MAC is empty. `certificates` is of Certificate, at least one. */
GBytes *key_store_trusted(const GPtrArray *certificates);
