/* The command line of `mqtrust verify`. */
#pragma once

#include "trust/verify.h"

typedef struct {
  char *file;               /* whose chain is judged */
  char **trust;             /* files and folders of anchors; NULL: none is named */
  gboolean system_trust;    /* also where nothing else is named */
  char **untrusted, **crls; /* NULL: none */
  char *name, *email;       /* host name or address, mailbox; at most one of the two */
  VerifyPurpose purpose;
  VerifyRules rules;
  gboolean limits_depth;
  guint max_depth;
  gint64 time; /* seconds since 1970 */
  gboolean json, help;
} VerifyOptions;

extern const char verify_help[];

/* FALSE and a sentence that says what to write instead. `now` in seconds since 1970 is the time
 * when none is given. Clear it in either case. */
gboolean verify_options_parse(int argc, char **argv, gint64 now, VerifyOptions *options,
                              GError **error);
void verify_options_clear(VerifyOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VerifyOptions, verify_options_clear)
