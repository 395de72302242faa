/* An order for a broker's files with its own copy of every text, so that another thread may work on
 * it. All texts are overwritten when it is freed: passwords are among them. */
#pragma once

#include "core/bundle_order.h"

typedef struct {
  BundleOrder order; /* its texts are in `texts` */
  GPtrArray *texts;  /* ui/kept_texts.h */
} BundleTexts;

/* For nobody yet, and owned by nobody. */
BundleTexts *bundle_texts_new(void);
void bundle_texts_free(BundleTexts *texts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BundleTexts, bundle_texts_free)
