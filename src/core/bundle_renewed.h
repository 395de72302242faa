/* A broker's settings that hold certificates and key themselves, with new ones in them. */
#pragma once

#include <glib.h>

#include "util/secret.h"

/* (transfer full), to be given back with secret_free(): `old` (EMQX's listener.json, as somebody may
 * have changed it) with the certificates and the key of `fresh`, and else as it was. NULL: `old`
 * does not have each of them once, as a string. Pure. */
SecretString bundle_renewed(const char *old, const char *fresh);
