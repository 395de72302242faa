/* Makes certificates and requests: X.509 v3 with the extensions that brokers and strict clients ask
 * for. Two ways in:
 *
 * - pki_carry_out(): an order of a person (a command, a form), with files in and a result out that
 *   was judged before anybody writes it. trust/pki_files.h writes it.
 * - pki_issue(): a certificate and its key in memory, without questions; the demo, tests.
 *
 * Uses the system's random numbers; keys stay in memory until they are written by the caller. No
 * clock of its own, no screen. Any thread. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"
#include "trust/verify.h"

/* PKI_PEER is server and client at once: a bridge between brokers. */
typedef enum { PKI_ROOT, PKI_INTERMEDIATE, PKI_SERVER, PKI_CLIENT, PKI_PEER } PkiRole;
typedef enum {
  PKI_KEY_ECDSA_P256,
  PKI_KEY_RSA_2048,
  PKI_KEY_ED25519,
  PKI_KEY_ECDSA_P384,
  PKI_KEY_RSA_3072,
  PKI_KEY_RSA_4096,
  PKI_KEY_TYPES
} PkiKeyType;

const char *pki_role_name(PkiRole role);         /* "CA", "server", "client", "server and client" */
const char *pki_key_type_name(PkiKeyType type);  /* "ecdsa-p256", "rsa-2048", ...; static */
/* FALSE: `name` is none of them. */
gboolean pki_key_type_parse(const char *name, PkiKeyType *type);

/* --- Orders ------------------------------------------------------------------------------------ */

/* What of an order an error is about. */
typedef enum {
  PKI_FIELD_NONE, PKI_FIELD_ROLE, PKI_FIELD_SUBJECT, PKI_FIELD_NAMES, PKI_FIELD_DATES,
  PKI_FIELD_PATH_LENGTH, PKI_FIELD_KEY_TYPE, PKI_FIELD_KEY, PKI_FIELD_KEY_PASSWORD, PKI_FIELD_CA,
  PKI_FIELD_CA_KEY, PKI_FIELD_CA_PASSWORD, PKI_FIELD_INPUT, PKI_FIELD_OUTPUT,
  PKI_FIELD_REPLACE, /* a file is there already */
  PKI_FIELD_START,   /* of the dates the first */
} PkiField;

/* Both domains have a PkiField as their code and one sentence as their message. */
#define PKI_ERROR (pki_error_quark())     /* cannot be carried out: a file, a password, a word */
#define PKI_REFUSAL (pki_refusal_quark()) /* could be, and must not: a CA that may not sign this */
GQuark pki_error_quark(void);
GQuark pki_refusal_quark(void);
const char *pki_field_name(PkiField field); /* "subject", "ca-password", ...; static */

typedef enum {
  PKI_MAKE,    /* a key (unless one is named) and its certificate */
  PKI_REQUEST, /* a key (unless one is named) and a request (PKCS#10) for a CA elsewhere */
  PKI_SIGN,    /* a certificate for somebody's request */
  PKI_RENEW,   /* a new certificate with subject and names of an old one */
} PkiAction;

/* All is borrowed, as text that a person typed. Paths may be pkcs11: URIs where they name a CA or a
 * key; then the password is the token's PIN. */
