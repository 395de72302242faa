/* One X.509 certificate (RFC 5280): its fields as text for people and as values for checks.
 *
 * Immutable and atomically reference-counted, so threads may share it. Every text is safe text
 * (see util/safe_text.h) and owned by the certificate unless marked (transfer full).
 * Nothing here judges: dates, usage and names are reported as they stand; trust/verify.h judges. */
#pragma once

#include <glib.h>

typedef struct Certificate Certificate;

/* `der` is exactly one certificate. The error sentence says what could not be parsed. */
Certificate *certificate_new_from_der(const void *der, gsize length, GError **error);
Certificate *certificate_ref(Certificate *certificate);
void certificate_unref(Certificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Certificate, certificate_unref)

/* A GPtrArray of Certificate with certificate_unref as its free function. */
GPtrArray *certificate_list_new(void);

/* Distinguished names as RFC 4514 strings ("CN=R3,O=Let's Encrypt,C=US"). */
const char *certificate_subject(const Certificate *certificate);
const char *certificate_issuer(const Certificate *certificate);
/* Short names for a line on the screen: the common name, else the first SAN (subject only), else
 * organisation, else the whole name, else "(no name)". */
const char *certificate_subject_label(const Certificate *certificate);
const char *certificate_issuer_label(const Certificate *certificate);

int certificate_version(const Certificate *certificate);        /* 1, 2 or 3 */
const char *certificate_serial(const Certificate *certificate); /* hexadecimal, lower case */
gint64 certificate_not_before(const Certificate *certificate);  /* seconds since 1970, UTC */
gint64 certificate_not_after(const Certificate *certificate);
const char *certificate_sha256(const Certificate *certificate);    /* of the DER: 64 hex digits */
const char *certificate_key_id(const Certificate *certificate);    /* SHA-256 of the SPKI, hex */
const char *certificate_key_label(const Certificate *certificate); /* "RSA 2048", "ECDSA P-256" */
const char *certificate_signature_label(const Certificate *certificate); /* "RSA-SHA256" */

/* Subject alternative names as "DNS:mqtt.example.com", "IP:192.0.2.1", "email:...", "URI:...",
 * NULL-terminated, in the certificate's order; empty when there is no SAN. */
const char *const *certificate_names(const Certificate *certificate);
/* Key usages as in RFC 5280 ("digitalSignature", ...), NULL-terminated; NULL: no extension. */
const char *const *certificate_key_usage(const Certificate *certificate);
/* Extended key usages, "serverAuth", "clientAuth", ..., else the OID; NULL: no extension. */
const char *const *certificate_extended_key_usage(const Certificate *certificate);

/* basicConstraints CA:TRUE (RFC 5280, 4.2.1.9). A v1 certificate is none. */
gboolean certificate_is_ca(const Certificate *certificate);
/* Subject and issuer are the same bytes. */
gboolean certificate_is_self_issued(const Certificate *certificate);
/* Self-issued, and its signature verifies with its own key. */
gboolean certificate_is_self_signed(const Certificate *certificate);
/* `issuer`'s subject is `certificate`'s issuer (same bytes), and its key made the signature.
 * Does not check whether issuer is a CA, nor any date. */
gboolean certificate_is_issued_by(const Certificate *certificate, const Certificate *issuer);
/* Borrowed: the bytes that it was made from. */
GBytes *certificate_der(const Certificate *certificate);
/* `issuer`'s key made the signature, whatever their names are. */
gboolean certificate_is_signed_by(const Certificate *certificate, const Certificate *issuer);
/* The same bytes. */
gboolean certificate_equal(const Certificate *a, const Certificate *b);

/* (transfer full): PEM, LF line ends. */
char *certificate_to_pem(const Certificate *certificate);
/* (transfer full): every field and extension, in lines of safe text, for the detail view. */
char *certificate_describe(const Certificate *certificate);
