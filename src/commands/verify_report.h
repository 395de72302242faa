/* What `mqtrust verify` prints, as text or as JSON. Pure: no clock, no file. */
#pragma once

#include "commands/verify_input.h"
#include "trust/second_opinion.h"

typedef struct {
  const VerifyInput *input;
  const Verdict *verdict;       /* NULL: the input cannot be used, see its problems */
  const SecondOpinion *opinion; /* NULL: this build has no OpenSSL, or it was not asked */
} VerifyReport;

/* (transfer full): for a person, 80 columns, ends in a newline. verify_text.c */
char *verify_text(const VerifyReport *report);
/* (transfer full): one object (see mqtrust-verify(1)), ends in a newline; only ASCII when `ascii`.
 * verify_json.c */
char *verify_json(const VerifyReport *report, gboolean ascii);
