#include "config.h"
#include "net/stranger.h"

#include <string.h>

#include "net/tunnel_error.h"

#define BYTES(text) (const guint8 *)(text), sizeof(text) - 1

static void
expect(const guint8 *bytes, gsize length, StrangerKind kind, const char *protocol)
{
  Stranger stranger = stranger_guess(bytes, length);
  g_assert_cmpint(stranger.kind, ==, kind);
  g_assert_cmpstr(stranger.protocol, ==, protocol);
}

static void
test_guess(void)
{
  expect(BYTES("HTTP/1.1 400 Bad Request\r\n"), STRANGER_HTTP, "HTTP");
  expect(BYTES("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\144"), STRANGER_HTTP, "HTTP/2");
  expect(BYTES("<!DOCTYPE html>"), STRANGER_HTTP, "HTTP");
  expect(BYTES("220 mail.test ESMTP\r\n"), STRANGER_STARTTLS, "SMTP");
  expect(BYTES("220-welcome\r\n"), STRANGER_STARTTLS, "SMTP or FTP");
  expect(BYTES("220 (vsFTPd 3.0.3)\r\n"), STRANGER_STARTTLS, "FTP");
  expect(BYTES("554 no SMTP service here\r\n"), STRANGER_STARTTLS, "SMTP");
  expect(BYTES("421 too many\r\n"), STRANGER_STARTTLS, "SMTP or FTP");
  expect(BYTES("* OK IMAP4rev1\r\n"), STRANGER_STARTTLS, "IMAP");
  expect(BYTES("+OK POP3\r\n"), STRANGER_STARTTLS, "POP3");
  expect(BYTES("<?xml version='1.0'?>"), STRANGER_STARTTLS, "XMPP");
  expect(BYTES("SSH-2.0-OpenSSH_9.2\r\n"), STRANGER_OTHER, "SSH");
  expect(BYTES("AMQP\0\0\11\1"), STRANGER_OTHER, "AMQP");
  expect(BYTES("\25\3\3\0\2\2\106"), STRANGER_TLS, "TLS");
}

static void
test_no_guess(void)
{
  expect(BYTES(""), STRANGER_UNKNOWN, NULL);
  expect(BYTES("H"), STRANGER_UNKNOWN, NULL);
  expect(BYTES("22"), STRANGER_UNKNOWN, NULL);
  expect(BYTES("2200 no code\r\n"), STRANGER_UNKNOWN, NULL);
  expect(BYTES("120 not ours\r\n"), STRANGER_UNKNOWN, NULL);
  expect(BYTES("\0"
               "20 x"),
         STRANGER_UNKNOWN, NULL);
  expect(BYTES("\0\0\6\4\0\0\0\0\1"), STRANGER_UNKNOWN, NULL);
  expect(BYTES("\x20\x02\x00\x00"), STRANGER_UNKNOWN, NULL);
  expect(BYTES("\25\2\3\0\2\2\106"), STRANGER_UNKNOWN, NULL);
}

static void
test_enough(void)
{
  g_assert_false(stranger_has_said_enough(BYTES("")));
  g_assert_false(stranger_has_said_enough(BYTES("220 mail")));
  g_assert_true(stranger_has_said_enough(BYTES("220 mail\r\n")));
  g_assert_true(stranger_has_said_enough(BYTES("\25\3\3\0\2\2\106")));
  g_assert_false(stranger_has_said_enough(BYTES("\25\3\3\0\2\2")));
  g_assert_false(stranger_has_said_enough(BYTES("1234567890123456789012345678901")));
  g_assert_true(stranger_has_said_enough(BYTES("12345678901234567890123456789012")));
}

static void
test_quote(void)
{
  g_autofree char *line = stranger_quote(BYTES("220 mail\r\n"));
  g_autofree char *hostile = stranger_quote(BYTES("\x1b[2Jx"));
  g_autofree char *cut = stranger_quote(BYTES("1234567890123456789012345678901234567890"));
  g_autofree char *empty = stranger_quote(BYTES(""));
  g_autofree char *first = stranger_quote(BYTES("HTTP/1.1 400\r\nContent-Le"));
  g_assert_cmpstr(first, ==, "HTTP/1.1 400");
  g_assert_cmpstr(line, ==, "220 mail");
  g_assert_cmpstr(hostile, ==, "\\e[2Jx");
  g_assert_cmpstr(cut, ==, "12345678901234567890123456789012");
  g_assert_cmpstr(empty, ==, "");
}

static void
expect_code(gboolean in_tls, gboolean wants_tls, gboolean unasked, const char *text,
            TunnelError code)
{
  StrangerScene scene = {
      .peer = "192.0.2.1:1883", .in_tls = in_tls, .wants_tls = wants_tls, .unasked = unasked};
  g_autoptr(GError) error = stranger_explain(&scene, (const guint8 *)text, strlen(text));
  g_test_message("%s", error->message);
  g_assert_error(error, TUNNEL_ERROR, (int)code);
  g_assert_nonnull(strstr(error->message, "192.0.2.1:1883"));
  g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

static void
test_explain(void)
{
  const char *http = "HTTP/1.1 400 Bad Request\r\n", *smtp = "220 mail.test ESMTP\r\n";
  const char *ssh = "SSH-2.0-x\r\n", *tls = "\25\3\3\1\2\2\106";
  /* A ClientHello was answered. */
  expect_code(FALSE, TRUE, FALSE, http, TUNNEL_ERROR_PORT_HTTP);
  expect_code(FALSE, TRUE, FALSE, smtp, TUNNEL_ERROR_PORT_STARTTLS);
  expect_code(FALSE, TRUE, FALSE, ssh, TUNNEL_ERROR_PORT_OTHER);
  /* A CONNECT, unencrypted. */
  expect_code(FALSE, FALSE, FALSE, http, TUNNEL_ERROR_PORT_HTTP);
  expect_code(FALSE, FALSE, FALSE, smtp, TUNNEL_ERROR_PORT_STARTTLS);
  expect_code(FALSE, FALSE, FALSE, ssh, TUNNEL_ERROR_PORT_OTHER);
  expect_code(FALSE, FALSE, FALSE, tls, TUNNEL_ERROR_PORT_NEEDS_TLS);
  /* Nothing was said yet. */
  expect_code(FALSE, FALSE, TRUE, http, TUNNEL_ERROR_PORT_HTTP);
  expect_code(FALSE, FALSE, TRUE, smtp, TUNNEL_ERROR_PORT_STARTTLS);
  expect_code(FALSE, FALSE, TRUE, ssh, TUNNEL_ERROR_PORT_SPEAKS_FIRST);
  /* Inside TLS nobody goes over to TLS any more. */
  expect_code(TRUE, FALSE, FALSE, http, TUNNEL_ERROR_PORT_WEBSOCKET);
  expect_code(TRUE, FALSE, FALSE, smtp, TUNNEL_ERROR_PORT_OTHER);
  expect_code(TRUE, FALSE, TRUE, smtp, TUNNEL_ERROR_PORT_SPEAKS_FIRST);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/stranger/guess", test_guess);
  g_test_add_func("/stranger/no-guess", test_no_guess);
  g_test_add_func("/stranger/enough", test_enough);
  g_test_add_func("/stranger/quote", test_quote);
  g_test_add_func("/stranger/explain", test_explain);
  return g_test_run();
}
