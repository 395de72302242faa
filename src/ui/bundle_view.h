/* What a broker was given, or why it was given nothing. */
#pragma once

#include "ui/bundle_texts.h"
#include "ui/pane.h"

/* Texts and bundle are taken over. */
typedef struct {
  BundleTexts *texts;
  Bundle *bundle;
  gboolean written; /* else there is an error among the findings, and the form lies below */
} BundleViewArgument;

extern const PaneClass bundle_view;
