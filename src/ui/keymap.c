#include "config.h"

#include "ui/keymap.h"

#include <string.h>

typedef struct {
  const char *key;
  Action action;
} Binding;

/* clang-format off */
/* The first key of an action is the one that the hint bar shows. hjkl stay for moving. */
static const Binding general[] = {
    {"q", ACTION_QUIT}, {"Q", ACTION_QUIT_NOW}, {"C-c", ACTION_QUIT_NOW},
    {"?", ACTION_HELP}, {"F1", ACTION_HELP},
    {"Esc", ACTION_BACK}, {"C-g", ACTION_BACK}, {"Backspace", ACTION_BACK},
    {"Tab", ACTION_NEXT_PANE}, {"S-Tab", ACTION_PREVIOUS_PANE},
    {"1", ACTION_PANE_CONNECTIONS}, {"2", ACTION_PANE_CERTIFICATES},
    {"3", ACTION_PANE_MESSAGES}, {"4", ACTION_PANE_TIMELINE},
    {"z", ACTION_ZOOM}, {"C-l", ACTION_REDRAW}, {"C-z", ACTION_SUSPEND},
    {"Up", ACTION_UP}, {"k", ACTION_UP}, {"Down", ACTION_DOWN}, {"j", ACTION_DOWN},
    {"Left", ACTION_LEFT}, {"h", ACTION_LEFT}, {"Right", ACTION_RIGHT}, {"l", ACTION_RIGHT},
    {"PgUp", ACTION_PAGE_UP}, {"C-b", ACTION_PAGE_UP},
    {"PgDn", ACTION_PAGE_DOWN}, {"C-f", ACTION_PAGE_DOWN},
    {"C-u", ACTION_HALF_PAGE_UP}, {"C-d", ACTION_HALF_PAGE_DOWN},
    {"Home", ACTION_FIRST}, {"g", ACTION_FIRST}, {"End", ACTION_LAST}, {"G", ACTION_LAST},
    {"Enter", ACTION_OPEN},
    /* The same wherever a connection is in sight. */
    {"c", ACTION_CONNECT}, {"d", ACTION_DISCONNECT}, {"n", ACTION_NEW}, {"e", ACTION_EDIT},
    {"s", ACTION_SUBSCRIBE}, {"p", ACTION_PUBLISH}, {"u", ACTION_UNSUBSCRIBE},
    {"m", ACTION_MEND}, {"R", ACTION_REPAIR},
    {"i", ACTION_WORKSHOP},
    {"L", ACTION_LINEAGES},
    {"b", ACTION_BUNDLE},
    {NULL, ACTION_NONE},
};
static const Binding connections[] = {
    {"D", ACTION_DUPLICATE}, {"x", ACTION_DELETE}, {"Del", ACTION_DELETE}, {NULL, ACTION_NONE},
};
static const Binding certificates[] = {
    {"f", ACTION_VIEW_FIELDS}, {"v", ACTION_VIEW_PEM}, {"w", ACTION_SAVE_PEM},
    {"t", ACTION_VIEW_VALIDITY}, {NULL, ACTION_NONE},
};
static const Binding messages[] = {
    {"f", ACTION_FOLLOW}, {"C", ACTION_CLEAR}, {NULL, ACTION_NONE},
};
static const Binding timeline[] = {
    {"f", ACTION_FOLLOW}, {NULL, ACTION_NONE},
};
static const Binding subscriptions[] = {
    {"Del", ACTION_UNSUBSCRIBE}, {"x", ACTION_UNSUBSCRIBE}, {NULL, ACTION_NONE},
};
static const Binding message_view[] = {
    {"t", ACTION_VIEW_TEXT}, {"x", ACTION_VIEW_HEX}, {"w", ACTION_WRAP},
    {"J", ACTION_NEXT_MESSAGE}, {"K", ACTION_PREVIOUS_MESSAGE}, {NULL, ACTION_NONE},
};
static const Binding certificate_view[] = {
    {"f", ACTION_VIEW_FIELDS}, {"v", ACTION_VIEW_PEM}, {"w", ACTION_SAVE_PEM}, {NULL, ACTION_NONE},
};
static const Binding finding[] = {
    {NULL, ACTION_NONE},
};
/* A key that is pressed twice by mistake must not be the answer. */
static const Binding repair[] = {
    {"y", ACTION_REPAIR}, {"Y", ACTION_REPAIR}, {"n", ACTION_BACK}, {"N", ACTION_BACK},
    {"R", ACTION_NONE}, {NULL, ACTION_NONE},
};
static const Binding made[] = {
    {"u", ACTION_USE}, {NULL, ACTION_NONE},
};
static const Binding lineages[] = {
    {"r", ACTION_READ_AGAIN}, {NULL, ACTION_NONE},
};
static const Binding bundle[] = {
    {NULL, ACTION_NONE},
};
static const Binding help[] = {
    {NULL, ACTION_NONE},
};
/* Those bound to nothing belong to the field's line editor. */
static const Binding form[] = {
    {"C-s", ACTION_SAVE}, {"F2", ACTION_SAVE},
    {"Tab", ACTION_NEXT_FIELD}, {"S-Tab", ACTION_PREVIOUS_FIELD},
    {"C-t", ACTION_TOGGLE}, {"C-n", ACTION_COMPLETE}, {"C-r", ACTION_REVEAL},
    {"C-o", ACTION_SAVE_CONNECT}, {"C-y", ACTION_TEST}, {"F5", ACTION_TEST},
    {"Left", ACTION_NONE}, {"Right", ACTION_NONE}, {"Home", ACTION_NONE}, {"End", ACTION_NONE},
    {"Backspace", ACTION_NONE}, {"Del", ACTION_NONE}, {"C-a", ACTION_NONE}, {"C-e", ACTION_NONE},
    {"C-b", ACTION_NONE}, {"C-f", ACTION_NONE}, {"C-d", ACTION_NONE}, {"C-h", ACTION_NONE},
    {"C-k", ACTION_NONE}, {"C-u", ACTION_NONE}, {"C-w", ACTION_NONE},
    {NULL, ACTION_NONE},
};
/* The line editor's own. */
static const char *const field_keys[][2] = {
    {"Left, Right, C-b, C-f", "a character back, forward"},
    {"Home, C-a; End, C-e", "to the beginning, to the end"},
    {"Backspace, C-h; Del, C-d", "delete the character before, under the cursor"},
    {"C-w", "delete the word before the cursor"},
    {"C-u, C-k", "delete to the beginning, to the end"},
};
/* Enter is no yes: a question must not be answered by a key that was meant for something else. */
static const Binding question[] = {
    {"y", ACTION_OPEN}, {"Y", ACTION_OPEN}, {"n", ACTION_BACK}, {"N", ACTION_BACK},
    {"q", ACTION_BACK}, {NULL, ACTION_NONE},
};

