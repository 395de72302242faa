#include "config.h"

#include "core/message_log.h"

#include <string.h>
#include <unistd.h>

/* Of a log of MESSAGE_LOG_MIN_BYTES: what its index leaves for records, and half of that. */
#define MIN_RING (64 * 1024 - 384)
#define MIN_RECORD_MAX (MIN_RING / 2)
#define HEADER 24

/* --- Help ------------------------------------------------------------------------------------- */

static MessageLog *
new_log(gsize capacity)
{
  g_autoptr(GError) error = NULL;
  MessageLog *log = message_log_new(capacity, &error);
  g_assert_no_error(error);
  g_assert_nonnull(log);
  return log;
}

static MqttBytes
bytes_of(const void *data, gsize length)
{
  return (MqttBytes){length > 0 ? data : NULL, (guint32)length};
}

static void
append_sized(MessageLog *log, const char *topic, const void *payload, gsize length)
{
  MqttPublish publish = {.topic = bytes_of(topic, strlen(topic)),
                         .payload = bytes_of(payload, length)};
  message_log_begin(log);
  message_log_append(log, 0, MQTT_FROM_BROKER, &publish);
  message_log_end(log);
}

static void
append(MessageLog *log, const char *topic, const char *payload)
{
  append_sized(log, topic, payload, strlen(payload));
}

static MessageLogStatus
status_of(MessageLog *log)
{
  MessageLogStatus status;
  message_log_status(log, &status);
  return status;
}

static void
assert_bytes(MqttBytes bytes, const void *expected, gsize length)
{
  g_assert_cmpmem(bytes.data, bytes.length, expected, length);
}

static gboolean
exists(MessageLog *log, guint64 number)
{
  LoggedMessage message;
  message_log_lock(log);
  gboolean found = message_log_get(log, number, &message);
  message_log_unlock(log);
  return found;
}

static void
assert_message(MessageLog *log, guint64 number, const char *topic, const char *payload)
{
  LoggedMessage message;
  message_log_lock(log);
  g_assert_true(message_log_get(log, number, &message));
  g_assert_cmpuint(message.number, ==, number);
  assert_bytes(message.topic, topic, strlen(topic));
  assert_bytes(message.payload, payload, strlen(payload));
  message_log_unlock(log);
}

/* --- One message ------------------------------------------------------------------------------ */

static void
test_new(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  MessageLogStatus status = status_of(log);
  g_assert_cmpuint(status.first, ==, 0);
  g_assert_cmpuint(status.next, ==, 0);
  g_assert_cmpuint(status.bytes_used, ==, 0);
  g_assert_cmpuint(status.topics, ==, 0);
  g_assert_cmpuint(status.capacity, >=, MESSAGE_LOG_MIN_BYTES);
  g_assert_false(exists(log, 0));
  message_log_free(NULL);
}

static void
test_capacity(void)
{
  gsize page = (gsize)sysconf(_SC_PAGESIZE);
  g_autoptr(MessageLog) odd = new_log(MESSAGE_LOG_MIN_BYTES * 3 + 1);
  g_assert_cmpuint(status_of(odd).capacity % page, ==, 0);
  g_assert_cmpuint(status_of(odd).capacity, >, MESSAGE_LOG_MIN_BYTES * 3);
  g_autoptr(MessageLog) small = new_log(1);
  g_assert_cmpuint(status_of(small).capacity, >=, MESSAGE_LOG_MIN_BYTES);
  g_autoptr(GError) error = NULL;
  g_assert_null(message_log_new(G_MAXSIZE, &error));
  g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOMEM);
}

static void
test_fields(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  MqttPublish publish = {.dup = TRUE,
                         .qos = 2,
                         .packet_id = 65535,
                         .topic = bytes_of("a/b", 3),
                         .properties = bytes_of("\1\0", 2),
                         .payload = bytes_of("p\0q", 3)};
  message_log_begin(log);
  message_log_append(log, G_MAXINT64, MQTT_FROM_CLIENT, &publish);
  message_log_end(log);
  LoggedMessage m;
  message_log_lock(log);
  g_assert_true(message_log_get(log, 0, &m));
  g_assert_cmpint(m.time_ns, ==, G_MAXINT64);
  g_assert_cmpint(m.direction, ==, MQTT_FROM_CLIENT);
  g_assert_cmpuint(m.qos, ==, 2);
  g_assert_true(m.dup && !m.retain && !m.truncated);
  g_assert_cmpuint(m.packet_id, ==, 65535);
  g_assert_cmpuint(m.payload_length, ==, 3);
  assert_bytes(m.topic, "a/b", 3);
  assert_bytes(m.properties, "\1\0", 2);
  assert_bytes(m.payload, "p\0q", 3);
  g_assert_false(message_log_get(log, 1, &m));
  message_log_unlock(log);
}

