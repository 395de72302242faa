/* What a scene is made of. Private to lab.c and scene_*.c. */
#pragma once

#include "lab/lab_names.h"
#include "lab/lab_process.h"
#include "lab/scene.h"

struct LabScene {
  const LabFault *fault;
  LabTls tls;
  char *folder;
  Profile *profile;
  GError *error; /* NULL: nothing has failed */
  LabPki pki;    /* all NULL: not made yet */
  LabNames *names;
  gboolean host_named;  /* a builder has spoken of LAB_HOST */
  GPtrArray *forged;    /* of Forged */
  GPtrArray *texts;     /* of char *: what is borrowed from the scene */
  GPtrArray *bytes;     /* of GBytes, the same */
  GPtrArray *processes; /* of LabProcess */
  GPtrArray *peers;     /* of Peer: stopped before anything that their scripts use */
  GArray *sockets;      /* of int, open as long as the scene */
  GPtrArray *stages;    /* of what scripts were started with, plain memory */
  char *expected_sha256, *expected_file;
};
