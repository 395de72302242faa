/* The four reports of `mqtrust check`, every line of them, on made-up results. The texts expected
 * are in tests/data/check; with MQTRUST_TEST_UPDATE_GOLDEN set they are written anew: look at the
 * difference then. */
#include "config.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "commands/check_expiry.h"
#include "commands/check_save.h"
#include "commands/commands.h"
#include "unit/check_subject.h"
#include "unit/exposition.h"
#include "util/private_folder.h"
#include "util/safe_text.h"

static void
assert_golden(const char *name, const char *text)
{
  const char *source = g_getenv("MQTRUST_TEST_SRCDIR");
  g_autofree char *expected = NULL;
  g_autofree char *path =
      g_build_filename(source != NULL ? source : "..", "tests/data/check", name, NULL);
  if (g_getenv("MQTRUST_TEST_UPDATE_GOLDEN")) {
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return;
  }
  g_assert_true(g_file_get_contents(path, &expected, NULL, NULL));
  g_assert_cmpstr(text, ==, expected);
}

static GPtrArray *
report_of(const MadeSubject *made)
{
  GPtrArray *reports = g_ptr_array_new_with_free_func((GDestroyNotify)check_report_free);
  g_ptr_array_add(reports, check_report_new(&made->subject));
  return reports;
}

/* --- Whole texts ------------------------------------------------------------------------------ */

typedef struct {
  const char *name;
  MadeSubject *(*make)(void);
  int exit_code, nagios_code;
} Case;

static const Case cases[] = {
    {"good", made_good, EXIT_GOOD, 0},
    {"expired", made_expired, EXIT_SERVER_REFUSED, 2},
    {"refused", made_refused, EXIT_NETWORK, 2},
    {"silent", made_silent, EXIT_MQTT, 2},
    {"subscription", made_subscription_refused, EXIT_WARNINGS, 1},
};

static void
assert_columns(const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_assert_true(g_utf8_validate(*line, -1, NULL));
    g_assert_cmpint(g_utf8_strlen(*line, -1), <=, 80);
    g_assert_false(g_str_has_suffix(*line, " "));
  }
}

static void
test_text(gconstpointer data)
{
  const Case *test = data;
  g_autoptr(MadeSubject) made = test->make();
  g_autoptr(GPtrArray) reports = report_of(made);
  g_autofree char *text = check_text(reports), *ascii = safe_text_to_ascii(text);
  g_autofree char *name = g_strconcat(test->name, ".txt", NULL);
  g_assert_cmpint(((CheckReport *)reports->pdata[0])->exit_code, ==, test->exit_code);
  assert_columns(text);
  assert_golden(name, text);
  g_assert_true(g_str_is_ascii(ascii));
}

static void
test_json(gconstpointer data)
{
  const Case *test = data;
  g_autoptr(MadeSubject) made = test->make();
  g_autoptr(GPtrArray) reports = report_of(made);
  g_autofree char *text = check_json(reports, FALSE);
  g_autofree char *name = g_strconcat(test->name, ".json", NULL);
  g_autoptr(JsonParser) parser = json_parser_new();
  g_autoptr(GError) error = NULL;
  json_parser_load_from_data(parser, text, -1, &error);
  g_assert_no_error(error);
  JsonArray *array = json_node_get_array(json_parser_get_root(parser));
  g_assert_cmpuint(json_array_get_length(array), ==, 1);
  JsonObject *object = json_array_get_object_element(array, 0);
  g_assert_cmpint(json_object_get_int_member(object, "exit_code"), ==, test->exit_code);
  assert_golden(name, text);
}

static void
test_nagios(gconstpointer data)
{
  const Case *test = data;
  g_autoptr(MadeSubject) made = test->make();
  g_autoptr(GPtrArray) reports = report_of(made);
  int code = -1;
  g_autofree char *text = check_nagios(reports, &code);
  g_autofree char *name = g_strconcat(test->name, ".nagios", NULL);
  g_assert_cmpint(code, ==, test->nagios_code);
  g_assert_true(strchr(text, '\n') == text + strlen(text) - 1);
  g_assert_true(strchr(text, '|') == strrchr(text, '|'));
  assert_golden(name, text);
}

