/* What the parts of the inspection share. Private to trust/. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include "trust/finding.h"
#include "trust/inspection.h"
#include "trust/private_key.h"

/* Items that one file may give. */
#define INSPECTION_ITEMS_MAX 20016
/* Rounds of key derivation that one file may cost: a file says itself how many it wants. */
#define INSPECTION_ROUNDS_MAX PRIVATE_KEY_ROUNDS_MAX
#define INSPECTION_ROUNDS_UNASKED 200000

/* Certificates of one file whose own signature is checked. */
#define INSPECTION_SIGNATURES_MAX 2000

typedef struct {
  const char *label;      /* the file's name, safe text */
  const char *password;   /* or NULL */
  Inspection *inspection;
  const char *container;  /* of what is read now */
  guint line;             /* the same */
  gint64 rounds;          /* of key derivation that may still be spent */
  guint signatures;       /* checked so far */
  GHashTable *known;      /* DER (GBytes) → Certificate: a file may hold one a thousand times */
} InspectionReader;

/* Appends an item of this kind; borrowed, until the next one is added. */
InspectedItem *inspection_add(InspectionReader *reader, InspectedKind kind);
/* TRUE when no more items are taken. */
gboolean inspection_is_full(const InspectionReader *reader);
/* The item's problem: `sentence` is "cause; what to do". It becomes a finding, too. */
void inspection_set_problem(InspectionReader *reader, InspectedItem *item, const char *code,
                            const char *format, ...) G_GNUC_PRINTF(4, 5);
/* Appends a line "Label: value" to the item's details. */
void inspection_add_detail(InspectedItem *item, const char *label, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void inspection_set_title(InspectedItem *item, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Each reads one DER structure into one item or more, or says why not in an item. */
void inspection_read_certificate(InspectionReader *reader, const void *der, gsize length);
void inspection_read_trusted_certificate(InspectionReader *reader, const void *der, gsize length);
void inspection_read_request(InspectionReader *reader, const void *der, gsize length);
void inspection_read_crl(InspectionReader *reader, const void *der, gsize length);
void inspection_read_pkcs7(InspectionReader *reader, const void *der, gsize length);
void inspection_read_pkcs12(InspectionReader *reader, const void *der, gsize length);
void inspection_read_public_key(InspectionReader *reader, const char *label, const void *der,
                                gsize length);
/* Parameters and whatever else; `label` of the PEM block. */
void inspection_read_other(InspectionReader *reader, const char *label, const void *der,
                           gsize length);
void inspection_read_openssh_key(InspectionReader *reader, const void *bytes, gsize length);
/* OpenSSH's public keys and PuTTY's files are lines of text; TRUE when there were some. */
gboolean inspection_read_key_lines(InspectionReader *reader, const void *bytes, gsize length);

/* A private key. `pem` (a secret) is the whole block, NULL for DER; then `der` is read. */
typedef struct {
  const char *label;  /* "RSA PRIVATE KEY"; NULL: DER */
  const char *pem;
  const void *der;
  gsize length;
  gboolean encrypted;
} InspectedKeySource;
void inspection_read_key(InspectionReader *reader, const InspectedKeySource *source);
/* A key that is open, out of a bundle: `scheme` is how it was encrypted there (NULL: not), and its
 * PEM is encrypted with `password` unless that is NULL or empty. */
void inspection_take_key(InspectionReader *reader, gnutls_x509_privkey_t key, const char *scheme,
                         const char *password);

/* FALSE when `rounds` more are too many. */
gboolean inspection_spend(InspectionReader *reader, gint64 rounds);
/* Title "RSA 2048 public key", label and id of the item out of the key. */
void inspection_set_public(InspectedItem *item, gnutls_pubkey_t key);

/* What a pkcs11: URI names. FALSE and an error when that is nothing. */
gboolean inspection_read_token(InspectionReader *reader, const char *uri, GError **error);

/* What other programs would make of the file as a whole. `path` is NULL when there is none. */
void inspection_remark(Inspection *inspection, const char *path);
/* Order, duplicates and strangers among its certificates. */
void inspection_remark_order(Inspection *inspection);

/* Appends a finding about item `index` (-1: the file); borrowed. */
Finding *inspection_add_remark(Inspection *inspection, const char *code, int index);