static void
test_other_flags(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  MqttPublish publish = {.retain = TRUE, .qos = 1, .topic = bytes_of("t", 1)};
  message_log_begin(log);
  message_log_append(log, -5, MQTT_FROM_BROKER, &publish);
  message_log_end(log);
  LoggedMessage m;
  message_log_lock(log);
  g_assert_true(message_log_get(log, 0, &m));
  g_assert_cmpint(m.time_ns, ==, -5);
  g_assert_cmpint(m.direction, ==, MQTT_FROM_BROKER);
  g_assert_cmpuint(m.qos, ==, 1);
  g_assert_true(m.retain && !m.dup && !m.truncated);
  g_assert_cmpuint(m.packet_id, ==, 0);
  g_assert_null(m.payload.data); /* an empty payload clears a retained message */
  g_assert_cmpuint(m.payload.length, ==, 0);
  g_assert_null(m.properties.data);
  message_log_unlock(log);
}

static void
test_counts(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  MqttPublish publish = {.topic = bytes_of("t", 1), .payload = bytes_of("12345", 5)};
  message_log_begin(log);
  for (int i = 0; i < 3; i++)
    message_log_append(log, i, MQTT_FROM_BROKER, &publish);
  message_log_append(log, 3, MQTT_FROM_CLIENT, &publish);
  message_log_end(log);
  MessageLogStatus status = status_of(log);
  g_assert_cmpuint(status.next, ==, 4);
  g_assert_cmpuint(status.count[MQTT_FROM_BROKER], ==, 3);
  g_assert_cmpuint(status.count[MQTT_FROM_CLIENT], ==, 1);
  g_assert_cmpuint(status.payload_bytes[MQTT_FROM_BROKER], ==, 15);
  g_assert_cmpuint(status.payload_bytes[MQTT_FROM_CLIENT], ==, 5);
  g_assert_cmpuint(status.topics, ==, 1);
}

/* --- Room ------------------------------------------------------------------------------------- */

/* Numbers stay with their messages, and drops are counted, over many rounds of the ring. */
static void
test_wrap(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  guint64 dropped = 0;
  for (guint i = 0; i < 10000; i++) {
    g_autofree char *payload = g_strdup_printf("%u:%0*d", i, 1 + (int)(i % 97), 0);
    append(log, "t", payload);
    MessageLogStatus status = status_of(log);
    g_assert_cmpuint(status.next, ==, i + 1);
    g_assert_cmpuint(status.first, ==, status.dropped);
    g_assert_cmpuint(status.dropped, >=, dropped);
    g_assert_cmpuint(status.bytes_used, <=, status.capacity);
    dropped = status.dropped;
    assert_message(log, i, "t", payload);
  }
  g_assert_cmpuint(dropped, >, 8000);
  g_assert_false(exists(log, dropped - 1));
  g_assert_false(exists(log, 10000));
  for (guint64 i = dropped; i < 10000; i++) {
    g_autofree char *payload = g_strdup_printf("%u:%0*d", (guint)i, 1 + (int)(i % 97), 0);
    assert_message(log, i, "t", payload);
  }
}

/* Records that fill the ring to its last byte: exactly as many as fit are kept. */
static void
test_exact_fill(void)
{
  static const guint8 payload[MIN_RING / 8 - HEADER];
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  if (status_of(log).capacity != MESSAGE_LOG_MIN_BYTES) {
    g_test_skip("pages are larger than 64 KiB");
    return;
  }
  for (guint i = 1; i <= 30; i++) {
    append_sized(log, "t", payload, sizeof payload);
    MessageLogStatus status = status_of(log);
    g_assert_cmpuint(status.next - status.first, ==, MIN(i, 8));
  }
}

/* The longest possible way to room: the old round is used up and the new one not long enough. */
static void
test_wrap_twice(void)
{
  static guint8 payload[MIN_RECORD_MAX];
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  for (guint i = 0; i < 50; i++) {
    memset(payload, (int)i, sizeof payload);
    gsize length = i % 3 == 0 ? MIN_RECORD_MAX - HEADER : i % 3 == 1 ? 3000 : MIN_RECORD_MAX - 999;
    append_sized(log, "t", payload, length);
    LoggedMessage message;
    message_log_lock(log);
    g_assert_true(message_log_get(log, i, &message));
    assert_bytes(message.payload, payload, length);
    message_log_unlock(log);
  }
}

