/* What one target of `mqtrust check` has shown, and the reports made of it. The writers are pure:
 * no clock, no file, no socket. */
#pragma once

#include "core/check.h"
#include "core/name_report.h"

/* Borrowed, good as long as the check is. */
typedef struct {
  const char *target; /* as the user named it, safe text */
  const Profile *profile;
  CheckOutcome outcome;
  gint64 duration_us;
  guint timeout_ms;
  gint64 now; /* seconds since 1970: when it was over */
  int warn_days;
  const Session *session; /* at its best */
  const ConnectionInfo *info;
  const Evidence *evidence;
  const GPtrArray *subscriptions; /* of Subscription */
  const NameSurvey *survey;       /* NULL: not asked for, or there is none of an address */
} CheckSubject;

typedef struct {
  CheckSubject subject;
  char *url; /* safe text */
  gboolean tls;
  int exit_code;
  gboolean accepted;      /* the broker's chain, by us */
  GPtrArray *findings;    /* of Finding, worst first */
  GPtrArray *not_checked; /* of char *, sentences */
  GPtrArray *sent;        /* of Certificate: the broker's, wire order; empty: none came */
  GPtrArray *path;        /* of Certificate: those on the path in use; else those that came */
  GPtrArray *own;         /* of Certificate: ours; empty: none */
} CheckReport;

CheckReport *check_report_new(const CheckSubject *subject);
void check_report_free(CheckReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckReport, check_report_free)

typedef enum {
  CHECK_STAGE_DNS,
  CHECK_STAGE_TCP,
  CHECK_STAGE_TLS,
  CHECK_STAGE_MQTT,
  CHECK_STAGE_COUNT
} CheckStage;
const char *check_stage_name(CheckStage stage); /* "dns", ... */
/* What DNS has on the host, for reports that have a survey. */
NameReport check_report_names(const CheckReport *report);
/* Microseconds; -1: it was not reached or did not end well. */
gint64 check_report_stage_us(const CheckReport *report, CheckStage stage);

/* "two-way", "one-way", "plain"; "-" as long as nobody knows. */
const char *check_report_way(const CheckReport *report);
/* Borrowed: the worst of severity error or warning; NULL: there is none. */
const Finding *check_report_worst(const CheckReport *report);
/* The place of `certificate` on the path in use, -1: it is not on it. */
int check_report_place(const CheckReport *report, const Certificate *certificate);

/* All (transfer full), of CheckReport in the order of the command line, ending in a newline. */
char *check_text(const GPtrArray *reports);
/* With colours for a terminal. */
char *check_text_colour(const char *text);
char *check_json(const GPtrArray *reports, gboolean ascii);
char *check_prometheus(const GPtrArray *reports);
/* `*code` receives 0, 1, 2 or 3, as Nagios has them. */
char *check_nagios(const GPtrArray *reports, int *code);
/* The same line for a command line that cannot be used. */
char *check_nagios_usage(const char *sentence);
