/* Names, addresses and ports, and what the time at which connections end tells. */
#include "config.h"

#include "core/diagnosis_private.h"

#include <string.h>

/* --- IPv6 is dead, IPv4 is not ---------------------------------------------------------------- */

static gboolean
is_ipv6(const char *address_with_port)
{
  return address_with_port[0] == '[';
}

/* "localhost" is ::1 on every machine, whether the broker listens there or not. */
static gboolean
is_localhost(const char *host)
{
  return g_ascii_strcasecmp(host, "localhost") == 0 || g_str_has_suffix(host, ".localhost");
}

Finding *
diagnose_ipv6(const DiagnosisCase *c)
{
  const Evidence *evidence = c->evidence;
  if (evidence->address == NULL || is_ipv6(evidence->address) || is_localhost(c->profile->host))
    return NULL;
  for (guint i = 0; i < evidence->dial_failures->len; i++) {
    const DialFailure *failure = g_ptr_array_index(evidence->dial_failures, i);
    if (failure->address == NULL || !is_ipv6(failure->address))
      continue;
    Finding *finding = finding_new("tcp-ipv6-dead");
    finding_set_message(finding,
                        "%s has an IPv6 address that cannot be reached, %s; its IPv4 "
                        "address %s can.",
                        c->profile->host, failure->address, evidence->address);
    finding_add_evidence(finding, "%s: %s", failure->address, failure->text);
    finding_add_evidence(finding, "connected to %s", evidence->address);
    return finding;
  }
  return NULL;
}

/* --- Dropped when idle ------------------------------------------------------------------------ */

#define IDLE_ENDS 3
#define IDLE_QUIET_MIN_US (3 * G_USEC_PER_SEC)

static gboolean
is_alike(gint64 a, gint64 b)
{
  gint64 slack = MAX(G_USEC_PER_SEC, MAX(a, b) / 7);
  return ABS(a - b) <= slack;
}

/* The last ends, the present one included, came after about the same time without traffic. */
gboolean
diagnosis_idle_pattern(const DiagnosisCase *c, gint64 *quiet_us)
{
  gint64 quiet[PAST_ENDS_MAX + 1];
  guint count = 0;
  for (guint i = 0; i < c->end_count && i < PAST_ENDS_MAX; i++)
    quiet[count++] = c->ends[i].quiet_us;
  if (c->evidence->closed != NULL && c->evidence->connack == 0 && c->quiet_us >= 0)
    quiet[count++] = c->quiet_us;
  if (count < IDLE_ENDS)
    return FALSE;
  *quiet_us = quiet[count - 1];
  for (guint i = count - IDLE_ENDS; i < count; i++) {
    if (quiet[i] < IDLE_QUIET_MIN_US || !is_alike(quiet[i], *quiet_us))
      return FALSE;
  }
  /* Beyond one and a half times the keep alive it is the broker that gives up (MQTT 5, 3.1.2.10).
   */
  return c->profile->keep_alive == 0 ||
         *quiet_us < (gint64)c->profile->keep_alive * G_USEC_PER_SEC * 3 / 2;
}

Finding *
diagnose_idle_drop(const DiagnosisCase *c)
{
  gint64 quiet_us = 0;
  if (!diagnosis_idle_pattern(c, &quiet_us))
    return NULL;
  int seconds = (int)((quiet_us + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC);
  Finding *finding = finding_new("tcp-idle-drop");
  finding_set_message(finding,
                      "The connection has ended %d times in a row after about %d s without "
                      "traffic: something on the way forgets quiet connections.",
                      IDLE_ENDS, seconds);
  finding_set_remedy(finding, "Set the keep alive below %d s (it is %u s).", seconds,
                     c->profile->keep_alive);
  finding_add_evidence(finding, "keep alive %u s", c->profile->keep_alive);
  return finding;
}
