/* mqtrust demo: a throwaway two-way TLS broker with sample traffic, and the dashboard on it. */
#include "config.h"

#include "commands/commands.h"
#include "commands/demo_fault.h"
#include "commands/demo_house.h"
#include "commands/demo_options.h"
#include "commands/demo_traffic.h"
#include "commands/report.h"
#include "core/workspace.h"
#include "lab/lab_trial.h"
#include "ui/dashboard.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REPORT_MESSAGES 12
#define REPORT_SECONDS 30
#define ACT_MS 100 /* between two looks whether a fault's connection is online */

static const char help[] =
    "usage: mqtrust demo [OPTION]...\n"
    "       mqtrust demo --fault CODE[/VARIANT] [--tls 1.2|1.3] [OPTION]...\n"
    "       mqtrust demo --list-faults\n"
    "\n"
    "Makes a throwaway PKI in a private temporary folder, starts the mosquitto of\n"
    "this machine on a free loopback port with two-way TLS, lets a few devices\n"
    "publish, and opens the dashboard on it. When standard output is not a terminal,\n"
    "prints a report instead. On leaving, broker and folder are gone.\n"
    "\n"
    "Faults:\n"
    "      --fault CODE[/VARIANT]  instead, a broker and files with this fault: see\n"
    "                              what it looks like and how it is named\n"
    "      --tls 1.2|1.3           with which version of TLS it is shown\n"
    "      --list-faults           list all faults that can be shown, and how they\n"
    "                              are made\n"
    "\n"
    "Screen and help:\n"
    "      --ascii                 draw with ASCII characters only\n"
    "      --no-color              no colours, as with NO_COLOR=1\n"
    "      --log-size SIZE         memory for messages (default: 64M; K, M, G)\n"
    "      --certbot-dir DIR       where certbot's certificates are (default: one in\n"
    "                              the demo's folder; with --fault certbot's own)\n"
    "      --help                  print this and exit\n"
    "      --version               print the version and exit\n"
    "\n"
    "Example:\n"
    "  mqtrust demo --fault client-ca-unknown --tls 1.3\n"
    "\n"
    "Exit status: 0 when the dashboard was left or the report printed, 2 when the\n"
    "demo could not begin. See mqtrust(1), and mqtrust-findings(7) for every fault.\n";

static int
fail(const GError *error)
{
  fprintf(stderr, "mqtrust: %s\n", error->message);
  return EXIT_USAGE;
}

/* --- The broker with its devices ------------------------------------------------------------------ */

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

/* `certbot` is where the demo has a lineage, or NULL. */
static int
show_dashboard(Workspace *workspace, Connection *connection, const Options *options,
               const char *certbot)
{
  DashboardOptions dashboard = {.ascii = options->ascii,
                                .no_color = options->no_color,
                                .select = connection_profile(connection)->name,
                                .certbot_folder = options->certbot_folder ? options->certbot_folder
                                                                          : certbot};
  g_autoptr(GError) error = NULL;
  g_idle_add(connect_soon, connection);
  int code = dashboard_run(workspace, &dashboard, &error);
  return code >= 0 ? code : fail(error);
}

/* Whatever is edited or made in the demo lies in its folder and goes with it. */
static int
run_house(const Options *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DemoHouse) house = demo_house_start(&error);
  if (house == NULL)
    return fail(error);
  g_autofree char *profiles = g_build_filename(demo_house_folder(house), "connections", NULL);
  g_autoptr(Workspace) workspace = workspace_new(profiles, options->log_bytes);
  Connection *connection = add_connection(workspace, house, &error);
  if (connection == NULL)
    return fail(error);
  if (!isatty(STDOUT_FILENO))
    return report_run(workspace, connection, REPORT_MESSAGES, REPORT_SECONDS);
  return show_dashboard(workspace, connection, options, demo_house_folder(house));
}

/* --- A fault ----------------------------------------------------------------------------------- */

/* The demo has worked when the fault can be seen: 0, whatever the fault is. */
static int
report_fault(const LabFault *fault, const Profile *profile)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LabTrial) trial = lab_trial_run(fault, profile, &error);
  if (trial == NULL)
    return fail(error);
  report_print(lab_trial_connection(trial), lab_trial_session(trial));
  return EXIT_GOOD;
}

typedef struct {
  const LabFault *fault;
  Connection *connection;
  guint timer; /* 0: has acted */
  gboolean was_online;
} Act;

/* The fault comes when the user does something: the demo does it, once or as often as it takes. */
static gboolean
act_when_online(gpointer data)
{
  Act *act = data;
  gboolean is_online = connection_session(act->connection)->state == SESSION_ONLINE;
  gboolean is_due = is_online && !act->was_online;
  act->was_online = is_online;
  if (!is_due)
    return G_SOURCE_CONTINUE;
  act->fault->act(act->connection);
  if (act->fault->flags & LAB_REPEATED)
    return G_SOURCE_CONTINUE;
  act->timer = 0;
  return G_SOURCE_REMOVE;
}

static int
show_fault(Workspace *workspace, const DemoOptions *options, Connection *connection)
{
  Act act = {.fault = options->fault, .connection = connection};
  if (act.fault->act != NULL)
    act.timer = g_timeout_add(ACT_MS, act_when_online, &act);
  int code = show_dashboard(workspace, connection, &options->screen, NULL);
  if (act.timer != 0)
    g_source_remove(act.timer);
  return code;
}

static int
run_fault(const DemoOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(DemoFault) demo = demo_fault_start(options->fault, options->tls, &error);
  if (demo == NULL)
    return fail(error);
  g_autoptr(Workspace) workspace =
      workspace_new(demo_fault_profiles(demo), options->screen.log_bytes);
  g_autoptr(GPtrArray) problems = workspace_load(workspace);
  Connection *connection = workspace_find(workspace, demo_fault_profile_name(demo));
  if (connection == NULL) {
    g_set_error(&error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s",
                problems->len > 0 ? (const char *)problems->pdata[0]
                                  : "the demo's connection is not in its folder");
    return fail(error);
  }
  return isatty(STDOUT_FILENO) ? show_fault(workspace, options, connection)
                               : report_fault(options->fault, connection_profile(connection));
}

/* --- The command ------------------------------------------------------------------------------- */

static int
print(const char *text)
{
  return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_GOOD : EXIT_USAGE;
}

static int
run(const DemoOptions *options)
{
  if (options->screen.show_help)
    return print(help);
  if (options->screen.show_version)
    return print("mqtrust " PACKAGE_VERSION "\n");
  if (options->list_faults) {
    g_autofree char *list = demo_fault_list();
    return print(list);
  }
  return options->fault != NULL ? run_fault(options) : run_house(&options->screen);
}

int
command_demo(int argc, char **argv)
{
  DemoOptions options;
  g_autoptr(GError) error = NULL;
  if (!demo_options_parse(argc, argv, &options, &error))
    return fail(error);
  int code = run(&options);
  demo_options_clear(&options);
  return code;
}
