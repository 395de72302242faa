#include "config.h"

#include "core/timeline.h"

#include "util/safe_text.h"

#include <string.h>

struct Timeline {
  TimelineEntry entries[TIMELINE_MAX]; /* number n at n % TIMELINE_MAX */
  guint64 next;
  gint64 last_us; /* monotonic time of the last entry */
};

static void
clear_entry(TimelineEntry *entry)
{
  g_free(entry->stage);
  g_free(entry->text);
  g_free(entry->code);
  *entry = (TimelineEntry){0};
}

/* (transfer full): a broker's reason or list of CAs may be 64 KiB long. */
static char *
bounded_text(const char *text)
{
  g_autofree char *safe = safe_text_string(text);
  if (strlen(safe) <= TIMELINE_TEXT_MAX)
    return g_steal_pointer(&safe);
  const char *end = g_utf8_find_prev_char(safe, safe + TIMELINE_TEXT_MAX + 1);
  return g_strdup_printf("%.*s (cut off)", (int)(end - safe), safe);
}

Timeline *
timeline_new(void)
{
  return g_new0(Timeline, 1);
}

void
timeline_free(Timeline *timeline)
{
  if (timeline == NULL)
    return;
  for (gsize i = 0; i < TIMELINE_MAX; i++)
    clear_entry(&timeline->entries[i]);
  g_free(timeline);
}

void
timeline_add(Timeline *timeline, gint64 time_ns, gint64 monotonic_us, gboolean first,
             TimelineLevel level, const char *stage, const char *code, const char *text)
{
  gboolean has_step = !first && timeline->next > 0;
  /* Made before the old entry goes: `text` may be borrowed from it. */
  TimelineEntry entry = {
      .number = timeline->next,
      .time_ns = time_ns,
      .step_us = has_step ? MAX(monotonic_us - timeline->last_us, 0) : -1,
      .level = level,
      .stage = safe_text_string(stage),
      .text = bounded_text(text),
      .code = g_strdup(code),
  };
  TimelineEntry *place = &timeline->entries[timeline->next % TIMELINE_MAX];
  clear_entry(place);
  *place = entry;
  timeline->next++;
  timeline->last_us = monotonic_us;
}

void
timeline_set_change(Timeline *timeline, guint chain_change)
{
  g_return_if_fail(timeline->next > 0);
  timeline->entries[(timeline->next - 1) % TIMELINE_MAX].chain_change = chain_change;
}

guint64
timeline_first(const Timeline *timeline)
{
  return timeline->next > TIMELINE_MAX ? timeline->next - TIMELINE_MAX : 0;
}

guint64
timeline_next(const Timeline *timeline)
{
  return timeline->next;
}

const TimelineEntry *
timeline_get(const Timeline *timeline, guint64 number)
{
  if (number < timeline_first(timeline) || number >= timeline->next)
    return NULL;
  return &timeline->entries[number % TIMELINE_MAX];
}