static void
test_prometheus(gconstpointer data)
{
  const Case *test = data;
  g_autoptr(MadeSubject) made = test->make();
  g_autoptr(GPtrArray) reports = report_of(made);
  g_autofree char *text = check_prometheus(reports);
  g_autofree char *name = g_strconcat(test->name, ".prom", NULL);
  g_autoptr(Exposition) exposition = exposition_parse(text);
  g_assert_nonnull(exposition);
  g_assert_cmpstr(exposition_value(exposition, "mqtrust_probe_success", "target", "prod-eu"), ==,
                  made->subject.outcome == CHECK_ONLINE ? "1" : "0");
  assert_golden(name, text);
}

/* --- Several targets -------------------------------------------------------------------------- */

static void
test_several(void)
{
  g_autoptr(MadeSubject) good = made_good(), expired = made_expired(), refused = made_refused();
  g_autoptr(GPtrArray) reports = report_of(good);
  expired->subject.target = "prod-us";
  refused->subject.target = "lab 'x'=|";
  g_ptr_array_add(reports, check_report_new(&expired->subject));
  g_ptr_array_add(reports, check_report_new(&refused->subject));
  int code = -1;
  g_autofree char *text = check_text(reports), *nagios = check_nagios(reports, &code);
  g_autofree char *metrics = check_prometheus(reports);
  g_autoptr(Exposition) exposition = exposition_parse(metrics);
  assert_golden("several.txt", text);
  assert_golden("several.nagios", nagios);
  g_assert_cmpint(code, ==, 2);
  g_assert_nonnull(exposition);
}

/* A target that is named twice must not give a series twice. */
static void
test_prometheus_twice(void)
{
  g_autoptr(MadeSubject) made = made_good();
  g_autoptr(GPtrArray) once = report_of(made), twice = report_of(made);
  g_ptr_array_add(twice, check_report_new(&made->subject));
  g_autofree char *a = check_prometheus(once), *b = check_prometheus(twice);
  g_assert_cmpstr(a, ==, b);
}

static void
test_prometheus_hostile(void)
{
  g_autoptr(MadeSubject) made = made_good();
  made->subject.target = "a\"b\\c\nd{e}=\",#";
  g_autoptr(GPtrArray) reports = report_of(made);
  g_autofree char *text = check_prometheus(reports);
  g_autoptr(Exposition) exposition = exposition_parse(text);
  g_assert_nonnull(exposition);
  g_assert_cmpstr(
      exposition_value(exposition, "mqtrust_probe_success", "target", made->subject.target), ==,
      "1");
}

/* The parser of this test refuses what Prometheus refuses. */
static void
test_exposition_self(void)
{
  static const char *const bad[] = {
      "a{b=\"c\"} 1",                                             /* no line end */
      "# TYPE a gauge\na{b=\"c\"} 1\na{b=\"c\"} 2\n",             /* the same series twice */
      "# TYPE a gauge\na{b=\"c} 1\n",                             /* no end of the value */
      "# TYPE a gauge\na{b=\"\\x\"} 1\n",                         /* unknown escape */
      "# TYPE a gauge\na{b=\"c\"} one\n",                         /* no number */
      "# TYPE a gauge\na{1b=\"c\"} 1\n",                          /* no label name */
      "# TYPE a gauge\n# TYPE a gauge\n",                         /* twice */
      "a{b=\"c\"} 1\n",                                           /* without a type */
      "# TYPE a gauge\na{b=\"c\"} 1\n# TYPE d gauge\nd 1\na 2\n", /* not together */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(Exposition) exposition = exposition_parse(bad[i]);
    g_test_message("%s", bad[i]);
    g_assert_null(exposition);
  }
}

/* --- Soon ------------------------------------------------------------------------------------- */

static const Finding *
find(const CheckReport *report, const char *code, FindingSide side)
{
  const Finding *found = NULL;
  for (guint i = 0; i < report->findings->len; i++) {
    const Finding *finding = report->findings->pdata[i];
    if (strcmp(finding->code, code) != 0 || finding->side != side)
      continue;
    g_assert_null(found); /* one fault, one finding */
    found = finding;
  }
  return found;
}