static void
assert_kept(gsize properties, gsize payload, gboolean truncated, gsize kept_properties,
            gsize kept_payload)
{
  g_autofree guint8 *bytes = g_malloc(properties + payload);
  for (gsize i = 0; i < properties + payload; i++)
    bytes[i] = (guint8)(i * 7);
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  append(log, "before", "x");
  MqttPublish publish = {.topic = bytes_of("giant", 5),
                         .properties = bytes_of(bytes, properties),
                         .payload = bytes_of(bytes + properties, payload)};
  message_log_begin(log);
  message_log_append(log, 1, MQTT_FROM_BROKER, &publish);
  message_log_end(log);
  append(log, "after", "y");
  LoggedMessage m;
  message_log_lock(log);
  g_assert_true(message_log_get(log, 1, &m));
  g_assert_cmpint(m.truncated, ==, truncated);
  g_assert_cmpuint(m.payload_length, ==, payload);
  assert_bytes(m.properties, bytes, kept_properties);
  assert_bytes(m.payload, bytes + properties, kept_payload);
  message_log_unlock(log);
  assert_message(log, 2, "after", "y");
  g_assert_cmpuint(status_of(log).payload_bytes[MQTT_FROM_BROKER], ==, payload + 2);
}

static void
test_truncation(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  if (status_of(log).capacity != MESSAGE_LOG_MIN_BYTES) {
    g_test_skip("pages are larger than 64 KiB");
    return;
  }
  const gsize most = MIN_RECORD_MAX - HEADER, most_cut = most - 4;
  assert_kept(0, most, FALSE, 0, most);
  assert_kept(0, most + 1, TRUE, 0, most_cut);
  assert_kept(0, 1000000, TRUE, 0, most_cut);
  assert_kept(100, 1000000, TRUE, 100, most_cut - 100);
  assert_kept(most_cut, 10, TRUE, most_cut, 0);
  assert_kept(most_cut + 1, 10, TRUE, 0, 10); /* half a property block cannot be read */
  assert_kept(100000, 100000, TRUE, 0, most_cut);
}

static void
test_overhead(void)
{
  static const guint8 zeros[64];
  for (gsize length = 0; length < sizeof zeros; length++) {
    g_autoptr(MessageLog) log = new_log(1024 * 1024);
    for (int i = 0; i < 6400; i++)
      append_sized(log, "a/topic/that/is/kept/once", zeros, length);
    MessageLogStatus status = status_of(log);
    g_assert_cmpuint(status.next - status.first, ==, 6400);
    g_assert_cmpuint(status.bytes_used, <=, 6400 * (length + 32));
    g_assert_cmpuint(status.bytes_used, >=, 6400 * (length + HEADER));
  }
}

static gsize
resident_bytes(void)
{
  g_autofree char *text = NULL;
  unsigned long pages = 0;
  if (g_file_get_contents("/proc/self/statm", &text, NULL, NULL)) {
    char *resident = strchr(text, ' ');
    pages = resident != NULL ? strtoul(resident, NULL, 10) : 0;
  }
  return pages * (gsize)sysconf(_SC_PAGESIZE);
}

static void
test_reserves_only(void)
{
  const gsize capacity = (gsize)1 << 30;
  gsize before = resident_bytes();
  if (before == 0) {
    g_test_skip("no /proc/self/statm");
    return;
  }
  g_autoptr(MessageLog) log = new_log(capacity);
  append(log, "t", "x");
  g_assert_cmpuint(resident_bytes(), <, before + capacity / 16);
}

/* --- Topics ----------------------------------------------------------------------------------- */

static void
test_topics_forgotten(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  append(log, "early/1", "x");
  append(log, "early/2", "x");
  append(log, "early/1", "x");
  g_assert_cmpuint(status_of(log).topics, ==, 2);
  while (status_of(log).first < 2)
    append(log, "late", "some payload that needs room");
  g_assert_cmpuint(status_of(log).topics, ==, 2); /* early/1 has one message left */
  assert_message(log, 2, "early/1", "x");
  append(log, "late", "some payload that needs room");
  g_assert_cmpuint(status_of(log).topics, ==, 1);
}

