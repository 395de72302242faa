/* Does a name stand in a certificate (RFC 6125, RFC 9525; RFC 5280, 4.2.1.6)?
 *
 * DNS names and addresses: in the subjectAltName, and where that has no DNS name, a DNS name in the
 * common name. Stars: the whole leftmost label, of a domain of at least two. Each function passes
 * over the names once. */
#pragma once

#include <glib.h>

#include "trust/certificate.h"

gboolean host_name_is_address(const char *name);
/* A host name (also with characters beyond ASCII) or an IP literal. */
gboolean host_name_host(const Certificate *certificate, const char *name);
/* A wildcard that would cover the host `name` if stars could stand there, where no other name of
 * the certificate does. (transfer full); NULL: none. */
char *host_name_unusable_wildcard(const Certificate *certificate, const char *name);

/* The name of the certificate that would be the host `name` if it were not written with characters
 * beyond ASCII (RFC 5280, 7.2: the xn-- form). (transfer full); NULL: none. */
char *host_name_unencoded(const Certificate *certificate, const char *name);

typedef enum { MAILBOX_NONE, MAILBOX_ALTERNATIVE, MAILBOX_SUBJECT } MailboxMatch;
/* A mailbox, in the subjectAltName, else as emailAddress of the subject: its local part letter by
 * letter, its domain in any case. */
MailboxMatch host_name_mailbox(const Certificate *certificate, const char *mailbox);
