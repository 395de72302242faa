/* Freed memory cannot be looked at, so the module is compiled in with a g_free() that looks just
 * before the memory goes. */
#include "config.h"

#include <glib.h>
#include <string.h>

static void free_after_a_look(gpointer memory);
#undef g_free
#define g_free free_after_a_look
#include "../../src/util/secret.c"
#undef g_free

static gsize secret_length; /* of the one that is about to be freed */
static guint freed, freed_wiped;

static void
free_after_a_look(gpointer memory)
{
  const char *bytes = memory;
  gboolean wiped = TRUE;
  for (gsize i = 0; i < secret_length; i++)
    wiped = wiped && bytes[i] == '\0';
  freed++;
  freed_wiped += wiped;
  g_free(memory);
}

static char *
new_secret(const char *value)
{
  freed = freed_wiped = 0;
  secret_length = strlen(value);
  return g_strdup(value);
}

static void
test_free(void)
{
  secret_free(new_secret("hunter2"));
  g_assert_cmpuint(freed, ==, 1);
  g_assert_cmpuint(freed_wiped, ==, 1);
  secret_free(NULL);
  g_assert_cmpuint(freed, ==, 1);
}

static void
test_clear(void)
{
  char *secret = new_secret("hunter2");
  secret_clear(&secret);
  g_assert_null(secret);
  g_assert_cmpuint(freed_wiped, ==, 1);
  secret_clear(&secret);
  g_assert_cmpuint(freed, ==, 1);
}

static void
test_set(void)
{
  char *secret = new_secret("old one");
  secret_set(&secret, "new");
  g_assert_cmpstr(secret, ==, "new");
  g_assert_cmpuint(freed_wiped, ==, 1);
  secret_length = 3;
  secret_set(&secret, "");
  g_assert_null(secret);
  g_assert_cmpuint(freed_wiped, ==, 2);
  secret_set(&secret, NULL);
  g_assert_null(secret);
  g_assert_cmpuint(freed, ==, 2);
}

static void
test_set_to_itself(void)
{
  char *secret = new_secret("hunter2");
  secret_set(&secret, secret);
  g_assert_cmpstr(secret, ==, "hunter2");
  g_assert_cmpuint(freed_wiped, ==, 1);
  secret_clear(&secret);
}

static void
hold_one(void)
{
  secret_auto held = new_secret("hunter2");
  g_assert_cmpstr(held, ==, "hunter2");
}

static void
test_auto(void)
{
  hold_one();
  g_assert_cmpuint(freed_wiped, ==, 1);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/secret/free", test_free);
  g_test_add_func("/secret/clear", test_clear);
  g_test_add_func("/secret/set", test_set);
  g_test_add_func("/secret/set_to_itself", test_set_to_itself);
  g_test_add_func("/secret/auto", test_auto);
  return g_test_run();
}