/* Topics that never come twice take a quarter of the capacity, not all the memory there is. */
static void
test_topics_bounded(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  for (guint i = 0; i < 5000; i++) {
    char topic[101];
    g_snprintf(topic, sizeof topic, "%0100u", i);
    append(log, topic, "x");
    MessageLogStatus status = status_of(log);
    g_assert_cmpuint(status.topics, ==, status.next - status.first);
    g_assert_cmpuint(status.topics * sizeof topic, <=, status.capacity / 4);
    assert_message(log, i, topic, "x");
  }
  g_assert_cmpuint(status_of(log).topics, >, 50);
  g_assert_cmpuint(status_of(log).dropped, ==, status_of(log).first);
}

static void
test_topic_larger_than_bound(void)
{
  g_autofree char *topic = g_strnfill(65535, 't');
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  append(log, "a", "x");
  append(log, topic, "y");
  assert_message(log, 1, topic, "y");
  g_assert_cmpuint(status_of(log).topics, ==, 1);
  append(log, "b", "z");
  assert_message(log, 2, "b", "z");
  g_assert_cmpuint(status_of(log).topics, ==, 1);
  g_assert_cmpuint(status_of(log).dropped, ==, 2);
}

static void
test_topic_ids(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  append(log, "a", "1");
  append(log, "b", "2");
  append(log, "a", "3");
  LoggedMessage m[3];
  message_log_lock(log);
  for (guint i = 0; i < 3; i++)
    g_assert_true(message_log_get(log, i, &m[i]));
  message_log_unlock(log);
  g_assert_cmpuint(m[0].topic_id, ==, m[2].topic_id);
  g_assert_cmpuint(m[0].topic_id, !=, m[1].topic_id);
}

static void
test_clear(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  for (int i = 0; i < 100; i++)
    append(log, i % 2 == 0 ? "even" : "odd", "x");
  assert_message(log, 99, "odd", "x");
  message_log_clear(log);
  MessageLogStatus status = status_of(log);
  g_assert_cmpuint(status.first, ==, 100);
  g_assert_cmpuint(status.next, ==, 100);
  g_assert_cmpuint(status.dropped, ==, 0);
  g_assert_cmpuint(status.bytes_used, ==, 0);
  g_assert_cmpuint(status.topics, ==, 0);
  g_assert_cmpuint(status.count[MQTT_FROM_BROKER], ==, 100);
  g_assert_false(exists(log, 99));
  append(log, "new", "y");
  assert_message(log, 100, "new", "y");
  g_assert_cmpuint(status_of(log).first, ==, 100);
}

/* --- Against a plain model -------------------------------------------------------------------- */

typedef struct {
  gint64 time_ns;
  char *topic;
  GBytes *properties, *payload;
  guint8 qos;
  gboolean retain;
} Expected;

typedef struct {
  MessageLog *log;
  GRand *random;
  GQueue kept;   /* of Expected, oldest first */
  guint64 first; /* number of its head */
  guint64 cleared;
  guint32 noise[3000];
} Model;

static void
expected_free(Expected *expected)
{
  g_free(expected->topic);
  g_bytes_unref(expected->properties);
  g_bytes_unref(expected->payload);
  g_free(expected);
}

static MqttBytes
mqtt_bytes(GBytes *bytes)
{
  gsize length;
  const void *data = g_bytes_get_data(bytes, &length);
  return bytes_of(data, length);
}

/* Mostly short, now and then long, at any place of the noise. */
static GBytes *
some_bytes(Model *model)
{
  gsize most = g_rand_int_range(model->random, 0, 50) == 0 ? sizeof model->noise : 60;
  gsize length = (gsize)g_rand_int_range(model->random, 0, (gint32)most);
  gsize from = (gsize)g_rand_int_range(model->random, 0, (gint32)(sizeof model->noise - length));
  return g_bytes_new((const guint8 *)model->noise + from, length);
}

static void
model_append(Model *model)
{
  Expected *expected = g_new(Expected, 1);
  *expected = (Expected){
      .time_ns = (gint64)g_rand_int(model->random),
      .topic = g_strdup_printf("t/%d", g_rand_int_range(model->random, 0, 40)),
      .properties = g_rand_boolean(model->random) ? some_bytes(model) : g_bytes_new(NULL, 0),
      .payload = some_bytes(model),
      .qos = (guint8)g_rand_int_range(model->random, 0, 3),
      .retain = g_rand_boolean(model->random),
  };
  MqttPublish publish = {.qos = expected->qos,
                         .retain = expected->retain,
                         .topic = bytes_of(expected->topic, strlen(expected->topic)),
                         .properties = mqtt_bytes(expected->properties),
                         .payload = mqtt_bytes(expected->payload)};
  message_log_append(model->log, expected->time_ns, MQTT_FROM_BROKER, &publish);
  g_queue_push_tail(&model->kept, expected);
}

