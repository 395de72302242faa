/* What mqtrust answers to a scene of the lab, in a form that is the same on every run: ports,
 * dates, folders, fingerprints and made-up names give way to a word for what they are. */
#pragma once

#include "core/check.h"
#include "lab/lab.h"

typedef struct {
  CheckOutcome outcome;
  char *code; /* of the worst finding; NULL: there is none */
  FindingSeverity severity;
  FindingSide side;
  char *message, *remedy;
} Answer;

/* (transfer full): connects once, with all that a Check does. */
Answer *answer_get(const LabScene *scene);
void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

/* (transfer full): `text` without what differs from run to run; the port alone, and all. `port` is
 * the scene's. */
char *answer_normalise_ports(const char *text, guint16 port);
char *answer_normalise(const char *text, const char *folder, guint16 port);