static const struct {
  const char *title;
  const Binding *bindings;
  Action hints[16]; /* ended by ACTION_NONE */
} contexts[CONTEXT_COUNT] = {
    [CONTEXT_GENERAL] = {"Everywhere", general, {ACTION_NEXT_PANE, ACTION_OPEN}},
    [CONTEXT_CONNECTIONS] = {"Connections", connections,
                             {ACTION_NEXT_PANE, ACTION_CONNECT, ACTION_DISCONNECT, ACTION_MEND,
                              ACTION_REPAIR, ACTION_EDIT, ACTION_NEW, ACTION_SUBSCRIBE, ACTION_PUBLISH, ACTION_DUPLICATE,
                              ACTION_DELETE, ACTION_WORKSHOP, ACTION_LINEAGES, ACTION_BUNDLE}},
    [CONTEXT_CERTIFICATES] = {"Certificates", certificates,
                              {ACTION_NEXT_PANE, ACTION_NEW, ACTION_OPEN, ACTION_MEND, ACTION_REPAIR,
                               ACTION_CONNECT, ACTION_EDIT, ACTION_VIEW_PEM, ACTION_SAVE_PEM, ACTION_VIEW_VALIDITY,
                               ACTION_WORKSHOP, ACTION_LINEAGES, ACTION_BUNDLE}},
    [CONTEXT_MESSAGES] = {"Messages", messages,
                          {ACTION_NEXT_PANE, ACTION_NEW, ACTION_OPEN, ACTION_MEND, ACTION_REPAIR,
                           ACTION_SUBSCRIBE, ACTION_PUBLISH, ACTION_FOLLOW, ACTION_UNSUBSCRIBE, ACTION_CLEAR}},
    [CONTEXT_TIMELINE] = {"Timeline", timeline,
                          {ACTION_NEXT_PANE, ACTION_NEW, ACTION_OPEN, ACTION_MEND, ACTION_REPAIR, ACTION_FOLLOW,
                           ACTION_CONNECT, ACTION_EDIT}},
    [CONTEXT_SUBSCRIPTIONS] = {"Subscriptions", subscriptions,
                               {ACTION_UNSUBSCRIBE, ACTION_SUBSCRIBE}},
    [CONTEXT_MESSAGE_VIEW] = {"Message", message_view,
                              {ACTION_NEXT_MESSAGE, ACTION_PREVIOUS_MESSAGE, ACTION_VIEW_TEXT,
                               ACTION_VIEW_HEX, ACTION_WRAP, ACTION_PAGE_DOWN}},
    [CONTEXT_CERTIFICATE_VIEW] = {"Certificate", certificate_view,
                                  {ACTION_VIEW_FIELDS, ACTION_VIEW_PEM, ACTION_SAVE_PEM,
                                   ACTION_PAGE_DOWN}},
    [CONTEXT_FINDING] = {"Finding", finding,
                         {ACTION_OPEN, ACTION_MEND, ACTION_REPAIR, ACTION_PAGE_DOWN, ACTION_PAGE_UP}},
    [CONTEXT_REPAIR] = {"Repair", repair, {ACTION_REPAIR}},
    [CONTEXT_MADE] = {"Made", made,
                      {ACTION_USE, ACTION_NEW, ACTION_WORKSHOP, ACTION_BUNDLE, ACTION_OPEN,
                       ACTION_PAGE_DOWN, ACTION_PAGE_UP}},
    [CONTEXT_LINEAGES] = {"Lineages", lineages,
                          {ACTION_OPEN, ACTION_READ_AGAIN, ACTION_BUNDLE, ACTION_PAGE_DOWN,
                           ACTION_PAGE_UP}},
    [CONTEXT_BUNDLE] = {"Broker's files", bundle,
                        {ACTION_OPEN, ACTION_BACK, ACTION_NEW, ACTION_BUNDLE,
                         ACTION_PAGE_DOWN, ACTION_PAGE_UP}},
    [CONTEXT_HELP] = {"Text", help, {ACTION_PAGE_DOWN, ACTION_PAGE_UP, ACTION_FIRST, ACTION_LAST}},
    [CONTEXT_FORM] = {"Form", form,
                      {ACTION_SAVE, ACTION_OPEN, ACTION_NEXT_FIELD, ACTION_DOWN, ACTION_TOGGLE,
                       ACTION_REVEAL, ACTION_SAVE_CONNECT, ACTION_TEST, ACTION_PREVIOUS_FIELD}},
    [CONTEXT_QUESTION] = {"Question", question, {ACTION_NONE}},
};
/* clang-format on */

