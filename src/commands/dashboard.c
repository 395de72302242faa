/* mqtrust [options] [URL|PROFILE]: the dashboard, maybe with a connection from the command line. */
#include "config.h"

#include "commands/commands.h"
#include "commands/options.h"
#include "core/workspace.h"
#include "ui/dashboard.h"
#include "util/safe_text.h"

#include <stdio.h>

static int
usage_error(const GError *error)
{
  fprintf(stderr, "mqtrust: %s\n", error->message);
  return EXIT_USAGE;
}

static int
print_help(const Command *commands, gsize count)
{
  g_autofree char *help = options_help(commands, count);
  fputs(help, stdout);
  return fflush(stdout) == 0 ? EXIT_GOOD : EXIT_USAGE;
}

/* The connection that the command line means, NULL when it means none. */
static gboolean
find_connection(Workspace *workspace, const Options *options, Connection **connection,
                GError **error)
{
  *connection = NULL;
  if (options->profile != NULL) {
    *connection = workspace_add(workspace, options->profile, error);
    return *connection != NULL;
  }
  if (options->profile_name == NULL)
    return TRUE;
  *connection = workspace_find(workspace, options->profile_name);
  if (*connection != NULL)
    return TRUE;
  g_autofree char *name = safe_text_string(options->profile_name);
  g_autofree char *folder = profile_folder();
  g_set_error(error, PROFILE_ERROR, PROFILE_FIELD_NAME,
              "there is no connection \"%s\" in %s, and no such command; start mqtrust without a "
              "name to see the connections, or give a URL such as mqtts://%s:8883; mqtrust --help "
              "lists the commands",
              name, folder, name);
  return FALSE;
}

/* After the first screen: reading the system's trust store takes longer than drawing. */
static gboolean
connect_soon(gpointer connection)
{
  connection_connect(connection);
  return G_SOURCE_REMOVE;
}

static int
run(const Options *options)
{
  g_autofree char *folder = profile_folder();
  g_autofree char *chains = chain_memory_folder();
  g_autoptr(ChainMemory) memory = chain_memory_new(chains);
  g_autoptr(Workspace) workspace = workspace_new(folder, options->log_bytes);
  workspace_keep_chains(workspace, memory);
  g_autoptr(GPtrArray) problems = workspace_load(workspace);
  g_autoptr(GError) error = NULL;
  Connection *connection = NULL;
  if (!find_connection(workspace, options, &connection, &error))
    return usage_error(error);
  if (connection != NULL)
    g_idle_add(connect_soon, connection);
  DashboardOptions dashboard = {
      .ascii = options->ascii,
      .no_color = options->no_color,
      .select = connection != NULL ? connection_profile(connection)->name : NULL,
      .problems = problems,
      .certbot_folder = options->certbot_folder,
  };
  int code = dashboard_run(workspace, &dashboard, &error);
  return code >= 0 ? code : usage_error(error);
}

int
command_dashboard(int argc, char **argv, const Command *commands, gsize count)
{
  Options options = {0};
  g_autoptr(GError) error = NULL;
  int code;
  if (!options_parse(argc, argv, &options, &error))
    code = usage_error(error);
  else if (options.show_help)
    code = print_help(commands, count);
  else if (options.show_version)
    code = puts("mqtrust " PACKAGE_VERSION) >= 0 ? EXIT_GOOD : EXIT_USAGE;
  else
    code = run(&options);
  options_clear(&options);
  return code;
}
