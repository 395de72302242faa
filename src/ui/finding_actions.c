#include "config.h"

#include "ui/finding_actions.h"

#include "core/finding_field.h"

const Finding *
finding_worst(const Connection *connection)
{
  GPtrArray *findings = connection_info(connection)->findings;
  return findings && findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
}

const char *
finding_action_disabled(const Connection *connection, const Finding *finding, Action action)
{
  ProfileField field;
  if (action != ACTION_MEND)
    return NULL;
  if (!finding)
    return "There is nothing to mend: no finding.";
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

gboolean
finding_action(Ui *ui, Connection *connection, const Finding *finding, Action action)
{
  const char *reason = finding_action_disabled(connection, finding, action);
  if (action != ACTION_MEND)
    return FALSE;
  if (reason)
    ui_notice(ui, ROLE_WARNING, "%s", reason);
  else
    mend(ui, connection, finding);
  return TRUE;
}
