/* The certificates of a healthy two-way setup, of one key type throughout, as files in a private
 * folder: server root ← intermediate ← server (localhost, 127.0.0.1), client CA ← Client. */
#pragma once

#include <glib.h>

#include "trust/pki.h"

typedef struct {
  char *folder;
  char *root;        /* the CA file of a client */
  char *client_ca;   /* the CA file of the broker */
  char *server_chain, *server_key; /* the chain: server, intermediate */
  char *client, *client_key;
} HealthyFiles;

/* (transfer full); aborts when it cannot. */
HealthyFiles *healthy_files_new(PkiKeyType key_type);
/* The same as small sites have it: one root for server and client, nothing between. */
HealthyFiles *healthy_files_new_one_ca(PkiKeyType key_type);
/* Removes the folder, too. */
void healthy_files_free(HealthyFiles *files);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HealthyFiles, healthy_files_free)
