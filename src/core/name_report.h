/* What DNS says of a host (net/name_survey.h), told to people, and what the broker's certificate
 * makes of it: it must name the host that was typed, wherever that leads. Pure. */
#pragma once

#include <glib.h>

#include "net/name_survey.h"
#include "trust/certificate.h"

typedef enum {
  NAME_JUDGEMENT_NONE,   /* no certificate is known */
  NAME_JUDGEMENT_HOST,   /* names the host that was typed: right */
  NAME_JUDGEMENT_TARGET, /* names what that leads to, and not the host itself */
  NAME_JUDGEMENT_NEITHER,
} NameJudgement;

/* `host` as it was typed; `names`: what it leads to, NULL-terminated, the host itself may be among
 * them (as in Evidence.names); NULL: nothing. `leaf`: NULL is allowed. `*target` (may be NULL)
 * receives the first of `names` that the certificate is for, with NAME_JUDGEMENT_TARGET. */
NameJudgement name_report_judge(const char *host, const char *const *names, const Certificate *leaf,
                                const char **target);

/* "host", "target", "neither"; NULL: none. Static. */
const char *name_judgement_name(NameJudgement judgement);

typedef struct {
  const char *host;        /* as it was typed */
  const char *server_name; /* that the certificate is verified for instead; or NULL */
  const NameSurvey *survey;
  const Certificate *leaf; /* of the broker; or NULL */
} NameReport;

/* (transfer container): what the host leads to, borrowed, NULL-terminated. */
const char **name_report_targets(const NameSurvey *survey);
NameJudgement name_report_judgement(const NameReport *report, const char **target);

/* (transfer full): one sentence on why there is no address, and what to do; NULL: there is one. */
char *name_report_problem(const NameReport *report);
/* (transfer full): one sentence on the certificate; NULL: none is known. */
char *name_report_verdict(const NameReport *report);
/* (transfer full): all of it in lines, safe text, sentences not wrapped. */
char *name_report_text(const NameReport *report);
