/* A line of text being typed: UTF-8, moved and cut by characters with their marks, scrolled
 * sideways by columns. Pure. The memory is wiped as it is let go: passwords are typed here. */
#pragma once

#include <glib.h>

#include "ui/key.h"

#define LINE_EDITOR_MAX_BYTES 65535u /* what an MQTT string can hold (MQTT 5, 1.5.4) */

typedef struct LineEditor LineEditor;

LineEditor *line_editor_new(void);
void line_editor_free(LineEditor *editor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineEditor, line_editor_free)

/* Raw text, never NULL. Setting puts the cursor at the end. */
const char *line_editor_text(const LineEditor *editor);
void line_editor_set_text(LineEditor *editor, const char *text);

/* At the cursor. Drops control characters and what is no UTF-8, and what would pass the bound.
 * TRUE: the text changed. */
gboolean line_editor_insert(LineEditor *editor, const char *text, gsize length);

/* Text, Left, Right, Home, End, Backspace, Del, C-a C-e C-b C-f C-h C-d C-k C-u C-w. `*handled`:
 * it was one of these. TRUE: the text changed. */
gboolean line_editor_key(LineEditor *editor, const Key *key, gboolean *handled);

/* (transfer full): safe text for `columns` columns, scrolled as little as needed to show the
 * cursor; `*cursor_column` (may be NULL) receives where it stands in there, below `columns`.
 * `masked`: a star for every character. `focused` FALSE: shown from its beginning. */
char *line_editor_view(LineEditor *editor, int columns, gboolean masked, gboolean focused,
                       int *cursor_column);
