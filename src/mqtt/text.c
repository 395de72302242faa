#include "config.h"

#include "mqtt/text.h"

#include <string.h>

#include "mqtt/packet.h"

#define EVERY_BYTE(value) (G_GUINT64_CONSTANT(0x0101010101010101) * (value))

/* Not zero when one of the eight bytes is zero. */
static inline guint64
has_zero_byte(guint64 word)
{
  return (word - EVERY_BYTE(0x01)) & ~word & EVERY_BYTE(0x80);
}

/* Eight bytes of ASCII without NUL, and without wildcards when those matter. '#' (0x23) and '+'
 * (0x2b) differ in one bit, so clearing it finds both at once. */
static inline gboolean
is_plain_word(const guint8 *bytes, gboolean topic)
{
  guint64 word;

  memcpy(&word, bytes, sizeof word);
  if (((word & EVERY_BYTE(0x80)) | has_zero_byte(word)) != 0)
    return FALSE;
  return !topic || has_zero_byte((word & EVERY_BYTE(0xf7)) ^ EVERY_BYTE('#')) == 0;
}

static inline gboolean
is_within(guint8 byte, guint8 first, guint8 last)
{
  return byte >= first && byte <= last;
}

/* Bytes of the character that begins at `text` with a byte >= 0x80, 0 when it is ill-formed:
 * the table of well-formed sequences of The Unicode Standard, 3.9 (= RFC 3629, 4). */
static guint
sequence_length(const guint8 *text, gsize left)
{
  guint8 lead = text[0];
  guint length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  guint8 first = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80; /* below: overlong */
  guint8 last = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;  /* above: surrogate, too large */

  if (!is_within(lead, 0xc2, 0xf4) || left < length || !is_within(text[1], first, last))
    return 0;
  for (guint i = 2; i < length; i++) {
    if (!is_within(text[i], 0x80, 0xbf))
      return 0;
  }
  return length;
}

/* Character by character, from `i` on. */
static MqttTextFlaw
check_slowly(const guint8 *text, gsize length, gboolean topic, gsize i, gsize *at)
{
  guint step;

  for (; i < length; i += step) {
    step = 1;
    *at = i;
    if (text[i] == 0)
      return MQTT_TEXT_NULL;
    if (topic && (text[i] & 0xf7) == '#')
      return MQTT_TEXT_WILDCARD;
    if (text[i] >= 0x80 && (step = sequence_length(text + i, length - i)) == 0)
      return MQTT_TEXT_ILL_FORMED;
  }
  return MQTT_TEXT_GOOD;
}

static inline MqttTextFlaw
check(const guint8 *text, gsize length, gboolean topic, gsize *at)
{
  gsize i = 0;

  while (length - i >= 8 && is_plain_word(text + i, topic))
    i += 8;
  /* The last word may overlap the one before it. */
  if (i > 0 && length - i < 8 && is_plain_word(text + length - 8, topic))
    return MQTT_TEXT_GOOD;
  return check_slowly(text, length, topic, i, at);
}

MqttTextFlaw
mqtt_text_check(const guint8 *text, gsize length, gsize *at)
{
  return check(text, length, FALSE, at);
}

MqttTextFlaw
mqtt_text_check_topic(const guint8 *topic, gsize length, gsize *at)
{
  return check(topic, length, TRUE, at);
}

gboolean
mqtt_text_is_shared(const guint8 *filter, gsize length)
{
  return length >= 7 && memcmp(filter, "$share/", 7) == 0;
}

/* MQTT 5, 4.8.2: $share/{ShareName}/{filter}. `*from` receives where the filter begins. */
static MqttFilterFlaw
check_share(const guint8 *filter, gsize length, gsize *from, gsize *at)
{
  gsize i = 7;

  while (i < length && filter[i] != '/' && filter[i] != '+' && filter[i] != '#')
    i++;
  *at = i;
  if (i == 7 || (i < length && filter[i] != '/'))
    return MQTT_FILTER_SHARE_NAME;
  if (i + 1 >= length)
    return MQTT_FILTER_SHARE_FILTER;
  *from = i + 1;
  return MQTT_FILTER_GOOD;
}

MqttFilterFlaw
mqtt_text_check_filter(const guint8 *filter, gsize length, gboolean shared, gsize *at)
{
  MqttFilterFlaw flaw = MQTT_FILTER_GOOD;
  gsize from = 0;

  *at = 0;
  if (length == 0)
    return MQTT_FILTER_EMPTY;
  if (shared && mqtt_text_is_shared(filter, length))
    flaw = check_share(filter, length, &from, at);
  for (gsize i = from; i < length && flaw == MQTT_FILTER_GOOD; i++) {
    gboolean begins = i == from || filter[i - 1] == '/';

    *at = i;
    if (filter[i] == '#' && (!begins || i + 1 < length)) /* MQTT 5, 4.7.1-1 */
      flaw = MQTT_FILTER_MULTI_LEVEL;
    if (filter[i] == '+' && (!begins || (i + 1 < length && filter[i + 1] != '/'))) /* 4.7.1-2 */
      flaw = MQTT_FILTER_SINGLE_LEVEL;
  }
  return flaw;
}

gboolean
mqtt_filter_is_valid(const char *filter, gsize length)
{
  const guint8 *bytes = (const guint8 *)filter;
  gsize at;

  return length <= G_MAXUINT16 && mqtt_text_check(bytes, length, &at) == MQTT_TEXT_GOOD &&
         mqtt_text_check_filter(bytes, length, TRUE, &at) == MQTT_FILTER_GOOD;
}

gboolean
mqtt_topic_is_valid(const char *topic, gsize length)
{
  gsize at;

  return length > 0 && length <= G_MAXUINT16 &&
         mqtt_text_check_topic((const guint8 *)topic, length, &at) == MQTT_TEXT_GOOD;
}
