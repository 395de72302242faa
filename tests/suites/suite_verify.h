/* A case of a suite, judged through the engine's public interface. */
#pragma once

#include "suites/suite.h"
#include "trust/verify.h"

/* Anchors of a case, through a real CA file as the program gets them; NULL: none can be read. */
Anchors *suite_anchors(const SuiteCase *test);
/* What the engine is asked: leaf first, then everything that is given. `certificates` is the
 * caller's list, `crls` may be NULL. */
VerifyRequest suite_request(const SuiteCase *test, GPtrArray *certificates, const Anchors *anchors,
                            const RevocationData *crls);
/* (transfer full): the leaf and what is given besides it; NULL: the leaf cannot be parsed. */
GPtrArray *suite_chain(const SuiteCase *test);

/* (transfer full): the revocation lists of a case. */
RevocationData *suite_crls(const SuiteCase *test);

/* (transfer full): NULL when leaf or anchors cannot be parsed, which is a refusal by itself. */
Verdict *suite_verify(const SuiteCase *test, const RevocationData *crls);

/* The first finding with one of these codes (NULL-terminated), any severity; or NULL. */
const Finding *suite_find(const Verdict *verdict, const char *const *codes);
/* Every finding, in lines for the log. */
void suite_dump(const SuiteCase *test, const Verdict *verdict);

/* How often the suite and a verdict agree. */
typedef struct {
  guint right, false_accept, false_reject;
} SuiteTally;

void suite_count(SuiteTally *tally, gboolean expected, gboolean accepted);
