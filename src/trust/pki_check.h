/* Parts of an order (trust/pki.h) looked at alone, as they are typed. Pure, any thread. */
#pragma once

#include <glib.h>

/* As pki_carry_out() reads them: FALSE and its PKI_ERROR. Does not check what the two must be
 * together, or whether a role needs them. */
gboolean pki_check_subject(const char *text, GError **error);
/* NULL-terminated; may be empty. */
gboolean pki_check_names(const char *const *names, GError **error);
