/* Who answers when another protocol was expected, told by the first bytes. Pure: no network, no
 * allocation that lasts, and it decodes nothing. */
#pragma once

#include <glib.h>

typedef enum {
  STRANGER_UNKNOWN, /* none that is known here */
  STRANGER_TLS,     /* a TLS record: what an unencrypted packet was to it (RFC 8446, 5.1) */
  STRANGER_HTTP,
  STRANGER_STARTTLS, /* greets, and goes over to TLS later: SMTP, IMAP, POP3, FTP, XMPP */
  STRANGER_OTHER,    /* known, and neither of those */
} StrangerKind;

typedef struct {
  StrangerKind kind;
  const char *protocol; /* static: "SMTP", "SSH"; NULL with STRANGER_UNKNOWN */
} Stranger;

/* So many bytes are enough to tell, if they can be told at all. */
#define STRANGER_BYTES 32

Stranger stranger_guess(const guint8 *bytes, gsize length);

/* There is no use in waiting for more: a line has ended, or enough is there. */
gboolean stranger_has_said_enough(const guint8 *bytes, gsize length);

/* (transfer full): the beginning in safe text, for a sentence. */
char *stranger_quote(const guint8 *bytes, gsize length);

/* (transfer full): a TUNNEL_ERROR about `peer` (safe text), which said this instead of what an MQTT
 * broker says, before we spoke if `unasked`. `in_tls`: it came out of an established TLS session;
 * `wants_tls`: instead of a TLS handshake. */
typedef struct {
  const char *peer;
  gboolean in_tls, wants_tls, unasked;
} StrangerScene;
GError *stranger_explain(const StrangerScene *scene, const guint8 *bytes, gsize length);
