/* A function that runs in a process of its own, and whose system calls on files are counted: one of
 * them fails, or the process is killed before it. Asked for by seccomp(2), so that no user's rights
 * matter. */
#pragma once

#include <glib.h>

/* What happens instead of, or before, the call. */
typedef enum { INJECT_NOTHING, INJECT_ERROR, INJECT_SIGNAL } InjectionKind;

typedef struct {
  InjectionKind kind;
  guint call; /* which one, from 1 on */
  int number; /* errno, or the signal */
} Injection;

typedef struct {
  guint calls; /* that were made */
  int status;  /* as of waitpid() */
} InjectionResult;

/* Whether this machine lets a process count the calls of another one. */
gboolean fault_injector_works(void);

/* `work` in a child, which exits with what it returns. Counted are those calls that change files
 * and folders: openat (to create), write, fchmod, fchown, fsync, mkdir, link and rename of any
 * kind; not unlink, with which things are put back. */
InjectionResult fault_injector_run(const Injection *injection, int (*work)(gpointer data),
                                   gpointer data);
/* renameat2() with flags says EINVAL there, as on file systems that have none. */
void fault_injector_without_flags(void);
