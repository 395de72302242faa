/* A strict reader of Prometheus's text format 0.0.4, for tests: gauges alone, each metric's samples
 * together behind its TYPE line, no series twice. */
#pragma once

#include <glib.h>

typedef struct Exposition Exposition;

/* NULL: not valid. */
Exposition *exposition_parse(const char *text);
void exposition_free(Exposition *exposition);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exposition, exposition_free)

/* Borrowed: the value of the first sample of `metric` whose label `name` is `value` (unescaped);
 * NULL: there is none. */
const char *exposition_value(const Exposition *exposition, const char *metric, const char *name,
                             const char *value);
