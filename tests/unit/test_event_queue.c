#include "config.h"

#include "util/event_queue.h"

#include <unistd.h>

typedef struct {
  GMainContext *context;
  EventQueue *queue;
  GArray *handled; /* of int; 0: the handler was called with NULL */
  GThread *thread; /* that ran the handler last */
  int answer;      /* posted once by the handler, if not 0 */
  gboolean free_in_handler;
} Fixture;

static guint freed; /* events that the queue freed */

static gpointer
new_event(int number)
{
  int *event = g_new(int, 1);
  *event = number;
  return event;
}

static void
free_event(gpointer event)
{
  freed++;
  g_free(event);
}

static void
handle(gpointer event, gpointer data)
{
  Fixture *fixture = data;
  int number = event != NULL ? *(int *)event : 0;
  g_array_append_val(fixture->handled, number);
  g_free(event);
  fixture->thread = g_thread_self();
  if (fixture->answer != 0)
    event_queue_post(fixture->queue, new_event(fixture->answer), FALSE);
  fixture->answer = 0;
  if (fixture->free_in_handler)
    g_clear_pointer(&fixture->queue, event_queue_free);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
  freed = 0;
  fixture->context = g_main_context_new();
  fixture->handled = g_array_new(FALSE, FALSE, sizeof(int));
  fixture->queue = event_queue_new(2, fixture->context, handle, fixture, free_event);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
  event_queue_free(fixture->queue);
  g_array_unref(fixture->handled);
  g_main_context_unref(fixture->context);
}

static void
run_until_idle(Fixture *fixture)
{
  while (g_main_context_iteration(fixture->context, FALSE)) {
  }
}

static void
assert_handled(Fixture *fixture, const int *expected, guint length)
{
  g_assert_cmpmem(fixture->handled->data, fixture->handled->len * sizeof(int), expected,
                  length * sizeof(int));
}

#define HANDLED(fixture, ...)                                                                      \
  assert_handled(fixture, (const int[]){__VA_ARGS__},                                              \
                 sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void
test_order(Fixture *fixture, gconstpointer data)
{
  for (int i = 1; i <= 5; i++)
    g_assert_true(event_queue_post(fixture->queue, new_event(i), i == 2));
  g_assert_cmpuint(fixture->handled->len, ==, 0); /* never on the poster's own stack */
  run_until_idle(fixture);
  HANDLED(fixture, 1, 2, 3, 4, 5);
  g_assert_cmpuint(freed, ==, 0);
}

/* Only what may be dropped is bounded, and only it is dropped. */
static void
test_bound(Fixture *fixture, gconstpointer data)
{
  g_assert_true(event_queue_post(fixture->queue, new_event(1), TRUE));
  g_assert_true(event_queue_post(fixture->queue, new_event(2), FALSE));
  g_assert_true(event_queue_post(fixture->queue, new_event(3), TRUE));
  g_assert_cmpuint(event_queue_dropped(fixture->queue), ==, 0);
  g_assert_false(event_queue_post(fixture->queue, new_event(4), TRUE));
  g_assert_false(event_queue_post(fixture->queue, new_event(5), TRUE));
  g_assert_cmpuint(freed, ==, 2);
  g_assert_true(event_queue_post(fixture->queue, new_event(6), FALSE));
  g_assert_cmpuint(event_queue_dropped(fixture->queue), ==, 2);
  run_until_idle(fixture);
  HANDLED(fixture, 1, 2, 3, 6);
  g_assert_true(event_queue_post(fixture->queue, new_event(7), TRUE)); /* room again */
  g_assert_cmpuint(event_queue_dropped(fixture->queue), ==, 2);
}

static void
test_wake(Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 10; i++)
    event_queue_wake(fixture->queue);
  run_until_idle(fixture);
  HANDLED(fixture, 0);
  event_queue_wake(fixture->queue);
  run_until_idle(fixture);
  HANDLED(fixture, 0, 0);
}

static void
test_wake_and_events(Fixture *fixture, gconstpointer data)
{
  event_queue_wake(fixture->queue);
  event_queue_post(fixture->queue, new_event(1), FALSE);
  event_queue_wake(fixture->queue);
  run_until_idle(fixture);
  HANDLED(fixture, 1, 0);
}

/* A wake is not kept back by a queue that is full. */
static void
test_wake_when_full(Fixture *fixture, gconstpointer data)
{
  for (int i = 1; i <= 3; i++)
    event_queue_post(fixture->queue, new_event(i), TRUE);
  event_queue_wake(fixture->queue);
  run_until_idle(fixture);
  HANDLED(fixture, 1, 2, 0);
}

/* Idle means idle: no timeout, nothing ready. */
static void
test_idle(Fixture *fixture, gconstpointer data)
{
  gint priority, timeout;
  event_queue_post(fixture->queue, new_event(1), FALSE);
  run_until_idle(fixture);
  g_assert_true(g_main_context_acquire(fixture->context));
  g_assert_false(g_main_context_prepare(fixture->context, &priority));
  g_main_context_query(fixture->context, G_PRIORITY_DEFAULT, &timeout, NULL, 0);
  g_main_context_release(fixture->context);
  g_assert_cmpint(timeout, ==, -1);
}

/* What the handler posts waits for the next turn, so that others get theirs. */
static void
test_post_in_handler(Fixture *fixture, gconstpointer data)
{
  fixture->answer = 9;
  event_queue_post(fixture->queue, new_event(1), FALSE);
  g_assert_true(g_main_context_iteration(fixture->context, FALSE));
  HANDLED(fixture, 1);
  g_assert_true(g_main_context_iteration(fixture->context, FALSE));
  HANDLED(fixture, 1, 9);
  g_assert_false(g_main_context_iteration(fixture->context, FALSE));
}

