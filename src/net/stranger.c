#include "config.h"
#include "net/stranger.h"

#include <string.h>

#include "net/tunnel_error.h"
#include "util/safe_text.h"

/* --- Who is it ------------------------------------------------------------------------------- */

typedef struct {
  const char *prefix;
  StrangerKind kind;
  const char *protocol;
} Mark;

/* What each of them says first, to nobody in particular or to a ClientHello or CONNECT. */
static const Mark marks[] = {
    {"HTTP/", STRANGER_HTTP, "HTTP"},         {"<html", STRANGER_HTTP, "HTTP"},
    {"<HTML", STRANGER_HTTP, "HTTP"},         {"<!DOCTYPE", STRANGER_HTTP, "HTTP"},
    {"<!doctype", STRANGER_HTTP, "HTTP"},     {"* OK", STRANGER_STARTTLS, "IMAP"},
    {"* PREAUTH", STRANGER_STARTTLS, "IMAP"}, {"* BYE", STRANGER_STARTTLS, "IMAP"},
    {"+OK", STRANGER_STARTTLS, "POP3"},       {"<?xml", STRANGER_STARTTLS, "XMPP"},
    {"<stream", STRANGER_STARTTLS, "XMPP"},   {"SSH-", STRANGER_OTHER, "SSH"},
    {"AMQP", STRANGER_OTHER, "AMQP"},         {"RFB ", STRANGER_OTHER, "VNC"},
    {"INFO {", STRANGER_OTHER, "NATS"},       {"-ERR", STRANGER_OTHER, "Redis"},
    {"@RSYNCD", STRANGER_OTHER, "rsync"},     {"ERROR\n", STRANGER_OTHER, "STOMP"},
    {"ERROR\r", STRANGER_OTHER, "memcached"},
};

static gboolean
contains(const guint8 *bytes, gsize length, const char *word)
{
  return g_strstr_len((const char *)bytes, (gssize)length, word) != NULL;
}

/* SMTP and FTP share the code 220 for "ready", and 421, 5xx for "not you" (RFC 5321, RFC 959). */
static Stranger
guess_reply_code(const guint8 *bytes, gsize length)
{
  gboolean is_code = length >= 4 && strchr("245", bytes[0]) != NULL && bytes[0] != '\0' &&
                     g_ascii_isdigit(bytes[1]) && g_ascii_isdigit(bytes[2]) &&
                     (bytes[3] == ' ' || bytes[3] == '-');
  if (!is_code)
    return (Stranger){STRANGER_UNKNOWN, NULL};
  if (contains(bytes, length, "SMTP"))
    return (Stranger){STRANGER_STARTTLS, "SMTP"};
  if (contains(bytes, length, "FTP"))
    return (Stranger){STRANGER_STARTTLS, "FTP"};
  return (Stranger){STRANGER_STARTTLS, "SMTP or FTP"};
}

/* Records begin with a content type of 20 to 24 and major version 3 (RFC 8446, 5.1). */
static gboolean
is_tls_record(const guint8 *bytes, gsize length)
{
  return length >= 2 && bytes[0] >= 20 && bytes[0] <= 24 && bytes[1] == 3;
}

/* A SETTINGS frame on stream 0 (RFC 9113, 3.4 and 6.5), which MQTT cannot begin with: its packet type
 * 0 is reserved. */
static gboolean
is_http_2(const guint8 *bytes, gsize length)
{
  static const guint8 stream[] = {0, 0, 0, 0};
  return length >= 9 && bytes[0] == 0 && (bytes[1] << 8 | bytes[2]) % 6 == 0 && bytes[3] == 4 &&
         bytes[4] == 0 && memcmp(bytes + 5, stream, sizeof stream) == 0;
}

Stranger
stranger_guess(const guint8 *bytes, gsize length)
{
  if (is_tls_record(bytes, length))
    return (Stranger){STRANGER_TLS, "TLS"};
  if (is_http_2(bytes, length))
    return (Stranger){STRANGER_HTTP, "HTTP/2"};
  for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
    gsize prefix = strlen(marks[i].prefix);
    if (length >= prefix && memcmp(bytes, marks[i].prefix, prefix) == 0)
      return (Stranger){marks[i].kind, marks[i].protocol};
  }
  return guess_reply_code(bytes, length);
}

gboolean
stranger_has_said_enough(const guint8 *bytes, gsize length)
{
  return length >= STRANGER_BYTES || memchr(bytes, '\n', length) != NULL ||
         (is_tls_record(bytes, length) && length >= 7);
}

/* A line is enough, or what there is of it. */
char *
stranger_quote(const guint8 *bytes, gsize length)
{
  gsize end = 0;
  while (end < MIN(length, STRANGER_BYTES) && bytes[end] != '\n' && bytes[end] != '\r')
    end++;
  return safe_text(bytes, end);
}

/* --- What it means --------------------------------------------------------------------------- */

static const char *
wanted_port(const StrangerScene *scene)
{
  return scene->wants_tls || scene->in_tls ? "the broker's MQTT TLS port (mostly 8883)"
                                           : "the broker's MQTT port (mostly 1883)";
}

static GError *
explain_http(const StrangerScene *scene, const char *quote)
{
  if (scene->in_tls)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PORT_WEBSOCKET,
                       "%s answers HTTP instead of MQTT, inside TLS (\"%s\"): it is a WebSocket or "
                       "web listener; use the broker's MQTT TLS port (mostly 8883)",
                       scene->peer, quote);
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PORT_HTTP,
                     "%s answers HTTP instead of %s (\"%s\"): this is a web or WebSocket listener; "
                     "use %s",
                     scene->peer, scene->wants_tls ? "TLS" : "MQTT", quote, wanted_port(scene));
}

static GError *
explain_starttls(const StrangerScene *scene, const char *protocol, const char *quote)
{
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PORT_STARTTLS,
                     "%s greets with \"%s\": that is %s, which goes over to TLS only after some "
                     "words of its own, and no MQTT listener; use %s",
                     scene->peer, quote, protocol, wanted_port(scene));
}

/* In MQTT the client speaks first (MQTT 5, 3.1.0-1). */
static GError *
explain_unasked(const StrangerScene *scene, const char *who, const char *quote)
{
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PORT_SPEAKS_FIRST,
                     "%s speaks first (\"%s\"%s), which an MQTT broker never does; use %s",
                     scene->peer, quote, who, wanted_port(scene));
}

GError *
stranger_explain(const StrangerScene *scene, const guint8 *bytes, gsize length)
{
  Stranger stranger = stranger_guess(bytes, length);
  g_autofree char *quote = stranger_quote(bytes, length);
  g_autofree char *who =
      stranger.protocol == NULL ? g_strdup("") : g_strdup_printf(": %s", stranger.protocol);
  if (stranger.kind == STRANGER_TLS && !scene->in_tls && !scene->wants_tls)
    return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PORT_NEEDS_TLS,
                       "%s speaks TLS: switch TLS on (mqtts://)", scene->peer);
  if (stranger.kind == STRANGER_HTTP)
    return explain_http(scene, quote);
  if (stranger.kind == STRANGER_STARTTLS && !scene->in_tls)
    return explain_starttls(scene, stranger.protocol, quote);
  if (scene->unasked)
    return explain_unasked(scene, who, quote);
  return g_error_new(TUNNEL_ERROR, TUNNEL_ERROR_PORT_OTHER,
                     "%s answers something that is not %s (\"%s\"%s); use %s", scene->peer,
                     scene->wants_tls ? "TLS" : "MQTT", quote, who, wanted_port(scene));
}
