/* mqtrust demo --list-faults. */
#include "config.h"

#include "commands/demo_fault.h"
#include "trust/catalogue.h"

#include <string.h>

static gsize
widest_name(void)
{
  gsize count, widest = 0;
  const LabFault *const *faults = lab_faults(&count);
  for (gsize i = 0; i < count; i++) {
    g_autofree char *name = lab_fault_name(faults[i]);
    widest = MAX(widest, strlen(name));
  }
  return widest;
}

static void
append_faults(GString *out, const char *code, const char **group, gsize width)
{
  gsize count;
  const LabFault *const *faults = lab_faults(&count);
  for (gsize i = 0; i < count; i++) {
    if (strcmp(faults[i]->code, code) != 0)
      continue;
    if (*group != NULL)
      g_string_append_printf(out, "%s%s\n", out->len > 0 ? "\n" : "", *group);
    *group = NULL;
    g_autofree char *name = lab_fault_name(faults[i]);
    g_string_append_printf(out, "  %-*s  %s\n", (int)width, name, faults[i]->made_by);
  }
}

char *
demo_fault_list(void)
{
  gsize count, width = widest_name();
  const CatalogueEntry *entries = catalogue_entries(&count);
  GString *out = g_string_new(NULL);
  const char *group = NULL; /* that is still to be written */
  for (gsize i = 0; i < count; i++) {
    const char *begins = catalogue_group(entries[i].code);
    group = begins != NULL ? begins : group;
    append_faults(out, entries[i].code, &group, width);
  }
  return g_string_free(out, FALSE);
}
