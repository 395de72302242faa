/* What `mqtrust verify` was given, read: the request for the engine, and where each of its
 * certificates came from. */
#pragma once

#include "commands/verify_options.h"
#include "trust/verify.h"

/* One of the files of --untrusted. */
typedef struct {
  char *path;  /* safe text */
  guint count; /* of the certificates in it */
} GivenFile;

typedef struct {
  VerifyRequest request; /* borrows from here and from the options */
  char *label;           /* the name of the file that is judged, safe text */
  GPtrArray *certificates, *untrusted;
  GArray *given; /* of GivenFile, in the order of `untrusted` */
  Anchors *anchors;
  RevocationData *revocation; /* NULL: none was given */
  GPtrArray *problems;        /* of Finding: files that cannot be used; with any, do not verify */
} VerifyInput;

/* Reads every file, so that all that cannot be used are named at once. `options` must outlive it.
 */
VerifyInput *verify_input_read(const VerifyOptions *options);
void verify_input_free(VerifyInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyInput, verify_input_free)

/* (transfer full): the name of the file (or store) that a certificate of a path is from, safe
 * text; "missing". `*index` receives its place there, -1 when it is missing. */
char *verify_input_place(const VerifyInput *input, const PathLink *link, int *index);

/* The engine knows the given certificates as one list: here their findings get file and index. */
void verify_input_place_findings(const VerifyInput *input, GPtrArray *findings);
