#include "config.h"

#include "unit/exposition.h"

#include <string.h>

typedef struct {
  char *metric;
  GHashTable *labels; /* char * → char * */
  char *value, *series;
} Sample;

struct Exposition {
  GPtrArray *samples; /* of Sample */
  GHashTable *types;  /* set of metrics whose TYPE line came */
  GHashTable *series; /* set */
  char *current;      /* metric of the last TYPE line */
};

static void
sample_free(gpointer data)
{
  Sample *sample = data;
  g_free(sample->metric);
  g_hash_table_unref(sample->labels);
  g_free(sample->value);
  g_free(sample->series);
  g_free(sample);
}

void
exposition_free(Exposition *exposition)
{
  if (exposition == NULL)
    return;
  g_ptr_array_unref(exposition->samples);
  g_hash_table_unref(exposition->types);
  g_hash_table_unref(exposition->series);
  g_free(exposition->current);
  g_free(exposition);
}

/* [a-zA-Z_][a-zA-Z0-9_]*, and colons in names of metrics. (transfer full) */
static char *
take_name(const char **at, gboolean colons)
{
  const char *start = *at;
  while (g_ascii_isalpha(**at) || **at == '_' || (colons && **at == ':') ||
         (*at > start && g_ascii_isdigit(**at)))
    (*at)++;
  return *at > start ? g_strndup(start, (gsize)(*at - start)) : NULL;
}

/* Behind the opening quotation mark, up to and with the closing one. */
static char *
take_value(const char **at)
{
  g_autoptr(GString) value = g_string_new(NULL);
  for (; **at != '"'; (*at)++) {
    if (**at == '\0' || **at == '\n')
      return NULL;
    if (**at != '\\') {
      g_string_append_c(value, **at);
      continue;
    }
    (*at)++;
    if (**at != '\\' && **at != '"' && **at != 'n')
      return NULL;
    g_string_append_c(value, **at == 'n' ? '\n' : **at);
  }
  (*at)++;
  return g_strdup(value->str);
}

static gboolean
take_labels(const char **at, GHashTable *labels)
{
  if (**at != '{')
    return TRUE;
  do {
    (*at)++;
    g_autofree char *name = take_name(at, FALSE);
    if (name == NULL || !g_str_has_prefix(*at, "=\""))
      return FALSE;
    *at += strlen("=\"");
    char *value = take_value(at);
    if (value == NULL || !g_hash_table_insert(labels, g_steal_pointer(&name), value))
      return FALSE;
  } while (**at == ',');
  if (**at != '}')
    return FALSE;
  (*at)++;
  return TRUE;
}

static gboolean
take_sample(Exposition *exposition, const char *line)
{
  const char *at = line;
  Sample *sample = g_new0(Sample, 1);
  sample->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_ptr_array_add(exposition->samples, sample);
  sample->metric = take_name(&at, TRUE);
  if (sample->metric == NULL || g_strcmp0(sample->metric, exposition->current) != 0 ||
      !take_labels(&at, sample->labels) || *at != ' ')
    return FALSE;
  sample->series = g_strndup(line, (gsize)(at - line));
  sample->value = g_strdup(at + 1);
  char *end;
  g_ascii_strtod(sample->value, &end);
  return end > sample->value && *end == '\0' && !g_ascii_isspace(*sample->value) &&
         g_hash_table_add(exposition->series, sample->series);
}

static gboolean
take_comment(Exposition *exposition, const char *line)
{
  if (g_str_has_prefix(line, "# HELP "))
    return strlen(line) > strlen("# HELP ");
  if (!g_str_has_prefix(line, "# TYPE "))
    return FALSE;
  const char *at = line + strlen("# TYPE ");
  g_free(exposition->current);
  exposition->current = take_name(&at, TRUE);
  return exposition->current != NULL && strcmp(at, " gauge") == 0 &&
         g_hash_table_add(exposition->types, g_strdup(exposition->current));
}

Exposition *
exposition_parse(const char *text)
{
  g_autoptr(Exposition) exposition = g_new0(Exposition, 1);
  exposition->samples = g_ptr_array_new_with_free_func(sample_free);
  exposition->types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  exposition->series = g_hash_table_new(g_str_hash, g_str_equal);
  if (!g_str_has_suffix(text, "\n") || !g_utf8_validate(text, -1, NULL))
    return NULL;
  g_autofree char *body = g_strndup(text, strlen(text) - 1);
  g_auto(GStrv) lines = g_strsplit(body, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    if (!(**line == '#' ? take_comment(exposition, *line) : take_sample(exposition, *line)))
      return NULL;
  }
  return g_steal_pointer(&exposition);
}

const char *
exposition_value(const Exposition *exposition, const char *metric, const char *name,
                 const char *value)
{
  for (guint i = 0; i < exposition->samples->len; i++) {
    const Sample *sample = exposition->samples->pdata[i];
    if (strcmp(sample->metric, metric) == 0 &&
        g_strcmp0(g_hash_table_lookup(sample->labels, name), value) == 0)
      return sample->value;
  }
  return NULL;
}
