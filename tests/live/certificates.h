/* Certificates for tests: a broker's and its clients', good ones and each kind of wrong one, as
 * files in a private folder. Made anew for every run. */
#pragma once

#include <glib.h>

/* Where the certificates of one party lie, as certbot lays them out. */
typedef struct {
  char *cert;      /* the certificate alone */
  char *chain;     /* its intermediates */
  char *fullchain; /* both */
  char *key;       /* privkey.pem */
} CertificateFiles;

typedef struct {
  char *folder;
  char *root;        /* the broker's root: the CA file of a client */
  char *cross;       /* the same root with the same key, signed by an older one */
  char *client_ca;   /* whose client certificates the broker takes */
  char *stranger_ca; /* a root with the same name as the broker's, and another key */
  CertificateFiles server;   /* root ← intermediate ← localhost, mqtt.test, 127.0.0.1 */
  CertificateFiles other;    /* the same, for other.test only */
  CertificateFiles client;   /* client CA ← Client */
  CertificateFiles stranger; /* stranger CA ← Client */
  CertificateFiles expired;  /* client CA ← Client, ended yesterday */
} Certificates;

/* (transfer full); aborts when it cannot. */
Certificates *certificates_new(void);
/* Removes the folder, too. */
void certificates_free(Certificates *pki);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Certificates, certificates_free)
