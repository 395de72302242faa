/* Certificates for the tests of the tunnel, made once for each run. */
#pragma once

#include "trust/anchors.h"
#include "trust/identity.h"

typedef struct {
  char *folder;
  char *server_pem, *server_key;   /* for mqtt.test, localhost and 127.0.0.1, from the server CA */
  char *expired_pem, *expired_key; /* the same, ended yesterday */
  char *client_ca_pem;             /* what a broker trusts */
  char *client_ca_path, *server_path, *server_key_path;
  Anchors *anchors;       /* the server CA */
  Anchors *other_anchors; /* another CA */
  Identity *identity;     /* a client of the client CA */
  Identity *stranger;     /* a client of another CA */
} TestPki;

TestPki *test_pki_new(void);
void test_pki_free(TestPki *pki);
