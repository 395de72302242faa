/* verify(), and where a refusal or a warning may have a better word for it: again, with the roots
 * of the system's trust store known (VerifyRequest.known), and with the files beside the CA file
 * looked at (VerifyRequest.beside). Reading these takes some hundredths of a second, so it is done
 * only then. Any thread. */
#pragma once

#include "trust/verify.h"

/* (transfer full). `request->known` is NULL. */
Verdict *verify_with_store(const VerifyRequest *request);
