/* The command line of `mqtrust check`: its own options, those of a connection, and the targets that
 * these are for. */
#pragma once

#include <glib.h>

#include "core/profile.h"

typedef enum { CHECK_TEXT, CHECK_JSON, CHECK_NAGIOS, CHECK_PROMETHEUS } CheckFormat;

#define CHECK_JOBS 64
#define CHECK_TARGETS_MAX 10000

typedef struct {
  char *name; /* as the user wrote it, without a password; safe text */
  Profile *profile;
} CheckTarget;

typedef struct {
  GPtrArray *targets; /* of CheckTarget, in the order of the command line */
  CheckFormat format;
  int warn_days;     /* -1: what check_expiry.h says */
  guint timeout_ms;  /* of each target */
  guint jobs;        /* at once */
  char *save_folder; /* NULL: save nothing */
  gboolean names;    /* a survey of each host, too */
  gboolean force, ascii, no_color, help, version;
} CheckOptions;

/* argv[0] is skipped. Passwords are overwritten in argv. Saved connections are read from `folder`
 * (profile_folder()). FALSE: a sentence that says what to write instead; `format` is set when it
 * was understood before. Clear it in either case. */
gboolean check_options_parse(int argc, char **argv, const char *folder, CheckOptions *options,
                             GError **error);
void check_options_clear(CheckOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CheckOptions, check_options_clear)

/* (transfer full) the text of --help. check_help.c */
char *check_options_help(void);
