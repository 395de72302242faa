#include "config.h"

#include "mqtt/client_request.h"

#include <pthread.h>

typedef struct {
  RequestKind kind;
  gpointer owner;
} Request;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* ThreadSanitizer does not see GMutex */
static GHashTable *requests;                             /* number → Request */
static guint last_number;

/* Numbers come again after four thousand millions; those still in use are passed over. */
static guint
next_number(void)
{
  do
    last_number++;
  while (last_number == 0 || g_hash_table_contains(requests, GUINT_TO_POINTER(last_number)));
  return last_number;
}

guint
mqtt_request_add(RequestKind kind, gpointer owner)
{
  Request *request = g_new(Request, 1);
  guint number;

  *request = (Request){kind, owner};
  pthread_mutex_lock(&lock);
  if (requests == NULL)
    requests = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  number = next_number();
  g_hash_table_insert(requests, GUINT_TO_POINTER(number), request);
  pthread_mutex_unlock(&lock);
  return number;
}

gpointer
mqtt_request_take(guint number, RequestKind *kind, void (*ref)(gpointer owner))
{
  gpointer owner = NULL;
  Request *request;

  pthread_mutex_lock(&lock);
  request = g_hash_table_lookup(requests, GUINT_TO_POINTER(number));
  if (request != NULL) {
    *kind = request->kind;
    owner = request->owner;
    ref(owner);
    if (request->kind != REQUEST_CONNECTION)
      g_hash_table_remove(requests, GUINT_TO_POINTER(number));
  }
  pthread_mutex_unlock(&lock);
  return owner;
}

static int
by_age(gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *)a, second = *(const guint *)b;

  return first < second ? -1 : first > second;
}

GArray *
mqtt_requests_forget(gpointer owner, gboolean all)
{
  GArray *numbers = g_array_new(FALSE, FALSE, sizeof(guint));
  GHashTableIter iter;
  gpointer key, value;

  pthread_mutex_lock(&lock);
  g_hash_table_iter_init(&iter, requests);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const Request *request = value;
    guint number = GPOINTER_TO_UINT(key);

    if (request->owner != owner || (request->kind == REQUEST_CONNECTION && !all))
      continue;
    if (request->kind != REQUEST_CONNECTION)
      g_array_append_val(numbers, number);
    g_hash_table_iter_remove(&iter);
  }
  pthread_mutex_unlock(&lock);
  g_array_sort(numbers, by_age);
  return numbers;
}
