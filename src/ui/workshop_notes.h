/* What the files that the workshop's form names hold. */
#pragma once

#include "ui/workshop_fields.h"

/* (transfer full): a sentence on the file in this field, safe text; NULL: nothing to say. `missing`:
 * there is no such file, which is no fault while it is being typed. `now` in seconds since 1970. */
char *workshop_note(const Form *form, int id, gint64 now, Role *role, gboolean *missing);
