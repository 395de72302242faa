#include "config.h"

#include "core/profile.h"

#include <string.h>

#include "util/safe_text.h"
#include "util/secret.h"

#define DEFAULT_KEEP_ALIVE 60
#define PORT_MQTTS 8883
#define PORT_MQTT 1883

G_DEFINE_QUARK(mqtrust_profile_error, profile_error)

/* Every string of a profile, once: what is copied, compared and freed cannot drift apart. */
static const gsize texts[] = {
    offsetof(Profile, name),         offsetof(Profile, host),
    offsetof(Profile, ca_path),      offsetof(Profile, certificate_path),
    offsetof(Profile, key_path),     offsetof(Profile, server_name),
    offsetof(Profile, alpn),         offsetof(Profile, client_id),
    offsetof(Profile, user_name),    offsetof(Profile, will_topic),
    offsetof(Profile, will_payload), offsetof(Profile, tls_priority),
    offsetof(Profile, crl_path),     offsetof(Profile, broker_ca_path),
    offsetof(Profile, dns_servers),
};
static const gsize secrets[] = {
    offsetof(Profile, key_password),
    offsetof(Profile, password),
};

#define TEXT(profile, offset) G_STRUCT_MEMBER(char *, profile, offset)

static void
subscription_free(gpointer data)
{
  ProfileSubscription *subscription = data;
  g_free(subscription->filter);
  g_free(subscription);
}

Profile *
profile_new(void)
{
  Profile *profile = g_new0(Profile, 1);
  profile->version = MQTT_5;
  profile->keep_alive = DEFAULT_KEEP_ALIVE;
  profile->clean_start = TRUE;
  profile->subscriptions = g_ptr_array_new_with_free_func(subscription_free);
  return profile;
}

Profile *
profile_copy(const Profile *profile)
{
  Profile *copy = g_new(Profile, 1);
  *copy = *profile;
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    TEXT(copy, texts[i]) = g_strdup(TEXT(profile, texts[i]));
  for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++)
    TEXT(copy, secrets[i]) = g_strdup(TEXT(profile, secrets[i]));
  copy->subscriptions = g_ptr_array_new_with_free_func(subscription_free);
  for (guint i = 0; i < profile->subscriptions->len; i++) {
    const ProfileSubscription *subscription = profile->subscriptions->pdata[i];
    profile_add_subscription(copy, subscription->filter, subscription->qos);
  }
  return copy;
}

void
profile_free(Profile *profile)
{
  if (profile == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    g_free(TEXT(profile, texts[i]));
  for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++)
    secret_clear(&TEXT(profile, secrets[i]));
  g_ptr_array_unref(profile->subscriptions);
  g_free(profile);
}

static gboolean
same_texts(const Profile *a, const Profile *b, const gsize *offsets, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    if (g_strcmp0(TEXT(a, offsets[i]), TEXT(b, offsets[i])) != 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
profile_same_subscriptions(const Profile *a, const Profile *b)
{
  if (a->subscriptions->len != b->subscriptions->len)
    return FALSE;
  for (guint i = 0; i < a->subscriptions->len; i++) {
    const ProfileSubscription *x = a->subscriptions->pdata[i], *y = b->subscriptions->pdata[i];
    if (x->qos != y->qos || strcmp(x->filter, y->filter) != 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
profile_equal(const Profile *a, const Profile *b)
{
  return same_texts(a, b, texts, G_N_ELEMENTS(texts)) &&
         same_texts(a, b, secrets, G_N_ELEMENTS(secrets)) && a->scheme == b->scheme &&
         a->port == b->port && a->trust == b->trust && a->insecure == b->insecure &&
         a->tls_version == b->tls_version && a->no_probes == b->no_probes &&
         a->connect_timeout == b->connect_timeout &&
         a->version == b->version && a->keep_alive == b->keep_alive &&
         a->clean_start == b->clean_start && a->will_qos == b->will_qos &&
         a->will_retain == b->will_retain && profile_same_subscriptions(a, b);
}

guint16
profile_port(const Profile *profile)
{
  if (profile->port != 0)
    return profile->port;
  return profile->scheme == SCHEME_MQTTS ? PORT_MQTTS : PORT_MQTT;
}

char *
profile_url(const Profile *profile)
{
  g_autofree char *host = safe_text_string(profile->host);
  const char *scheme = profile->scheme == SCHEME_MQTTS ? "mqtts" : "mqtt";
  /* RFC 3986, 3.2.2: an IPv6 address stands in brackets. */
  gboolean ipv6 = strchr(host, ':') != NULL;
  return g_strdup_printf("%s://%s%s%s:%u", scheme, ipv6 ? "[" : "", host, ipv6 ? "]" : "",
                         profile_port(profile));
}

void
profile_add_subscription(Profile *profile, const char *filter, int qos)
{
  ProfileSubscription *subscription = g_new(ProfileSubscription, 1);
  subscription->filter = g_strdup(filter);
  subscription->qos = qos;
  g_ptr_array_add(profile->subscriptions, subscription);
}