static void
test_free(Fixture *fixture, gconstpointer data)
{
  for (int i = 1; i <= 3; i++)
    event_queue_post(fixture->queue, new_event(i), FALSE);
  event_queue_wake(fixture->queue);
  g_clear_pointer(&fixture->queue, event_queue_free);
  g_assert_cmpuint(freed, ==, 3);
  run_until_idle(fixture);
  g_assert_cmpuint(fixture->handled->len, ==, 0);
}

static void
test_free_in_handler(Fixture *fixture, gconstpointer data)
{
  fixture->free_in_handler = TRUE;
  for (int i = 1; i <= 3; i++)
    event_queue_post(fixture->queue, new_event(i), FALSE);
  event_queue_wake(fixture->queue);
  run_until_idle(fixture);
  HANDLED(fixture, 1);
  g_assert_cmpuint(freed, ==, 2);
}

static void
test_no_null(Fixture *fixture, gconstpointer data)
{
  g_test_expect_message("mqtrust", G_LOG_LEVEL_CRITICAL, "*event != NULL*");
  g_assert_false(event_queue_post(fixture->queue, NULL, FALSE));
  g_test_assert_expected_messages();
  run_until_idle(fixture);
  g_assert_cmpuint(fixture->handled->len, ==, 0);
}

/* --- Threads ---------------------------------------------------------------------------------- */

static gpointer
post_one(gpointer queue)
{
  event_queue_post(queue, new_event(42), FALSE);
  return NULL;
}

/* A main loop that sleeps in poll() without a timeout is woken. */
static void
test_wakes_sleeper(Fixture *fixture, gconstpointer data)
{
  GThread *thread = g_thread_new("poster", post_one, fixture->queue);
  while (fixture->handled->len == 0)
    g_main_context_iteration(fixture->context, TRUE);
  g_thread_join(thread);
  HANDLED(fixture, 42);
  g_assert_true(fixture->thread == g_thread_self());
}

#define POSTERS 4
#define POSTS 20000
static const int last_of_a_poster = POSTS - 1;

typedef struct {
  EventQueue *queue;
  int poster;
  guint refused; /* posts that came back FALSE */
} Poster;

/* Every fourth event must arrive. An event is poster * POSTS + its number, and 1 more. */
static gpointer
post_many(gpointer data)
{
  Poster *poster = data;
  for (int i = 0; i < POSTS; i++) {
    gboolean may_drop = i % 4 != 0 && i != last_of_a_poster;
    if (!event_queue_post(poster->queue, new_event(poster->poster * POSTS + i + 1), may_drop))
      poster->refused++;
    event_queue_wake(poster->queue);
  }
  return NULL;
}

static void
count_freed(gpointer event)
{
  g_free(event); /* on any thread: `freed` is not for this test */
}

/* Looks at what came since the last look; returns how many posters have posted their last. */
static int
assert_in_order(GArray *handled, guint *looked, int newest[POSTERS], guint *must_arrive)
{
  int ended = 0;
  for (; *looked < handled->len; (*looked)++) {
    int number = g_array_index(handled, int, *looked) - 1;
    if (number < 0)
      continue;
    g_assert_cmpint(number % POSTS, >, newest[number / POSTS]);
    newest[number / POSTS] = number % POSTS;
    *must_arrive += number % 4 == 0 || number % POSTS == last_of_a_poster;
  }
  for (int i = 0; i < POSTERS; i++)
    ended += newest[i] == last_of_a_poster;
  return ended;
}

static guint
count_events(const GArray *handled)
{
  guint count = 0;
  for (guint i = 0; i < handled->len; i++)
    count += g_array_index(handled, int, i) != 0;
  return count;
}

static void
test_threads(void)
{
  Fixture fixture = {.context = g_main_context_new(),
                     .handled = g_array_new(FALSE, FALSE, sizeof(int))};
  fixture.queue = event_queue_new(100, fixture.context, handle, &fixture, count_freed);
  Poster posters[POSTERS];
  GThread *threads[POSTERS];
  int newest[POSTERS];
  for (int i = 0; i < POSTERS; i++) {
    posters[i] = (Poster){fixture.queue, i, 0};
    newest[i] = -1;
    threads[i] = g_thread_new("poster", post_many, &posters[i]);
  }
  guint looked = 0, must_arrive = 0, refused = 0;
  while (assert_in_order(fixture.handled, &looked, newest, &must_arrive) < POSTERS)
    g_main_context_iteration(fixture.context, TRUE);
  for (int i = 0; i < POSTERS; i++) {
    g_thread_join(threads[i]);
    refused += posters[i].refused;
  }
  g_assert_cmpuint(must_arrive, ==, POSTERS * (POSTS / 4 + 1));
  g_assert_cmpuint(event_queue_dropped(fixture.queue), ==, refused);
  g_assert_cmpuint(count_events(fixture.handled) + refused, ==, POSTERS * POSTS);
  tear_down(&fixture, NULL);
}

#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
  alarm(300); /* a wake that is lost would hang */
  g_test_init(&argc, &argv, NULL);
  ADD("/event_queue/order", test_order);
  ADD("/event_queue/bound", test_bound);
  ADD("/event_queue/wake", test_wake);
  ADD("/event_queue/wake_and_events", test_wake_and_events);
  ADD("/event_queue/wake_when_full", test_wake_when_full);
  ADD("/event_queue/idle", test_idle);
  ADD("/event_queue/post_in_handler", test_post_in_handler);
  ADD("/event_queue/free", test_free);
  ADD("/event_queue/free_in_handler", test_free_in_handler);
  ADD("/event_queue/no_null", test_no_null);
  ADD("/event_queue/wakes_sleeper", test_wakes_sleeper);
  g_test_add_func("/event_queue/threads", test_threads);
  return g_test_run();
}
