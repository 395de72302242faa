/* What the message view is opened with. */
#pragma once

#include "core/connection.h"

typedef struct {
  Connection *connection; /* borrowed; the view looks for its next message there */
  guint64 number;
} MessageViewArgument;