/* The leaf lives 90 days, of which 67 are left; ours lives 365, of which 358 are left. */
static void
test_warn_days(void)
{
  static const struct {
    int days;
    gboolean broker, client;
  } tests[] = {{-1, FALSE, FALSE}, {0, FALSE, FALSE},  {67, FALSE, FALSE},
               {68, TRUE, FALSE},  {358, TRUE, FALSE}, {359, TRUE, TRUE}};
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
    g_autoptr(MadeSubject) made = made_good();
    made->subject.warn_days = tests[i].days;
    g_autoptr(CheckReport) report = check_report_new(&made->subject);
    const Finding *broker = find(report, "expires-soon", FINDING_SIDE_SERVER);
    const Finding *client = find(report, "expires-soon", FINDING_SIDE_CLIENT);
    g_test_message("--warn-days %d", tests[i].days);
    g_assert_cmpint(broker != NULL, ==, tests[i].broker);
    g_assert_cmpint(client != NULL, ==, tests[i].client);
    g_assert_cmpint(report->exit_code, ==, tests[i].broker ? EXIT_WARNINGS : EXIT_GOOD);
    if (broker != NULL) {
      g_assert_cmpint(broker->severity, ==, FINDING_WARNING);
      g_assert_cmpint(broker->index, ==, 0);
      g_assert_cmpstr(broker->message, ==, "\"mqtt.example.com\" ends in 67 days, on 2027-01-30.");
    }
  }
}

/* The engine's remark on the last third of a life is a note until the last quarter has begun. */
static void
test_warn_default(void)
{
  static const struct {
    gint64 days_left;
    gboolean remarked, warned;
  } tests[] = {{31, FALSE, FALSE}, {29, TRUE, FALSE}, {23, TRUE, FALSE}, {22, TRUE, TRUE}};
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
    g_autoptr(MadeSubject) made = made_good();
    const Certificate *leaf = made->info.peer_chain->pdata[0];
    gint64 now = certificate_not_after(leaf) - tests[i].days_left * 86400;
    VerifyRequest request = {.certificates = made->info.peer_chain,
                             .anchors = made->info.anchors,
                             .time = now,
                             .source = FINDING_SOURCE_PEER};
    g_autoptr(Verdict) verdict = verify(&request);
    check_expiry_judge(verdict->findings, made->info.peer_chain, FINDING_SIDE_SERVER,
                       FINDING_SOURCE_PEER, now, -1);
    g_test_message("%d days", (int)tests[i].days_left);
    const CheckReport report = {.findings = verdict->findings};
    const Finding *remark = find(&report, "expires-soon", FINDING_SIDE_SERVER);
    g_assert_cmpint(remark != NULL, ==, tests[i].remarked);
    if (remark != NULL)
      g_assert_cmpint(remark->severity, ==, tests[i].warned ? FINDING_WARNING : FINDING_INFO);
  }
}

static void
test_days(void)
{
  g_assert_cmpint(check_expiry_days(86400, 0), ==, 1);
  g_assert_cmpint(check_expiry_days(86399, 0), ==, 0);
  g_assert_cmpint(check_expiry_days(0, 1), ==, -1);
  g_assert_cmpint(check_expiry_days(0, 86400), ==, -1);
  g_assert_cmpint(check_expiry_days(0, 86401), ==, -2);
}

/* Nobody is to look for a fault of DNS where our own files have stopped it. */
static void
test_not_asked(void)
{
  g_autoptr(MadeSubject) made = made_refused();
  g_clear_pointer(&made->evidence->names, g_strfreev);
  g_clear_pointer(&made->evidence->addresses, g_strfreev);
  made->evidence->ttl = 0;
  made->evidence->at_us[EVIDENCE_RESOLVED] = 0;
  g_autoptr(GPtrArray) reports = report_of(made);
  g_autofree char *asked = check_text(reports);
  g_assert_nonnull(strstr(asked, "-  mqtt.example.com was not resolved\n"));
  memset(made->evidence->at_us, 0, sizeof made->evidence->at_us);
  g_autoptr(GPtrArray) stopped = report_of(made);
  g_autofree char *text = check_text(stopped);
  g_assert_nonnull(strstr(text, "-  not asked: our own files come first\n"));
  g_assert_null(strstr(text, "was not resolved"));
}

/* --- Colours and files ------------------------------------------------------------------------ */

