/* A program of this machine as a peer: mosquitto, openssl s_server. It ends with this process,
 * whatever ends it. */
#pragma once

#include <glib.h>

typedef struct LabProcess LabProcess;

/* (transfer full): where the program is; Debian keeps some of them in sbin, which an ordinary
 * user's PATH does not name. NULL and LAB_ERROR_PROGRAM with the name of Debian's package. */
char *lab_program_find(const char *name, const char *package, GError **error);

/* A port of 127.0.0.1 that nobody uses now. 0: there is none. */
guint16 lab_free_port(void);

/* Starts it, its output into `log_path`, its input a pipe that stays open, and waits until `port`
 * accepts connections. `environment` is NULL-terminated. NULL and LAB_ERROR_START with the last
 * line of the log when it ends by itself or stays silent. To be called by the main thread: the
 * kernel ends the program when the thread that started it is gone. */
LabProcess *lab_process_start(const char *const *arguments, const char *const *environment,
                              const char *log_path, guint16 port, GError **error);
/* Ends it and waits for it. NULL is allowed. */
void lab_process_stop(LabProcess *process);
