/* What is wrong, whose fault it is, why, and what to do: one fault, one finding.
 * The code is public and stable: the same on the screen, in reports and in the manual. */
#pragma once

#include <glib.h>

typedef enum { FINDING_ERROR, FINDING_WARNING, FINDING_INFO } FindingSeverity;

typedef enum {
  FINDING_SIDE_SERVER,  /* the broker's certificates and chain */
  FINDING_SIDE_CLIENT,  /* our certificate and key */
  FINDING_SIDE_TRUST,   /* the CA files or store on this side */
  FINDING_SIDE_LOCAL,   /* this machine and the connection's settings */
  FINDING_SIDE_NETWORK, /* names, addresses, ports, what lies between */
  FINDING_SIDE_BROKER,  /* the broker's configuration, rules or clock */
} FindingSide;

typedef enum {
  FINDING_SOURCE_NONE,
  FINDING_SOURCE_PEER,      /* sent by the peer; index in wire order */
  FINDING_SOURCE_CHAIN,     /* of the file that is judged */
  FINDING_SOURCE_UNTRUSTED, /* given besides it */
  FINDING_SOURCE_TRUST,     /* an anchor; index in file order */
  FINDING_SOURCE_CLIENT,    /* our certificate file */
  FINDING_SOURCE_KEY,
  FINDING_SOURCE_CRL,
} FindingSource;

typedef struct {
  const char *code;         /* static: "anchor-cross-signed" */
  FindingSeverity severity;
  FindingSide side;
  FindingSource source;
  int index;                /* from 0, in wire or file order; -1 when it is about no certificate */
  char *file;               /* safe text or NULL */
  char *subject;            /* safe text or NULL */
  char *sha256;             /* or NULL */
  GPtrArray *evidence;      /* of char *, safe text */
  GPtrArray *alternatives;  /* of const char *, static codes, likeliest first */
  char *message;            /* one sentence: why */
  char *remedy;             /* one sentence: what to do */
} Finding;

/* `code` must be in the catalogue (asserted), from which severity and side come. */
Finding *finding_new(const char *code);
Finding *finding_copy(const Finding *finding);
void finding_free(Finding *finding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Finding, finding_free)

/* Builders; each formats with printf and passes the result through safe_text(). */
void finding_set_message(Finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);
void finding_set_remedy(Finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Message and remedy out of "cause; what to do", as the errors of this house are written; without
 * the "; " it is the message alone. */
void finding_set_sentence(Finding *finding, const char *sentence);
void finding_add_evidence(Finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);
void finding_add_alternative(Finding *finding, const char *code);

/* A finding out of a GError of TRUST_ERROR (a file of ours); any other domain gives `unknown`. */
Finding *finding_from_error(const GError *error, FindingSource source, const char *file);

/* A GPtrArray of Finding with finding_free; sorted worst first, stable otherwise. */
GPtrArray *finding_list_new(void);
void finding_list_sort(GPtrArray *findings);

const char *finding_severity_name(FindingSeverity severity); /* "error", ... */
const char *finding_side_name(FindingSide side);             /* "server", ... */
const char *finding_source_name(FindingSource source);       /* "peer", ...; "none" */
