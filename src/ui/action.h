/* Everything the dashboard can do, written once as a table (action.c): name, group, help, flags.
 * Keys map to actions per context (keymap.c), with the general context as fallback. The help
 * screen, the hint bar and the manual's key table come from these two tables alone. */
#pragma once

#include <glib.h>

#include "ui/key.h"

typedef enum {
  ACTION_NONE,
  /* everywhere */
  ACTION_QUIT, ACTION_QUIT_NOW, ACTION_HELP, ACTION_BACK, ACTION_NEXT_PANE, ACTION_PREVIOUS_PANE,
  ACTION_PANE_CONNECTIONS, ACTION_PANE_CERTIFICATES, ACTION_PANE_MESSAGES, ACTION_PANE_TIMELINE,
  ACTION_ZOOM, ACTION_REDRAW, ACTION_SUSPEND,
  /* moving */
  ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT, ACTION_PAGE_UP, ACTION_PAGE_DOWN,
  ACTION_HALF_PAGE_UP, ACTION_HALF_PAGE_DOWN, ACTION_FIRST, ACTION_LAST, ACTION_OPEN,
  /* connections */
  ACTION_CONNECT, ACTION_DISCONNECT, ACTION_NEW, ACTION_EDIT, ACTION_DUPLICATE, ACTION_DELETE,
  ACTION_MEND, ACTION_REPAIR, ACTION_WORKSHOP, ACTION_USE, ACTION_LINEAGES, ACTION_BUNDLE,
  /* messages */
  ACTION_FOLLOW, ACTION_CLEAR, ACTION_PUBLISH, ACTION_SUBSCRIBE, ACTION_UNSUBSCRIBE,
  ACTION_VIEW_TEXT, ACTION_VIEW_HEX, ACTION_WRAP, ACTION_NEXT_MESSAGE, ACTION_PREVIOUS_MESSAGE,
  /* certificates */
  ACTION_VIEW_FIELDS, ACTION_VIEW_PEM, ACTION_SAVE_PEM, ACTION_VIEW_VALIDITY, ACTION_READ_AGAIN,
  /* forms */
  ACTION_NEXT_FIELD, ACTION_PREVIOUS_FIELD, ACTION_SAVE, ACTION_TOGGLE, ACTION_COMPLETE,
  ACTION_REVEAL, ACTION_SAVE_CONNECT, ACTION_TEST,
  ACTION_COUNT,
} Action;

typedef enum {
  CONTEXT_GENERAL, CONTEXT_CONNECTIONS, CONTEXT_CERTIFICATES, CONTEXT_MESSAGES, CONTEXT_TIMELINE,
  CONTEXT_SUBSCRIPTIONS, CONTEXT_MESSAGE_VIEW, CONTEXT_CERTIFICATE_VIEW, CONTEXT_HELP,
  CONTEXT_FINDING,  /* one finding, or the report of a test */
  CONTEXT_REPAIR,   /* whether a repaired copy is to be written */
  CONTEXT_MADE,     /* what the workshop has made */
  CONTEXT_LINEAGES, /* certbot's lineages, and one of them */
  CONTEXT_BUNDLE,   /* what a broker was given */
  CONTEXT_FORM,     /* text fields swallow letters: only control keys and named keys act */
  CONTEXT_QUESTION, /* yes or no */
  CONTEXT_COUNT,
} Context;

typedef enum {
  ACTION_DANGEROUS = 1 << 0,        /* asks first */
  ACTION_NEEDS_CONNECTION = 1 << 1, /* needs one selected */
  ACTION_NEEDS_ONLINE = 1 << 2,
} ActionFlags;

typedef struct {
  Action action;
  const char *name;   /* "subscribe": stable, for remapping */
  const char *hint;   /* one or two words for the hint bar: "subscribe" */
  const char *help;   /* a line for the help screen */
  const char *group;  /* "Messages" */
  guint flags;        /* ActionFlags */
} ActionInfo;

const ActionInfo *action_info(Action action);

/* The action of a key in a context, falling back to the general one (CONTEXT_FORM falls back only
 * for control and named keys); ACTION_NONE when the key means nothing. */
Action keymap_lookup(Context context, const Key *key);

/* (transfer full): the keys of an action in a context as text ("j, Down"), NULL when it has none. */
char *keymap_keys(Context context, Action action);

/* Actions whose hints belong on the bottom line in this context, most important first, ended by
 * ACTION_NONE. Help and quit are always shown by the bar itself. */
const Action *keymap_hints(Context context);
