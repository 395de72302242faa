#include "config.h"

#include "view/pane_scene.h"

#include <string.h>

#include "trust/certificate_file.h"

static const PaneClass *const tiles[LAYOUT_TILES] = {&connections_pane, &certificates_pane,
                                                     &messages_pane, &timeline_pane};

typedef struct {
  gpointer object;
  GDestroyNotify free_object;
} Owned;

static void
owned_free(gpointer data)
{
  Owned *owned = data;
  owned->free_object(owned->object);
  g_free(owned);
}

Scene *
scene_new(const char *name)
{
  Scene *scene = g_new0(Scene, 1);
  scene->owned = g_ptr_array_new_with_free_func(owned_free);
  scene->workspace = fake_workspace_new();
  if (name)
    scene->connection = fake_connection_add(scene->workspace, name);
  scene->ui = ui_new(scene->workspace, tiles);
  scene->ui->fixed_now = SCENE_NOW;
  return scene;
}

void
scene_free(Scene *scene)
{
  ui_free(scene->ui);
  workspace_free(scene->workspace);
  g_ptr_array_unref(scene->owned);
  g_free(scene);
}

gpointer
scene_own(Scene *scene, gpointer object, GDestroyNotify free_object)
{
  Owned *owned = g_new(Owned, 1);
  *owned = (Owned){object, free_object};
  g_ptr_array_add(scene->owned, owned);
  return object;
}

/* --- Certificates ----------------------------------------------------------------------------- */

char *
scene_path(const char *name)
{
  const char *srcdir = g_getenv("MQTRUST_TEST_SRCDIR");
  return g_build_filename(srcdir ? srcdir : ".", "tests", "data", "panes", name, NULL);
}

Certificate *
scene_certificate(Scene *scene, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_strconcat(name, ".pem", NULL);
  g_autofree char *path = scene_path(file);
  GPtrArray *list = certificate_file_read(path, &error);
  g_assert_no_error(error);
  scene_own(scene, list, (GDestroyNotify)g_ptr_array_unref);
  return g_ptr_array_index(list, 0);
}

void
scene_send(Scene *scene, const char *first, ...)
{
  GPtrArray *chain = certificate_list_new();
  va_list names;
  va_start(names, first);
  for (const char *name = first; name; name = va_arg(names, const char *))
    g_ptr_array_add(chain, certificate_ref(scene_certificate(scene, name)));
  va_end(names);
  scene->connection->info.peer_chain = scene_own(scene, chain, (GDestroyNotify)g_ptr_array_unref);
}

static void
link_free(gpointer data)
{
  PathLink *link = data;
  g_free(link->name);
  g_free(link);
}

static void
path_free(gpointer data)
{
  VerdictPath *path = data;
  g_ptr_array_unref(path->links);
  g_free(path->reason);
  g_free(path);
}

static void
judged_free(gpointer data)
{
  Verdict *verdict = data;
  g_ptr_array_unref(verdict->paths);
  g_ptr_array_unref(verdict->path);
  g_ptr_array_unref(verdict->findings);
  g_ptr_array_unref(verdict->not_checked);
  g_free(verdict);
}

Verdict *
scene_judge(Scene *scene, gboolean accepted)
{
  Verdict *verdict = g_new0(Verdict, 1);
  verdict->accepted = accepted;
  verdict->paths = g_ptr_array_new_with_free_func(path_free);
  verdict->path = g_ptr_array_new_with_free_func(link_free);
  verdict->findings = g_ptr_array_new();
  verdict->not_checked = g_ptr_array_new();
  g_ptr_array_add(verdict->not_checked, (gpointer) "Revocation: no list was looked at.");
  g_ptr_array_add(verdict->not_checked, (gpointer) "Certificate policies: they are not processed.");
  scene->connection->info.verdict = scene_own(scene, verdict, judged_free);
  return verdict;
}

void
scene_link(Scene *scene, Verdict *verdict, const char *file, PathOrigin origin, int index,
           gboolean good, const char *label)
{
  PathLink *link = g_new0(PathLink, 1);
  link->certificate = file ? scene_certificate(scene, file) : NULL;
  link->name = g_strdup(file ? certificate_subject_label(link->certificate) : label);
  link->origin = origin;
  link->index = index;
  link->good = good;
  g_ptr_array_add(verdict->path, link);
}

void
scene_add_path(Scene *scene, Verdict *verdict, const char *reason, gint64 end, const char *first,
               ...)
{
  VerdictPath *path = g_new0(VerdictPath, 1);
  path->accepted = !reason;
  path->reason = g_strdup(reason);
  path->end = end;
  path->links = g_ptr_array_new_with_free_func(link_free);
  va_list files;
  va_start(files, first);
  for (const char *file = first; file; file = va_arg(files, const char *)) {
    PathLink *link = g_new0(PathLink, 1);
    link->certificate = scene_certificate(scene, file);
    link->name = g_strdup(certificate_subject_label(link->certificate));
    g_ptr_array_add(path->links, link);
  }
  va_end(files);
  g_ptr_array_add(verdict->paths, path);
}

