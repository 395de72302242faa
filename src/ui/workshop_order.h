/* What the identity workshop is asked to make, with its own copy of every text, so that another
 * thread may work on it. All texts are overwritten when it is freed: passwords are among them. */
#pragma once

#include "trust/pki.h"
#include "trust/pki_files.h"

typedef struct {
  PkiOrder order;      /* its texts are in `texts` */
  PkiFilesOrder files; /* the same */
  GPtrArray *texts;    /* ui/kept_texts.h */
  char **names;        /* of `order`, or NULL */
} WorkshopOrder;

WorkshopOrder *workshop_order_new(void);
void workshop_order_free(WorkshopOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkshopOrder, workshop_order_free)
/* (transfer full): the path of the file with this ending that is written for the order. */
char *workshop_order_file(const WorkshopOrder *order, const char *ending);
