/* One line for Nagios, Icinga and their kin (Monitoring Plugins Development Guidelines): state, the
 * worst that was found, and performance data. */
#include "config.h"

#include <string.h>

#include "commands/check_expiry.h"
#include "commands/check_report.h"
#include "commands/commands.h"

enum { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

static const char *const state_names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* A fault of this side's own files says nothing about the broker. */
static int
state_of(const CheckReport *report)
{
  switch (report->exit_code) {
  case EXIT_GOOD:
    return NAGIOS_OK;
  case EXIT_WARNINGS:
    return NAGIOS_WARNING;
  case EXIT_USAGE:
  case EXIT_LOCAL_FILE:
    return NAGIOS_UNKNOWN;
  default:
    return NAGIOS_CRITICAL;
  }
}

/* Something that is known to be wrong counts more than what is not known. */
static int
worse(int a, int b)
{
  static const int rank[] = {
      [NAGIOS_OK] = 0, [NAGIOS_WARNING] = 1, [NAGIOS_UNKNOWN] = 2, [NAGIOS_CRITICAL] = 3};
  return rank[a] >= rank[b] ? a : b;
}

/* --- Text ------------------------------------------------------------------------------------- */

/* A bar would begin the performance data. */
static void
append_text(GString *out, const char *safe)
{
  for (const char *at = safe; *at != '\0'; at++)
    g_string_append_c(out, *at == '|' ? '/' : *at == '\n' ? ' ' : *at);
}

static void
append_state(GString *out, const CheckReport *report)
{
  const Finding *worst = check_report_worst(report);
  append_text(out, report->subject.target);
  g_string_append(out, ": ");
  if (report->subject.outcome == CHECK_ONLINE)
    g_string_append_printf(out, "%s%s", check_report_way(report), report->tls ? " TLS" : " MQTT");
  if (worst == NULL)
    return;
  if (report->subject.outcome == CHECK_ONLINE)
    g_string_append(out, ", ");
  g_string_append_printf(out, "%s (%s): ", worst->code, finding_side_name(worst->side));
  append_text(out, worst->message);
}

/* --- Performance data ------------------------------------------------------------------------- */

/* 'label'=: neither quotation marks nor equals signs within. */
static void
append_label(GString *out, const char *prefix, const char *name)
{
  g_string_append(out, " '");
  for (const char *at = prefix; *at != '\0'; at++)
    g_string_append_c(out, *at == '\'' || *at == '=' || *at == '|' ? '_' : *at);
  g_string_append_printf(out, "%s%s'=", *prefix != '\0' ? " " : "", name);
}

static void
append_seconds(GString *out, gint64 us)
{
  g_string_append_printf(out, "%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT "s", us / G_USEC_PER_SEC,
                         us % G_USEC_PER_SEC);
}

/* Alerts below the threshold: "N:" is the range from N up. */
static void
append_days(GString *out, const CheckReport *report, const char *prefix, const char *name,
            const GPtrArray *certificates)
{
  const CheckSubject *subject = &report->subject;
  const Certificate *first = check_expiry_first(certificates);
  if (first == NULL)
    return;
  append_label(out, prefix, name);
  g_string_append_printf(out, "%" G_GINT64_FORMAT ";%" G_GINT64_FORMAT ":;0:",
                         check_expiry_days(certificate_not_after(first), subject->now),
                         check_expiry_limit(first, subject->warn_days) / (24 * 60 * 60));
}

static void
append_performance(GString *out, const CheckReport *report, const char *prefix)
{
  append_label(out, prefix, "time");
  append_seconds(out, report->subject.duration_us);
  g_string_append_printf(out, ";;;0;%u", report->subject.timeout_ms / 1000);
  for (int stage = 0; stage < CHECK_STAGE_COUNT; stage++) {
    gint64 us = check_report_stage_us(report, (CheckStage)stage);
    if (us < 0)
      continue;
    append_label(out, prefix, check_stage_name((CheckStage)stage));
    append_seconds(out, us);
    g_string_append(out, ";;;0");
  }
  append_days(out, report, prefix, "broker_cert_days", report->path);
  append_days(out, report, prefix, "client_cert_days", report->own);
}

/* --- The line --------------------------------------------------------------------------------- */

static void
append_states(GString *out, const GPtrArray *reports)
{
  guint bad = 0;
  for (guint i = 0; i < reports->len; i++)
    bad += state_of(reports->pdata[i]) != NAGIOS_OK;
  if (reports->len > 1)
    g_string_append_printf(out, "%u of %u good%s", reports->len - bad, reports->len,
                           bad > 0 ? "; " : "");
  gboolean first = TRUE;
  /* The worst first: what shows a line may cut it. */
  static const int order[] = {NAGIOS_CRITICAL, NAGIOS_UNKNOWN, NAGIOS_WARNING, NAGIOS_OK};
  for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
    for (guint j = 0; j < reports->len; j++) {
      gboolean told = order[i] != NAGIOS_OK || reports->len == 1;
      if (!told || state_of(reports->pdata[j]) != order[i])
        continue;
      g_string_append(out, first ? "" : "; ");
      append_state(out, reports->pdata[j]);
      first = FALSE;
    }
  }
}

char *
check_nagios(const GPtrArray *reports, int *code)
{
  int state = NAGIOS_OK;
  for (guint i = 0; i < reports->len; i++)
    state = worse(state, state_of(reports->pdata[i]));
  g_autoptr(GString) out = g_string_new(NULL);
  g_string_append_printf(out, "MQTRUST %s - ", state_names[state]);
  append_states(out, reports);
  g_string_append(out, " |");
  for (guint i = 0; i < reports->len; i++) {
    const CheckReport *report = reports->pdata[i];
    append_performance(out, report, reports->len > 1 ? report->subject.target : "");
  }
  g_string_append_c(out, '\n');
  *code = state;
  return g_strdup(out->str);
}

char *
check_nagios_usage(const char *sentence)
{
  g_autoptr(GString) out = g_string_new("MQTRUST UNKNOWN - ");
  append_text(out, sentence);
  g_string_append_c(out, '\n');
  return g_strdup(out->str);
}
