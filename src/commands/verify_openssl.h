/* What OpenSSL says to files that this program's own reader refuses. */
#pragma once

#include "commands/verify_input.h"
#include "trust/second_opinion.h"

/* (transfer full): only when all that is wrong with the input is that a certificate cannot be
 * parsed; else NULL, as without OpenSSL. */
SecondOpinion *verify_openssl_alone(const VerifyOptions *options, const VerifyInput *input);
