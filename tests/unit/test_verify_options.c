/* The command line of `mqtrust verify`: what each word means, and what is said to a wrong one. */
#include "config.h"

#include "commands/verify_options.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT(1751328000)

/* `line` is split at blanks. */
static gboolean
parse(const char *line, VerifyOptions *options, GError **error)
{
  g_auto(GStrv) words = g_strsplit(line, " ", -1);
  guint count = g_strv_length(words);
  /* The parser moves words about; they are still ours to free. */
  g_autofree char **argv = g_memdup2(words, (count + 1) * sizeof *words);
  return verify_options_parse((int)count, argv, NOW, options, error);
}

static void
assert_refused(const char *line, const char *sentence)
{
  g_auto(VerifyOptions) options = {0};
  g_autoptr(GError) error = NULL;
  g_assert_false(parse(line, &options, &error));
  g_assert_cmpstr(error->message, ==, sentence);
}

static void
test_defaults(void)
{
  g_auto(VerifyOptions) options = {0};
  g_assert_true(parse("verify chain.pem", &options, NULL));
  g_assert_cmpstr(options.file, ==, "chain.pem");
  g_assert_null(options.trust);
  g_assert_true(options.system_trust);
  g_assert_null(options.untrusted);
  g_assert_null(options.crls);
  g_assert_null(options.name);
  g_assert_null(options.email);
  g_assert_cmpint(options.purpose, ==, VERIFY_PURPOSE_ANY);
  g_assert_cmpint(options.rules, ==, VERIFY_RULES_DEFAULT);
  g_assert_false(options.limits_depth);
  g_assert_cmpint(options.time, ==, NOW);
  g_assert_false(options.json);
}

static void
test_everything(void)
{
  g_auto(VerifyOptions) options = {0};
  g_assert_true(parse("verify --trust a --trust=b --system-trust --untrusted c --crl d "
                      "--hostname host --purpose client --at 2027-01-31 --max-depth 0 --strict "
                      "--json -- -file",
                      &options, NULL));
  g_assert_cmpstr(options.file, ==, "-file");
  g_assert_cmpuint(g_strv_length(options.trust), ==, 2);
  g_assert_cmpstr(options.trust[1], ==, "b");
  g_assert_true(options.system_trust);
  g_assert_cmpstr(options.untrusted[0], ==, "c");
  g_assert_cmpstr(options.crls[0], ==, "d");
  g_assert_cmpstr(options.name, ==, "host");
  g_assert_cmpint(options.purpose, ==, VERIFY_PURPOSE_CLIENT);
  g_assert_cmpint(options.time, ==, 1801353600);
  g_assert_true(options.limits_depth);
  g_assert_cmpuint(options.max_depth, ==, 0);
  g_assert_cmpint(options.rules, ==, VERIFY_RULES_STRICT);
  g_assert_true(options.json);
}

/* A file alone is trusted alone; a name asks for a server. */
static void
test_consequences(void)
{
  g_auto(VerifyOptions) trust = {0}, ip = {0}, email = {0};
  g_assert_true(parse("verify --trust a f", &trust, NULL));
  g_assert_false(trust.system_trust);
  g_assert_true(parse("verify --ip ::1 f", &ip, NULL));
  g_assert_cmpstr(ip.name, ==, "::1");
  g_assert_cmpint(ip.purpose, ==, VERIFY_PURPOSE_SERVER);
  g_assert_true(parse("verify --email a@b.example f", &email, NULL));
  g_assert_cmpstr(email.email, ==, "a@b.example");
  g_assert_cmpint(email.purpose, ==, VERIFY_PURPOSE_ANY);
}

static void
assert_time(const char *word, gint64 time)
{
  g_auto(VerifyOptions) options = {0};
  g_autofree char *line = g_strdup_printf("verify --at %s f", word);
  g_assert_true(parse(line, &options, NULL));
  g_assert_cmpint(options.time, ==, time);
}

static void
test_times(void)
{
  assert_time("2025-07-01", 1751328000);
  assert_time("20250701", 1751328000);
  assert_time("2025-07-01T00:00:01Z", 1751328001);
  assert_time("2025-07-01T02:00:00+02:00", 1751328000);
  assert_time("1751328000", 1751328000);
  assert_time("0", 0);
}

static void
test_refusals(void)
{
  assert_refused("verify", "give the file whose certificate is to be verified; see mqtrust verify "
                           "--help");
  assert_refused("verify a b", "one FILE is verified at a time, and \"b\" is the second; name "
                               "further certificates with --untrusted or --trust");
  assert_refused("verify --nonsense a", "Unknown option --nonsense; see mqtrust verify --help");
  assert_refused("verify --trust", "Missing argument for --trust; see mqtrust verify --help");
  assert_refused("verify --ip host a", "--ip \"host\" is no IP address; use --hostname for a name");
  assert_refused("verify --ip 1.2.3.4 --hostname a a",
                 "--hostname, --ip and --email exclude each other: give one of them");
  assert_refused("verify --hostname= a", "the name that is asked for is empty; leave the option "
                                         "out to ask for none");
  assert_refused("verify --purpose broker a",
                 "--purpose \"broker\" is unknown; write server, client or any");
  assert_refused("verify --at yesterday a",
                 "--at \"yesterday\" is no time; write 2027-01-31, 2027-01-31T12:00:00Z or the "
                 "seconds since 1970");
  assert_refused("verify --at 99999999999999999999 a",
                 "--at \"99999999999999999999\" is no time; write 2027-01-31, "
                 "2027-01-31T12:00:00Z or the seconds since 1970");
  assert_refused("verify --max-depth -1 a",
                 "--max-depth \"-1\" is no number of intermediates; write 0 to 64");
  assert_refused("verify --max-depth 65 a",
                 "--max-depth \"65\" is no number of intermediates; write 0 to 64");
}

static void
test_help(void)
{
  g_auto(VerifyOptions) options = {0};
  g_assert_true(parse("verify --help", &options, NULL));
  g_assert_true(options.help);
  for (const char *line = verify_help; *line; line = strchr(line, '\n') + 1)
    g_assert_cmpuint(strcspn(line, "\n"), <, 80);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/verify-options/defaults", test_defaults);
  g_test_add_func("/verify-options/everything", test_everything);
  g_test_add_func("/verify-options/consequences", test_consequences);
  g_test_add_func("/verify-options/times", test_times);
  g_test_add_func("/verify-options/refusals", test_refusals);
  g_test_add_func("/verify-options/help", test_help);
  return g_test_run();
}
