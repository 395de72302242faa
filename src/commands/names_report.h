/* What `mqtrust names` prints, as text or JSON. Pure. */
#pragma once

#include "core/name_report.h"
#include "util/json_writer.h"

/* (transfer full): wrapped to the terminal's columns; UTF-8. */
char *names_text(const NameReport *report);
/* Adds the object of names_json() as a value. */
void names_json_add(JsonWriter *writer, const NameReport *report);
/* (transfer full): one object. */
char *names_json(const NameReport *report, gboolean ascii);
