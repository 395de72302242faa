#include "config.h"

#include "util/turn_lock.h"

#include <string.h>
#include <unistd.h>

static TurnLock lock;
static char order[16]; /* who had the lock, one after the other; guarded by it */

static void
note(char who)
{
  order[strlen(order)] = who;
}

static gpointer
take_once(gpointer who)
{
  turn_lock_lock(&lock);
  note((char)GPOINTER_TO_INT(who));
  turn_lock_unlock(&lock);
  return NULL;
}

/* Returns when `waiters` threads have asked and wait. */
static void
await_waiters(guint64 waiters)
{
  guint64 seen;
  do {
    g_thread_yield();
    pthread_mutex_lock(&lock.mutex);
    seen = lock.next - lock.serving - 1;
    pthread_mutex_unlock(&lock.mutex);
  } while (seen != waiters);
}

/* With the lock held: two threads that ask in this order. */
static void
start_two(GThread *threads[2])
{
  for (guint i = 0; i < 2; i++) {
    threads[i] = g_thread_new("waiter", take_once, GINT_TO_POINTER((int)('a' + i)));
    await_waiters(i + 1);
  }
}

static void
join_two(GThread *threads[2])
{
  for (guint i = 0; i < 2; i++)
    g_thread_join(threads[i]);
}

/* Who unlocks and locks again at once, comes after those who were waiting. */
static void
test_order(void)
{
  GThread *threads[2];
  turn_lock_init(&lock);
  memset(order, 0, sizeof order);
  turn_lock_lock(&lock);
  note('m');
  start_two(threads);
  turn_lock_unlock(&lock);
  turn_lock_lock(&lock);
  note('m');
  turn_lock_unlock(&lock);
  join_two(threads);
  g_assert_cmpstr(order, ==, "mabm");
  turn_lock_clear(&lock);
}

static void
test_yield(void)
{
  GThread *threads[2];
  turn_lock_init(&lock);
  memset(order, 0, sizeof order);
  turn_lock_lock(&lock);
  turn_lock_yield(&lock); /* nobody there: at once */
  note('m');
  start_two(threads);
  turn_lock_yield(&lock);
  note('m');
  turn_lock_unlock(&lock);
  join_two(threads);
  g_assert_cmpstr(order, ==, "mabm");
  turn_lock_clear(&lock);
}

#define ROUNDS 3000
static guint counter;

static gpointer
count_up(gpointer data)
{
  for (guint i = 0; i < ROUNDS; i++) {
    turn_lock_lock(&lock);
    counter++;
    turn_lock_unlock(&lock);
  }
  return NULL;
}

static void
test_exclusive(void)
{
  GThread *threads[3];
  counter = 0;
  turn_lock_init(&lock);
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("counter", count_up, NULL);
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
  g_assert_cmpuint(counter, ==, G_N_ELEMENTS(threads) * ROUNDS);
  turn_lock_clear(&lock);
}

int
main(int argc, char **argv)
{
  alarm(300); /* a lock that is lost would hang */
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/turn_lock/order", test_order);
  g_test_add_func("/turn_lock/yield", test_yield);
  g_test_add_func("/turn_lock/exclusive", test_exclusive);
  return g_test_run();
}
