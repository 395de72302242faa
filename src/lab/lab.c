/* The lab's faults, of all families, in the catalogue's order. */
#include "config.h"

#include "lab/lab.h"

#include <string.h>

#include "lab/lab_families.h"
#include "trust/catalogue.h"

#define FAMILY(name) &lab_family_##name,
static const LabFamily *const families[] = {LAB_FAMILIES(FAMILY)};

/* Both made once, of static rows; never freed. */
static GPtrArray *all_faults; /* of const LabFault */
static GArray *all_missing;   /* of LabMissing, ended by NULLs */

/* --- In the catalogue's order ----------------------------------------------------------------- */

static void
add_faults(const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
    for (const LabFault *fault = families[i]->faults; fault->code != NULL; fault++) {
      if (strcmp(fault->code, code) == 0)
        g_ptr_array_add(all_faults, (gpointer)fault);
    }
  }
}

static void
add_missing(const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS(families); i++) {
    for (const LabMissing *missing = families[i]->missing; missing->code != NULL; missing++) {
      if (strcmp(missing->code, code) == 0)
        g_array_append_vals(all_missing, missing, 1);
    }
  }
}

static void
collect(void)
{
  static gsize done;
  if (!g_once_init_enter(&done))
    return;
  gsize count;
  const CatalogueEntry *entries = catalogue_entries(&count);
  all_faults = g_ptr_array_new();
  all_missing = g_array_new(TRUE, TRUE, sizeof(LabMissing));
  for (gsize i = 0; i < count; i++) {
    add_faults(entries[i].code);
    add_missing(entries[i].code);
  }
  g_once_init_leave(&done, 1);
}

const LabFault *const *
lab_faults(gsize *count)
{
  collect();
  *count = all_faults->len;
  return (const LabFault *const *)all_faults->pdata;
}

const LabMissing *
lab_missing(void)
{
  collect();
  return (const LabMissing *)(gpointer)all_missing->data;
}

/* --- By name ---------------------------------------------------------------------------------- */

char *
lab_fault_name(const LabFault *fault)
{
  return fault->variant == NULL ? g_strdup(fault->code)
                                : g_strdup_printf("%s/%s", fault->code, fault->variant);
}

/* A code alone means its first fault, should all of them be variants. */
const LabFault *
lab_fault_find(const char *name)
{
  gsize count;
  const LabFault *const *faults = lab_faults(&count), *of_code = NULL;
  for (gsize i = 0; i < count; i++) {
    g_autofree char *own = lab_fault_name(faults[i]);
    if (strcmp(own, name) == 0)
      return faults[i];
    if (of_code == NULL && strcmp(faults[i]->code, name) == 0)
      of_code = faults[i];
  }
  return of_code;
}

gboolean
lab_fault_has_tls(const LabFault *fault, LabTls tls)
{
  if (fault->flags & LAB_NO_TLS)
    return tls == LAB_TLS_1_3;
  return !(fault->flags & (tls == LAB_TLS_1_2 ? LAB_TLS_13_ONLY : LAB_TLS_12_ONLY));
}

/* --- Names that are like one ------------------------------------------------------------------ */

#define NAME_BYTES                                                                                 \
  64 /* of which a distance is taken: the rest of a long name counts for nothing                   \
      */

/* How many letters must be put, taken or changed (Levenshtein). */
static guint
distance(const char *a, const char *b)
{
  guint row[NAME_BYTES + 1], length = MIN(strlen(b), NAME_BYTES);
  for (guint j = 0; j <= length; j++)
    row[j] = j;
  for (guint i = 1; i <= NAME_BYTES && a[i - 1] != '\0'; i++) {
    guint diagonal = row[0];
    row[0] = i;
    for (guint j = 1; j <= length; j++) {
      guint changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = MIN(MIN(row[j], row[j - 1]) + 1, changed);
    }
  }
  return row[length];
}

typedef struct {
  char *name;
  guint far;
} Candidate;

/* A part of a name is meant rather than another name with as many letters changed. */
static Candidate
candidate(const LabFault *fault, const char *name)
{
  char *own = lab_fault_name(fault);
  gboolean part = strstr(own, name) != NULL || strstr(name, own) != NULL;
  return (Candidate){own, part ? 0 : distance(name, own)};
}

static int
compare(gconstpointer a, gconstpointer b)
{
  return (int)((const Candidate *)a)->far - (int)((const Candidate *)b)->far;
}

char **
lab_fault_like(const char *name, guint count)
{
  gsize known;
  const LabFault *const *faults = lab_faults(&known);
  g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
  for (gsize i = 0; i < known; i++) {
    Candidate one = candidate(faults[i], name);
    g_array_append_val(candidates, one);
  }
  g_array_sort(candidates, compare);
  char **names = g_new0(char *, count + 1);
  for (guint i = 0; i < candidates->len; i++) {
    Candidate *one = &g_array_index(candidates, Candidate, i);
    if (i < count && one->far <= (guint)strlen(one->name) / 3)
      names[i] = one->name;
    else
      g_free(one->name);
  }
  return names;
}