/* The log decides how much it drops; the model follows, and sees that it is not too much. */
static void
model_follow(Model *model)
{
  MessageLogStatus status = status_of(model->log);
  gboolean dropped = model->first < status.first;
  for (; model->first < status.first; model->first++)
    expected_free(g_queue_pop_head(&model->kept));
  g_assert_cmpuint(status.next - status.first, ==, g_queue_get_length(&model->kept));
  g_assert_cmpuint(status.dropped, ==, status.first - model->cleared);
  if (dropped) /* no more than one record dropped too many, one lost at the end of the ring */
    g_assert_cmpuint(status.bytes_used, >, status.capacity / 4);
}

static void
assert_same(Model *model, guint64 number)
{
  LoggedMessage m;
  const Expected *expected = g_queue_peek_nth(&model->kept, (guint)(number - model->first));
  g_assert_true(message_log_get(model->log, number, &m));
  g_assert_cmpuint(m.number, ==, number);
  g_assert_cmpint(m.time_ns, ==, expected->time_ns);
  g_assert_cmpuint(m.qos, ==, expected->qos);
  g_assert_cmpint(m.retain, ==, expected->retain);
  g_assert_false(m.truncated);
  assert_bytes(m.topic, expected->topic, strlen(expected->topic));
  MqttBytes properties = mqtt_bytes(expected->properties), payload = mqtt_bytes(expected->payload);
  assert_bytes(m.properties, properties.data, properties.length);
  assert_bytes(m.payload, payload.data, payload.length);
}

/* All of them, forward or backward, or a few here and there. */
static void
model_compare(Model *model)
{
  guint length = g_queue_get_length(&model->kept);
  int way = g_rand_int_range(model->random, 0, 20);
  message_log_lock(model->log);
  for (guint i = 0; i < length && way <= 1; i++)
    assert_same(model, model->first + (way == 0 ? i : length - 1 - i));
  for (guint i = 0; i < 10 && length > 0; i++)
    assert_same(model, model->first + (guint)g_rand_int_range(model->random, 0, (gint32)length));
  message_log_unlock(model->log);
}

static void
model_clear(Model *model)
{
  model->cleared += g_queue_get_length(&model->kept);
  model->first += g_queue_get_length(&model->kept);
  g_queue_clear_full(&model->kept, (GDestroyNotify)expected_free);
  message_log_clear(model->log);
}

static void
model_step(Model *model)
{
  if (g_rand_int_range(model->random, 0, 1000) == 0)
    model_clear(model);
  message_log_begin(model->log);
  for (int i = g_rand_int_range(model->random, 0, 50); i > 0; i--)
    model_append(model);
  message_log_end(model->log);
  model_follow(model);
  model_compare(model);
}

static void
test_model(void)
{
  g_autofree Model *model = g_new0(Model, 1);
  model->log = new_log(MESSAGE_LOG_MIN_BYTES * 2);
  model->random = g_rand_new_with_seed(3);
  g_queue_init(&model->kept);
  for (gsize i = 0; i < G_N_ELEMENTS(model->noise); i++)
    model->noise[i] = g_rand_int(model->random);
  for (int i = 0; i < 4000; i++)
    model_step(model);
  g_assert_cmpuint(status_of(model->log).dropped, >, 10000);
  g_assert_cmpuint(model->cleared, >, 0);
  g_queue_clear_full(&model->kept, (GDestroyNotify)expected_free);
  g_rand_free(model->random);
  message_log_free(model->log);
}

/* --- Threads ---------------------------------------------------------------------------------- */

typedef struct {
  MessageLog *log;
  guint batch;
  guint64 messages; /* to write at least; 0: no end but `stop` */
  gint stop;        /* atomic */
} Writer;

static void
append_number(MessageLog *log, guint64 number)
{
  static const char topics[] = "abcdefghijklmnopqrstuvwxyz";
  guint64 payload[4] = {number, ~number, number, ~number};
  MqttPublish publish = {.topic = bytes_of(topics + number % 20, 1 + number % 5),
                         .payload = bytes_of(payload, 8 + number % 25)};
  message_log_append(log, (gint64)number, MQTT_FROM_BROKER, &publish);
}

