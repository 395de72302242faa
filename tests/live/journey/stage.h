/* What the page docs/two-way-tls.md needs around it, on 127.0.0.1 and in a folder that ends with
 * the test: a name server (pebble-challtestsrv), an ACME authority (pebble), mosquitto. The
 * programs that the page names are the machine's own; nothing is played. */
#pragma once

#include <glib.h>

#include "pty/pty.h"

typedef struct Stage Stage;

/* FALSE: this machine lacks a program; the test that runs is marked as skipped, with its name. */
gboolean stage_available_or_skip(void);

/* (transfer full): name server and authority answer; aborts when one does not come up. */
Stage *stage_new(const char *page);
void stage_free(Stage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stage, stage_free)

#define STAGE_FAILS (-1) /* any status but 0: mosquitto_sub's differs from release to release */

/* Runs the page's next command with the shell, in the stage's folder. It must contain `words` and
 * end with `status`, else the test fails. Returns (borrowed, until the next command) what it wrote,
 * stdout and stderr together. */
const char *stage_run(Stage *stage, const char *words, int status);
/* The same on a terminal: (transfer full) the program runs. */
Pty *stage_open(Stage *stage, const char *words);
/* The page's next command is `command`, which starts the broker as the test can; the broker accepts
 * connections when this returns. */
void stage_start_broker(Stage *stage, const char *command);
/* The page has no further command. */
void stage_assert_read(Stage *stage);

/* Not of the page: the same shell and table, status 0. */
const char *stage_shell(Stage *stage, const char *command);
/* (transfer full) */
char *stage_path(const Stage *stage, const char *name);
/* How often the broker has logged `text` so far. */
guint stage_broker_log_count(const Stage *stage, const char *text);
/* The broker has logged `text` this many times, waiting for it. */
void stage_wait_broker_log(Stage *stage, const char *text, guint times);
