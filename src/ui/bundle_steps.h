/* What is to be done with a broker's files, broker by broker. Pure. */
#pragma once

#include "ui/bundle_lines.h"

/* The field of this broker's form that takes the file, static; NULL: it has no form, or no field. */
const char *bundle_steps_form_field(BundleBroker broker, const char *file);

/* The heading "Next", and a line for each step; Enter on the last one shows certbot's command. */
void bundle_steps_add(CertificateLines *list, const BundleMade *made);
