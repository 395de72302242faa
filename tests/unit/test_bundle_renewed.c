/* EMQX's listener.json with new certificates in it, and everything else as somebody has left it. */
#include "config.h"

#include <glib.h>

#include "core/bundle_renewed.h"

#define FRESH                                                                                      \
  "{\"id\": \"ssl:default\", \"bind\": \"0.0.0.0:8883\", \"ssl_options\": {\"certfile\": "         \
  "\"CERT\\n\", \"keyfile\": \"KEY\\n\", \"cacertfile\": \"CA\\n\", \"verify\": \"verify_peer\"}}"

static void
assert_renewed(const char *old, const char *fresh, const char *expected)
{
  secret_auto text = bundle_renewed(old, fresh);
  g_assert_cmpstr(text, ==, expected);
}

static void
test_whole(void)
{
  assert_renewed(FRESH, FRESH, FRESH);
  assert_renewed("{\"keyfile\":\"old\",\n  \"certfile\" : \t\"a \\\" b \\\\\",\n \"cacertfile\": "
                 "\"old\", \"mine\": 1}\n",
                 FRESH,
                 "{\"keyfile\":\"KEY\\n\",\n  \"certfile\" : \t\"CERT\\n\",\n \"cacertfile\": "
                 "\"CA\\n\", \"mine\": 1}\n");
}

/* Two-way TLS stays two-way, and one-way stays one-way. */
static void
test_client_ca(void)
{
  const char *one_way =
      "{\"certfile\": \"CERT\", \"keyfile\": \"KEY\", \"verify\": \"verify_none\"}";
  assert_renewed("{\"certfile\": \"a\", \"keyfile\": \"b\", \"cacertfile\": \"c\"}", one_way,
                 "{\"certfile\": \"CERT\", \"keyfile\": \"KEY\", \"cacertfile\": \"c\"}");
  assert_renewed("{\"certfile\": \"a\", \"keyfile\": \"b\"}", FRESH,
                 "{\"certfile\": \"CERT\\n\", \"keyfile\": \"KEY\\n\"}");
}

static void
test_unknown(void)
{
  static const char *const others[] = {
      "",
      "{}",
      "{\"certfile\": \"a\"}",
      "{\"certfile\": \"a\", \"keyfile\": 7}",
      "{\"certfile\": \"a\", \"keyfile\"",
      "{\"certfile\": \"a\", \"keyfile\":",
      "{\"certfile\": \"a\", \"keyfile\": \"b",
      "{\"certfile\": \"a\", \"keyfile\": \"b\\",
      "{\"certfile\": \"a\", \"keyfile\": \"b\", \"x\": {\"keyfile\": \"c\"}}"};
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
    assert_renewed(others[i], FRESH, NULL);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bundle-renewed/whole", test_whole);
  g_test_add_func("/bundle-renewed/client-ca", test_client_ca);
  g_test_add_func("/bundle-renewed/unknown", test_unknown);
  return g_test_run();
}
