/* Which certificates a broker had when they were accepted last, kept beyond a run of mqtrust: by
 * the name of a saved connection, the last chain of each. Main thread.
 *
 * For now a folder with one file a connection; who uses it sees nothing of that. What comes back
 * may have been written by anybody who can write there: it is compared and shown, never trusted. */
#pragma once

#include <glib.h>

#include "core/seen_chain.h"

typedef struct ChainMemory ChainMemory;

/* (transfer full): $XDG_STATE_HOME/mqtrust/chains (or ~/.local/state/...). */
char *chain_memory_folder(void);

/* (transfer full). The folder is made (0700) when the first chain is kept. */
ChainMemory *chain_memory_new(const char *folder);
void chain_memory_free(ChainMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChainMemory, chain_memory_free)

/* (transfer full): NULL without an error: nothing is known of this connection. An error is a
 * sentence that names the file, and its content counts for nothing. */
SeenChain *chain_memory_load(ChainMemory *memory, const char *name, GError **error);
/* In place of the one before. FALSE: that one may still be there; the sentence names the file. */
gboolean chain_memory_store(ChainMemory *memory, const char *name, const SeenChain *chain,
                            GError **error);
/* The connection is gone, or has another name now. What cannot be done is left undone: it would be
 * compared only with the chain of a connection of that name to the same broker. */
void chain_memory_forget(ChainMemory *memory, const char *name);
void chain_memory_rename(ChainMemory *memory, const char *name, const char *new_name);
