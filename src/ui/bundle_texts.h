/* An order for a broker's files with its own copy of every text, so that another thread may work on
 * it. All texts are overwritten when it is freed: passwords are among them. */
#pragma once

#include "core/bundle_order.h"

typedef struct {
  BundleOrder order; /* its texts are in `texts` */
  GPtrArray *texts;
} BundleTexts;

/* For nobody yet, and owned by nobody. */
BundleTexts *bundle_texts_new(void);
void bundle_texts_free(BundleTexts *texts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BundleTexts, bundle_texts_free)
/* A copy that lives as long as the order; NULL for "". */
const char *bundle_texts_keep(BundleTexts *texts, const char *text);
/* The same of a path; "~/" is replaced. */
const char *bundle_texts_keep_path(BundleTexts *texts, const char *path);
