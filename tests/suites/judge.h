/* A case of a suite through the engine's public interface, as `mqtrust verify` would do it. */
#pragma once

#include "suites/suite.h"
#include "trust/verify.h"

/* (transfer full): NULL when the peer's certificate cannot be parsed, so that there is nothing to
 * verify: whoever sends it is refused. */
Verdict *suite_judge(const SuiteCase *test, VerifyRules rules);

/* The case as it was judged, in lines: for a test's message. (transfer full) */
char *suite_verdict_text(const Verdict *verdict);