typedef struct {
  PkiAction action;
  gboolean has_role; /* needed for PKI_MAKE and PKI_SIGN; a renewal's is that of the old one, a
                      * request's says what it asks to be used for */
  PkiRole role;      /* PKI_ROOT signs itself; the other ones need a CA */
  const char *subject;      /* RFC 4514 ("CN=Client,O=Test Org,C=US"), or a common name alone; NULL:
                             * that of the request or old certificate */
  const char *const *names; /* "DNS:mqtt.example.com", "IP:192.0.2.1", "email:a@example.com",
                             * "URI:urn:x"; the kind may be left out; NULL-terminated, or NULL */
  gboolean copy_names;      /* PKI_SIGN: those that the request asks for, too */
  PkiKeyType key_type;      /* of a key that is made */
  const char *key_path;     /* an existing key; NULL: one is made (PKI_RENEW: the old one stays) */
  const char *key_password;
  gboolean new_key;         /* PKI_RENEW */
  const char *ca_path;      /* the CA's certificate; its issuers may follow in the file */
  const char *ca_key_path;  /* NULL: in the same file, or beside it as NAME.key */
  const char *ca_password;
  const char *input_path;   /* the request or the old certificate */
  gint64 not_before;        /* seconds since 1970; 0: five minutes ago, for clocks that are slow */
  gint64 not_after;         /* 0: see days */
  int days;                 /* 0: 3650 of a CA, else 365; a renewal's: as many as before */
  int path_length;          /* CAs below it, -1: no limit; a renewal keeps the old one's */
  gint64 now;
} PkiOrder;

typedef struct PkiKey PkiKey; /* a private key in memory or on a token: trust/pki_key.h */

typedef struct {
  PkiAction action;
  PkiRole role;
  Certificate *certificate; /* NULL: a request was made */
  GBytes *request;          /* DER of it; else NULL */
  char *subject;            /* RFC 4514, safe text */
  char **names;             /* as certificate_names(); not NULL */
  char *label;              /* the common name, else the first name, else ""; safe text */
  GPtrArray *issuers;       /* of Certificate: the CA first, as far up as its file goes */
  PkiKey *key;              /* NULL: somebody else's, or it was not needed */
  gboolean key_is_new;
  char *ca_file;            /* safe text; NULL: signed by itself, or a request */
  gboolean ca_file_has_key; /* so that it must not be given to anybody */
  GPtrArray *inputs;        /* of char *, raw: the files of CA and keys, which must stay */
  Certificate *old;         /* PKI_RENEW */
  Verdict *verdict;         /* of the certificate by the default rules; NULL: a request */
  GPtrArray *notes;         /* of char *: sentences that a person should see, safe text */
} PkiResult;

/* (transfer full). Writes nothing. NULL and a PKI_ERROR or PKI_REFUSAL. Refuses what a CA must not
 * sign: a request that its own key did not sign, a CA that is none, that is outside its dates or
 * may not sign certificates, a path that becomes too long, names outside its constraints, dates
 * beyond its own, and whatever verify() rejects. Does not check: whether the subject is who it says. */
PkiResult *pki_carry_out(const PkiOrder *order, GError **error);
void pki_result_free(PkiResult *result);
/* (transfer full), safe text: what of `ca_file` may be given away, as the words of a sentence. */
char *pki_result_ca_words(const PkiResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PkiResult, pki_result_free)

/* --- In memory --------------------------------------------------------------------------------- */

/* basicConstraints, keyUsage, extendedKeyUsage, SKI and AKI follow from the role. */
typedef struct {
  PkiRole role;
  PkiKeyType key_type;
  const char *country;      /* two letters, or NULL */
  const char *organization; /* or NULL */
  const char *common_name;
  const char *const *dns_names; /* SAN of a server, NULL-terminated, or NULL */
  const char *const *ip_addresses;
  gint64 not_before;        /* seconds since 1970 */
  gint64 not_after;
  int path_length;          /* of a CA; -1: none */
} PkiTemplate;

/* A certificate and its private key. */
typedef struct PkiPair PkiPair;

/* (transfer full): signed by `issuer`, by itself when that is NULL. SHA-256, or what the issuer's
 * key goes with. Judges nothing. */
PkiPair *pki_issue(const PkiTemplate *template, const PkiPair *issuer, GError **error);
void pki_pair_free(PkiPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PkiPair, pki_pair_free)

/* Borrowed. */
Certificate *pki_pair_certificate(const PkiPair *pair);
/* (transfer full): PKCS#8 PEM; encrypted (PBES2, AES-256) when `password` is not NULL.
 * A secret: give it back with secret_free(). */
char *pki_pair_key_pem(const PkiPair *pair, const char *password, GError **error);
