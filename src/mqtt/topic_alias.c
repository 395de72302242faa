#include "config.h"

#include "mqtt/topic_alias.h"

#include <string.h>

static void
free_name(gpointer element)
{
  MqttBytes *name = element;

  g_free((gpointer)name->data);
}

void
topic_aliases_clear(TopicAliases *aliases)
{
  g_clear_pointer(&aliases->names, g_array_unref);
  aliases->bytes = 0;
}

/* The table grows with the highest alias in use, not with the announced maximum. */
static MqttBytes *
reach(TopicAliases *aliases, guint16 alias)
{
  if (aliases->names == NULL) {
    aliases->names = g_array_new(FALSE, TRUE, sizeof(MqttBytes));
    g_array_set_clear_func(aliases->names, free_name);
  }
  if (aliases->names->len < alias)
    g_array_set_size(aliases->names, alias);
  return &g_array_index(aliases->names, MqttBytes, alias - 1);
}

gboolean
topic_aliases_set(TopicAliases *aliases, guint16 alias, MqttBytes name)
{
  MqttBytes *place = reach(aliases, alias);
  guint8 *copy;

  if (place->length == name.length && memcmp(place->data, name.data, name.length) == 0)
    return TRUE; /* a broker may repeat the name with every message */
  if (aliases->bytes - place->length + name.length > TOPIC_ALIAS_BYTES_MAX)
    return FALSE;
  copy = g_malloc(name.length);
  memcpy(copy, name.data, name.length);
  aliases->bytes += name.length;
  aliases->bytes -= place->length;
  g_free((gpointer)place->data);
  *place = (MqttBytes){copy, name.length};
  return TRUE;
}

MqttBytes
topic_aliases_get(const TopicAliases *aliases, guint16 alias)
{
  if (aliases->names == NULL || aliases->names->len < alias)
    return (MqttBytes){NULL, 0};
  return g_array_index(aliases->names, MqttBytes, alias - 1);
}
