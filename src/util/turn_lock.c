#include "config.h"

#include "util/turn_lock.h"

void
turn_lock_init(TurnLock *lock)
{
  /* POSIX, not GMutex: ThreadSanitizer does not see GLib's. */
  pthread_mutex_init(&lock->mutex, NULL);
  pthread_cond_init(&lock->turn, NULL);
  lock->next = lock->serving = 0;
}

void
turn_lock_clear(TurnLock *lock)
{
  g_assert(lock->next == lock->serving);
  pthread_cond_destroy(&lock->turn);
  pthread_mutex_destroy(&lock->mutex);
}

/* With the mutex held. */
static void
wait_for_turn(TurnLock *lock)
{
  guint64 ticket = lock->next++;
  while (ticket != lock->serving)
    pthread_cond_wait(&lock->turn, &lock->mutex);
}

/* With the mutex held. */
static void
pass_on(TurnLock *lock)
{
  lock->serving++;
  if (lock->next != lock->serving)
    pthread_cond_broadcast(&lock->turn);
}

void
turn_lock_lock(TurnLock *lock)
{
  pthread_mutex_lock(&lock->mutex);
  wait_for_turn(lock);
  pthread_mutex_unlock(&lock->mutex);
}

void
turn_lock_unlock(TurnLock *lock)
{
  pthread_mutex_lock(&lock->mutex);
  pass_on(lock);
  pthread_mutex_unlock(&lock->mutex);
}

void
turn_lock_yield(TurnLock *lock)
{
  pthread_mutex_lock(&lock->mutex);
  if (lock->next - lock->serving > 1) {
    pass_on(lock);
    wait_for_turn(lock);
  }
  pthread_mutex_unlock(&lock->mutex);
}
