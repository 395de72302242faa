/* The status line and the hint bar, at every width. */
#include "config.h"

#include <string.h>

#include "ui/header.h"
#include "ui/hint_bar.h"
#include "ui/keymap.h"
#include "util/text_width.h"
#include "view/fake_core.h"
#include "view/view_harness.h"

#define NOW G_GINT64_CONSTANT(1795000000)

static HeaderModel
online_model(void)
{
  return (HeaderModel){
      .name = (char *)"prod-eu",
      .state = (char *)"online",
      .state_role = ROLE_GOOD,
      .tls = (char *)"TLS 1.3",
      .two_way = TRUE,
      .endpoint = (char *)"mqtts://mqtt.example.com:8883",
      .protocol = (char *)"MQTT 5",
      .online = TRUE,
      .rate_in = 1234,
      .rate_out = 3,
      .rtt_us = 12345,
      .certificate_end = NOW + 87 * 86400 + 5,
      .now = NOW,
  };
}

static char *
header_line(const HeaderModel *model, int columns)
{
  view_resize(3, columns);
  header_draw(view_canvas(), model);
  return view_row(0);
}

static void
assert_header(const HeaderModel *model, int columns, const char *expected)
{
  g_autofree char *line = header_line(model, columns);
  g_assert_cmpstr(line, ==, expected);
}

static void
test_online(void)
{
  HeaderModel model = online_model();
  view_open(3, 120, 0);
  assert_header(&model, 120,
                " prod-eu  online · TLS 1.3 two-way ✓  mqtts://mqtt.example.com:8883  MQTT 5  "
                "↓1.2k/s ↑3/s  rtt 12ms  cert 87d");
  assert_header(&model, 80,
                " prod-eu  online · TLS 1.3 two-way ✓  MQTT 5  ↓1.2k/s ↑3/s  rtt 12ms  cert 87d");
  assert_header(&model, 40, " prod-eu  online · TLS 1.3 two-way ✓");
  model.two_way = FALSE;
  assert_header(&model, 40, " prod-eu  online · TLS 1.3 ✓  cert 87d");
  view_close();
}

/* Name and state survive every width, and so does what is dangerous. */
static void
test_never_dropped(void)
{
  HeaderModel model = online_model();
  model.insecure = TRUE;
  view_open(3, 200, 0);
  for (int columns = 40; columns <= 200; columns++) {
    g_autofree char *line = header_line(&model, columns);
    g_assert_nonnull(strstr(line, " prod-eu  online"));
    g_assert_nonnull(strstr(line, "NAME NOT CHECKED"));
    g_assert_null(strstr(line, "✓"));
  }
  g_autofree char *line = header_line(&model, 80);
  const char *warning = strstr(line, "NAME NOT");
  g_assert_cmpint(view_role_at(0, (int)g_utf8_strlen(line, warning - line)), ==, ROLE_ERROR);
  view_close();
}

/* "TLS" only when verified. */
static void
test_not_verified(void)
{
  HeaderModel model = online_model();
  model.tls = NULL;
  model.two_way = FALSE;
  model.state = (char *)"handshaking";
  view_open(3, 120, 0);
  for (int columns = 40; columns <= 120; columns++) {
    g_autofree char *line = header_line(&model, columns);
    g_assert_null(strstr(line, "TLS"));
    g_assert_null(strstr(line, "two-way"));
  }
  model.plain = TRUE;
  g_autofree char *line = header_line(&model, 120);
  g_assert_nonnull(strstr(line, "no TLS"));
  view_close();
}

/* The sign matters more than the end of a name. */
static void
test_long_name(void)
{
  HeaderModel model = online_model();
  model.name = (char *)"a-very-long-name-of-a-connection-that-nobody-should-give-to-it";
  view_open(3, 40, 0);
  assert_header(&model, 40, " a-very-lon…  online · TLS 1.3 two-way ✓");
  view_close();
}

static void
test_certificate_end(void)
{
  const struct {
    gint64 left;
    const char *text;
    Role role;
  } cases[] = {{87 * 86400, "cert 87d", ROLE_GOOD},   {29 * 86400, "cert 29d", ROLE_WARNING},
               {86400, "cert 1d", ROLE_WARNING},      {86399, "cert 23h", ROLE_ERROR},
               {10, "cert 0h", ROLE_ERROR},           {0, "cert EXPIRED", ROLE_ERROR},
               {-1000000, "cert EXPIRED", ROLE_ERROR}};
  view_open(3, 120, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    HeaderModel model = online_model();
    model.certificate_end = NOW + cases[i].left;
    g_autofree char *line = header_line(&model, 120);
    const char *at = strstr(line, cases[i].text);
    g_assert_nonnull(at);
    g_assert_cmpint(view_role_at(0, (int)g_utf8_strlen(line, at - line)), ==, cases[i].role);
  }
  view_close();
}

