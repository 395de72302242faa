/* The scene's name server: on a thread of its own once the scene is built. */
#pragma once

#include <glib.h>

#include "lab/dns_server.h"

typedef struct LabNames LabNames;

LabNames *lab_names_new(void);
/* Before lab_names_run() only: what it knows is fixed from then on. */
void lab_names_add(LabNames *names, const char *name, const char *type, const char *value);
/* Borrowed, before lab_names_run() only: for records that have their own TTL. */
DnsServer *lab_names_server(LabNames *names);
/* rcode -1: never answers. */
void lab_names_fail(LabNames *names, const char *name, int rcode);
/* "127.0.0.1:PORT" */
const char *lab_names_address(const LabNames *names);
void lab_names_run(LabNames *names);
/* NULL is allowed. */
void lab_names_free(LabNames *names);
