/* The lab itself: scenes come up, say why when they do not, and leave nothing behind; and the judge
 * of the lab's tests says no. */
#include "config.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_process.h"
#include "lab/lab_trial.h"
#include "lab/scene.h"
#include "live/faults/fault_case.h"

#define DEADLINE_MS 30000 /* bounds a failure */

static LabFault
fault_of(void (*build)(LabScene *scene))
{
  return (LabFault){.code = "leaf-expired", .made_by = "a test", .index = -1, .build = build};
}

/* (transfer full) */
static LabScene *
start(void (*build)(LabScene *scene), GError **error)
{
  static LabFault fault; /* the scene keeps its address */
  fault = fault_of(build);
  return lab_scene_start(&fault, LAB_TLS_1_3, error);
}

/* A socket that is connected to 127.0.0.1, -1: nobody listens there. */
static int
dial(guint16 port)
{
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  close(fd);
  return -1;
}

/* --- Scenes that do not come up --------------------------------------------------------------- */

static char *last_folder;

/* Everything after the failure does nothing, and no function returns NULL to trip over. */
static void
build_nothing(LabScene *scene)
{
  lab_fail(scene, LAB_ERROR_PROGRAM, "the first sentence");
  lab_fail(scene, LAB_ERROR_START, "the second sentence");
  g_free(last_folder);
  last_folder = g_strdup(lab_scene_folder(scene));
  const char *path = lab_write(scene, "late.pem", "x", 1);
  g_assert_nonnull(path);
  g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint(lab_good_broker(scene), ==, 0);
  g_assert_cmpuint(lab_openssl(scene, NULL, NULL, FALSE, NULL), ==, 0);
  g_assert_cmpuint(lab_peer(scene, NULL, NULL), ==, 0);
}

static void
test_failed_scene(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(start(build_nothing, &error));
  g_assert_error(error, LAB_ERROR, LAB_ERROR_PROGRAM);
  g_assert_cmpstr(error->message, ==, "the first sentence");
  g_assert_false(g_file_test(last_folder, G_FILE_TEST_EXISTS));
}

static gboolean
has_program_or_skip(const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *program = lab_program_find(name, name, &error);
  if (program == NULL)
    g_test_skip(error->message);
  return program != NULL;
}

static void
build_bad_mosquitto(LabScene *scene)
{
  lab_mosquitto(scene, &(LabMosquitto){.extra = "no_such_setting true"});
}

static void
test_bad_mosquitto(void)
{
  g_autoptr(GError) error = NULL;
  if (!has_program_or_skip("mosquitto"))
    return;
  g_assert_null(start(build_bad_mosquitto, &error));
  g_assert_error(error, LAB_ERROR, LAB_ERROR_START);
  g_assert_nonnull(strstr(error->message, "did not come up"));
}

static void
test_missing_program(void)
{
  g_autoptr(GError) error = NULL;
  g_assert_null(lab_program_find("no-such-program", "its-package", &error));
  g_assert_error(error, LAB_ERROR, LAB_ERROR_PROGRAM);
  g_assert_nonnull(strstr(error->message, "no-such-program"));
  g_assert_nonnull(strstr(error->message, "its-package"));
}

/* --- Scenes that do --------------------------------------------------------------------------- */

static void
build_good(LabScene *scene)
{
  lab_good_broker(scene);
}

