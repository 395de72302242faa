/* Every family of scenes: faults_NAME.c has `const LabFamily lab_family_NAME`. Private to lab.c. */
#pragma once

#include "lab/lab.h"

#define LAB_FAMILIES(F)                                                                            \
  F(files)                                                                                         \
  F(forms) F(keys) F(chain) F(dates) F(names) F(usage) F(extensions) F(strength) F(trust)          \
      F(revocation) F(client) F(negotiation) F(port) F(network) F(mqtt)

#define LAB_DECLARE(name) extern const LabFamily lab_family_##name;
LAB_FAMILIES(LAB_DECLARE)
#undef LAB_DECLARE
