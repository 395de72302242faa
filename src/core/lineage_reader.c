#include "config.h"

#include "core/lineage_reader.h"

#include "util/safe_text.h"

#define SLICE_US 8000  /* of reading in one turn of the main loop: a key waits no longer */
#define TELL_US 100000 /* between two calls of `changed` */

struct LineageReader {
  char *certbot;
  gint64 now;
  GPtrArray *entries; /* of LineageEntry */
  guint done, all;
  Anchors *known; /* the system's roots; NULL: there are none */
  guint source;   /* 0: there is nothing left to read */
  gint64 told;    /* when `changed` was called last, monotonic */
  void (*changed)(gpointer data);
  gpointer data;
};

static void
entry_free(gpointer data)
{
  LineageEntry *entry = data;
  g_free(entry->name);
  lineage_free(entry->lineage);
  finding_free(entry->problem);
  g_free(entry);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
read_entry(const LineageReader *reader, LineageEntry *entry)
{
  g_autoptr(GError) error = NULL;
  entry->read = TRUE;
  entry->lineage = lineage_load(reader->certbot, entry->name, reader->known, reader->now, &error);
  if (entry->lineage)
    return;
  g_autofree char *file = lineage_path(reader->certbot, entry->name, LINEAGE_CERT);
  g_autofree char *safe = safe_text_string(file);
  entry->problem = finding_from_error(error, FINDING_SOURCE_CHAIN, safe);
}

/* FALSE: all is read. One entry at least, however long it takes. */
static gboolean
read_slice(LineageReader *reader)
{
  gint64 end = g_get_monotonic_time() + SLICE_US;
  while (reader->done < reader->entries->len) {
    read_entry(reader, reader->entries->pdata[reader->done++]);
    if (g_get_monotonic_time() >= end)
      break;
  }
  return reader->done < reader->entries->len;
}

static gboolean
go_on(gpointer data)
{
  LineageReader *reader = data;
  gboolean more = read_slice(reader);
  gint64 now = g_get_monotonic_time();
  if (!more)
    reader->source = 0;
  if (!more || now - reader->told >= TELL_US) {
    reader->told = now;
    reader->changed(reader->data);
  }
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- life ------------------------------------------------------------------------------------- */

LineageReader *
lineage_reader_start(const char *certbot, gint64 now, void (*changed)(gpointer data), gpointer data,
                     GError **error)
{
  guint all = 0;
  g_auto(GStrv) names = lineage_names(certbot, &all, error);
  if (!names)
    return NULL;
  LineageReader *reader = g_new0(LineageReader, 1);
  reader->certbot = g_strdup(certbot);
  reader->now = now;
  reader->all = all;
  reader->changed = changed;
  reader->data = data;
  reader->entries = g_ptr_array_new_with_free_func(entry_free);
  for (char **name = names; *name; name++) {
    LineageEntry *entry = g_new0(LineageEntry, 1);
    entry->name = g_strdup(*name);
    g_ptr_array_add(reader->entries, entry);
  }
  reader->known = reader->entries->len > 0 ? anchors_load_system(NULL) : NULL;
  reader->told = g_get_monotonic_time();
  /* Below the keys, the network and the screen. */
  if (read_slice(reader))
    reader->source = g_idle_add(go_on, reader);
  return reader;
}

void
lineage_reader_free(LineageReader *reader)
{
  if (!reader)
    return;
  if (reader->source != 0)
    g_source_remove(reader->source);
  g_ptr_array_unref(reader->entries);
  if (reader->known)
    anchors_unref(reader->known);
  g_free(reader->certbot);
  g_free(reader);
}

const GPtrArray *
lineage_reader_entries(const LineageReader *reader)
{
  return reader->entries;
}

guint
lineage_reader_done(const LineageReader *reader)
{
  return reader->done;
}

guint
lineage_reader_all(const LineageReader *reader)
{
  return reader->all;
}
