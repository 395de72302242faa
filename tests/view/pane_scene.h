/* A scene for pictures of panes: the dashboard with connections that have no network, at a fixed
 * time, and certificates that never change (tests/data/panes). */
#pragma once

#include "trust/verify.h"
#include "ui/ui_state.h"
#include "view/fake_core.h"
#include "view/view_harness.h"

#define SCENE_NOW G_GINT64_CONSTANT(1795000000) /* 2026-11-18 11:06:40 UTC */

typedef struct {
  Workspace *workspace;
  Ui *ui;
  Connection *connection; /* the first one, selected; NULL when there is none */
  GPtrArray *owned;       /* of what the connections' info borrows; see scene_own() */
} Scene;

/* `name` of the first connection, or NULL for none. */
Scene *scene_new(const char *name);
void scene_free(Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)
/* Keeps something until the scene is freed, and returns it. */
gpointer scene_own(Scene *scene, gpointer object, GDestroyNotify free_object);

/* (transfer full): path of tests/data/panes/NAME. */
char *scene_path(const char *name);
/* Of the scene: the certificate in tests/data/panes/NAME.pem. */
Certificate *scene_certificate(Scene *scene, const char *name);
/* Sets what the broker sent: names of files, ended by NULL. */
void scene_send(Scene *scene, const char *first, ...) G_GNUC_NULL_TERMINATED;
/* A verdict on it, empty but for `accepted`. */
Verdict *scene_judge(Scene *scene, gboolean accepted);
/* `file` NULL: the certificate called `label` is missing. */
void scene_link(Scene *scene, Verdict *verdict, const char *file, PathOrigin origin, int index,
                gboolean good, const char *label);
/* One more path of the verdict, of these files, ended by NULL; `reason` NULL: it is good. */
void scene_add_path(Scene *scene, Verdict *verdict, const char *reason, gint64 end,
                    const char *first, ...) G_GNUC_NULL_TERMINATED;
void scene_trust(Scene *scene, const char *file);
void scene_identify(Scene *scene, const char *file);
/* Of the connection; also of the verdict and about certificate `file` when these are not NULL. */
Finding *scene_find(Scene *scene, const char *code, Verdict *verdict, const char *file);
/* Received (or sent) at 14:03:22.118 UTC and `number` seconds. */
void scene_message(Scene *scene, MqttDirection direction, const char *topic, const void *payload,
                   gssize length, guint8 qos, gboolean retain);

/* Title, status and the pane itself at the usual sizes: the top view, else the tile. */
void scene_golden(Scene *scene, const PaneClass *tile, const char *name);
/* One picture of this size, in view_text(). */
void scene_draw(Scene *scene, const PaneClass *tile, int rows, int columns);
/* Keys by name, with blanks between: "Tab x C-s". */
void scene_keys(Scene *scene, const char *keys);
/* Text typed letter by letter. */
void scene_type(Scene *scene, const char *text);
