#include "config.h"

#include "ui/finding_actions.h"

#include <string.h>

#include "core/finding_field.h"
#include "ui/repair_view.h"
#include "ui/ui_state.h"

const Finding *
finding_worst(const Connection *connection)
{
  GPtrArray *findings = connection_info(connection)->findings;
  return findings && findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
}

gboolean
is_finding_action(Action action)
{
  return action == ACTION_MEND || action == ACTION_REPAIR;
}

/* --- Can it be repaired? ---------------------------------------------------------------------- */

/* (transfer full), NULL: no copy mends it. Reads files. */
static Repair *
propose(const Connection *connection, const Finding *finding)
{
  const Profile *profile = connection_profile(connection);
  RepairContext context = {
      .ca_path = profile->trust == TRUST_FILE ? profile->ca_path : NULL,
      .certificate_path = profile->certificate_path,
      .key_path = profile->key_path,
      .peer_chain = connection_info(connection)->peer_chain,
  };
  return profile->scheme == SCHEME_MQTTS ? repair_propose(finding, &context) : NULL;
}

/* What the answer depends on. A file that changes begins another attempt, while we are stopped. */
static char *
repair_key(const Connection *connection, const Finding *finding)
{
  gint64 started = connection_evidence(connection)->at_us[EVIDENCE_STARTED];
  return g_strdup_printf("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %s %d %d %s %s",
                         connection_number(connection), started, finding->code, (int)finding->source, finding->index,
                         finding->file ? finding->file : "",
                         finding->sha256 ? finding->sha256 : "");
}

/* The hint bar asks for every frame; the files are looked into once for each finding. */
static gboolean
can_be_repaired(Ui *ui, const Connection *connection, const Finding *finding)
{
  g_autofree char *key = repair_key(connection, finding);
  if (g_strcmp0(key, ui->repair_key) != 0) {
    g_autoptr(Repair) repair = propose(connection, finding);
    g_free(ui->repair_key);
    ui->repair_key = g_steal_pointer(&key);
    ui->repairable = repair != NULL;
  }
  return ui->repairable;
}

/* --- Doing ------------------------------------------------------------------------------------ */

const char *
finding_action_disabled(Ui *ui, const Connection *connection, const Finding *finding, Action action)
{
  ProfileField field;
  if (!is_finding_action(action))
    return NULL;
  if (!finding)
    return "There is nothing to mend: no finding.";
  if (action == ACTION_REPAIR && can_be_repaired(ui, connection, finding))
    return NULL;
  if (action == ACTION_REPAIR)
    return strcmp(finding->code, "client-expired") == 0
               ? "No copy mends this: i renews it, where its CA's key is yours."
               : "No repaired copy of a file would mend this.";
  return finding_field(finding, connection_profile(connection), &field)
             ? NULL
             : finding_without_field(finding);
}

static void
mend(Ui *ui, Connection *connection, const Finding *finding)
{
  EditorArgument argument = {.connection = connection, .advice = finding->remedy};
  finding_field(finding, connection_profile(connection), &argument.focus);
  ui_open(ui, &editor_form, &argument);
}

static void
ask_repair(Ui *ui, Connection *connection, const Finding *finding)
{
  RepairViewArgument argument = {connection, propose(connection, finding)};
  if (argument.repair)
    ui_open(ui, &repair_view, &argument);
  else
    ui_notice(ui, ROLE_WARNING, "The files have changed: there is nothing to repair any more.");
}

gboolean
finding_action(Ui *ui, Connection *connection, const Finding *finding, Action action)
{
  const char *reason = finding_action_disabled(ui, connection, finding, action);
  if (!is_finding_action(action))
    return FALSE;
  if (reason)
    ui_notice(ui, ROLE_WARNING, "%s", reason);
  else if (action == ACTION_MEND)
    mend(ui, connection, finding);
  else
    ask_repair(ui, connection, finding);
  return TRUE;
}
