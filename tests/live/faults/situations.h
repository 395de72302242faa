/* What people run into, in their words, and the lab's fault that shows it: the rows of the first
 * table of docs/faults.md. */
#pragma once

#include "lab/lab.h"

typedef struct {
  const char *text;  /* of its own in the table; no '|' */
  const char *fault; /* as lab_fault_find() takes it */
  LabTls tls;
} Situation;

/* Static; `*count` of them. */
const Situation *situations(gsize *count);
