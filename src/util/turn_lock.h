/* A lock that is passed on in the order in which threads asked for it.
 *
 * A plain mutex lets a thread that unlocks and locks again at once overtake everybody who sleeps
 * on it, for seconds if it is busy enough. Here it takes its place behind them. Meant for sections
 * of some length entered rarely (a batch), not for every small thing. Not recursive. */
#pragma once

#include <glib.h>
#include <pthread.h>

typedef struct {
  pthread_mutex_t mutex; /* of the two counters; held for an instant only */
  pthread_cond_t turn;
  guint64 next;          /* ticket that the next thread draws */
  guint64 serving;       /* ticket that has the lock, or gets it next when free */
} TurnLock;

void turn_lock_init(TurnLock *lock);
void turn_lock_clear(TurnLock *lock);

void turn_lock_lock(TurnLock *lock);
void turn_lock_unlock(TurnLock *lock);

/* By the thread that has it: lets those who wait have it first, then takes it again; nothing when
 * nobody waits. */
void turn_lock_yield(TurnLock *lock);
