/* Parts of an order (trust/pki.h) looked at alone, as they are typed. Pure, any thread. */
#pragma once

#include <glib.h>

/* As pki_carry_out() reads them: FALSE and its PKI_ERROR. Does not check what the two must be
 * together, or whether a role needs them. */
gboolean pki_check_subject(const char *text, GError **error);
/* NULL-terminated; may be empty. */
gboolean pki_check_names(const char *const *names, GError **error);
/* A date that begins or ends a certificate, as util/moment.h reads it; FALSE: it is none. A short
 * number is none either: "2027" is a year that somebody has not finished, not half an hour of 1970. */
gboolean pki_check_moment(const char *text, gint64 *seconds);

#define PKI_DAYS_MAX 36500     /* of PkiOrder.days */
#define PKI_PATH_LENGTH_MAX 16 /* of PkiOrder.path_length, as it is typed */
