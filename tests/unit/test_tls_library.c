#include "config.h"
#include "net/tls_library.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "net/tunnel_error.h"

static void
test_offer(void)
{
  g_autoptr(TlsOffer) new = tls_offer_new(
      "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:+ECDHE-ECDSA:"
      "+GROUP-X25519:+GROUP-SECP256R1:+SIGN-ECDSA-SHA256");
  g_assert_cmpstr(new->versions, ==, "TLS 1.2, TLS 1.3");
  g_assert_cmpstr(new->ciphers, ==, "AES-256-GCM, CHACHA20-POLY1305");
  g_assert_cmpstr(new->groups, ==, "X25519, SECP256R1");
  g_assert_cmpstr(new->signatures, ==, "ECDSA-SHA256");
  g_assert_true(new->modern);

  g_autoptr(TlsOffer) old = tls_offer_new("NORMAL:-VERS-ALL:+VERS-TLS1.1");
  g_assert_cmpstr(old->versions, ==, "TLS 1.1");
  g_assert_false(old->modern);

  g_autoptr(TlsOffer) usual = tls_offer_new(NULL);
  g_assert_true(g_str_has_suffix(usual->versions, "TLS 1.2, TLS 1.3"));
  g_assert_nonnull(strstr(usual->signatures, " more"));

  g_assert_null(tls_offer_new("NORMAL:-NOSUCH"));
  tls_offer_free(NULL);
}

static void
test_versions(void)
{
  g_assert_cmpstr(tls_version_name_on_wire(0x0301), ==, "TLS 1.0");
  g_assert_cmpstr(tls_version_name_on_wire(0x0303), ==, "TLS 1.2");
  g_assert_cmpstr(tls_version_name_on_wire(0x0304), ==, "TLS 1.3");
  g_assert_null(tls_version_name_on_wire(0x0305));
  g_assert_null(tls_version_name_on_wire(0x0203));
  g_assert_cmpstr(tls_version_name(GNUTLS_TLS1_3), ==, "TLS 1.3");
}

static void
test_causes(void)
{
  g_assert_cmpint(tls_cause_of(GNUTLS_E_UNSUPPORTED_VERSION_PACKET), ==, TLS_CAUSE_VERSION);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_KEY_USAGE_VIOLATION), ==, TLS_CAUSE_KEY_USAGE);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_ECC_UNSUPPORTED_CURVE), ==, TLS_CAUSE_ALGORITHM);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_ASN1_ELEMENT_NOT_FOUND), ==, TLS_CAUSE_CERTIFICATE);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_ASN1_DER_OVERFLOW), ==, TLS_CAUSE_CERTIFICATE);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_NO_PRIORITIES_WERE_SET), ==, TLS_CAUSE_NOTHING);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_TOO_MANY_EMPTY_PACKETS), ==, TLS_CAUSE_OTHER);
  g_assert_cmpint(tls_cause_of(GNUTLS_E_UNEXPECTED_PACKET), ==, TLS_CAUSE_OTHER);
  g_assert_cmpint(tls_cause_of(0), ==, TLS_CAUSE_OTHER);
}

static void
test_priority(void)
{
  const char *text = "NORMAL:-NOSUCH\x1b";
  g_autoptr(GError) stops =
      tls_priority_explain(text, text + strlen("NORMAL:"), GNUTLS_E_INVALID_REQUEST);
  g_autoptr(GError) empty = tls_priority_explain("NORMAL:-VERS-ALL", NULL, 0);
  g_assert_error(stops, TUNNEL_ERROR, TUNNEL_ERROR_TLS_POLICY);
  g_assert_error(empty, TUNNEL_ERROR, TUNNEL_ERROR_TLS_POLICY);
  g_assert_nonnull(strstr(stops->message, "stops at \"-NOSUCH\\e\""));
  g_assert_nonnull(strstr(empty->message, "leaves no TLS version"));
  /* The file is named when there is one. */
  const char *file = tls_policy_file();
  g_assert_cmpint(file != NULL, ==, file != NULL && strstr(stops->message, file) != NULL);
}

static void
test_priority_check(void)
{
  g_autoptr(GError) stops = NULL, empty = NULL, none = NULL;
  g_assert_true(tls_priority_check("NORMAL:-VERS-TLS1.2", &none));
  g_assert_no_error(none);
  g_assert_false(tls_priority_check("NORMAL:-NOSUCH", &stops));
  g_assert_error(stops, TUNNEL_ERROR, TUNNEL_ERROR_TLS_POLICY);
  g_assert_nonnull(strstr(stops->message, "stops at \"-NOSUCH\""));
  g_assert_false(tls_priority_check("NORMAL:-CIPHER-ALL", &empty));
  g_assert_error(empty, TUNNEL_ERROR, TUNNEL_ERROR_TLS_POLICY);
  g_assert_nonnull(strstr(empty->message, "leaves no TLS version or no cipher"));
}

/* The library reads its policy when it is loaded, so it takes a process of its own. */
static void
test_policy_file(void)
{
  g_autofree char *folder = g_dir_make_tmp("mqtrust-policy-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(folder, "config", NULL);
  g_assert_true(g_file_set_contents(path, "[overrides]\ndisabled-version = tls1.2\n", -1, NULL));
  g_setenv("GNUTLS_SYSTEM_PRIORITY_FILE", path, TRUE);
  g_test_trap_subprocess("/tls-library/policy-file/subprocess", 0, 0);
  g_unsetenv("GNUTLS_SYSTEM_PRIORITY_FILE");
  g_unlink(path);
  g_rmdir(folder);
  g_test_trap_assert_passed();
}

static void
test_policy_file_subprocess(void)
{
  const char *only_12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2", *newer = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
  const char *path = g_getenv("GNUTLS_SYSTEM_PRIORITY_FILE");
  g_assert_nonnull(path);
  g_assert_cmpstr(tls_policy_file(), ==, path);
  g_autoptr(TlsOffer) forbidden = tls_offer_new(only_12);
  g_autoptr(TlsOffer) allowed = tls_offer_new(newer);
  g_assert_true(forbidden == NULL || forbidden->versions[0] == '\0');
  g_assert_cmpstr(allowed->versions, ==, "TLS 1.3");
  g_autoptr(GError) error = tls_priority_explain(only_12, NULL, 0);
  g_assert_nonnull(strstr(error->message, path));
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/tls-library/offer", test_offer);
  g_test_add_func("/tls-library/versions", test_versions);
  g_test_add_func("/tls-library/causes", test_causes);
  g_test_add_func("/tls-library/priority", test_priority);
  g_test_add_func("/tls-library/priority-check", test_priority_check);
  g_test_add_func("/tls-library/policy-file", test_policy_file);
  g_test_add_func("/tls-library/policy-file/subprocess", test_policy_file_subprocess);
  return g_test_run();
}
