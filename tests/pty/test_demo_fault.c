/* mqtrust demo --fault and --list-faults: the lab in the dashboard and as a report, and nothing of
 * it left behind. */
#include "config.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab.h"
#include "pty/program.h"
#include "util/private_folder.h"

#define SLICE_MS 10

/* Where the programs of one test make their folders. */
typedef struct {
  char *folder;
  char *variable; /* "TMPDIR=..." */
} Stage;

static void
set_up(Stage *stage, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  stage->folder = private_folder_new("mqtrust-stage", &error);
  g_assert_no_error(error);
  stage->variable = g_strconcat("TMPDIR=", stage->folder, NULL);
}

static void
tear_down(Stage *stage, gconstpointer data)
{
  private_folder_remove(stage->folder, NULL);
  g_free(stage->folder);
  g_free(stage->variable);
}

/* --- What is left ----------------------------------------------------------------------------- */

static guint
files_in(const char *path)
{
  g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
  guint count = 0;
  while (folder != NULL && g_dir_read_name(folder) != NULL)
    count++;
  return count;
}

/* A process with the folder in its command line (mosquitto and its configuration). */
static gboolean
names_folder(const char *pid, const char *folder)
{
  g_autofree char *path = g_build_filename("/proc", pid, "cmdline", NULL);
  g_autofree char *words = NULL;
  gsize length = 0;
  if (!g_ascii_isdigit(*pid) || !g_file_get_contents(path, &words, &length, NULL))
    return FALSE;
  return length > 0 && memmem(words, length, folder, strlen(folder)) != NULL;
}

static guint
processes_in(const char *path)
{
  g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
  const char *pid;
  guint count = 0;
  while (processes != NULL && (pid = g_dir_read_name(processes)) != NULL)
    count += names_folder(pid, path);
  return count;
}

static gboolean
wait_until_nothing_is_left(const Stage *stage)
{
  gint64 end = g_get_monotonic_time() + PTY_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;
  while (files_in(stage->folder) + processes_in(stage->folder) > 0) {
    if (g_get_monotonic_time() > end)
      return FALSE;
    poll(NULL, 0, SLICE_MS);
  }
  return TRUE;
}

/* Of mosquitto, which leaf-expired is shown with. */
static gboolean
has_mosquitto_or_skip(void)
{
  g_autofree char *program = g_find_program_in_path("mosquitto");
  if (program != NULL || access("/usr/sbin/mosquitto", X_OK) == 0)
    return TRUE;
  g_test_skip("no mosquitto on this machine (Debian: mosquitto)");
  return FALSE;
}

/* --- The list --------------------------------------------------------------------------------- */

static void
test_list(void)
{
  g_autofree char *out = NULL, *err = NULL;
  gsize count;
  const LabFault *const *faults = lab_faults(&count);
  g_assert_cmpint(program_run("demo --list-faults", &out, &err), ==, 0);
  g_assert_cmpstr(err, ==, "");
  for (gsize i = 0; i < count; i++) {
    g_autofree char *name = lab_fault_name(faults[i]);
    g_autofree char *start = g_strdup_printf("\n  %s  ", name);
    const char *line = strstr(out, start);
    g_assert_nonnull(line);
    g_autofree char *rest = g_strndup(line + 1, strcspn(line + 1, "\n"));
    g_assert_true(g_str_has_suffix(rest, faults[i]->made_by));
  }
}

/* --- The report ------------------------------------------------------------------------------- */

/* Runs without a terminal, in the stage's folder. */
static void
expect_report(const Stage *stage, const char *arguments, const char *code, const char *version)
{
  g_autofree char *out = NULL, *err = NULL;
  g_setenv("TMPDIR", stage->folder, TRUE);
  int status = program_run(arguments, &out, &err);
  g_assert_cmpstr(err, ==, "");
  g_assert_cmpint(status, ==, 0);
  g_test_message("%s", out);
  g_assert_nonnull(strstr(out, code));
  g_assert_nonnull(strstr(out, version));
  g_assert_true(wait_until_nothing_is_left(stage));
}

static void
test_report(Stage *stage, gconstpointer data)
{
  if (!has_mosquitto_or_skip())
    return;
  expect_report(stage, "demo --fault leaf-expired", "error leaf-expired: \"mqtt.lab.test\" in the ",
                "Verdict: refused");
}

/* A scripted broker, up to CONNACK: TLS is there. */
static void
test_report_version(Stage *stage, gconstpointer data)
{
  expect_report(stage, "demo --fault mqtt-bad-credentials --tls 1.2",
                "error mqtt-bad-credentials: ", "sent, accepted");
  expect_report(stage, "demo --fault=mqtt-bad-credentials --tls=1.3",
                "error mqtt-bad-credentials: ", "sent, accepted");
}

/* --- The dashboard ---------------------------------------------------------------------------- */

static Pty *
open_fault(const Stage *stage)
{
  const char *const environment[] = {stage->variable, NULL};
  Pty *pty = program_open("demo --fault leaf-expired",
                          &(PtyOptions){.rows = 40, .columns = 120, .environment = environment});
  pty_expect_text(pty, "leaf-expired");
  pty_expect_text(pty, "expired 10 days ago");
  g_assert_cmpuint(files_in(stage->folder), ==, 1);
  g_assert_cmpuint(processes_in(stage->folder), ==, 1);
  return pty;
}

static void
test_dashboard(Stage *stage, gconstpointer data)
{
  if (!has_mosquitto_or_skip())
    return;
  g_autoptr(Pty) pty = open_fault(stage);
  pty_key(pty, "q"); /* nothing is connected: no question */
  pty_expect_exit_code(pty, 0);
  program_assert_restored(pty);
  g_assert_cmpuint(files_in(stage->folder), ==, 0);
  g_assert_cmpuint(processes_in(stage->folder), ==, 0);
}

static void
test_killed(Stage *stage, gconstpointer data)
{
  if (!has_mosquitto_or_skip())
    return;
  g_autoptr(Pty) pty = open_fault(stage);
  pty_signal(pty, SIGKILL);
  pty_expect_exit_code(pty, 128 + SIGKILL);
  g_assert_true(wait_until_nothing_is_left(stage));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/demo-fault/list", test_list);
  g_test_add("/demo-fault/report", Stage, NULL, set_up, test_report, tear_down);
  g_test_add("/demo-fault/report-version", Stage, NULL, set_up, test_report_version, tear_down);
  g_test_add("/demo-fault/dashboard", Stage, NULL, set_up, test_dashboard, tear_down);
  g_test_add("/demo-fault/killed", Stage, NULL, set_up, test_killed, tear_down);
  return g_test_run();
}