/* Nothing is wrong: what the lab changes is all that is wrong in a scene. */
static void
test_good_broker(void)
{
  g_autoptr(GError) error = NULL;
  if (!has_program_or_skip("mosquitto"))
    return;
  LabScene *scene = start(build_good, &error);
  g_assert_no_error(error);
  LabFault fault = fault_of(build_good);
  g_autoptr(LabTrial) trial = lab_trial_run(&fault, lab_scene_profile(scene), &error);
  g_assert_no_error(error);
  g_assert_true(lab_trial_is_over(trial));
  g_assert_true(lab_trial_session(trial)->two_way);
  g_assert_cmpuint(connection_info(lab_trial_connection(trial))->findings->len, ==, 0);
  g_autofree char *folder = g_strdup(lab_scene_folder(scene));
  guint16 port = lab_scene_profile(scene)->port;
  int fd = dial(port);
  g_assert_cmpint(fd, >=, 0);
  close(fd);
  lab_scene_free(scene);
  g_assert_cmpint(dial(port), ==, -1);
  g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

static void
build_openssl(LabScene *scene)
{
  ForgeTemplate template = lab_server(LAB_HOST);
  template.not_before = lab_days_from_now(-100);
  template.not_after = lab_days_from_now(-10);
  const Forged *server = lab_forge(scene, &template, lab_pki(scene)->intermediate);
  const char *chain =
      lab_write_chain(scene, "expired.pem", server, lab_pki(scene)->intermediate, NULL);
  lab_use_good_trust(scene);
  lab_openssl(scene, chain, lab_write_key(scene, "expired.key", server, NULL), FALSE, NULL);
  lab_expect_certificate(scene, server);
}

/* openssl s_server sends the chain of the scene, in the scene's version. */
static void
test_openssl(void)
{
  g_autoptr(GError) error = NULL;
  if (!has_program_or_skip("openssl"))
    return;
  g_autoptr(LabScene) scene = start(build_openssl, &error);
  g_assert_no_error(error);
  LabFault fault = fault_of(build_openssl);
  g_autoptr(LabTrial) trial = lab_trial_run(&fault, lab_scene_profile(scene), &error);
  g_assert_no_error(error);
  const ConnectionInfo *info = connection_info(lab_trial_connection(trial));
  g_assert_cmpuint(info->peer_chain->len, ==, 2);
  g_assert_cmpstr(certificate_sha256(info->peer_chain->pdata[0]), ==,
                  lab_scene_expected_sha256(scene));
}

/* --- A scripted peer serves several at once --------------------------------------------------- */

#define GUESTS 3

typedef struct {
  pthread_mutex_t lock;
  pthread_cond_t all_there;
  guint count;
} Party;

/* Nobody is answered before all have come. */
static void
wait_for_all(int fd, gpointer data)
{
  Party *party = data;
  struct timespec end = {.tv_sec = time(NULL) + DEADLINE_MS / 1000};
  pthread_mutex_lock(&party->lock);
  party->count++;
  pthread_cond_broadcast(&party->all_there);
  while (party->count < GUESTS &&
         pthread_cond_timedwait(&party->all_there, &party->lock, &end) == 0)
    ;
  gboolean all = party->count == GUESTS;
  pthread_mutex_unlock(&party->lock);
  if (all && send(fd, "*", 1, MSG_NOSIGNAL) == 1)
    peer_wait_for_end(fd);
}

static void
test_several_at_once(void)
{
  Party party = {0};
  int guests[GUESTS];
  char star = 0;
  pthread_mutex_init(&party.lock, NULL);
  pthread_cond_init(&party.all_there, NULL);
  Peer *peer = peer_start(wait_for_all, &party);
  for (int i = 0; i < GUESTS; i++) {
    guests[i] = dial(peer_port(peer));
    g_assert_cmpint(guests[i], >=, 0);
  }
  for (int i = 0; i < GUESTS; i++) {
    struct pollfd readable = {.fd = guests[i], .events = POLLIN};
    g_assert_cmpint(poll(&readable, 1, DEADLINE_MS), ==, 1);
    g_assert_cmpint(recv(guests[i], &star, 1, 0), ==, 1);
    g_assert_cmpint(star, ==, '*');
  }
  peer_stop(peer); /* ends the connections that are open */
  for (int i = 0; i < GUESTS; i++) {
    g_assert_cmpint(recv(guests[i], &star, 1, 0), ==, 0);
    close(guests[i]);
  }
  pthread_mutex_destroy(&party.lock);
  pthread_cond_destroy(&party.all_there);
}

/* --- The judge -------------------------------------------------------------------------------- */

static Finding *
finding_with_sentences(const char *code)
{
  Finding *finding = finding_new(code);
  finding_set_message(finding, "Why.");
  finding_set_remedy(finding, "What to do.");
  return finding;
}

static FaultResult *
result_with(const char *code)
{
  FaultResult *result = g_new0(FaultResult, 1);
  Finding *finding = finding_with_sentences(code);
  finding->source = FINDING_SOURCE_PEER;
  finding->index = 0;
  result->over = TRUE;
  result->findings = finding_list_new();
  g_ptr_array_add(result->findings, finding);
  return result;
}

static void
expect_verdict(const FaultResult *result, const LabFault *fault, const char *expected)
{
  g_autofree char *verdict = fault_result_judge(result, fault);
  g_assert_cmpstr(verdict, ==, expected);
}

static void
test_judge(void)
{
  const LabFault fault = {.code = "leaf-expired",
                          .severity = FINDING_ERROR,
                          .side = FINDING_SIDE_SERVER,
                          .source = FINDING_SOURCE_PEER};
  LabFault other = fault;
  g_autoptr(FaultResult) result = result_with("leaf-expired");
  expect_verdict(result, &fault, NULL);
  other.side = FINDING_SIDE_CLIENT;
  expect_verdict(result, &other, "side is server, not client\n");
  other = fault;
  other.index = 1;
  other.source = FINDING_SOURCE_TRUST;
  expect_verdict(result, &other, "source is peer, not trust\nindex is 0, not 1\n");
  other = fault;
  other.code = "leaf-not-yet-valid";
  expect_verdict(result, &other,
                 "leaf-not-yet-valid was not found\nthe error leaf-expired is there, too\n"
                 "0 errors leaf-not-yet-valid\n");
  result->over = FALSE;
  result->expected_file = g_strdup("/a.pem");
  result->expected_sha256 = g_strdup("ab");
  expect_verdict(result, &fault,
                 "it was not over in time\ncertificate is none, not ab\nfile is none, not "
                 "/a.pem\n");
}

/* A warning comes alone, or with the error that its row names. */
static void
test_judge_warnings(void)
{
  LabFault fault = {.code = "key-world-readable",
                    .severity = FINDING_WARNING,
                    .side = FINDING_SIDE_CLIENT,
                    .source = FINDING_SOURCE_PEER};
  g_autoptr(FaultResult) result = result_with("key-world-readable");
  expect_verdict(result, &fault, NULL);
  g_ptr_array_add(result->findings, finding_with_sentences("key-mismatch"));
  expect_verdict(result, &fault, "the error key-mismatch is there, too\n");
  fault.error = "key-mismatch";
  expect_verdict(result, &fault, NULL);
  g_ptr_array_add(result->findings, finding_with_sentences("key-mismatch"));
  expect_verdict(result, &fault, "2 errors key-mismatch\n");
  g_ptr_array_set_size(result->findings, 1);
  expect_verdict(result, &fault, "0 errors key-mismatch\n");
}

/* Of every finding, also of one that only stands beside. */
static void
test_judge_sentences(void)
{
  const LabFault fault = {.code = "leaf-expired",
                          .severity = FINDING_ERROR,
                          .side = FINDING_SIDE_SERVER,
                          .source = FINDING_SOURCE_PEER};
  g_autoptr(FaultResult) result = result_with("leaf-expired");
  Finding *beside = finding_new("certificate-duplicate"); /* it has a remedy */
  finding_set_message(beside, "%s", "");
  g_ptr_array_add(result->findings, beside);
  const char *wrong = "message and remedy of certificate-duplicate are not both sentences\n";
  expect_verdict(result, &fault, wrong);
  finding_set_message(beside, "Twice");
  expect_verdict(result, &fault, wrong);
  finding_set_message(beside, "Twice.");
  expect_verdict(result, &fault, NULL);
  finding_set_remedy(beside, "Remove one");
  expect_verdict(result, &fault, wrong);
}

/* --- The lab's tests -------------------------------------------------------------------------- */

/* Two -p may be about the same case. */
static void
test_case_twice(void)
{
  const char *folder = g_getenv("MQTRUST_TEST_BUILDDIR");
  g_autofree char *program =
      g_build_filename(folder != NULL ? folder : ".", "tests/live/faults/test_faults", NULL);
  const char *const argv[] = {
      program, "--tap", "-p", "/faults/file-missing", "-p", "/faults/file-missing", NULL};
  g_autofree char *output = NULL;
  g_autoptr(GError) error = NULL;
  int status;
  g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL, &status,
               &error);
  g_assert_no_error(error);
  g_assert_true(g_spawn_check_wait_status(status, NULL));
  g_assert_nonnull(strstr(output, "ok 1 /faults/file-missing"));
  g_assert_nonnull(strstr(output, "ok 2 /faults/file-missing"));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/lab/failed-scene", test_failed_scene);
  g_test_add_func("/lab/bad-mosquitto", test_bad_mosquitto);
  g_test_add_func("/lab/missing-program", test_missing_program);
  g_test_add_func("/lab/good-broker", test_good_broker);
  g_test_add_func("/lab/openssl", test_openssl);
  g_test_add_func("/lab/several-at-once", test_several_at_once);
  g_test_add_func("/lab/judge", test_judge);
  g_test_add_func("/lab/judge-warnings", test_judge_warnings);
  g_test_add_func("/lab/judge-sentences", test_judge_sentences);
  g_test_add_func("/lab/case-twice", test_case_twice);
  int code = g_test_run();
  g_free(last_folder);
  return code;
}
