/* GeneralName (RFC 5280, 4.2.1.6): what stands in a subjectAltName and in name constraints.
 * Private to trust/. Any thread. */
#pragma once

#include <glib.h>

#include "trust/der_reader.h"

typedef enum { /* the context tags of RFC 5280 */
  GENERAL_NAME_OTHER,
  GENERAL_NAME_EMAIL,
  GENERAL_NAME_DNS,
  GENERAL_NAME_X400,
  GENERAL_NAME_DIRECTORY,
  GENERAL_NAME_EDI,
  GENERAL_NAME_URI,
  GENERAL_NAME_IP,
  GENERAL_NAME_ID,
} GeneralNameKind;

typedef struct {
  GeneralNameKind kind;
  DerSpan bytes; /* the text, the address; of a directory name the DER of the Name */
} GeneralName;

/* Takes the next one off the front of `rest`; FALSE, and `rest` as it was: none is there. */
gboolean general_name_next(DerSpan *rest, GeneralName *name);
/* "DNS names", "IP addresses", ...: static. */
const char *general_name_kind_plural(GeneralNameKind kind);
/* (transfer full): "DNS:mqtt.example.com", safe text of bounded length. */
char *general_name_text(const GeneralName *name);
/* (transfer full): the same for the base of a subtree: "example.com", "192.0.2.0/24". */
char *general_name_subtree_text(const GeneralName *base);
