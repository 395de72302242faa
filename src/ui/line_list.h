/* Lines of certificates, texts and findings as a list that is scrolled and selected by items: what
 * the views have in common that show such lines. */
#pragma once

#include "ui/action.h"
#include "ui/certificate_line.h"
#include "ui/scroll.h"

typedef struct {
  GPtrArray *lines; /* of CertificateLine, as composed last; NULL before the first time */
  GArray *items;    /* item of each line */
  Scroll scroll;
  int selected; /* item */
} LineList;

void line_list_init(LineList *list);
void line_list_clear(LineList *list);
/* Takes new lines over; the selected item stays selected by its number. */
void line_list_set(LineList *list, GPtrArray *lines);
void line_list_draw(LineList *list, Canvas *canvas, gboolean focused, gint64 now);
/* Moving actions; FALSE when it is none. */
gboolean line_list_act(LineList *list, Action action);
/* The first line of the selected item; NULL: there is none. */
const CertificateLine *line_list_selected(const LineList *list);
/* All of it is in sight. */
gboolean line_list_fits(const LineList *list);
