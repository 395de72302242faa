/* One PEM block, read as leniently as can be done without guessing, and why programs with OpenSSL
 * or with GnuTLS would refuse it. Private to trust/. */
#pragma once

#include "trust/file_content.h"

typedef struct {
  char *label;      /* as it should be: "CERTIFICATE"; safe text */
  ContentKind kind; /* of that label */
  char *headers;    /* RFC 1421 header lines of an old encrypted key, LF line ends; or NULL */
  guint8 *der;      /* a secret: overwritten at the end; NULL: nobody can read it */
  gsize length;
  const char *loss;   /* static phrase: why nobody can read it; NULL: `der` is there */
  const char *damage; /* static phrase: why OpenSSL or GnuTLS refuses it; NULL: neither does */
  const char *remedy; /* static sentence for this damage; NULL: writing the file anew mends it */
  gboolean openssl_reads, gnutls_reads; /* in spite of the damage */
} PemBlock;

PemBlock *pem_block_read(const FileContent *content, const ContentBlock *block);
void pem_block_free(PemBlock *pem);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PemBlock, pem_block_free)

/* (transfer full): the block as it should be written; a secret when it is a key. */
char *pem_block_text(const PemBlock *pem);

/* Static sentence: what to do about the damage. */
const char *pem_block_remedy(const PemBlock *pem);

/* For a block that was refused. (transfer full): why, and what to do about it, in the form of "its
 * label has a blank too many; write ..."; NULL: it is not for the sake of its PEM, or nobody can
 * read it. */
char *pem_block_fault(const FileContent *content, const ContentBlock *block);
