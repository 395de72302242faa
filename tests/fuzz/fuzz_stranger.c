/* The first bytes of whoever answers instead of a broker, and the sentence that is made of them.
 *
 * The first byte says in which situation they came, the second the alert and the error of a TLS
 * library that stumbled over them. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "net/probe_words.h"
#include "net/stranger.h"
#include "net/tls_fault.h"
#include "net/tls_library.h"
#include "net/tunnel_error.h"
#include "trust/finding.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define PEER "mqtt.example.com (192.0.2.1:8883)"
#define SENTENCE_MAX 4096
#define FIRST_BYTES 64 /* that a stream keeps */

static void
check(gboolean holds)
{
  if (!holds)
    g_abort();
}

static void
check_safe(const char *text)
{
  check(text != NULL && *text != '\0' && g_utf8_validate(text, -1, NULL));
  check(strlen(text) < SENTENCE_MAX);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at))
    check(!g_unichar_iscntrl(g_utf8_get_char(at)));
}

/* One sentence, which the screen can take as a finding. */
static void
check_error(const GError *error)
{
  check(error != NULL && error->domain == TUNNEL_ERROR);
  check_safe(error->message);
  g_autoptr(Finding) finding = finding_new("unknown");
  finding_set_sentence(finding, error->message);
  check_safe(finding->message);
  check_safe(finding->remedy);
}

static void
check_guess(const guint8 *bytes, gsize length)
{
  Stranger stranger = stranger_guess(bytes, length);
  check((stranger.kind == STRANGER_UNKNOWN) == (stranger.protocol == NULL));
  g_autofree char *quote = stranger_quote(bytes, length);
  check(g_utf8_validate(quote, -1, NULL) && strlen(quote) < SENTENCE_MAX);
  gboolean enough = stranger_has_said_enough(bytes, length);
  for (gsize i = 1; i < MIN(length, 2 * STRANGER_BYTES); i++) /* more bytes change nothing */
    check(enough || !stranger_has_said_enough(bytes, i));
}

static void
check_explanation(guint8 way, const guint8 *bytes, gsize length)
{
  const StrangerScene scene = {.peer = PEER,
                               .in_tls = (way & 1) != 0,
                               .wants_tls = (way & 2) != 0,
                               .unasked = (way & 4) != 0};
  g_autoptr(GError) error = stranger_explain(&scene, bytes, length);
  check_error(error);
}

/* What a probe makes of it: a verdict, and no CONNACK where there is none. */
static void
check_hearing(guint8 way, const guint8 *bytes, gsize length)
{
  static const ProbeKind kinds[] = {PROBE_TCP, PROBE_TLS, PROBE_MQTT, PROBE_HTTP};
  ProbeRequest request = {.kind = kinds[way & 3],
                          .address = (char *)"192.0.2.1",
                          .connect = (way & 4) != 0,
                          .upgrade = (way & 8) != 0,
                          .version = (way & 16) != 0 ? MQTT_5 : MQTT_3_1_1};
  int connack = -1;
  ProbeHeard heard = probe_hear(&request, bytes, MIN(length, PROBE_BYTES_MAX), &connack);
  check((heard == PROBE_HEARD_CONNACK) == (connack >= 0));
  check(connack <= 255);
  check(heard != PROBE_HEARD_CONNACK || bytes[0] == MQTT_CONNACK << 4);
}

static void
check_tls_fault(guint8 way, guint8 number, const guint8 *bytes, gsize length)
{
  static const int errors[] = {0, ECONNRESET, EPIPE, EHOSTUNREACH};
  static TlsOffer *offer;
  if (offer == NULL)
    offer = tls_offer_new(NULL);
  const TlsFacts facts = {.offer = (way & 1) != 0 ? NULL : offer,
                          .established = (way & 1) != 0,
                          .server_answered = (way & 2) != 0,
                          .requested = (way & 4) != 0,
                          .sent = (way & 8) != 0,
                          .key_type_refused = (way & 16) != 0,
                          .accepted_peer = (way & 32) != 0,
                          .declined_renegotiation = (way & 64) != 0,
                          .version = (way & 1) != 0 ? "TLS 1.3" : NULL,
                          .key_types = "RSA",
                          .alert = number,
                          .alert_name = "an alert",
                          .first = bytes,
                          .first_length = length};
  const TlsCircumstances circumstances = {.peer = PEER,
                                          .server_name = (way & 2) != 0 ? "mqtt.example.com" : NULL,
                                          .alpn = (way & 8) != 0 ? "mqtt" : NULL,
                                          .client_label = (way & 128) != 0 ? "Client" : NULL,
                                          .client_issuer = "CN=Client CA",
                                          .certificate_path = "client.pem"};
  for (int kind = STREAM_FAILURE_CLOSED; kind <= STREAM_FAILURE_TLS; kind++) {
    const StreamFailure failure = {.kind = (StreamFailureKind)kind,
                                   .error_number = errors[number & 3],
                                   .gnutls_error = -(int)number * 2,
                                   .text = "an error"};
    g_autoptr(GError) error = tls_fault_explain(&facts, &failure, &circumstances);
    check_error(error);
  }
  g_autoptr(GError) late = tls_fault_explain_timeout(&facts, PEER, 5000);
  check_error(late);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
  if (size < 3)
    return 0;
  const guint8 *bytes = data + 2;
  gsize length = size - 2;
  check_guess(bytes, length);
  check_explanation(data[0], bytes, length);
  check_hearing(data[0], bytes, length);
  check_tls_fault(data[0], data[1], bytes, MIN(length, FIRST_BYTES));
  return 0;
}
