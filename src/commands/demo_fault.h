/* A scene of the fault lab for the demo, in a process of its own (demo_child.h). */
#pragma once

#include "core/profile.h"
#include "lab/lab.h"

typedef struct DemoFault DemoFault;

/* Forks; call it before the process has a second thread. Waits until the scene is built. NULL and
 * one sentence when it cannot be, after which nothing is left. */
DemoFault *demo_fault_start(const LabFault *fault, LabTls tls, GError **error);
/* Ends the peers, removes the folder, waits for both. */
void demo_fault_stop(DemoFault *demo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoFault, demo_fault_stop)

/* Borrowed: the folder of profiles, in which the scene's is the only one; and that one's name. */
const char *demo_fault_profiles(const DemoFault *demo);
const char *demo_fault_profile_name(const DemoFault *demo);

/* (transfer full): every fault of the lab with how it is made, in the catalogue's groups. */
char *demo_fault_list(void);