static void
test_next_change(void)
{
  g_assert_cmpint(header_next_change(0, NOW), ==, 0);
  g_assert_cmpint(header_next_change(NOW - 1, NOW), ==, 0);
  g_assert_cmpint(header_next_change(NOW + 86400 * 3 + 10, NOW), ==, 11);
  g_assert_cmpint(header_next_change(NOW + 3600 * 3 + 10, NOW), ==, 11);
}

static void
test_rtt(void)
{
  HeaderModel model = online_model();
  view_open(3, 120, 0);
  const gint64 times[] = {400, 999, 1000, 9999999, 12000000};
  const char *const texts[] = {"rtt 0.4ms", "rtt 0.9ms", "rtt 1ms", "rtt 9999ms", "rtt 12s"};
  for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
    model.rtt_us = times[i];
    g_autofree char *line = header_line(&model, 120);
    g_assert_nonnull(strstr(line, texts[i]));
  }
  view_close();
}

/* From a connection as the core has it. */
static void
test_filled(void)
{
  g_autoptr(Workspace) workspace = fake_workspace_new();
  Connection *connection = fake_connection_add(workspace, "lab");
  HeaderModel model = {0};
  view_open(3, 120, 0);
  header_model_fill(&model, NULL, NOW);
  assert_header(&model, 120, " mqtrust  no connection yet");
  fake_connection_set_online(connection);
  header_model_fill(&model, connection, NOW);
  assert_header(&model, 120,
                " lab  online · TLS 1.3 two-way ✓  mqtts://lab.example.com:8883  MQTT 5  "
                "↓1.2k/s ↑3/s  rtt 12ms");
  connection->session =
      (Session){.state = SESSION_WAITING, .next_try_ms = g_get_monotonic_time() / 1000 + 11500};
  header_model_fill(&model, connection, NOW);
  g_autofree char *waiting = header_line(&model, 60);
  g_assert_true(strstr(waiting, " lab  next try in 12 s"));
  connection->session = (Session){.state = SESSION_IDLE, .stopped_by_fault = TRUE};
  header_model_fill(&model, connection, NOW);
  g_assert_cmpstr(model.state, ==, "stopped");
  g_assert_cmpint(model.state_role, ==, ROLE_ERROR);
  header_model_clear(&model);
  view_close();
}

/* Green is for what is well: not beside a fault. */
static void
test_certificate_end_beside_fault(void)
{
  HeaderModel model = online_model();
  view_open(3, 120, 0);
  model.certificate_end = NOW + 89 * 86400;
  model.online = FALSE;
  g_autofree char *line = header_line(&model, 120);
  const char *at = strstr(line, "cert 89d");
  g_assert_nonnull(at);
  g_assert_cmpint(view_role_at(0, (int)g_utf8_strlen(line, at - line)), ==, ROLE_NORMAL);
  view_close();
}

static void
test_tiny_widths(void)
{
  HeaderModel model = online_model();
  view_open(3, 40, 0);
  for (int columns = 1; columns < 40; columns++) {
    g_free(header_line(&model, columns));
    hint_bar_draw(view_canvas(), CONTEXT_MESSAGES, FALSE, NULL, NULL);
  }
  view_close();
}

/* Help and the way out are on the bar in every context, at every width. */
static void
test_hints(void)
{
  view_open(1, 200, 0);
  for (int columns = 40; columns <= 200; columns += 5) {
    view_resize(1, columns);
    for (int i = 0; i < CONTEXT_COUNT; i++) {
      hint_bar_draw(view_canvas(), (Context)i, TRUE, NULL, NULL);
      g_autofree char *line = view_row(0);
      gboolean question = i == CONTEXT_QUESTION;
      gboolean cancels = question || i == CONTEXT_FORM || i == CONTEXT_REPAIR;
      g_assert_true(question || strstr(line, i == CONTEXT_FORM ? " F1 help" : " ? help"));
      g_assert_true(g_str_has_suffix(line, cancels ? "cancel" : "q close"));
    }
  }
  view_resize(1, 40);
  hint_bar_draw(view_canvas(), CONTEXT_CONNECTIONS, FALSE, NULL, NULL);
  g_autofree char *line = view_row(0);
  g_assert_cmpstr(line, ==, " ? help  Tab pane  c connect  q quit");
  view_close();
}

int
main(int argc, char **argv)
{
  view_test_init(&argc, &argv);
  g_test_add_func("/bars/certificate-end-beside-fault", test_certificate_end_beside_fault);
  g_test_add_func("/header/online", test_online);
  g_test_add_func("/header/never-dropped", test_never_dropped);
  g_test_add_func("/header/not-verified", test_not_verified);
  g_test_add_func("/header/long-name", test_long_name);
  g_test_add_func("/header/certificate-end", test_certificate_end);
  g_test_add_func("/header/next-change", test_next_change);
  g_test_add_func("/header/rtt", test_rtt);
  g_test_add_func("/header/filled", test_filled);
  g_test_add_func("/header/tiny", test_tiny_widths);
  g_test_add_func("/hints/bar", test_hints);
  return g_test_run();
}