static void
test_colour(void)
{
  g_autofree char *text = check_text_colour("✓ a ✓ b\n  ✗ c\n    ! d\n  ! e\nplain\n");
  g_assert_cmpstr(text, ==,
                  "\033[32m✓\033[0m a ✓ b\n  \033[31m✗\033[0m c\n    ! d\n  \033[33m!\033[0m e\n"
                  "plain\n");
}

static void
test_save_name(void)
{
  static const struct {
    const char *host, *name;
  } tests[] = {{"mqtt.example.com", "mqtt.example.com-8883"},
               {"../../etc/passwd", "_._.._etc_passwd-8883"},
               {".", "_-8883"},
               {"2001:db8::7", "2001_db8__7-8883"},
               {"-x/\n", "-x__-8883"}};
  for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
    g_autofree char *name = check_save_name(tests[i].host, 8883);
    g_assert_cmpstr(name, ==, tests[i].name);
  }
}

static void
assert_same_file(const char *folder, const char *name, const char *const *sources)
{
  g_autoptr(GString) expected = g_string_new(NULL);
  for (; *sources != NULL; sources++) {
    g_autofree char *pem = NULL;
    g_assert_true(g_file_get_contents(*sources, &pem, NULL, NULL));
    g_string_append(expected, pem);
  }
  g_autofree char *path = g_build_filename(folder, name, NULL), *text = NULL;
  g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
  g_assert_cmpstr(text, ==, expected->str);
}

static void
test_save(void)
{
  g_autofree char *folder = private_folder_new("mqtrust-check", NULL);
  g_autofree char *below = g_build_filename(folder, "chains", NULL);
  g_autoptr(MadeSubject) made = made_good(), other = made_expired();
  g_autoptr(CheckReport) report = check_report_new(&made->subject);
  g_autoptr(CheckReport) changed = check_report_new(&other->subject);
  g_autoptr(GError) error = NULL;
  g_assert_true(check_save(report, below, FALSE, &error));
  g_assert_no_error(error);
  assert_same_file(below, "mqtt.example.com-8883.chain.pem",
                   (const char *const[]){"leaf.pem", "intermediate.pem", NULL});
  assert_same_file(below, "mqtt.example.com-8883.path.pem",
                   (const char *const[]){"leaf.pem", "intermediate.pem", "root.pem", NULL});
  g_assert_true(check_save(report, below, FALSE, &error)); /* the same again */
  g_assert_false(check_save(changed, below, FALSE, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_assert_nonnull(strstr(error->message, "--force"));
  assert_same_file(below, "mqtt.example.com-8883.chain.pem",
                   (const char *const[]){"leaf.pem", "intermediate.pem", NULL});
  g_clear_error(&error);
  g_assert_true(check_save(changed, below, TRUE, &error));
  assert_same_file(below, "mqtt.example.com-8883.chain.pem",
                   (const char *const[]){"leaf-expired.pem", "intermediate.pem", NULL});
  g_assert_true(private_folder_remove(folder, NULL));
}

static void
add_case(const char *kind, const Case *test, GTestDataFunc function)
{
  g_autofree char *path = g_strdup_printf("/check-report/%s/%s", kind, test->name);
  g_test_add_data_func(path, test, function);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  const char *source = g_getenv("MQTRUST_TEST_SRCDIR");
  g_autofree char *folder =
      g_build_filename(source != NULL ? source : "..", "tests/data/panes", NULL);
  g_assert_cmpint(g_chdir(folder), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    add_case("text", &cases[i], test_text);
    add_case("json", &cases[i], test_json);
    add_case("nagios", &cases[i], test_nagios);
    add_case("prometheus", &cases[i], test_prometheus);
  }
  g_test_add_func("/check-report/several", test_several);
  g_test_add_func("/check-report/prometheus-twice", test_prometheus_twice);
  g_test_add_func("/check-report/prometheus-hostile", test_prometheus_hostile);
  g_test_add_func("/check-report/exposition-self", test_exposition_self);
  g_test_add_func("/check-report/warn-days", test_warn_days);
  g_test_add_func("/check-report/warn-default", test_warn_default);
  g_test_add_func("/check-report/days", test_days);
  g_test_add_func("/check-report/not-asked", test_not_asked);
  g_test_add_func("/check-report/colour", test_colour);
  g_test_add_func("/check-report/save-name", test_save_name);
  g_test_add_func("/check-report/save", test_save);
  return g_test_run();
}
