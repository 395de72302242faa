/* What Paho's callbacks hold instead of pointers: numbers.
 *
 * Paho may drop a request without a word, or call back while its client is being freed. A number
 * that is known no longer finds nothing; it leaks nothing either. Any thread. */
#pragma once

#include <glib.h>

typedef enum {
  REQUEST_CONNECTION, /* stays until mqtt_requests_forget() */
  REQUEST_SUBSCRIBE,
  REQUEST_UNSUBSCRIBE,
  REQUEST_PUBLISH,
} RequestKind;

/* A new number > 0 for `owner`, which is not dereferenced here but through `ref`. */
guint mqtt_request_add(RequestKind kind, gpointer owner);

/* The owner of a request, which is forgotten now (REQUEST_CONNECTION: only looked up); NULL: not
 * known any more. `ref` is called on the owner while it cannot go away. */
gpointer mqtt_request_take(guint number, RequestKind *kind, void (*ref)(gpointer owner));

/* (transfer full): the numbers of the owner's requests in the order of their adding, which are
 * forgotten; with `all`, its REQUEST_CONNECTION is forgotten as well (and not listed). */
GArray *mqtt_requests_forget(gpointer owner, gboolean all);
