#include "config.h"

#include "commands/report.h"

#include "commands/client_text.h"
#include "commands/commands.h"
#include "trust/finding_label.h"
#include "util/safe_text.h"
#include "util/text_width.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DAY_SECONDS 86400
#define PAYLOAD_COLUMNS 60

typedef struct {
  GMainLoop *loop;
  Connection *connection;
  guint messages;
  gboolean gave_up;
} Report;

/* --- Waiting ----------------------------------------------------------------------------------- */

static gboolean
has_failed(const Connection *connection)
{
  const Session *session = connection_session(connection);
  return session->stopped_by_fault || session->state == SESSION_WAITING;
}

static gboolean
has_messages(const Report *report)
{
  MessageLogStatus status;
  message_log_status(connection_log(report->connection), &status);
  return status.count[MQTT_FROM_BROKER] >= report->messages;
}

static void
changed(Workspace *workspace, Connection *connection, ConnectionChange what, gpointer data)
{
  Report *report = data;
  if (connection == report->connection && (has_failed(connection) || has_messages(report)))
    g_main_loop_quit(report->loop);
}

static gboolean
give_up(gpointer data)
{
  Report *report = data;
  report->gave_up = TRUE;
  g_main_loop_quit(report->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
begin(gpointer connection)
{
  connection_connect(connection);
  return G_SOURCE_REMOVE;
}

static void
wait_for_messages(Workspace *workspace, Report *report, guint seconds)
{
  workspace_set_changed(workspace, changed, report);
  guint timer = g_timeout_add_seconds(seconds, give_up, report);
  g_idle_add(begin, report->connection);
  g_main_loop_run(report->loop);
  workspace_set_changed(workspace, NULL, NULL);
  if (!report->gave_up)
    g_source_remove(timer);
}

/* --- Printing ---------------------------------------------------------------------------------- */

static void print(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void
print(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  g_autofree char *line = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_autofree char *ascii = g_get_charset(NULL) ? NULL : safe_text_to_ascii(line);
  puts(ascii != NULL ? ascii : line);
}

/* Pads by columns, which printf cannot: a name may hold wide characters. */
static char *
pad(const char *safe, int columns)
{
  int width = text_width(safe);
  return g_strdup_printf("%s%*s", safe, width < columns ? columns - width : 0, "");
}

static char *
date_text(gint64 seconds)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
  return time != NULL ? g_date_time_format(time, "%Y-%m-%d") : g_strdup("?");
}

static const char *
origin_text(PathOrigin origin)
{
  switch (origin) {
  case PATH_SENT: return "sent";
  case PATH_FROM_FILE: return "from file";
  case PATH_IN_TRUST: return "trusted";
  default: return "missing";
  }
}

static void
print_link(const PathLink *link, guint depth)
{
  const char *mark = link->good ? "✓" : "✗";
  g_autofree char *indented = g_strdup_printf("%*s%s%s", depth > 1 ? (int)(depth - 1) * 2 : 0, "",
                                              depth > 0 ? "└ " : "", link->name);
  g_autofree char *name = pad(indented, 30);
  if (link->certificate == NULL) {
    print("  %s    %s  %s", mark, name, origin_text(link->origin));
    return;
  }
  g_autofree char *from = date_text(certificate_not_before(link->certificate));
  g_autofree char *to = date_text(certificate_not_after(link->certificate));
  gint64 left = certificate_not_after(link->certificate) - g_get_real_time() / G_USEC_PER_SEC;
  g_autofree char *place = link->origin == PATH_IN_TRUST ? g_strdup("A")
                                                         : g_strdup_printf("%d", link->index);
  print("  %s %2s %s  %-8s %s → %s %6" G_GINT64_FORMAT " d", mark, place, name,
        origin_text(link->origin), from, to, left / DAY_SECONDS);
}

static void
print_findings(const GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++) {
    const Finding *finding = g_ptr_array_index(findings, i);
    print("  %s %s: %s", finding_severity_name(finding->severity), finding->code,
          finding_reason(finding));
    if (*finding->remedy != '\0')
      print("    %s", finding->remedy);
  }
}

/* What the other programs of this house would say to the same broker. */
static void
print_opinion(const ConnectionInfo *info)
{
  if (info->opinion == NULL)
    return;
  g_autofree char *summary = second_opinion_summary(info->opinion);
  g_autofree char *difference = second_opinion_difference(info->opinion, info->verdict);
  print("%s", summary);
  if (difference != NULL)
    print("  %s", difference);
}

static void
print_chain(const ConnectionInfo *info)
{
  if (info->peer_chain == NULL || info->verdict == NULL) {
    print("The broker sent no certificate.");
  } else {
    print("The broker sent %u certificate%s; trust: %s", info->peer_chain->len,
          info->peer_chain->len == 1 ? "" : "s", anchors_label(info->anchors));
    for (guint i = 0; i < info->verdict->path->len; i++)
      print_link(g_ptr_array_index(info->verdict->path, i), i);
    print("Verdict: %s", info->verdict->accepted ? "accepted" : "refused");
    print_opinion(info);
  }
  print_findings(info->findings);
}

static void
print_client(const Connection *connection, const Session *session)
{
  const ConnectionInfo *info = connection_info(connection);
  g_autofree char *text = client_text(connection_profile(connection), session, info,
                                      connection_evidence(connection));
  if (info->identity == NULL) {
    print("Client certificate: %s", text);
    return;
  }
  const Certificate *leaf = g_ptr_array_index(identity_certificates(info->identity), 0);
  print("Client certificate: %s ← %s: %s", certificate_subject_label(leaf),
        certificate_issuer_label(leaf), text);
}

void
report_print(const Connection *connection, const Session *session)
{
  const ConnectionInfo *info = connection_info(connection);
  g_autofree char *url = profile_url(connection_profile(connection));
  print("%s: %s", url, session_state_text(session));
  if (session->tls_verified)
    print("%s%s, %s%s%s", info->tls_version, session->two_way ? " two-way" : "", info->cipher,
          info->group != NULL ? ", " : "", info->group != NULL ? info->group : "");
  print_chain(info);
  print_client(connection, session);
  if (info->last_error != NULL)
    print("Fault: %s", info->last_error);
}

/* Copies what it prints, so that the log is locked for no longer than that. */
static gboolean
message_text(MessageLog *log, guint64 number, char **text)
{
  LoggedMessage message;
  message_log_lock(log);
  gboolean found = message_log_get(log, number, &message);
  if (found) {
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(message.time_ns / 1000000000);
    g_autofree char *clock = g_date_time_format(time, "%H:%M:%S");
    g_autoptr(GString) topic = g_string_new(NULL), payload = g_string_new(NULL);
    safe_text_append(topic, message.topic.data, message.topic.length, PAYLOAD_COLUMNS);
    safe_text_append(payload, message.payload.data, message.payload.length, PAYLOAD_COLUMNS);
    g_autofree char *padded = pad(topic->str, 29);
    *text = g_strdup_printf("  %s.%03d %s %s %d%c %4u  %s", clock,
                            (int)(message.time_ns / 1000000 % 1000),
                            message.direction == MQTT_FROM_BROKER ? "↓" : "↑", padded, message.qos,
                            message.retain ? 'r' : ' ', message.payload_length, payload->str);
  }
  message_log_unlock(log);
  return found;
}

static void
print_messages(const Report *report)
{
  MessageLog *log = connection_log(report->connection);
  print("Messages (time, topic, QoS, r: retained, bytes, payload):");
  g_autofree char *text = NULL;
  for (guint64 number = 0; number < report->messages; number++) {
    if (!message_text(log, number, &text))
      continue;
    print("%s", text);
    g_clear_pointer(&text, g_free);
  }
}

static int
exit_code(const Connection *connection)
{
  const ConnectionInfo *info = connection_info(connection);
  if (info->verdict != NULL && !info->verdict->accepted)
    return EXIT_SERVER_REFUSED;
  return info->address == NULL ? EXIT_NETWORK : EXIT_TLS;
}

int
report_run(Workspace *workspace, Connection *connection, guint messages, guint seconds)
{
  Report report = {.loop = g_main_loop_new(NULL, FALSE),
                   .connection = connection,
                   .messages = messages};
  wait_for_messages(workspace, &report, seconds);
  g_main_loop_unref(report.loop);
  report_print(connection, connection_session(connection));
  gboolean complete = has_messages(&report);
  print_messages(&report);
  if (report.gave_up)
    print("Only some of the messages came within %u seconds.", seconds);
  fflush(stdout);
  return complete ? EXIT_GOOD : exit_code(connection);
}