static gboolean
binding_is(const Binding *binding, const Key *key)
{
  Key bound;
  return key_parse(binding->key, &bound) && key_equal(&bound, key);
}

static const Binding *
find_key(Context context, const Key *key)
{
  const Binding *binding = contexts[context].bindings;
  while (binding->key && !binding_is(binding, key))
    binding++;
  return binding->key ? binding : NULL;
}

/* In a field letters are text; while a question stands only keys that cannot answer it count. */
static gboolean
falls_back(Context context, const Key *key)
{
  if (context == CONTEXT_FORM)
    return key->code != KEY_TEXT;
  if (context == CONTEXT_QUESTION)
    return key->code == KEY_CONTROL || key->code == KEY_ESCAPE;
  return context != CONTEXT_GENERAL;
}

Action
keymap_lookup(Context context, const Key *key)
{
  const Binding *binding = find_key(context, key);
  if (!binding && falls_back(context, key))
    binding = find_key(CONTEXT_GENERAL, key);
  return binding ? binding->action : ACTION_NONE;
}

/* Keys of `table` that mean `action` in `context`, whether they stand in its own table or not. */
static void
collect_keys(Context context, const Binding *table, Action action, GPtrArray *keys)
{
  for (const Binding *binding = table; binding->key; binding++) {
    Key key;
    if (binding->action == action && key_parse(binding->key, &key) &&
        keymap_lookup(context, &key) == action)
      g_ptr_array_add(keys, (gpointer)binding->key);
  }
}

