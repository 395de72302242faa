/* A form, or what it has made, in the topmost view of a scene, 60 rows by 160 columns. */
#pragma once

#include "view/pane_scene.h"

/* (transfer full) */
char *scene_screen(Scene *scene);
void scene_assert_shows(Scene *scene, const char *what);
void scene_assert_hides(Scene *scene, const char *what);

/* (transfer full): the row of the cursor, without the blanks before it. */
char *scene_focused_row(Scene *scene);

/* Down to the field, or the line, that begins so. */
void scene_go_to(Scene *scene, const char *label);

/* Replaces what stands in the field. */
void scene_fill(Scene *scene, const char *label, const char *text);
