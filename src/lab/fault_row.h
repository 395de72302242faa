/* Rows of a family's table, in the order of LabFault's fields. */
#pragma once

#include "lab/lab.h"

/* A fault that comes alone. */
#define FAULT(code_, variant_, made_by_, severity_, side_, source_, index_, flags_, build_)        \
  FAULT_WITH(code_, variant_, made_by_, severity_, side_, source_, index_, flags_, build_, NULL)

/* A warning or info that comes with this error. */
#define FAULT_WITH(code_, variant_, made_by_, severity_, side_, source_, index_, flags_, build_,   \
                   error_)                                                                         \
  {                                                                                                \
    .code = code_, .variant = variant_, .made_by = made_by_, .severity = FINDING_##severity_,      \
    .side = FINDING_SIDE_##side_, .source = FINDING_SOURCE_##source_, .index = index_,             \
    .flags = flags_, .build = build_, .error = error_                                              \
  }

/* A fault that comes once the connection is there, alone, when the user has done `act_` (or NULL).
 */
#define FAULT_AFTER(code_, variant_, made_by_, severity_, side_, flags_, build_, act_)             \
  {                                                                                                \
    .code = code_, .variant = variant_, .made_by = made_by_, .severity = FINDING_##severity_,      \
    .side = FINDING_SIDE_##side_, .source = FINDING_SOURCE_NONE, .index = -1,                      \
    .flags = (flags_) | LAB_AFTER_ONLINE, .build = build_, .act = act_                             \
  }
