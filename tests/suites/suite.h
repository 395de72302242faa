/* Certificate suites that nobody here wrote: JSON files of one schema (see the README beside them),
 * one case a chain. They are not part of the tree: where they are not found, tests skip and say so.
 *
 * Looked for in $MQTRUST_TEST_SUITES, else in ../shared/suites beside the source tree. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

typedef enum { SUITE_NAME_NONE, SUITE_NAME_DNS, SUITE_NAME_IP, SUITE_NAME_EMAIL } SuiteNameKind;

/* One certificate as it stands in the suite. */
typedef struct {
  char *pem;
  Certificate *certificate; /* NULL: it cannot be parsed */
  char *error;              /* then: why */
} SuiteCertificate;

typedef struct {
  char *id;                 /* "rfc5280::nc::permitted-dns-match" */
  char **features;
  gboolean client;          /* the peer is a client; else a server */
  char *key_purpose;        /* "sslserver", "sslclient", "ANY_EKU", or NULL: by `client` */
  GPtrArray *trusted;       /* of SuiteCertificate */
  GPtrArray *untrusted;     /* of SuiteCertificate */
  SuiteCertificate *peer;
  GPtrArray *crls;          /* of char *, PEM */
  gint64 time;              /* seconds since 1970; 0: none is given, now is meant */
  gboolean expects_success;
  SuiteNameKind name_kind;  /* of the one name that is expected */
  char *name;
  gboolean limits_depth;
  guint max_depth;          /* intermediates between leaf and anchor */
} SuiteCase;

/* (transfer full), of SuiteCase: NULL when there is no such suite on this machine, after
 * g_test_skip(). `file`: "limbo-core.json". Ends the test when the file is damaged. */
GPtrArray *suite_load(const char *file);

gboolean suite_has_feature(const SuiteCase *test, const char *feature);

/* (transfer full), of Certificate: those of `list` that can be parsed. */
GPtrArray *suite_certificates(const GPtrArray *list);
