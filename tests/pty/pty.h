/* A program on a pseudo-terminal, as a user sees it: started with a size and an environment, read
 * by libvterm in this process, sent keys, pastes, sizes and signals.
 *
 * Every wait is for a condition. The deadline (PTY_DEADLINE_MS) only bounds a failure: then the
 * screen is written to stderr, and the wait returns FALSE. The terminal is read while something
 * waits, and before anything of it is looked at. One thread. */
#pragma once

#include <glib.h>
#include <sys/types.h>
#include <termios.h>

#define PTY_DEADLINE_MS 60000
#define PTY_RAW_MAX (8u * 1024 * 1024) /* of the output, this much is kept (the newest) */

typedef struct Pty Pty;

typedef struct {
  int rows, columns;              /* 0: 24 and 80 */
  const char *const *environment; /* "NAME=value" sets, "NAME" removes; NULL-terminated, or NULL */
  gboolean mute;                  /* do not answer what the program asks the terminal */
  gboolean blind;                 /* only count bytes: no screen, nothing kept */
} PtyOptions;

/* (transfer full). Starts argv[0], looked up in PATH; `options` may be NULL. TERM is xterm-256color
 * and LINES and COLUMNS are unset unless `environment` says otherwise. Aborts when it cannot. */
Pty *pty_start(const char *const *argv, const PtyOptions *options);
/* Kills what still runs. */
void pty_free(Pty *pty);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pty, pty_free)

/* --- To the program ---------------------------------------------------------------------------- */

/* Keys by name: "Enter", "Tab", "BackTab", "Esc", "Backspace", "Delete", "Insert", "Up", "Down",
 * "Left", "Right", "Home", "End", "PgUp", "PgDn", "Space", "F1" to "F12", "C-x", "M-x"; every other
 * string is typed as text. pty_keys() takes several, separated by blanks. */
void pty_key(Pty *pty, const char *name);
void pty_keys(Pty *pty, const char *names);
void pty_text(Pty *pty, const char *text);
void pty_bytes_send(Pty *pty, const void *bytes, gsize length);
/* In brackets when the program has asked for them (mode 2004), as a terminal does. */
void pty_paste(Pty *pty, const char *text);
void pty_resize(Pty *pty, int rows, int columns);
void pty_signal(Pty *pty, int number);
/* The terminal is gone, as when a line breaks. Nothing can be read afterwards. */
void pty_hang_up(Pty *pty);

/* --- Waiting ----------------------------------------------------------------------------------- */

typedef gboolean (*PtyPredicate)(Pty *pty, gpointer data);

/* `what` says what was waited for, for the message of a failure. */
gboolean pty_wait(Pty *pty, PtyPredicate predicate, gpointer data, const char *what);
gboolean pty_wait_text(Pty *pty, const char *text);
gboolean pty_wait_gone(Pty *pty, const char *text);
/* Private mode `mode` (25: cursor, 1049: alternate screen, 2004: bracketed paste) is `on`. */
gboolean pty_wait_mode(Pty *pty, int mode, gboolean on);
/* The status as of waitpid(), -1 when it did not end in time. */
int pty_wait_exit(Pty *pty);
/* Waits for the end; the exit code, 128 + signal, or -1. */
int pty_wait_exit_code(Pty *pty);
/* Reads for this long: a window to observe in, not a way to wait. */
void pty_observe(Pty *pty, int milliseconds);

/* --- What is seen ------------------------------------------------------------------------------ */

int pty_rows(const Pty *pty);
int pty_columns(const Pty *pty);
/* (transfer full): UTF-8, without trailing blanks. */
char *pty_row(Pty *pty, int row);
/* (transfer full): all rows, each ended by a line feed. */
char *pty_screen(Pty *pty);
gboolean pty_shows(Pty *pty, const char *text);
/* Where `text` first stands; FALSE when it does not. */
gboolean pty_find(Pty *pty, const char *text, int *row, int *column);

#define PTY_DEFAULT_COLOR (-1)

typedef struct {
  char text[32];              /* one character with its marks; "" right of a wide one */
  gboolean bold, underline, reverse, blink, italic;
  int foreground, background; /* PTY_DEFAULT_COLOR, 0 to 255, or 0x1000000 + RGB */
} PtyCell;
PtyCell pty_cell(Pty *pty, int row, int column);

void pty_cursor(Pty *pty, int *row, int *column);
/* Private modes (DECSET) as the program left them. */
gboolean pty_mode(Pty *pty, int mode);
gboolean pty_alternate(Pty *pty); /* 1049, 1047 or 47 */
/* Of mouse reporting modes (1000 to 1006, 1015), whether any is on. */
gboolean pty_mouse(Pty *pty);

/* Bytes the program has written so far, and (borrowed) the last PTY_RAW_MAX of them. */
guint64 pty_bytes(const Pty *pty);
const GByteArray *pty_raw(Pty *pty);

/* --- What runs --------------------------------------------------------------------------------- */

pid_t pty_pid(const Pty *pty);
/* The process group in the foreground: of a shell's job, for one. */
pid_t pty_foreground(Pty *pty);
gboolean pty_running(Pty *pty);
struct termios pty_termios(Pty *pty);
/* utime + stime of the whole process in clock ticks; -1 when it is gone. */
gint64 process_cpu_ticks(pid_t pid);
/* A field of /proc/PID/status in KiB ("VmHWM", "VmRSS"); -1 when it is not there. */
gint64 process_memory_kib(pid_t pid, const char *field);

/* The screen and what is known of the program, to stderr. */
void pty_dump(Pty *pty, const char *why);

#define pty_expect_text(pty, text) g_assert_true(pty_wait_text(pty, text))
#define pty_expect_gone(pty, text) g_assert_true(pty_wait_gone(pty, text))
#define pty_expect_exit_code(pty, code) g_assert_cmpint(pty_wait_exit_code(pty), ==, code)