static gpointer
write_batches(gpointer data)
{
  Writer *writer = data;
  for (guint64 number = 0; g_atomic_int_get(&writer->stop) == 0 || number < writer->messages;) {
    message_log_begin(writer->log);
    for (guint i = 0; i < writer->batch; i++)
      append_number(writer->log, number++);
    message_log_end(writer->log);
  }
  return NULL;
}

static void
assert_numbered(MessageLog *log, guint64 number)
{
  LoggedMessage m;
  guint64 expected[4] = {number, ~number, number, ~number};
  g_assert_true(message_log_get(log, number, &m));
  g_assert_cmpint(m.time_ns, ==, (gint64)number);
  g_assert_cmpuint(m.topic.data[0], ==, 'a' + number % 20);
  assert_bytes(m.payload, expected, 8 + number % 25);
}

/* Looks at the ends and at some between, while the writer goes on. Returns `next`. */
static guint64
read_some(MessageLog *log)
{
  MessageLogStatus status = status_of(log);
  message_log_lock(log);
  LoggedMessage m;
  for (guint64 i = status.first; i < status.next; i += 1 + (status.next - status.first) / 16) {
    if (message_log_get(log, i, &m)) /* it may have gone since */
      assert_numbered(log, i);
  }
  if (status.next > 0 && message_log_get(log, status.next - 1, &m))
    assert_numbered(log, status.next - 1);
  message_log_unlock(log);
  return status.next;
}

static void
run_writer_and_reader(guint batch)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES * 4);
  Writer writer = {.log = log, .batch = batch, .messages = 50000};
  GThread *thread = g_thread_new("writer", write_batches, &writer);
  guint64 next = 0;
  for (int reads = 0; reads < 1000 || next < writer.messages; reads++) {
    guint64 now = read_some(log);
    g_assert_cmpuint(now, >=, next);
    next = now;
  }
  g_atomic_int_set(&writer.stop, 1);
  g_thread_join(thread);
  MessageLogStatus status = status_of(log);
  g_assert_cmpuint(status.count[MQTT_FROM_BROKER], ==, status.next);
  g_assert_cmpuint(status.dropped, ==, status.first);
  message_log_lock(log);
  for (guint64 i = status.first; i < status.next; i++)
    assert_numbered(log, i);
  message_log_unlock(log);
}

static void
test_threads(void)
{
  run_writer_and_reader(1);
  run_writer_and_reader(100);
}

static gpointer
write_one_batch(gpointer data)
{
  Writer *writer = data;
  message_log_begin(writer->log);
  for (guint64 number = 0; g_atomic_int_get(&writer->stop) == 0; number++)
    append_number(writer->log, number);
  message_log_end(writer->log);
  return NULL;
}

/* Even a batch that never ends lets readers in: this one ends only when a reader has been. */
static void
test_endless_batch(void)
{
  g_autoptr(MessageLog) log = new_log(MESSAGE_LOG_MIN_BYTES);
  Writer writer = {.log = log};
  GThread *thread = g_thread_new("writer", write_one_batch, &writer);
  for (int reads = 0; reads < 20;)
    reads += read_some(log) > 0;
  g_atomic_int_set(&writer.stop, 1);
  g_thread_join(thread);
}

int
main(int argc, char **argv)
{
  alarm(300); /* a reader that starves would hang */
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/message_log/new", test_new);
  g_test_add_func("/message_log/capacity", test_capacity);
  g_test_add_func("/message_log/fields", test_fields);
  g_test_add_func("/message_log/other_flags", test_other_flags);
  g_test_add_func("/message_log/counts", test_counts);
  g_test_add_func("/message_log/wrap", test_wrap);
  g_test_add_func("/message_log/exact_fill", test_exact_fill);
  g_test_add_func("/message_log/wrap_twice", test_wrap_twice);
  g_test_add_func("/message_log/truncation", test_truncation);
  g_test_add_func("/message_log/overhead", test_overhead);
  g_test_add_func("/message_log/reserves_only", test_reserves_only);
  g_test_add_func("/message_log/topics_forgotten", test_topics_forgotten);
  g_test_add_func("/message_log/topics_bounded", test_topics_bounded);
  g_test_add_func("/message_log/topic_larger_than_bound", test_topic_larger_than_bound);
  g_test_add_func("/message_log/topic_ids", test_topic_ids);
  g_test_add_func("/message_log/clear", test_clear);
  g_test_add_func("/message_log/model", test_model);
  g_test_add_func("/message_log/threads", test_threads);
  g_test_add_func("/message_log/endless_batch", test_endless_batch);
  return g_test_run();
}
