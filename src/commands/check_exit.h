/* The exit code of `mqtrust check`, as a table over the fault catalogue. Pure. */
#pragma once

#include "core/check.h"
#include "trust/finding.h"

/* The stage that a finding of this code and side is about: EXIT_NETWORK, EXIT_TLS,
 * EXIT_SERVER_REFUSED, EXIT_CLIENT_REFUSED, EXIT_MQTT or EXIT_LOCAL_FILE; of "unknown" the one
 * that `stopped` says. Whatever the severity is. `code` is in the catalogue (asserted). */
int check_exit_of_code(const char *code, FindingSide side, int stopped);

/* Where a try that failed has stopped, by what it reached: EXIT_LOCAL_FILE (before anything was
 * tried), EXIT_NETWORK, EXIT_TLS, or EXIT_MQTT. */
int check_exit_of_stage(const Evidence *evidence, gboolean tls);

/* Of one target. Online: EXIT_GOOD, EXIT_WARNINGS, or EXIT_MQTT when the broker refused what MQTT
 * asked for. Else the code of the error finding that fits the stage where it stopped, of several
 * the one of the earliest stage. */
int check_exit(CheckOutcome outcome, const GPtrArray *findings, const Evidence *evidence,
               gboolean tls);

/* Of several targets: the highest one. */
int check_exit_worse(int a, int b);
