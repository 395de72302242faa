/* Runs one probe against a scripted peer, and waits for its result. */
#pragma once

#include "lab/peer.h"
#include "net/probe.h"

/* (transfer full): of this request; `port` 0 is replaced by the peer's, which runs `script` for
 * each connection. Ends the test when nothing comes within 20 s. Prints the error. */
ProbeResult *prober_run(ProbeRequest *request, PeerScript script, gpointer data);
/* The same without a peer. */
ProbeResult *prober_run_alone(const ProbeRequest *request);

/* The code of its error; -1: none. */
int prober_code(const ProbeResult *result);
