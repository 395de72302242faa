/* The parts of trust/pki.h. Private to trust/. */
#pragma once

#include "trust/pki.h"
#include "trust/pki_key.h"

#define PKI_NAMES_MAX 256 /* subject alternative names */

/* Sets PKI_ERROR with this field; the text is made safe. Returns FALSE. */
gboolean pki_fail(GError **error, PkiField field, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* The same for PKI_REFUSAL. */
gboolean pki_refuse(GError **error, PkiField field, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Takes `cause` (any domain) over as a PKI_ERROR about `field`. Returns FALSE. */
gboolean pki_fail_with(GError **error, PkiField field, GError *cause);

/* --- pki_subject.c ----------------------------------------------------------------------------- */

/* (transfer full): DER of the Name that an RFC 4514 string writes; a text without "=" is a common
 * name. NULL and a PKI_ERROR about the subject. Stricter than the RFC about what must be escaped,
 * kinder about blanks around "," and "+". Bounds of RFC 5280, appendix A.1. */
GBytes *pki_subject_parse(const char *text, GError **error);
/* The same out of three texts as they are, each but the last may be NULL. */
GBytes *pki_subject_of(const char *country, const char *organization, const char *common_name,
                       GError **error);
/* (transfer full): the last common name in a Name; NULL: none that is text. */
char *pki_subject_common_name(GBytes *name);

/* --- pki_names.c ------------------------------------------------------------------------------- */

/* (transfer full): DER of the subjectAltName's content; each name once. NULL and a PKI_ERROR about
 * the names. An empty list gives NULL without an error. */
GBytes *pki_names_encode(const char *const *names, GError **error);
/* `text` could stand in a subjectAltName as a host or an address. */
gboolean pki_names_is_host(const char *text);

/* --- pki_build.c: DER -------------------------------------------------------------------------- */

typedef struct {
  GBytes *subject, *issuer; /* DER of Names; issuer NULL: the subject */
  GBytes *spki;             /* DER */
  gint64 not_before, not_after;
  PkiRole role;
  int path_length;          /* of a CA; -1: none */
  GBytes *names;            /* the content of subjectAltName, or NULL */
  GBytes *more;             /* further extensions, DER one after the other, or NULL */
  const Certificate *issuer_certificate; /* whose key identifier is named; NULL: signed by itself */
} PkiBlank;

gboolean pki_role_is_authority(PkiRole role);
/* (transfer full): v3, with a random serial number, signed by `signer`. */
Certificate *pki_build_certificate(const PkiBlank *blank, const PkiKey *signer, GError **error);
/* (transfer full): DER of a request (PKCS#10, RFC 2986) for `key`, asking for `names` (or NULL) and,
 * with `has_role`, for the usages of `role`. */
GBytes *pki_build_request(GBytes *subject, GBytes *names, gboolean has_role, PkiRole role,
                          const PkiKey *key, GError **error);

/* --- pki_input.c: what an order names ---------------------------------------------------------- */

/* Who signs. */
typedef struct {
  Certificate *certificate; /* NULL: signs itself */
  GPtrArray *chain;         /* of Certificate: it and those above it */
  PkiKey *key;
  char *label;              /* of the file, safe text */
  char *key_path;           /* raw: the key's file, or its URI */
} PkiIssuer;

PkiIssuer *pki_issuer_load(const PkiOrder *order, GError **error);
void pki_issuer_free(PkiIssuer *issuer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PkiIssuer, pki_issuer_free)

/* A request or an old certificate. */
typedef struct {
  GBytes *subject, *spki;
  GBytes *names;       /* content of its subjectAltName, or NULL */
  char **name_texts;   /* the same as texts, safe; never NULL */
  char *label;         /* of the file, safe text */
} PkiInput;

/* NULL and a PKI_ERROR, or a PKI_REFUSAL when its own key did not sign it. */
PkiInput *pki_input_request(const char *path, GError **error);
PkiInput *pki_input_certificate(const char *path, const Certificate *certificate);
void pki_input_free(PkiInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PkiInput, pki_input_free)

/* --- pki_guard.c: what must not be signed ------------------------------------------------------ */

/* Before: the CA itself. */
gboolean pki_guard_issuer(const PkiIssuer *issuer, const PkiOrder *order, PkiRole role,
                          GError **error);
/* After: (transfer full) the verdict on what was made, NULL and a PKI_REFUSAL. */
Verdict *pki_guard_judge(Certificate *certificate, const GPtrArray *issuers, const char *ca_file,
                         PkiRole role, gint64 now, GError **error);
