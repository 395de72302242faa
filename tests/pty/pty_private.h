/* What pty.c (the process and its bytes) and pty_screen.c (what the bytes show) share. */
#pragma once

#include "pty/pty.h"

#include <vterm.h>

typedef enum { SCAN_TEXT, SCAN_ESCAPE, SCAN_CSI, SCAN_PRIVATE } ModeScan;

struct Pty {
  pid_t pid;
  int master, slave; /* slave: held open, so that its settings outlive the program; -1: hung up */
  int ended_fd;      /* pidfd; -1 where there is none */
  gboolean ended;
  int status;
  gboolean mute, blind;
  int rows, columns;
  guint64 bytes;
  GByteArray *raw;
  VTerm *vterm;      /* NULL when blind */
  VTermScreen *screen;
  GByteArray *output; /* of the terminal: answers and encoded keys, not yet sent */
  /* Private modes, followed by our own small scanner: libvterm tells of a few only. */
  ModeScan scan;
  GString *parameters;
  GHashTable *modes; /* of GINT_TO_POINTER(mode) */
};

/* pty_screen.c */
void pty_screen_open(Pty *pty);
void pty_screen_close(Pty *pty);
void pty_screen_feed(Pty *pty, const char *bytes, gsize length);
void pty_screen_resize(Pty *pty);

/* pty.c: reads all that is there now. */
void pty_drain(Pty *pty);