void
scene_trust(Scene *scene, const char *file)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = scene_path(file);
  scene->connection->info.anchors =
      scene_own(scene, anchors_load_file(path, &error), (GDestroyNotify)anchors_unref);
  g_assert_no_error(error);
}

void
scene_identify(Scene *scene, const char *file)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *certificate = g_strconcat(file, ".pem", NULL);
  g_autofree char *key = g_strconcat(file, ".key", NULL);
  g_autofree char *certificate_path = scene_path(certificate);
  g_autofree char *key_path = scene_path(key);
  Identity *identity = identity_load(certificate_path, key_path, NULL, &error);
  g_assert_no_error(error);
  scene->connection->info.identity = scene_own(scene, identity, (GDestroyNotify)identity_unref);
}

Finding *
scene_find(Scene *scene, const char *code, Verdict *verdict, const char *file)
{
  Finding *finding = finding_new(code);
  scene_own(scene, finding, (GDestroyNotify)finding_free);
  g_ptr_array_add(scene->connection->info.findings, finding);
  if (verdict)
    g_ptr_array_add(verdict->findings, finding);
  if (file) {
    const Certificate *certificate = scene_certificate(scene, file);
    finding->sha256 = g_strdup(certificate_sha256(certificate));
    finding->subject = g_strdup(certificate_subject(certificate));
  }
  return finding;
}

/* --- Messages --------------------------------------------------------------------------------- */

void
scene_message(Scene *scene, MqttDirection direction, const char *topic, const void *payload,
              gssize length, guint8 qos, gboolean retain)
{
  MessageLog *log = scene->connection->log;
  MessageLogStatus status;
  message_log_status(log, &status);
  gint64 time_ns =
      G_GINT64_CONSTANT(1794924202118000000) + (gint64)status.next * G_GINT64_CONSTANT(1000000000);
  gsize bytes = length < 0 ? strlen(payload) : (gsize)length;
  MqttPublish publish = {
      .qos = qos,
      .retain = retain,
      .packet_id = qos > 0 ? (guint16)(status.next + 1) : 0,
      .topic = {(const guint8 *)topic, (guint32)strlen(topic)},
      .payload = {payload, (guint32)bytes},
  };
  message_log_begin(log);
  message_log_append(log, time_ns, direction, &publish);
  message_log_end(log);
}

/* --- Pictures and keys ------------------------------------------------------------------------ */

static const View *
shown(Scene *scene, const PaneClass *tile)
{
  if (ui_has_view(scene->ui))
    return ui_top(scene->ui);
  for (int i = 0; i < LAYOUT_TILES; i++) {
    if (scene->ui->tiles[i].pane_class == tile)
      return &scene->ui->tiles[i];
  }
  g_assert_not_reached();
}

typedef struct {
  Scene *scene;
  const PaneClass *tile;
} Picture;

/* The pane in all of the screen but the first row, which has its title and its status. */
static void
draw_picture(Canvas *canvas, gpointer data)
{
  const Picture *picture = data;
  const View *view = shown(picture->scene, picture->tile);
  const PaneClass *class = view->pane_class;
  Canvas inside;
  int columns = canvas_columns(canvas);
  canvas_init_part(&inside, canvas, (Rect){1, 0, canvas_rows(canvas) - 1, columns});
  class->draw(view->pane, &inside, TRUE);
  g_autofree char *title = class->title(view->pane);
  g_autofree char *status = class->status ? class->status(view->pane) : NULL;
  int end = paint_text_in(canvas, 0, 0, columns, ROLE_TITLE_FOCUSED, title);
  if (status && end + 2 + (int)strlen(status) < columns)
    paint_text_right(canvas, 0, columns, ROLE_NORMAL, status);
}

void
scene_golden(Scene *scene, const PaneClass *tile, const char *name)
{
  Picture picture = {scene, tile};
  view_golden(name, draw_picture, &picture);
}

void
scene_draw(Scene *scene, const PaneClass *tile, int rows, int columns)
{
  Picture picture = {scene, tile};
  view_open(rows, columns, 0);
  draw_picture(view_canvas(), &picture);
  g_autofree char *text = view_text();
  view_close();
  g_test_message("%s", text);
}

void
scene_keys(Scene *scene, const char *keys)
{
  g_auto(GStrv) names = g_strsplit(keys, " ", -1);
  for (int i = 0; names[i]; i++) {
    Key key;
    g_assert_true(key_parse(names[i], &key));
    ui_handle_key(scene->ui, &key, NULL, 0);
  }
}

void
scene_type(Scene *scene, const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char(p)) {
    Key key = {.code = KEY_TEXT};
    memcpy(key.text, p, (gsize)(g_utf8_next_char(p) - p));
    ui_handle_key(scene->ui, &key, NULL, 0);
  }
}
