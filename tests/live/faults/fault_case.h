/* One fault of the lab with one TLS version: its scene is built, a connection is made with the
 * scene's profile, and what was found is kept. */
#pragma once

#include "core/connection.h"
#include "lab/lab.h"

typedef struct {
  const LabFault *fault;
  LabTls tls;
} FaultCase;

typedef enum { FAULT_CASE_RAN, FAULT_CASE_NO_PROGRAM, FAULT_CASE_NO_SCENE } FaultCaseEnd;

typedef struct {
  FaultCaseEnd end;
  char *why;                             /* why it did not run, else NULL */
  gboolean over;                         /* in time */
  GPtrArray *findings;                   /* of Finding, copies */
  char *expected_sha256, *expected_file; /* or NULL */
  char *timeline;                        /* a line for each entry */
} FaultResult;

/* (transfer full) */
char *fault_case_name(const FaultCase *a_case); /* "client-ca-unknown/no-names/tls-1.2" */
/* (transfer full); with the same context as the caller's main loop. */
FaultResult *fault_case_run(const FaultCase *a_case);
void fault_result_free(FaultResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FaultResult, fault_result_free)

/* Borrowed: the first finding with this code; NULL: none has it. */
const Finding *fault_result_find(const FaultResult *result, const char *code);
/* (transfer full): what is not as it should be, a line each, NULL: all is: the finding is there
 * with severity, side, source, index, certificate and file, no error and no finding `unknown` beside
 * it that the fault does not bring, and all findings speak in whole sentences. */
char *fault_result_judge(const FaultResult *result, const LabFault *fault);
/* (transfer full): every finding and the timeline, in lines. */
char *fault_result_tell(const FaultResult *result);
