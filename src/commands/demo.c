/* mqtrust demo: a throwaway two-way TLS broker with sample traffic, and the dashboard on it. */
#include "config.h"

#include "commands/commands.h"
#include "commands/demo_house.h"
#include "commands/demo_traffic.h"
#include "commands/options.h"
#include "commands/report.h"
#include "core/workspace.h"
#include "ui/dashboard.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REPORT_MESSAGES 12
#define REPORT_SECONDS 30

static const char help[] =
    "Usage: mqtrust demo [--ascii] [--no-color] [--log-size SIZE]\n"
    "\n"
    "Makes a throwaway PKI in a private temporary folder, starts the mosquitto of this machine on a\n"
    "free loopback port with two-way TLS, lets a few devices publish, and opens the dashboard on\n"
    "it. When standard output is not a terminal, prints a report instead. On leaving, broker and\n"
    "folder are gone.\n";

static int
fail(const GError *error)
{
  fprintf(stderr, "mqtrust: %s\n", error->message);
  return EXIT_USAGE;
}

static gboolean
check_options(int argc, char **argv, Options *options, GError **error)
{
  if (!options_parse(argc, argv, options, error))
    return FALSE;
  if (options->profile == NULL && options->profile_name == NULL)
    return TRUE;
  g_set_error(error, PROFILE_ERROR, PROFILE_FIELD_HOST,
              "the demo brings its own broker and takes no connection; leave out \"demo\" to "
              "connect to yours");
  return FALSE;
}

static Connection *
add_connection(Workspace *workspace, const DemoHouse *house, GError **error)
{
  g_autoptr(Profile) profile =
      demo_profile_new(demo_house_folder(house), demo_house_port(house), demo_devices[0]);
  g_free(profile->name);
  profile->name = g_strdup("demo");
  profile_add_subscription(profile, "plant/#", 1);
  profile_add_subscription(profile, "site/#", 0);
  return workspace_add(workspace, profile, error);
}

static gboolean
connect_soon(gpointer connection)
{
  connection_connect(connection);
  return G_SOURCE_REMOVE;
}

static int
show(Workspace *workspace, Connection *connection, const Options *options)
{
  if (!isatty(STDOUT_FILENO))
    return report_run(workspace, connection, REPORT_MESSAGES, REPORT_SECONDS);
  DashboardOptions dashboard = {
      .ascii = options->ascii, .no_color = options->no_color, .select = "demo"};
  g_autoptr(GError) error = NULL;
  g_idle_add(connect_soon, connection);
  int code = dashboard_run(workspace, &dashboard, &error);
  return code >= 0 ? code : fail(error);
}

/* Whatever is edited or made in the demo lies in its folder and goes with it. */
static int
run(const Options *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DemoHouse) house = demo_house_start(&error);
  if (house == NULL)
    return fail(error);
  g_autofree char *profiles = g_build_filename(demo_house_folder(house), "connections", NULL);
  g_autoptr(Workspace) workspace = workspace_new(profiles, options->log_bytes);
  Connection *connection = add_connection(workspace, house, &error);
  return connection != NULL ? show(workspace, connection, options) : fail(error);
}

int
command_demo(int argc, char **argv)
{
  Options options = {0};
  g_autoptr(GError) error = NULL;
  int code;
  if (!check_options(argc, argv, &options, &error))
    code = fail(error);
  else if (options.show_help)
    code = fputs(help, stdout) >= 0 ? EXIT_GOOD : EXIT_USAGE;
  else
    code = run(&options);
  options_clear(&options);
  return code;
}
