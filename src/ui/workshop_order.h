/* What the identity workshop is asked to make, with its own copy of every text, so that another
 * thread may work on it. All texts are overwritten when it is freed: passwords are among them. */
#pragma once

#include "trust/pki.h"
#include "trust/pki_files.h"

typedef struct {
  PkiOrder order;      /* its texts are in `texts` */
  PkiFilesOrder files; /* the same */
  GPtrArray *texts;
  char **names;        /* of `order`, or NULL */
} WorkshopOrder;

WorkshopOrder *workshop_order_new(void);
void workshop_order_free(WorkshopOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkshopOrder, workshop_order_free)
/* A copy that lives as long as the order; NULL for "". */
const char *workshop_order_keep(WorkshopOrder *order, const char *text);
/* The same of a path: "~/" is replaced; a pkcs11: URI stays as it is. */
const char *workshop_order_keep_path(WorkshopOrder *order, const char *path);
/* (transfer full): the path of the file with this ending that is written for the order. */
char *workshop_order_file(const WorkshopOrder *order, const char *ending);