static GPtrArray *
keys_of(Context context, Action action)
{
  GPtrArray *keys = g_ptr_array_new();
  collect_keys(context, contexts[context].bindings, action, keys);
  if (context != CONTEXT_GENERAL)
    collect_keys(context, general, action, keys);
  return keys;
}

char *
keymap_keys(Context context, Action action)
{
  g_autoptr(GPtrArray) keys = keys_of(context, action);
  if (action == ACTION_NONE || keys->len == 0)
    return NULL;
  g_ptr_array_add(keys, NULL);
  return g_strjoinv(", ", (char **)keys->pdata);
}

char *
keymap_first_key(Context context, Action action)
{
  g_autoptr(GPtrArray) keys = keys_of(context, action);
  return action == ACTION_NONE || keys->len == 0 ? NULL : g_strdup(keys->pdata[0]);
}

char *
keymap_help(Context context, Action action)
{
  const ActionInfo *info = action_info(action);
  /* The repair view is what asks: its key is the answer. */
  gboolean asks = (info->flags & ACTION_DANGEROUS) && context != CONTEXT_REPAIR;
  return g_strconcat(info->help, asks ? " (asks first)" : "", NULL);
}

gboolean
keymap_has_own(Context context, Action action)
{
  const Binding *binding = contexts[context].bindings;
  while (binding->key && binding->action != action)
    binding++;
  return binding->key != NULL;
}

/* Views are after the tiles. */
static gboolean
is_of_view(Context context)
{
  return context > CONTEXT_TIMELINE;
}

gboolean
keymap_serves(Context context, Action action)
{
  if (!is_of_view(context) || keymap_has_own(context, action))
    return TRUE;
  const Action *hint = contexts[context].hints;
  while (*hint != ACTION_NONE && *hint != action)
    hint++;
  return *hint == action && action != ACTION_NONE;
}

const Action *
keymap_hints(Context context)
{
  return contexts[context].hints;
}

const char *
context_title(Context context)
{
  return contexts[context].title;
}

gboolean
keymap_entry(Context context, guint index, const char **key, Action *action)
{
  const Binding *binding = contexts[context].bindings;
  for (guint i = 0; i < index && binding->key; i++)
    binding++;
  *key = binding->key;
  *action = binding->action;
  return binding->key != NULL;
}

gboolean
keymap_field_entry(guint index, const char **keys, const char **meaning)
{
  if (index >= G_N_ELEMENTS(field_keys))
    return FALSE;
  *keys = field_keys[index][0];
  *meaning = field_keys[index][1];
  return TRUE;
}
