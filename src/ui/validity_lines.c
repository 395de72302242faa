#include "config.h"

#include "ui/validity_lines.h"

#define DAY_SECONDS G_GINT64_CONSTANT(86400)
#define MARGIN_LEAST (7 * DAY_SECONDS) /* beside now and the end of the path */

static void
line_free(ValidityLine *line)
{
  g_free(line->group);
  certificate_unref(line->certificate);
  g_free(line);
}

/* --- Which certificates ----------------------------------------------------------------------- */

typedef struct {
  Validity *validity;
  GHashTable *seen;  /* fingerprints */
  const char *group; /* heading for the next line, NULL: it has been given */
} Gathering;

static void
gather(Gathering *gathering, Certificate *certificate)
{
  if (!certificate || !g_hash_table_add(gathering->seen, (gpointer)certificate_sha256(certificate)))
    return;
  ValidityLine *line = g_new0(ValidityLine, 1);
  line->group = g_strdup(gathering->group);
  line->certificate = certificate_ref(certificate);
  gathering->group = NULL;
  g_ptr_array_add(gathering->validity->lines, line);
}

static void
gather_links(Gathering *gathering, const GPtrArray *links)
{
  for (guint i = 0; i < links->len; i++)
    gather(gathering, ((const PathLink *)g_ptr_array_index(links, i))->certificate);
}

static void
gather_certificates(Gathering *gathering, const GPtrArray *certificates)
{
  for (guint i = 0; certificates && i < certificates->len; i++)
    gather(gathering, g_ptr_array_index(certificates, i));
}

static void
gather_all(Gathering *gathering, const ConnectionInfo *info)
{
  const Verdict *verdict = info->verdict;
  gathering->group = "The path in use";
  if (verdict)
    gather_links(gathering, verdict->path);
  gathering->group = "Other paths";
  for (guint i = 0; verdict && i < verdict->paths->len; i++)
    gather_links(gathering, ((const VerdictPath *)g_ptr_array_index(verdict->paths, i))->links);
  gathering->group = verdict ? "Also sent" : "Sent by the broker";
  gather_certificates(gathering, info->peer_chain);
  gathering->group = "Our certificate";
  if (info->identity)
    gather_certificates(gathering, identity_certificates(info->identity));
}

/* --- Which piece of time ---------------------------------------------------------------------- */

/* The certificate of the path that ends first. */
static void
mark_end(Validity *validity, const Verdict *verdict)
{
  if (!verdict || verdict->path_end == 0)
    return;
  validity->path_end = verdict->path_end;
  for (guint i = 0; i < validity->lines->len; i++) {
    ValidityLine *line = g_ptr_array_index(validity->lines, i);
    line->ends_path =
        i < verdict->path->len && certificate_not_after(line->certificate) == verdict->path_end;
  }
}

/* A root lives for decades and a leaf for weeks: what is shown is the time around now and the end,
 * and what is longer is cut. */
static void
choose_window(Validity *validity)
{
  gint64 now = validity->now, end = validity->path_end != 0 ? validity->path_end : now;
  gint64 margin = MAX(ABS(end - now) / 3, MARGIN_LEAST);
  validity->start = MIN(now, end) - margin;
  validity->end = MAX(now, end) + margin;
}

Validity *
validity_new(const ConnectionInfo *info, gint64 now)
{
  Validity *validity = g_new0(Validity, 1);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  Gathering gathering = {.validity = validity, .seen = seen};
  validity->lines = g_ptr_array_new_with_free_func((GDestroyNotify)line_free);
  validity->now = now;
  gather_all(&gathering, info);
  mark_end(validity, info->verdict);
  choose_window(validity);
  return validity;
}

void
validity_free(Validity *validity)
{
  g_ptr_array_unref(validity->lines);
  g_free(validity);
}

int
validity_column(const Validity *validity, gint64 time, int columns)
{
  gint64 at = CLAMP(time, validity->start, validity->end) - validity->start;
  gint64 span = validity->end - validity->start;
  return (int)MIN((double)at / (double)span * columns, columns - 1);
}
